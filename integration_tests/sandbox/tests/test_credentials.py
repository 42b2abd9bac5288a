"""The credentials matrix (quirks, section 6), account states and Regions."""

from __future__ import annotations

import pytest

from integration_tests.sandbox import Twilio, accounts
from integration_tests.sandbox.accounts import CLOSED, MAIN, MARKETING, SUPPORT, SUSPENDED, regional

from .conftest import Caller

ME, CHILD = f"/2010-04-01/Accounts/{MAIN}", f"/2010-04-01/Accounts/{SUPPORT}"
LIST, KEYS, OWN, SUB = "/2010-04-01/Accounts.json", f"{ME}/Keys.json", f"{ME}/Messages.json", f"{CHILD}/Messages.json"
FLOWS = "https://studio.twilio.com/v2/Flows"
MATRIX = {
    "main token": ((MAIN, accounts.MAIN_TOKEN), (200, 200, 200, 200, 200)),
    "child token": ((SUPPORT, accounts.SUPPORT_TOKEN), (200, 401, 401, 200, 200)),
    "main key": ((accounts.MAIN_KEY, accounts.MAIN_SECRET), (200, 200, 200, 401, 200)),
    "standard key": ((accounts.STANDARD_KEY, accounts.STANDARD_SECRET), (401, 401, 200, 401, 200)),
    "restricted key": ((accounts.RESTRICTED_KEY, accounts.RESTRICTED_SECRET), (401, 401, 200, 401, 401)),
    "test credentials": ((accounts.TEST_SID, accounts.TEST_TOKEN), (403, 403, 403, 403, 403)),
    "wrong token": ((MAIN, "wrong"), (401, 401, 401, 401, 401)),
    "another's token": ((MAIN, accounts.SUPPORT_TOKEN), (401, 401, 401, 401, 401)),
}


@pytest.mark.parametrize("who", MATRIX)
def test_matrix(twilio: Twilio, who: str) -> None:
    (user, secret), wanted = MATRIX[who]
    caller = Caller(twilio, user, secret)
    assert tuple(caller.get(path).status for path in (LIST, KEYS, OWN, SUB, FLOWS)) == wanted


def test_codes(twilio: Twilio) -> None:
    assert Caller(twilio, MAIN, "x").get(OWN).json()["code"] == 20003
    assert Caller(twilio, accounts.RESTRICTED_KEY, accounts.RESTRICTED_SECRET).get(FLOWS).json()["code"] == 70051
    assert Caller(twilio, accounts.TEST_SID, accounts.TEST_TOKEN).get(OWN).json()["code"] == 20008
    nobody = twilio.answer("GET", f"https://api.twilio.com{OWN}", {})
    assert nobody.status == 401 and nobody.headers["WWW-Authenticate"]


def test_the_list_of_accounts_carries_the_childrens_tokens(twilio: Twilio) -> None:
    rows = {row["sid"]: row for row in Caller(twilio).rows(LIST)}
    assert rows[SUPPORT]["auth_token"] == accounts.SUPPORT_TOKEN
    assert {sid: row["status"] for sid, row in rows.items()} == {
        MAIN: "active",
        SUPPORT: "active",
        MARKETING: "active",
        SUSPENDED: "suspended",
        CLOSED: "closed",
    }
    own = Caller(twilio, SUPPORT, accounts.SUPPORT_TOKEN).rows(LIST)
    assert [row["sid"] for row in own] == [SUPPORT]
    assert Caller(twilio).get(f"{CHILD}.json").json()["sid"] == SUPPORT
    assert Caller(twilio, accounts.STANDARD_KEY, accounts.STANDARD_SECRET).get(f"{ME}.json").json()["code"] == 20003


def test_product_hosts_show_the_owner_of_the_credentials(full: Caller) -> None:
    rows = full.rows("/v2/Flows", None, "studio.twilio.com")
    assert {row["account_sid"] for row in rows} == {MAIN}
    child = Caller(full.twilio, SUPPORT, accounts.SUPPORT_TOKEN).rows("/v2/Flows", None, "studio.twilio.com")
    assert {row["account_sid"] for row in child} == {SUPPORT}


