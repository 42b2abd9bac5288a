-- title: Conversations
-- note: By the month in which they began and by their state now, with their messages where those were read.
-- needs: conversations
WITH messages AS (SELECT conversation_sid, count(*) AS messages FROM conversation_messages GROUP BY ALL)
SELECT strftime(date_created AT TIME ZONE 'UTC', '%Y-%m') AS month, state, count(*) AS conversations,
       coalesce(sum(messages), 0) AS messages, round(coalesce(sum(messages), 0) / count(*), 1) AS "messages each"
FROM conversations LEFT JOIN messages ON conversation_sid = conversations.sid
GROUP BY ALL
ORDER BY month DESC, state
LIMIT 24
