-- title: Does it add up?
-- note: Twilio counts messages and calls for the bill, by UTC day and account. Here these counts stand beside the rows
-- note: that were read, differences first: whole days since the start date that had ended when both were last read
-- note: to their end.
-- needs: usage_records, messages|calls
-- lead: answers/4_adds_up.sql
-- empty: Nothing to compare yet: usage_records and messages or calls have to be read to their end, over a whole day.
WITH start AS (
    SELECT min(CAST(CAST(start_date AS TIMESTAMP) + INTERVAL 1 DAY - INTERVAL 1 SECOND AS DATE)) AS first FROM sync.runs
), finished AS (
    SELECT stream,
           CAST(coalesce(try_cast(nullif(twilio_now, '') AS TIMESTAMPTZ), began) AT TIME ZONE 'UTC' AS DATE) AS today
    FROM sync.streams JOIN sync.runs ON streams.run = runs.run
    WHERE status = 'complete'
), kinds AS (
    SELECT unnest(CASE lists.stream WHEN 'calls' THEN ['calls'] ELSE ['sms', 'mms'] END) AS kind,
           least(lists.today, usage.today) AS today
    FROM finished AS lists JOIN finished AS usage ON usage.stream = 'usage_records'
    WHERE lists.stream IN ('messages', 'calls')
), counted AS (
    SELECT account_sid, start_date AS day, category AS kind, sum("count") AS counted
    FROM usage_records
    WHERE category IN ('sms', 'mms', 'calls') AND start_date = end_date
    GROUP BY ALL
), read AS (
    SELECT account_sid, CAST(date_sent AT TIME ZONE 'UTC' AS DATE) AS day,
           CASE WHEN num_media > 0 THEN 'mms' ELSE 'sms' END AS kind, count(*) AS read
    FROM messages WHERE date_sent IS NOT NULL AND status <> 'failed' -- those have a category of their own
    GROUP BY ALL
    UNION ALL
    SELECT account_sid, CAST(start_time AT TIME ZONE 'UTC' AS DATE), 'calls', count(*)
    FROM calls WHERE start_time IS NOT NULL AND status IN ('in-progress', 'completed') -- an unanswered call is free
    GROUP BY ALL
), both_sides AS (
    SELECT account_sid, day, kind, today, coalesce(counted, 0) AS counted, coalesce(read, 0) AS read
    FROM counted FULL JOIN read USING (account_sid, day, kind) JOIN kinds USING (kind)
), compared AS (
    SELECT *, read - counted AS difference,
           coalesce(sum(read - counted) OVER neighbours, 0) AS beside
    FROM both_sides
    WINDOW neighbours AS (
        PARTITION BY account_sid, kind ORDER BY day
        RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND INTERVAL 1 DAY FOLLOWING EXCLUDE CURRENT ROW)
)
SELECT CAST(day AS DATE) AS day, coalesce(accounts.friendly_name, account_sid) AS account, kind,
       counted AS "Twilio counted", read AS "rows read", difference,
       CASE
           WHEN difference = 0 THEN 'adds up'
           WHEN day >= today - 3 THEN 'Twilio still corrects the counts of the last three days; look again then'
           WHEN beside = -difference THEN 'the day beside it differs the other way: counted over another day''s border'
           WHEN difference < 0 AND day < today - 400 THEN 'older than Twilio keeps messages'
           WHEN difference < 0 THEN 'deleted at Twilio before they were read, or missing here: read again from that day'
           ELSE 'Twilio does not count these rows, or counts them elsewhere'
       END AS "why that may be"
FROM compared CROSS JOIN start LEFT JOIN accounts ON accounts.sid = account_sid
WHERE day >= first AND day < today
ORDER BY difference = 0, day DESC, account, kind
