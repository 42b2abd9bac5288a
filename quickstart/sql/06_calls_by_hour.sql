-- title: Calls by hour of the day and outcome
-- note: Hours are UTC, by the start of the call; a call that was never dialled counts by its creation.
-- needs: calls
-- chart: stacked
WITH hours AS (SELECT unnest(range(24)) AS hour)
SELECT printf('%02d', hours.hour) AS hour, coalesce(status, '') AS outcome, count(status) AS calls
FROM hours LEFT JOIN calls ON date_part('hour', coalesce(start_time, date_created) AT TIME ZONE 'UTC') = hours.hour
GROUP BY ALL
ORDER BY hour, outcome
