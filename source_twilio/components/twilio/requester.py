"""One list of Twilio's API: its address, its pages, and what a refusal of it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from airbyte_cdk.sources.types import Config

from source_twilio.components.rows.records import Row
from source_twilio.components.twilio.api import Api, Asker, Signature
from source_twilio.components.twilio.errors import Malformed
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.paging import Paginator


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
    empty where the answer is one object; paginator: of its retriever's block; policy: time-outs and repetitions, of
    its own; query: further parameters, with the same placeholders as the url.
    """

    config: Config
    url: str
    records: str
    paginator: Paginator
    policy: Policy
    query: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
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
            body = api.get(url, signature, self.policy, asker.stats, asker.who, self.records, divisible=divisible)
            divisible = False
            url = self.paginator.following(body, url, params) if self.records else None
            yield Answer(body.pop(self.records) if self.records else [body], url)

    def params(self, context: Row, query: Mapping[str, str]) -> dict[str, str]:
        """The parameters of the first page: those of the row with their placeholders filled in, the page size."""
        declared = {name: value.format_map(context) for name, value in self.query.items()}
        return {**declared, **query, **self.paginator.params}

    def first(self, api: Api, context: Row, params: Mapping[str, str]) -> str:
        """The address of the first page."""
        address = f"https://{api.host(self.product)}{self.address(context)}"
        return f"{address}?{urlencode(params)}" if params else address

    def address(self, context: Row) -> str:
        """The path with its placeholders filled in, each value encoded as one path segment."""
        return self._path.format_map({key: quote(str(value), safe="") for key, value in context.items()})