def test_states_of_accounts(twilio: Twilio) -> None:
    caller = Caller(twilio)
    assert caller.get(f"/2010-04-01/Accounts/{CLOSED}/Calls.json").status == 401
    assert caller.get(f"/2010-04-01/Accounts/{SUSPENDED}/Calls.json").status == 200
    twilio.set_switch("suspended_account", "refuse")
    answer = caller.get(f"/2010-04-01/Accounts/{SUSPENDED}/Calls.json")
    assert (answer.status, answer.json()["code"]) == (401, 20005)
    twilio.close_account(SUPPORT)
    assert caller.get(SUB).status == 401
    twilio.set_offset(31 * 86400)
    assert SUPPORT not in {row["sid"] for row in caller.rows(LIST)}
    assert caller.get("/2010-04-01/Accounts/AC00000000000000000000000000000000/Calls.json").status == 404


def test_oauth(twilio: Twilio) -> None:
    form = f"client_id={accounts.OAUTH_ID}&client_secret={accounts.OAUTH_SECRET}&grant_type=client_credentials".encode()
    url = "https://oauth.twilio.com/v2/token"
    given = twilio.answer("POST", url, {}, form).json()
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert given["expires_in"] == 3600
    assert twilio.answer("GET", f"https://api.twilio.com{OWN}", headers).status == 200
    assert twilio.answer("GET", f"https://api.twilio.com{SUB}", headers).status == 401
    twilio.set_offset(3601)
    assert twilio.answer("GET", f"https://api.twilio.com{OWN}", headers).status == 401
    assert twilio.answer("POST", url, {}, form.replace(b"oauth-app", b"other")).status == 401
    for wide, narrow in (
        (accounts.OAUTH_ID, accounts.NARROW_OAUTH_ID),
        (accounts.OAUTH_SECRET, accounts.NARROW_OAUTH_SECRET),
    ):
        form = form.replace(wide.encode(), narrow.encode())
    headers = {"Authorization": "Bearer " + twilio.answer("POST", url, {}, form).json()["access_token"]}
    assert [twilio.answer("GET", u, headers).status for u in (f"https://api.twilio.com{OWN}", FLOWS)] == [200, 401]


def test_no_secret_is_logged(twilio: Twilio) -> None:
    Caller(twilio).get(OWN)
    assert accounts.MAIN_TOKEN not in str(twilio.requests())
    assert twilio.requests()[0]["user"] == MAIN


def test_regions(twilio: Twilio) -> None:
    host = "api.dublin.ie1.twilio.com"
    home, away = Caller(twilio), Caller(twilio, MAIN, regional(accounts.MAIN_TOKEN, "ie1"))
    assert home.get(OWN, None, host).status == 401 and away.get(OWN, None, host).status == 200
    assert away.get(OWN).status == 401
    assert Caller(twilio, accounts.IE1_KEY, accounts.IE1_SECRET).get(OWN, None, host).status == 200
    for n in range(2):
        twilio.put("messages", MAIN, {"sid": f"SM{n}", "account_sid": MAIN}, region="ie1")
    assert len(away.rows(OWN, {"PageSize": 1}, host)) == 2 and home.rows(OWN) == []
    assert away.get("/v1/Trunks", {"PageSize": 1}, "trunking.sydney.au1.twilio.com").status == 401
    for lost in (
        "verify.dublin.ie1.twilio.com",
        "api.ie1.twilio.com",
        "api.sydney.ie1.twilio.com",
        "nothing.twilio.com",
    ):
        wire = away.get(OWN, None, lost).wire
        assert wire is not None and wire.kind == "unresolvable", lost
    twilio.set_switch("missing_product", "not_found")
    assert away.get("/v2/Services", None, "verify.dublin.ie1.twilio.com").json()["code"] == 20404


def test_next_links_stay_in_the_region(twilio: Twilio) -> None:
    host, caller = "studio.dublin.ie1.twilio.com", Caller(twilio, MAIN, regional(accounts.MAIN_TOKEN, "ie1"))
    for n in range(2):
        twilio.put(
            "flows",
            MAIN,
            {"sid": f"FW{n}", "account_sid": MAIN, "date_created": f"2026-01-0{n + 1}T00:00:00Z"},
            region="ie1",
        )
    assert (
        caller.get("/v2/Flows", {"PageSize": 1}, host)
        .json()["meta"]["next_page_url"]
        .startswith(f"https://{host}/v2/Flows?")
    )
