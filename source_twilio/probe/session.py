"""How the probe asks Twilio: signed like the connector, GET only, a bounded number of times, each page once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from source_twilio.components.builder import StreamBuilder
from source_twilio.components.rows.records import Normaliser, Row
from source_twilio.components.rows.times import parse
from source_twilio.components.rows.values import to_rfc3339
from source_twilio.components.state.units import Unit
from source_twilio.components.twilio.accounts import Accounts
from source_twilio.components.twilio.api import Signature, Stats
from source_twilio.components.twilio.credentials import Credentials
from source_twilio.components.twilio.errors import NOT_ALLOWED, TEST_CREDENTIALS, Malformed, Refused
from source_twilio.components.twilio.requester import TwilioRequester
from source_twilio.components.twilio.signers import Account
from source_twilio.probe.declared import declared, product_of
from source_twilio.probe.reasons import Unknown, Wrong, no_access, said
from source_twilio.probe.recorder import Budget, Recorder

MOST_REQUESTS = 90
MOST_SECONDS = 60.0  # after which no further request is begun
PATIENCE = 10.0  # seconds for which one request is repeated
WHO = "The probe"


@dataclass(frozen=True)
class Page:
    """One page of a list. rows: as the connector would emit them; next_url: None on the last page; size: the page size
    in force, where the answer names it."""

    rows: list[Row]
    next_url: str | None
    size: int | None


class Session:
    """One run of the probe.

    config: the connector's configuration, migrated and validated. `sign_in` first.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        self.declared = declared()
        self.sid: str = config["account_sid"]
        self.region: str = config["region"]
        policy = self.declared.policy
        self._policy = replace(policy, whole=min(policy.whole, 30.0), retry_for=PATIENCE)
        self.budget = Budget(MOST_REQUESTS, MOST_SECONDS)
        self.api = Recorder(self.region, policy.host_down, self.budget)
        self.credentials = Credentials(config, self.api, self._policy)
        self.accounts = Accounts(config, self.api, self.credentials, self._policy)
        self.kind = self.credentials.kind
        self.account_refusal: Refused | None = None
        self.created: datetime | None = None
        self.now = self.api.clock.latest()
        self.began = ""  # what was created later, another request may not show
        self.linked: set[str] = set()  # products that named a next page
        self.strayed: set[str] = set()  # those that named one on another host
        self._normalisers: dict[str, Normaliser] = {}
        self._answers: dict[str, dict[str, Any] | Refused] = {}

    def sign_in(self) -> None:
        """Ask for the account itself; a key or app that may not, for one message. Raises a config error for wrong
        credentials, a transient one where Twilio gives no answer."""
        try:
            created = to_rfc3339(self.get("api", f"/2010-04-01/Accounts/{self.sid}.json").get("date_created"))
            self.created = parse(created) if created else None
        except Refused as refusal:
            unlike_a_key = self.kind == "auth_token" or refusal.code == TEST_CREDENTIALS
            if unlike_a_key or refusal.status not in NOT_ALLOWED:
                raise self.accounts.refused_main(refusal, WHO) from refusal
            self.account_refusal = refusal
            self._sign_in_as_key()
        self.now = self.api.clock.latest()
        self.began = Unit("second").text(self.api.clock.earliest() - timedelta(minutes=1))

    def _sign_in_as_key(self) -> None:
        try:
            self.page("messages", size=1)
        except Refused as refusal:
            if refusal.code != 70051:  # known, but without the permission
                raise self.accounts.refused_main(refusal, WHO) from refusal

    def days_ago(self, days: int) -> datetime:
        """The moment so many days before the probe's beginning, to the second."""
        return (self.now - timedelta(days=days)).replace(microsecond=0)

    def lacks(self, product: str) -> bool:
        """Whether the manifest says that the Region does not offer a product."""
        regional = self.declared.definitions["regional_products"]
        return self.region in regional and product not in regional[self.region]

    def row(self, stream: str) -> Mapping[str, Any]:
        """A stream's row of the manifest."""
        return self.declared.rows[stream]

    def get(
        self, product: str, path: str, account: Account | None = None, records: str = "", once: bool = False
    ) -> dict[str, Any]:
        """The decoded body of an answer, asked for once a run. once: do not repeat the request where it fails."""
        return self._get(product, f"https://{self.api.host(product)}{path}", account, records, once=once)

    def _get(
        self, product: str, url: str, account: Account | None, records: str, fresh: bool = False, once: bool = False
    ) -> dict[str, Any]:
        if self.lacks(product) and not once:
            raise Unknown(f"the Region does not offer {product}")
        account = account or self.accounts.main
        key = f"{account.sid} {url}"
        if fresh or key not in self._answers:
            policy = self._policy.once(PATIENCE) if once else self._policy
            try:
                # A new OAuth token at each refusal, as the connector asks for it, would use up the budget.
                signature = Signature(self.accounts.sign(account, product).header)
                self._answers[key] = self.api.get(url, signature, policy, Stats(), WHO, records)
            except Refused as refusal:
                self._answers[key] = refusal
        answer = self._answers[key]
        if isinstance(answer, Refused):
            raise answer
        return answer

    def page(
        self,
        stream: str,
        query: Mapping[str, str] | None = None,
        *,
        size: int | None = None,
        context: Mapping[str, str] | None = None,
        account: Account | None = None,
        declared: bool = True,
        once: bool = False,
    ) -> Page:
        """The first page of a stream's list, as the connector asks for it but for what the arguments change.

        query: further parameters; size: another page size, 0 for none; context: fills placeholders; declared: with
        the parameters of the stream's row.
        """
        requester = self._requester(stream, size, declared)
        place = {"account_sid": (account or self.accounts.main).sid, **(context or {})}
        url = requester.first(self.api, place, requester.params(place, query or {}))
        return self._page(stream, url, account, once=once)

    def single(self, stream: str, context: Mapping[str, str], query: Mapping[str, str]) -> dict[str, Any]:
        """The object of a stream whose answer is no list. query: parameters beside those of the row."""
        requester = self._requester(stream, None, True)
        place = {"account_sid": self.sid, **context}
        url = requester.first(self.api, place, requester.params(place, query))
        return self._get(requester.product, url, None, "")

    def follow(self, stream: str, url: str, fresh: bool = False) -> Page:
        """The page at an address that another page named. fresh: ask again, even if it was asked for before."""
        return self._page(stream, url, None, fresh=fresh)

    def as_the_connector(self, stream: str, query: Mapping[str, str], **more: Any) -> Page:
        """A page with parameters that the connector sends itself. Raises Wrong where Twilio refuses them."""
        try:
            return self.page(stream, query, **more)
        except Refused as refusal:
            if no_access(refusal):
                raise
            raise Wrong(f"refused ({said(refusal)})") from refusal

    def _requester(self, stream: str, size: int | None, declared: bool) -> TwilioRequester:
        requester = self.declared.requester(stream)
        if size is not None:
            requester = replace(requester, paginator=replace(requester.paginator, size=size))
        return requester if declared else replace(requester, query={})

    def _page(self, stream: str, url: str, account: Account | None, fresh: bool = False, once: bool = False) -> Page:
        row = self.row(stream)
        product = product_of(row)
        body = self._get(product, url, account, row["records"], fresh, once)
        meta = body.get("meta") if isinstance(body.get("meta"), dict) else body
        next_url = None
        paginator = self.declared.requester(stream).paginator
        if paginator.token_name is None:  # what Twilio names, also where the connector does not follow it
            paginator = replace(paginator, stop_condition=None)
        try:
            next_url = paginator.following(body, url, {})
        except Malformed:
            self.strayed.add(product)
        if next_url:
            self.linked.add(product)
        rows = self._normaliser(stream)([dict(one) for one in body[row["records"]]], {})
        size = (meta or {}).get("page_size")
        return Page(rows, next_url, size if isinstance(size, int) else None)

    def _normaliser(self, stream: str) -> Normaliser:
        if stream not in self._normalisers:
            self._normalisers[stream] = Normaliser(StreamBuilder.schema(stream), self.row(stream).get("drop", []))
        return self._normalisers[stream]
