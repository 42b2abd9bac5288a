"""Every kind of credential against every group of streams: what is read, of which accounts, with whose token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from integration_tests.matrix import people
from integration_tests.matrix.lasting import CONFIG
from integration_tests.matrix.runs import AT_ONCE, Outcome
from integration_tests.matrix.world import ALLOWED, RESOURCES, Scene
from integration_tests.sandbox import accounts as known

GROUPS = {
    "2010 API": ["messages", "calls", "usage_records", "incoming_phone_numbers", "message_media"],
    "product hosts": [
        "alerts",
        "conversations",
        "conversation_participants",
        "flows",
        "trunks",
        "verify_services",
        "workspaces",
    ],
    "reference data": ["available_phone_number_countries", "voice_pricing_countries"],
    "main account alone": ["account_balance"],
}
STREAMS = [stream for group in GROUPS.values() for stream in group]
ADMINISTRATION = ["accounts", "keys"]
LIST, SELF = "/2010-04-01/Accounts.json", f"/2010-04-01/Accounts/{known.MAIN}.json"
SUBACCOUNTS = {known.SUPPORT, known.MARKETING, known.SUSPENDED}


@dataclass(frozen=True)
class Kind:
    """A kind of credential. kind and permissions: as the sandbox's `expected` names them; user: the user name of the
    main account's own requests; probes: what it costs to find out which accounts there are."""

    name: str
    config: dict[str, Any]
    kind: str
    user: str
    probes: dict[str, int]
    permissions: tuple[str, ...] | None = None
    cannot: list[str] = field(default_factory=list)

    def reads(self, stream: str) -> bool:
        """Whether the credentials may read a stream."""
        return stream not in self.cannot and (self.permissions is None or RESOURCES[stream].family in self.permissions)


