"""What is common to the tests of the quick start."""

from __future__ import annotations

from pathlib import Path

import pytest

from quickstart.tests import browser, example


def pytest_report_header() -> str:
    """Say whether a browser looks at the report."""
    return f"report.html is shown in {browser.CHROMIUM or 'no browser: there is no Chromium'}"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of two accounts in which everything adds up; a test may change it."""
    path = tmp_path / "twilio.duckdb"
    example.make(path)
    return path
