"""Pages that bring nothing new: what users report of lists that name a next page for ever, or show a row twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from .times import seconds

AGAIN = "Again"  # a parameter that Twilio does not know: it makes a link a new one
ACTIONS = ("empty_page", "same_page", "first_page", "overlap")


def bend(action: str, body: dict[str, Any], url: str, hit: int, last: dict[str, Any]) -> None:
    """Change the body of a page in place.

    empty_page: without its rows, the next link is that of this very page; same_page: the same with its rows;
    first_page: the next link is that of the list's first page; overlap: begins with the last row of the page before;
    hit: how often the rule has acted; last: the last row before each link, for `overlap`.
    """
    rows = next((value for value in body.values() if isinstance(value, list)), None)
    if rows is None:
        return
    if action == "overlap":
        before, link = last.get(url), _next(body, url)
        if rows and link:
            last[link] = rows[-1]
        if before:
            rows.insert(0, before)
        return
    if action == "empty_page":
        rows.clear()
    _link(body, again(url, hit, from_the_top=action == "first_page"))


def again(url: str, hit: int, *, from_the_top: bool = False) -> str:
    """The same page under a link that there never was before, or the first page of the list."""
    parts = urlsplit(url)
    left_out = (AGAIN, "Page", "PageToken") if from_the_top else (AGAIN,)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in left_out]
    return parts._replace(query=urlencode([*query, (AGAIN, str(hit))])).geturl()


def days_asked(target: str) -> float:
    """How many days the dates of a query span; whole days where they are dates without a time."""
    dates = [value for _, value in parse_qsl(urlsplit(f"//{target}").query) if value[:2] == "20" and value[4:5] == "-"]
    if len(dates) < 2:
        return 0
    span = (max(map(seconds, dates)) - min(map(seconds, dates))) / 86400
    return span + 1 if len(dates[0]) == 10 else span


def _next(body: dict[str, Any], url: str) -> str | None:
    link = body.get("next_page_uri") or (body.get("meta") or {}).get("next_page_url")
    return urljoin(url, link) if link else None


def _link(body: dict[str, Any], link: str) -> None:
    if isinstance(body.get("meta"), dict):
        body["meta"]["next_page_url"] = link
    else:
        body["next_page_uri"] = "/" + link.split("/", 3)[3]
