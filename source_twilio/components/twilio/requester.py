"""One list of Twilio's API: its address, its pages, and what a refusal of it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from airbyte_cdk.sources.types import Config

from source_twilio.components.rows.records import Row
from source_twilio.components.twilio.api import Api, Asker, Signature
from source_twilio.components.twilio.errors import Malformed
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.paging import following, size_parameter


@dataclass
class Retry:
    """The manifest's retry rules; see `Policy` for their meaning. Figures are seconds unless they count."""

    connect_timeout: float
    read_timeout: float
    whole_timeout: float
    retry_for: float
    longest_wait: float
    retried_statuses: list[int]
    unsigned_tries: int
    host_down: float

    @property
    def policy(self) -> Policy:
        return Policy(self.connect_timeout, self.read_timeout, self.whole_timeout, self.retry_for, self.longest_wait,
                      tuple(self.retried_statuses), self.unsigned_tries, self.host_down)


@dataclass
class Answer:
    """One response of a list: its rows, and the address of the next page, None on the last."""

    rows: list[Row]
    next_url: str | None

    def take(self) -> list[Row]:
        """The rows, which the answer forgets: a step that waits for its next turn must not keep a page in memory."""
        rows, self.rows = self.rows, []
        return rows


@dataclass
class TwilioRequester:
    """Reads the pages of one list, in order.

    url: as in Region us1, with `{account_sid}` and the parent's keys as placeholders; records: the key of the array,
    empty where the answer is one object; page_size: what to ask for, 0 where the API takes none; query: further
    parameters, with the same placeholders; one_page: the list has no next page that should be followed; paging: how it
    names its next page (see `paging.py`).
    """

    config: Config
    url: str
    records: str
    page_size: int
    query: Mapping[str, str] = field(default_factory=dict)
    one_page: bool = False
    paging: str = "links"
    retry: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._policy = Retry(**self.retry).policy
        address = urlsplit(self.url)
        self.product = address.netloc.split(".")[0]
        self._path = address.path

    def pages(
        self,
        api: Api,
        asker: Asker,
        signature: Signature,
        context: Row,
        query: Mapping[str, str],
        divisible: bool = False,
    ) -> Iterator[Answer]:
        """The pages of the list, each asked for when it is wanted.

        context: fills the path's placeholders; query: parameters beside the declared ones; divisible: smaller lists
        could take this one's place, until its first page has come. Raises Refused for a final answer of Twilio's,
        Overtaxed for 5xx to a divisible list, Malformed for an answer of another shape or a next page that must not be
        followed.
        """
        params = self.params(context, query)
        url: str | None = self.first(api, context, params)
        seen: set[str] = set()
        while url:
            if url in seen:
                raise Malformed(f"{urlsplit(url).netloc} names a page as the next one that was read before")
            seen.add(url)
            body = api.get(url, signature, self._policy, asker.stats, asker.who, self.records, divisible=divisible)
            divisible = False
            url = following(self.paging, body, url, params) if self.records and not self.one_page else None
            yield Answer(body.pop(self.records) if self.records else [body], url)

    def params(self, context: Row, query: Mapping[str, str]) -> dict[str, str]:
        """The parameters of the first page: those of the row with their placeholders filled in, the page size."""
        size = {size_parameter(self.paging): str(self.page_size)} if self.page_size else {}
        return {**{name: value.format_map(context) for name, value in self.query.items()}, **query, **size}

    def first(self, api: Api, context: Row, params: Mapping[str, str]) -> str:
        """The address of the first page."""
        address = f"https://{api.host(self.product)}{self.address(context)}"
        return f"{address}?{urlencode(params)}" if params else address

    def address(self, context: Row) -> str:
        """The path with its placeholders filled in, each value encoded as one path segment."""
        return self._path.format_map({key: quote(str(value), safe="") for key, value in context.items()})
