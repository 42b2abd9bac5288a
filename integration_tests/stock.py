"""Reads with the CDK's own engine, unmodified, through the edition, in this process."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import requests_mock
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.sandbox import Twilio
from integration_tests.sandbox.adapter import mount
from tools.docs_manifest import load
from tools.edition.manifest import manifest
from unit_tests.support import Output, catalog_of, state_of
from unit_tests.support.reading import States, captured


@cache
def _text(names: frozenset[str]) -> str:
    return json.dumps(manifest(load(), names))


def edition(names: Iterable[str]) -> dict[str, Any]:
    """The manifest of some streams, a copy of its own."""
    found: dict[str, Any] = json.loads(_text(frozenset(names)))
    return found


def read_stock(
    names: tuple[str, ...],
    config: Mapping[str, Any],
    state: States | None = None,
    mode: SyncMode = SyncMode.incremental,
) -> Output:
    """A sync of some streams, as `unit_tests.support.read` is one of the connector. `requests` has to be mocked."""
    catalog, saved = catalog_of(*names, mode=mode), state_of(state or {})
    output = Output()
    with captured(output.lines):
        engine = ConcurrentDeclarativeSource(catalog, copy.deepcopy(dict(config)), saved, source_config=edition(names))
        try:
            output.messages.extend(engine.read(logging.getLogger("airbyte"), config, catalog, saved))
        except AirbyteTracedException as error:
            output.failure = error
    return output


class StockSyncs:
    """Syncs of the CDK's engine against one sandbox, each going on from the states of the one before."""

    def __init__(self, twilio: Twilio, config: Mapping[str, Any]) -> None:
        self.twilio, self.config = twilio, dict(config)
        self.state: States = {}

    def run(self, *names: str) -> Output:
        """One sync; a stream without a new state keeps its old one."""
        self.twilio.clear_requests()
        with requests_mock.Mocker() as mocker:
            mount(self.twilio, mocker)
            output = read_stock(names, self.config, self.state)
        self.state = {**self.state, **output.last_states()}
        return output
