"""The README says what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from integration_tests.sandbox import Twilio, accounts, switches
from integration_tests.sandbox.controls import METHODS
from integration_tests.sandbox.faults import ACTIONS

TEXT = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_it_lists_every_switch() -> None:
    assert switches.table() in TEXT


def test_it_names_every_method_action_and_credential() -> None:
    names = set(re.findall(r"`(\w+)", TEXT))
    assert set(METHODS) <= names
    assert set(ACTIONS) <= names
    assert {name for name in re.findall(r"`([A-Z_]+)`", TEXT) if name.isupper()} - {"STREAMS", "HTTPS_PROXY"} <= {
        *vars(accounts),
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "_SECRET",
    }


@pytest.mark.parametrize("switch", switches.SWITCHES, ids=lambda s: s.name)
def test_every_switch_takes_its_answers_as_text_too(twilio: Twilio, switch: switches.Switch) -> None:
    for choice in (0, 7) if switch.choices is int else switch.choices:
        twilio.set_switch(switch.name, str(choice))
        assert twilio.switches[switch.name] == choice
    if switch.choices is not int:
        with pytest.raises(ValueError, match=switch.name):
            twilio.set_switch(switch.name, "nonsense")
