"""A saved state of every dated stream, and the requests of the sync that goes on from it."""

from __future__ import annotations

from typing import Any

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import ConfigBuilder, Syncs, iso, rfc
from unit_tests.support.manifest import cursor_of, streams

API = f"/2010-04-01/Accounts/{MAIN}"
SAVED = "2026-11-20T10:00:00Z"  # the clock stands at 2026-11-21T12:00:00Z
DURING = "2026-11-21T08:00:00Z"
FLOW, EXECUTION, CALL, MESSAGE = "FW" + "1" * 32, "FN" + "1" * 32, "CA" + "1" * 32, "SM" + "1" * 32
WORKSPACE, WORKER, WORKFLOW, QUEUE = "WS" + "1" * 32, "WK" + "1" * 32, "WW" + "1" * 32, "WQ" + "1" * 32
SERVICE, ENVIRONMENT, ROOM, SIM = "ZS" + "1" * 32, "ZE" + "1" * 32, "RM" + "1" * 32, "DE" + "1" * 32

# One parent of each kind, with a date in the range; the columns of their paths are those of the sandbox's table.
PARENTS: list[tuple[str, dict[str, Any]]] = [
    ("flows", {"sid": FLOW, "date_created": iso(DURING), "date_updated": iso(DURING)}),
    ("executions", {"sid": EXECUTION, "flow_sid": FLOW, "date_created": iso(DURING), "status": "ended"}),
    ("calls", {"sid": CALL, "date_created": rfc(DURING), "start_time": rfc(DURING), "status": "completed"}),
    ("messages", {"sid": MESSAGE, "date_created": rfc(DURING), "date_sent": rfc(DURING), "num_media": "1"}),
    ("workspaces", {"sid": WORKSPACE, "date_updated": iso(DURING)}),
    ("workers", {"sid": WORKER, "workspace_sid": WORKSPACE, "date_updated": iso(DURING)}),
    ("workflows", {"sid": WORKFLOW, "workspace_sid": WORKSPACE, "date_updated": iso(DURING)}),
    ("task_queues", {"sid": QUEUE, "workspace_sid": WORKSPACE, "date_updated": iso(DURING)}),
    ("serverless_services", {"sid": SERVICE, "date_updated": iso(DURING)}),
    ("serverless_environments", {"sid": ENVIRONMENT, "service_sid": SERVICE, "date_updated": iso(DURING)}),
    ("video_rooms", {"sid": ROOM, "date_created": iso(DURING), "status": "in-progress"}),
    ("wireless_sims", {"sid": SIM, "date_updated": iso(DURING)}),
]


def prepared(twilio: Twilio, stream: str) -> Syncs:
    """A Twilio with one parent of each kind, and a state that ends at SAVED; no lookback beyond the stream's own."""
    for name, row in PARENTS:
        twilio.put(name, MAIN, {"account_sid": MAIN, **row})
    syncs = Syncs(twilio, ConfigBuilder().start("2024-05-06T07:08:09Z").put(lookback_window=0, num_workers=1).build())
    by_day = streams()[stream]["incremental_sync"]["cursor_granularity"] != "PT1S"
    value = {cursor_of(stream): SAVED[:10] if by_day else SAVED}
    syncs.state = {
        stream: {
            "states": [
                {"partition": {"account_sid": MAIN}, "cursor": value},
                {"partition": {"account_sid": MAIN, "rows": "undated"}, "cursor": value},
            ]
        }
    }
    return syncs


DAYS = [
    ("2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z"),
    ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"),
    ("2026-11-21T00:00:00Z", "2026-11-21T12:00:00Z"),
]


def by_day(path: str) -> list[str]:
    """One request a day, the last one up to now."""
    return [f"{path}?StartDate={start}&EndDate={end}" for start, end in DAYS]


def by_status(path: str, statuses: str, rest: str) -> list[str]:
    """One request a status."""
    return [f"{path}?Status={status}&{rest}" for status in statuses.split()]


CALLS = [
    f"{API}/Calls.json?PageSize=1000",  # the unfiltered list may hide calls that were never dialled
    *by_status(f"{API}/Calls.json", "queued ringing canceled busy failed no-answer", "PageSize=1000"),
]
EXECUTIONS = (
    f"/v2/Flows/{FLOW}/Executions?DateCreatedFrom=2026-11-18T09:59:59Z&DateCreatedTo=2026-11-21T12:00:01Z&PageSize=1000"
)
ROOMS = by_status(
    "/v1/Rooms",
    "in-progress completed failed",
    "DateCreatedAfter=2026-11-17&DateCreatedBefore=2026-11-22&PageSize=1000",
)
VIDEO = "DateCreatedAfter=2026-11-19T09:59:59Z&DateCreatedBefore=2026-11-21T12:00:01Z"
TASKROUTER, STATISTICS = "/v1/Workspaces?PageSize=1000", f"/v1/Workspaces/{WORKSPACE}"
PLACE = f"/v1/Services/{SERVICE}/Environments"
SIMS = "Granularity=daily&Start=2026-11-19T00:00:00Z&End=2026-11-22T00:00:00Z&PageSize=1000"

