"""The way to Twilio and back: hosts, connections, retries. Shared by all streams of a process."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from source_twilio.components.twilio.clock import Clock
from source_twilio.components.twilio.errors import AUTHENTICATE, Overtaxed, Refused, config_error, transient_error
from source_twilio.components.twilio.gate import Gate, Health
from source_twilio.components.twilio.network import proxy_of, trouble_of
from source_twilio.components.twilio.outcomes import Meaning, Policy, Trouble, outcome

PIECE = 65_536  # bytes of a body at a time
BRIEFLY = 1 / 15  # see `Stats.briefly`
RENEWALS = 2  # headers that may have ended while one request waited for its turn
LAST_PATIENCE = 15.0  # seconds for which a stream that ends in an error anyway still repeats a request
LOGGER = logging.getLogger("airbyte")
EDGES = {"ie1": "dublin", "au1": "sydney"}  # https://www.twilio.com/docs/global-infrastructure/understanding-edge-locations


@dataclass(frozen=True)
class Signature:
    """How a request is signed. header: gives the Authorization header; renew: told of a header that was refused, says
    whether a new one may help; signer: the account whose credentials these are."""

    header: Callable[[], str] = field(repr=False)
    renew: Callable[[str], bool] = field(default=lambda _: False, repr=False)
    signer: str = ""


@dataclass
class Stats:
    """What a stream has cost so far; refusals: final answers without rows (see `Refused`); gave_up: one of its requests
    failed for good, so it ends in an error anyway; divided: requests that smaller ones took the place of."""

    requests: int = 0
    retries: int = 0
    refusals: int = 0
    rows: int = 0
    gave_up: bool = False
    divided: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def briefly(self) -> float:
        """The part of the usual time for which 5xx are repeated where asking for less may help: ten seconds, then less
        and less, so that a service that is down is not asked for each of its ranges at length."""
        return BRIEFLY / (1 + self.divided)

    def count(self, requests: int = 0, retries: int = 0, refusals: int = 0) -> None:
        """Add what a thread has done."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.refusals += refusals


class Asker(Protocol):
    """On whose behalf a list is asked for. who: the stream and account, for messages; stats: what it has cost."""

    @property
    def who(self) -> str: ...

    @property
    def stats(self) -> Stats: ...


