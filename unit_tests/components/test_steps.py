"""What a step yields last: its part need not wait for what was spawned."""

from __future__ import annotations

from source_twilio.components.reading.steps import NOTHING, Part, Spawn, last
from source_twilio.components.rows.records import Page


def test_a_page_is_marked_as_the_last_one_of_its_step() -> None:
    page = Page([{"sid": "SM1"}])
    assert not page.last
    assert last(page) is page and page.last


def test_steps_that_are_spawned_last_stay_what_they_are() -> None:
    spawn = Spawn([(Part(), iter(()))], later=[(Part(), iter(()))])
    ended = last(spawn)
    assert isinstance(ended, Spawn) and ended.last
    assert (ended.steps, ended.later) == (spawn.steps, spawn.later)
    assert not spawn.last and last(NOTHING) is not NOTHING and not NOTHING.last, "which all plans share"
