"""What is skipped with a warning and exit code 0: accounts that Twilio does not let us read, children that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from integration_tests.matrix.lasting import twilio
from integration_tests.matrix.runs import QUICK, Outcome
from integration_tests.matrix.world import Scene, table
from integration_tests.sandbox.accounts import MAIN, MARKETING, SUPPORT, SUSPENDED

# stream, path of its list, status and code with which one subaccount is refused
REFUSED = [
    ("messages", "/Messages.json", 401, 20003),
    ("calls", "/Calls.json", 403, 20006),
    ("recordings", "/Recordings.json", 404, 20404),
    ("notifications", "/Notifications.json", 401, 20005),
    ("applications", "/Applications.json", 403, 10001),
    ("incoming_phone_numbers", "/IncomingPhoneNumbers.json", 401, 90010),
    ("outgoing_caller_ids", "/OutgoingCallerIds.json", 403, 70051),
    ("alerts", "/v1/Alerts", 401, 70051),
    ("conversations", "conversations.twilio.com/v1/Services", 403, 20003),
]
STREAMS = [stream for stream, *_ in REFUSED]
Syncs = tuple[Outcome, Outcome]


@pytest.fixture(scope="module")
def syncs(still: Scene) -> Iterator[Syncs]:
    """A sync in which a subaccount is refused on every stream in another way, and the next one in which it is not."""
    still.reset()
    for _, path, status, code in REFUSED:
        still.control.add_fault(**twilio(status, code, "Sorry"), url=re.escape(path), account=SUPPORT)
    first = still.read(STREAMS)
    still.reset()
    yield first, still.read(STREAMS, state=first.state())
    still.reset()


@pytest.mark.parametrize(("stream", "status", "code"), [(stream, status, code) for stream, _, status, code in REFUSED])
def test_a_refused_subaccount_is_skipped(stream: str, status: int, code: int, syncs: Syncs) -> None:
    first, _ = syncs
    assert (first.exit_code, first.errors(), first.complete) == (0, [], set(STREAMS))
    (warning,) = [line for line in first.logs("WARN") if line.startswith(f"Stream {stream}: ")]
    assert all(word in warning for word in (SUPPORT, "skipped", f"HTTP {status}", str(code), "Sorry", "cursor stays"))
    assert not [place for place in first.cursors(stream) if place.startswith(SUPPORT)]
    assert f"1 accounts skipped ({SUPPORT})" in first.summary(stream)


def test_the_other_accounts_are_complete(still: Scene, syncs: Syncs) -> None:
    first, _ = syncs
    assert still.wrong(STREAMS, first, accounts=[MARKETING, SUSPENDED]) == []


def test_the_next_sync_reads_its_whole_history(still: Scene, syncs: Syncs) -> None:
    first, second = syncs
    assert second.exit_code == 0
    assert second.logs("WARN") == []
    assert still.wrong(STREAMS, first, second) == []


@pytest.mark.parametrize("code", [10001, 20005, 90010])
def test_a_suspended_account_that_is_refused_is_skipped(code: int, scene: Scene) -> None:
    scene.control.set_switch("suspended_account", "refuse")
    scene.control.set_switch("suspended_code", code)
    streams = ["messages", "alerts"]
    outcome = scene.read(streams)
    assert (outcome.exit_code, outcome.complete) == (0, set(streams))
    assert scene.wrong(streams, outcome) == []
    for stream in streams:
        (warning,) = [line for line in outcome.logs("WARN") if line.startswith(f"Stream {stream}: ")]
        assert SUSPENDED in warning and str(code) in warning
        assert not [place for place in outcome.cursors(stream) if place.startswith(SUSPENDED)]


def test_a_child_that_is_gone_is_skipped_and_the_window_closes(scene: Scene) -> None:
    clean = scene.read(["message_media", "conversation_participants", "step"])
    gone = {"message_media": "parent_sid", "conversation_participants": "conversation_sid", "step": "execution_sid"}
    victims = {stream: clean.records(stream)[0][column] for stream, column in gone.items()}
    for victim in victims.values():
        scene.control.add_fault(**twilio(404, 20404, "Not found"), url=f"/{victim}/")
    outcome = scene.read(list(gone))
    assert (outcome.exit_code, outcome.errors(), outcome.complete) == (0, [], set(gone))
    for stream, column in gone.items():
        left = {key: row for key, row in table(clean, stream).items() if row[column] != victims[stream]}
        assert table(outcome, stream) == left != table(clean, stream)
        assert set(outcome.cursors(stream)) == set(clean.cursors(stream))


@pytest.mark.parametrize("dated", [True, False])
def test_a_child_that_is_refused_is_not_gone(dated: bool, scene: Scene) -> None:
    """It holds the cursor of its parent's kind; the other kind may have been read by then."""
    clean = scene.read(["message_media", "messages"])
    parents = {row["sid"] for row in clean.records("messages") if bool(row.get("date_sent")) == dated}
    found = [row for row in clean.records("message_media") if row["account_sid"] == MAIN]
    victim = next(row for row in found if row["parent_sid"] in parents)
    scene.control.add_fault(**twilio(403, 20006, "Access denied"), url=f"/{victim['parent_sid']}/")
    outcome = scene.read(["message_media", "calls"])
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"message_media"}, {"calls"})
    (error,) = outcome.errors_of("message_media")
    assert "20006" in error["message"] and MAIN in error["message"]
    assert (MAIN if dated else f"{MAIN}/undated") not in outcome.cursors("message_media")


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "not_json", "status": 404},
        {"action": "status", "status": 503},
        {"action": "html"},
    ],
    ids=["404 without Twilio's JSON", "503", "html"],
)
def test_a_child_that_cannot_be_read_is_not_gone(rule: dict[str, object], scene: Scene) -> None:
    victim = next(row for row in scene.read(["step"]).records("step") if row["account_sid"] == SUPPORT)
    scene.control.add_fault(**rule, url=f"/{victim['execution_sid']}/")
    outcome = scene.read(["step"], retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete) == (1, {"step"})
    assert SUPPORT not in outcome.cursors("step")
    scene.reset()
    again = scene.read(["step"], state=outcome.state())
    assert scene.wrong(["step"], outcome, again) == []


