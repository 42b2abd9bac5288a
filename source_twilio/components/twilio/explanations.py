"""What an answer that is no success says for itself, in every form in which Twilio's errors come.

https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions, RFC 9457 (problem details) on younger
products, RFC 6749 (section 5.2) of OAuth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from source_twilio.components.twilio.errors import Refused

WORDS = ("message", "title", "error", "error_description", "detail")
CODES = ("code", "error_code")
PAGES = ("more_info", "type")  # addresses of a page about the error, which end in its code
OAUTH_ERRORS = frozenset({
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
    "invalid_scope", "access_denied", "server_error", "temporarily_unavailable",
    "invalid_token", "insufficient_scope",  # RFC 6750, section 3.1
})
LONGEST = 500  # characters of an answer's own words in a message


def explained(status: int, answer: Any, headers: Mapping[str, str]) -> Refused | None:
    """The refusal that an error's body and headers explain; None where they are not in a form of Twilio's.

    answer: the decoded body, None where it was no JSON.
    """
    said = _parts(answer) if isinstance(answer, dict) else {}
    code = _code(said, headers)
    name = said.get("error")
    reason = name if isinstance(name, str) and name in OAUTH_ERRORS else ""
    words = {key: said[key].strip() for key in WORDS if isinstance(said.get(key), str) and said[key].strip()}
    if code is None and not reason and not words.keys() - {"error"}:  # a bare `error` is what any proxy answers
        return None
    text = ": ".join(dict.fromkeys(words.values()))
    return Refused(status, code, text[:LONGEST] or "without a word", reason=reason)


def unexplained(status: int, body: bytes, headers: Mapping[str, str]) -> Refused:
    """The final answer of a status that no rule of Twilio's covers, told as what it is."""
    if is_web_page(body, headers):
        what = "a web page, and not Twilio's explanation"
    elif 300 <= status < 400:
        what = f"it leads to {_host(headers)} and is not followed, since credentials would travel along"
    elif status < 300:
        what = "no answer to a request for rows"
    else:
        what = "without Twilio's explanation"
    return Refused(status, None, what, understood=False)


def is_web_page(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a body is HTML: Twilio's API answers none, sign-in pages and firewalls do."""
    return "html" in (headers.get("Content-Type") or "").lower() or body.lstrip()[:5].lower() in (b"<html", b"<!doc")


def _host(headers: Mapping[str, str]) -> str:
    """Where a redirection leads to, without what may be secret in its address."""
    try:
        return urlsplit(headers.get("Location", "")).hostname or "another address"
    except ValueError:
        return "no address"


def _parts(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an error; those of the first one where there is a list of them."""
    found = dict(answer)
    for key in ("errors", "error"):
        inner = answer.get(key)
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(inner, dict):
            found = {**inner, **{name: value for name, value in found.items() if name != key}}
    return found


def _code(said: Mapping[str, Any], headers: Mapping[str, str]) -> int | None:
    pages = [re.search(r"/errors/(\d+)$", str(said.get(key))) for key in PAGES]
    named = [said.get(key) for key in CODES]
    for candidate in (*named, headers.get("X-Twilio-Error-Code"), *(page[1] for page in pages if page)):
        text = "" if isinstance(candidate, bool) else str(candidate).strip()
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text):
            return int(text)
    return None
