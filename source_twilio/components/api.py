"""The way to Twilio and back: hosts, connections, retries. Shared by all streams of a process."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from source_twilio.components.clock import Clock
from source_twilio.components.errors import Refused, config_error, transient_error
from source_twilio.components.gate import Gate, Health
from source_twilio.components.records import decode

HOST_DOWN = 180.0  # seconds without a useful answer, after which a sync that nobody answers has to come to its end
LOGGER = logging.getLogger("airbyte")
EDGES = {"ie1": "dublin", "au1": "sydney"}  # https://www.twilio.com/docs/global-infrastructure/understanding-edge-locations


@dataclass(frozen=True)
class Policy:
    """How long a request may take and how it is repeated; all figures in seconds.

    connect, read: time-outs of one attempt; whole: of one attempt in all, body included; retry_for: after the first
    attempt, how long to go on repeating; longest_wait: between two attempts, whatever Retry-After says; retried:
    statuses that are repeated; unsigned_tries: attempts at a 401 or 403 that is not Twilio's own answer but that of
    the CDN in front of it.
    """

    connect: float
    read: float
    whole: float
    retry_for: float
    longest_wait: float
    retried: tuple[int, ...]
    unsigned_tries: int

    def once(self, seconds: float) -> Policy:
        """The same for one attempt that ends within so many seconds."""
        return replace(self, connect=seconds / 2, read=seconds / 2, whole=seconds, retry_for=0, unsigned_tries=1)


@dataclass(frozen=True)
class Signature:
    """How a request is signed. header: gives the Authorization header; renew: told of a header that was refused, says
    whether a new one may help."""

    header: Callable[[], str] = field(repr=False)
    renew: Callable[[str], bool] = field(default=lambda _: False, repr=False)


@dataclass
class Stats:
    """What a stream has cost so far."""

    requests: int = 0
    retries: int = 0
    rows: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def count(self, requests: int = 0, retries: int = 0) -> None:
        """Add what a thread has done."""
        with self._lock:
            self.requests += requests
            self.retries += retries


class Api:
    """Sends requests to Twilio's hosts and returns decoded bodies.

    region: us1, ie1 or au1; workers: the most requests in flight; give_up: seconds without a useful answer after
    which a host is down.
    """

    def __init__(self, region: str, workers: int, give_up: float = HOST_DOWN) -> None:
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

    def host(self, product: str) -> str:
        """The host of a product in the configured Region: `<product>.<edge>.<region>.twilio.com` outside us1."""
        edge = EDGES.get(self._region)
        return f"{product}.{edge}.{self._region}.twilio.com" if edge else f"{product}.twilio.com"

    def get(
        self,
        url: str,
        params: Mapping[str, Any],
        signature: Signature,
        policy: Policy,
        stats: Stats,
        who: str,
        records: str = "",
        form: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The decoded body of a successful answer: a JSON object, with a list of objects under `records` if named.

        who: the stream and account, for messages; form: sent as a POST, for OAuth's token. Raises Refused for Twilio's final answers, a transient error once
        retrying was in vain, a config error where TLS cannot be verified.
        """
        started = time.monotonic()
        host = urlsplit(url).netloc
        attempt = unsigned = 0
        renewed = False
        while True:
            self._fail_if_down(host, who)
            attempt += 1
            stats.count(requests=1)
            header = signature.header()
            outcome = self._attempt(url, params, header, policy, form)
            if isinstance(outcome, dict) and records and not _is_list(outcome.get(records)):
                outcome = Trouble(f"an answer without a list of `{records}`", 200)
            if isinstance(outcome, dict):
                self.hosts.good(host)
                return outcome
            if isinstance(outcome, Refused):
                self.hosts.good(host)
                if outcome.status == 401 and not renewed and signature.renew(header):
                    renewed = True
                    continue
                raise outcome
            if outcome.status != 429:
                self.hosts.bad(host)
            unsigned += outcome.unsigned
            wait = outcome.wait(attempt, policy.longest_wait)
            late = time.monotonic() + wait - started > policy.retry_for
            if late or unsigned >= policy.unsigned_tries:
                raise transient_error(
                    f"{who}: {host} gave no usable answer in {attempt} attempts within "
                    f"{time.monotonic() - started:.0f} s, the last was {outcome.what}. Nothing is lost: the next sync "
                    "goes on from the saved state. If it happens again, see https://status.twilio.com or lower "
                    "num_workers."
                )
            stats.count(retries=1)
            LOGGER.info("%s: %s from %s, attempt %d, again in %.1f s", who, outcome.what, host, attempt, wait)
            time.sleep(wait)

    def _fail_if_down(self, host: str, who: str) -> None:
        if self.hosts.is_down(host):
            raise transient_error(
                f"{who}: {host} has given no usable answer for minutes and is taken for down in this sync. Nothing is "
                "lost: the next sync goes on from the saved state."
            )

    def _attempt(
        self, url: str, params: Mapping[str, Any], header: str, policy: Policy, form: Mapping[str, str] | None
    ) -> Any:
        """One request: the body (a dict), Refused, or Trouble, which may be gone at the next attempt."""
        with self.gate.request():
            sent_at = time.monotonic()
            try:
                response = self._session.request(
                    "POST" if form else "GET",
                    url,
                    params=params,
                    data=form,
                    headers={"Authorization": header} if header else {},
                    allow_redirects=False,  # credentials never travel to another host
                    stream=True,
                    timeout=(policy.connect, policy.read),
                    **self._environment(url),
                )
                body = _read(response, sent_at + policy.whole)
            except requests.exceptions.SSLError as error:
                if "CERTIFICATE_VERIFY_FAILED" not in str(error):
                    return Trouble(type(error).__name__)
                raise config_error(
                    f"The TLS certificate of {urlsplit(url).netloc} could not be verified. Behind a proxy that "
                    "inspects TLS, give the connector your company's CA: set REQUESTS_CA_BUNDLE to its file.",
                    internal=str(error),
                ) from None
            except requests.RequestException as error:
                return Trouble(type(error).__name__)
        self.clock.note(response.headers.get("Date"))
        if response.status_code == 429:
            self.gate.refused(sent_at)
        else:
            self.gate.answered()
        return _outcome(response, body, policy)

    def _environment(self, url: str) -> dict[str, Any]:
        """Proxies and CA of the environment for a host; read once, since requests would look on every request."""
        host = urlsplit(url).netloc
        if host not in self._settings:
            with requests.Session() as fresh:
                settings = fresh.merge_environment_settings(url, {}, None, None, None)
            self._settings[host] = {"proxies": settings["proxies"], "verify": settings["verify"]}
        return self._settings[host]


