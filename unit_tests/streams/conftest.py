"""What tests of streams share."""

from __future__ import annotations

import pytest

from integration_tests.sandbox import Twilio
from unit_tests.support import ConfigBuilder, Syncs


@pytest.fixture
def syncs(twilio: Twilio) -> Syncs:
    """Syncs of the main account alone, without a lookback beyond the streams' own."""
    return Syncs(twilio, ConfigBuilder().put(lookback_window=0).build())
