"""For what a list is asked: each account, each row of a parent, each of several values."""

from __future__ import annotations

from typing import Any

from tools.docs_manifest import Stream
from tools.edition.asking import credentials, filled_url, paginator
from tools.edition.ranges import range_of
from tools.edition.rows import selector, transformations, types_of
from tools.edition.shared import added, ref


def routers_of(stream: Stream) -> list[dict[str, Any]]:
    """The partition routers of a stream, whose product it is read for."""
    row, routers = stream.row, []
    if row.get("parent"):
        routers.append(_of_parent(stream))
    elif row.get("detail_url"):
        routers.append(_of(_listed(stream, f"{stream.name}_listed", []), row["require"], row["require"]))
    elif not stream.main_only:
        routers.append(ref("each_account"))
    for name, values in (row.get("among") or {}).items():
        routers.append({"type": "ListPartitionRouter", "cursor_field": name, "values": list(values)})
    return routers + [_each(name, values) for name, values in (row.get("each") or {}).items()]


def _each(name: str, values: list[str]) -> dict[str, Any]:
    option = {"type": "RequestOption", "inject_into": "request_parameter", "field_name": name}
    return {
        "type": "ListPartitionRouter", "cursor_field": name.lower(), "values": list(values), "request_option": option,
    }


def _of(parent: dict[str, Any], column: str, name: str, **more: Any) -> dict[str, Any]:
    config = {"type": "ParentStreamConfig", "parent_key": column, "partition_field": name, **more, "stream": parent}
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [config]}


def _of_parent(stream: Stream) -> dict[str, Any]:
    block, parent = stream.row["parent"], stream.parent
    assert parent
    (name, path), *others = block["keys"].items()
    more: dict[str, Any] = {}
    if extra := [[path] for _, path in others] + ([] if stream.main_only else [["signature"]]):
        more["extra_fields"] = extra
    if range_of(stream).by_parents:
        more["incremental_dependency"] = True
    if block.get("each"):
        each = [_each(*one) for one in block["each"].items()]
        made = _listed(parent, f"{parent.name}_of_{stream.name}", [ref("each_account"), *each])
    else:
        made = _handing_down(stream, parent)
    router = _of(made, name if "." in path else path, name, **more)
    if block.get("once"):
        return {"type": "GroupingPartitionRouter", "group_size": 1, "underlying_partition_router": router}
    return router


def _handing_down(stream: Stream, parent: Stream) -> dict[str, Any]:
    """The parent's list with what its children need in its rows, and without those that have none."""
    block = stream.row["parent"]
    found: dict[str, Any] = {**ref(parent.name)}
    add = [] if stream.main_only else [ref("hand_down")]
    if inside := {name: _inside(path) for name, path in block["keys"].items() if "." in path}:
        add.append(added(**inside))
    if add:
        # Without its own, but where rows are compared with a range.
        found["transformations"] = (transformations(parent) if range_of(parent).keep else []) + add
    # A parent that fails the condition and has changed has to be asked as well, so all are.
    where = {} if block.get("or_changed") else block.get("where") or {}
    if where:
        condition = " and ".join(_condition(path, rule, parent) for path, rule in where.items())
        found["retriever"] = {
            "$ref": f"#/definitions/{parent.name}/retriever",
            "record_selector": selector(parent, parent.row["records"], condition),
        }
    return found


def _inside(path: str) -> str:
    """The expression for a SID that the customer keeps in a column of text."""
    column, _, name = path.partition(".")
    pattern = rf'"{name}"\s*:\s*"([A-Z]{{2}}\w+)"'
    return f"(record['{column}'] or '') | regex_search({pattern!r})"


def _condition(path: str, rule: Any, parent: Stream) -> str:
    if rule == "positive":
        return f"(record['{path}'] or 0) | int > 0"
    if rule == "present":
        is_text = "." in path and "string" in types_of(parent.schema["properties"][path.partition(".")[0]])
        return _inside(path) if is_text else f"record.{path}"
    return f"record['{path}'] not in {list(rule['not'])}"


def _listed(stream: Stream, name: str, routers: list[dict[str, Any]]) -> dict[str, Any]:
    """A list whole, whatever its own way to be read, for the keys in its rows."""
    retriever: dict[str, Any] = {
        "type": "SimpleRetriever",
        "requester": {
            **credentials(stream), "url": filled_url(stream, stream.row["url"]),
            "request_parameters": {"PageSize": str(stream.row["page_size"])},
        },
        "paginator": paginator(stream),
        "record_selector": {
            "type": "RecordSelector",
            "extractor": {"type": "DpathExtractor", "field_path": [stream.row["records"]]},
        },
    }
    if routers:
        retriever["partition_router"] = routers
    return {
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": stream.key,
        "retriever": retriever,
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
    }
