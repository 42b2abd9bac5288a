"""Faults that do not pass, each on one stream of the main account, so that one read shows them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integration_tests.matrix.faults import BROKEN, refused, status
from integration_tests.sandbox.lists import FILES_HOST

TRANSIENT, CONFIG, SYSTEM = "transient_error", "config_error", "system_error"
EVIL = FILES_HOST  # a host that answers here, so that a request to it would be seen


@dataclass(frozen=True)
class Lasting:
    """One fault. stream: whose list it hits; path: of that list; rule: what the sandbox does (see its faults.py);
    says: what the error's sentence holds; failure: its type; requests: how often the list is asked at most, 0 for as
    often as the sentence says."""

    name: str
    stream: str
    path: str
    rule: dict[str, Any]
    says: tuple[str, ...]
    failure: str = TRANSIENT
    requests: int = 0


def twilio(number: int, code: int, message: str) -> dict[str, Any]:
    """A refusal in Twilio's own words."""
    return {"action": "status", "status": number, "code": code, "message": message}


def elsewhere(key: str, link: str) -> dict[str, Any]:
    """A page without rows that names another address as the next one."""
    return {"action": "json", "body": {key: [], "next_page_uri": link, "meta": {"key": key, "next_page_url": link}}}


# fmt: off
LASTING = [
    Lasting("429", "calls", "/Calls.json", refused(), ("HTTP 429", "num_workers")),
    Lasting("429 with Retry-After zero", "notifications", "/Notifications.json",
            refused(Retry_After="0"), ("HTTP 429",)),
    Lasting("500", "usage_records", "/Daily.json", status(500), ("HTTP 500", "status.twilio.com")),
    Lasting("503", "usage_records_yearly", "/Yearly.json", status(503), ("HTTP 503",)),
    Lasting("reset", "usage_records_yesterday", "/Yesterday.json", {"action": "reset"}, (BROKEN,)),
    Lasting("reset after the headers", "usage_records_today", "/Today.json",
            {"action": "reset_after_headers"}, (BROKEN,)),
    Lasting("stall", "alerts", "/v1/Alerts", {"action": "stall", "seconds": 60}, ("ReadTimeout",)),
    Lasting("stall after the headers", "verify_services", "/v2/Services",
            {"action": "stall_after_headers", "seconds": 60}, (BROKEN,)),
    Lasting("cut short", "messages", "/Messages.json", {"action": "truncate"}, (BROKEN,)),
    Lasting("a 200 that is HTML", "queues", "/Queues.json", {"action": "html"}, ("no JSON object",)),
    Lasting("a 200 that is empty", "addresses", "/Addresses.json", {"action": "empty"}, ("no JSON object",)),
    Lasting("a 200 of another shape", "workspaces", "/v1/Workspaces", {"action": "json", "body": {"rows": []}},
            ("without a list of `workspaces`",)),
    Lasting("401 without Twilio's JSON", "keys", "/Keys.json", {"action": "not_json", "status": 401},
            ("HTTP 401 without Twilio's explanation",)),
    Lasting("403 without Twilio's JSON", "applications", "/Applications.json", {"action": "not_json", "status": 403},
            ("HTTP 403 without Twilio's explanation",)),
    Lasting("401, code 20003", "recordings", "/Recordings.json", twilio(401, 20003, "Authenticate"),
            ("HTTP 401", "20003", "Authenticate", "Auth Token"), CONFIG, 1),
    Lasting("401, code 70051", "transcriptions", "/Transcriptions.json", twilio(401, 70051, "Authorization error"),
            ("HTTP 401", "70051", "Authorization error", "permission"), CONFIG, 1),
    Lasting("403, code 20006", "usage_triggers", "/Triggers.json", twilio(403, 20006, "Access denied"),
            ("HTTP 403", "20006", "Access denied"), CONFIG, 1),
    Lasting("404 of a whole list", "incoming_phone_numbers", "/IncomingPhoneNumbers.json",
            twilio(404, 20404, "Not found"), ("HTTP 404", "20404", "region"), CONFIG, 1),
    Lasting("404 without Twilio's JSON", "trunks", "/v1/Trunks", {"action": "not_json", "status": 404},
            ("HTTP 404 without Twilio's explanation",)),
    Lasting("400", "outgoing_caller_ids", "/OutgoingCallerIds.json", twilio(400, 20001, "Bad request"),
            ("HTTP 400", "20001", "Bad request", "report"), SYSTEM, 1),
    Lasting("a redirect", "account_balance", "/Balance.json",
            {"action": "redirect", "host": EVIL}, ("HTTP 307",), SYSTEM, 1),
    Lasting("a page token that is dead", "conferences", "/Conferences.json",
            {"action": "dead_token", "status": 400}, ("HTTP 400", "Page token is not valid"), SYSTEM, 3),
    Lasting("a next page on another host", "usage_records_monthly", "/Monthly.json",
            {"action": "foreign_next", "host": EVIL}, ("another host", EVIL), SYSTEM, 1),
    Lasting("a next page on another port", "services", "conversations.twilio.com/v1/Services",
            {"action": "foreign_next", "host": "conversations.twilio.com:8443"}, ("another host", "8443"), SYSTEM, 1),
    Lasting("a next page in plain HTTP", "available_phone_number_countries", "/AvailablePhoneNumbers.json",
            elsewhere("countries", "http://api.twilio.com/2010-04-01/x.json"), (), SYSTEM, 1),
    Lasting("a next page that repeats for ever", "flows", "/v2/Flows", {"action": "loop_next"},
            ("was read before",), SYSTEM, 1),
]
# fmt: on
