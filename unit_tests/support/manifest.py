"""The manifest's rows with their references resolved: one mapping a stream."""

from __future__ import annotations

from functools import cache
from typing import Any

from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import ManifestComponentTransformer
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_twilio.components.blocks import paginator_of, policy_of
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.paging import Paginator
from source_twilio.source import load_manifest

Stream = dict[str, Any]


@cache
def written() -> dict[str, Any]:
    """The manifest as it is written, its references unresolved."""
    return load_manifest()


@cache
def streams() -> dict[str, Stream]:
    """All streams by name; a row's `$parameters` stand beside what its block declares."""
    parts = {"definitions": written()["definitions"], "streams": written()["streams"]}
    resolved = ManifestReferenceResolver().preprocess_manifest(parts)
    return {row["$parameters"]["name"]: {**row, **row["$parameters"]} for row in resolved["streams"]}


@cache
def whole(name: str) -> Stream:
    """A stream's row with its parameters in all of its blocks, as the CDK hands it to the connector."""
    found: Stream = ManifestComponentTransformer().propagate_types_and_parameters("", streams()[name], {})
    return found


def paginator(name: str) -> Paginator:
    """How a stream's list is paged."""
    return paginator_of(whole(name), {})


def policy() -> Policy:
    """The time-outs and repetitions that the manifest declares."""
    return policy_of(whole("calls")["retriever"]["requester"])


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
