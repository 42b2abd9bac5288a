"""Values that make no sense: in rows, in the saved state, in Twilio's clock. None ends a stream, none vanishes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.sandbox.accounts import MAIN, OAUTH_ID, OAUTH_SECRET
from unit_tests.support import Output, Syncs, rfc
from unit_tests.support.dated_rows import CURSOR, DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import page_size, walk_pages

SECRET_WORDS = "ask Ann, +15551234567"


def changes(output: Output, stream: str) -> dict[str, dict[str, tuple[str, str]]]:
    """What the records of a stream say was changed, by SID and field; the others say nothing."""
    return {
        message.record.data["sid"]: {
            one.field: (one.change.value, one.reason.value) for one in message.record.meta.changes
        }
        for message in output.messages
        if message.record and message.record.stream == stream and message.record.meta
    }


def recording(syncs: Syncs, number: int, **columns: Any) -> str:
    return put(syncs, "recordings", number, NOW - number * DAY, **columns)


def test_a_value_that_cannot_be_read_is_in_the_record_and_once_in_the_log(syncs: Syncs) -> None:
    plain = recording(syncs, 1, price="-$1,234.50", duration=" 7 ", channels="")
    odd = recording(syncs, 2, price=SECRET_WORDS, duration=[1], date_updated=rfc(NOW))
    other = recording(syncs, 3, price={"amount": 1}, date_updated="soon")
    output = syncs.run("recordings")
    assert output.failure is None and output.statuses("recordings")[-1] == "COMPLETE"
    rows = {row["sid"]: row for row in output.records("recordings")}
    assert (rows[plain]["price"], rows[plain]["duration"], rows[plain]["channels"]) == (-1234.5, 7, None)
    assert rows[odd]["price"] is None and rows[odd]["duration"] is None and rows[other]["date_updated"] is None
    nulled = ("NULLED", "SOURCE_SERIALIZATION_ERROR")
    assert changes(output, "recordings") == {
        odd: {"price": nulled, "duration": nulled},
        other: {"price": nulled, "date_updated": nulled},
    }
    (line,) = [line for line in output.warnings() if "cannot be read as" in line]
    assert "Stream recordings: 2 rows" in line
    assert line.endswith("date_updated (text), duration (list), price (object or text)")
    assert "Ann" not in output.text


def test_good_rows_say_nothing(syncs: Syncs) -> None:
    recording(syncs, 1, price="", duration="3")
    output = syncs.run("recordings")
    assert changes(output, "recordings") == {} and '"meta"' not in output.text
    assert [line for line in output.warnings() if "meta.changes" in line] == []


def test_a_row_without_its_key_leaves_and_says_so(syncs: Syncs) -> None:
    row = {"account_sid": MAIN, "sid": None, "date_created": rfc(NOW - DAY), "price": "1"}
    syncs.twilio.add_fault("json", url=r"/Recordings\.json", status=200, body={"recordings": [row]})
    output = syncs.run("recordings")
    assert output.failure is None
    (message,) = [message for message in output.messages if message.record]
    assert message.record and "sid" not in message.record.data and message.record.data["price"] == 1
    assert [(one.field, one.reason.value) for one in message.record.meta.changes] == [("sid", "SOURCE_RETRIEVAL_ERROR")]
    assert len([line for line in output.warnings() if line.endswith("sid (nothing)")]) == 1


def test_rows_with_a_cursor_that_cannot_be_read_leave(syncs: Syncs) -> None:
    """They are in whatever window Twilio shows them in: their own value does not tell."""
    rows = [{"account_sid": MAIN, "sid": f"RE{number:032x}", "date_created": value}
            for number, value in enumerate([rfc(NOW - DAY), "soon", None, rfc(NOW - 2 * DAY)])]
    syncs.twilio.add_fault("json", url=r"/Recordings\.json", status=200, body={"recordings": rows})
    output = syncs.run("recordings")
    assert sids(output, "recordings") == [row["sid"] for row in rows]
    assert list(changes(output, "recordings")) == [rows[1]["sid"]]


@pytest.mark.parametrize("stream", ["recordings", "calls", "messages"])
def test_a_row_of_a_busy_account_with_such_a_cursor_leaves(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    page_size(monkeypatch, 5)
    walk_pages(monkeypatch, 0)
    wanted = [put(syncs, stream, hour, NOW - hour * HOUR) for hour in range(1, 200)]
    field, key = CURSOR.get(stream, "date_created"), wanted[99]
    honest = syncs.twilio.answer

    def answer(*request: Any) -> Any:
        """What Twilio answers, with the cursor value of one row in a form that nobody knows."""
        found = honest(*request)
        if key.encode() not in found.body:
            return found
        body = found.json()
        for row in body[stream]:
            row[field] = "the day before the wedding" if row["sid"] == key else row[field]
        return replace(found, body=json.dumps(body).encode())

    monkeypatch.setattr(syncs.twilio, "answer", answer)
    output = syncs.run(stream)
    assert output.failure is None
    assert set(sids(output, stream)) == set(wanted)
    assert list(changes(output, stream)) == [key]
    assert len(sids(output, stream)) - len(wanted) <= 1, "two windows may show it, whose edges overlap"


@pytest.mark.parametrize("saved", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59Z",
                                   "9999-12-31T23:59:59-05:00", "0000-00-00T00:00:00Z", "soon"])  # fmt: skip
@pytest.mark.parametrize("stream", ["recordings", "alerts", "messages", "flows", "usage_records"])
def test_a_saved_cursor_at_the_edge_of_the_calendar_ends_no_stream(syncs: Syncs, stream: str, saved: str) -> None:
    field = {"recordings": "date_created", "alerts": "date_generated", "messages": "date_sent", "flows": "date_updated",
             "usage_records": "start_date"}[stream]  # fmt: skip
    saved = saved[:10] if stream == "usage_records" else saved
    syncs.config["lookback_window"] = 576_000
    entry = {"partition": {"account_sid": MAIN}, "cursor": {field: saved}}
    syncs.state = {stream: {"use_global_cursor": False, "states": [entry]}}
    output = syncs.run(stream)
    assert output.failure is None and output.statuses(stream)[-1] == "COMPLETE"
    (state,) = [one for one in output.last_states()[stream]["states"] if one["partition"] == {"account_sid": MAIN}]
    assert "2026-11-20" <= state["cursor"][field][:10] <= "2026-11-21"
    assert syncs.run(stream).failure is None, "and what is written can be read"


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "0999-06-01T00:00:00Z", "1970-01-01T00:00:00Z"])
@pytest.mark.parametrize("stream", ["recordings", "alerts", "messages", "usage_records", "usage_records_yearly"])
def test_a_start_date_long_before_twilio_is_none_that_it_cannot_be_asked_for(
    syncs: Syncs, stream: str, start: str
) -> None:
    syncs.config["start_date"] = start
    # An OAuth app does not see when its account was made, which is where reading begins otherwise.
    syncs.config["credentials"] = {"auth_type": "oauth_client", "client_id": OAUTH_ID, "client_secret": OAUTH_SECRET}
    syncs.config["slice_step_duration"] = "P1Y"
    syncs.twilio.clear_requests()
    output = syncs.run(stream)
    assert output.failure is None and output.statuses(stream)[-1] == "COMPLETE"
    asked = [one["query"] for one in syncs.twilio.requests() if one["account"] == MAIN]
    assert not [query for query in asked if "=1-" in query or "=999-" in query or "=0001" in query]


@pytest.mark.parametrize(
    "header",
    ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 21 Nov 2026", "\u00fc", "0", "x" * 5000],
)
def test_a_clock_header_that_makes_no_sense_changes_nothing(syncs: Syncs, header: str) -> None:
    row = recording(syncs, 1)
    syncs.twilio.add_fault("stall", seconds=0, headers={"Date": header})
    output = syncs.run("recordings")
    assert output.failure is None and sids(output, "recordings") == [row]
    (entry,) = output.last_states()["recordings"]["states"][:1]
    assert entry["cursor"]["date_created"] == "2026-11-21T12:00:00Z"


def test_tasks_whose_attributes_name_no_interaction_are_passed_over_with_one_line(syncs: Syncs) -> None:
    twilio, since = syncs.twilio, NOW - timedelta(days=2)
    twilio.put("workspaces", MAIN, {"sid": f"WS{1:032x}", "account_sid": MAIN}, since=since)
    kept = [f"KD{1:032x}", 17, True, {"sid": "KD2"}, ["KD3"], "", "..", "../KD4", SECRET_WORDS, None]
    for number, value in enumerate(kept):
        task = {"sid": f"WT{number:032x}", "account_sid": MAIN, "workspace_sid": f"WS{1:032x}",
                "attributes": json.dumps({"flexInteractionSid": value})}
        twilio.put("tasks", MAIN, task, since=since)
    output = syncs.run("flex_interaction_channels")
    asked = [one["path"] for one in twilio.requests() if "/Interactions/" in one["path"] and one["account"] == MAIN]
    assert asked == [f"/v1/Interactions/KD{1:032x}/Channels"]
    assert output.failure is None
    assert len([line for line in output.warnings() if "no SID in attributes.flexInteractionSid" in line]) == 1
    assert "Ann" not in "".join(output.lines)
