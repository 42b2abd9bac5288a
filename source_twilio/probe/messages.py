"""By what the list of messages is sorted, and where those stand that were never sent."""

from __future__ import annotations

from source_twilio.components.reading.far_end import KEPT, Search, earliest
from source_twilio.components.reading.order import LAST, Order
from source_twilio.components.rows.times import parse
from source_twilio.components.twilio.paging import place_of
from source_twilio.probe.findings import Finding, Question, either
from source_twilio.probe.reasons import Unknown
from source_twilio.probe.session import Page, Session

CURSOR = "date_sent"
LOOKS = 6  # at places far down the list; each costs two requests


def order_of_messages(session: Session) -> Finding:
    """The orders that fit the first page, and what stands behind the oldest message if one of them is that rows
    without a date come last."""
    page = session.page("messages")
    if len(page.rows) < 2:
        raise Unknown("fewer than two messages")
    order = Order(CURSOR)
    order.see(page.rows)
    told = ""
    if page.next_url and LAST in order.possible:
        told = _behind_the_oldest(session, order, page)
    if not order.possible:
        return either("in no order that follows a date, so the list is read to its end at each sync")
    fits = "; or ".join(sorted(order.possible))
    return either(f"{fits}{f' ({told})' if told else ''}")


def _behind_the_oldest(session: Session, order: Order, first: Page) -> str:
    """Look for the end of the list by the tokens of the filtered one, and learn the order from what is met."""
    newest = earliest(first.rows, CURSOR)
    search = Search(session.created or session.now - KEPT, newest, (session.now - newest) / 2)
    before = session.declared.filter("messages")
    for _ in range(LOOKS):
        moment = search.moment()
        if moment is None:
            break
        found = session.as_the_connector("messages", before.until(moment), size=1)
        if not found.rows or found.next_url is None:
            search.nothing_by(moment)
            continue
        page = session.page("messages", place_of(found.next_url))
        dates = [row[CURSOR] for row in page.rows if row.get(CURSOR)]
        if not page.rows or (dates and min(dates) > str(found.rows[0].get(CURSOR))):
            return "the end of the list cannot be reached by a token, so it is read to its end at each sync"
        order.see(page.rows)
        if LAST not in order.possible:
            return "learned from rows further down"
        if page.next_url is None or len(dates) < len(page.rows):
            where = "some stand" if len(dates) < len(page.rows) else "none stands"
            return f"no message without date_sent on the first page, {where} behind the oldest message"
        search.rows_at(parse(min(dates)))
    return "the end of the list was not reached; the connector looks further"


QUESTIONS = (
    Question("messages-order", "By what is the list of messages sorted, and where do those without date_sent stand?",
             "any: it is learned from the rows, and a list in no order is read to its end",
             "components/reading/order.py",
             order_of_messages),
)
