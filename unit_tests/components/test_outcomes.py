"""What an answer means: every form of an error, every status by its name, every form of Retry-After."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from time_machine import Traveller

from source_twilio.components.twilio.errors import Refused, told
from source_twilio.components.twilio.outcomes import BETWEEN, Policy, Trouble, outcome, retry_after

POLICY = Policy(1, 1, 1, 1, 1, "Retry-After", 0.25, frozenset({429}), frozenset({408, 425, 500, 502, 503, 504}),
                frozenset({401, 403, 404}), 3, 60)
JSON, HTML = {"Content-Type": "application/json"}, {"Content-Type": "text/html; charset=utf-8"}


def meaning(status: int, body: Any = b"", **headers: str) -> Any:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return outcome(status, CaseInsensitiveDict(named), text, POLICY)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"code": 20001, "message": "Bad", "status": 400}, 20001, "Bad"),
        ({"code": "20001", "message": "Bad"}, 20001, "Bad"),
        ({"code": " 20001 ", "message": "Bad"}, 20001, "Bad"),
        ({"message": "Bad"}, None, "Bad"),
        ({"code": 20001}, 20001, "without a word"),
        ({"code": True, "message": "Bad"}, None, "Bad"),
        ({"code": "E-7", "message": "Bad"}, None, "Bad"),
        ({"type": "about:blank", "title": "Bad", "detail": "Odd day", "status": 400}, None, "Bad: Odd day"),
        ({"title": "Bad", "detail": "Bad", "code": 20001}, 20001, "Bad"),
        ({"type": "https://www.twilio.com/docs/api/errors/20001", "title": "Bad"}, 20001, "Bad"),
        ({"title": "Bad", "more_info": "https://www.twilio.com/docs/errors/20001"}, 20001, "Bad"),
        ({"errors": [{"code": 20001, "message": "Bad"}, {"code": 1}], "status": 400}, 20001, "Bad"),
        ({"errors": [{"code": "20001", "detail": "odd"}], "title": "Bad"}, 20001, "Bad: odd"),
        ({"error": {"code": 20001, "message": "Bad"}}, 20001, "Bad"),
        ({"error": "invalid_scope"}, None, "invalid_scope"),
        ({"error": "invalid_scope", "error_description": "none"}, None, "invalid_scope: none"),
    ],
)
def test_an_error_in_every_form(body: Any, code: int | None, words: str) -> None:
    refusal = meaning(400, body)
    assert isinstance(refusal, Refused) and refusal.understood
    assert (refusal.status, refusal.code, refusal.message) == (400, code, words)
    assert str(refusal) == (f"HTTP 400, code {code}: {words}" if code else f"HTTP 400 Bad Request: {words}")


def test_the_code_may_stand_in_a_header_alone() -> None:
    assert meaning(401, b"<p>no</p>", X_Twilio_Error_Code="20003").code == 20003
    assert meaning(401, {"message": "no"}, x_twilio_error_code="20003").code == 20003
    assert meaning(401, {"message": "no", "code": 70051}, X_Twilio_Error_Code="20003").code == 70051
    assert isinstance(meaning(401, b"<p>no</p>", X_Twilio_Error_Code="none"), Trouble)


@pytest.mark.parametrize(
    "body", [b"", b"<h1>no</h1>", {}, [], {"error": "Forbidden"}, {"errors": ["no"]}, {"message": None}]
)
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_is_not_twilio_s_is_repeated(status: int, body: Any) -> None:
    trouble = meaning(status, body)
    assert isinstance(trouble, Trouble)
    assert (trouble.unsigned, trouble.advice) == (1, BETWEEN)


@pytest.mark.parametrize(
    ("status", "body", "headers", "text"),
    [
        (201, {"calls": []}, JSON, "HTTP 201 Created: no answer to a request for rows"),
        (204, b"", {}, "HTTP 204 No Content: no answer to a request for rows"),
        (206, {"message": "part"}, JSON, "HTTP 206 Partial Content: no answer to a request for rows"),
        (301, b"", {"Location": "https://u:p@a.example.com/x?y"}, "HTTP 301 Moved Permanently: it leads to a.ex"),
        (308, b"", {"Location": "https://[a"}, "HTTP 308 Permanent Redirect: it leads to no address"),
        (302, {"code": 1, "message": "x"}, JSON, "HTTP 302 Found: it leads to another address"),
        (400, b"<html>no</html>", {}, "HTTP 400 Bad Request: a web page"),
        (405, b"no", HTML, "HTTP 405 Method Not Allowed: a web page"),
        (410, b"", {}, "HTTP 410 Gone: without"),
        (422, b"", {}, "HTTP 422 Unprocessable Content: without"),
        (499, b"", {}, "HTTP 499, a client error without a name: without"),
    ],
)
def test_what_nobody_understands_is_told_as_what_it_is(
    status: int, body: Any, headers: dict[str, str], text: str
) -> None:
    refusal = outcome(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode(), POLICY)
    assert isinstance(refusal, Refused) and not refusal.understood
    assert (refusal.code, str(refusal)[: len(text)]) == (None, text)
    assert "u:p" not in str(refusal)


def test_a_web_page_with_200_comes_from_somebody_else() -> None:
    page = outcome(200, HTML, b"<!DOCTYPE html>", POLICY)
    assert page == Trouble("an answer that is no JSON object but a web page", 200, advice=BETWEEN)
    assert meaning(200, b"\n<HTML>").advice == BETWEEN
    assert meaning(200, b"[1]") == Trouble("an answer that is no JSON object", 200)


@pytest.mark.parametrize(("status", "what"), [(500, "HTTP 500"), (429, "HTTP 429"), (504, "HTTP 504")])
def test_what_passes_is_told_by_its_number(status: int, what: str) -> None:
    assert meaning(status, {"code": 20500, "message": "x"}).what == what


def test_a_server_error_of_somebody_else_is_told_by_its_name() -> None:
    assert meaning(511).what == "HTTP 511 Network Authentication Required"
    assert (meaning(511).advice, meaning(503).advice == BETWEEN) == (BETWEEN, False)
    assert told(599) == "HTTP 599, a server error without a name"
    assert told(999) == "HTTP 999, no status of HTTP without a name"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5.5", 5.5),
        (" 0.25 ", 0.25),
        ("7.", 7.0),
        ("-5.5", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("٣", None),
        ("1.2.3", None),
        ("Sat, 21 Nov 2026 12:00:09 GMT", 9.0),  # the three forms of RFC 9110, section 5.6.7
        ("Saturday, 21-Nov-26 12:00:09 GMT", 9.0),
        ("Sat Nov 21 12:00:09 2026", 9.0),
        ("Sat, 21 Nov 2026 14:00:09 +0200", 9.0),
        (None, None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None, clock: Traveller) -> None:
    assert retry_after(header) == seconds


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,20} [A-Z][a-z]{2} \d{1,9} \d+:\d+:\d+ [+-]?\d{0,9}"))
@example("Mon, 01 Jan 0001 00:00:00 -9999")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("9" * 5000)
def test_no_retry_after_is_a_crash(header: str) -> None:
    seconds = retry_after(header)
    assert seconds is None or seconds >= 0
