"""Which answer belongs to which address: accounts, lists, and Twilio's 404 for everything else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from benchmarks.lists import Listing
from benchmarks.rows import KINDS, Rows, rfc2822
from benchmarks.world import DAY, Conditions, World, row_of, sid

ROOT = "/2010-04-01/Accounts"
TOKEN = "0123456789abcdef0123456789abcdef"
# Names in `subresource_uris` of an account → path below it. The public connector takes its addresses from there.
SUBRESOURCES = {
    "addresses": "Addresses",
    "applications": "Applications",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "available_phone_numbers": "AvailablePhoneNumbers",
    "balance": "Balance",
    "calls": "Calls",
    "conferences": "Conferences",
    "connect_apps": "ConnectApps",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "keys": "Keys",
    "messages": "Messages",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "queues": "Queues",
    "recordings": "Recordings",
    "short_codes": "SMS/ShortCodes",
    "signing_keys": "SigningKeys",
    "sip": "SIP",
    "transcriptions": "Transcriptions",
    "usage": "Usage",
}
# Lists that exist and are empty: last part of the path → data key.
EMPTY = {
    "Addresses": "addresses",
    "Applications": "applications",
    "CredentialLists": "credential_lists",
    "Domains": "domains",
    "IpAccessControlLists": "ip_access_control_lists",
    "Keys": "keys",
    "Notifications": "notifications",
    "OutgoingCallerIds": "outgoing_caller_ids",
    "Participants": "participants",
    "Queues": "queues",
    "ShortCodes": "short_codes",
    "SigningKeys": "signing_keys",
    "Transcriptions": "transcriptions",
    "Triggers": "usage_triggers",
}
COUNTRIES = ("US", "DK", "AU")
_ACCOUNT = re.compile(rf"{ROOT}/(AC[0-9a-f]{{32}})(?:/(.+))?\.json$")
_MEDIA = re.compile(r"Messages/((?:SM|MM)[0-9a-f]{32})/Media$")
_SAMPLE = re.compile(r"AvailablePhoneNumbers/([A-Z]{2})/(?:Local|Mobile|TollFree)$")
Answer = tuple[int, bytes]


def error(status: int, code: int, message: str) -> Answer:
    """An error body as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, json.dumps({"code": code, "message": message, "more_info": more, "status": status}).encode()


class Answers:
    """Answers from memory. Listings are made when first asked for and kept, the large ones in advance."""

    def __init__(self, world: World, conditions: Conditions) -> None:
        self.world = world
        self.conditions = conditions
        self.rows = Rows(world)
        self.listings: dict[tuple[str, int, str | None], Listing] = {}
        self.accounts = Listing()
        self.account_rows: dict[str, bytes] = {}
        for account in world.accounts:
            row = self._account(account)
            self.accounts.add(row, world.now - DAY * 1000, None)
            self.account_rows[sid("AC", account)] = row.encode()
        for kind in ("messages", "calls", "recordings"):
            self.listing(kind, 0, None)
        self.listing("Daily", 0, None)

    def _account(self, account: int) -> str:
        """One account, with the token that Twilio sends to its parent."""
        sid_, created = sid("AC", account), rfc2822(self.world.now - DAY * 1000)
        return json.dumps(
            {
                "auth_token": TOKEN,
                "date_created": created,
                "date_updated": created,
                "friendly_name": f"Account {account}",
                "owner_account_sid": sid("AC", 0),
                "sid": sid_,
                "status": "active",
                "subresource_uris": {name: f"{ROOT}/{sid_}/{path}.json" for name, path in SUBRESOURCES.items()},
                "type": "Full",
                "uri": f"{ROOT}/{sid_}.json",
            },
            separators=(",", ":"),
        )

    def listing(self, kind: str, account: int, status: str | None) -> Listing:
        """The rows of a kind in an account, made once."""
        key = (kind, account, status)
        if key not in self.listings:
            make = getattr(self.rows, kind, None)
            self.listings[key] = make(account, status) if make else self.rows.usage(account, kind)
        return self.listings[key]

    def answer(self, host: str, path: str, query: Mapping[str, str]) -> Answer:
        """Status and body for one request."""
        if host.startswith("api."):
            if path == f"{ROOT}.json":
                return 200, self._page(self.accounts, "accounts", path, query)
            if (match := _ACCOUNT.match(path)) and match[1] in self.account_rows:
                found = self._resource(match[1], match[2], path, query)
                if found is not None:
                    return 200, found
        return error(404, 20404, f"The requested resource {path} was not found")

    def _page(self, listing: Listing, key: str, path: str, query: Mapping[str, str]) -> bytes:
        return listing.page(key, path, query, self.world.now - self.conditions.hidden)

    def _resource(self, account_sid: str, name: str | None, path: str, query: Mapping[str, str]) -> bytes | None:
        """The body of what lies below an account; None if nothing does."""
        account = row_of(account_sid)[0]
        last = (name or "").rsplit("/", 1)[-1]
        if name is None:
            return self.account_rows[account_sid]
        if name == "Balance":
            return json.dumps({"account_sid": account_sid, "balance": "12.50", "currency": "USD"}).encode()
        if name == "AvailablePhoneNumbers":
            return self._countries(account_sid)
        if _SAMPLE.match(name):
            return self._page(Listing(), "available_phone_numbers", path, query)
        if match := _MEDIA.match(name):
            return self._page(self.rows.media(*row_of(match[1])), "media_list", path, query)
        if name.startswith("Usage/Records"):
            return self._usage(account, last, path, query)
        if name in KINDS:
            listing = self.listing(KINDS[name], account, query.get("Status"))
            return self._page(listing, KINDS[name], path, query)
        return self._page(Listing(), EMPTY[last], path, query) if last in EMPTY else None

    def _usage(self, account: int, kind: str, path: str, query: Mapping[str, str]) -> bytes:
        """Usage: both bounds are inclusive, and a month counts from its first day."""
        listing = self.listing(kind, account, None)
        bounds = {}
        if start := query.get("StartDate"):
            bounds["StartDate>"] = start[:8] + "01" if kind == "Monthly" else start
        if end := query.get("EndDate"):
            bounds["StartDate<"] = end
        rows, first, last = listing.select(bounds, self.world.now)
        cut = Listing()
        cut.rows, cut.created = rows[first:last], listing.created[first:last]
        return cut.page("usage_records", path, query, self.world.now)

    def _countries(self, account_sid: str) -> bytes:
        """The countries with numbers on sale; this list has no paging."""
        base = f"{ROOT}/{account_sid}/AvailablePhoneNumbers"
        countries = [
            {
                "beta": False,
                "country": code,
                "country_code": code,
                "subresource_uris": {"local": f"{base}/{code}/Local.json"},
                "uri": f"{base}/{code}.json",
            }
            for code in COUNTRIES
        ]
        return json.dumps({"countries": countries, "uri": f"{base}.json"}).encode()
