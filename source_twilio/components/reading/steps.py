"""What the plan of an account is made of: steps, which bring pages or more steps, and the parts that they belong to.

A step is a generator that sends about one request each time it is resumed and yields a `Page` (rows for the output) or
a `Spawn` (more steps). Every step belongs to a `Part`, a piece of the account's range; when the last step of a part has
ended, the part is reported after all of its pages. `workers.py` runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from source_twilio.components.rows.records import Page


class Stopped(Exception):
    """The process is ending: nobody reads the output any more."""


@dataclass(eq=False)
class Part:
    """A piece of an account's range that the state may pass over once every step in it has ended.

    kinds: which cursors of the account it belongs to; start: its oldest moment, None where it holds up no cursor.
    """

    kinds: tuple[str, ...] = ("",)
    start: datetime | None = None
    steps: int = field(default=0, repr=False)


@dataclass(frozen=True)
class Spawn:
    """More steps to run, each with the part it belongs to; the first one runs first.

    last: the step that spawns them has ended. It would else wait below them on the stack, and hold its part open.
    later: steps that are better run when nothing else is left to do, for any work.
    """

    steps: list[tuple[Part, Steps]]
    last: bool = False
    later: list[tuple[Part, Steps]] = field(default_factory=list)


Steps = Iterator[Page | Spawn]
NOTHING = Spawn([])


def last(result: Page | Spawn) -> Page | Spawn:
    """The result as the last one of its step, which is not resumed any more."""
    if isinstance(result, Spawn):
        return replace(result, last=True)
    result.last = True
    return result
