"""Whose credentials were refused: how many requests it takes to know, and what is remembered."""

from __future__ import annotations

from typing import Any, cast

import pytest

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.accounts import MAIN, MAIN_KEY, MAIN_SECRET, SUPPORT
from source_twilio.components.twilio.api import Api, Signature
from source_twilio.components.twilio.errors import Refused
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.proof import ACCOUNT, MESSAGES, NO_MESSAGES, Proof, prove
from unit_tests.support import ConfigBuilder, Output, Syncs
from unit_tests.support.signing import asked_paths

SELF = f"/2010-04-01/Accounts/{MAIN}.json"


def warnings_of(output: Output, sid: str) -> list[str]:
    return [line for line in output.warnings() if sid in line]


@pytest.mark.parametrize(
    ("kind", "refusals", "shown_by", "asked"),
    [
        ("auth_token", [], ACCOUNT, 1),
        ("api_key", [], ACCOUNT, 1),
        ("api_key", [(401, 20003)], MESSAGES, 2),
        ("api_key", [(403, 70051)], MESSAGES, 2),
        ("oauth_client", [(401, 70051), (401, 70051)], NO_MESSAGES, 2),
        ("auth_token", [(401, 20003)], None, 1),
        ("api_key", [(401, 20003), (401, 20003)], None, 2),
        ("api_key", [(403, 20008)], None, 1),
        ("api_key", [(404, 20404)], None, 1),
    ],
)
def test_what_shows_that_credentials_are_accepted(
    kind: str, refusals: list[tuple[int, int]], shown_by: str | None, asked: int
) -> None:
    paths: list[str] = []

    def get(path: str) -> Any:
        paths.append(path)
        if len(paths) <= len(refusals):
            raise Refused(*refusals[len(paths) - 1], "no")

    if shown_by:
        assert prove(get, MAIN, kind) == shown_by
    else:
        with pytest.raises(Refused):
            prove(get, MAIN, kind)
    assert paths == [SELF, f"/2010-04-01/Accounts/{MAIN}/Messages.json?PageSize=1"][:asked]


def test_the_main_token_that_is_refused_on_a_subaccount_s_path_skips_nobody(twilio: Twilio) -> None:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts("all").build())
    twilio.add_fault("rotate", url=f"{SUPPORT}/Calls", body=MAIN, times=1)
    output = syncs.run("calls")
    assert output.statuses("calls")[-1] == "INCOMPLETE"
    (error,) = output.errors()
    assert error.failure_type.value == "config_error"
    assert "credentials.auth_token" in error.message and "calls" in error.message
    assert output.warnings() == []
    assert asked_paths(twilio).count(SELF) == 1
    assert SUPPORT not in {entry["partition"]["account_sid"] for entry in syncs.state["calls"]["states"]}


class Answers:
    """An Api that gives answers one after the other. accepted: what it says of requests after the refusal."""

    def __init__(self, *answers: Refused | None, accepted: bool = False) -> None:
        self.left, self.asked, self.accepted = list(answers), 0, accepted

    def host(self, product: str) -> str:
        return f"{product}.twilio.com"

    def accepted_since(self, refusal: Refused) -> bool:
        return self.accepted

    def get(self, *_: Any) -> Any:
        self.asked += 1
        answer = self.left.pop(0)
        if answer:
            raise answer
        return {}


NO = Refused(401, 20003, "Authenticate")
OWN = Signature(lambda: "", signer=MAIN)
POLICY = Policy(1, 1, 1, 1, 1, "Retry-After", 0.25, frozenset({429}), frozenset({408, 425, 500, 502, 503, 504}),
                frozenset({401, 403, 404}), 3, 60)


def test_accepted_credentials_are_asked_about_again_after_a_later_refusal() -> None:
    """A token that was right at the first refusal may be rotated before the second; one that is wrong stays wrong."""
    api = Answers(None, None, NO)
    proof = Proof(cast("Api", api), POLICY)
    assert [proof.against(NO, OWN, "auth_token") for _ in range(2)] == [None, None]
    assert proof.known(MAIN, "auth_token") is None
    found = [proof.against(NO, OWN, "auth_token") for _ in range(3)]
    assert [(one.signer, one.code) for one in found if one] == [(MAIN, 20003)] * 3
    assert proof.known(MAIN, "auth_token")
    assert api.asked == 3


def test_rows_that_came_after_the_refusal_are_proof_enough() -> None:
    api = Answers(accepted=True)
    assert Proof(cast("Api", api), POLICY).against(NO, OWN, "auth_token") is None
    assert api.asked == 0


def test_a_key_that_need_not_read_its_account_is_never_surely_wrong() -> None:
    proof = Proof(cast("Api", Answers(NO, NO)), POLICY)
    assert proof.against(NO, OWN, "api_key")
    assert proof.known(MAIN, "api_key") is None, "its streams go on asking for themselves"


def test_nobody_is_skipped_where_twilio_does_not_tell(twilio: Twilio, waits: list[float]) -> None:
    syncs = Syncs(twilio, ConfigBuilder().subaccounts("selected", SUPPORT).build())
    twilio.add_fault("status", url="/Calls.json", status=401, code=20003)
    twilio.add_fault("status", url=f"{MAIN}.json", status=503)
    output = syncs.run("calls")
    assert output.statuses("calls")[-1] == "INCOMPLETE"
    assert {error.failure_type.value for error in output.errors()} == {"transient_error"}
    assert warnings_of(output, SUPPORT) == []


@pytest.mark.parametrize("config", [ConfigBuilder(), ConfigBuilder().api_key(MAIN_KEY, MAIN_SECRET)])
def test_a_subaccount_without_right_credentials_is_told_once(twilio: Twilio, config: ConfigBuilder) -> None:
    twilio.add_fault("status", account=SUPPORT, url="studio|monitor|conversations", status=401, code=20003)
    twilio.add_fault("status", account=SUPPORT, url=f"{SUPPORT}.json", status=401, code=20003)
    output = Syncs(twilio, config.subaccounts("all").build()).run("flows", "alerts", "services")
    assert len(warnings_of(output, SUPPORT)) == 1
    counted = [line for line in output.lines if f"1 accounts skipped ({SUPPORT})" in line]
    assert len(counted) == 3
    assert output.failure is None
