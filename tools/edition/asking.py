"""How a list is asked for: its address, its query, its pages, and who signs."""

from __future__ import annotations

from typing import Any

from tools.docs_manifest import Stream
from tools.edition.places import expressions, filled, signature
from tools.edition.ranges import range_of
from tools.edition.shared import SIGNATURE, basic, ref

MAIN_HOST = "api.twilio.com"
PAGES = {"Token": "pages_by_token", "Page": "pages_by_number"}


def credentials(stream: Stream) -> dict[str, Any]:
    """The requester that signs as the stream is signed; with a header of its own where keys come in groups."""
    if stream.main_only:
        return ref("requester")
    name = "requester_of_2010" if stream.host == MAIN_HOST else "requester_of_account"
    own = signature(stream)
    if own == SIGNATURE:
        return ref(name)
    return {**ref(name), "request_headers": basic(own, by_main=stream.host == MAIN_HOST)}


def filled_url(stream: Stream, url: str) -> str:
    """An address of the manifest with expressions in its places."""
    return filled(url, expressions(stream), quoted=True)


def requester(stream: Stream) -> dict[str, Any]:
    """The requester of a stream; what is not found below a parent, or in a range, is nothing to read."""
    row, places = stream.row, expressions(stream)
    found: dict[str, Any] = {**credentials(stream), "url": filled_url(stream, row.get("detail_url") or row["url"])}
    params = {name: filled(value, places) for name, value in (row.get("query") or {}).items()}
    params |= range_of(stream).params
    if is_list(stream) and row["page_size"]:
        params["Size" if _token(stream) == "Token" else "PageSize"] = str(row["page_size"])
    if params:
        found["request_parameters"] = params
    if row.get("parent") or row.get("empty_on") or row.get("detail_url"):
        found["error_handler"] = ref("errors_but_not_found")
    return found


def is_list(stream: Stream) -> bool:
    """Whether an answer holds rows in an array; otherwise it is one object."""
    return bool(stream.row["records"]) and not stream.row.get("detail_url")


def paginator(stream: Stream) -> dict[str, Any] | None:
    """The paginator of a list, None where only its first page is read."""
    strategy = stream.row["retriever"]["paginator"]["pagination_strategy"]
    if strategy.get("stop_condition") == "{{ true }}":
        return None
    return ref(PAGES.get(_token(stream), "pages_of_2010" if stream.host == MAIN_HOST else "pages"))


def _token(stream: Stream) -> str:
    return str(stream.row["retriever"]["paginator"]["page_token_option"].get("field_name", ""))
