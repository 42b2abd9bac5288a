"""The manifest's rows with their references resolved: one mapping a stream."""

from __future__ import annotations

from functools import cache
from typing import Any

from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_twilio.source import load_manifest

Stream = dict[str, Any]


@cache
def streams() -> dict[str, Stream]:
    """All streams by name; a row's `$parameters` stand beside what its block declares."""
    manifest = load_manifest()
    resolved = ManifestReferenceResolver().preprocess_manifest(
        {"definitions": manifest["definitions"], "streams": manifest["streams"]}
    )
    return {row["$parameters"]["name"]: {**row, **row["$parameters"]} for row in resolved["streams"]}


def is_client_side(stream: Stream) -> bool:
    """Whether the cursor is compared here, for want of a filter on the server."""
    return bool((stream.get("incremental_sync") or {}).get("is_client_side_incremental"))


def dated() -> list[str]:
    """The incremental streams whose ranges are asked for by date."""
    return [name for name, row in streams().items() if row.get("incremental_sync") and not is_client_side(row)]


def client_side() -> list[str]:
    """The incremental streams whose lists are read whole."""
    return [name for name, row in streams().items() if is_client_side(row)]


def cursor_of(name: str) -> str:
    """The cursor field of an incremental stream."""
    row = streams()[name]
    return str(row.get("cursor_field") or row["incremental_sync"]["cursor_field"])
