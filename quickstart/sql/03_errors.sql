-- title: Why messages fail
-- note: By the code of Twilio's error dictionary, https://www.twilio.com/docs/api/errors
-- needs: messages
WITH meanings(code, meaning) AS (VALUES
    ('21211', 'The recipient is not a valid number'),
    ('21408', 'Sending to this country is switched off for the account'),
    ('21610', 'The recipient has replied STOP'),
    ('21614', 'The recipient is not a mobile number'),
    ('30001', 'The queue of the sender was full'),
    ('30002', 'The account was suspended while the message waited'),
    ('30003', 'The handset is switched off or out of reach'),
    ('30004', 'The recipient or the carrier blocks the message'),
    ('30005', 'The number does not exist or is no longer in service'),
    ('30006', 'A landline, or a carrier that does not take messages'),
    ('30007', 'The carrier or Twilio took it for spam'),
    ('30008', 'The carrier gave no reason'),
    ('30032', 'The toll-free sender is not verified'),
    ('30034', 'The sender is not registered for A2P 10DLC'),
    ('63016', 'WhatsApp: outside the 24 hours after the last message of the recipient, without a template')
)
SELECT coalesce(error_code, 'none') AS error,
       coalesce(any_value(meaning), any_value(error_message),
                CASE WHEN error_code IS NULL THEN 'Twilio gave no code' ELSE 'Look it up there' END) AS meaning,
       count(*) AS messages,
       count(DISTINCT "to") AS recipients,
       CAST(max(date_created) AT TIME ZONE 'UTC' AS DATE) AS "last seen"
FROM messages LEFT JOIN meanings ON code = error_code
WHERE status IN ('failed', 'undelivered') OR error_code IS NOT NULL
GROUP BY error_code
ORDER BY messages DESC, error
LIMIT 20
