-- title: Adds up
-- needs: usage_records, messages|calls
-- of: 09_does_it_add_up.sql
SELECT CASE count(*) FILTER (difference <> 0)
    WHEN 0 THEN printf('on all %d days of an account, rows are as many as Twilio counted', count(DISTINCT (day, account)))
    ELSE printf('not on %d of %d days of an account: the report names them',
                count(DISTINCT (day, account)) FILTER (difference <> 0), count(DISTINCT (day, account)))
END
FROM answer HAVING count(*) > 0
