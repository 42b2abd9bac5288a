"""What an answer is made of: the request, and what the stand-in holds when it comes. Whoever answers knows both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import filters
from .accounts import Directory
from .answers import not_found
from .resources import Resource
from .rows import Position, Table
from .store import Store


class State:
    """What the stand-in holds; ``Twilio`` fills it in."""

    resources: dict[str, Resource]
    directory: Directory
    store: Store
    switches: dict[str, Any]
    issued: dict[tuple[str, ...], tuple[Position, float]]  # page tokens that were given, and when
    clock: Callable[[], datetime]
    offset: float
    frozen: float | None

    def now(self) -> float:
        """The stand-in's time, in seconds since the epoch."""
        return self.frozen if self.frozen is not None else self.clock().timestamp() + self.offset


@dataclass
class Request:
    """One authorised request for a resource."""

    twilio: State
    resource: Resource
    region: str
    account: str
    values: dict[str, str]
    query: filters.Query
    origin: str
    path: str
    now: float
    method: str = "GET"

    @property
    def switches(self) -> dict[str, Any]:
        """The switches in force."""
        return self.twilio.switches

    def table(self, stream: str, place: tuple[str, ...], account: str | None = None) -> Table:
        """A table of the same account and Region."""
        return self.twilio.store.table(self.region, account or self.account, stream, place, self.now)

    def place(self) -> tuple[str, ...]:
        """The values of the path, with the default service where the path names none."""
        if "ChatServiceSid" in self.resource.params and "ChatServiceSid" not in self.values:
            services = next(iter(self.table("services", ()).visible(self.now)), None)
            if services is None:
                raise not_found(self.path)
            self.values["ChatServiceSid"] = services.base["sid"]
        return tuple(self.values[name] for name in self.resource.params)