KINDS = [
    Kind("Auth Token", people.token(), "auth_token", known.MAIN, {LIST: 1, SELF: 0}),
    Kind("Main key", people.MAIN_KEY, "main_key", known.MAIN_KEY, {LIST: 1, SELF: 1}),
    Kind(
        "Standard key", people.STANDARD_KEY, "standard", known.STANDARD_KEY, {LIST: 0, SELF: 1}, cannot=ADMINISTRATION
    ),
    Kind(
        "Restricted key",
        people.RESTRICTED_KEY,
        "restricted",
        known.RESTRICTED_KEY,
        {LIST: 0, SELF: 1},
        known.RESTRICTED_PERMISSIONS,
        ADMINISTRATION,
    ),
    Kind("OAuth app", people.app(), "oauth", "bearer", {LIST: 0, SELF: 0}),
    Kind("OAuth app with few scopes", people.NARROW_APP, "oauth", "bearer", {LIST: 0, SELF: 0}, known.NARROW_SCOPES),
]
ALL_KINDS = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
Reader = Callable[[Kind], tuple[Outcome, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def reader(still: Scene) -> Iterator[Reader]:
    """One read of all groups for each kind, and the requests it made."""
    done: dict[str, tuple[Outcome, list[dict[str, Any]]]] = {}

    def read(kind: Kind) -> tuple[Outcome, list[dict[str, Any]]]:
        if kind.name not in done:
            still.reset()
            outcome = still.read(STREAMS, config=kind.config)
            done[kind.name] = outcome, still.control.requests()
        return done[kind.name]

    yield read
    still.reset()


@ALL_KINDS
@pytest.mark.parametrize("group", GROUPS)
def test_what_a_kind_reads(kind: Kind, group: str, reader: Reader, still: Scene) -> None:
    outcome, _ = reader(kind)
    readable = [stream for stream in GROUPS[group] if kind.reads(stream)]
    assert readable or kind.permissions
    assert set(readable) <= outcome.complete
    assert set(GROUPS[group]) - set(readable) <= outcome.incomplete
    assert still.wrong(GROUPS[group], outcome, kind=kind.kind, permissions=kind.permissions) == []


@ALL_KINDS
def test_what_a_kind_cannot_read_is_said(kind: Kind, reader: Reader) -> None:
    outcome, _ = reader(kind)
    refused = [stream for stream in STREAMS if not kind.reads(stream)]
    assert outcome.exit_code == (1 if refused else 0)
    assert {(error.get("stream_descriptor") or {"name": None})["name"] for error in outcome.errors()} <= {
        *refused,
        None,
    }
    for stream in refused:
        (error,) = outcome.errors_of(stream)
        fact, _, advice = error["message"].partition("). ")
        assert error["failure_type"] == CONFIG
        assert stream in fact and "70051" in fact and known.MAIN in fact
        assert (RESOURCES[stream].family or "permission") in advice, error["message"]
        assert outcome.cursors(stream) == {}


@ALL_KINDS
def test_how_a_kind_finds_its_accounts(kind: Kind, reader: Reader) -> None:
    outcome, requests = reader(kind)
    paths = [one["path"] for one in requests]
    assert {path: paths.count(path) for path in kind.probes} == kind.probes
    lines = [line for line in outcome.logs("INFO") if line.startswith("Only account ")]
    if kind.kind in ("auth_token", "main_key"):
        assert lines == []
    else:
        (line,) = lines
        assert known.MAIN in line and "Use the Auth Token" in line


@ALL_KINDS
def test_whose_token_a_request_carries(kind: Kind, reader: Reader) -> None:
    _, requests = reader(kind)
    assert {one["host"] for one in requests} <= ALLOWED
    for one in requests:
        if one["path"] == "/v2/token":
            assert (one["host"], one["method"], one["user"]) == ("oauth.twilio.com", "POST", "")
            continue
        subaccount = one["account"] in SUBACCOUNTS
        parent_may = kind.kind == "auth_token" and one["host"] == "api.twilio.com"
        assert one["user"] == (one["account"] if subaccount and not parent_may else kind.user), one
    if kind.kind in ("auth_token", "main_key"):
        seen = {one["account"] for one in requests if one["host"] == "conversations.twilio.com"}
        assert seen == {known.MAIN, *SUBACCOUNTS}


@ALL_KINDS
def test_accounts_and_keys(kind: Kind, scene: Scene) -> None:
    outcome = scene.read([*ADMINISTRATION, "messages"], config=kind.config)
    readable = [stream for stream in ADMINISTRATION if kind.reads(stream)]
    assert scene.wrong(readable, outcome, kind=kind.kind) == []
    assert outcome.incomplete == set(ADMINISTRATION) - set(readable)
    assert "messages" in outcome.complete
    assert "auth_token" not in {name for row in outcome.records("accounts") for name in row}
    for stream in outcome.incomplete:
        (error,) = outcome.errors_of(stream)
        fact, _, advice = error["message"].partition("). ")
        code = "70051" if kind.permissions and kind.kind == "oauth" else "20003"
        assert stream in fact and code in fact and error["failure_type"] == CONFIG
        assert "Auth Token" in advice and "Main API key" in advice, error["message"]


WRONG = {
    "wrong Auth Token": (people.token(secret="wrong"), "20003"),
    "test credentials": (people.TEST, "20008"),
    "wrong secret of a key": (people.key(known.MAIN_KEY, "wrong"), "20003"),
    "key of another Region": (people.key(known.IE1_KEY, known.IE1_SECRET), "20003"),
    "wrong secret of an app": (people.app(secret="wrong"), "20003"),
    "closed account": (people.token(known.CLOSED, known.CLOSED_TOKEN), "20005"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_credentials_end_a_read_at_once(name: str, scene: Scene) -> None:
    config, code = WRONG[name]
    outcome = scene.read(STREAMS, config=config)
    assert (outcome.exit_code, outcome.incomplete, outcome.counts()) == (1, set(STREAMS), {})
    assert outcome.seconds < AT_ONCE
    for stream in STREAMS:
        (error,) = outcome.errors_of(stream)
        assert (error["failure_type"], code in error["message"]) == (CONFIG, True), error["message"]
    # A refused Auth Token is refused once for all streams that need the list of accounts; a key that is refused there
    # may be a Standard one, so every stream asks for itself. One or two requests prove who is refused.
    alone = len(GROUPS["reference data"]) + len(GROUPS["main account alone"])
    most = 1 + alone + 1 if "auth_token" in config["credentials"] else 1 + len(STREAMS) + 2
    assert len(scene.control.requests()) <= most


def test_a_subaccount_with_its_own_token_is_a_main_account_of_its_own(scene: Scene) -> None:
    names = GROUPS["2010 API"] + GROUPS["product hosts"]
    outcome = scene.read(names, config=people.token(known.SUPPORT, known.SUPPORT_TOKEN))
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(names, outcome, main=known.SUPPORT) == []
    assert {one["user"] for one in scene.control.requests()} == {known.SUPPORT}
