"""Faults and limits over real sockets, with a client that knows nothing of the stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN, SUPPORT
from integration_tests.sandbox.process import ROOT

API = f"https://api.twilio.com/2010-04-01/Accounts/{MAIN}"
MESSAGES = f"{API}/Messages.json?PageSize=20"


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[requests.Session]:
    """A plain session behind the proxy; faults are gone afterwards."""
    with requests.Session() as found:
        found.trust_env, found.proxies, found.verify, found.auth = (
            False,
            {"https": sandbox.proxy},
            sandbox.ca,
            (MAIN, MAIN_TOKEN),
        )
        sandbox.control.clear_faults()
        sandbox.control.clear_requests()
        yield found
    sandbox.control.clear_faults()
    sandbox.control.limit_in_flight(None)
    sandbox.control.latency(0)


def test_over_tls_with_the_certificate_of_the_environment(sandbox: Sandbox) -> None:
    script = (
        f"import requests; r = requests.get('{MESSAGES}', auth=('{MAIN}', '{MAIN_TOKEN}'));"
        "print(r.status_code, len(r.json()['messages']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=sandbox.environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["200", "20"]


def test_an_unknown_authority_is_not_trusted(sandbox: Sandbox, session: requests.Session) -> None:
    session.verify = True
    with pytest.raises(requests.exceptions.SSLError):
        session.get(MESSAGES)


@pytest.mark.parametrize(
    ("action", "error", "least"),
    [
        ("reset", requests.exceptions.ConnectionError, 0),
        ("reset_after_headers", requests.exceptions.ChunkedEncodingError, 0),
        ("truncate", requests.exceptions.ChunkedEncodingError, 0),
        ("stall", requests.exceptions.ReadTimeout, 0.4),
        ("stall_after_headers", requests.exceptions.ConnectionError, 0.4),
    ],
)
def test_broken_wires(
    sandbox: Sandbox, session: requests.Session, action: str, error: type[Exception], least: float
) -> None:
    sandbox.control.add_fault(action, url=r"/Messages\.json", times=1, seconds=3)
    began = time.monotonic()
    with pytest.raises(error):
        session.get(MESSAGES, timeout=0.5)
    assert time.monotonic() - began >= least
    assert session.get(MESSAGES).status_code == 200


def test_a_stall_ends_by_itself_and_holds_up_nobody(sandbox: Sandbox, session: requests.Session) -> None:
    sandbox.control.add_fault("stall", url="Calls", times=1, seconds=3)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(
            requests.get, f"{API}/Calls.json", auth=session.auth, proxies=session.proxies, verify=sandbox.ca
        )
        time.sleep(0.2)
        assert session.get(MESSAGES).status_code == 200
        assert not slow.done()
        assert slow.result().status_code == 200


def test_a_kept_alive_connection_that_ends(sandbox: Sandbox, session: requests.Session) -> None:
    sandbox.control.add_fault("close", times=1)
    assert session.get(MESSAGES).status_code == 200
    time.sleep(0.2)
    assert session.get(MESSAGES).status_code == 200


@pytest.mark.parametrize(
    ("rule", "status", "check"),
    [
        (
            {"action": "status", "status": 429, "code": 20429, "headers": {"Retry-After": "7"}},
            429,
            lambda r: r.headers["Retry-After"] == "7" and r.json()["code"] == 20429,
        ),
        ({"action": "status", "status": 503, "message": ""}, 503, lambda r: r.content == b""),
        ({"action": "html"}, 200, lambda r: r.text.startswith("<!DOCTYPE")),
        ({"action": "empty"}, 200, lambda r: r.content == b""),
        ({"action": "json", "body": {"a": 1}}, 200, lambda r: r.json() == {"a": 1}),
        ({"action": "not_json"}, 401, lambda r: not r.text.startswith("{")),
        ({"action": "dead_token"}, 400, lambda r: r.json()["status"] == 400),
        (
            {"action": "redirect", "host": "evil.example.com"},
            307,
            lambda r: r.headers["Location"].startswith("https://evil.example.com/"),
        ),
        ({"action": "foreign_next"}, 200, lambda r: r.json()["next_page_uri"].startswith("https://evil.example.com/")),
        (
            {"action": "loop_next"},
            200,
            lambda r: r.json()["next_page_uri"] == MESSAGES.removeprefix("https://api.twilio.com"),
        ),
    ],
)
def test_answers_of_the_wrong_kind(
    sandbox: Sandbox, session: requests.Session, rule: dict[str, object], status: int, check: object
) -> None:
    sandbox.control.add_fault(**rule)
    answer = session.get(MESSAGES, allow_redirects=False)
    assert answer.status_code == status
    assert check(answer)  # type: ignore[operator]


def test_rules_count_and_choose(sandbox: Sandbox, session: requests.Session) -> None:
    sandbox.control.add_fault("status", status=500, url="Messages", account=MAIN, nth=2, times=1)
    statuses = [session.get(MESSAGES).status_code for _ in range(3)]
    child = session.get(MESSAGES.replace(MAIN, SUPPORT)).status_code
    assert (statuses, child) == ([200, 500, 200], 200)
    log = sandbox.control.requests()
    assert [r["fault"] for r in log] == [None, "status", None, None]
    assert log[0]["query"] == "PageSize=20" and log[0]["account"] == MAIN and log[0]["stream"] == "messages"


def test_too_many_in_flight(sandbox: Sandbox, session: requests.Session) -> None:
    sandbox.control.limit_in_flight(4)
    sandbox.control.latency(0.7)

    def one(_: int) -> int:
        return requests.get(MESSAGES, auth=session.auth, proxies=session.proxies, verify=sandbox.ca).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(one, range(8)))
    assert statuses.count(429) >= 1 and statuses.count(200) >= 4
    assert sandbox.control.status()["peak"] > 4


def test_other_hosts_do_not_resolve(sandbox: Sandbox, session: requests.Session) -> None:
    for host in ("example.com", "unknown.twilio.com", "api.twilio.com.evil.example.com"):
        with pytest.raises(requests.exceptions.ProxyError):
            session.get(f"https://{host}/v1/Services")
    assert sandbox.control.requests() == []


def test_a_redirect_to_a_file_refuses_credentials(sandbox: Sandbox, session: requests.Session) -> None:
    place = session.get("https://messaging.twilio.com/v1/Deactivations?Date=2026-11-01", allow_redirects=False)
    assert place.status_code == 307
    assert session.get(place.headers["Location"]).status_code == 400
    session.auth = None
    assert session.get(place.json()["redirect_to"]).status_code == 200


def test_control_says_what_was_wrong(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no switch"):
        sandbox.control.set_switch("nonsense", 1)
    with pytest.raises(ValueError, match="no action"):
        sandbox.control.add_fault("explode")


def test_rows_put_over_the_control_address(sandbox: Sandbox, session: requests.Session) -> None:
    row = {
        "sid": "SMput",
        "account_sid": MAIN,
        "date_created": "Fri, 20 Nov 2026 10:00:00 +0000",
        "status": "queued",
        "date_sent": None,
    }
    sandbox.control.put("messages", MAIN, row)
    assert session.get(f"{API}/Messages/SMput.json").json()["status"] == "queued"
    assert sandbox.control.delete("messages", MAIN, "SMput") is True
    assert session.get(f"{API}/Messages/SMput.json").json()["code"] == 20404


def test_it_ends_with_its_parent_and_leaves_nothing(tmp_path: object) -> None:
    script = (
        "import os, subprocess as s, sys;"
        "c = [sys.executable, '-m', 'integration_tests.sandbox', '--empty'];"
        "p = s.Popen(c, stdin=s.PIPE, stdout=s.PIPE, text=True);"
        "print(p.stdout.readline(), flush=True); print(p.pid, flush=True);"
        " os._exit(1)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=30)
    ready, _, pid = done.stdout.strip().split("\n")
    for _ in range(60):
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{pid}")
    assert not os.path.exists(os.path.dirname(json.loads(ready)["ca"]))
    assert os.listdir(str(tmp_path)) == []
