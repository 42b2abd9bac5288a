"""The connector's configuration: what earlier connectors saved, and what is wrong with it in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)

from source_twilio.components.state.units import duration
from source_twilio.components.twilio.errors import config_error

DEFAULTS = {"num_workers": 8, "region": "us1", "lookback_window": 1440, "slice_step_duration": "P1M"}
ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
KEY = re.compile(r"SK[0-9a-fA-F]{32}")
CREDENTIALS = {
    "auth_token": ("auth_token",),
    "api_key": ("api_key_sid", "api_key_secret"),
    "oauth_client": ("client_id", "client_secret"),
}
STEPS = ("P1D", "P1W", "P1M", "P1Y")
REGIONS = ("us1", "ie1", "au1")
SUBACCOUNTS = ("all", "none", "selected", "except")
LONGEST_LOOKBACK = 576_000  # minutes in the 400 days that Twilio keeps messages
MOST_WORKERS = 50


@dataclass
class EarlierConfigurations(ConfigTransformation):
    """Brings every configuration that Airbyte's connector for Twilio ever saved into today's form, in memory.

    before: {"account_sid": "AC…", "auth_token": "…", "start_date": "…", "lookback_window": 0, "num_worker": 3}
    after:  {"account_sid": "AC…", "credentials": {"auth_type": "auth_token", "auth_token": "…"}, "start_date": "…",
             "lookback_window": 0, "num_workers": 3, "region": "us1", "slice_step_duration": "P1M"}

    It is a transformation and no config migration of the CDK, because that one prints the whole configuration,
    secrets included, and writes it back to its file.
    """

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Change the configuration in place; today's form stays as it is."""
        token = config.pop("auth_token", None)
        if token and not config.get("credentials"):
            config["credentials"] = {"auth_type": "auth_token", "auth_token": token}
        workers = config.pop("num_worker", None)
        if workers is not None and config.get("num_workers") is None:
            config["num_workers"] = workers
        subaccounts = config.get("subaccounts")
        if subaccounts is None or (isinstance(subaccounts, Mapping) and subaccounts.get("mode") is None):
            config.pop("subaccounts", None)  # all of them
        for name, default in DEFAULTS.items():
            if config.get(name) is None:
                config[name] = default
        if not config.get("end_date"):
            config.pop("end_date", None)  # to now
        for name in ("start_date", "end_date"):
            if isinstance(config.get(name), str):
                config[name] = config[name].strip()


def validate(config: Mapping[str, Any]) -> None:
    """Raise a config error that names the first field that is wrong and says how to mend it."""
    for problem in _problems(config):
        raise config_error(problem)


def _problems(config: Mapping[str, Any]) -> Any:
    sid = config.get("account_sid")
    if not isinstance(sid, str) or not ACCOUNT.fullmatch(sid):
        yield (f"`account_sid` {'is missing' if sid is None else 'is not an account SID'}: give the SID that begins "
               "with AC and has 34 characters, from the dashboard of Twilio's console.")
    yield from _credential_problems(config.get("credentials"))
    yield from _date_problems(config.get("start_date"), config.get("end_date"))
    yield from _whole_number("lookback_window", config.get("lookback_window"), 0, LONGEST_LOOKBACK)
    yield from _whole_number("num_workers", config.get("num_workers"), 1, MOST_WORKERS)
    if config.get("slice_step_duration") not in STEPS or not duration(config["slice_step_duration"]):
        yield f"`slice_step_duration` is none of {', '.join(STEPS)}: choose one of them."
    if config.get("region") not in REGIONS:
        yield f"`region` is none of {', '.join(REGIONS)}: choose the Region that the account's data lives in."
    option = config.get("subaccounts") or {"mode": "all"}
    if not isinstance(option, Mapping) or option.get("mode") not in SUBACCOUNTS:
        yield f"`subaccounts.mode` is none of {', '.join(SUBACCOUNTS)}: choose one of them."
    elif option["mode"] in ("selected", "except"):
        named = option.get("account_sids")
        if not isinstance(named, list) or not all(isinstance(one, str) and ACCOUNT.fullmatch(one) for one in named):
            yield "`subaccounts.account_sids` is not a list of account SIDs: give SIDs of subaccounts (AC…)."


def _credential_problems(credentials: Any) -> Any:
    if not isinstance(credentials, Mapping):
        yield "`credentials` is missing: choose Auth Token, API key or OAuth app and fill in its fields."
        return
    kind = credentials.get("auth_type")
    if not isinstance(kind, str) or kind not in CREDENTIALS:
        yield f"`credentials.auth_type` is none of {', '.join(CREDENTIALS)}: choose how to sign in."
        return
    for name in CREDENTIALS[kind]:
        value = credentials.get(name)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            yield f"`credentials.{name}` is missing or no text: copy it from Twilio's console."
    if kind == "api_key" and not KEY.fullmatch(str(credentials.get("api_key_sid"))):
        yield "`credentials.api_key_sid` is not the SID of an API key: it begins with SK and has 34 characters."


def _date_problems(start_text: Any, end_text: Any) -> Any:
    form = "give it as YYYY-MM-DDTHH:MM:SSZ, for example 2026-01-01T00:00:00Z."
    start, end = _moment(start_text), _moment(end_text)
    if start is None:
        wrong = "is missing" if not isinstance(start_text, str) else f"{start_text!r} is not readable"
        yield f"`start_date` {wrong}: {form}"
    elif start > datetime.now(timezone.utc):
        yield f"`start_date` {start_text} lies in the future: choose a date that has passed."
    if end_text is not None and end is None:
        yield f"`end_date` {end_text!r} is not readable: {form}"
    elif start and end and end <= start:
        yield f"`end_date` {end_text} is not later than `start_date` {start_text}: there would be nothing to read."


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        return None


def _whole_number(name: str, value: Any, least: int, most: int) -> Any:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        yield f"`{name}` is no whole number from {least} to {most}: correct it."
