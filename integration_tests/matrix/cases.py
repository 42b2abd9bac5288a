"""How a message of the connector comes about: reads and checks that a scene runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from integration_tests.helpers import catalog, configuration
from integration_tests.matrix import people
from integration_tests.matrix.runs import HASTY, QUICK, Outcome
from integration_tests.matrix.wire import answering
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import accounts as known

Case = Callable[[Scene], Outcome]
DAYS = [(datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z") for days in range(10)]


def read(*names: str, fault: dict[str, Any] | None = None, switch: tuple[str, Any] | None = None, **more: Any) -> Case:
    """A read of some streams (default messages), with a fault or a switch."""

    def case(scene: Scene) -> Outcome:
        if fault:
            scene.control.add_fault(**fault)
        if switch:
            scene.control.set_switch(*switch)
        return scene.read(names or ["messages"], **{"retry": HASTY, **more})

    return case


def check(**changes: Any) -> Case:
    """`check` with a configuration, or with changes to the usual one."""
    return lambda scene: scene.check(changes.get("config") or configuration(**changes))


def surrounded(command: str, **variables: str) -> Case:
    """A command in another environment."""

    def case(scene: Scene) -> Outcome:
        env = {**scene.env, **variables}
        return scene.check(env=env) if command == "check" else scene.read(["messages"], env=env, retry=HASTY)

    return case


def saved(state: dict[str, Any], stream: str = "messages") -> list[dict[str, Any]]:
    """A state message of a stream."""
    return [{"stream": {"stream_descriptor": {"name": stream}, "stream_state": state}}]


def page(text: str) -> dict[str, Any]:
    """A fault that answers one page of messages."""
    return {"action": "body", "status": 200, "url": r"/Messages\.json", "body": f'{{"messages": [{text}]}}'}


def bad_file(scene: Scene) -> Outcome:
    """A state that is no JSON."""
    return scene.matrix.start("read", files={"catalog": catalog(["messages"]), "state": b"{"}).wait()


def untrusted(scene: Scene) -> Outcome:
    """Without the CA of the sandbox."""
    return scene.check(env={name: value for name, value in scene.env.items() if "proxy" in name.lower()})


def unknown_stream(scene: Scene) -> Outcome:
    """A catalog with a stream that there is not."""
    stream = {"name": "call_feedback", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    entry = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    return scene.matrix.start("read", files={"catalog": {"streams": [entry]}}).wait()


def nameless(scene: Scene) -> Outcome:
    """No proxy and no names."""
    return scene.check(env={}, resolver=60, constants={"settings.check.SECONDS": 1})


def key_without_tokens(scene: Scene) -> Outcome:
    """`check` with a Main key to which Twilio shows no tokens."""
    scene.control.set_switch("key_sees_tokens", False)
    return scene.check(people.MAIN_KEY)


def asked_by_the_proxy(scene: Scene) -> Outcome:
    """A proxy that wants a password."""
    with answering(407) as proxy:
        return scene.read(["messages"], env={**scene.env, "HTTPS_PROXY": proxy, "https_proxy": proxy}, retry=HASTY)


def crowded_second(scene: Scene) -> Outcome:
    """Three alerts of one second, and a list that is refused behind the first."""
    dates = dict.fromkeys(("date_generated", "date_created", "date_updated"), DAYS[2])
    sids = [f"NO{number:032x}" for number in range(3)]
    for sid in sids:
        scene.control.put("alerts", known.MAIN, {"sid": sid, "account_sid": known.MAIN, **dates})
    scene.control.add_fault("status", url="Alerts.*PageToken", account=known.MAIN, status=400, message="no more of it")
    try:
        return scene.read(["alerts"], page_size=1)
    finally:
        for sid in sids:
            scene.control.delete("alerts", known.MAIN, sid)


def silent_host(scene: Scene) -> Outcome:
    """A host that never answers."""
    scene.control.add_fault("stall", url=r"^monitor\.", seconds=60)
    return scene.read(
        ["alerts"], retry={**QUICK, "read_timeout": 0.5, "host_down": 1}, config=configuration(num_workers=1)
    )
