"""Where the next page is: at the same host, however a link writes it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from source_twilio.components.twilio.errors import Malformed
from unit_tests.support.manifest import paginator

HERE = "https://monitor.twilio.com/v1/Alerts?PageSize=100"
PORTS = "https://numbers.twilio.com/v1/Porting/Orders/PortInRequests"
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
    assert paginator("alerts").following(body, HERE, {}) == NEXT


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
        paginator("alerts").following({"next_page_uri": link}, HERE, {})


@pytest.mark.parametrize("link", [None, "", 0, {}])
def test_no_link_is_the_last_page(link: Any) -> None:
    body = {"next_page_uri": link, "meta": {"next_page_url": None}}
    assert paginator("alerts").following(body, HERE, {}) is None


@pytest.mark.parametrize("body", [{}, {"meta": None}, {"meta": []}, {"meta": "x"}, {"next_page_uri": None}])
def test_an_answer_that_says_nothing_is_the_last_page(body: dict[str, Any]) -> None:
    assert paginator("alerts").following(body, HERE, {}) is None


@pytest.mark.parametrize("token", ["1e5", "007", "1_0", "[]", "a+b/c="])
def test_a_token_goes_back_as_it_came(token: str) -> None:
    found = paginator("port_in_requests").following({"meta": {"next_token": token}}, f"{PORTS}?Size=9", {"Size": "9"})
    assert found == f"{PORTS}?{urlencode({'Size': '9', 'Token': token})}"


@pytest.mark.parametrize("body", [{}, {"meta": {}}, {"meta": {"next_token": None}}, {"meta": {"next_token": ""}}])
def test_no_token_is_the_last_page(body: dict[str, Any]) -> None:
    assert paginator("port_in_requests").following(body, PORTS, {}) is None


def test_numbers_go_on_as_long_as_the_list_says_so() -> None:
    pages, params = paginator("short_code_applications"), {"PageSize": "50"}
    assert pages.following({"has_next": True, "current_page": 3}, PORTS, params) == f"{PORTS}?PageSize=50&Page=4"
    assert pages.following({"has_next": False, "current_page": 3}, PORTS, params) is None
    assert pages.following({"current_page": 3}, PORTS, params) is None


@pytest.mark.parametrize("number", [None, "3", [3]])
def test_a_list_that_goes_on_without_a_number_is_no_end(number: Any) -> None:
    with pytest.raises(Malformed, match="goes on, but does not say with which page"):
        paginator("short_code_applications").following({"has_next": True, "current_page": number}, PORTS, {})


def test_the_next_page_of_a_sample_is_not_followed() -> None:
    assert paginator("taskrouter_events").following({"meta": {"next_page_url": NEXT}}, HERE, {}) is None
