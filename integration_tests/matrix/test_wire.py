"""Answers in pieces, drop by drop or never: no attempt lasts longer than its time-outs, whatever keeps it busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from integration_tests.helpers import configuration
from integration_tests.matrix.lasting import CONFIG, TRANSIENT
from integration_tests.matrix.runs import AT_ONCE, Matrix, Starter
from integration_tests.matrix.wire import Connection, drop, in_pieces, trickle, until_the_end, wire
from integration_tests.sandbox.accounts import MAIN

YESTERDAY = format_datetime(datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=1))
ROWS = [
    {"sid": f"QU{number:032x}", "account_sid": MAIN, "date_updated": YESTERDAY, "friendly_name": "Grüße 🎉 " * 20}
    for number in range(300)
]
QUEUES = {"queues": ROWS, "next_page_uri": None}
FIGURES = {"connect_timeout": 1, "read_timeout": 2, "whole_timeout": 1.5, "retry_for": 2, "longest_wait": 0.3}
LONGEST = FIGURES["retry_for"] + FIGURES["read_timeout"] + AT_ONCE  # one attempt more than the retries last


@pytest.mark.parametrize(
    "behaviour",
    [in_pieces(QUEUES, 7), in_pieces(QUEUES, 5000), until_the_end(QUEUES)],
    ids=["chunks of seven bytes", "large chunks", "no length"],
)
def test_a_body_in_pieces_is_read_to_its_end(
    behaviour: Callable[[Connection], None], starter: Starter, folders: Iterator[Path]
) -> None:
    with wire(next(folders), behaviour) as (env, asked):
        outcome = Matrix(starter, env, folders).read(["queues"])
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert sorted(row["sid"] for row in outcome.records("queues")) == [row["sid"] for row in ROWS]
    assert {row["friendly_name"] for row in outcome.records("queues")} == {ROWS[0]["friendly_name"]}
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("behaviour", "hold"),
    [(trickle, ""), (drop, ""), (drop, "proxy"), (drop, "handshake")],
    ids=[
        "a body that trickles",
        "a connection that is dropped",
        "a proxy that says nothing",
        "a TLS handshake that stalls",
    ],
)
def test_an_attempt_ends_in_time(
    behaviour: Callable[[Connection], None], hold: str, starter: Starter, folders: Iterator[Path]
) -> None:
    with wire(next(folders), behaviour, hold=hold) as (env, asked):
        outcome = Matrix(starter, env, folders).read(["queues"], retry=FIGURES, timeout=60)
    assert (outcome.exit_code, outcome.incomplete) == (1, {"queues"})
    (error,) = outcome.errors_of("queues")
    assert error["failure_type"] == TRANSIENT
    assert "attempts" in error["message"]
    assert outcome.seconds < LONGEST
    assert hold or len(asked) >= 3  # the list of accounts, and at least two attempts


def test_a_certificate_for_another_name_is_fatal_at_once(starter: Starter, folders: Iterator[Path]) -> None:
    with wire(next(folders), name="*.example.com") as (env, asked):
        outcome = Matrix(starter, env, folders).read(["queues"], config=configuration())
    (error,) = outcome.errors_of("queues")
    assert (outcome.exit_code, error["failure_type"], asked) == (1, CONFIG, [])
    assert "REQUESTS_CA_BUNDLE" in error["message"]
    assert outcome.seconds < AT_ONCE
