-- title: Numbers without traffic
-- note: Rented numbers that neither sent nor received in what was read of messages and calls. Each costs its rent.
-- needs: incoming_phone_numbers, messages, calls
WITH used AS (
    SELECT "from" AS number FROM messages UNION SELECT "to" FROM messages
    UNION SELECT "from" FROM calls UNION SELECT "to" FROM calls
)
SELECT phone_number AS number, incoming_phone_numbers.friendly_name AS name,
       coalesce(accounts.friendly_name, account_sid) AS account,
       CAST(incoming_phone_numbers.date_created AT TIME ZONE 'UTC' AS DATE) AS "rented since"
FROM incoming_phone_numbers LEFT JOIN accounts ON accounts.sid = account_sid
WHERE phone_number NOT IN (SELECT number FROM used WHERE number IS NOT NULL)
ORDER BY "rented since", number
LIMIT 50
