"""The CDK's words in the manifest's blocks, as this engine honours them.

Blocks are read with the CDK's own models. A standard word that this engine does not honour is refused when the stream
is built, so that nobody believes a declaration that has no effect; words that are ours are explained in the manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from airbyte_cdk.sources.declarative.interpolation.jinja import JinjaInterpolation
from airbyte_cdk.sources.declarative.models import declarative_component_schema as cdk
from pydantic.v1 import BaseModel, ValidationError

from source_twilio.components.reading.windows import DateFilter
from source_twilio.components.twilio.errors import system_error
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.paging import Paginator

JINJA = JinjaInterpolation()
Block = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)
# What of each of the CDK's components has an effect here. The last three are custom ones, which are held to the words
# of the component that they stand for.
HONOURED: dict[type[BaseModel], set[str]] = {
    cdk.DefaultErrorHandler: {"backoff_strategies", "response_filters"},
    cdk.WaitTimeFromHeader: {"header", "max_waiting_time_in_seconds"},
    cdk.ExponentialBackoffStrategy: {"factor"},
    cdk.HttpResponseFilter: {"action", "http_codes"},
    cdk.DefaultPaginator: {"pagination_strategy", "page_size_option", "page_token_option"},
    cdk.CursorPagination: {"cursor_value", "page_size", "stop_condition"},
    cdk.RequestPath: set(),
    cdk.RequestOption: {"inject_into", "field_name"},
    cdk.RecordSelector: {"extractor"},
    cdk.DpathExtractor: {"field_path"},
    cdk.DatetimeBasedCursor: {
        "cursor_field", "datetime_format", "cursor_granularity", "step", "start_datetime", "start_time_option",
        "end_time_option", "lookback_window", "is_client_side_incremental",
    },
    cdk.DeclarativeStream: {"name", "retriever", "incremental_sync", "primary_key", "schema_loader",
                            "state_migrations"},
    cdk.SimpleRetriever: {"name", "requester", "record_selector", "paginator"},
    cdk.HttpRequester: {"name", "url", "error_handler", "connect_timeout_in_seconds", "read_timeout_in_seconds"},
}

SLACK = {"PT1S": "second"}  # by the precision of the cursor; bounds by the day are documented as included


@cache
def _without_effect(kind: type[BaseModel]) -> frozenset[str]:
    return frozenset({field.alias for field in kind.__fields__.values()} - HONOURED[kind] - {"type", "$parameters"})


def check_words(kind: type[BaseModel], block: Block, stream: str) -> None:
    """Raise a system error that names the first word of a block which the CDK knows and this engine does not honour."""
    for word in sorted(_without_effect(kind) & block.keys()):
        if block[word] is not None:
            raise _refused(stream, f"`{word}` of a {kind.__name__}")


def check_block(kind: type[BaseModel], block: Any, stream: str) -> Block:
    """The block, if it is such a component. Raises a system error for another one and for a word without effect."""
    if not isinstance(block, Mapping) or block.get("type") != kind.__name__:
        found = block.get("type") if isinstance(block, Mapping) else block
        raise _refused(stream, f"`{found}` in the place of a {kind.__name__}")
    check_words(kind, block, stream)
    return block


def read_block(kind: type[Model], block: Any, stream: str) -> Model:
    """The block as the CDK's model, which knows what values there are."""
    try:
        return kind.parse_obj(check_block(kind, block, stream))
    except ValidationError as error:
        wrong = ".".join(map(str, error.errors()[0]["loc"]))
        raise _refused(stream, f"a `{wrong}` of a {kind.__name__} that is none") from error


def check_row(row: Block) -> None:
    """Raise a system error for a stream with a standard word that has no effect here."""
    name = row["name"]
    check_words(cdk.DeclarativeStream, row, name)
    check_words(cdk.SimpleRetriever, row["retriever"], name)
    check_words(cdk.HttpRequester, row["retriever"]["requester"], name)
    if row.get("incremental_sync"):
        check_block(cdk.DatetimeBasedCursor, row["incremental_sync"], name)


