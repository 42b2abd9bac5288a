"""Where the next page of a list is: Twilio has three ways to say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from source_twilio.components.twilio.errors import Malformed


def size_parameter(paging: str) -> str:
    """The name of the parameter that asks for a number of rows."""
    return "Size" if paging == "token" else "PageSize"


def following(paging: str, body: Mapping[str, Any], url: str, params: Mapping[str, str]) -> str | None:
    """The address of the page after an answer, None on the last one.

    paging: `links` (an address: `next_page_uri` on the 2010 API, `meta.next_page_url` on product hosts), `token`
    (`meta.next_token`, to be sent back as `Token`) or `numbers` (`current_page` and `has_next`); url: of this page;
    params: of the first one, which a token or a number does not repeat. Raises Malformed for an address on another
    host and for a page without a number.
    """
    if paging == "links":
        return _link(body, url)
    first = url.partition("?")[0]
    if paging == "token":
        token = _meta(body).get("next_token")
        return f"{first}?{urlencode({**params, 'Token': token})}" if token else None
    if not body.get("has_next"):
        return None
    number = body.get("current_page")
    if not isinstance(number, int):
        raise Malformed(f"{first} names a next page, but not the number of this one")
    return f"{first}?{urlencode({**params, 'Page': number + 1})}"


def place_of(link: str) -> dict[str, str]:
    """The parameters of a link that say where in the list its page begins, without its filters and its page size."""
    return {name: value for name, value in parse_qsl(urlsplit(link).query) if name in ("Page", "PageToken")}


def _meta(body: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = body.get("meta")
    return meta if isinstance(meta, dict) else {}


def _link(body: Mapping[str, Any], url: str) -> str | None:
    """The next page's address as it is asked for: at the host of this page, however the link writes its name."""
    link = body.get("next_page_uri") or _meta(body).get("next_page_url")
    if not link:
        return None
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
