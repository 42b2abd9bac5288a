"""What all tests share."""

from __future__ import annotations

import freezegun

# pytest's stop-watch would stand still, or jump by years, where a test's fixture has stopped the clock.
freezegun.configure(extend_ignore_list=["_pytest.timing"])
