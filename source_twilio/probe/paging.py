"""How lists are cut into pages: page sizes, next pages and their tokens."""

from __future__ import annotations

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.rows.times import parse
from source_twilio.components.twilio.errors import Refused
from source_twilio.components.twilio.paging import place_of
from source_twilio.probe.declared import product_of
from source_twilio.probe.findings import Finding, Question, either, yes
from source_twilio.probe.reasons import Unknown, Wrong, no_access, said
from source_twilio.probe.session import Page, Session

OVER = ("incoming_phone_numbers", "services", "sync_services")  # a list of 1,000 and two of 100
VERIFY_SIZES = (1000, 100, 50, 25)
SEVERAL = 50
PAGED = ("messages", "calls", "recordings")


def next_page(session: Session) -> Finding:
    """The page after a page of one row."""
    stream, first = _first(session)
    again = session.follow(stream, first.next_url or "")
    if _keys(again) == _keys(first):
        raise Wrong("the next page repeats the first one")
    return yes("it has the next row")


def token_life(session: Session) -> Finding:
    """The same next page once more, at the end of the probe."""
    stream, first = _first(session)
    before = session.follow(stream, first.next_url or "")
    try:
        again = session.follow(stream, first.next_url or "", fresh=True)
    except Refused as refusal:
        raise Wrong(f"the second time it was refused ({said(refusal)})") from refusal
    return yes("it answers again with " + ("the same row" if _keys(before) == _keys(again) else "other rows"))