@dataclass(frozen=True)
class Trouble:
    """An attempt that brought no answer to keep. what: for messages; unsigned: 1 for a 401 that is not Twilio's."""

    what: str
    status: int = 0
    retry_after: float | None = None
    unsigned: int = 0

    def wait(self, attempt: int, longest: float) -> float:
        """Seconds until the next attempt: Retry-After or doubling from half a second, spread at random."""
        least = self.retry_after if self.retry_after is not None else 0.5 * 2 ** min(attempt - 1, 10)
        return float(min(max(least, 0.2), longest) * random.uniform(1.0, 1.5))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _read(response: requests.Response, deadline: float) -> bytes:
    """The whole body; a trickle that outlasts the deadline is a time-out."""
    pieces = []
    try:
        for piece in response.iter_content(1 << 20):
            pieces.append(piece)
            if time.monotonic() > deadline:
                response.close()
                raise requests.exceptions.ReadTimeout("the body took too long")
    except OSError as error:  # a reset while the body is read
        raise requests.exceptions.ConnectionError(error) from error
    return b"".join(pieces)


def _outcome(response: requests.Response, body: bytes, policy: Policy) -> dict[str, Any] | Refused | Trouble:
    status = response.status_code
    try:
        answer = decode(body)
    except ValueError:
        answer = None
    if status == 200:
        return answer if isinstance(answer, dict) else Trouble("an answer that is no JSON object", status)
    if status in policy.retried:
        return Trouble(f"HTTP {status}", status, retry_after(response.headers.get("Retry-After")))
    if isinstance(answer, dict) and ("code" in answer or "message" in answer):
        code = answer.get("code")
        return Refused(status, code if isinstance(code, int) else None, str(answer.get("message"))[:500])
    if status in (401, 403):
        return Trouble(f"HTTP {status} without Twilio's explanation", status, unsigned=1)
    return Refused(status, None, f"HTTP {status} without Twilio's explanation")


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header, which is a number or an HTTP date (RFC 9110); None without a usable one."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
