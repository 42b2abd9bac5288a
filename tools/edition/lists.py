"""A row of the manifest as a stream in the CDK's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.docs_manifest import Stream
from tools.edition.notes import notes
from tools.edition.places import expressions, filled, signature
from tools.edition.ranges import range_of
from tools.edition.shared import added

MAIN_HOST = "api.twilio.com"
PAGES = {"Token": "pages_by_token", "Page": "pages_by_number"}
NUMERIC = {"number", "integer", "boolean"}


def ref(name: str) -> dict[str, str]:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def is_parent_by_range(stream: Stream) -> bool:
    """Whether a stream as a parent is read by its cursor; one that is read whole hands down all of its rows."""
    return stream.dated


def stream_of(stream: Stream) -> dict[str, Any]:
    """The stream, without the cursor of a list that is read whole."""
    found = {
        "type": "DeclarativeStream",
        "name": stream.name,
        "primary_key": stream.key,
        "retriever": _retriever(stream),
        **({"transformations": made} if (made := transformations(stream)) else {}),
        "schema_loader": {"type": "InlineSchemaLoader", "schema": _schema(stream)},
    }
    return {**found, **cursor_of(stream)} if is_parent_by_range(stream) else found


def cursor_of(stream: Stream) -> dict[str, Any]:
    """The `incremental_sync` of a stream; empty where it has none."""
    sync = range_of(stream).sync
    return {"incremental_sync": sync} if sync else {}


def _retriever(stream: Stream) -> dict[str, Any]:
    row = stream.row
    whole = bool(row["records"]) and not row.get("detail_url")
    retriever = {
        "type": "SimpleRetriever",
        "requester": _requester(stream, row.get("detail_url") or row["url"], whole),
        **({"paginator": pages} if whole and (pages := _paginator(stream)) else {}),
        "record_selector": _selector(stream, row["records"] if whole else ""),
        **({"decoder": {"type": "IterableDecoder"}} if row.get("column") else {}),
    }
    routers = _routers(stream)
    if routers:
        retriever["partition_router"] = routers[0] if len(routers) == 1 else routers
    return retriever


def _requester(stream: Stream, url: str, whole: bool) -> dict[str, Any]:
    row, places = stream.row, expressions(stream)
    params = {name: filled(value, places) for name, value in (row.get("query") or {}).items()}
    params |= range_of(stream).params
    if whole and row["page_size"]:
        params["Size" if _token(stream) == "Token" else "PageSize"] = str(row["page_size"])
    own = _signs(stream)
    requester: dict[str, Any] = {**ref("requester_of_account" if own else "requester"), "url": filled(url, places, True)}
    if own and signature(stream).endswith("]"):
        requester["request_headers"] = {"Authorization": f"Basic {{{{ {signature(stream)} }}}}"}
    if params:
        requester["request_parameters"] = params
    if row.get("parent") or row.get("empty_on") or row.get("detail_url"):
        requester["error_handler"] = ref("errors_but_not_found")
    return requester


def _signs(stream: Stream) -> bool:
    """Whether an account reads a stream with its own token: all of them on product hosts."""
    return not stream.main_only and stream.host != MAIN_HOST


def _token(stream: Stream) -> str:
    return str(stream.row["retriever"]["paginator"]["page_token_option"].get("field_name", ""))


def _paginator(stream: Stream) -> dict[str, Any] | None:
    strategy = stream.row["retriever"]["paginator"]["pagination_strategy"]
    if strategy.get("stop_condition") == "{{ true }}":
        return None
    by_link = "pages_of_2010" if stream.host == MAIN_HOST else "pages"
    return ref(PAGES.get(_token(stream), by_link))


def _selector(stream: Stream, records: str, more: str = "") -> dict[str, Any]:
    keep = [range_of(stream).keep, f"record['{stream.row['require']}']" if stream.row.get("require") else "", more]
    condition = " and ".join(filter(None, keep))
    selector: dict[str, Any] = {
        "type": "RecordSelector",
        "extractor": {"type": "DpathExtractor", "field_path": [records] if records else []},
    }
    if condition:
        selector["record_filter"] = {"type": "RecordFilter", "condition": "{{ " + condition + " }}"}
        selector["transform_before_filtering"] = True
    if _has_numbers(stream.schema):
        selector["schema_normalization"] = "Default"
    return selector


def _has_numbers(schema: Mapping[str, Any]) -> bool:
    """Whether a column, or a value inside one, is something else than text."""
    inside = [*schema.get("properties", {}).values(), *([schema["items"]] if schema.get("items") else [])]
    return bool(NUMERIC & {*_types(schema)}) or any(map(_has_numbers, inside))


def _types(column: Mapping[str, Any]) -> list[str]:
    kind = column.get("type") or []
    return [kind] if isinstance(kind, str) else list(kind)


def transformations(stream: Stream) -> list[dict[str, Any]]:
    """What becomes of a row: moments, columns of the path and of the range, and what leaves it."""
    row, columns, places = stream.row, stream.schema["properties"], expressions(stream)
    found = []
    if "/2010-04-01/" in row["url"] or stream.name in notes()["moments_as_in_mail"]:
        found += [ref(f"moment_{name}") for name, one in columns.items() if one.get("format") == "date-time"]
    made = {*columns} - ({row["require"]} if row.get("require") else set())
    own = {name: f"record['{name}'] or {place}" for name, place in places.items() if name in made}
    own |= range_of(stream).columns
    own |= {name: f"record['{name}'] or '{value}'" for name, value in (row.get("absent") or {}).items()}
    if row.get("column"):
        own[row["column"]] = "record.record"
    if own:
        found.append(added(**own))
    if empty := notes()["empty_numbers"].get(stream.name):
        pointers = [[name] for name in empty]
        found.append({"type": "RemoveFields", "field_pointers": pointers, "condition": "{{ property == '' }}"})
    for name in notes()["objects_as_text"].get(stream.name, ()):
        text = added(**{name: f"record['{name}'] | tojson"})
        found.append({**text, "condition": f"{{{{ record['{name}'] is mapping }}}}"})
    left_out = [name.split(".") for name in row.get("drop") or ()] + ([["record"]] if row.get("column") else [])
    if left_out:
        found.append({"type": "RemoveFields", "field_pointers": left_out})
    return found


# ------------------------------------------------------------------------------------------------------ partitions
def _routers(stream: Stream) -> list[dict[str, Any]]:
    row = stream.row
    routers: list[dict[str, Any]] = []
    if row.get("parent"):
        routers.append(_of_parent(stream))
    elif row.get("detail_url"):
        routers.append(_of_list(stream))
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


def _of_parent(stream: Stream) -> dict[str, Any]:
    block, parent = stream.row["parent"], stream.parent
    assert parent
    key, *others = block["keys"].items()
    config: dict[str, Any] = {
        "type": "ParentStreamConfig",
        "parent_key": key[0] if "." in key[1] else key[1],
        "partition_field": key[0],
    }
    extra = [[path] for _, path in others] + ([["signature"]] if _signs(stream) else [])
    if extra:
        config["extra_fields"] = extra
    if cursor_of(stream) and stream.dated and cursor_of(parent):
        config["incremental_dependency"] = not stream.row.get("asked_by")
    config["stream"] = _handing_down(stream, parent)
    router = {"type": "SubstreamPartitionRouter", "parent_stream_configs": [config]}
    if block.get("once"):
        return {"type": "GroupingPartitionRouter", "group_size": 1, "underlying_partition_router": router}
    return router


def _handing_down(stream: Stream, parent: Stream) -> dict[str, Any]:
    """The parent's list with what its children need in its rows, and without those that have none."""
    block, found = stream.row["parent"], dict(ref(parent.name))
    whole = bool(block.get("each"))
    add = [ref("hand_down")] if _signs(stream) else []
    inside = {name: _inside(path, parent) for name, path in block["keys"].items() if "." in path}
    if inside:
        add.append(added(**inside))
    moments = [one for one in transformations(parent) if str(one.get("$ref")).startswith("#/definitions/moment_")]
    if add:
        found["transformations"] = ([] if whole or not range_of(parent).keep else moments) + add
    # A parent that fails the condition and has changed has to be asked as well, so all are.
    where = {} if block.get("or_changed") else block.get("where") or {}
    condition = " and ".join(_condition(path, rule, parent) for path, rule in where.items())
    if condition or whole:
        retriever: dict[str, Any] = {"$ref": f"#/definitions/{parent.name}/retriever"}
        selector = _selector(parent, parent.row["records"], condition)
        if whole:
            retriever["requester"] = {
                name: value for name, value in _requester(parent, parent.row["url"], True).items()
                if name != "request_parameters"
            } | {"request_parameters": {"PageSize": str(parent.row["page_size"])}}
            retriever["partition_router"] = [ref("each_account"), *(_each(*one) for one in block["each"].items())]
            selector = {word: selector[word] for word in ("type", "extractor")}
        retriever["record_selector"] = selector
        found["retriever"] = retriever
    return found


