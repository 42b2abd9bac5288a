"""Lists that bring nothing new for ever, that show rows twice, and that break off in the middle."""

from __future__ import annotations

from typing import Any

import pytest

from integration_tests.sandbox.accounts import MAIN, SUPPORT
from source_twilio.components.twilio.progress import IN_VAIN
from unit_tests.support import ConfigBuilder, Output, Syncs, iso, rfc
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import page_size

ROWS = 10  # on pages of two


def fill(syncs: Syncs, stream: str, account: str = MAIN) -> list[str]:
    """Ten rows of a stream: one a day of those with a date."""
    base = 100 if account == MAIN else 200
    if stream in ("messages", "calls", "recordings", "alerts"):
        return [put(syncs, stream, base + day, NOW - day * HOUR, account=account) for day in range(1, ROWS + 1)]
    if stream == "usage_records":
        for date in ((NOW - day * DAY).strftime("%Y-%m-%d") for day in range(ROWS)):
            row = {"account_sid": account, "category": "sms", "start_date": date, "end_date": date}
            amounts = {"count": "1", "usage": "1", "price": "0.1", "price_unit": "usd", "description": "SMS"}
            syncs.twilio.put("usage_records", account, {**row, **amounts})
        return []
    prefix, form = {"queues": ("QU", rfc), "content_templates": ("HX", iso), "flows": ("FW", iso)}[stream]
    found = [f"{prefix}{base + number:032x}" for number in range(ROWS)]
    for number, sid in enumerate(found):
        dates = dict.fromkeys(("date_created", "date_updated"), form(NOW - number * DAY))
        syncs.twilio.put(stream, account, {"sid": sid, "account_sid": account, **dates})
    return found


PATHS = {
    "messages": "/Messages.json",
    "calls": "/Calls.json",
    "recordings": "/Recordings.json",
    "alerts": "/v1/Alerts",
    "queues": "/Queues.json",
    "content_templates": "/v1/Content",
    "flows": "/v2/Flows",
}
WHOLE = ("queues", "content_templates", "flows")  # lists without windows
EVERY = pytest.mark.parametrize("stream", PATHS)


def errors_of(output: Output, stream: str) -> list[Any]:
    return [one for one in output.errors() if one.stream_descriptor and one.stream_descriptor.name == stream]


@EVERY
@pytest.mark.parametrize(
    "rule",
    [
        {"action": "empty_page"},
        {"action": "same_page"},
        {"action": "empty_page", "nth": 3},
        {"action": "same_page", "nth": 3},
        {"action": "first_page", "nth": 3},
    ],
    ids=lambda rule: "-".join(map(str, rule.values())),
)
def test_a_list_that_does_not_end_is_an_error_that_keeps_what_came_before(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, stream: str, rule: dict[str, Any]
) -> None:
    page_size(monkeypatch, 2)
    syncs.config = ConfigBuilder().subaccounts("selected", SUPPORT).put(lookback_window=0, num_workers=1).build()
    wanted, others = fill(syncs, stream), fill(syncs, stream, SUPPORT)
    syncs.twilio.add_fault(**rule, url=PATHS[stream], account=MAIN)
    output = syncs.run(stream)
    (error,) = errors_of(output, stream)
    assert error.failure_type.value == "system_error"
    assert f"Stream {stream}, account {MAIN}: a list does not end" in error.message
    assert f"{IN_VAIN} pages in a row brought no new row" in error.message and "Twilio's support" in error.message
    assert output.statuses(stream)[-1] == "INCOMPLETE"
    came = sids(output, stream)
    assert len(came) == len(set(came)), "no row leaves twice"
    assert set(others) <= set(came) <= {*wanted, *others}, "the other account is read"
    if stream in WHOLE:  # windows are read oldest first, so other rows are there when one does not end
        pages = rule.get("nth", 1) - (rule["action"] == "empty_page")
        assert len(set(wanted) & set(came)) == 2 * pages, "rows are kept"
        cursors = {entry["partition"]["account_sid"] for entry in syncs.state[stream].get("states", [])}
        assert MAIN not in cursors, "no cursor moves"
    assert len([one for one in syncs.twilio.requests() if one["fault"]]) <= 4 * (IN_VAIN + 5)
    syncs.twilio.clear_faults()
    again = syncs.run(stream)
    assert again.failure is None
    assert set(wanted) <= {*came, *sids(again, stream)}, "no cursor has passed a row that was not read"