# The requests of a sync, unquoted; in no particular order.
REQUESTS: dict[str, list[str]] = {
    "usage_records": [
        f"{API}/Usage/Records/Daily.json?IncludeSubaccounts=false&StartDate=2026-11-17&EndDate=2026-11-21&PageSize=1000"
    ],
    "usage_records_monthly": [
        f"{API}/Usage/Records/Monthly.json?IncludeSubaccounts=false"
        "&StartDate=2026-10-01&EndDate=2026-11-21&PageSize=1000"
    ],
    "usage_records_yearly": [
        f"{API}/Usage/Records/Yearly.json?IncludeSubaccounts=false"
        "&StartDate=2025-01-01&EndDate=2026-11-21&PageSize=1000"
    ],
    "calls": CALLS,
    "conferences": by_status(
        f"{API}/Conferences.json",
        "init in-progress completed",
        "DateUpdated>=2026-11-18&DateUpdated<=2026-11-22&PageSize=1000",
    ),
    "recordings": [
        f"{API}/Recordings.json?IncludeSoftDeleted=true"
        "&DateCreated>=2026-11-18T23:59:59Z&DateCreated<=2026-11-22T00:00:00Z&PageSize=1000"
    ],
    "notifications": [f"{API}/Notifications.json?MessageDate>=2026-11-18&MessageDate<=2026-11-22&PageSize=1000"],
    "call_notifications": [*CALLS, f"{API}/Calls/{CALL}/Notifications.json?PageSize=1000"],
    "messages": [f"{API}/Messages.json?PageSize=1000"],
    "message_media": [f"{API}/Messages.json?PageSize=1000", f"{API}/Messages/{MESSAGE}/Media.json?PageSize=1000"],
    "alerts": ["/v1/Alerts?StartDate=2026-11-20T08:59:59Z&EndDate=2026-11-21T12:00:01Z&PageSize=1000"],
    "monitor_events": ["/v1/Events?StartDate=2026-11-20T08:59:59Z&EndDate=2026-11-21T12:00:01Z&PageSize=1000"],
    "executions": ["/v2/Flows?PageSize=1000", EXECUTIONS],
    "step": ["/v2/Flows?PageSize=1000", EXECUTIONS, f"/v2/Flows/{FLOW}/Executions/{EXECUTION}/Steps?PageSize=1000"],
    "verification_attempts": [f"/v2/Attempts?{VIDEO}"],
    "verification_attempts_summary": [
        f"/v2/Attempts/Summary?DateCreatedAfter={start}&DateCreatedBefore={end}" for start, end in DAYS
    ],
    "taskrouter_events": [
        TASKROUTER,
        f"{STATISTICS}/Events?StartDate=2026-11-20T08:59:59Z&EndDate=2026-11-21T12:00:01Z&PageSize=1000",
    ],
    "workspace_cumulative_statistics": [TASKROUTER, *by_day(f"{STATISTICS}/CumulativeStatistics")],
    "workers_cumulative_statistics": [TASKROUTER, *by_day(f"{STATISTICS}/Workers/CumulativeStatistics")],
    "worker_statistics": [
        TASKROUTER,
        f"{STATISTICS}/Workers?PageSize=1000",
        *by_day(f"{STATISTICS}/Workers/{WORKER}/Statistics"),
    ],
    "workflow_cumulative_statistics": [
        TASKROUTER,
        f"{STATISTICS}/Workflows?PageSize=1000",
        *by_day(f"{STATISTICS}/Workflows/{WORKFLOW}/CumulativeStatistics"),
    ],
    "task_queue_cumulative_statistics": [
        TASKROUTER,
        f"{STATISTICS}/TaskQueues?PageSize=1000",
        *by_day(f"{STATISTICS}/TaskQueues/{QUEUE}/CumulativeStatistics"),
    ],
    "messaging_deactivations": [f"/v1/Deactivations?Date={day}" for day in ("2026-11-18", "2026-11-19", "2026-11-20")],
    "call_summaries": [
        "/v1/Voice/Summaries?ProcessingState=all&StartTime=2026-11-19T06:59:59Z"
        "&EndTime=2026-11-21T12:00:01Z&PageSize=1000"
    ],
    "conference_summaries": [
        "/v1/Conferences?CreatedAfter=2026-11-19T09:59:59Z&CreatedBefore=2026-11-21T12:00:01Z&PageSize=1000"
    ],
    "video_room_summaries": [
        "/v1/Video/Rooms?CreatedAfter=2026-11-18T09:59:59Z&CreatedBefore=2026-11-21T12:00:01Z&PageSize=1000"
    ],
    "transcripts": [
        "/v2/Transcripts?AfterDateCreated=2026-11-19T09:59:59Z&BeforeDateCreated=2026-11-21T12:00:01Z&PageSize=1000"
    ],
    "video_rooms": ROOMS,
    "video_room_participants": [
        *ROOMS,
        *by_status(f"/v1/Rooms/{ROOM}/Participants", "connected reconnecting disconnected", "PageSize=1000"),
    ],
    "video_recordings": [f"/v1/Recordings?{VIDEO}&PageSize=100"],
    "video_compositions": by_status(
        "/v1/Compositions", "enqueued processing completed deleted failed", f"{VIDEO}&PageSize=100"
    ),
    "video_composition_hooks": [f"/v1/CompositionHooks?{VIDEO}&PageSize=1000"],
    "serverless_logs": [
        "/v1/Services?PageSize=1000",
        f"{PLACE}?PageSize=1000",
        f"{PLACE}/{ENVIRONMENT}/Logs?StartDate=2026-11-20T08:59:59Z&EndDate=2026-11-21T12:00:01Z&PageSize=1000",
    ],
    "wireless_usage_records": [f"/v1/UsageRecords?{SIMS}"],
    "wireless_sim_usage_records": ["/v1/Sims?PageSize=1000", f"/v1/Sims/{SIM}/UsageRecords?{SIMS}"],
    "supersim_usage_records": [
        "/v1/UsageRecords?Granularity=day&Group=sim&StartTime=2026-11-19T00:00:00Z"
        "&EndTime=2026-11-22T00:00:00Z&PageSize=1000"
    ],
}
