"""What is said of values that could not be read: in each record's `meta.changes`, and in the log once a stream."""

from __future__ import annotations

import logging

from airbyte_protocol_dataclasses.models import (  # type: ignore[import-untyped]
    AirbyteRecordMessageMeta,
    AirbyteRecordMessageMetaChange,
    Change,
    Reason,
)

from source_twilio.components.rows.records import ChangedRow
from source_twilio.components.rows.values import NOTHING

LOGGER = logging.getLogger("airbyte")


def meta_of(row: ChangedRow) -> AirbyteRecordMessageMeta:
    """The changes of a row as Airbyte's protocol puts them, one for each column.

    A value that came and is not of the declared type could not be serialised; one that never is null and did not come
    could not be retrieved.
    """
    return AirbyteRecordMessageMeta(
        changes=[
            AirbyteRecordMessageMetaChange(
                field=path,
                change=Change.NULLED,
                reason=Reason.SOURCE_RETRIEVAL_ERROR if kind == NOTHING else Reason.SOURCE_SERIALIZATION_ERROR,
            )
            for path, kind in row.changes.items()
        ]
    )


class Unread:
    """The columns of a stream in which values could not be read."""

    def __init__(self) -> None:
        self._rows = 0
        self._kinds: dict[str, set[str]] = {}

    def note(self, row: ChangedRow) -> None:
        """Remember the columns of a row and what kinds of values came in them, never the values."""
        self._rows += 1
        for path, kind in row.changes.items():
            self._kinds.setdefault(path, set()).add(kind)

    def log(self, stream: str) -> None:
        """The one line about all of them; none where everything could be read."""
        if self._rows:
            columns = ", ".join(f"{path} ({' or '.join(sorted(kinds))})" for path, kinds in sorted(self._kinds.items()))
            LOGGER.warning(
                "Stream %s: %d rows have values that cannot be read as what their columns declare. They are null, and "
                "named in the record's meta.changes: %s", stream, self._rows, columns,
            )
