-- title: Delivered
-- needs: messages
WITH ended AS (
    SELECT * FROM messages
    WHERE direction LIKE 'outbound%' AND status IN ('delivered', 'read', 'undelivered', 'failed')
), worst AS (SELECT error_code, count(*) AS times FROM ended WHERE error_code IS NOT NULL GROUP BY ALL)
SELECT printf('%.1f %% of %d outbound messages', 100.0 * count(*) FILTER (status IN ('delivered', 'read')) / count(*),
              count(*))
    || coalesce((SELECT printf('; most often error %s, %d times', error_code, times)
                 FROM worst ORDER BY times DESC, error_code LIMIT 1), '')
FROM ended HAVING count(*) > 0
