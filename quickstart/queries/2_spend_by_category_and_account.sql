-- Spend by category and account (Twilio's categories overlap: totalprice is all of them, sms its two directions)
SELECT category, coalesce(accounts.friendly_name, usage.account_sid) AS account,
       round(sum(usage.price), 2) AS spend, any_value(price_unit) AS unit, sum(CAST(usage.count AS BIGINT)) AS count
FROM usage_records AS usage LEFT JOIN accounts ON accounts.sid = usage.account_sid
GROUP BY category, account HAVING sum(usage.price) <> 0 ORDER BY spend DESC, category, account LIMIT 20
