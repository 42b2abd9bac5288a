"""Every question the documentation leaves open, as a switch with the documented or likely answer as its default.

A switch is set with ``Twilio.set_switch(name, value)``, ``--switch name=value`` or the control address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Switch:
    """One open question: its default, the other answers and what they mean."""

    name: str
    default: Any
    choices: Any  # the answers, or int
    text: str


SWITCHES = tuple(
    Switch(*row)
    for row in (
        (
            "upper_bound",
            "documented",
            ("documented", "before", "at"),
            "Upper bounds of calls, messages, media, recordings: as each page says, strict, or inclusive.",
        ),
        (
            "date_compare",
            "instant",
            ("instant", "date"),
            "The same filters compare instants (a plain date is its midnight) or whole UTC dates.",
        ),
        (
            "list_order",
            "newest",
            ("newest", "oldest", "unordered"),
            "Order of lists on the 2010 API; unordered is a fixed one that follows no date.",
        ),
        (
            "messages_order",
            "dated",
            ("dated", "created", "undated_first", "undated_last"),
            "Where list_order is newest: messages by date_sent, else creation; all by creation; or those without "
            "date_sent first, or last.",
        ),
        (
            "calls_order",
            "created",
            ("created", "dated", "undated_first", "undated_last"),
            "The same for calls and start_time.",
        ),
        (
            "undated",
            "shown",
            ("shown", "hidden"),
            "Messages without date_sent and calls without start_time in an unfiltered list.",
        ),
        (
            "failed_calls",
            "dialled",
            ("dialled", "undated"),
            "Busy, failed and no-answer calls carry start_time and end_time, as recorded, or none.",
        ),
        (
            "failed_messages",
            "dated",
            ("dated", "undated"),
            "Messages that failed at once carry date_sent, equal to date_created, as recorded, or none.",
        ),
        (
            "conference_default",
            "in-progress",
            ("in-progress", "all"),
            "What /Conferences.json lists without Status (changed by Twilio from 2026-09-30).",
        ),
        (
            "alert_cap",
            "silent",
            ("silent", "error", "plain"),
            "A list at its cap (alerts, serverless logs) just ends, or answers HTTP 400 on the page after it, with "
            "Twilio's code or without.",
        ),
        ("cap_rows", 0, int, "Rows at which capped lists are cut; 0 means the documented 10,000."),
        (
            "page_size_over_max",
            "clamp",
            ("clamp", "refuse"),
            "PageSize above the maximum is lowered, or refused with 400.",
        ),
        (
            "verify_page_size",
            "refuse",
            ("refuse", "over_25", "accept"),
            "PageSize on the Verify host: always refused with 60373, only above 25, or accepted up to the maximum.",
        ),
        ("suspended_account", "read", ("read", "refuse"), "Rows of a suspended account."),
        ("suspended_code", 20005, int, "The code that refuses a suspended or closed account (10001, 20005, 90010)."),
        ("refusal_status", 401, (401, 403), "HTTP status of a refusal with code 70051."),
        ("message_bumps_conversation", False, (False, True), "A new message moves date_updated of its conversation."),
        ("retry_after", "none", ("none", "seconds", "date"), "Retry-After of answers with 429."),
        ("taskrouter_events", "one_page", ("one_page", "pages"), "What /Events of TaskRouter has."),
        (
            "insights",
            "on",
            ("on", "refuse", "empty"),
            "Voice Insights Advanced Features on, or off and refused, or off and empty.",
        ),
        (
            "insights_filter",
            "start_time",
            ("start_time", "created_time", "end_time"),
            "What StartTime and EndTime of call summaries look at.",
        ),
        (
            "empty_usage",
            "empty",
            ("empty", "not_found"),
            "A usage range without data answers an empty list, or 404/20404.",
        ),
        (
            "usage_before_account",
            "clipped",
            ("clipped", "asked"),
            "A StartDate before the account's creation comes back as that day, as recorded, or as asked.",
        ),
        (
            "partial_usage",
            "same_key",
            ("same_key", "clipped"),
            "A month or year asked in part: partial totals under the whole unit's dates, or under the range's own.",
        ),
        (
            "retention",
            "silent",
            ("silent", "refuse"),
            "A start before the retention limit finds only what is kept, or is refused with 400/20004.",
        ),
        (
            "statistics_days",
            30,
            int,
            "Days back that TaskRouter statistics answer before 400/14241 (30, or 35 in US1, 31 in IE1).",
        ),
        (
            "missing_product",
            "unresolvable",
            ("unresolvable", "not_found"),
            "A product that a Region lacks: a host that does not resolve, or 404/20404.",
        ),
        ("page_token_life", 0, int, "Seconds after which a page token is dead (400); 0 means never."),
        ("page_token", "sid", ("sid", "opaque"), "Page tokens are PA and the SID of a row, as recorded, or opaque."),
        (
            "page_without_token",
            "refuse",
            ("refuse", "serve"),
            "Page=1 without a token is refused with 400, as recorded, or counted off.",
        ),
        (
            "later_pages",
            "recorded",
            ("recorded", "counted"),
            "Later pages of messages call themselves page 0 with start 0, as recorded, or are counted on.",
        ),
        (
            "foreign_page_token",
            "position",
            ("position", "offset", "filters", "refuse"),
            "An opaque token under other filters: pins its row, counts rows, brings its own along, or is refused.",
        ),
        (
            "oauth_subaccounts",
            False,
            (False, True),
            "An OAuth token of the main account reads its subaccounts' 2010 paths.",
        ),
        (
            "key_sees_tokens",
            True,
            (True, False),
            "A Main API key sees the Auth Tokens of accounts; users report that they come empty.",
        ),
        ("deleted_compositions", "hidden", ("hidden", "shown"), "Deleted video compositions without Status=deleted."),
        (
            "legacy_region_hosts",
            False,
            (False, True),
            "Hosts with a Region but no edge (api.ie1.twilio.com) still answer.",
        ),
    )
)
DEFAULTS = {switch.name: switch.default for switch in SWITCHES}
BY_NAME = {switch.name: switch for switch in SWITCHES}


def checked(name: str, value: Any) -> Any:
    """The value as its switch takes it; texts from a command line are converted; ValueError for a wrong one."""
    if name not in BY_NAME:
        raise ValueError(f"no switch {name!r}; there are {', '.join(DEFAULTS)}")
    choices = BY_NAME[name].choices
    if choices is int:
        return int(value)
    for choice in choices:
        if (
            value == choice
            and isinstance(value, bool) == isinstance(choice, bool)
            or str(value).lower() == str(choice).lower()
        ):
            return choice
    raise ValueError(f"switch {name!r} takes {', '.join(map(str, choices))}, not {value!r}")


def table() -> str:
    """All switches as the table of the README."""
    lines = ["| Switch | Answers, the default first | |", "|---|---|---|"]
    for switch in SWITCHES:
        others = ["a number"] if switch.choices is int else [f"`{c}`" for c in switch.choices if c != switch.default]
        lines.append(f"| `{switch.name}` | {', '.join([f'`{switch.default}`', *others])} | {switch.text} |")
    return "\n".join(lines)
