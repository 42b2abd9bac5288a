-- title: Adds up
-- needs: usage_records, messages|calls
-- of: 09_does_it_add_up.sql
SELECT CASE
    WHEN differ > early THEN printf('no, on %d of %d days of an account: report.html names them', differ, days)
    WHEN early > 0 THEN printf('yes, on %d days of an account; recent ones that are not final: %d', days - early, early)
    ELSE printf('yes, on all %d days of an account: as many rows as Twilio counted', days)
END
FROM (
    SELECT count(DISTINCT (day, account)) AS days,
           count(DISTINCT (day, account)) FILTER (difference <> 0) AS differ,
           count(DISTINCT (day, account)) FILTER (difference <> 0 AND "why that may be" LIKE 'Twilio still%') AS early
    FROM answer
)
WHERE days > 0
