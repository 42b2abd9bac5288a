"""Configurations, catalogs and states, as the platform hands them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStream,
    AirbyteStreamState,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)

from integration_tests.sandbox.accounts import MAIN, MAIN_TOKEN

START_DATE = "2026-10-01T00:00:00Z"


class ConfigBuilder:
    """Builds a configuration of the sandbox's main account, by default with its Auth Token and without subaccounts."""

    def __init__(self) -> None:
        self._config: dict[str, Any] = {
            "account_sid": MAIN,
            "credentials": {"auth_type": "auth_token", "auth_token": MAIN_TOKEN},
            "start_date": START_DATE,
            "subaccounts": {"mode": "none"},
            "num_workers": 2,
        }

    def start(self, date: str) -> ConfigBuilder:
        """Set `start_date`."""
        return self.put(start_date=date)

    def api_key(self, sid: str, secret: str) -> ConfigBuilder:
        """Sign in with an API key."""
        return self.put(credentials={"auth_type": "api_key", "api_key_sid": sid, "api_key_secret": secret})

    def oauth(self, client: str, secret: str) -> ConfigBuilder:
        """Sign in with an OAuth app."""
        return self.put(credentials={"auth_type": "oauth_client", "client_id": client, "client_secret": secret})

    def subaccounts(self, mode: str, *sids: str) -> ConfigBuilder:
        """Set which subaccounts are read."""
        return self.put(subaccounts={"mode": mode, **({"account_sids": list(sids)} if sids else {})})

    def put(self, **options: Any) -> ConfigBuilder:
        """Set options by their names; None takes one away."""
        self._config.update(options)
        self._config = {name: value for name, value in self._config.items() if value is not None}
        return self

    def build(self) -> dict[str, Any]:
        """The configuration, a copy of its own."""
        return dict(self._config)


def catalog_of(*names: str, mode: SyncMode = SyncMode.incremental) -> ConfiguredAirbyteCatalog:
    """A configured catalog of some streams."""
    return ConfiguredAirbyteCatalog(
        streams=[
            ConfiguredAirbyteStream(
                stream=AirbyteStream(name=name, json_schema={}, supported_sync_modes=[mode]),
                sync_mode=mode,
                destination_sync_mode=DestinationSyncMode.append,
            )
            for name in names
        ]
    )


def state_of(states: Mapping[str, Mapping[str, Any]]) -> list[AirbyteStateMessage]:
    """State messages, from the state of each stream."""
    return [
        AirbyteStateMessage(
            type=AirbyteStateType.STREAM,
            stream=AirbyteStreamState(
                stream_descriptor=StreamDescriptor(name=name), stream_state=AirbyteStateBlob(dict(state))
            ),
        )
        for name, state in states.items()
    ]
