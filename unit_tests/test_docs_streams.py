"""The table of streams says what their rows and notes say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tools.docs_manifest import load
from tools.docs_streams import cells, least, permissions


def test_the_table_says_what_the_manifest_says() -> None:
    """By the row of one stream of each kind, so that a wrong word of the generator shows."""
    facts = load()
    step = facts.streams["step"]
    assert cells(facts, step) == (
        f"[`step`](columns/studio.md#step)<br>[API]({step.page}) · **expensive**",
        "`date_created`<br>children of `executions` in L ≥ 2 days",
        "1 per 1,000 rows for each row of `executions`",
        "kept 30 days; `context` can be large",
    )
    assert "needs Flex" in cells(facts, facts.streams["flex_flows"])[3]
    assert "left out: `auth_token`" in cells(facts, facts.streams["accounts"])[3]
    assert "never deleted" in cells(facts, facts.streams["usage_records"])[3]
    assert permissions(facts, facts.products["Sync"]) == "Permission: *Sync*."
    assert "; *Main* for `accounts`, " in permissions(facts, facts.products["Account, keys, usage"])


@pytest.mark.parametrize(
    ("duration", "words"), [("PT1H", "1 hour"), ("P1DT30M", "1 day 30 minutes"), ("P2M", "2 months"), ("P1W", "1 week")]
)
def test_a_duration_in_words(duration: str, words: str) -> None:
    """A newcomer may choose any lookback."""
    row = {"incremental_sync": {"lookback_window": duration}}
    assert least(replace(load().streams["calls"], row=row)) == words
