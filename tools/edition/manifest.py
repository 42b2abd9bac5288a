"""A manifest of some streams: their definitions, no more than they need, and the streams themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.docs_manifest import Facts, Stream
from tools.edition.lists import cursor_of, stream_of
from tools.edition.shared import definitions, moment, ref, spec

VERSION = "7.39.1"  # of the CDK whose words these are


def manifest(facts: Facts, names: Iterable[str]) -> dict[str, Any]:
    """The manifest of the named streams, in their order in the connector's own."""
    wanted = set(names)
    chosen = [stream for stream in facts.streams.values() if stream.name in wanted]
    parents = {parent.name: parent for stream in chosen for parent in [*stream.ancestors][::-1]}
    made: dict[str, Any] = {name: stream_of(stream) for name, stream in parents.items()}
    streams = [_stream(stream, made) for stream in chosen]
    columns = {name: None for stream in chosen + [*parents.values()] for name in stream.schema["properties"]}
    moments = {f"moment_{name}": moment(name) for name in columns}
    return {
        "version": VERSION,
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": [_checked(chosen).name]},
        "concurrency_level": {
            "type": "ConcurrencyLevel",
            "default_concurrency": "{{ config.get('num_workers', 8) }}",
            "max_concurrency": 50,
        },
        "definitions": {**_needed({**definitions(), **moments}, [made, streams]), **made},
        "streams": streams,
        "spec": spec(facts.spec, facts.definitions["subaccount_sids"]),
    }


def _stream(stream: Stream, made: Mapping[str, Any]) -> dict[str, Any]:
    if stream.name not in made:
        return {**stream_of(stream), **cursor_of(stream)}
    return ref(stream.name) if stream.dated else {**ref(stream.name), **cursor_of(stream)}


def _checked(streams: list[Stream]) -> Stream:
    """The stream that a test of the connection reads: a list that is asked for by itself and whole, if there is one."""
    return min(streams, key=lambda stream: (len([*stream.ancestors]), not stream.row["records"], stream.dated))


def _needed(known: Mapping[str, Any], used: Any) -> dict[str, Any]:
    """Those of the definitions that something refers to, in their order."""
    found: set[str] = set()
    unread = [used]
    while unread:
        block = unread.pop()
        if isinstance(block, Mapping):
            name = str(block.get("$ref", "")).removeprefix("#/definitions/")
            if name in known and name not in found:
                found.add(name)
                unread.append(known[name])
            unread.extend(block.values())
        elif isinstance(block, (list, tuple)):
            unread.extend(block)
    return {name: block for name, block in known.items() if name in found}
