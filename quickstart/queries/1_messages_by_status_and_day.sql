-- Messages by status and day (UTC), the last ten days
PIVOT (SELECT CAST(coalesce(date_sent, date_created) AS DATE) AS day, status FROM messages)
ON status USING count(*) GROUP BY day ORDER BY day DESC LIMIT 10