def _inside(path: str, parent: Stream) -> str:
    """The expression for a SID that the customer keeps in a column of text."""
    column, _, name = path.partition(".")
    pattern = r'"%s"\s*:\s*"([A-Z]{2}\w+)"' % name
    return f"(record['{column}'] or '') | regex_search({pattern!r})"


def _condition(path: str, rule: Any, parent: Stream) -> str:
    if rule == "positive":
        return f"(record['{path}'] or 0) | int > 0"
    if rule == "present":
        column = path.partition(".")[0]
        is_text = "." in path and "string" in _types(parent.schema["properties"][column])
        return _inside(path, parent) if is_text else f"record.{path}"
    return f"record['{path}'] not in {list(rule['not'])}"


def _of_list(stream: Stream) -> dict[str, Any]:
    """The rows of a list that is asked for one by one."""
    key = stream.row["require"]
    listed = {
        "type": "DeclarativeStream",
        "name": f"{stream.name}_listed",
        "primary_key": [key],
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                **ref("requester"), "url": stream.row["url"],
                "request_parameters": {"PageSize": str(stream.row["page_size"])},
            },
            "paginator": ref("pages"),
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": [stream.row["records"]]},
            },
        },
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
    }
    config = {"type": "ParentStreamConfig", "parent_key": key, "partition_field": key, "stream": listed}
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [config]}


def _schema(stream: Stream) -> dict[str, Any]:
    """The columns; what a stream reads otherwise than the connector is its description."""
    found: dict[str, Any] = _plain(stream.schema)
    otherwise = notes()["streams"].get(stream.name)
    return {"description": otherwise["why"], **found} if otherwise else found


def _plain(schema: Any) -> Any:
    """A schema without its descriptions, which stand in docs/columns."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        word: {name: _plain(one) for name, one in value.items()} if word == "properties" else _plain(value)
        for word, value in schema.items()
        if word != "description"
    }
