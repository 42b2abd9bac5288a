"""Regions: which hosts are asked, with which tokens, where next pages may lie, and what a Region does not have."""

from __future__ import annotations

import re
from typing import Any

import pytest

from integration_tests.matrix import people
from integration_tests.matrix.lasting import CONFIG
from integration_tests.matrix.runs import QUICK
from integration_tests.matrix.world import ALLOWED, Scene
from integration_tests.sandbox import accounts as known

EDGES = {"ie1": "dublin", "au1": "sydney"}
OFFERED = {
    "ie1": ["messages", "calls", "recordings", "alerts", "trunks", "conversations", "flows", "workspaces"],
    "au1": ["calls", "recordings", "alerts", "trunks", "messages"],
}
HOST = re.compile(r"[a-z-]+\.(dublin\.ie1|sydney\.au1)\.twilio\.com")


def configured(region: str, **more: Any) -> dict[str, Any]:
    """The main account in a Region, where its Auth Token is another."""
    return people.token(secret=known.regional(known.MAIN_TOKEN, region), region=region, **more)


@pytest.mark.parametrize("region", EDGES)
def test_every_host_is_the_regions(region: str, scene: Scene) -> None:
    outcome = scene.read(OFFERED[region], config=configured(region))
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(OFFERED[region], outcome, region=region) == []
    assert outcome.counts()
    requests = scene.control.requests()
    assert {".".join(one["host"].split(".")[1:]) for one in requests} == {f"{EDGES[region]}.{region}.twilio.com"}
    assert {one["host"] for one in requests} <= ALLOWED
    assert {one["status"] for one in requests} == {200}
    assert {one["account"] for one in requests if one["host"].startswith("monitor.")} == {
        known.MAIN,
        known.SUPPORT,
        known.MARKETING,
        known.SUSPENDED,
    }


def test_a_key_of_the_region(scene: Scene) -> None:
    config = people.key(known.IE1_KEY, known.IE1_SECRET, region="ie1")
    outcome = scene.read(OFFERED["ie1"], config=config)
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(OFFERED["ie1"], outcome, region="ie1", kind="main_key") == []


@pytest.mark.parametrize("region", ["us1", "ie1"])
def test_a_token_of_another_region_is_refused_at_once(region: str, scene: Scene) -> None:
    other = {"us1": "ie1", "ie1": "us1"}[region]
    outcome = scene.read(
        ["messages"], config=people.token(secret=known.regional(known.MAIN_TOKEN, other), region=region)
    )
    (error,) = outcome.errors_of("messages")
    assert (outcome.exit_code, error["failure_type"]) == (1, CONFIG)
    assert "20003" in error["message"] and "`region`" in error["message"]


def test_next_pages_stay_in_the_region(scene: Scene) -> None:
    (template, *_) = scene.control.rows("services", known.MAIN, region="ie1")
    more = [{**template, "sid": f"IS{number:032x}"} for number in range(120)]
    for row in more:
        scene.control.put("services", known.MAIN, row, region="ie1")
    try:
        outcome = scene.read(["services"], config=configured("ie1"))
        assert outcome.exit_code == 0
        assert scene.wrong(["services"], outcome, region="ie1") == []
        hosts = [one["host"] for one in scene.requests("/v1/Services", account=known.MAIN)]
        assert hosts == ["conversations.dublin.ie1.twilio.com"] * 2
    finally:
        for row in more:
            scene.control.delete("services", known.MAIN, row["sid"], region="ie1")


@pytest.mark.parametrize("host", ["conversations.twilio.com", "conversations.sydney.au1.twilio.com"])
def test_a_next_page_in_another_region_is_not_followed(host: str, scene: Scene) -> None:
    scene.control.add_fault("foreign_next", url=r"^conversations\.", host=host)
    outcome = scene.read(["services", "messages"], config=configured("ie1"))
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"services"}, {"messages"})
    assert host in outcome.errors_of("services")[0]["message"]
    assert all(HOST.fullmatch(one["host"]) and "ie1" in one["host"] for one in scene.control.requests())


@pytest.mark.parametrize(
    ("region", "missing", "product"),
    [
        ("ie1", "verify_services", "verify"),
        ("ie1", "voice_pricing_countries", "pricing"),
        ("au1", "services", "conversations"),
    ],
)
def test_a_product_that_the_region_does_not_have_is_said(region: str, missing: str, product: str, scene: Scene) -> None:
    outcome = scene.read([missing, "calls"], config=configured(region))
    assert (outcome.exit_code, outcome.errors(), outcome.complete) == (0, [], {missing, "calls"})
    (warning,) = [line for line in outcome.logs("WARN") if line.startswith(f"Stream {missing}: ")]
    assert product in warning and "Region" in warning and "nothing is read" in warning
    assert not [one for one in scene.control.requests() if one["host"].startswith(product)]
    assert outcome.cursors(missing) == {}


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "status", "status": 404, "code": 20404, "message": "Not found"},
        {"action": "not_json", "status": 404},
    ],
    ids=["404", "404 without Twilio's JSON"],
)
def test_a_product_that_the_region_should_have_but_has_not_is_an_error(rule: dict[str, Any], scene: Scene) -> None:
    scene.control.add_fault(**rule, url=r"^taskrouter\.dublin\.ie1")
    outcome = scene.read(["workspaces", "calls"], config=configured("ie1"), retry=QUICK)
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"workspaces"}, {"calls"})
    message = outcome.errors_of("workspaces")[0]["message"]
    assert "workspaces" in message and "404" in message
    assert "ie1" in message or "`region`" in message, message
