"""Hostile and broken answers: nothing crashes, and the rows beside an odd one come out as they would without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from integration_tests.matrix.runs import HASTY, Outcome
from integration_tests.matrix.world import Scene
from integration_tests.sandbox.accounts import MAIN

ELSEWHERE = f"AC{'e' * 32}"
BEFORE, ODD, AFTER = (f"SM{number:032x}" for number in (1, 2, 3))
YESTERDAY = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=1)
CREATED = format_datetime(YESTERDAY)


def row(key: str, **columns: Any) -> str:
    """A message as JSON text."""
    return json.dumps(
        {
            "sid": key,
            "account_sid": MAIN,
            "status": "sent",
            "date_created": CREATED,
            "date_updated": CREATED,
            "date_sent": CREATED,
            "num_media": "0",
            "body": "Grüße 🎉",
            **columns,
        }
    )


def with_text(column: str, text: str) -> str:
    """The odd message, one column of which is the given JSON text."""
    return row(ODD, **{column: "PLACE"}).replace('"PLACE"', text)


def nested(depth: int) -> str:
    """A value in so many lists and objects."""
    return '{"a":[' * (depth // 2) + "1" + "]}" * (depth // 2)


# name: the odd message, and the values it may leave with (anything where there are none)
ODDITIES: dict[str, str] = {
    "a field of ten megabytes": with_text("body", json.dumps("x" * 10_000_000)),
    "a hundred deep": with_text("tags", nested(100)),
    "six hundred deep": with_text("tags", nested(600)),
    "six hundred deep where text belongs": with_text("body", nested(600)),
    "a NUL byte": with_text("body", '"a\\u0000b"'),
    "a raw control character": with_text("body", '"a\u0001b\nc"'),
    "a line separator": with_text("body", json.dumps("a\u2028b\u0085c", ensure_ascii=False)),
    "a lone surrogate": with_text("body", '"a\\ud83db"'),
    "half a surrogate pair as bytes": with_text("body", '"a\ud83db"'),
    "a lone surrogate in a name": with_text("body", '"x","bad\\udc00name":"y"'),
    "NaN": with_text("price", "NaN"),
    "infinity": with_text("price", "-Infinity"),
    "a number beyond all floats": with_text("price", "1e999"),
    "an integer of fifty digits": with_text("num_segments", "9" * 50),
    "an integer of ten thousand digits": with_text("num_segments", "9" * 10_000),
    "the same as text": with_text("num_segments", json.dumps("9" * 10_000)),
    "a column twice": with_text("body", '"one","body":"two"'),
    "a column without a name": with_text("body", '"x","":"y"'),
    "ten thousand columns": row(ODD, **{f"column_{number}": number for number in range(10_000)}),
    "a list where text belongs": with_text("body", "[1, {}]"),
    "an object where a number belongs": with_text("price", '{"amount": 1}'),
    "a boolean where a date belongs": with_text("date_updated", "true"),
    "a day that does not exist": with_text("date_updated", '"Fri, 99 May 2019 17:44:46 +0000"'),
    "a date in year zero": with_text("date_updated", '"0000-00-00T00:00:00Z"'),
    "a cursor that is no date": with_text("date_sent", '"2026-99-99T99:99:99Z"'),
    "a cursor that is a number": with_text("date_sent", "20261120"),
    "a date of creation that is none": with_text("date_created", '"yesterday"'),
    "a key that is a number": with_text("sid", "17"),
    "a key that is missing": with_text("sid", "null"),
    "an account that is another": with_text("account_sid", json.dumps(ELSEWHERE)),
    "a number of media that is none": with_text("num_media", '"-1e400"'),
}


def strictly(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def lines_of(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Every line of the output, which has to be JSON to the letter, in UTF-8."""
    for line in outcome.raw.decode("utf-8", "strict").rstrip("\n").split("\n"):
        yield json.loads(line, parse_constant=strictly)


