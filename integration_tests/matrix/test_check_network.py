"""`check` where the network is in the way: proxies, name servers, certificates, and hosts that hang."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.matrix import people
from integration_tests.matrix.runs import AT_ONCE, Matrix, Starter
from integration_tests.matrix.test_check import failed, paths
from integration_tests.matrix.wire import PROXY_SECRET, answering, wire
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import Sandbox


def test_a_proxy_that_is_gone(scene: Scene) -> None:
    message = failed(
        scene.check(env={**scene.env, "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"})
    )
    assert "the proxy 127.0.0.1:9: the connection is refused" in message and "HTTPS_PROXY" in message
    assert "next sync" not in message


@pytest.mark.parametrize(("status", "words"), [(407, "HTTP 407"), (403, "refuses api.twilio.com with HTTP 403")])
def test_a_proxy_that_refuses(status: int, words: str, scene: Scene) -> None:
    with answering(status) as proxy:
        message = failed(scene.check(env={**scene.env, "HTTPS_PROXY": proxy, "https_proxy": proxy}))
    assert proxy.rpartition("@")[2] in message and words in message and "HTTPS_PROXY" in message
    assert PROXY_SECRET not in message


def test_no_network(scene: Scene) -> None:
    message = failed(scene.check(env={}, resolver=0))
    assert "the name api.twilio.com cannot be resolved" in message and "DNS" in message
    assert "next sync" not in message and "num_workers" not in message


def test_what_hangs_is_given_up_in_time(starter: Starter, folders: Iterator[Path]) -> None:
    """Name look-ups, a proxy and a TLS handshake that stall, and answers that come just in time: all at once."""
    with (
        Sandbox(small=True) as late,  # of its own: it notes a delayed request when nobody waits for it any more
        wire(next(folders), hold="proxy") as (silent, _),
        wire(next(folders), hold="handshake") as (stalled, _),
    ):
        late.control.latency(3)
        patient = Matrix(starter, late.env, folders)
        slow = [patient.start("check", config=config) for config in (people.STANDARD_KEY, people.NARROW_APP)]
        nameless = Matrix(starter, {}, folders).start("check", resolver=60)
        held = [Matrix(starter, env, folders).start("check") for env in (silent, stalled)]
        assert "network" in failed(nameless.wait())
        for running in held:
            failed(running.wait())
        for running in slow:
            outcome = running.wait()
            assert outcome.seconds < AT_ONCE
            assert (outcome.exit_code == 0) == (outcome.connection_status()[0] == "SUCCEEDED")


def test_a_certificate_that_is_not_trusted(scene: Scene) -> None:
    env = {name: value for name, value in scene.env.items() if "proxy" in name.lower()}
    message = failed(scene.check(env=env))
    assert "certificate" in message and "REQUESTS_CA_BUNDLE" in message
    assert paths(scene) == []


def test_a_ca_file_that_is_not_there(scene: Scene) -> None:
    message = failed(scene.check(env={**scene.env, "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}))
    assert "REQUESTS_CA_BUNDLE" in message and "/nowhere/ca.pem" in message
