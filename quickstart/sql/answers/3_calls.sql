-- title: Calls
-- needs: calls
SELECT printf('%d, %d of them completed, %.0f minutes in all', count(*), count(*) FILTER (status = 'completed'),
              coalesce(sum(duration), 0) / 60.0)
FROM calls HAVING count(*) > 0
