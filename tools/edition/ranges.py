"""How a stream of the edition is read incrementally: its cursor, the range that Twilio is asked for, the rows kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.docs_manifest import Stream
from tools.edition.places import chain
from tools.edition.shared import SECOND, START_DATE, ref

DAY = "%Y-%m-%d"
MINUTES = {"PT1H": 60, "PT2H": 120, "P1D": 1440, "P2D": 2880, "P3D": 4320, "P1M": 44640, "P1Y": 527040}
START, END = "stream_interval.start_time", "stream_interval.end_time"
MIDNIGHT = "{} ~ 'T00:00:00Z'"
BEYOND = {"day": "P1D", "second": "PT1S"}
FIRST_DAY = {"P1M": f"{START}[:7] ~ '-01'", "P1Y": f"{START}[:4] ~ '-01-01'"}
SUMS = ("TotalsRetriever", "DayRetriever")  # of whole days


@dataclass
class Range:
    """sync: the `incremental_sync` block, None for a stream without; params: of the query, as expressions; keep: a
    condition for rows of the range, empty where all are; columns: expressions for what the range says of a row;
    by_parents: whether it is that of the parents, whose state goes on with this stream's."""

    sync: dict[str, Any] | None = None
    params: dict[str, str] = field(default_factory=dict)
    keep: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    by_parents: bool = False


def range_of(stream: Stream) -> Range:
    """The range of a stream, from its block in the manifest."""
    if not stream.sync:
        return Range()
    if stream.by_change:
        return Range(_by_change(stream))
    if not stream.row.get("asked_by"):
        return _of_children(stream)
    if stream.reader in SUMS or stream.row.get("column"):
        return _by_day(stream)
    if stream.unit != "PT1S":
        return _by_unit(stream)
    return _by_second(stream)


def _cursor(stream: Stream, unit: str, **more: Any) -> dict[str, Any]:
    minutes, start = MINUTES[stream.lookback], dict(stream.sync["start_datetime"])
    return {
        **ref("cursor"),
        "cursor_field": stream.cursor,
        **({} if unit == SECOND else {"datetime_format": unit}),
        **({} if start == START_DATE else {"start_datetime": start}),
        "lookback_window": f"PT{{{{ max(config.get('lookback_window', 1440), {minutes}) }}}}M",
        **more,
    }


def _by_change(stream: Stream) -> dict[str, Any]:
    more = {"global_substream_cursor": True} if chain(stream) else {}
    unit = {} if stream.unit == "PT1S" else {"datetime_format": DAY}
    return {**ref("cursor_by_change"), "cursor_field": stream.cursor, **unit, **more}


def _of_children(stream: Stream) -> Range:
    """The parents of the range tell what is asked for; where these are asked for by several values, the CDK does not
    carry their state on, and there is no cursor."""
    if stream.parent and stream.parent.row.get("each"):
        return Range()
    return Range(_cursor(stream, SECOND, global_substream_cursor=True), by_parents=True)


def _by_second(stream: Stream) -> Range:
    """Windows that Twilio is asked for with something more on both sides; a row is kept in the one that holds it."""
    first, last = stream.row["asked_by"]
    slack = stream.row.get("slack") or "second"
    form = DAY if slack == "day" else SECOND
    moved = "{{{{ (str_to_datetime({}) {} duration('{}')).strftime('{}') }}}}"
    day_or_less = "P1D" if stream.row.get("cap") else "{{ config.get('slice_step_duration', 'P1M') }}"
    column = f"(record['{stream.cursor}'] or '')[:19]"
    return Range(
        _cursor(stream, SECOND, cursor_granularity="PT1S", step=day_or_less),
        {first: moved.format(START, "-", stream.row.get("early") or BEYOND[slack], form),
         last: moved.format(END, "+", BEYOND[slack], form)},
        f"{START}[:19] <= {column} <= {END}[:19]",
    )


def _by_unit(stream: Stream) -> Range:
    """Days, which include both ends; whole months and years, since a part of one gives a part of its total."""
    first, last = stream.row["asked_by"]
    by_day = stream.unit == "P1D"
    step = "{{ config.get('slice_step_duration', 'P1M') }}" if by_day else "P100Y"
    start = START if by_day else FIRST_DAY[stream.unit]
    params = {first: f"{{{{ {start} }}}}", last: f"{{{{ {END} }}}}"}
    return Range(_cursor(stream, DAY, cursor_granularity="P1D", step=step), params)


def _by_day(stream: Stream) -> Range:
    """What Twilio sums up over the range: a request or a row a day, from one midnight to the next."""
    next_day = f"(str_to_datetime({END}) + duration('P1D')).strftime('{DAY}')"
    cursor = _cursor(stream, DAY, cursor_granularity="P1D", step="P1D")
    if stream.row.get("column"):
        (date,) = stream.row["asked_by"]
        return Range(cursor, {date: f"{{{{ {START} }}}}"}, columns={stream.cursor: START})
    first, last = stream.row["asked_by"]
    start, end = MIDNIGHT.format(START), MIDNIGHT.format(next_day)
    if stream.reader == "DayRetriever":
        now = f"now_utc().strftime('{SECOND}')"
        return Range(cursor, {first: f"{{{{ {start} }}}}", last: f"{{{{ min({end}, {now}) }}}}"},
                     columns={stream.cursor: start})
    cursor["step"] = "{{ config.get('slice_step_duration', 'P1M') }}"
    columns = {name: f"record.{path} or {bound}"
               for (name, path), bound in zip(stream.row["columns"].items(), (start, end), strict=True)}
    keep = f"{START} <= record['{stream.cursor}'][:10] <= {END}"
    return Range(cursor, {first: f"{{{{ {start} }}}}", last: f"{{{{ {end} }}}}"}, keep, columns)