class Api:
    """Sends requests to Twilio's hosts and returns decoded bodies.

    region: us1, ie1 or au1; workers: the most requests in flight; give_up: seconds without a useful answer after
    which a host is down.
    """

    def __init__(self, region: str, workers: int, give_up: float) -> None:
        self._region = region
        self.gate = Gate(workers)
        self.hosts = Health(give_up)
        self.clock = Clock()
        self._session = requests.Session()
        self._session.trust_env = False  # proxies and CA are taken over below; a .netrc must not replace our header
        self._session.headers["User-Agent"] = "airbyte-source-twilio"
        self._session.headers["Accept"] = "application/json"
        self._session.mount("https://", HTTPAdapter(pool_connections=32, pool_maxsize=workers, max_retries=0))
        self._settings: dict[str, dict[str, Any]] = {}
        self._moments = itertools.count(1)
        self._accepted: dict[str, int] = {}

    def accepted_since(self, refusal: Refused) -> bool:
        """Whether Twilio has answered a request with rows that was sent, with the same credentials, after a refusal."""
        return self._accepted.get(refusal.signer, 0) > refusal.moment

    def host(self, product: str) -> str:
        """The host of a product in the configured Region: `<product>.<edge>.<region>.twilio.com` outside us1."""
        edge = EDGES.get(self._region)
        return f"{product}.{edge}.{self._region}.twilio.com" if edge else f"{product}.twilio.com"

    def get(
        self,
        url: str,
        signature: Signature,
        policy: Policy,
        stats: Stats,
        who: str,
        records: str = "",
        form: Mapping[str, str] | None = None,
        meaning: Meaning = outcome,
        divisible: bool = False,
    ) -> dict[str, Any]:
        """The decoded body of a successful answer: a JSON object, with a list of objects under `records` if named.

        who: the stream and account, for messages; form: sent as a POST, for OAuth's token; meaning: what a response
        means, for an address that does not answer JSON; divisible: smaller requests could take this one's place.
        Raises Refused for Twilio's final answers, a transient error once retrying was in vain, Overtaxed for a
        divisible request whose answers were 5xx for a while, a config error where TLS cannot be verified.
        """
        started = time.monotonic()
        host = urlsplit(url).netloc
        attempt = unsigned = renewals = 0
        while True:
            self._fail_if_down(host, who)
            attempt += 1
            stats.count(requests=1)
            header = signature.header()
            sent = next(self._moments)
            result = self._attempt(url, header, policy, form, meaning)
            if isinstance(result, dict) and records and not _is_list(result.get(records)):
                result = Trouble(f"an answer without a list of `{records}`", 200)
            if isinstance(result, dict):
                self.hosts.good(host)
                self._accepted[signature.signer] = max(sent, self._accepted.get(signature.signer, 0))
                return result
            if isinstance(result, Refused):
                self.hosts.good(host)
                ended = result.status == 401 and result.code in (AUTHENTICATE, None)
                if ended and renewals < RENEWALS and signature.renew(header):
                    renewals += 1
                    continue
                result.signer, result.moment = signature.signer, next(self._moments)
                stats.count(refusals=1)
                raise result
            if result.status not in policy.limited:
                self.hosts.bad(host)
            unsigned += result.unsigned
            wait = result.wait(attempt, policy)
            spent = time.monotonic() + wait - started
            if divisible and _is_overtaxed(result) and attempt > 1 and spent > stats.briefly * policy.retry_for:
                stats.divided += 1
                raise Overtaxed(result.what)
            patience = min(policy.retry_for, LAST_PATIENCE) if stats.gave_up else policy.retry_for
            if spent > patience or unsigned >= policy.unsigned_tries:
                stats.gave_up = True
                if not policy.retry_for:  # no sync: one request that somebody waits for
                    raise transient_error(f"{who}: {host} gave no usable answer: {result.what}. {result.advice}")
                raise transient_error(
                    f"{who}: {host} gave no usable answer in {attempt} attempts within "
                    f"{time.monotonic() - started:.0f} s, the last was {result.what}. Nothing is lost: the next sync "
                    f"goes on from the saved state. {result.advice}"
                )
            stats.count(retries=1)
            LOGGER.info("%s: %s from %s, attempt %d, again in %.1f s", who, result.what, host, attempt, wait)
            time.sleep(wait)

    def _fail_if_down(self, host: str, who: str) -> None:
        if self.hosts.is_down(host):
            raise transient_error(
                f"{who}: {host} has given no usable answer for minutes and is taken for down in this sync. Nothing is "
                "lost: the next sync goes on from the saved state."
            )

    def _attempt(
        self, url: str, header: str, policy: Policy, form: Mapping[str, str] | None, meaning: Meaning
    ) -> dict[str, Any] | Refused | Trouble:
        """One request: the body (a dict), Refused, or Trouble, which may be gone at the next attempt."""
        with self.gate.request():
            sent_at = time.monotonic()
            try:
                response = self._session.request(
                    "POST" if form else "GET",
                    url,
                    data=form,
                    headers={"Authorization": header} if header else {},
                    allow_redirects=False,  # credentials never travel to another host
                    stream=True,
                    timeout=(policy.connect, policy.read),
                    **self._environment(url),
                )
                body = _read(response, sent_at + policy.whole)
            except requests.RequestException as error:
                return trouble_of(error, url, self.proxy(url))
            except OSError as error:  # the CA file of the environment is not there
                raise config_error(f"TLS cannot be set up: {error} Correct REQUESTS_CA_BUNDLE.") from error
        self.clock.note(response.headers.get("Date"))
        if response.status_code in policy.limited:
            self.gate.refused(sent_at)
        else:
            self.gate.answered()
        return meaning(response.status_code, response.headers, body, policy)

    def proxy(self, url: str) -> str:
        """The proxy that requests to an address go through, as host and port; empty for none."""
        return proxy_of(self._environment(url)["proxies"])

    def _environment(self, url: str) -> dict[str, Any]:
        """Proxies and CA of the environment for a host; read once, since requests would look on every request."""
        host = urlsplit(url).netloc
        if host not in self._settings:
            with requests.Session() as fresh:
                settings = fresh.merge_environment_settings(url, {}, None, None, None)
            self._settings[host] = {"proxies": settings["proxies"], "verify": settings["verify"]}
        return self._settings[host]


def _is_overtaxed(trouble: Trouble) -> bool:
    """Whether asking for less may help: not where the service says when to come again."""
    return trouble.status >= 500 and trouble.retry_after is None


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _read(response: requests.Response, deadline: float) -> bytes:
    """The whole body; a trickle that outlasts the deadline is a time-out."""
    pieces = []
    try:
        while piece := response.raw.read1(PIECE, decode_content=True):
            pieces.append(piece)
            if time.monotonic() > deadline:
                response.close()
                raise requests.exceptions.ReadTimeout("the body took too long")
    except (urllib3.exceptions.HTTPError, OSError) as error:  # a reset, a stall or a body cut short
        raise requests.exceptions.ConnectionError(type(error).__name__) from error
    return b"".join(pieces)
