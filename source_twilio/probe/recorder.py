"""The connector's way to Twilio within a budget of requests, with a note of what the headers of answers tell."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from source_twilio.components.twilio.api import Api, Signature, Stats
from source_twilio.components.twilio.errors import Refused
from source_twilio.components.twilio.gate import Gate
from source_twilio.components.twilio.outcomes import Meaning, Policy, Trouble, outcome
from source_twilio.probe.reasons import Unknown


@dataclass(frozen=True)
class Seen:
    """What the headers of one answer tell."""

    status: int
    dated: bool
    compressed: bool
    retry_after: str | None


class Budget(Gate):
    """Lets one request pass at a time, and no more than `most` of them within `seconds`. Raises Unknown after that."""

    def __init__(self, most: int, seconds: float) -> None:
        super().__init__(1)
        self.most = most
        self.sent = 0
        self._seconds = seconds
        self._began = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds since the probe began."""
        return time.monotonic() - self._began

    @contextmanager
    def request(self) -> Iterator[None]:
        if self.sent >= self.most:
            raise Unknown(f"the probe's limit of {self.most} requests was reached before")
        if self.spent > self._seconds:
            raise Unknown(f"the probe's limit of {self._seconds:.0f} seconds was reached before")
        self.sent += 1
        with super().request():
            yield


class Recorder(Api):
    """The connector's `Api` within a budget.

    seen: the headers of all answers; refusals: all final ones; token: what came with an OAuth token, without it.
    """

    def __init__(self, region: str, give_up: float, budget: Budget) -> None:
        super().__init__(region, 1, give_up)
        self.gate = budget
        self.seen: list[Seen] = []
        self.refusals: list[Refused] = []
        self.token: Mapping[str, Any] | None = None

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
        """As `Api.get`; a POST happens for an OAuth token alone."""

        def noted(
            status: int, headers: Mapping[str, str], body: bytes, policy: Policy
        ) -> dict[str, Any] | Refused | Trouble:
            self.seen.append(Seen(status, "Date" in headers, headers.get("Content-Encoding") == "gzip",
                                  headers.get("Retry-After")))
            return meaning(status, headers, body, policy)

        try:
            answer = super().get(url, signature, policy, stats, who, records, form, noted, divisible)
        except Refused as refusal:
            self.refusals.append(refusal)
            raise
        if form:
            self.token = {"expires_in": answer.get("expires_in")}
        return answer
