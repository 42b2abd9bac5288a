"""A row of the manifest as a stream in the CDK's own words."""

from __future__ import annotations

from typing import Any

from tools.docs_manifest import Stream
from tools.edition.asking import is_list, paginator, requester
from tools.edition.partitions import routers_of
from tools.edition.ranges import range_of
from tools.edition.rows import schema, selector, transformations


def stream_of(stream: Stream) -> dict[str, Any]:
    """The stream. A list that is read whole has no cursor yet: as a parent it hands down all of its rows."""
    found = {
        "type": "DeclarativeStream",
        "name": stream.name,
        "primary_key": stream.key,
        "retriever": _retriever(stream),
        **({"transformations": made} if (made := transformations(stream)) else {}),
        "schema_loader": {"type": "InlineSchemaLoader", "schema": schema(stream)},
    }
    return {**found, **cursor_of(stream)} if stream.dated else found


def cursor_of(stream: Stream) -> dict[str, Any]:
    """The `incremental_sync` of a stream; empty where it has none."""
    sync = range_of(stream).sync
    return {"incremental_sync": sync} if sync else {}


def _retriever(stream: Stream) -> dict[str, Any]:
    row = stream.row
    retriever: dict[str, Any] = {
        "type": "SimpleRetriever",
        "requester": requester(stream),
        **({"paginator": pages} if is_list(stream) and (pages := paginator(stream)) else {}),
        "record_selector": selector(stream, row["records"] if is_list(stream) else ""),
        **({"decoder": {"type": "IterableDecoder"}} if row.get("column") else {}),
    }
    if routers := routers_of(stream):
        retriever["partition_router"] = routers[0] if len(routers) == 1 else routers
    return retriever
