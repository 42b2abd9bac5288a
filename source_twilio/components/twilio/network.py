"""A connection that failed, told as what it is: the name, the proxy, TLS, or the way in between."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
import urllib3

from source_twilio.components.twilio.errors import config_error
from source_twilio.components.twilio.outcomes import Trouble

LET_THROUGH = "Check the network, and that https://*.twilio.com may pass the firewall."
NAMES = "Check the network and its name server (DNS)."
PROXY = "Correct HTTPS_PROXY, or add twilio.com to NO_PROXY."


def proxy_of(proxies: Mapping[str, str]) -> str:
    """The proxy that https goes through, as host and port: its address may hold a password. Empty for none."""
    return urlsplit(proxies.get("https", proxies.get("all", ""))).netloc.rpartition("@")[2]


def trouble_of(error: requests.RequestException, url: str, proxy: str) -> Trouble:
    """What came instead of an answer. proxy: see `proxy_of`.

    Raises a config error for what stays until somebody mends it: a certificate that nobody vouches for, a proxy that
    wants another password.
    """
    kind, host = type(error).__name__, urlsplit(url).hostname or ""
    cause, text = _cause(error), str(error)
    if isinstance(error, requests.exceptions.SSLError):
        if "CERTIFICATE_VERIFY_FAILED" in text:
            raise config_error(
                f"The TLS certificate of {host} could not be verified. Behind a proxy that inspects TLS, give the "
                "connector your company's CA: set REQUESTS_CA_BUNDLE to its file.",
                internal=text,
            )
        return Trouble(f"{kind} (TLS with {host} failed)", advice=LET_THROUGH)
    if isinstance(error, requests.exceptions.ProxyError):
        answered = re.search(r"Tunnel connection failed: (\d{3})", text)
        if answered and answered[1] == "407":
            raise needs_password(proxy)
        if answered:
            what = f"{kind} (the proxy {proxy} refuses {host} with HTTP {answered[1]})"
            return Trouble(what, advice=f"Let the proxy pass {host}. {PROXY}")
        return Trouble(f"{kind} (the proxy {proxy}: {_reason(cause, text)})", advice=PROXY)
    if isinstance(error, requests.exceptions.ConnectionError):
        if isinstance(cause, urllib3.exceptions.NameResolutionError):
            named = urlsplit(f"//{proxy}").hostname if proxy else host
            return Trouble(f"{kind} (the name {named} cannot be resolved)", advice=NAMES)
        return Trouble(f"{kind} ({_reason(cause, text)})", advice=LET_THROUGH)
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Trouble(f"{kind} (no answer in time{f', by the proxy {proxy}' if proxy else ''})")
    return Trouble(kind, advice=LET_THROUGH)


def needs_password(proxy: str) -> Exception:
    """The error for a proxy that answered 407, Proxy Authentication Required."""
    return config_error(
        f"The proxy {proxy} wants to know who asks (HTTP 407 Proxy Authentication Required) and refuses. Give user and "
        "password of the proxy in HTTPS_PROXY (http://user:password@host:port)."  # ignore-https-check
    )


def _cause(error: requests.RequestException) -> object:
    """What urllib3 says below the exception of requests."""
    found = error.args[0] if error.args else None
    if isinstance(found, urllib3.exceptions.MaxRetryError):
        found = found.reason
    if isinstance(found, urllib3.exceptions.ProxyError):
        found = found.original_error
    return found


def _reason(cause: object, text: str) -> str:
    """Why there is no connection, in words."""
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return "its name cannot be resolved"
    for sign, words in (("refused", "the connection is refused"), ("unreachable", "the network is unreachable")):
        if sign in text.lower():
            return words
    late = isinstance(cause, urllib3.exceptions.TimeoutError) or "timed out" in text
    return "no answer in time" if late else "the connection broke"
