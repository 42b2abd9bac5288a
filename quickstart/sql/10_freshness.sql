-- title: Freshness and rows of every stream
-- note: newest: the latest value of the column by which the stream goes on. Each sync reads streams without one whole.
-- fold: yes
SELECT product, stream, rows, newest, status AS "last read", rows_read AS "rows came", requests,
       strftime(ended AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') AS "read at (UTC)"
FROM sync.streams LEFT JOIN found USING (stream)
ORDER BY product, stream
