"""The faults of the matrix: each hits one stream of the main account, so that one read shows them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

LONGEST_WAIT = 1.5  # seconds between two attempts, in these tests
READ_TIMEOUT = 3.0  # above what a busy machine needs for a good answer

BROKEN = "ProxyError|ConnectionError|ReadTimeout|no JSON object"  # half an answer, or none


@dataclass(frozen=True)
class Case:
    """One fault. stream: whose list it hits; path: of that list; rule: what the sandbox does (see its faults.py);
    seen: how the connector names it; least, most: seconds until the first retry."""

    name: str
    stream: str
    path: str
    rule: dict[str, Any] = field(default_factory=dict)
    seen: str = ""
    least: float = 0.5
    most: float = 0.75


def in_seconds(seconds: float) -> str:
    """An HTTP date so many seconds from now."""
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)


def refused(**headers: str) -> dict[str, Any]:
    """Twilio's answer to too many requests at the same time."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"action": "status", "status": 429, "code": 20429, "message": "Too many requests", "headers": named}


def status(number: int) -> dict[str, Any]:
    """An error of the server, with Twilio's JSON."""
    return {"action": "status", "status": number, "code": 20500}


def cases() -> list[Case]:
    """Every fault that a retry overcomes; made anew for each read, since one of them holds a date."""
    # fmt: off
    return [
        Case("429", "calls", "/Calls.json", refused(), "HTTP 429"),
        Case("429, Retry-After in seconds", "recordings", "/Recordings.json",
             refused(Retry_After="1"), "HTTP 429", 1, 1.5),
        Case("429, Retry-After as a date", "transcriptions", "/Transcriptions.json",
             refused(Retry_After=in_seconds(30)), "HTTP 429", LONGEST_WAIT, 1.5 * LONGEST_WAIT),
        Case("429, Retry-After in the past", "trunks", "/v1/Trunks",
             refused(Retry_After=in_seconds(-3600)), "HTTP 429", 0, 0.75),
        Case("429, Retry-After zero", "notifications", "/Notifications.json",
             refused(Retry_After="0"), "HTTP 429", 0, 0.75),
        Case("429, Retry-After a year", "applications", "/Applications.json",
             refused(Retry_After="31536000"), "HTTP 429", LONGEST_WAIT, 1.5 * LONGEST_WAIT),
        Case("429, Retry-After beyond all numbers", "keys", "/Keys.json",
             refused(Retry_After="9" * 400), "HTTP 429", LONGEST_WAIT, 1.5 * LONGEST_WAIT),
        Case("429, Retry-After negative", "usage_triggers", "/Triggers.json", refused(Retry_After="-5"), "HTTP 429", 0),
        Case("429, Retry-After in words", "incoming_phone_numbers", "/IncomingPhoneNumbers.json",
             refused(Retry_After="soon"), "HTTP 429"),
        Case("429, Retry-After without a zone", "outgoing_caller_ids", "/OutgoingCallerIds.json",
             refused(Retry_After="Fri, 24 May 2019 17:44:46 -0000"), "HTTP 429", 0),
        Case("429, Retry-After a digit that is no number", "account_balance", "/Balance.json",
             refused(Retry_After="\u00b2"), "HTTP 429", 0),
        Case("500", "usage_records", "/Daily.json", status(500), "HTTP 500"),
        Case("502", "usage_records_monthly", "/Monthly.json", status(502), "HTTP 502"),
        Case("503", "usage_records_yearly", "/Yearly.json", status(503), "HTTP 503"),
        Case("504", "usage_records_all_time", "/AllTime.json", status(504), "HTTP 504"),
        Case("503 without JSON", "usage_records_today", "/Today.json",
             {"action": "not_json", "status": 503}, "HTTP 503"),
        Case("reset", "usage_records_yesterday", "/Yesterday.json", {"action": "reset"}, BROKEN),
        Case("reset after the headers", "usage_records_this_month", "/ThisMonth.json",
             {"action": "reset_after_headers"}, BROKEN),
        Case("stall", "alerts", "/v1/Alerts", {"action": "stall", "seconds": 60}, "ReadTimeout"),
        Case("stall after the headers", "verify_services", "/v2/Services",
             {"action": "stall_after_headers", "seconds": 60}, BROKEN),
        Case("cut short", "messages", "/Messages.json", {"action": "truncate"}, BROKEN),
        Case("a 200 that is HTML", "queues", "/Queues.json", {"action": "html"}, "no JSON object"),
        Case("a 200 that is empty", "addresses", "/Addresses.json", {"action": "empty"}, "no JSON object"),
        Case("a 200 that is a list", "flows", "/v2/Flows", {"action": "json", "body": [1, 2]}, "no JSON object"),
        Case("a 200 of another shape", "workspaces", "/v1/Workspaces", {"action": "json", "body": {"rows": []}},
             "without a list of `workspaces`"),
        Case("a 200 whose list is none", "services", "conversations.twilio.com/v1/Services",
             {"action": "json", "body": {"services": "none"}}, "without a list of `services`"),
        Case("a 200 whose rows are none", "conferences", "/Conferences.json",
             {"action": "json", "body": {"conferences": ["CF1"]}}, "without a list of `conferences`"),
        Case("a 200 with half a document", "usage_records_last_month", "/LastMonth.json",
             {"action": "body", "status": 200, "body": '{"usage_records": [{"category": "sms'}, "no JSON object"),
        Case("401 without Twilio's JSON", "available_phone_number_countries", "/AvailablePhoneNumbers.json",
             {"action": "not_json", "status": 401}, "HTTP 401 without Twilio's explanation"),
    ]
    # fmt: on
