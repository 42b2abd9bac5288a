"""What is measured: for each scenario the rows, the conditions, the streams and who takes part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.world import DAY, QUIET

LATENCY = 0.15
HOUR = 3_600
WIDE = 32  # workers that docs/scaling.md advises for a first sync of hundreds of accounts
BOTH = ("peer", "ours", "edition")
ALL = (*BOTH, "tap", "library")
# The streams of the 2010 API, for which every account is asked; children of rows that quiet accounts lack included.
STREAMS_2010 = (
    "account_balance", "accounts", "addresses", "applications", "available_phone_number_countries", "call_events",
    "call_notifications", "calls", "conference_participants", "conferences", "dependent_phone_numbers",
    "incoming_phone_numbers", "keys", "message_media", "messages", "notifications", "outgoing_caller_ids",
    "queue_members", "queues", "recording_add_on_results", "recordings", "short_codes", "signing_keys",
    "sip_credential_lists", "sip_credentials", "sip_domain_credential_list_mappings",
    "sip_domain_ip_access_control_list_mappings", "sip_domain_registration_credential_list_mappings", "sip_domains",
    "sip_ip_access_control_lists", "sip_ip_addresses", "transcriptions", "usage_records", "usage_records_all_time",
    "usage_records_last_month", "usage_records_monthly", "usage_records_this_month", "usage_records_today",
    "usage_records_yearly", "usage_records_yesterday", "usage_triggers",
)  # fmt: skip
# Seconds that a later sync reads again (design.md section 5); what has no date filter is read whole.
LOOKBACK = {"messages": DAY, "calls": DAY, "recordings": DAY, "conferences": DAY, "message_media": DAY}


@dataclass(frozen=True)
class Scenario:
    """One thing to measure. `streams` empty means every 2010 stream that all its readers offer."""

    what: str
    world: Mapping[str, Any]
    streams: tuple[str, ...] = ("messages",)
    readers: tuple[str, ...] = BOTH
    latency: float = 0.0
    limit: int = 0
    workers: int | None = None  # None: each reader's default
    command: str = "read"
    hidden: int = 0  # measure a second sync, to which this many seconds of rows are new


@dataclass(frozen=True)
class Sizes:
    """How large everything is; `QUICK` proves that the benchmark works, its ratios are not the table's."""

    rows: int = 30_000
    many: int = 300_000
    subaccounts: int = 50
    quiet: int = 1_000
    peer_quiet: tuple[int, int] = (10, 40)
    parents: int = 2_400
    limited: int = 200
    busy: int = 20_000
    rounds: int = 3


FULL = Sizes()
QUICK = Sizes(
    rows=3_000, many=9_000, subaccounts=5, quiet=20, peer_quiet=(2, 4), parents=60, limited=30, busy=4_000, rounds=1
)


def scenarios(sizes: Sizes) -> dict[str, Scenario]:
    """All scenarios by name, in the order of the targets."""
    rows, many, quiet = sizes.rows, sizes.many, {"main": QUIET, "sub": QUIET}
    media = {"main": {"messages": rows}, "media": sizes.parents}
    small = {"main": {"incoming_phone_numbers": 20}}
    shared = {"messages": rows // (sizes.subaccounts + 1), "calls": QUIET["calls"]}
    busy = {**QUIET, "messages": sizes.busy, "calls": sizes.busy // 4}
    later = ("messages", "calls", "conferences", "recordings", "usage_records", "incoming_phone_numbers",
             "message_media")  # fmt: skip

    def quiet_accounts(subaccounts: int, readers: tuple[str, ...], workers: int | None = None) -> Scenario:
        world = {**quiet, "subaccounts": subaccounts}
        what = f"{subaccounts:,} quiet subaccounts, all 2010 streams, 150 ms"
        return Scenario(what, world, (), readers, LATENCY, workers=workers)

    return {
        "messages": Scenario(f"{rows:,} messages", {"main": {"messages": rows}}, readers=ALL),
        "messages_scheduled": Scenario(
            f"{rows:,} messages, one in 50 scheduled", {"main": {"messages": rows}, "scheduled": 50}
        ),
        "messages_many": Scenario(f"{many:,} messages", {"main": {"messages": many}}),
        "calls": Scenario(f"{rows:,} calls", {"main": {"calls": rows}}, ("calls",)),
        "usage": Scenario(f"{rows:,} usage rows", {"main": {"usage": rows}}, ("usage_records",)),
        "wall_one": Scenario(
            f"{rows:,} messages, one account, 150 ms", {"main": {"messages": rows}}, readers=ALL, latency=LATENCY
        ),
        "wall_scheduled": Scenario(
            f"{rows:,} messages, one in 50 scheduled, 150 ms",
            {"main": {"messages": rows}, "scheduled": 50},
            latency=LATENCY,
        ),
        "wall_accounts": Scenario(
            f"{rows:,} messages of {sizes.subaccounts} subaccounts, a few calls, 150 ms",
            {"main": shared, "sub": shared, "subaccounts": sizes.subaccounts},
            ("messages", "calls"),
            latency=LATENCY,
        ),
        "quiet": quiet_accounts(sizes.quiet, ("ours",)),
        "quiet_wide": quiet_accounts(sizes.quiet, ("ours",), WIDE),
        "quiet_peer_few": quiet_accounts(sizes.peer_quiet[0], ("peer",)),
        "quiet_peer_more": quiet_accounts(sizes.peer_quiet[1], ("peer",)),
        "media": Scenario(f"media of {sizes.parents:,} messages", media, ("message_media",)),
        "media_wall": Scenario(
            f"media of {sizes.parents:,} messages, 150 ms", media, ("message_media",), latency=LATENCY
        ),
        "second": Scenario(
            f"a second sync one hour later, {sizes.subaccounts + 1} accounts, one of them busy",
            {**quiet, "main": busy, "days": 8, "media": sizes.busy // 100, "subaccounts": sizes.subaccounts},
            later,
            hidden=HOUR,
        ),
        "limit": Scenario(
            "32 workers, at most 10 requests in flight, 150 ms",
            {**quiet, "subaccounts": sizes.limited},
            ("messages", "recordings", "incoming_phone_numbers"),
            ("ours",),
            LATENCY,
            limit=10,
            workers=32,
        ),
        "limit_free": Scenario(
            "10 workers, no limit, 150 ms",
            {**quiet, "subaccounts": sizes.limited},
            ("messages", "recordings", "incoming_phone_numbers"),
            ("ours",),
            LATENCY,
            workers=10,
        ),
        "spec": Scenario("spec", small, (), command="spec"),
        "check": Scenario("check", small, (), command="check"),
        "discover": Scenario("discover", small, (), command="discover"),
        "small": Scenario("read of one small stream", small, ("incoming_phone_numbers",)),
    }