def policy_of(requester: Block, stream: str = "") -> Policy:
    """Time-outs and repetitions, from a requester's block. stream: whose it is, empty for what all streams share."""
    handler = check_block(cdk.DefaultErrorHandler, requester.get("error_handler"), stream)
    strategies = {strategy.get("type"): strategy for strategy in handler.get("backoff_strategies") or []}
    header = read_block(cdk.WaitTimeFromHeader, strategies.pop("WaitTimeFromHeader", None), stream)
    doubling = read_block(cdk.ExponentialBackoffStrategy, strategies.pop("ExponentialBackoffStrategy", None), stream)
    for other in strategies:
        raise _refused(stream, f"the back-off strategy `{other}`")
    if header.max_waiting_time_in_seconds is None:
        raise _refused(stream, "a WaitTimeFromHeader without `max_waiting_time_in_seconds`")
    statuses: dict[int, str] = {}
    for block in handler.get("response_filters") or []:
        response_filter = read_block(cdk.HttpResponseFilter, block, stream)
        action = response_filter.action.value if response_filter.action else None
        if action not in ("RATE_LIMITED", "RETRY", "FAIL"):
            raise _refused(stream, f"the action `{action}` of an HttpResponseFilter")
        for status in response_filter.http_codes or []:
            statuses.setdefault(status, action)  # the first filter that fits counts, as in the CDK
    return Policy(
        connect=requester["connect_timeout_in_seconds"],
        read=requester["read_timeout_in_seconds"],
        whole=requester["whole_timeout_in_seconds"],
        retry_for=requester["retry_for_in_seconds"],
        longest_wait=float(header.max_waiting_time_in_seconds),
        header=header.header,
        factor=float(doubling.factor or 0),
        limited=frozenset(status for status, action in statuses.items() if action == "RATE_LIMITED"),
        retried=frozenset(status for status, action in statuses.items() if action == "RETRY"),
        refusals=frozenset(status for status, action in statuses.items() if action == "FAIL"),
        unsigned_tries=requester["unsigned_tries"],
        host_down=requester["host_down_in_seconds"],
    )


def paginator_of(row: Block, config: Mapping[str, Any]) -> Paginator:
    """How a list is paged, from the `paginator` block of its retriever."""
    name = row["name"]
    block = check_block(cdk.DefaultPaginator, row["retriever"].get("paginator"), name)
    strategy = read_block(cdk.CursorPagination, block.get("pagination_strategy"), name)
    option, token = block.get("page_token_option") or {}, None
    if option.get("type") == "RequestPath":
        check_block(cdk.RequestPath, option, name)
    else:
        token = _parameter(option, row, config, "page_token_option")
    return Paginator(
        size=int(_value(strategy.page_size, row, config)),
        size_name=_parameter(block.get("page_size_option"), row, config, "page_size_option"),
        token_name=token,
        cursor_value=strategy.cursor_value,
        stop_condition=strategy.stop_condition,
    )


def records_of(row: Block, config: Mapping[str, Any]) -> str:
    """The key of the array in an answer, from the `record_selector` block of a retriever; empty where the answer is one
    object."""
    name = row["name"]
    selector = check_block(cdk.RecordSelector, row["retriever"].get("record_selector"), name)
    path = read_block(cdk.DpathExtractor, selector.get("extractor"), name).field_path
    if len(path) != 1:
        raise _refused(name, "a `field_path` of a DpathExtractor that is not one name")
    return str(_value(path[0], row, config, may_be_empty=True))


def filter_of(row: Block, config: Mapping[str, Any]) -> DateFilter | None:
    """How a list is asked for a window, from the options of its `incremental_sync` block; None where it is not."""
    block = row.get("incremental_sync") or {}
    start, end = block.get("start_time_option"), block.get("end_time_option")
    if not start:
        return None
    return DateFilter(
        _parameter(start, row, config, "start_time_option"),
        _parameter(end, row, config, "end_time_option") if end else "",
        block["datetime_format"],
        row.get("slack") or SLACK.get(block["cursor_granularity"]),
    )


def step_of(row: Block, config: Mapping[str, Any]) -> str:
    """The longest window of a stream, as an ISO 8601 duration; empty where its block has no step."""
    step = (row.get("incremental_sync") or {}).get("step")
    return str(_value(step, row, config)) if step else ""


def _parameter(block: Any, row: Block, config: Mapping[str, Any], word: str) -> str:
    """The name of the query parameter that a RequestOption stands for."""
    option = read_block(cdk.RequestOption, block, row["name"])
    if option.inject_into != cdk.InjectInto.request_parameter or not option.field_name:
        raise _refused(row["name"], f"a `{word}` that is no request_parameter with a `field_name`")
    return str(_value(option.field_name, row, config))


def _value(text: Any, row: Block, config: Mapping[str, Any], may_be_empty: bool = False) -> Any:
    """A value of a block with the row's `$parameters` filled in."""
    if not isinstance(text, str) or "{{" not in text:
        return text
    value = JINJA.eval(text, config, "", None, parameters=row["$parameters"])
    if value == "" and not may_be_empty:
        raise system_error(f"Stream {row['name']}: its row in the manifest does not say what {text} is.")
    return value


def _refused(stream: str, what: str) -> Exception:
    whose = f"Stream {stream}" if stream else "The requester of all streams"
    return system_error(f"{whose}: the manifest declares {what}, which this connector does not honour. Remove it; "
                        "what has an effect stands in components/blocks.py.")
