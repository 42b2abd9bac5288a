-- Failed and undelivered messages by error (https://www.twilio.com/docs/api/errors)
SELECT error_code, any_value(error_message) AS error, count(*) AS messages,
       CAST(min(date_created) AS DATE) AS first, CAST(max(date_created) AS DATE) AS last
FROM messages WHERE status IN ('failed', 'undelivered')
GROUP BY error_code ORDER BY messages DESC, error_code LIMIT 20
