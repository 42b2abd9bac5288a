"""What Twilio leaves out unless it is asked for (quirks, section 1)."""

from __future__ import annotations

from integration_tests.sandbox import Twilio, times
from integration_tests.sandbox.accounts import MAIN, SUPPORT

from .conftest import NOW, Caller

API = f"/2010-04-01/Accounts/{MAIN}"
TODAY = NOW.timestamp()


def statuses(rows: list[dict[str, object]]) -> set[object]:
    return {row["status"] for row in rows}


def test_conferences_without_status_are_those_in_progress(twilio: Twilio, caller: Caller) -> None:
    for status in ("init", "in-progress", "completed"):
        date = times.rfc(TODAY - 50)
        twilio.put(
            "conferences",
            MAIN,
            {"sid": status, "account_sid": MAIN, "status": status, "date_created": date, "date_updated": date},
        )
    assert statuses(caller.rows(f"{API}/Conferences.json")) == {"in-progress"}
    assert statuses(caller.rows(f"{API}/Conferences.json", {"Status": "completed"})) == {"completed"}
    twilio.set_switch("conference_default", "all")
    assert len(caller.rows(f"{API}/Conferences.json")) == 3


def test_deleted_recordings(full: Caller) -> None:
    some, all_ = (
        full.rows(f"{API}/Recordings.json"),
        full.rows(f"{API}/Recordings.json", {"IncludeSoftDeleted": "true"}),
    )
    assert "deleted" not in statuses(some)
    assert len(all_) > len(some) and "deleted" in statuses(all_)


def test_rooms_and_their_participants(full: Caller) -> None:
    assert statuses(full.rows("/v1/Rooms", None, "video.twilio.com")) <= {"in-progress"}
    done = full.rows("/v1/Rooms", {"Status": "completed"}, "video.twilio.com")
    assert len(done) > 5
    participants = full.rows(f"/v1/Rooms/{done[0]['sid']}/Participants", None, "video.twilio.com")
    assert statuses(participants) == {"disconnected"}


def test_participants_of_a_running_room(twilio: Twilio, caller: Caller) -> None:
    date = times.iso(TODAY - 60)
    twilio.put("video_rooms", MAIN, {"sid": "RM1", "account_sid": MAIN, "status": "in-progress", "date_created": date})
    for status in ("connected", "disconnected"):
        twilio.put(
            "video_room_participants", MAIN, {"sid": status, "room_sid": "RM1", "status": status, "date_created": date}
        )
    path = "/v1/Rooms/RM1/Participants"
    assert statuses(caller.rows(path, None, "video.twilio.com")) == {"connected"}
    assert statuses(caller.rows(path, {"Status": "disconnected"}, "video.twilio.com")) == {"disconnected"}


def test_ranges_that_default_to_a_short_time(full: Caller) -> None:
    space = full.rows("/v1/Workspaces", None, "taskrouter.twilio.com")[-1]["sid"]
    events = f"/v1/Workspaces/{space}/Events"
    assert len(full.rows(events, None, "taskrouter.twilio.com")) <= 1
    assert len(full.rows(events, {"StartDate": "2026-10-25T00:00:00Z"}, "taskrouter.twilio.com")) > 5
    summaries = full.rows("/v1/Voice/Summaries", {"ProcessingState": "all"}, "insights.twilio.com")
    assert (
        len(summaries)
        < 5
        < len(full.rows("/v1/Voice/Summaries", {"ProcessingState": "all", "StartTime": "30d"}, "insights.twilio.com"))
    )


def test_partial_summaries_only_on_request(twilio: Twilio, caller: Caller) -> None:
    for state in ("partial", "complete"):
        twilio.put(
            "call_summaries",
            MAIN,
            {
                "call_sid": state,
                "account_sid": MAIN,
                "processing_state": state,
                "start_time": times.iso(TODAY - 600),
                "created_time": times.iso(TODAY - 500),
            },
        )
    path, host = "/v1/Voice/Summaries", "insights.twilio.com"
    assert {r["call_sid"] for r in caller.rows(path, None, host)} == {"complete"}
    assert {r["call_sid"] for r in caller.rows(path, {"ProcessingState": "all"}, host)} == {"partial", "complete"}


def test_the_unscoped_conversations_are_those_of_the_default_service(full: Caller) -> None:
    host = "conversations.twilio.com"
    plain = {row["sid"] for row in full.rows("/v1/Conversations", None, host)}
    by_service = [
        {row["sid"] for row in full.rows(f"/v1/Services/{service['sid']}/Conversations", None, host)}
        for service in full.rows("/v1/Services", None, host)
    ]
    assert len(by_service) == 2 and all(by_service)
    assert plain in by_service


def test_usage_adds_the_subaccounts_by_default(full: Caller) -> None:
    query = {"StartDate": "2026-11-10", "EndDate": "2026-11-10", "Category": "sms"}
    both = full.rows(f"{API}/Usage/Records/Daily.json", query)
    own = full.rows(f"{API}/Usage/Records/Daily.json", {**query, "IncludeSubaccounts": "false"})
    child = full.rows(f"/2010-04-01/Accounts/{SUPPORT}/Usage/Records/Daily.json", query)
    assert int(both[0]["count"]) > int(own[0]["count"]) and int(both[0]["count"]) >= int(own[0]["count"]) + int(
        child[0]["count"]
    )


def test_sim_usage_is_one_total_unless_split(full: Caller) -> None:
    host = "supersim.twilio.com"
    assert len(full.rows("/v1/UsageRecords", None, host)) == 1
    days = full.rows("/v1/UsageRecords", {"Granularity": "day", "Group": "sim"}, host)
    assert len(days) > 40 and all(row["sim_sid"] and row["fleet_sid"] is None for row in days)
    assert len(full.rows("/v1/UsageRecords", {"Granularity": "day"}, host)) == len(days) // 2


def test_sentences_are_redacted_unless_asked(full: Caller) -> None:
    host = "intelligence.twilio.com"
    done = full.rows("/v2/Transcripts", {"Status": "completed"}, host)[0]["sid"]
    path = f"/v2/Transcripts/{done}/Sentences"
    assert full.rows(path, None, host)[0]["transcript"] == "My name is [NAME]"
    assert full.rows(path, {"Redacted": "false"}, host)[0]["transcript"] == "My name is Ada"


def test_toll_free_verifications_of_subaccounts(full: Caller) -> None:
    own = full.rows("/v1/Tollfree/Verifications", None, "messaging.twilio.com")
    both = full.rows("/v1/Tollfree/Verifications", {"IncludeSubAccounts": "true"}, "messaging.twilio.com")
    assert {r["account_sid"] for r in own} == {MAIN} and SUPPORT in {r["account_sid"] for r in both}


def test_the_unsaid_switches(twilio: Twilio, caller: Caller) -> None:
    date = times.rfc(TODAY - 90)
    twilio.put(
        "calls", MAIN, {"sid": "CA1", "account_sid": MAIN, "status": "busy", "start_time": date, "date_created": date}
    )
    assert caller.rows(f"{API}/Calls.json")[0]["start_time"] == date
    twilio.set_switch("failed_calls", "undated")
    assert caller.rows(f"{API}/Calls.json")[0]["start_time"] is None
    assert caller.rows(f"{API}/Calls.json", {"StartTime>": "2026-01-01"}) == []
    twilio.set_switch("empty_usage", "not_found")
    assert caller.get(f"{API}/Usage/Records/Daily.json").json()["code"] == 20404
    twilio.set_switch("insights", "refuse")
    assert caller.get("/v1/Conferences", None, "insights.twilio.com").status == 403
