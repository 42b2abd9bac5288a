"""Does it add up? Twilio's counts beside the rows that were read: missing rows are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quickstart.tests.example import DAYS, answer, change


def named(path: Path) -> tuple[str, list[tuple[Any, ...]]]:
    """Whether it adds up, in words, and the days that do not: day, account, kind, counted, read, why."""
    found = answer(path, "09_does_it_add_up.sql")
    assert not found.error
    return found.lead, [(str(row[0]), *row[1:5], row[6]) for row in found.rows if row[5]]


def test_it_adds_up(database: Path) -> None:
    assert named(database) == ("yes, on all 10 days of an account: as many rows as Twilio counted", [])
    assert len(answer(database, "09_does_it_add_up.sql").rows) == 2 * 5 * 3


def test_rows_that_are_taken_away_are_named(database: Path) -> None:
    change(database, f"DELETE FROM messages WHERE sid = 'SM1{DAYS[1]}1'")
    change(database, f"DELETE FROM calls WHERE sid = 'CA2{DAYS[3]}0'")
    change(database, f"DELETE FROM messages WHERE num_media = 1 AND sid LIKE 'SM2{DAYS[0]}%'")
    lead, differences = named(database)
    missing = "deleted at Twilio before they were read, or missing here: read again from that day"
    assert lead == "no, on 3 of 10 days of an account: report.html names them"
    assert differences == [
        (DAYS[3], "Owl & Support", "calls", 1, 0, missing),
        (DAYS[1], "Owl <Telecom>", "sms", 2, 1, missing),
        (DAYS[0], "Owl & Support", "mms", 1, 0, missing),
    ]


def test_why_a_day_may_differ(database: Path) -> None:
    change(database, f"UPDATE usage_records SET count = 1 WHERE category = 'sms' AND start_date = '{DAYS[1]}'")
    change(database, f"UPDATE usage_records SET count = 3 WHERE category = 'sms' AND start_date = '{DAYS[2]}'")
    change(database, f"UPDATE usage_records SET count = 0 WHERE category = 'calls' AND start_date = '{DAYS[4]}'")
    why = {(row[0], row[2]): row[5].split(":")[0] for row in named(database)[1]}
    assert why == {
        (DAYS[1], "sms"): "the day beside it differs the other way",
        (DAYS[2], "sms"): "the day beside it differs the other way",
        (DAYS[4], "calls"): "Twilio does not count these rows, or counts them elsewhere",
    }
    change(database, f"UPDATE sync.runs SET twilio_now = '{DAYS[4]}T12:00:00Z'")
    assert {row[5] for row in named(database)[1]} == {
        "Twilio still corrects the counts of the last three days; look again then"
    }
    assert named(database)[0] == "yes, on 4 days of an account; recent ones that are not final: 4"
    assert DAYS[4] not in {row[0] for row in named(database)[1]}, "a day that has not ended"
    change(database, "UPDATE sync.runs SET start_date = '2026-11-02T00:00:01Z'")
    assert {row[0] for row in named(database)[1]} == {DAYS[2]}, "a day that was read in part"


def test_what_was_not_read_to_its_end_is_not_compared(database: Path) -> None:
    change(database, "UPDATE sync.streams SET status = 'incomplete' WHERE stream = 'messages'")
    change(database, f"DELETE FROM messages WHERE sid LIKE 'SM1{DAYS[1]}%'")
    assert named(database)[1] == []
    assert {row[2] for row in answer(database, "09_does_it_add_up.sql").rows} == {"calls"}
    change(database, "UPDATE sync.streams SET status = 'incomplete' WHERE stream = 'usage_records'")
    assert named(database) == ("", []) and not answer(database, "09_does_it_add_up.sql").rows


def test_a_day_counts_once_both_lists_have_seen_its_end(database: Path) -> None:
    change(database, f"UPDATE sync.runs SET twilio_now = '{DAYS[3]}T00:00:00Z'")  # the run that all of them ended in
    later = "(run, start_date, twilio_now) VALUES (2, '2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z')"
    change(database, f"INSERT INTO sync.runs {later}")
    assert {str(row[0]) for row in answer(database, "09_does_it_add_up.sql").rows} == set(DAYS[:3])
    change(database, "UPDATE sync.streams SET run = 2 WHERE stream = 'messages'")
    assert {str(row[0]) for row in answer(database, "09_does_it_add_up.sql").rows} == set(DAYS[:3])
    change(database, "UPDATE sync.streams SET run = 2 WHERE stream = 'usage_records'")
    kinds = {(str(row[0]), row[2]) for row in answer(database, "09_does_it_add_up.sql").rows}
    assert (DAYS[4], "sms") in kinds and (DAYS[4], "calls") not in kinds