@pytest.mark.parametrize(
    "rule",
    [
        twilio(400, 20001, "Bad request"),
        {"action": "status", "status": 500},
        {"action": "not_json", "status": 401},
        {"action": "json", "body": {"rows": []}},
    ],
    ids=["400", "500", "401 without Twilio's JSON", "another shape"],
)
def test_trouble_with_a_subaccount_is_no_reason_to_skip_it(rule: dict[str, object], scene: Scene) -> None:
    scene.control.add_fault(**rule, url="/Calls.json", account=SUPPORT)
    outcome = scene.read(["calls", "recordings"], retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"calls"}, {"recordings"})
    (error,) = outcome.errors_of("calls")
    assert SUPPORT in error["message"]
    assert {row["account_sid"] for row in outcome.records("calls")} >= {MAIN, MARKETING}
    assert not [place for place in outcome.cursors("calls") if place.startswith(SUPPORT)]


def test_a_range_without_usage_is_an_empty_window_that_closes(scene: Scene) -> None:
    streams = ["usage_records", "usage_records_monthly", "usage_records_yearly"]
    clean = scene.read(streams)
    scene.control.add_fault(**twilio(404, 20404, "Not found"), url="/Usage/Records/", account=SUPPORT)
    outcome = scene.read(streams)
    assert (outcome.exit_code, outcome.logs("WARN"), outcome.complete) == (0, [], set(streams))
    for stream in streams:
        assert set(outcome.cursors(stream)) == set(clean.cursors(stream))
