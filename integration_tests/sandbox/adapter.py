"""Mounts the stand-in on requests-mock: no sockets, thousands of requests a second."""

from __future__ import annotations

import time
from typing import Any

import requests
import requests_mock
from requests_mock import Adapter
from requests_mock.response import create_response

from .answers import Answer
from .app import Twilio


def mount(twilio: Twilio, mocker: requests_mock.Mocker | Adapter) -> None:
    """Let every request of the mocker (or adapter) be answered by ``twilio``.

    Broken wires become the exceptions that requests would raise; so do stalls that outlast the read time-out, without
    the wait.
    """
    mocker.add_matcher(_Matcher(twilio))


class _Matcher:
    """What requests-mock calls for each request."""

    def __init__(self, twilio: Twilio):
        self._twilio = twilio

    def __call__(self, request: Any) -> requests.Response:
        twilio = self._twilio
        within = twilio.enter()
        try:
            if twilio.delay and within:
                time.sleep(twilio.delay)
            headers = {k: v for k, v in request.headers.items() if k.lower() != "accept-encoding"}
            body = request.body or b""
            answer = twilio.answer(
                request.method, request.url, headers, body.encode() if isinstance(body, str) else body, within
            )
        finally:
            if within:
                twilio.leave()
        _break(answer, request)
        response: requests.Response = create_response(
            request, status_code=answer.status, headers=answer.headers, content=answer.body
        )
        return response


def _break(answer: Answer, request: Any) -> None:
    wire = answer.wire
    if wire is None or wire.kind == "close":
        return
    if wire.kind == "unresolvable":
        raise requests.exceptions.ConnectionError(f"Failed to resolve {request.hostname}")
    if wire.kind == "reset":
        raise requests.exceptions.ConnectionError("Connection reset by peer")
    if wire.kind in ("truncate", "reset_after_headers"):
        raise requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead")
    limit = request.timeout[1] if isinstance(request.timeout, tuple) else request.timeout
    if wire.kind == "stall_after_headers":
        raise requests.exceptions.ConnectionError("Read timed out.")
    if limit is not None and limit < wire.seconds:
        raise requests.exceptions.ReadTimeout("Read timed out.")
