-- title: Delivery by messaging service or sender
-- note: Of the outbound messages that came to an end, how many per cent were delivered or read. The fifteen with the
-- note: most messages.
-- needs: messages
-- chart: bars
SELECT coalesce(nullif(services.friendly_name, ''), messaging_service_sid, "from", 'no sender yet') AS sender,
       round(100.0 * count(*) FILTER (messages.status IN ('delivered', 'read')) / count(*), 1) AS "delivered %",
       count(*) AS messages,
       count(*) FILTER (messages.status = 'undelivered') AS undelivered,
       count(*) FILTER (messages.status = 'failed') AS failed
FROM messages LEFT JOIN messaging_services AS services ON services.sid = messaging_service_sid
WHERE direction LIKE 'outbound%' AND messages.status IN ('delivered', 'read', 'undelivered', 'failed')
GROUP BY sender
ORDER BY messages DESC, sender
LIMIT 15
