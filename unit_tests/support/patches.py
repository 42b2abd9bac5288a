"""The connector with other figures, so that a handful of rows is a busy account."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from airbyte_cdk.sources.declarative import concurrent_declarative_source as cdk

from source_twilio import source
from source_twilio.components.reading import walk
from source_twilio.components.state import cursors


def copies(value: Any) -> Callable[[], Any]:
    """Gives a copy of a value at each call, many times faster than `copy.deepcopy`."""
    kept = pickle.dumps(value)
    return lambda: pickle.loads(kept)


@contextmanager
def parsed_once() -> Iterator[None]:
    """Parse the CDK's component schema, which it only reads, and our manifest once, for as long as the `with` block
    lasts: hundreds of sources are built."""
    schema = cdk.get_declarative_component_schema()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdk, "get_declarative_component_schema", lambda: schema)
        patch.setattr(source, "load_manifest", copies(source.load_manifest()))
        yield


def page_size(patch: pytest.MonkeyPatch, size: int) -> None:
    """Ask every list that has pages for pages of so many rows."""
    manifest = source.load_manifest()
    for row in manifest["streams"]:
        if row["$parameters"]["page_size"]:
            row["$parameters"]["page_size"] = size
    patch.setattr(source, "load_manifest", copies(manifest))


def cap(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Expect lists that the API cuts off to end after so many rows."""
    manifest = source.load_manifest()
    for row in manifest["streams"]:
        if row["$parameters"].get("cap"):
            row["$parameters"]["cap"] = rows
    patch.setattr(source, "load_manifest", copies(manifest))


def states_at_every_page(patch: pytest.MonkeyPatch) -> None:
    """Let a state come out after each page."""
    patch.setattr(cursors, "SECONDS_BETWEEN_STATES", -1)


def walk_pages(patch: pytest.MonkeyPatch, pages: int) -> None:
    """Let windows take over from the walk above so many pages."""
    patch.setattr(walk, "MOST_PAGES", pages)


def chain_pages(patch: pytest.MonkeyPatch, pages: int) -> None:
    """Let a walk be cut into chains above so many pages, and a chain be about so long."""
    patch.setattr(walk, "LONGEST_CHAIN", pages)
    patch.setattr(walk, "PAGES_A_WINDOW", pages)
