-- title: Spend by month and product
-- note: Twilio's categories overlap, so these are the ones that do not; what they leave of the total is named other.
-- needs: usage_records
-- chart: stacked
WITH named(category, product) AS (VALUES
    ('sms', 'SMS'), ('mms', 'MMS'), ('calls', 'calls'), ('recordings', 'recordings'), ('phonenumbers', 'numbers'),
    ('lookups', 'lookups'), ('verify-totals', 'Verify'), ('conversations', 'Conversations'), ('flex-usage', 'Flex')
), spent AS (
    SELECT strftime(start_date, '%Y-%m') AS month, upper(price_unit) AS unit, product, sum(price) AS price
    FROM usage_records JOIN named USING (category)
    GROUP BY ALL
), total AS (
    SELECT strftime(start_date, '%Y-%m') AS month, upper(price_unit) AS unit, sum(price) AS price
    FROM usage_records WHERE category = 'totalprice'
    GROUP BY ALL
), parts AS (
    SELECT month, unit, sum(price) AS price FROM spent GROUP BY ALL
), lines AS (
    FROM spent
    UNION ALL BY NAME
    SELECT month, unit, 'other' AS product, greatest(total.price - coalesce(parts.price, 0), 0) AS price
    FROM total LEFT JOIN parts USING (month, unit)
)
SELECT month, product || CASE unit WHEN 'USD' THEN '' ELSE ' in ' || unit END AS product, round(price, 2) AS spend
FROM lines
WHERE round(price, 2) <> 0
ORDER BY month, product
