"""Lists whose rows are asked for one by one: what is listed and not there is passed over and said once."""

from __future__ import annotations

import pytest

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Syncs

COUNTRIES = ["DE", "FR", "GB", "US"]


@pytest.fixture
def prices(syncs: Syncs) -> Syncs:
    """A price list of four countries."""
    for code in COUNTRIES:
        url = f"https://pricing.twilio.com/v1/Messaging/Countries/{code}"
        row = {"country": code, "iso_country": code, "url": url, "price_unit": "USD", "inbound_sms_prices": []}
        syncs.twilio.put("messaging_pricing_countries", MAIN, row)
    return syncs


def test_countries_without_prices_are_passed_over_and_said_once(prices: Syncs) -> None:
    prices.twilio.add_fault("status", url="/Countries/(DE|FR|GB)$", status=404, code=20404, message="not found")
    output = prices.run("messaging_pricing_countries")
    assert (output.failure, output.errors()) == (None, [])
    assert output.statuses("messaging_pricing_countries")[-1] == "COMPLETE"
    assert [row["iso_country"] for row in output.records("messaging_pricing_countries")] == ["US"]
    (line,) = [line for line in output.lines if "passed over" in line]
    assert line.startswith("INFO Stream messaging_pricing_countries: ") and "lists /v1/Messaging/Countries/" in line
    assert "HTTP 404, code 20404" in line


def test_a_country_of_which_every_column_is_null_is_said_as_well(prices: Syncs) -> None:
    prices.twilio.add_fault("json", url="/Countries/DE$", body={"country": None, "iso_country": None, "url": None})
    output = prices.run("messaging_pricing_countries")
    assert output.failure is None
    assert sorted(row["iso_country"] for row in output.records("messaging_pricing_countries")) == ["FR", "GB", "US"]
    assert len([line for line in output.lines if "passed over" in line]) == 1


@pytest.mark.parametrize("status", [400, 403])
def test_another_refusal_of_a_country_is_an_error(prices: Syncs, status: int) -> None:
    prices.twilio.add_fault("status", url="/Countries/DE$", status=status, code=20001)
    assert prices.run("messaging_pricing_countries").statuses("messaging_pricing_countries")[-1] == "INCOMPLETE"


def test_a_price_list_that_is_not_there_is_an_error(prices: Syncs) -> None:
    prices.twilio.add_fault("status", url=r"/Countries(\?|$)", status=404, code=20404)
    assert prices.run("messaging_pricing_countries").statuses("messaging_pricing_countries")[-1] == "INCOMPLETE"
