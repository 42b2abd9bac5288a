"""The connector with other figures, so that a handful of rows is a busy account."""

from __future__ import annotations

import copy

import pytest

from source_twilio import source
from source_twilio.components import cursors, walk


def page_size(patch: pytest.MonkeyPatch, size: int) -> None:
    """Ask every list that has pages for pages of so many rows."""
    manifest = source.load_manifest()
    for row in manifest["streams"]:
        if row["$parameters"]["page_size"]:
            row["$parameters"]["page_size"] = size
    patch.setattr(source, "load_manifest", lambda: copy.deepcopy(manifest))


def states_every(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Let a state come out after so many rows."""
    patch.setattr(cursors, "ROWS_BETWEEN_STATES", rows)


def walk_pages(patch: pytest.MonkeyPatch, pages: int) -> None:
    """Let windows take over from the walk above so many pages."""
    patch.setattr(walk, "SMALL", pages)
