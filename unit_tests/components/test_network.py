"""A connection that fails is told as what it is; a proxy's password never is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.network import proxy_of, trouble_of

URL = "https://api.twilio.com/2010-04-01/Accounts.json"
SECRET = "proxy-password-0123456789"


def test_a_proxy_is_told_without_its_password() -> None:
    assert proxy_of({"https": f"http://me:{SECRET}@proxy.example.com:3128/"}) == "proxy.example.com:3128"
    assert proxy_of({"all": "socks5://proxy.example.com"}) == "proxy.example.com"
    assert proxy_of({"http": "http://proxy.example.com"}) == proxy_of({}) == ""


@contextmanager
def server(answer: bytes) -> Iterator[str]:
    """Answers whatever it is asked with the same bytes, and hangs up; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def failure_of(url: str, proxy: str) -> requests.RequestException:
    """What requests raises for an address, through a proxy if one is named."""
    with requests.Session() as session, pytest.raises(requests.RequestException) as caught:
        session.trust_env = False
        session.get(url, timeout=5, proxies={"https": f"http://me:{SECRET}@{proxy}"} if proxy else {})
    return caught.value


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "ProxyError (the proxy {proxy} refuses api.twilio.com with HTTP 403)"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "ProxyError (the proxy {proxy} refuses api.twilio.com with HTTP 502)"),
        (b"", "ConnectionError (the connection broke)"),
    ],
)
def test_a_proxy_that_refuses(answer: bytes, what: str) -> None:
    with server(answer) as proxy:
        trouble = trouble_of(failure_of(URL, proxy), URL, proxy)
    assert trouble.what == what.format(proxy=proxy)


def test_a_proxy_that_wants_a_password_is_the_user_s_to_mend() -> None:
    with server(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as proxy:
        error = failure_of(URL, proxy)
    with pytest.raises(AirbyteTracedException) as caught:
        trouble_of(error, URL, proxy)
    raised = caught.value
    assert raised.failure_type and raised.failure_type.value == "config_error"
    assert proxy in str(raised.message) and "HTTPS_PROXY" in str(raised.message)
    assert SECRET not in f"{raised.message}{raised.internal_message}"


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
    trouble = trouble_of(failure_of(f"https://{place}/", ""), f"https://{place}/", "")
    assert trouble.what == "ConnectionError (the connection is refused)"
    trouble = trouble_of(failure_of(URL, place), URL, place)
    assert trouble.what == f"ProxyError (the proxy {place}: the connection is refused)"
    assert "HTTPS_PROXY" in trouble.advice


def test_a_name_that_is_not_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    trouble = trouble_of(failure_of(URL, ""), URL, "")
    assert trouble.what == "ConnectionError (the name api.twilio.com cannot be resolved)"
    assert "DNS" in trouble.advice
    trouble = trouble_of(failure_of(URL, "proxy.example.com:1"), URL, "proxy.example.com:1")
    assert trouble.what == "ProxyError (the proxy proxy.example.com:1: its name cannot be resolved)"


def test_what_speaks_no_tls() -> None:
    with server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as place:
        url = f"https://{place}/"
        trouble = trouble_of(failure_of(url, ""), url, "")
    assert trouble.what == "SSLError (TLS with 127.0.0.1 failed)"
    assert "firewall" in trouble.advice


def test_an_answer_that_does_not_come_names_the_proxy_that_was_asked() -> None:
    error = requests.exceptions.ReadTimeout("Read timed out.")
    assert trouble_of(error, URL, "").what == "ReadTimeout (no answer in time)"
    assert trouble_of(error, URL, "proxy.example.com:1").what == (
        "ReadTimeout (no answer in time, by the proxy proxy.example.com:1)"
    )
