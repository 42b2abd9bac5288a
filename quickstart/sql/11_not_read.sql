-- title: What could not be read
-- note: In the last run; each line says what to do.
-- empty: Everything that was asked for was read.
SELECT coalesce(nullif(stream, ''), '') AS stream, problem, count(*) AS times
FROM sync.problems WHERE run = (SELECT max(run) FROM sync.runs)
GROUP BY ALL
ORDER BY stream, problem
