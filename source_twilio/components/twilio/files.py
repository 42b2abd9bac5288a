"""Text files that the API points to instead of answering with rows: one value a line.

https://www.twilio.com/docs/messaging/api/deactivations-resource
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from source_twilio.components.rows.records import Row
from source_twilio.components.twilio.api import Api, Asker, Signature
from source_twilio.components.twilio.credentials import UNSIGNED
from source_twilio.components.twilio.errors import Malformed, Refused
from source_twilio.components.twilio.outcomes import Policy, Trouble, outcome
from source_twilio.components.twilio.requester import Answer, TwilioRequester


@dataclass
class FileRequester(TwilioRequester):
    """Follows the redirect to a file without credentials, and makes a row of each of its lines.

    column: the column that a line becomes.
    """

    column: str = ""

    def pages(
        self,
        api: Api,
        asker: Asker,
        signature: Signature,
        context: Row,
        query: Mapping[str, str],
        divisible: bool = False,
    ) -> Iterator[Answer]:
        """The file as one page, which nothing smaller replaces; see `TwilioRequester`."""
        url = self.first(api, context, self.params(context, query))
        found = api.get(url, signature, self.policy, asker.stats, asker.who, meaning=location)
        place = str(found["location"])
        if urlsplit(place).scheme != "https":
            raise Malformed(f"{urlsplit(url).netloc} points to a file that is not read over https")
        file = api.get(place, UNSIGNED, self.policy, asker.stats, asker.who, meaning=lines)
        yield Answer([{self.column: line} for line in file["lines"]], None)


def location(
    status: int, headers: Mapping[str, str], body: bytes, policy: Policy
) -> dict[str, Any] | Refused | Trouble:
    """Where a redirect points to; anything else means what it means elsewhere."""
    place = headers.get("Location")
    if status == 200:
        return Trouble("no redirect to a file", status)
    return {"location": place} if status == 307 and place else outcome(status, headers, body, policy)


def lines(status: int, headers: Mapping[str, str], body: bytes, policy: Policy) -> dict[str, Any] | Refused | Trouble:
    """The lines of a text file; anything but success means what it means elsewhere."""
    if status == 200:
        return {"lines": body.decode("utf-8", errors="replace").split()}
    return outcome(status, headers, body, policy)
