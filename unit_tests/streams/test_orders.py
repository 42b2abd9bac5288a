"""The list of messages in every order that Twilio may have it: nothing is lost, and no more is read than has to be.

Twilio's reference sorts it by DateSent and says nothing of messages without one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from time_machine import Traveller

from integration_tests.sandbox.accounts import MAIN
from unit_tests.support import Output, Syncs, iso, rfc
from unit_tests.support.dated_rows import DAY, HOUR, NOW, put, sids
from unit_tests.support.patches import chain_pages, page_size, states_at_every_page, walk_pages

ORDERS = ("created", "dated", "undated_first", "undated_last", "unordered")
PAGE = 50
A_DAY = 3
START = NOW - 51 * DAY


@dataclass
class Messages:
    """Messages of 202 days, a dozen pages of them; one in 40 is never sent, and one in 50 was scheduled, if wanted."""

    syncs: Syncs
    scheduled: bool
    never_sent: bool = True
    dates: dict[str, tuple[datetime, datetime | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(202 * A_DAY):
            self.put(number, NOW - timedelta(hours=24 * number / A_DAY, minutes=7))

    def put(self, number: int, created: datetime) -> None:
        """A message with its fate."""
        sent: datetime | None = created + timedelta(seconds=2)
        if self.scheduled and number % 50 == 7:
            sent = created + 3 * DAY
        if self.never_sent and number % 40 == 3:
            sent = None
        sid = f"SM{number:032x}"
        row = {"sid": sid, "account_sid": MAIN, "date_created": rfc(created), "date_sent": None, "num_media": "0"}
        later = [(sent, {"date_sent": rfc(sent)})] if sent else []
        self.syncs.twilio.put("messages", MAIN, row, since=created, later=later)
        self.dates[sid] = created, sent

    def a_day_later(self, now: datetime) -> None:
        """The messages of one more day."""
        for number in range(A_DAY):
            self.put(1000 + 40 * now.day + number, now + timedelta(hours=24 * number / A_DAY, minutes=7))

    def is_sent_after(self, sid: str, now: datetime) -> bool:
        """Whether a message is going to be sent."""
        sent = self.dates[sid][1]
        return sent is not None and sent > now

    def since(self, start: datetime, now: datetime) -> list[str]:
        """What a sync owes that begins at a moment."""
        owed = []
        for sid, (created, sent) in self.dates.items():
            is_sent = sent is not None and sent <= now
            if created <= now and (start <= sent if is_sent and sent else start <= created):
                owed.append(sid)
        return sorted(owed)


@pytest.fixture
def list_of(syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> Syncs:
    """Pages so short that this account is a large one."""
    page_size(monkeypatch, PAGE)
    syncs.config["start_date"] = iso(START)
    return syncs


def sort(syncs: Syncs, order: str) -> None:
    """Sort the list of messages."""
    if order == "unordered":
        syncs.twilio.set_switch("list_order", order)
    else:
        syncs.twilio.set_switch("messages_order", order)


def requests(syncs: Syncs) -> int:
    return len(syncs.asked("/Messages.json"))


def ended(output: Output) -> list[str]:
    return [line for line in output.lines if "read to its end" in line]


@pytest.mark.parametrize("scheduled", [False, True], ids=["sent at once", "scheduled"])
@pytest.mark.parametrize("order", ORDERS)
def test_exact_at_first_and_a_day_later(list_of: Syncs, clock: Traveller, order: str, scheduled: bool) -> None:
    sort(list_of, order)
    messages = Messages(list_of, scheduled)
    first = list_of.run("messages")
    assert sids(first, "messages") == messages.since(START, NOW)
    assert bool(ended(first)) == (order == "unordered")
    messages.a_day_later(NOW)
    clock.move_to(NOW + DAY)
    second = list_of.run("messages")
    assert sids(second, "messages") == messages.since(NOW - DAY, NOW + DAY)
    assert requests(list_of) <= (4 if order == "created" else 16)
    assert second.statuses("messages")[-1] == "COMPLETE"


@pytest.mark.parametrize("order", ORDERS[:4])
def test_without_an_undated_message_the_end_of_the_list_is_looked_at(
    list_of: Syncs, clock: Traveller, order: str
) -> None:
    """A few pages show nothing of where such a message would stand, so it is shown that none stands last."""
    sort(list_of, order)
    messages = Messages(list_of, scheduled=False, never_sent=False)
    assert sids(list_of.run("messages"), "messages") == messages.since(START, NOW)
    messages.a_day_later(NOW)
    clock.move_to(NOW + DAY)
    output = list_of.run("messages")
    assert sids(output, "messages") == messages.since(NOW - DAY, NOW + DAY)
    assert requests(list_of) <= 12 and not ended(output)
    asked = [unquote(one) for one in list_of.asked("/Messages.json")]
    oldest = f"PageToken=PASM{202 * A_DAY - 1:032x}"
    assert any("DateSent<=" in one and one.endswith("&PageSize=1") for one in asked)
    assert not any(oldest in one for one in asked), "the list has ended there"


def test_an_order_that_one_account_shows_need_not_be_proven_for_another(list_of: Syncs, clock: Traveller) -> None:
    sort(list_of, "dated")
    Messages(list_of, scheduled=True)
    other = f"AC{1:032x}"
    list_of.twilio.add_account(other, "token")
    for day in range(150):
        moment = NOW - day * DAY - HOUR
        row = {"sid": f"SM{9000 + day:032x}", "account_sid": other, "date_created": rfc(moment), "num_media": "0"}
        list_of.twilio.put("messages", other, {**row, "date_sent": rfc(moment)}, since=moment)
    list_of.config |= {"subaccounts": {"mode": "all"}, "num_workers": 1}
    list_of.run("messages")
    asked = [unquote(one) for one in list_of.asked(f"{other}/Messages.json")]
    assert not any("DateSent" in one for one in asked)


@pytest.mark.parametrize("answer", ["offset", "filters", "refuse"])
@pytest.mark.parametrize("order", ORDERS[:4])
def test_where_no_token_leads_to_the_end_the_list_is_read_to_it(list_of: Syncs, order: str, answer: str) -> None:
    sort(list_of, order)
    list_of.twilio.set_switch("page_token", "opaque")
    list_of.twilio.set_switch("foreign_page_token", answer)
    messages = Messages(list_of, scheduled=False, never_sent=order == "undated_last")
    output = list_of.run("messages")
    assert sids(output, "messages") == messages.since(START, NOW)
    assert len(ended(output)) == 1 and "date_sent" in ended(output)[0]


@pytest.mark.parametrize("scheduled", [False, True], ids=["sent at once", "scheduled"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("killed_at", [20, 130, 270])
def test_killed_anywhere(
    list_of: Syncs, monkeypatch: pytest.MonkeyPatch, order: str, scheduled: bool, killed_at: int
) -> None:
    states_at_every_page(monkeypatch)
    chain_pages(monkeypatch, 1)
    sort(list_of, order)
    list_of.config |= {"num_workers": 2, "start_date": iso(NOW - 150 * DAY)}
    messages = Messages(list_of, scheduled)
    seen = set(sids(list_of.run("messages", stop_after=killed_at), "messages"))
    again = set(sids(list_of.run("messages"), "messages"))
    assert seen | again == set(messages.since(NOW - 150 * DAY, NOW))


@pytest.mark.parametrize("order", ORDERS[:4])
def test_messages_that_arrive_and_are_sent_meanwhile(list_of: Syncs, clock: Traveller, order: str) -> None:
    """They move within the list while it is read, to where the next sync reads them; whatever stays has to come."""
    sort(list_of, order)
    list_of.config["num_workers"] = 1
    messages = Messages(list_of, scheduled=True)
    for number in range(60):  # new ones, sent some minutes later
        created = NOW + timedelta(minutes=number)
        sid, sent = f"SM{5000 + number:032x}", created + timedelta(minutes=9)
        row = {"sid": sid, "account_sid": MAIN, "date_created": rfc(created), "date_sent": None, "num_media": "0"}
        list_of.twilio.put("messages", MAIN, row, since=created, later=[(sent, {"date_sent": rfc(sent)})])
        messages.dates[sid] = created, sent
    owed = {sid for sid in messages.since(START, NOW) if not messages.is_sent_after(sid, NOW)}
    real = list_of.twilio.now
    step = iter(range(10_000))
    list_of.twilio.now = lambda: real() + 60 * next(step)
    first = sids(list_of.run("messages"), "messages")
    assert owed <= set(first) and len(first) == len(set(first))
    list_of.twilio.now = real
    clock.move_to(NOW + 2 * HOUR)
    second = set(sids(list_of.run("messages"), "messages"))
    assert set(messages.since(NOW - DAY, NOW + 2 * HOUR)) <= second


@pytest.mark.parametrize("order", ["created", "dated"])
def test_scheduled_messages_turn_no_chain_off(list_of: Syncs, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    page_size(monkeypatch, 5)
    chain_pages(monkeypatch, 4)
    sort(list_of, order)
    messages = Messages(list_of, scheduled=True)
    assert sids(list_of.run("messages"), "messages") == messages.since(START, NOW)
    asked = [unquote(one) for one in list_of.asked("/Messages.json")]
    assert sum("DateSent<=" in one and one.endswith("PageSize=1") for one in asked) >= 7, "beginnings of chains"


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("walked", [0, 3000], ids=["windows for the dated", "all by the walk"])
def test_an_order_that_is_lost_in_the_middle(
    list_of: Syncs, monkeypatch: pytest.MonkeyPatch, workers: int, walked: int
) -> None:
    """The chain below it has ended by then, and goes on to the end of the list."""
    chain_pages(monkeypatch, 1)
    walk_pages(monkeypatch, walked)
    sort(list_of, "created")
    list_of.config["num_workers"] = workers
    wanted = []
    for number in range(600):
        newer = {range(150, 180): 140, range(540, 570): 340}
        place = NOW - number * 4 * HOUR - HOUR
        at = place + 4 * HOUR * sum(by for numbers, by in newer.items() if number in numbers)
        sid, sent = f"SM{number:032x}", None if number % 7 == 0 else at
        row = {"sid": sid, "account_sid": MAIN, "date_created": rfc(place), "date_sent": None, "num_media": "0"}
        shown = {"date_created": rfc(at), "date_sent": rfc(sent) if sent else None}
        list_of.twilio.put("messages", MAIN, row, since=place, later=[(place, shown)])
        wanted += [sid] if at >= START else []
    output = list_of.run("messages")
    assert sids(output, "messages") == sorted(wanted)
    assert len(ended(output)) == 1


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("undated", [0, 1, 9])
def test_lists_of_calls_by_status(
    syncs: Syncs, monkeypatch: pytest.MonkeyPatch, clock: Traveller, order: str, undated: int
) -> None:
    """Those that were never dialled may stand behind years of failed ones."""
    page_size(monkeypatch, 10)
    syncs.config["start_date"] = iso(START)
    syncs.twilio.set_switch(*(("list_order", order) if order == "unordered" else ("calls_order", order)))
    wanted = []
    for number in range(300):
        created = NOW - number * 12 * HOUR - HOUR
        is_undated = 0 < undated > number % 40
        sid = put(syncs, "calls", number, created, None if is_undated else created, status="failed")
        wanted += [sid] if created >= START else []
    assert sids(syncs.run("calls"), "calls") == sorted(wanted)
    clock.move_to(NOW + DAY)
    late = put(syncs, "calls", 999, NOW + HOUR, None, status="failed")
    assert late in sids(syncs.run("calls"), "calls")
    assert len(syncs.asked("Status=failed")) <= (35 if order == "unordered" else 12)
