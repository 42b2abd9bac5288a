"""One JSON text per kind of row, of the size and shape Twilio documents, with %(name)s where rows differ."""

from __future__ import annotations

import json
import re

API = "/2010-04-01/Accounts/%(account)s"
TEXT = (
    "your order has left the warehouse and will be with you between nine and twelve today; reply STOP to opt out, HELP "
    "for help. Track it with the number you got by mail \\u2013 thank you for shopping with us and see you soon again"
)
WORDS = TEXT.split()
BODIES = tuple(" ".join((WORDS * 2)[start : start + 6 + start % 12]) for start in range(len(WORDS)))


def _template(row: dict[str, object]) -> str:
    """The row as compact JSON; text of the form "=%(name)s" loses its quotes, for numbers, null and the like."""
    return json.dumps(row, separators=(",", ":")).replace('"=%(', "%(").replace(')s="', ")s")


def _uris(path: str, names: str, query: str = "") -> dict[str, str]:
    """Addresses below one resource: "AddOnResults" becomes add_on_results."""
    keys = {name: re.sub(r"\B(?=[A-Z])", "_", name).lower() for name in names.split()}
    return {key: f"{path}/{name}.json{query}" for name, key in keys.items()}


MESSAGE = _template(
    {
        "account_sid": "%(account)s",
        "api_version": "2010-04-01",
        "body": "%(body)s",
        "date_created": "%(created)s",
        "date_sent": "=%(dated)s=",
        "date_updated": "%(updated)s",
        "direction": "%(direction)s",
        "error_code": "=%(error)s=",
        "error_message": None,
        "from": "%(from)s",
        "messaging_service_sid": "MG%(service)s",
        "num_media": "%(media)d",
        "num_segments": "1",
        "price": "=%(price)s=",
        "price_unit": "USD",
        "sid": "%(sid)s",
        "status": "%(status)s",
        "subresource_uris": _uris(f"{API}/Messages/%(sid)s", "Media Feedback"),
        "to": "%(to)s",
        "uri": f"{API}/Messages/%(sid)s.json",
    }
)

CALL = _template(
    {
        "account_sid": "%(account)s",
        "annotation": None,
        "answered_by": None,
        "api_version": "2010-04-01",
        "caller_name": "",
        "date_created": "%(created)s",
        "date_updated": "%(updated)s",
        "direction": "%(direction)s",
        "duration": "%(duration)d",
        "end_time": "=%(ended)s=",
        "forwarded_from": "%(to)s",
        "from": "%(from)s",
        "from_formatted": "(305) 141-6799",
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": "PN%(service)s",
        "price": "=%(price)s=",
        "price_unit": "USD",
        "queue_time": "0",
        "sid": "%(sid)s",
        "start_time": "=%(dated)s=",
        "status": "%(status)s",
        "subresource_uris": _uris(
            f"{API}/Calls/%(sid)s",
            "Notifications Recordings Payments Events Siprec Streams Transcriptions UserDefinedMessageSubscriptions "
            "UserDefinedMessages",
        ),
        "to": "%(to)s",
        "to_formatted": "(305) 191-3581",
        "trunk_sid": "",
        "uri": f"{API}/Calls/%(sid)s.json",
    }
)

USAGE = _template(
    {
        "account_sid": "%(account)s",
        "api_version": "2010-04-01",
        "as_of": "%(as_of)s",
        "category": "%(category)s",
        "count": "%(count)d",
        "count_unit": "messages",
        "description": "Usage of %(category)s",
        "end_date": "%(end)s",
        "price": "%(price)s",
        "price_unit": "usd",
        "start_date": "%(start)s",
        "subresource_uris": _uris(
            f"{API}/Usage/Records",
            "AllTime Daily LastMonth Monthly ThisMonth Today Yearly Yesterday",
            "?Category=%(category)s",
        ),
        "uri": f"{API}/Usage/Records/Daily.json?Category=%(category)s&StartDate=%(start)s&EndDate=%(end)s",
        "usage": "%(count)d",
        "usage_unit": "messages",
    }
)

CONFERENCE = _template(
    {
        "account_sid": "%(account)s",
        "api_version": "2010-04-01",
        "call_sid_ending_conference": None,
        "date_created": "%(created)s",
        "date_updated": "%(updated)s",
        "friendly_name": "Room %(index)d",
        "reason_conference_ended": "last-participant-left",
        "region": "us1",
        "sid": "%(sid)s",
        "status": "completed",
        "subresource_uris": _uris(f"{API}/Conferences/%(sid)s", "Participants Recordings"),
        "uri": f"{API}/Conferences/%(sid)s.json",
    }
)

RECORDING = _template(
    {
        "account_sid": "%(account)s",
        "api_version": "2010-04-01",
        "call_sid": "CA%(service)s",
        "channels": 1,
        "conference_sid": None,
        "date_created": "%(created)s",
        "date_updated": "%(updated)s",
        "duration": "%(duration)d",
        "encryption_details": None,
        "error_code": None,
        "media_url": f"https://api.twilio.com{API}/Recordings/%(sid)s",
        "price": "-0.00250",
        "price_unit": "USD",
        "sid": "%(sid)s",
        "source": "RecordVerb",
        "start_time": "%(created)s",
        "status": "completed",
        "subresource_uris": _uris(f"{API}/Recordings/%(sid)s", "AddOnResults Transcriptions"),
        "uri": f"{API}/Recordings/%(sid)s.json",
    }
)

MEDIA = _template(
    {
        "account_sid": "%(account)s",
        "content_type": "image/jpeg",
        "date_created": "%(created)s",
        "date_updated": "%(updated)s",
        "parent_sid": "%(parent)s",
        "sid": "%(sid)s",
        "uri": f"{API}/Messages/%(parent)s/Media/%(sid)s.json",
    }
)

NUMBER = _template(
    {
        "account_sid": "%(account)s",
        "address_requirements": "none",
        "address_sid": None,
        "api_version": "2010-04-01",
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": "%(created)s",
        "date_updated": "%(updated)s",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": "(808) 925-5327",
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": "%(from)s",
        "sid": "%(sid)s",
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "https://example.com/sms",
        "status": "in-use",
        "status_callback": "",
        "status_callback_method": "POST",
        "trunk_sid": None,
        "type": "local",
        "uri": f"{API}/IncomingPhoneNumbers/%(sid)s.json",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": None,
        "voice_method": "POST",
        "voice_receive_mode": "voice",
        "voice_url": "https://example.com/voice",
    }
)
