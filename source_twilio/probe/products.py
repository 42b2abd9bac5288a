"""What products other than messages and calls do: Voice Insights, Conversations, Regions."""

from __future__ import annotations

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.reading.reader import CREDENTIALS
from source_twilio.components.rows.records import Row
from source_twilio.components.rows.times import parse
from source_twilio.components.state.units import SECOND
from source_twilio.components.twilio.errors import NOT_ACTIVE, Refused
from source_twilio.probe.bounds import own_window
from source_twilio.probe.findings import Finding, Question, either
from source_twilio.probe.order import conversations
from source_twilio.probe.reasons import Unknown, Wrong, said
from source_twilio.probe.session import Session

TIMES = ("start_time", "end_time", "created_time")
MOST_PRODUCTS = 4


def insights(session: Session) -> Finding:
    """Call summaries of the last 29 days."""
    try:
        rows = _summaries(session)
    except Refused as refusal:
        if refusal.status in (401, 403, 404) and refusal.code not in (None, *CREDENTIALS, *NOT_ACTIVE):
            return either(f"refused ({said(refusal)})")
        if refusal.code == 20003 and session.account_refusal is None:  # the credentials are right
            raise Wrong(f"refused like wrong credentials ({said(refusal)})") from refusal
        raise
    return either("there are summaries" if rows else "an empty list")


def _summaries(session: Session) -> list[Row]:
    window = session.declared.window("call_summaries", session.days_ago(29), session.days_ago(0))
    return session.page("call_summaries", window).rows


def insights_filter(session: Session) -> Finding:
    """A call summary in windows around each of its times."""
    for row in _summaries(session):
        times = [parse(str(row[name])) for name in TIMES if row.get(name)]
        if len(times) == len(TIMES) and min(abs(a - b) for a in times for b in times if a is not b) > 5 * SECOND:
            break
    else:
        raise Unknown("no call summary with three different times")
    for name in TIMES:
        moment = parse(str(row[name])).replace(microsecond=0)
        query = session.declared.window("call_summaries", moment, moment + SECOND)
        shown = session.as_the_connector("call_summaries", query, size=50)
        if any(one["call_sid"] == row["call_sid"] for one in shown.rows):
            return either(f"by {name}")
    raise Wrong("by none of its times")


def insights_window(session: Session) -> Finding:
    """The connector's own window around the creation of a call summary."""
    return own_window(session, "call_summaries", session.declared.window(
        "call_summaries", session.days_ago(29), session.days_ago(0)))


def messages_move_conversations(session: Session) -> Finding:
    """The newest message of a conversation against the conversation's date_updated."""
    for service, conversation in conversations(session):
        messages = session.page("conversation_messages", size=50, context={
            "chat_service_sid": service, "conversation_sid": conversation["sid"]}).rows
        created = max((str(row["date_created"]) for row in messages if row.get("date_created")), default="")
        updated = str(conversation.get("date_updated") or "")
        if not created or not updated or created >= session.began:
            continue
        if parse(created) > parse(updated) + SECOND:
            return either("it does not move")
        if parse(updated) <= parse(created) + 2 * SECOND:
            return either("it moves")
    raise Unknown("no conversation whose last change was a message among the first")


def chat_host(session: Session) -> Finding:
    """The host of the API before Conversations."""
    try:
        session.get("chat", "/v2/Services?PageSize=1", once=True)
    except Refused as refusal:
        return either(f"refused ({said(refusal)})")
    except AirbyteTracedException:
        return either("it does not answer")
    return either("it answers")


def regional_products(session: Session) -> Finding:
    """Products that the manifest says the account's Region lacks."""
    missing = {product: stream for product, stream in session.declared.list_of_each_product().items()
               if session.lacks(product)}
    if not missing:
        raise Unknown(f"the Region is {session.region}, which has every product")
    told = []
    for product, stream in list(missing.items())[:MOST_PRODUCTS]:
        context = {name: values[0] for name, values in session.row(stream).get("among", {}).items()}
        try:
            session.page(stream, size=1, context=context, once=True)
        except Refused as refusal:
            told.append(f"{product}: refused ({said(refusal)})")
        except AirbyteTracedException:
            told.append(f"{product}: no answer")
        else:
            raise Wrong(f"{product} answers in this Region, and the connector does not read it")
    return either("; ".join(told))


QUESTIONS = (
    Question("insights-off", "What does Voice Insights answer with and without Advanced Features?",
             "rows, none, or a refusal in its own words", "definitions.optional_products.insights", insights),
    Question("insights-filter", "Which time do StartTime and EndTime of call summaries look at?",
             "any: a day more is asked for", "call_summaries.early", insights_filter),
    Question("insights-window", "Does the connector's own window of call_summaries show all of its rows?", "yes",
             "call_summaries.early", insights_window),
    Question("conversation-moves", "Does a new message move a conversation's date_updated?",
             "either: every open conversation is asked; recorded: it does not", "conversation_messages.parent.where",
             messages_move_conversations),
    Question("chat-host", "Does chat.twilio.com still answer?", "either: it is not asked", "services.url", chat_host),
    Question("regional-products", "Does the Region lack the products that the connector leaves out?", "yes",
             "definitions.regional_products", regional_products),
)
