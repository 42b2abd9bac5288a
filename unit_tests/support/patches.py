"""The connector with other figures, so that a handful of rows is a busy account."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from typing import Any

import pytest
from airbyte_cdk.sources.declarative import concurrent_declarative_source as cdk
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.declarative.parsers import model_to_component_factory as factory

from source_twilio import source
from source_twilio.components.reading import walk
from source_twilio.components.state import cursors


def copies(value: Any) -> Callable[[], Any]:
    """Gives a copy of a value at each call, many times faster than `copy.deepcopy`."""
    kept = pickle.dumps(value)
    return lambda: pickle.loads(kept)


@contextmanager
def parsed_once() -> Iterator[None]:
    """Parse, resolve and validate each manifest once for as long as the `with` block lasts, and what the CDK looks up
    for it: thousands of sources are built."""
    resolve, validate = ConcurrentDeclarativeSource._pre_process_manifest, cdk.validate_manifest
    schema, manifest = cdk.get_declarative_component_schema(), source.load_manifest()
    resolved: dict[bytes, Callable[[], Any]] = {}

    def once(asking: ConcurrentDeclarativeSource, needed: dict[str, Any]) -> Any:
        written = pickle.dumps(needed)
        if written not in resolved:
            made = resolve(asking, needed)
            validate(made, schema)
            resolved[written] = copies(made)
        return resolved[written]()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "load_manifest", lambda: manifest)
        patch.setattr(cdk, "get_declarative_component_schema", lambda: schema)
        patch.setattr(ConcurrentDeclarativeSource, "_pre_process_manifest", once)
        patch.setattr(cdk, "validate_manifest", lambda manifest, schema: None)
        patch.setattr(factory, "get_type_hints", lru_cache(maxsize=None)(factory.get_type_hints))
        yield


def page_size(patch: pytest.MonkeyPatch, size: int) -> None:
    """Ask every list that has pages for pages of so many rows."""
    manifest = deepcopy(source.load_manifest())
    for row in manifest["streams"]:
        if row["$parameters"]["page_size"]:
            row["$parameters"]["page_size"] = size
    patch.setattr(source, "load_manifest", lambda: manifest)


def cap(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Expect lists that the API cuts off to end after so many rows."""
    manifest = deepcopy(source.load_manifest())
    for row in manifest["streams"]:
        if row["$parameters"].get("cap"):
            row["$parameters"]["cap"] = rows
    patch.setattr(source, "load_manifest", lambda: manifest)


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
