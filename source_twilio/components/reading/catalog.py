"""How a row of the manifest stands in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import AirbyteStream, SyncMode


def describe(row: Mapping[str, Any], schema: Mapping[str, Any]) -> AirbyteStream:
    """A row of the manifest as an Airbyte stream: schema, sync modes, key and cursor."""
    stream = AirbyteStream(
        name=row["name"], json_schema=dict(schema), supported_sync_modes=[SyncMode.full_refresh], is_resumable=False
    )
    if row.get("incremental_sync"):
        stream.supported_sync_modes = [SyncMode.full_refresh, SyncMode.incremental]
        stream.source_defined_cursor = True
        stream.is_resumable = True
        stream.default_cursor_field = [row["incremental_sync"].get("cursor_field") or row["cursor_field"]]
    stream.source_defined_primary_key = [[column] for column in row["primary_key"]]
    return stream