@pytest.mark.parametrize("name", ODDITIES)
def test_an_odd_row_leaves_its_neighbours_alone(name: str, scene: Scene) -> None:
    text = f'{{"messages": [{row(BEFORE)}, {ODDITIES[name]}, {row(AFTER)}], "next_page_uri": null}}'
    scene.control.add_fault("body", url=r"/Messages\.json", account=MAIN, status=200, body=text)
    outcome = scene.read(["messages", "calls"], retry=HASTY)
    assert (outcome.exit_code, outcome.errors(), outcome.complete) == (0, [], {"messages", "calls"})
    messages = [
        line["record"]["data"]
        for line in lines_of(outcome)
        if line["type"] == "RECORD" and line["record"]["stream"] == "messages"
    ]
    good = {
        "account_sid": MAIN,
        "status": "sent",
        "body": "Grüße 🎉",
        "num_media": 0,
        "date_sent": YESTERDAY.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    for sid in (BEFORE, AFTER):
        (neighbour,) = [one for one in messages if one.get("sid") == sid]
        assert {column: neighbour[column] for column in good} == good
    ours = [one for one in messages if one["account_sid"] in (MAIN, ELSEWHERE)]
    assert len(ours) == 3  # the odd one is not dropped in silence
    assert MAIN in outcome.cursors("messages")
    assert scene.wrong(["calls"], outcome) == []


@pytest.mark.parametrize(
    "body",
    [
        '{"messages": ' + "[" * 200_000 + "]" * 200_000 + "}",
        "[" * 1_000_000,
        '{"messages": [' + "{}," * 10 + "null]}",
        '{"messages": [1, 2]}',
        '{"messages": {"0": {}}}',
        "\u0000",
        '"messages"',
        "nul",
        '{"messages": [{}]',
        "\ufeff{}",
        '{"messages"',
    ],
    ids=[
        "200,000 deep",
        "a million brackets",
        "a null among the rows",
        "numbers",
        "an object",
        "a NUL byte",
        "text",
        "half a word",
        "cut off",
        "a byte order mark",
        "half a name",
    ],
)
def test_an_answer_that_is_no_page_fails_its_stream_alone(body: str, scene: Scene) -> None:
    scene.control.add_fault("body", url=r"/Messages\.json", account=MAIN, status=200, body=body)
    outcome = scene.read(["messages", "calls"], retry=HASTY)
    assert list(lines_of(outcome))
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {"messages"}, {"calls"})
    (error,) = outcome.errors_of("messages")
    assert error["failure_type"] == "transient_error" and MAIN in error["message"]
    assert MAIN not in outcome.cursors("messages")
    assert scene.wrong(["calls"], outcome) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("sid", "null"),
        ("sid", "17"),
        ("sid", '"../../Accounts"'),
        ("sid", '"a/b?c#d"'),
        ("sid", "{}"),
        ("sid", '"\\ud800"'),
    ],
)
def test_an_odd_parent_asks_for_nothing_elsewhere(column: str, value: str, scene: Scene) -> None:
    odd = with_text(column, value).replace('"num_media": "0"', '"num_media": "1"')
    scene.control.add_fault(
        "body", url=r"/Messages\.json", account=MAIN, status=200, body=f'{{"messages": [{odd}], "next_page_uri": null}}'
    )
    outcome = scene.read(["message_media", "calls"], retry=HASTY)
    assert "calls" in outcome.complete
    assert list(lines_of(outcome))
    if outcome.exit_code:
        (error,) = outcome.errors_of("message_media")
        assert "message_media" in error["message"] and "Traceback" not in error["message"]
        assert not re.fullmatch(r"'?\w+'?", error["message"])
    place = re.compile(
        rf"/2010-04-01/Accounts/{MAIN}/Messages/[^/]+/Media\.json|.*/Messages\.json|.*/Calls\.json|.*/Accounts\.json"
    )
    for one in scene.control.requests():
        assert place.fullmatch(one["path"]) or one["account"] != MAIN, one["path"]


@pytest.mark.parametrize(
    "body",
    [{"rows": []}, {}, {"code": 20003, "message": "Authenticate", "status": 401, "more_info": "https://x"}],
    ids=["other columns", "nothing", "an error with status 200"],
)
@pytest.mark.parametrize(
    ("stream", "path"), [("account_balance", "/Balance.json"), ("voice_pricing_countries", "/Countries/GB")]
)
def test_an_object_of_another_shape_is_no_row(stream: str, path: str, body: dict[str, Any], scene: Scene) -> None:
    scene.control.add_fault("json", url=path, body=body)
    outcome = scene.read([stream, "calls"], retry=HASTY)
    assert (outcome.exit_code, outcome.incomplete, outcome.complete) == (1, {stream}, {"calls"})
    assert outcome.errors_of(stream)
    assert [one for one in scene.wrong([stream], outcome) if not one.endswith("missing")] == []


def test_headers_that_are_odd_do_no_harm(scene: Scene) -> None:
    headers = {
        "Date": "Fri, 31 Dec 9999 23:59:60 GMT",
        "Content-Type": "text/html",
        "X-Long": "x" * 60_000,
        "Twilio-Concurrent-Requests": "many",
        "Set-Cookie": "session=1; Domain=twilio.com",
        "Link": "<https://x>; rel=next",
    }
    scene.control.add_fault("stall", seconds=0, headers=headers)
    outcome = scene.read(["messages", "alerts"])
    assert (outcome.exit_code, outcome.errors()) == (0, [])
    assert scene.wrong(["messages", "alerts"], outcome) == []
