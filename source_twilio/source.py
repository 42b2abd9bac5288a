"""The source: finds the manifest, builds the streams that a command needs, and turns pages into records."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    Status,
    SyncMode,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_twilio.components.blocks import policy_of
from source_twilio.components.builder import StreamBuilder, family_of
from source_twilio.components.reading.catalog import describe
from source_twilio.components.reading.streams import TwilioStream
from source_twilio.components.settings.check import check_connection
from source_twilio.components.settings.configuration import EarlierConfigurations, validate
from source_twilio.components.twilio.errors import config_error
from source_twilio.sync import Sync

READ_BY_NAME = ("permission_families", "regional_products", "optional_products", "requester")  # in builder.py
LAST_ANSWERS = 1.0  # seconds in which answers that are on their way still count, when a read is cut short
MANIFEST = Path(__file__).parent / "manifest.yaml"
LOGGER = logging.getLogger("airbyte")


def load_manifest() -> dict[str, Any]:
    """The manifest as it is written, with its references unresolved."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    manifest: dict[str, Any] = yaml.load(MANIFEST.read_text(encoding="utf-8"), Loader=loader)
    return manifest


def name_of(row: Mapping[str, Any]) -> str:
    """The name of a stream's row."""
    return str(row["$parameters"]["name"])


def prune(manifest: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The manifest with the rows of some streams and of all their parents, and the definitions that these name: the CDK
    copies, resolves and validates whatever there is."""
    rows = {name_of(row): row for row in manifest["streams"]}
    wanted: set[str] = set()
    waiting = [name for name in names if name in rows]
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        parent = rows[name]["$parameters"].get("parent")
        if parent and parent["stream"] not in wanted:
            waiting.append(parent["stream"])
    streams = [row for name, row in rows.items() if name in wanted]
    definitions, found = manifest["definitions"], set(READ_BY_NAME)
    unread: list[Any] = [streams, manifest["spec"], *(definitions[name] for name in found)]
    while unread:
        for name in _named(unread.pop()) - found:
            found.add(name)
            unread.append(definitions[name])
    kept = {name: block for name, block in definitions.items() if name in found}
    return {**manifest, "definitions": kept, "streams": streams}


def _named(block: Any) -> set[str]:
    """The definitions that a block refers to."""
    if isinstance(block, Mapping):
        named = {block["$ref"].split("/")[2]} if str(block.get("$ref")).startswith("#/definitions/") else set()
        return named.union(*map(_named, block.values()))
    return set[str]().union(*map(_named, block)) if isinstance(block, list) else set()


def _without_retriever(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block without what the catalog does not show: resolving it for each row would take most of the time."""
    return {word: value for word, value in block.items() if word != "retriever"}


class SourceTwilio(ConcurrentDeclarativeSource):
    """Twilio, as the manifest declares it.

    catalog, config, state: as the entrypoint hands them in; without a catalog no stream is built. Raises a config
    error that names the field when the configuration is wrong, or when there is none of the catalog's streams.
    """

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> None:
        if config:  # before anything is made of it
            settings = dict(config)
            EarlierConfigurations().transform(settings)
            validate(settings)
        manifest = load_manifest()
        self._rows = manifest["streams"]
        self._definitions = manifest["definitions"]
        configured = {entry.stream.name: entry for entry in catalog.streams} if catalog else {}
        known = {name_of(row) for row in self._rows}
        self._unknown = sorted(set(configured) - known)
        if configured and not known.intersection(configured):
            raise self._retired()
        selected = set(configured) & known or {name_of(self._rows[0])}
        super().__init__(catalog, config, None, source_config=prune(manifest, selected))
        self._states = ConnectorStateManager(state)
        self._full_refresh = {
            name for name, entry in configured.items() if entry.sync_mode == SyncMode.full_refresh
        }
        self._selected = [name for name in configured if name in known]
        self._streams: dict[str, TwilioStream] = {}
        self.sync = Sync(self._streams, self._message_repository.emit_message)
        self._builder: StreamBuilder | None = None
        self.check_failed = False

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """The migrated configuration. The CDK would also write it, secrets included, to a file that a kill leaves."""
        if not self._config:  # see `read`
            self._config = self._migrate_and_transform_config(None, config) or {}
            validate(self._config)
        return self._config

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The selected streams, built from their rows."""
        self._builder = StreamBuilder(
            self._config, self._constructor, self.resolved_manifest, self._message_repository.emit_message
        )
        for name in self._selected:
            saved = None if name in self._full_refresh else self._states.get_stream_state(name, None)
            self._streams[name] = self._builder.build(name, saved or {})
        return list(self._streams.values())

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """The catalog of all streams, from their rows and schema files alone: nothing is built, nothing is asked."""
        blocks = {name: _without_retriever(block) for name, block in self._definitions.items()}
        resolved = ManifestReferenceResolver().preprocess_manifest({"definitions": blocks, "streams": self._rows})
        rows = [{**row, **row["$parameters"]} for row in resolved["streams"]]
        return AirbyteCatalog(streams=[describe(row, StreamBuilder.schema(row["name"])) for row in rows])

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Prove the credentials with the cheapest call they may make; see check.py."""
        families = self._definitions["permission_families"]
        addresses = {name_of(row): row["$parameters"]["url"] for row in self._rows}
        beyond_keys = [name for name, url in addresses.items() if not family_of(url, families)]
        policy = policy_of(self.resolved_manifest["definitions"]["requester"])
        status = check_connection(self._config, policy, beyond_keys)
        self.check_failed = status.status != Status.SUCCEEDED
        return status

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """The messages of a sync. Streams of the catalog that there are not end it with an error, when all others have
        been read.

        It is the CDK's contract that a source can be built without arguments and is told here what to read: `Source`
        says so, and its standard tests and tools rely on it. The entrypoint builds it with them.
        """
        if catalog.streams and not (self._selected or self._unknown):  # built without a catalog
            yield from SourceTwilio(catalog, config, state).read(logger, config, catalog, state)
            return
        failure: AirbyteTracedException | None = None
        known = [entry for entry in catalog.streams if entry.stream.name not in self._unknown]
        try:
            yield from self.sync.messages(super().read(logger, config, ConfiguredAirbyteCatalog(streams=known), state))
        except AirbyteTracedException as error:
            failure = error
        finally:
            self.stop()
        for entry in catalog.streams:
            if entry.stream.name in self._unknown:
                yield as_airbyte_message(entry.stream, AirbyteStreamStatus.INCOMPLETE)
        if self._unknown and failure:
            yield self._retired().as_airbyte_message()
        elif self._unknown:
            raise self._retired()
        if failure:
            raise failure

    def _retired(self) -> AirbyteTracedException:
        """The error for streams of the catalog that there are not, or not any more."""
        return config_error(
            f"The catalog selects {', '.join(self._unknown)}, which this connector does not have; it reads the others "
            "alone. Refresh the connection's schema and remove it; docs/migration.md names replacements of retired "
            "streams."
        )

    def wind_down(self, why: str) -> bool:
        """Let a read that goes on in another thread end early: nothing more is asked, what was read goes out.

        Gives False where no stream has begun: there is nothing to wait for.
        """
        if self._builder:
            self._builder.workers.wind_down(LAST_ANSWERS)
        return self.sync.end_early(why)

    def stop(self) -> None:
        """End the threads that send requests; a read whose output nobody takes any more would go on otherwise."""
        if self._builder:
            self._builder.workers.stop()