def token_elsewhere(session: Session) -> Finding:
    """The token of a filtered list of messages in the unfiltered one, against what that shows behind the same row."""
    listed = session.page("messages")
    whole, sent = _keys(listed), [row["date_sent"] for row in listed.rows if row.get("date_sent")]
    if len(sent) < 3:
        raise Unknown("fewer than three messages that were sent")
    until = session.declared.filter("messages").until(parse(sent[len(sent) // 2]))
    newest = session.as_the_connector("messages", until, size=1)
    if not newest.next_url or newest.rows[0]["sid"] not in whole[:-1]:
        raise Unknown(f"no such message among the newest {len(whole):,}")
    behind = whole[whole.index(newest.rows[0]["sid"]) + 1 :]
    try:
        page = _keys(session.page("messages", place_of(newest.next_url), size=SEVERAL))
    except Refused as refusal:
        return either(f"refused ({said(refusal)})")
    return either("it begins behind the same row" if page == behind[: len(page)] else "it begins or goes on elsewhere")


def _first(session: Session) -> tuple[str, Page]:
    for stream in PAGED:
        page = session.page(stream, size=1)
        if page.next_url:
            return stream, page
    raise Unknown(f"fewer than two rows in {', '.join(PAGED)}")


def _keys(page: Page) -> list[str]:
    return [row["sid"] for row in page.rows]


def same_host(session: Session) -> Finding:
    """Every next page that was named so far."""
    if session.strayed:
        raise Wrong(f"{', '.join(sorted(session.strayed))}: named on another host, so it is not followed")
    if not session.linked:
        raise Unknown("no list had a second page")
    return yes(f"{len(session.linked)} {'product' if len(session.linked) == 1 else 'products'} named one")


def declared_sizes(session: Session) -> Finding:
    """One list of each product with the page size that the connector asks for."""
    refused, lowered, untold, accepted = [], [], [], 0
    for product, stream in session.declared.list_of_each_product().items():
        if session.lacks(product):
            continue
        row = session.row(stream)
        asked = row["page_size"]
        try:
            page = session.page(stream, context={name: values[0] for name, values in row.get("among", {}).items()})
        except Refused as refusal:
            if refusal.status == 400:
                refused.append(f"{product} refused {asked:,} ({said(refusal)})")
            else:
                untold.append(product)
            continue
        except (Unknown, AirbyteTracedException):
            untold.append(product)
            continue
        accepted += 1
        if page.size is not None and page.size < asked:
            lowered.append(f"{product} made {page.size:,} of {asked:,}")
    if refused:
        raise Wrong("; ".join(refused))
    if not accepted:
        raise Unknown("no list could be read")
    return yes("; ".join([f"{accepted} products accepted it", *lowered,
                          *([f"could not tell: {', '.join(untold)}"] if untold else [])]))


def above_maximum(session: Session) -> Finding:
    """One row more than the declared maximum."""
    told = []
    for stream in OVER:
        product, most = product_of(session.row(stream)), session.row(stream)["page_size"]
        if session.lacks(product):
            continue
        try:
            size = session.page(stream, size=most + 1).size
        except Refused as refusal:
            if no_access(refusal):
                continue
            told.append(f"{product}: refused ({said(refusal)})")
        else:
            told.append(f"{product}: {'no page size in the answer' if size is None else f'{size:,} of {most + 1:,}'}")
    if not told:
        raise Unknown("none of the lists may be read")
    return either("; ".join(told))


def verify_without_size(session: Session) -> Finding:
    """Verify's services, as the connector asks for them."""
    size = session.as_the_connector("verify_services", {}).size
    return yes("it answers" + (f" with pages of {size}" if size else ""))


def verify_sizes(session: Session) -> Finding:
    """Verify's services with page sizes from the largest down to the first that it takes."""
    told = []
    for size in VERIFY_SIZES:
        try:
            page = session.page("verify_services", size=size)
        except Refused as refusal:
            if no_access(refusal):
                raise
            told.append(f"{size:,} refused ({said(refusal)})")
        else:
            in_force = f", answered with {page.size:,}" if page.size not in (None, size) else ""
            return either("; ".join([*told, f"{size:,} accepted{in_force}"]))
    return either("; ".join(told))


def events_pages(session: Session) -> Finding:
    """TaskRouter's events, one a page."""
    context = workspace(session)
    window = session.declared.window("taskrouter_events", session.days_ago(29), session.days_ago(0))
    first = session.as_the_connector("taskrouter_events", window, size=1, context=context)
    if first.next_url:
        same = _keys(session.follow("taskrouter_events", first.next_url)) == _keys(first)
        return either(f"it names a next page, which has {'the same' if same else 'other'} events")
    if len(session.page("taskrouter_events", window, size=2, context=context).rows) < 2:
        raise Unknown("fewer than two events")
    return either("no next page is named, though there are more events")


def workspace(session: Session) -> dict[str, str]:
    """The placeholders of the first TaskRouter workspace. Raises Unknown where there is none."""
    for row in session.page("workspaces").rows:
        return {"workspace_sid": row["sid"]}
    raise Unknown("no TaskRouter workspace")


FIRST = (
    Question("next-page", "Does the next page go on behind this one?", "yes", "components/twilio/paging.py", next_page),
)
QUESTIONS = (
    Question("messages-token", "Where does a page token of the filtered messages lead in the unfiltered list?",
             "behind the same row: a long list is read from several places at once", "components/reading/chains.py",
             token_elsewhere),
    Question("verify-no-size", "Does Verify answer without PageSize?", "yes", "verify_services.page_size",
             verify_without_size),
    Question("verify-size", "Which PageSize does Verify take?", "any: none is sent; recorded: 50 taken, 1,000 not",
             "verify_services.page_size", verify_sizes),
    Question("size-above", "What becomes of a PageSize above the maximum?", "any: it is never sent",
             "services.page_size", above_maximum),
    Question("taskrouter-pages", "Have TaskRouter's events further pages?",
             "either: a full page is asked for again by shorter windows", "definitions.one_page", events_pages),
)
LAST = (
    Question("token-life", "Does a page token answer a second time, at the end?", "yes",
             "components/twilio/requester.py", token_life),
    Question("size-declared", "Do all products take the page size that is asked for?", "yes",
             "components/twilio/requester.py", declared_sizes),
    Question("next-host", "Are next pages on the host that was asked?", "yes: others are not followed",
             "components/twilio/paging.py", same_host),
)
