"""The stand-in mounted in process, and the controls that change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
import requests_mock

from integration_tests.sandbox import Twilio, World
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, SUPPORT
from integration_tests.sandbox.adapter import mount

from .conftest import NOW, Caller

API = f"https://api.twilio.com/2010-04-01/Accounts/{MAIN}"
NEWCOMER = "AC" + "9" * 32


@pytest.fixture
def session(twilio: Twilio) -> Iterator[requests.Session]:
    """A session whose requests end in the stand-in."""
    with requests_mock.Mocker() as mocker, requests.Session() as found:
        mount(twilio, mocker)
        found.auth = (MAIN, MAIN_TOKEN)
        yield found


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("reset", requests.exceptions.ConnectionError),
        ("truncate", requests.exceptions.ChunkedEncodingError),
        ("reset_after_headers", requests.exceptions.ChunkedEncodingError),
        ("stall", requests.exceptions.ReadTimeout),
        ("unresolvable", requests.exceptions.ConnectionError),
    ],
)
def test_broken_wires_are_exceptions(
    twilio: Twilio, session: requests.Session, action: str, error: type[Exception]
) -> None:
    twilio.add_fault(action, times=1, seconds=60)
    with pytest.raises(error):
        session.get(f"{API}/Calls.json", timeout=5)
    assert session.get(f"{API}/Calls.json").json()["calls"] == []


def test_rows_change_by_themselves(twilio: Twilio, caller: Caller) -> None:
    row = {"sid": "CA1", "account_sid": MAIN, "status": "queued", "date_created": "Sat, 21 Nov 2026 11:00:00 +0000"}
    twilio.put(
        "calls", MAIN, row, since="2026-11-21T12:30:00Z", later=[("2026-11-21T13:00:00Z", {"status": "completed"})]
    )
    seen = []
    for offset in (0, 1800, 3600):
        twilio.set_offset(offset)
        seen.append([call["status"] for call in caller.rows(f"{API}/Calls.json")])
    assert seen == [[], ["queued"], ["completed"]]


def test_children_need_their_parent(twilio: Twilio, caller: Caller) -> None:
    events = f"{API}/Calls/CA1/Events.json"
    twilio.put("call_events", MAIN, {"call_sid": "CA1", "position": 0, "request": {}, "response": {}})
    assert caller.get(events).json()["code"] == 20404
    twilio.put("calls", MAIN, {"sid": "CA1", "account_sid": MAIN})
    assert caller.rows(events) == [{"request": {}, "response": {}}]


def test_many_rows_at_once(twilio: Twilio, caller: Caller) -> None:
    twilio.put_many("queues", MAIN, ({"sid": f"QU{n}", "account_sid": MAIN} for n in range(120)))
    assert len(caller.rows(f"{API}/Queues.json")) == 120


def test_a_new_account_has_a_history_unless_it_is_young() -> None:
    twilio = Twilio(World(small=True), now=lambda: NOW)
    twilio.add_account(NEWCOMER, "token")
    assert twilio.rows("messages", NEWCOMER)
    twilio.add_account("AC" + "8" * 32, "token", created="2026-11-21T00:00:00Z")
    assert len(twilio.rows("messages", "AC" + "8" * 32)) < len(twilio.rows("messages", NEWCOMER))
    assert Caller(twilio, NEWCOMER, "token").get(f"{API.replace(MAIN, NEWCOMER)}/Calls.json").status == 200
    twilio.rotate_token(NEWCOMER, "other")
    assert Caller(twilio, NEWCOMER, "token").get(f"{API.replace(MAIN, NEWCOMER)}/Calls.json").status == 401


def test_without_the_suffix_the_2010_api_answers_xml(caller: Caller) -> None:
    good, bad = caller.get(f"{API}/Calls"), caller.get(f"{API.replace(MAIN, SUPPORT)}/Nonsense")
    assert good.headers["Content-Type"] == bad.headers["Content-Type"] == "application/xml"
    assert (good.status, bad.status) == (200, 404) and b"<Code>20404</Code>" in bad.body


def test_gzip_where_the_client_asks() -> None:
    twilio = Twilio(World(small=True), now=lambda: NOW)
    caller = Caller(twilio)
    caller.headers["Accept-Encoding"] = "gzip, deflate"
    answer = caller.get(f"{API}/Messages.json")
    assert answer.headers["Content-Encoding"] == "gzip" and answer.body[:2] == b"\x1f\x8b"
