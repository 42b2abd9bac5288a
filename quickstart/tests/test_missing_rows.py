"""From the wire to the report: an account whose usage is the sum of its traffic adds up, and a missing row shows."""

from __future__ import annotations

import re
import time
from pathlib import Path

from integration_tests.sandbox import Sandbox, times
from integration_tests.sandbox.accounts import MAIN
from quickstart.report.queries import FOLDER, Asker, Question
from quickstart.tests.test_quickstart import configured, finish, start

STREAMS = "--streams=messages,calls,usage_records"
DAY = times.midnight(time.time()) - 9 * times.DAY


def fill(sandbox: Sandbox) -> None:
    """Three SMS, one of them failed, an MMS and a call on a day, and what Twilio counts of them."""
    for n, (status, media) in enumerate((("delivered", "0"), ("sent", "0"), ("failed", "0"), ("received", "2"))):
        when = times.rfc(DAY + 3600 * n)
        dates = {"date_sent": when, "date_created": when, "date_updated": when}
        row = {"sid": f"SM{n:032}", "account_sid": MAIN, "status": status, "num_media": media, "direction": "inbound"}
        sandbox.control.put("messages", MAIN, {**row, **dates})
    when = times.rfc(DAY)
    dates = {"start_time": when, "end_time": when, "date_created": when, "date_updated": when}
    sandbox.control.put("calls", MAIN, {"sid": "CA" + "1" * 32, "account_sid": MAIN, "status": "completed", **dates})
    for category, count in (("sms", "2"), ("mms", "1"), ("calls", "1")):
        day = {"start_date": times.day(DAY), "end_date": times.day(DAY), "price": "0.02", "price_unit": "usd"}
        row = {"account_sid": MAIN, "category": category, "count": count, "usage": count, **day}
        sandbox.control.put("usage_records", MAIN, row, since=DAY)


def test_a_message_that_is_not_read_is_named(tmp_path: Path) -> None:
    arguments = (configured(tmp_path, start_date=times.iso(DAY)), STREAMS)
    with Sandbox(empty=True) as sandbox:
        fill(sandbox)
        output, errors, code = finish(start(tmp_path, *arguments, environment=sandbox.environment()))
        assert (errors, code) == ("", 0)
        assert re.search(r"Adds up +yes, on all 1 days of an account: as many rows as Twilio counted", output)

        sandbox.control.delete("messages", MAIN, f"SM{1:032}")
        process = start(tmp_path, *arguments, "--database=less.duckdb", environment=sandbox.environment())
        output, errors, code = finish(process)
        assert (errors, code) == ("", 0)
        assert re.search(r"Adds up +no, on 1 of 1 days of an account", output)
    with Asker(tmp_path / "less.duckdb") as asker:
        rows = asker.ask(Question.of(FOLDER / "09_does_it_add_up.sql")).rows
    assert [(str(row[0]), *row[2:6]) for row in rows if row[5]] == [(times.day(DAY), "sms", 2, 1, -1)]
