"""What an answer of Twilio's means: rows, a final refusal, or trouble that may be gone at the next attempt."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from source_twilio.components.rows.bodies import decode
from source_twilio.components.twilio.errors import Refused, told
from source_twilio.components.twilio.explanations import explained, is_web_page, unexplained

BUSY = "If it happens again, see https://status.twilio.com or lower num_workers."
BETWEEN = ("Something between the connector and Twilio answers in its place: let https://*.twilio.com pass your proxy "
           "and firewall.")


@dataclass(frozen=True)
class Policy:
    """How long a request may take and how it is repeated, from the requester's block; all figures in seconds.

    connect, read: time-outs of one attempt; whole: of one attempt in all, body included; retry_for: after the first
    attempt, how long to go on repeating; header: says how long to wait; factor: without it, the wait is so much times
    two to the number of the attempt; longest_wait: between two attempts, whatever the header says; limited: statuses
    that mean too many requests at the same time; retried: further ones that are repeated; refusals: final where Twilio
    explains them; unsigned_tries: attempts at one that is not Twilio's own answer but that of the CDN in front of it;
    host_down: without a useful answer for so long, a host is taken for down.
    """

    connect: float
    read: float
    whole: float
    retry_for: float
    longest_wait: float
    header: str
    factor: float
    limited: frozenset[int]
    retried: frozenset[int]
    refusals: frozenset[int]
    unsigned_tries: int
    host_down: float

    def once(self, seconds: float) -> Policy:
        """The same for one attempt within so many seconds. Each of its time-outs is the whole of them, since nobody
        knows what the connection leaves for the answer: who asks has to bound their sum."""
        return replace(self, connect=seconds, read=seconds, whole=seconds, retry_for=0, unsigned_tries=1)


@dataclass(frozen=True)
class Trouble:
    """An attempt that brought no answer to keep.

    what: for messages; unsigned: 1 for a refusal that is not Twilio's; advice: what a user can do if it stays.
    """

    what: str
    status: int = 0
    retry_after: float | None = None
    unsigned: int = 0
    advice: str = BUSY

    def wait(self, attempt: int, policy: Policy) -> float:
        """Seconds until the next attempt: what the header says or doubling, spread at random."""
        least = self.retry_after if self.retry_after is not None else policy.factor * 2 ** min(attempt, 11)
        return float(min(max(least, 0.2), policy.longest_wait) * random.uniform(1.0, 1.5))


Meaning = Callable[[int, Mapping[str, str], bytes, Policy], "dict[str, Any] | Refused | Trouble"]


def outcome(
    status: int, headers: Mapping[str, str], body: bytes, policy: Policy
) -> dict[str, Any] | Refused | Trouble:
    """What a response means under a policy; docs/troubleshooting.md tells a user the same."""
    try:
        answer = decode(body)
    except ValueError:
        answer = None
    if status == 200 and isinstance(answer, dict):
        return answer
    if status == 200:
        if is_web_page(body, headers):
            return Trouble("an answer that is no JSON object but a web page", status, advice=BETWEEN)
        return Trouble("an answer that is no JSON object", status)
    if status in policy.limited | policy.retried:
        return Trouble(f"HTTP {status}", status, retry_after(headers.get(policy.header)))
    if status >= 500 and status not in policy.refusals:  # none that Twilio's own servers answer
        return Trouble(told(status), status, retry_after(headers.get(policy.header)), advice=BETWEEN)
    refusal = explained(status, answer, headers) if status >= 400 else None
    if refusal:
        return refusal
    if status in policy.refusals:  # a proxy's answer or that of the CDN in front of Twilio
        return Trouble(f"HTTP {status} without Twilio's explanation", status, unsigned=1, advice=BETWEEN)
    return unexplained(status, body, headers)


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header: a number, though RFC 9110 knows whole ones only, or a date in any of the RFC's
    three forms. None without a usable one."""
    text = (header or "").strip()
    if re.fullmatch(r"\d+(\.\d*)?", text, re.ASCII):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):  # the parser's ways to say that it is no date
        return None
