"""The real account: a configuration in secrets/config.json, or in the file that LIVE_CONFIG names."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from integration_tests.helpers import ROOT

CONFIG = Path(os.environ.get("LIVE_CONFIG") or ROOT / "secrets" / "config.json")
collect_ignore_glob = [] if CONFIG.is_file() else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line where there is no account to test with."""
    if not CONFIG.is_file():
        name = CONFIG.relative_to(ROOT) if CONFIG.is_relative_to(ROOT) else CONFIG
        terminalreporter.write_line(f"no {name}: the live tests are not run")


@pytest.fixture(scope="session")
def config() -> Mapping[str, Any]:
    """The configuration, for the last day and the account itself: cheap, however large the account is."""
    start = datetime.now(timezone.utc) - timedelta(days=1)
    changes = {"start_date": f"{start:%Y-%m-%dT00:00:00Z}", "subaccounts": {"mode": "none"}, "num_workers": 2}
    return {**json.loads(CONFIG.read_text(encoding="utf-8")), **changes}
