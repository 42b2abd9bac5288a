"""OAuth apps: tokens that end, early or in time, and a token host in trouble."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from integration_tests.matrix import people
from integration_tests.matrix.runs import QUICK
from integration_tests.matrix.world import Scene


def test_an_oauth_token_that_ends_in_the_middle_is_renewed(scene: Scene) -> None:
    scene.control.latency(0.1)
    names = ["conversation_participants", "step", "messages"]
    running = scene.start_read(names, config=people.app(num_workers=4))
    for tokens in (1, 2):
        wait_for(partial(is_in_use, scene, tokens))
        scene.control.expire_tokens()
    outcome = running.wait()
    assert (outcome.exit_code, outcome.errors(), outcome.logs("WARN")) == (0, [], [])
    assert scene.wrong(names, outcome, kind="oauth") == []
    assert len(scene.requests("/v2/token")) == 3
    # The requests in flight and the one that waits for its turn, each once.
    assert 2 <= len(scene.requests(status=401)) <= 2 * 5


def is_in_use(scene: Scene, tokens: int) -> bool:
    """Whether so many tokens have been given out, and five requests been answered with the last."""
    requests = scene.control.requests()
    given = [number for number, one in enumerate(requests) if one["path"] == "/v2/token"]
    return len(given) == tokens and [one["status"] for one in requests[given[-1] + 1 :]].count(200) >= 5


def test_an_oauth_token_is_renewed_before_it_ends(scene: Scene) -> None:
    moment = scene.control.status()["now"]
    scene.control.add_key("OQ" + "5" * 32, "short-lived-secret-0123456789abcd", "oauth", lifetime=2)
    scene.control.set_now(moment)  # the clock has to go on for tokens to end
    try:
        scene.control.latency(0.2)
        names = ["conversation_participants", "step", "users", "roles"]
        outcome = scene.read(
            names, config=people.app("OQ" + "5" * 32, "short-lived-secret-0123456789abcd", num_workers=2)
        )
    finally:
        scene.control.freeze(moment)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert outcome.seconds > 2
    requests = scene.control.requests()
    assert len([one for one in requests if one["path"] == "/v2/token"]) >= 2
    assert {one["status"] for one in requests} == {200}


def test_a_missing_scope_is_no_token_that_has_ended(scene: Scene) -> None:
    names = ["messages", "calls", "flows", "alerts"]
    outcome = scene.read(names, config=people.NARROW_APP)
    assert (outcome.complete, outcome.incomplete) == ({"messages"}, {"calls", "flows", "alerts"})
    assert len(scene.requests("/v2/token")) == 1
    assert len(scene.requests(status=401)) == 3


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"action": "status", "status": 503}, "HTTP 503"),
        ({"action": "json", "body": {"token_type": "Bearer"}}, "OAuth token"),
        ({"action": "html"}, "no JSON object"),
    ],
    ids=["503", "no token in it", "html"],
)
def test_an_oauth_host_in_trouble(rule: dict[str, Any], words: str, scene: Scene) -> None:
    scene.control.add_fault(**rule, url="oauth.twilio.com")
    outcome = scene.read(["messages", "alerts"], config=people.app(), retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete) == (1, {"messages", "alerts"})
    for stream in ("messages", "alerts"):
        assert words in outcome.errors_of(stream)[0]["message"]
    assert {one["host"] for one in scene.control.requests()} == {"oauth.twilio.com"}


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
