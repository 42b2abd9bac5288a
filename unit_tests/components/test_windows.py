"""Windows: they tile a range without gap or overlap, and what is asked for holds every row under any reading."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration_tests.sandbox import EmptyWorld, Twilio, filters
from source_twilio.components.reading.windows import DateFilter, Window, pages_for, rows_per_second, split
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import Unit, back, duration
from unit_tests.support import iso, rfc

UNITS = ("second", "day", "month", "year")
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2032, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=timezone.utc)
)
EDGES = st.sampled_from(
    [
        parse(text)
        for text in (
            "2024-02-28T23:59:59Z",
            "2024-02-29T00:00:00Z",
            "2024-02-29T23:59:59Z",
            "2024-03-01",
            "2025-12-31T23:59:59Z",
            "2026-01-01",
            "2026-01-31",
            "2026-02-28T12:00:00Z",
        )
    ]
)
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=800))


@given(start=MOMENTS | EDGES, span=LENGTHS, length=LENGTHS, unit=st.sampled_from(UNITS), edges=st.sampled_from(UNITS))
@settings(max_examples=200)
def test_pieces_tile_a_window(start: datetime, span: timedelta, length: timedelta, unit: str, edges: str) -> None:
    precision, cuts = Unit(unit), Unit(edges if unit == "second" or edges != "second" else "day")
    length = max(length, span / 500)
    window = Window(precision.floor(start), precision.trim(start + span))
    pieces = split(window, length, cuts, precision.step)
    assert pieces[0].start == window.start
    assert pieces[-1].end == window.end
    for before, after in zip(pieces, pieces[1:], strict=False):
        assert before.start <= before.end
        assert after.start == before.end + precision.step, "no gap and no overlap at the cursor's precision"
        assert cuts.floor(after.start) == after.start, "inner edges lie on whole units"


@given(start=MOMENTS | EDGES, offset=st.timedeltas(timedelta(0), timedelta(days=90)), length=LENGTHS)
def test_a_moment_is_in_exactly_one_piece(start: datetime, offset: timedelta, length: timedelta) -> None:
    second = Unit("second")
    window = Window(start, start + timedelta(days=90))
    value = second.value(start + offset)
    for text in (value, value.replace("Z", ".999999Z")):  # fractions belong to their second
        held = [
            piece
            for piece in split(window, max(length, timedelta(hours=6)), Unit("day"), second.step)
            if piece.holds(text, second)
        ]
        assert len(held) == 1


@pytest.mark.parametrize(
    ("unit", "moment", "floor", "ceiling", "value"),
    [
        ("second", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
        ("day", "2024-02-29T23:59:59Z", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-29"),
        ("day", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29"),
        ("month", "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-29"),
        ("month", "2025-12-31T12:00:00Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z", "2025-12-31"),
        ("year", "2024-02-29T12:00:00Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2024-02-29"),
        ("year", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-01-01"),
    ],
)
def test_units(unit: str, moment: str, floor: str, ceiling: str, value: str) -> None:
    found = Unit(unit)
    assert iso(found.floor(parse(moment))) == floor
    assert iso(found.ceiling(parse(moment))) == ceiling
    assert found.value(parse(moment)) == value


@pytest.mark.parametrize(
    ("moment", "span", "earlier"),
    [
        ("2026-03-31T00:00:00Z", "P1M", "2026-02-28T00:00:00Z"),
        ("2024-03-31T00:00:00Z", "P1M", "2024-02-29T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "P1Y", "2023-02-28T00:00:00Z"),
        ("2026-03-01T00:00:00Z", "P1D", "2026-02-28T00:00:00Z"),
        ("2026-03-01T00:00:00Z", "PT1H", "2026-02-28T23:00:00Z"),
        ("0001-06-01T00:00:00Z", "P1Y", "0001-01-01T00:00:00Z"),
    ],
)
def test_going_back_by_calendar_units(moment: str, span: str, earlier: str) -> None:
    assert back(parse(moment), duration(span)) == parse(earlier)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-12", "2026-11-12T00:00:00Z"),
        ("2026-11-12 09:19:46Z", "2026-11-12T09:19:46Z"),
        ("2026-11-12T09:19:46+02:00", "2026-11-12T07:19:46Z"),
        ("2026-11-12T09:19:46.123456789Z", "2026-11-12T09:19:46Z"),
    ],
)
def test_cursor_values_of_every_form_are_read(text: str, moment: str) -> None:
    assert parse(text).replace(microsecond=0) == parse(moment)


@pytest.mark.parametrize("text", ["", "soon", "2026-99-99T99:99:99Z", "P1D", "9999-12-31T23:59:59-01:00"])
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@pytest.mark.parametrize("text", ["", "2026-01-01", "1 day"])
def test_what_is_no_duration_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        duration(text)


# How the filters of the manifest may be understood: quirks of the documentation, one switch each in the sandbox.
OPEN = [
    {"upper_bound": bound, "date_compare": unit}
    for bound in ("documented", "before", "at")
    for unit in ("instant", "date")
]
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
FILTERS: list[tuple[str, str, dict[str, Any], Any]] = [
    ("calls", "start_time", {"after": "StartTime>", "before": "StartTime<", "form": INSTANT, "slack": "day"}, rfc),
    ("messages", "date_sent", {"after": "DateSent>", "before": "DateSent<", "form": INSTANT, "slack": "day"}, rfc),
    (
        "recordings",
        "date_created",
        {"after": "DateCreated>", "before": "DateCreated<", "form": INSTANT, "slack": "day"},
        rfc,
    ),
    (
        "conferences",
        "date_updated",
        {"after": "DateUpdated>", "before": "DateUpdated<", "form": "%Y-%m-%d", "slack": "day"},
        rfc,
    ),
    ("alerts", "date_generated", {"after": "StartDate", "before": "EndDate", "form": INSTANT, "slack": "second"}, iso),
    (
        "executions",
        "date_created",
        {"after": "DateCreatedFrom", "before": "DateCreatedTo", "form": INSTANT, "slack": "second"},
        iso,
    ),
]


@given(
    start=MOMENTS | EDGES,
    span=st.timedeltas(timedelta(0), timedelta(days=40)),
    part=st.sampled_from([0, 0.5, 1]),
    switches=st.sampled_from(OPEN),
)
@pytest.mark.parametrize(("stream", "column", "declared", "form"), FILTERS, ids=[one[0] for one in FILTERS])
def test_no_row_of_a_window_is_left_out_by_its_filter(
    stream: str, column: str, declared: Any, form: Any, start: datetime, span: timedelta, part: float, switches: Any
) -> None:
    window = Window(start, Unit("second").trim(start + span))
    query = list(DateFilter(**declared).params(window).items())
    row = {column: form(start + (window.end - start) * part), "status": "in-progress"}
    tests = filters.tests(_TWILIO.resources[stream], query, 2e9, {**_TWILIO.switches, **switches})
    assert len(tests) >= 2 and all(test(row) for test in tests)


_TWILIO = Twilio(EmptyWorld())


def test_bounds_that_include_both_days_are_asked_as_they_are() -> None:
    usage = DateFilter("StartDate", "EndDate", "%Y-%m-%d")
    window = Window(parse("2024-02-01"), parse("2024-02-29"))
    assert usage.params(window) == {"StartDate": "2024-02-01", "EndDate": "2024-02-29"}


def test_density_of_a_page() -> None:
    assert rows_per_second(["2026-01-01T00:00:10Z", "2026-01-01T00:00:00Z"]) == 0.2
    assert rows_per_second(["2026-01-01T00:00:00Z"] * 5) == 5.0, "rows of one second have a density too"
    assert rows_per_second(["2026-01-01"] * 86400) == 1.0, "and so have rows of one day"


@pytest.mark.parametrize("density", [0.0, 1e-9, 1.0, 1e9, float("inf")])
@pytest.mark.parametrize("span", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_an_expected_number_of_pages_is_a_number(span: timedelta, density: float) -> None:
    assert pages_for(span, density, 1000) >= 0


@pytest.mark.parametrize(
    ("unit", "moment", "value"),
    [
        ("second", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("day", "0999-12-31T23:59:59Z", "0999-12-31"),
        ("second", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z"),
        ("day", "2026-11-21T12:00:00Z", "2026-11-21"),
    ],
)
def test_a_cursor_value_has_a_year_of_four_digits(unit: str, moment: str, value: str) -> None:
    assert Unit(unit).value(parse(moment)) == value
    assert parse(value) <= parse(moment)


@pytest.mark.parametrize("name", ["day", "month", "year"])
def test_windows_of_whole_days_begin_and_end_on_midnights(name: str) -> None:
    """Twilio's usage filters and the state take both ends as days: a second less than a day is the day before."""
    unit = Unit(name)
    pieces = split(Window(parse("2026-11-01"), parse("2026-11-05")), timedelta(days=2), Unit("day"), unit.step)
    assert [(piece.start, piece.end) for piece in pieces] == [
        (parse("2026-11-01"), parse("2026-11-02")),
        (parse("2026-11-03"), parse("2026-11-04")),
        (parse("2026-11-05"), parse("2026-11-05")),
    ]
