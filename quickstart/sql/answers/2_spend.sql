-- title: Spent
-- needs: usage_records
SELECT string_agg(printf('%.2f %s', spend, unit), ', ' ORDER BY spend DESC) || ' on messages and calls since ' || min(first)
FROM (
    SELECT upper(price_unit) AS unit, sum(price) AS spend, min(start_date) AS first
    FROM usage_records WHERE category IN ('sms', 'mms', 'calls') GROUP BY ALL
)
HAVING count(*) > 0
