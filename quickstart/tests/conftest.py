"""What cannot be tested on every Python."""

from __future__ import annotations

import os
import sys

# PyAirbyte looks at them when it is imported: no telemetry, no question to Airbyte's registry.
os.environ.update(DO_NOT_TRACK="1", AIRBYTE_OFFLINE_MODE="1")
collect_ignore = ["test_database.py", "test_quickstart.py"] if sys.version_info >= (3, 13) else []


def pytest_report_header() -> list[str]:
    """Say which tests are left out, and why."""
    return [f"left out: {name}, PyAirbyte cannot be installed on Python 3.13" for name in collect_ignore]
