"""Which parents a child is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from source_twilio.components.reading.parents import ParentRows
from source_twilio.components.rows.times import parse
from source_twilio.components.rows.values import value_at
from source_twilio.components.twilio.errors import Malformed
from unit_tests.support.reading import captured

SINCE = parse("2026-11-20T00:00:00Z")


def parents(**options: Any) -> ParentRows:
    return ParentRows("conversations", {"conversation_sid": "sid"}, **options)


def test_keys_are_handed_down_with_those_from_above() -> None:
    found = parents().context({"sid": "CH1", "state": "active"}, {"account_sid": "AC1", "chat_service_sid": "IS1"})
    assert found == {"account_sid": "AC1", "chat_service_sid": "IS1", "conversation_sid": "CH1"}


@pytest.mark.parametrize("row", [{"sid": None}, {"state": "active"}])
def test_a_parent_without_its_key_is_an_error_that_names_both(row: dict[str, Any]) -> None:
    """Its children's address would hold the word None."""
    with pytest.raises(Malformed, match="a row of conversations came without a usable sid"):
        parents().context(row, {"account_sid": "AC1"})


def test_a_value_at_a_path() -> None:
    row = {"a": {"b": {"c": 1}}, "x": None}
    assert [value_at(row, path) for path in ("a.b.c", "a.z", "x.y", "none")] == [1, None, None, None]


@pytest.mark.parametrize(
    ("value", "chosen"), [(1, True), (2.5, True), (0, False), (-1, False), (None, False), ("1", False)]
)
def test_positive(value: Any, chosen: bool) -> None:
    assert parents(where={"num_media": "positive"}).chooses({"num_media": value}, None) is chosen


@pytest.mark.parametrize(("row", "chosen"), [({"sid": "x"}, True), ({"sid": None}, False), ({}, False)])
def test_present(row: dict[str, Any], chosen: bool) -> None:
    assert parents(where={"sid": "present"}).chooses(row, None) is chosen


@pytest.mark.parametrize(
    ("state", "changed", "since", "chosen"),
    [
        ("active", "2026-01-01T00:00:00Z", SINCE, True),
        ("inactive", "2026-01-01T00:00:00Z", SINCE, True),
        ("a state of tomorrow", "2026-01-01T00:00:00Z", SINCE, True),
        ("closed", "2026-11-19T23:59:59Z", SINCE, False),
        ("closed", "2026-11-20T00:00:00Z", SINCE, True),
        ("closed", "2026-11-21T00:00:00.123Z", SINCE, True),
        ("closed", None, SINCE, True),
        ("closed", "2026-01-01T00:00:00Z", None, True),  # the first sync
    ],
)
def test_closed_ones_are_asked_once_more_after_they_changed(
    state: str, changed: str | None, since: Any, chosen: bool
) -> None:
    chooser = parents(where={"state": {"not": ["closed"]}}, or_changed="date_updated")
    assert chooser.chooses({"state": state, "date_updated": changed}, since) is chosen


def test_all_conditions_have_to_hold() -> None:
    both = parents(where={"a": "present", "b": "positive"})
    assert both.chooses({"a": 1, "b": 1}, None)
    assert not both.chooses({"a": 1, "b": 0}, None)
    assert not both.chooses({"b": 1}, None)
    assert parents().chooses({}, None)


ATTRIBUTES = {"interaction_sid": "attributes.flexInteractionSid"}
INTERACTION = f"KD{7:032x}"


@pytest.mark.parametrize(
    ("attributes", "chosen", "said"),
    [
        (f'{{"flexInteractionSid": "{INTERACTION}"}}', True, False),
        ("{}", False, False),
        ('{"flexInteractionSid": null}', False, False),
        (None, False, False),
        ("no JSON", False, False),
        ("[" * 100_000, False, False),
        ('{"flexInteractionSid": 7}', False, True),
        ('{"flexInteractionSid": true}', False, True),
        ('{"flexInteractionSid": {"sid": "KD1"}}', False, True),
        ('{"flexInteractionSid": ["KD1"]}', False, True),
        ('{"flexInteractionSid": ""}', False, True),
        ('{"flexInteractionSid": ".."}', False, True),
        ('{"flexInteractionSid": "../KD1"}', False, True),
        ('{"flexInteractionSid": "KD1?x=1"}', False, True),
        ('{"flexInteractionSid": "a case number"}', False, True),
    ],
)
@pytest.mark.parametrize("once", [True, False])
def test_what_a_customer_keeps_where_a_sid_belongs_asks_for_nothing(
    attributes: Any, chosen: bool, said: bool, once: bool
) -> None:
    parent = ParentRows("tasks", ATTRIBUTES, once=once)
    choose = parent.chooser()
    lines: list[str] = []
    with captured(lines):
        assert choose({"sid": "WT1", "attributes": attributes}, None) is chosen
        choose({"sid": "WT2", "attributes": attributes}, None)
    assert len(lines) == said, "once a stream"
    assert all("tasks" in line and "attributes.flexInteractionSid" in line for line in lines)
    assert not any(word in "".join(lines) for word in ("a case number", "KD1", "?x=1")), "what it is, not what it says"


@pytest.mark.parametrize("sid", [None, "", "17", "..", "true", "a/b", '{"a":1}', "CH1 ", 5, {}, []])
def test_a_parent_without_a_sid_is_an_error_that_names_it(sid: Any) -> None:
    with pytest.raises(Malformed, match="a row of conversations came without a usable sid"):
        parents().context({"sid": sid}, {"account_sid": "AC1"})


def test_an_identity_is_any_text_of_the_customers() -> None:
    users = ParentRows("users", {"identity": "identity"})
    assert users.context({"identity": "Ann @ Zoë/1"}, {})["identity"] == "Ann @ Zoë/1"
    with pytest.raises(Malformed):
        users.context({"identity": ".."}, {})


def test_parents_that_hand_down_the_same_keys_are_asked_for_once() -> None:
    once = ParentRows("tasks", {"interaction_sid": "attributes.interaction"}, once=True)
    rows = [{"attributes": f'{{"interaction": "{sid}"}}'} for sid in ("KD1", "KD2", "KD1", "KD1", "KD3", "KD2")]
    choose = once.chooser()
    assert [choose(row, None) for row in rows] == [True, True, False, False, True, False]
    assert [once.chooser()(row, None) for row in rows] == [True] * 6, "each account, and each sync, has a chooser"
    assert all(parents().chooser()({"sid": "CH1"}, None) for _ in range(2)), "keys differ where nothing is said"


def test_a_parent_that_fails_a_condition_does_not_stand_for_a_later_one() -> None:
    choose = parents(where={"state": "present"}, once=True).chooser()
    rows = [{"sid": "CH1", "state": None}, {"sid": "CH1", "state": "active"}, {"sid": "CH1", "state": "active"}]
    assert [choose(row, None) for row in rows] == [False, True, False]
