-- title: Spend by month and account
-- note: The category totalprice where Twilio sends it, else the sum of SMS, MMS and calls.
-- needs: usage_records
-- chart: stacked
SELECT month, account, round(coalesce(total, parts), 2) AS spend, unit
FROM (
    SELECT strftime(start_date, '%Y-%m') AS month, coalesce(accounts.friendly_name, account_sid) AS account,
           upper(price_unit) AS unit,
           sum(price) FILTER (category = 'totalprice') AS total,
           sum(price) FILTER (category IN ('sms', 'mms', 'calls', 'recordings', 'phonenumbers')) AS parts
    FROM usage_records LEFT JOIN accounts ON accounts.sid = account_sid
    GROUP BY ALL
)
WHERE coalesce(total, parts) > 0
ORDER BY month, account
