"""What is common to the tests of the quick start."""

from __future__ import annotations

from quickstart.tests import browser


def pytest_report_header() -> str:
    """Say whether a browser looks at the report."""
    return f"report.html is shown in {browser.CHROMIUM or 'no browser: there is no Chromium'}"
