"""From a row of the manifest to a stream: what all streams of a process share, and what each has of its own."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.models.declarative_component_schema import (
    CustomRequester,
    CustomRetriever,
    CustomStateMigration,
    DatetimeBasedCursor,
    MinMaxDatetime,
)
from airbyte_cdk.sources.declarative.parsers.model_to_component_factory import ModelToComponentFactory
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, FinalStateCursor
from airbyte_cdk.sources.types import Config

from source_twilio.components.blocks import (
    check_row,
    filter_of,
    paginator_of,
    policy_of,
    records_of,
    step_of,
)
from source_twilio.components.reading.reader import StreamReader
from source_twilio.components.reading.retrievers import ListRetriever
from source_twilio.components.reading.streams import TwilioStream
from source_twilio.components.reading.windows import RangePolicy
from source_twilio.components.reading.workers import Workers
from source_twilio.components.rows.times import parse
from source_twilio.components.state.cursors import AccountCursor
from source_twilio.components.state.units import GRANULARITIES, Unit, duration
from source_twilio.components.twilio.accounts import Accounts
from source_twilio.components.twilio.api import Api
from source_twilio.components.twilio.credentials import Credentials
from source_twilio.components.twilio.errors import system_error
from source_twilio.components.twilio.requester import TwilioRequester

READ_HERE = ("requester", "paginator", "record_selector")  # of a retriever's block; the factory gets what is left
EPOCH = {"type": "MinMaxDatetime", "datetime": "1970-01-01", "datetime_format": "%Y-%m-%d"}


def family_of(url: str, families: Mapping[str, str]) -> str:
    """The permission family of a list, by the longest beginning of its address that `families` knows; empty where no
    permission is enough."""
    known = [beginning for beginning in families if url.startswith(beginning)]
    return families[max(known, key=len)] if known else ""


def unit_of(sync: Mapping[str, Any]) -> Unit:
    """The precision of a cursor; seconds where there is none."""
    return Unit(GRANULARITIES[sync["cursor_granularity"]] if sync else "second")


class StreamBuilder:
    """Builds streams from the resolved manifest.

    config: the migrated configuration; factory: the CDK's, which makes components of their declarations; manifest:
    resolved; emit: puts a state message on the way to the output.
    """

    def __init__(
        self,
        config: Config,
        factory: ModelToComponentFactory,
        manifest: Mapping[str, Any],
        emit: Callable[[AirbyteMessage], None],
    ) -> None:
        self._config = config
        self._factory = factory
        self._rows = {row["name"]: row for row in manifest["streams"]}
        self._requesters: dict[str, TwilioRequester] = {}
        self._families = manifest["definitions"]["permission_families"]
        self._regional = manifest["definitions"]["regional_products"]
        self._optional = manifest["definitions"]["optional_products"]
        self._emit = emit
        policy = policy_of(manifest["definitions"]["requester"])
        workers = int(config["num_workers"])
        self.workers = Workers(workers)
        self.api = Api(config["region"], workers, policy.host_down)
        self.credentials = Credentials(config, self.api, policy)
        self.accounts = Accounts(config, self.api, self.credentials, policy)

    @staticmethod
    def schema(name: str) -> Mapping[str, Any]:
        """The JSON schema of a stream, from its file in the package; read-only, since the factory takes a dict that
        has a `type` for a component."""
        return MappingProxyType(json.loads(pkgutil.get_data("source_twilio", f"schemas/{name}.json") or b""))

    def build(self, name: str, saved: Mapping[str, Any]) -> TwilioStream:
        """The stream of a row. saved: its state of the last sync, empty if there is none."""
        row = self._rows[name]
        ranges = self._ranges(self._range_of(row))
        retriever = self._retriever(name)
        sync = row.get("incremental_sync") or {}
        reader = StreamReader(
            name,
            retriever,
            ranges,
            self.accounts,
            self.workers,
            every_account=row["accounts"] == "all",
            family=family_of(row["url"], self._families),
            offered=self._is_offered(retriever.requester.product),
            optional=self._optional.get(retriever.requester.product, ""),
            cursor_field=sync.get("cursor_field", ""),
        )
        return TwilioStream(row, reader, self._cursor(row, ranges, saved))

    def _is_offered(self, product: str) -> bool:
        region = self._config["region"]
        return region not in self._regional or product in self._regional[region]

    def requester(self, name: str) -> TwilioRequester:
        """The requester of a row, with what the blocks beside it say; one for the stream and all its children."""
        if name not in self._requesters:
            row = self._rows[name]
            check_row(row)
            block = row["retriever"]["requester"]
            self._requesters[name] = self._factory.create_component(
                CustomRequester,
                {word: value for word, value in block.items() if word != "error_handler"},
                self._config,
                records=records_of(row, self._config),
                paginator=paginator_of(row, self._config),
                policy=policy_of(block, name),
            )
        return self._requesters[name]

    def _retriever(self, name: str) -> ListRetriever:
        row = self._rows[name]
        parent = row.get("parent")
        sync, asked = row.get("incremental_sync") or {}, filter_of(row, self._config)
        retriever: ListRetriever = self._factory.create_component(
            CustomRetriever,
            {word: value for word, value in row["retriever"].items() if word not in READ_HERE},
            self._config,
            name=name,
            requester=self.requester(name),
            api=self.api,
            accounts=self.accounts,
            schema=self.schema(name),
            primary_key=row["primary_key"],
            parent_retriever=self._retriever(parent["stream"]) if parent else None,
            cursor_field=sync.get("cursor_field", ""),
            client_side=bool(sync.get("is_client_side_incremental")),
            asked=asked,
            unit=unit_of(sync),
            step=step_of(row, self._config),
        )
        if asked and getattr(retriever, "asked", None) is None:
            raise system_error(f"Stream {name}: the manifest declares `start_time_option`, but its retriever asks for "
                               "no range. Remove it, or choose a block of dated lists.")
        return retriever

    def _range_of(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The `incremental_sync` block that bounds what is read: the stream's own, or that of the nearest parent."""
        sync: Mapping[str, Any] | None = row.get("incremental_sync")
        if sync is None and row.get("parent"):
            return self._range_of(self._rows[row["parent"]["stream"]])
        return sync

    def _ranges(self, sync: Mapping[str, Any] | None) -> RangePolicy:
        """The range of a stream's `incremental_sync` block; everything for a stream without one."""
        block = DatetimeBasedCursor.parse_obj(sync) if sync else None
        start = dict(sync["start_datetime"]) if sync else EPOCH
        # A list that Twilio cannot filter shows each row as it is now, so an end would only leave changes out.
        ends = bool(self._config.get("end_date") and block and not block.is_client_side_incremental)
        return RangePolicy(
            unit=unit_of(sync or {}),
            start=self._factory.create_component(MinMaxDatetime, start, self._config).get_datetime(self._config),
            lookback=duration((block.lookback_window if block else None) or "PT0S"),
            configured=timedelta(minutes=self._config["lookback_window"]),
            before=parse(self._config["end_date"]) if ends else None,
        )

    def _cursor(self, row: Mapping[str, Any], ranges: RangePolicy, saved: Mapping[str, Any]) -> Cursor:
        name = row["name"]
        sync = row.get("incremental_sync")
        if not sync:
            return FinalStateCursor(name, None, self._factory.get_message_repository())
        migrations = [
            self._factory.create_component(
                CustomStateMigration, migration, self._config, cursor_field=sync["cursor_field"]
            )
            for migration in row.get("state_migrations") or []
        ]
        state = self._factory.apply_stream_state_migrations(migrations, dict(saved))
        return AccountCursor(name, sync["cursor_field"], ranges.unit, state, self._emit, self._config["start_date"])
