-- title: Messages a day by status
-- note: Days are UTC, by the time of sending; a message that was never sent counts on the day of its creation.
-- needs: messages
-- chart: stacked
SELECT CAST(coalesce(date_sent, date_created) AT TIME ZONE 'UTC' AS DATE) AS day, status, count(*) AS messages
FROM messages
WHERE coalesce(date_sent, date_created) IS NOT NULL
GROUP BY ALL
ORDER BY day, status
