"""The configuration: every form that was ever saved works, and what is wrong is said in one sentence."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.settings.configuration import EarlierConfigurations, validate
from source_twilio.source import SourceTwilio
from unit_tests.support import ConfigBuilder

SID = "AC" + "0" * 32
KEY = "SK" + "0" * 32
pytestmark = pytest.mark.usefixtures("clock")
DEFAULTS = {"num_workers": 8, "region": "us1", "lookback_window": 1440, "slice_step_duration": "P1M"}
TOKEN = {"auth_type": "auth_token", "auth_token": "secret"}
DATE = "2026-01-01T00:00:00Z"


def transformed(config: dict[str, Any]) -> dict[str, Any]:
    config = copy.deepcopy(config)
    EarlierConfigurations().transform(config)
    return config


@pytest.mark.parametrize(
    ("saved", "today"),
    [
        (  # 0.1 to 0.17
            {"account_sid": SID, "auth_token": "secret", "start_date": DATE, "lookback_window": 0},
            {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, **DEFAULTS, "lookback_window": 0},
        ),
        (
            {"account_sid": SID, "auth_token": "secret", "start_date": DATE, "num_worker": 3},
            {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, **DEFAULTS, "num_workers": 3},
        ),
        (
            {"account_sid": SID, "credentials": TOKEN, "start_date": f" {DATE} ", "num_worker": 3, "num_workers": 5},
            {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, **DEFAULTS, "num_workers": 5},
        ),
        (
            {
                "account_sid": SID,
                "auth_token": "old",
                "credentials": TOKEN,
                "start_date": DATE,
                "lookback_window": None,
            },
            {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, **DEFAULTS},
        ),
        (
            {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, "subaccounts": {"mode": "none"}, "other": 1},
            {
                "account_sid": SID,
                "credentials": TOKEN,
                "start_date": DATE,
                "subaccounts": {"mode": "none"},
                "other": 1,
                **DEFAULTS,
            },
        ),
    ],
)
def test_every_earlier_configuration_becomes_todays(saved: dict[str, Any], today: dict[str, Any]) -> None:
    assert transformed(saved) == today
    assert transformed(transformed(saved)) == today, "twice changes nothing"
    validate(today)


@pytest.mark.parametrize(
    "nothing",
    [
        {"subaccounts": None},
        {"subaccounts": {"mode": None}},
        {"subaccounts": {}},
        {"subaccounts": {"mode": None, "account_sids": None}},
        {"region": None, "slice_step_duration": None, "num_workers": None, "lookback_window": None},
        {"num_worker": None, "auth_token": None},
    ],
)
def test_an_optional_field_that_is_null_is_one_that_is_not_there(nothing: dict[str, Any]) -> None:
    plain = {"account_sid": SID, "credentials": TOKEN, "start_date": DATE}
    assert transformed({**plain, **nothing}) == transformed(plain)
    validate(transformed({**plain, **nothing}))


def test_an_earlier_number_of_workers_counts_where_todays_is_null() -> None:
    earlier = {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, "num_worker": 3, "num_workers": None}
    assert transformed(earlier)["num_workers"] == 3


def test_an_earlier_configuration_works_in_a_source() -> None:
    SourceTwilio(None, {"account_sid": SID, "auth_token": "secret", "start_date": DATE, "num_worker": 40}, None)


def good(**changes: Any) -> dict[str, Any]:
    config = {"account_sid": SID, "credentials": TOKEN, "start_date": DATE, **DEFAULTS, **changes}
    return {name: value for name, value in config.items() if value is not ...}


GOOD = [
    good(),
    good(credentials={"auth_type": "api_key", "api_key_sid": KEY, "api_key_secret": "s"}),
    good(credentials={"auth_type": "oauth_client", "client_id": "c", "client_secret": "s"}),
    good(start_date="2026-11-21T12:00:00Z"),
    good(start_date="2008-03-31T23:59:59Z"),
    good(lookback_window=0),
    good(lookback_window=576_000),
    good(num_workers=1),
    good(num_workers=50),
    good(region="ie1"),
    good(region="au1"),
    good(slice_step_duration="P1D"),
    good(slice_step_duration="P1Y"),
    good(subaccounts={"mode": "selected", "account_sids": [SID]}),
    good(subaccounts={"mode": "except", "account_sids": []}),
    good(unknown="key"),
]


@pytest.mark.parametrize("config", GOOD, ids=range(len(GOOD)))
def test_good_ones_pass(config: dict[str, Any]) -> None:
    validate(config)


BAD = [
    ("account_sid", good(account_sid=...)),
    ("account_sid", good(account_sid=None)),
    ("account_sid", good(account_sid=5)),
    ("account_sid", good(account_sid="")),
    ("account_sid", good(account_sid="AC123")),
    ("account_sid", good(account_sid=KEY)),
    ("account_sid", good(account_sid=f"{SID} ")),
    ("account_sid", good(account_sid=f"{SID}\n")),
    ("account_sid", good(account_sid="AC" + "g" * 32)),
    ("credentials", good(credentials=...)),
    ("credentials", good(credentials=[])),
    ("credentials", good(credentials="secret")),
    ("credentials.auth_type", good(credentials={})),
    ("credentials.auth_type", good(credentials={"auth_type": "password"})),
    ("credentials.auth_type", good(credentials={"auth_type": ["auth_token"]})),
    ("credentials.auth_token", good(credentials={"auth_type": "auth_token"})),
    ("credentials.auth_token", good(credentials={"auth_type": "auth_token", "auth_token": " "})),
    ("credentials.auth_token", good(credentials={"auth_type": "auth_token", "auth_token": 7})),
    ("credentials.auth_token", good(credentials={"auth_type": "auth_token", "auth_token": "a\nb"})),
    ("credentials.api_key_sid", good(credentials={"auth_type": "api_key", "api_key_secret": "s"})),
    ("credentials.api_key_sid", good(credentials={"auth_type": "api_key", "api_key_sid": SID, "api_key_secret": "s"})),
    ("credentials.api_key_secret", good(credentials={"auth_type": "api_key", "api_key_sid": KEY})),
    ("credentials.client_id", good(credentials={"auth_type": "oauth_client", "client_secret": "s"})),
    ("credentials.client_secret", good(credentials={"auth_type": "oauth_client", "client_id": "c"})),
    ("start_date", good(start_date=...)),
    ("start_date", good(start_date=20260101)),
    ("start_date", good(start_date="2026-01-01")),
    ("start_date", good(start_date="01/02/2026")),
    ("start_date", good(start_date="2026-02-30T00:00:00Z")),
    ("start_date", good(start_date="2026-01-01T00:00:00+02:00")),
    ("start_date", good(start_date="2026-11-21T12:00:01Z")),
    ("start_date", good(start_date="2999-01-01T00:00:00Z")),
    ("lookback_window", good(lookback_window=-1)),
    ("lookback_window", good(lookback_window=576_001)),
    ("lookback_window", good(lookback_window="1440")),
    ("lookback_window", good(lookback_window=True)),
    ("num_workers", good(num_workers=0)),
    ("num_workers", good(num_workers=51)),
    ("num_workers", good(num_workers=2.5)),
    ("slice_step_duration", good(slice_step_duration="P3D")),
    ("slice_step_duration", good(slice_step_duration=30)),
    ("region", good(region="us2")),
    ("region", good(region=["us1"])),
    ("subaccounts", good(subaccounts="all")),
    ("subaccounts", good(subaccounts=["all"])),
    ("subaccounts.mode", good(subaccounts={"mode": "some"})),
    ("subaccounts.mode", good(subaccounts={"mode": {}})),
    ("subaccounts.account_sids", good(subaccounts={"mode": "selected"})),
    ("subaccounts.account_sids", good(subaccounts={"mode": "selected", "account_sids": "AC"})),
    ("subaccounts.account_sids", good(subaccounts={"mode": "except", "account_sids": ["AC1"]})),
    ("subaccounts.account_sids", good(subaccounts={"mode": "except", "account_sids": [5]})),
]


@pytest.mark.parametrize(("field", "config"), BAD, ids=[f"{n}-{one[0]}" for n, one in enumerate(BAD)])
def test_what_is_wrong_is_one_sentence_that_names_the_field(field: str, config: dict[str, Any]) -> None:
    with pytest.raises(AirbyteTracedException) as caught:
        SourceTwilio(None, config, None)
    message = caught.value.message or ""
    assert caught.value.failure_type == FailureType.config_error
    assert f"`{field}" in message
    assert "\n" not in message and len(message) < 250
    assert "secret" not in message.replace("client_secret", "").replace("api_key_secret", "")


def test_the_builder_of_these_tests_makes_good_configurations() -> None:
    validate(transformed(ConfigBuilder().build()))
