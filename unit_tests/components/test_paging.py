"""Where the next page is: at the same host, however a link writes it."""

from __future__ import annotations

from typing import Any

import pytest

from source_twilio.components.twilio.errors import Malformed
from source_twilio.components.twilio.paging import following

HERE = "https://monitor.twilio.com/v1/Alerts?PageSize=100"
NEXT = "https://monitor.twilio.com/v1/Alerts?PageToken=PA1"


@pytest.mark.parametrize(
    "link",
    [
        "https://monitor.twilio.com/v1/Alerts?PageToken=PA1",
        "https://monitor.twilio.com:443/v1/Alerts?PageToken=PA1",
        "https://MONITOR.Twilio.Com/v1/Alerts?PageToken=PA1",
        "HTTPS://Monitor.twilio.com:443/v1/Alerts?PageToken=PA1",
        "//monitor.TWILIO.com/v1/Alerts?PageToken=PA1",
        "/v1/Alerts?PageToken=PA1",
    ],
)
@pytest.mark.parametrize("place", ["next_page_uri", "meta"])
def test_a_host_with_its_port_or_in_capitals_is_the_same_host(link: str, place: str) -> None:
    """It is asked for under the name that its credentials, its connections and its health are kept under."""
    body: dict[str, Any] = {"next_page_uri": link} if place != "meta" else {"meta": {"next_page_url": link}}
    assert following("links", body, HERE, {}) == NEXT


@pytest.mark.parametrize(
    "link",
    [
        "https://api.twilio.com/v1/Alerts",
        "https://monitor.twilio.com:8443/v1/Alerts",
        "https://monitor.twilio.com:80/v1/Alerts",
        "https://monitor.twilio.com:port/v1/Alerts",
        "https://monitor.twilio.com:99999/v1/Alerts",
        "http://monitor.twilio.com/v1/Alerts",
        "http://monitor.twilio.com:443/v1/Alerts",
        "https://monitor.twilio.com.example.com/v1/Alerts",
        "https://monitor.twilio.com@example.com/v1/Alerts",
        "https://name:word@monitor.twilio.com/v1/Alerts",
        "https://[/v1/Alerts",
        "ftp://monitor.twilio.com/v1/Alerts",
        17,
        True,
        ["https://monitor.twilio.com/v1/Alerts"],
        {"url": "/v1/Alerts"},
    ],
)
def test_no_other_address_is_followed(link: Any) -> None:
    with pytest.raises(Malformed, match=r"monitor\.twilio\.com names"):
        following("links", {"next_page_uri": link}, HERE, {})


@pytest.mark.parametrize("link", [None, "", 0, {}])
def test_no_link_is_the_last_page(link: Any) -> None:
    assert following("links", {"next_page_uri": link, "meta": {"next_page_url": None}}, HERE, {}) is None
