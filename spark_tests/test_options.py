"""Bad input is named before any request, without a JVM: options, secrets, configurations, schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql.types import StringType, StructField, StructType

from integration_tests.helpers import configuration
from pyspark_twilio.options import KNOWN, Options, TwilioError, sentences
from pyspark_twilio.source import REQUESTS, Share, TwilioChanges, TwilioReader, TwilioSource

SECRET = "canary-0123456789"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "option `stream` is missing"),
        ({"stream": "mesages"}, "'mesages', which is no stream"),
        ({"stream": "../shared"}, "is no stream"),
        ({"stream": "messages", "sart_date": "2026-01-01T00:00:00Z"}, "`sart_date` is no option"),
        ({"stream": "messages", "auth_token": SECRET}, "`auth_token` as an option would stand in Spark's plan"),
        ({"stream": "messages", "Credentials": SECRET}, "`credentials` as an option"),
        ({"stream": "messages", "api_key_secret": SECRET}, "`api_key_secret` as an option"),
        ({"stream": "messages", "client_secret": SECRET}, "`client_secret` as an option"),
        ({"stream": "messages", "tasks": "0"}, "`tasks` is '0' and no whole number from 1"),
        ({"stream": "messages", "every": "soon"}, "`every` is 'soon'"),
        ({"stream": "messages", "account_sids": "AC1"}, "set that to selected or except"),
    ],
)
def test_an_option_that_is_wrong(given: dict[str, str], what: str) -> None:
    with pytest.raises(TwilioError, match=what) as failure:
        TwilioSource(given).schema()
    assert SECRET not in str(failure.value)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"start_date": "yesterday"}, "`start_date` 'yesterday' is not readable"),
        ({"end_date": "2020-01-01T00:00:00Z"}, "`end_date` 2020-01-01T00:00:00Z is not later"),
        ({"region": "xx1"}, "`region` is none of"),
        ({"num_workers": "51"}, "`num_workers` is no whole number from 1 to 50"),
        ({"lookback_window": "-1"}, "`lookback_window` is no whole number"),
        ({"subaccounts": "most"}, "`subaccounts.mode` is none of"),
        ({"subaccounts": "except", "account_sids": "AC1"}, "`subaccounts.account_sids` is not a list of account SIDs"),
    ],
)
def test_an_option_of_the_configuration_is_judged_by_the_connector(
    saved_config: None, changes: dict[str, str], what: str
) -> None:
    with pytest.raises(TwilioError, match=what):
        TwilioReader({"stream": "messages", **changes}).partitions()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (None, "config` names .*, which cannot be read on machine .*driver and all executors need it"),
        (SECRET, "is no JSON object"),
        ("[]", "is no JSON object"),
    ],
)
def test_a_configuration_that_cannot_be_read(tmp_path: Path, text: str | None, what: str) -> None:
    path = tmp_path / "twilio.json"
    if text is not None:
        path.write_text(text)
    options = {"stream": "messages", "config": str(path)}
    for ask in (TwilioReader(options).partitions, TwilioChanges(options).latestOffset,
                lambda: list(TwilioReader(options).read(Share(["AC1"], 1)))):
        with pytest.raises(TwilioError, match=what) as failure:
            ask()
        assert SECRET not in str(failure.value)


def test_no_configuration_on_an_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_SECRET_CONFIG", raising=False)
    with pytest.raises(TwilioError, match="no configuration on machine .*TWILIO_SECRET_CONFIG"):
        list(TwilioReader({"stream": "messages"}).read(Share(["AC1"], 1)))


def test_options_lie_over_the_configuration(saved_config: None) -> None:
    given = {"stream": "calls", "lookback_window": "60", "num_workers": "16", "start_date": "2026-01-01T00:00:00Z",
             "subaccounts": "except", "account_sids": "AC1, AC2", "Region": "ie1"}
    found = Options(given).configuration()
    assert found == {
        **configuration(), "lookback_window": 60, "num_workers": 16, "start_date": "2026-01-01T00:00:00Z",
        "subaccounts": {"mode": "except", "account_sids": ["AC1", "AC2"]}, "region": "ie1",
    }
    assert "config" in KNOWN and Options({"stream": "calls"}).configuration() == configuration()


def test_columns_are_the_streams_own() -> None:
    source = TwilioSource({"stream": "queues"})
    own = source.schema()
    assert source.reader(own) and source.streamReader(own)
    narrowed = StructType([one for one in own.fields if one.name != "friendly_name"])
    other = StructType([*own.fields[:-1], StructField("mine", StringType())])
    for make in (source.reader, source.streamReader):
        with pytest.raises(TwilioError, match=r"other columns than stream queues \(friendly_name\).*select"):
            make(narrowed)
        with pytest.raises(TwilioError, match=r"\(_undeclared, mine\)"):
            make(other)


@pytest.mark.parametrize(
    ("asked", "accounts", "shares"),
    [
        ({}, 20, [(20, REQUESTS)]),
        ({"num_workers": "20"}, 20, [(7, 6), (7, 6), (6, 6)]),
        ({"num_workers": "16", "tasks": "4"}, 1, [(1, 16)]),
        ({"num_workers": "2", "tasks": "5"}, 9, [(5, 1), (4, 1)]),
        ({"num_workers": "50", "tasks": "50"}, 120, [(3, 1)] * 20 + [(2, 1)] * 30),
        ({}, 0, [(0, 1)]),
    ],
)
def test_shares_never_have_more_requests_in_flight(
    saved_config: None, asked: dict[str, str], accounts: int, shares: list[tuple[int, int]]
) -> None:
    reader = TwilioReader({"stream": "messages", **asked})
    sids = [f"AC{number}" for number in range(accounts)]
    found = reader._shares(sids, None, {"AC0": "2026-01-01T00:00:00Z"})
    assert [(len(share.accounts), share.requests) for share in found] == shares
    assert sorted(sid for share in found for sid in share.accounts) == sorted(sids)
    assert [share.saved for share in found if share.saved] == [{"AC0": "2026-01-01T00:00:00Z"}] * bool(accounts)


def test_what_is_sent_to_executors_holds_no_secret(saved_config: None) -> None:
    import pickle

    reader: Any = TwilioReader({"stream": "messages"})
    sent = pickle.dumps(reader) + pickle.dumps(reader._shares(["AC0"]))
    assert json.dumps(configuration()["credentials"]["auth_token"]).strip('"').encode() not in sent


def test_errors_of_the_connector_are_sentences() -> None:
    from source_twilio.components.twilio.errors import config_error

    with pytest.raises(TwilioError, match="^what to do$"), sentences():
        raise config_error("what to do", "inner")
