"""Where the next page of a list is, as its `paginator` block in the manifest declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from airbyte_cdk.sources.declarative.interpolation.jinja import JinjaInterpolation

from source_twilio.components.twilio.errors import Malformed

JINJA = JinjaInterpolation()
NONE = (type(None),)


@dataclass(frozen=True)
class Paginator:
    """What a DefaultPaginator with a CursorPagination declares.

    size: rows a page, 0 where the API takes none; size_name: the parameter that asks for them; token_name: the
    parameter that carries the cursor value, None where that is the address of the next page; cursor_value,
    stop_condition: expressions over `response`, the body of an answer.
    """

    size: int
    size_name: str
    token_name: str | None
    cursor_value: str
    stop_condition: str | None = None

    @property
    def params(self) -> dict[str, str]:
        """The parameter that asks for a number of rows."""
        return {self.size_name: str(self.size)} if self.size else {}

    def following(self, body: Mapping[str, Any], url: str, params: Mapping[str, str]) -> str | None:
        """The address of the page after an answer, None on the last one.

        url: of this page; params: of the first one, which a token does not repeat. Raises Malformed for an address on
        another host, and for a list that goes on by its stop condition but names no next page.
        """
        if self.stop_condition and _value(self.stop_condition, body) is True:
            return None
        value = _value(self.cursor_value, body, NONE if self.token_name else None)
        if not value or value == self.cursor_value:  # the expression itself comes back where a type does not fit
            if self.stop_condition or value:
                raise Malformed(f"{url.partition('?')[0]} goes on, but does not say with which page")
            return None
        if self.token_name is None:
            return _link(value, url)
        return f"{url.partition('?')[0]}?{urlencode({**params, self.token_name: value})}"


def place_of(link: str) -> dict[str, str]:
    """The parameters of a link that say where in the list its page begins, without its filters and its page size."""
    return {name: value for name, value in parse_qsl(urlsplit(link).query) if name in ("Page", "PageToken")}


def _value(expression: str, body: Mapping[str, Any], types: Any = None) -> Any:
    """The value of an expression, None where the body lacks what it needs. types: what a text may be taken for, by
    default anything that it can be, which a token must not: `1e5` is one."""
    return JINJA.eval(expression, {}, None, types, response=body)


def _link(link: Any, url: str) -> str:
    """The next page's address as it is asked for: at the host of this page, however the link writes its name."""
    host = urlsplit(url).netloc
    try:
        target = urlsplit(urljoin(f"https://{host}/", link if isinstance(link, str) else ""))
        port = target.port
    except ValueError as error:  # a host or port that no address can have
        raise Malformed(f"{host} names a next page whose address cannot be read") from error
    if not isinstance(link, str) or target.scheme != "https" or "@" in target.netloc or (
        (target.hostname, port or 443) != (host.lower(), 443)
    ):
        raise Malformed(f"{host} names a page of another host as the next one: {target.netloc!r}")
    return urlunsplit(target._replace(netloc=host))
