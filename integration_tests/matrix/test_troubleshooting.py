"""docs/troubleshooting.md: every message that it quotes is one that the connector prints in the case it describes."""

from __future__ import annotations

import re

import pytest

from integration_tests.helpers import ROOT, configuration
from integration_tests.matrix import people
from integration_tests.matrix.cases import (
    DAYS,
    Case,
    asked_by_the_proxy,
    bad_file,
    check,
    crowded_second,
    key_without_tokens,
    nameless,
    page,
    read,
    saved,
    silent_host,
    surrounded,
    unknown_stream,
    untrusted,
)
from integration_tests.matrix.lasting import EVIL, twilio
from integration_tests.matrix.runs import HASTY, QUICK
from integration_tests.matrix.test_hostile import with_text
from integration_tests.matrix.test_regions import configured
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import accounts as known

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
NO_MESSAGES = {"messages": [], "next_page_uri": None}
LATE = {
    "use_global_cursor": False,
    "read_since": DAYS[9],
    "states": [{"partition": {"account_sid": known.MAIN}, "cursor": {"date_sent": DAYS[5]}}],
}
NO_DATE = {**LATE, "states": [{**LATE["states"][0], "cursor": {"date_sent": "yesterday"}}]}
ODD_TASK = {
    "action": "json",
    "url": "/Tasks",
    "status": 200,
    "body": {"meta": {}, "tasks": [{"sid": f"WT{1:032x}", "attributes": '{"flexInteractionSid": 17}'}]},
}
CASES: dict[str, Case] = {
    "Twilio refused the Auth Token of account … (HTTP 401, code 20003: …": check(config=people.token(secret="wrong")),
    "Twilio refused the API key of account … (HTTP 401, code 20003: …": check(
        config=people.key(known.MAIN_KEY, "wrong")
    ),
    "code 70051: …). The API key is right, but this stream needs the permission family …": read(
        "flows", config=people.RESTRICTED_KEY
    ),
    "The Auth Token is right, but the account lacks what this needs": read(
        fault={**twilio(401, 20003, "Sorry"), "url": "Messages"}
    ),
    "this stream needs an Auth Token or a Main API key instead": read("keys", config=people.STANDARD_KEY),
    "These are test credentials, which read nothing": check(config=people.TEST),
    "The account is not active (no funds, suspended or closed)": check(
        config=people.token(known.CLOSED, known.CLOSED_TOKEN)
    ),
    "Twilio gave no OAuth token (HTTP …": check(config=people.app(secret="wrong")),
    "Only account … is read": read(config=people.STANDARD_KEY),
    "can never read accounts": check(config=people.STANDARD_KEY),
    "account … is skipped (HTTP …, code …: …). Its cursor stays where it is": read(
        switch=("suspended_account", "refuse")
    ),
    "a Main API key reads no subaccounts where Twilio does not show it their Auth Tokens": read(
        config=people.MAIN_KEY, switch=("key_sees_tokens", False)
    ),
    "The API key can read account … and none of its subaccounts": key_without_tokens,
    "names …, which the API key cannot read": read(
        config={**people.MAIN_KEY, "subaccounts": {"mode": "selected", "account_sids": [known.SUPPORT]}},
        switch=("key_sees_tokens", False),
    ),
    "is skipped here and wherever its own credentials are needed": read(
        "alerts",
        config=people.MAIN_KEY,
        fault={**twilio(401, 20003, "Authenticate"), "account": known.SUPPORT},
    ),
    "names …, which the credentials cannot reach": read(
        config=configuration(subaccounts={"mode": "selected", "account_sids": ["AC" + "f" * 32]})
    ),
    "The list of accounts broke off behind … accounts": read(fault={"action": "same_page", "url": r"/Accounts\.json"}),
    "Twilio does not offer … in this Region, so nothing is read": read("verify_services", config=configured("ie1")),
    "HTTP 404, code 20404: …). Check that …": read(fault=twilio(404, 20404, "Not found")),
    "HTTP 429 from …, attempt …, again in … s": read(
        fault={**twilio(429, 20429, "Too many requests"), "times": 1}, retry=QUICK
    ),
    "gave no usable answer in … attempts within … s, the last was HTTP …": read(
        fault={"action": "status", "status": 503}
    ),
    "the last was ReadTimeout": read(fault={"action": "stall", "seconds": 60}, retry={**HASTY, "read_timeout": 0.5}),
    "the last was ProxyError (the proxy …": surrounded(
        "read", HTTPS_PROXY="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9"
    ),
    "wants to know who asks (HTTP 407 Proxy Authentication Required)": asked_by_the_proxy,
    "ConnectionError (the name … cannot be resolved)": lambda scene: scene.read(
        ["messages"], env={}, resolver=0, retry=HASTY
    ),
    "brought no rows (HTTP …": read(fault={"action": "status", "status": 204, "message": "", "url": "Messages"}),
    "the last was an answer that is no JSON object": read(fault={"action": "html"}),
    "the last was HTTP 401 without Twilio's explanation": read(fault={"action": "not_json"}),
    "has given no usable answer for minutes and is taken for down in this sync": silent_host,
    "The TLS certificate of … could not be verified": untrusted,
    "TLS cannot be set up": surrounded("check", REQUESTS_CA_BUNDLE="/nowhere/ca.pem"),
    "Twilio did not answer within … seconds": nameless,
    "still reading, … of … accounts done": read(
        "alerts",
        fault={"action": "stall", "seconds": 3, "url": "Alerts", "times": 1},
        constants={"reading.report.EVERY": 1},
        retry=None,
    ),
    "This is no matter of your settings": read(fault={**twilio(400, 20001, "Bad request"), "url": "Messages"}),
    "a list does not end": read(fault={"action": "empty_page", "url": "Messages"}),
    "a list broke off, Twilio knows its next page no more": read(
        "queues", fault={**twilio(404, 20404, "Not found"), "url": "Queues.*Page=1"}, page_size=1
    ),
    "again and again, so smaller ranges are asked for": read(
        "usage_records", fault={**twilio(500, 20500, "Failed"), "url": "Daily", "days": 2}
    ),
    "Twilio has no data for …": read("usage_records", fault={**twilio(404, 20404, "Not found"), "url": "Daily"}),
    "it is passed over, and so are others of which that is so": read(
        "messaging_pricing_countries", fault={**twilio(404, 20404, "Not found"), "url": "Countries/"}
    ),
    "more of that second are missing": crowded_second,
    "Twilio keeps no rows as old as …; older ones cannot be read": read(
        switch=("retention", "refuse"), page_size=5, config=configuration(start_date="2023-01-01T00:00:00Z")
    ),
    "names a page of another host as the next one": read(
        fault={"action": "foreign_next", "host": EVIL, "url": "Messages"}
    ),
    "names a page as the next one that was read before": read(fault={"action": "loop_next", "url": "Messages"}),
    "came without …. Nothing was skipped": read(
        "message_media",
        fault={
            "action": "body",
            "status": 200,
            "url": "Messages",
            "body": f'{{"messages": [{with_text("sid", "null")}]}}'.replace('"num_media": "0"', '"num_media": "1"'),
        },
    ),
    "values that cannot be read as what their columns declare": read(fault=page(with_text("price", '"n/a"'))),
    "has no SID in … but a …: it and others like it are passed over": read("flex_interaction_channels", fault=ODD_TASK),
    "has a … that is no date. It counts for nothing": read(state=saved(NO_DATE)),
    "the list is not sorted by creation or sending": read(switch=("list_order", "unordered"), page_size=20),
    "no page token shows what stands behind the oldest rows": read(
        switch=("messages_order", "undated_last"),
        fault={"action": "json", "url": r"Messages\.json.*PageSize=1$", "body": NO_MESSAGES},
        page_size=20,
        config=configuration(start_date=DAYS[8]),
    ),
    "is not an account SID": check(account_sid="AC1"),
    "is not readable: give it as YYYY-MM-DDTHH:MM:SSZ": check(start_date="yesterday"),
    "lies in the future": check(start_date="2999-01-01T00:00:00Z"),
    "which this connector does not have": unknown_stream,
    "file … is no JSON": bad_file,
    "is earlier than …, from which its saved state goes on": read(state=saved(LATE)),
    "its saved state has one cursor for all accounts": read(state=saved({"date_sent": DAYS[5]})),
}


def test_every_message_of_the_page_has_its_case() -> None:
    assert QUOTES
    assert sorted(QUOTES) == sorted(CASES)
    assert len(QUOTES) == PAGE.count("\n| ") - PAGE.count("\n| You see")


@pytest.mark.parametrize("quote", CASES)
def test_the_connector_says_what_the_page_quotes(quote: str, scene: Scene) -> None:
    outcome = CASES[quote](scene)
    said = outcome.logs() + [error["message"] for error in outcome.errors()]
    said += [status.get("message") or "" for status in outcome.of("CONNECTION_STATUS")]
    pattern = re.compile(".+".join(re.escape(part) for part in quote.split("…")))
    assert [text for text in said if pattern.search(text)], said