@EVERY
@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("times", [1, 4])
def test_empty_pages_with_rows_behind_them_are_read_on(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, stream: str, nth: int, times: int
) -> None:
    page_size(monkeypatch, 2)
    wanted = fill(syncs, stream)
    syncs.twilio.add_fault("empty_page", url=PATHS[stream], nth=nth, times=times)
    output = syncs.run(stream)
    assert (output.failure, output.errors()) == (None, [])
    assert sids(output, stream) == sorted(wanted)


@EVERY
@pytest.mark.parametrize("rule", [{"action": "overlap"}, {"action": "same_page", "times": 3, "nth": 2}])
def test_a_row_on_two_pages_leaves_once(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, stream: str, rule: dict[str, Any]
) -> None:
    page_size(monkeypatch, 2)
    wanted = fill(syncs, stream)
    syncs.twilio.add_fault(**rule, url=PATHS[stream])
    output = syncs.run(stream)
    assert (output.failure, output.errors()) == (None, [])
    assert sids(output, stream) == sorted(wanted)


def test_children_of_a_parent_on_two_pages_are_read_once(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    page_size(monkeypatch, 2)
    fill(syncs, "queues")
    for queue in syncs.twilio.rows("queues", MAIN):
        syncs.twilio.put("queues", MAIN, {**queue, "current_size": 1})
    syncs.twilio.add_fault("overlap", url=r"/Queues\.json")
    syncs.run("queue_members")
    asked = syncs.asked("/Members.json")
    assert len(asked) == len(set(asked)) == ROWS


@pytest.mark.parametrize("account", [MAIN, SUPPORT])
@pytest.mark.parametrize("code", [20404, None])
@pytest.mark.parametrize(("stream", "path"), [("usage_records", "Records/Daily"), ("queues", "Queues")])
def test_404_in_the_middle_of_a_list_is_never_its_end(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, account: str, code: int | None, stream: str, path: str
) -> None:
    page_size(monkeypatch, 2)
    config = ConfigBuilder().start("2026-11-17T00:00:00Z").put(lookback_window=0)
    syncs.config = config.subaccounts("selected", SUPPORT).build()
    fill(syncs, stream, account)
    syncs.twilio.add_fault("status", url=f"{path}.*Page=1", account=account, status=404, code=code)
    output = syncs.run(stream)
    (error,) = errors_of(output, stream)
    assert error.failure_type.value == "transient_error"
    assert account in error.message and "broke off" in error.message and "HTTP 404" in error.message
    assert len(of(account, output, stream)) == 2, "rows are kept"
    cursors = {entry["partition"]["account_sid"] for entry in syncs.state[stream].get("states", [])}
    assert account not in cursors
    syncs.twilio.clear_faults()
    assert len(of(account, syncs.run(stream), stream)) == (5 if stream == "usage_records" else ROWS)


def of(account: str, output: Output, stream: str) -> list[dict[str, Any]]:
    return [row for row in output.records(stream) if row["account_sid"] == account]


def test_404_of_a_usage_range_is_no_data_and_is_logged_with_the_range(syncs: Syncs) -> None:
    syncs.twilio.set_switch("empty_usage", "not_found")
    output = syncs.run("usage_records")
    assert output.failure is None
    (line,) = [line for line in output.lines if "no data" in line]
    assert line.startswith(f"INFO Stream usage_records, account {MAIN}: ")
    assert "StartDate 2026-10-01, EndDate 2026-11-21" in line and "20404" in line
    assert syncs.state["usage_records"]["states"], "an empty range closes"
