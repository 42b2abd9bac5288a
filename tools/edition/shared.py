"""What all streams of the edition share: credentials, repetitions, pages, the accounts that are read, the form."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

# A link to a page elsewhere must not take the credentials with it, nor end the list in silence: what is no date ends
# the stream with an error that repeats it.
ELSEWHERE = "format_datetime('next page on another host', '%Y', '%Y')"
HOME = f"regex_search('^(https://[a-z-]+[.]twilio[.]com/.*)') or {ELSEWHERE}"
EXTRA = "stream_slice.extra_fields"
SIGNATURE = f"{EXTRA}.signature"
SECOND = "%Y-%m-%dT%H:%M:%SZ"
RFC_2822 = "%a, %d %b %Y %H:%M:%S %z"  # how the 2010 API writes moments
FORMATS = [SECOND, "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d"]
START_DATE = {"type": "MinMaxDatetime", "datetime": "{{ config['start_date'] }}", "datetime_format": SECOND}
OPTIONS = ("account_sid", "credentials", "start_date", "subaccounts", "lookback_window", "slice_step_duration",
           "num_workers")  # of the connector's own, those that the CDK's words can follow
USER = "(config['credentials'].get('api_key_sid') or config['account_sid'])"
SECRET = "(config['credentials'].get('api_key_secret') or config['credentials'].get('auth_token'))"
MODE = "config.get('subaccounts', {}).get('mode', 'all')"
NAMED = "record.sid in config.get('subaccounts', {}).get('account_sids', [])"


def ref(name: str) -> dict[str, str]:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def added(**columns: str) -> dict[str, Any]:
    """A transformation that sets text columns to expressions."""
    fields = [
        {"path": [name], "value": "{{ " + value + " }}", "value_type": "string"}
        for name, value in columns.items()
    ]
    return {"type": "AddFields", "fields": fields}


def basic(signature: str, by_main: bool = False) -> dict[str, str]:
    """The header that signs for the account of a slice. by_main: with the Auth Token of the main account, if it is
    given, instead of the account's own."""
    if by_main:
        main = f"({USER} ~ ':' ~ {SECRET}) | base64encode"
        signature = f"{signature} if config['credentials'].get('api_key_sid') else {main}"
    return {"Authorization": f"Basic {{{{ {signature} }}}}"}


def moment(column: str) -> dict[str, Any]:
    """A transformation of a moment of the 2010 API; what is empty becomes null."""
    value = f"{{{{ format_datetime(record['{column}'], '{SECOND}', '{RFC_2822}') if record['{column}'] else none }}}}"
    return {"type": "AddFields", "fields": [{"path": [column], "value": value}]}


def definitions() -> dict[str, Any]:
    """The definitions that streams refer to; `manifest.py` leaves out those that nobody does."""
    repeated = {"type": "HttpResponseFilter", "action": "RETRY", "http_codes": [408, 425, 500, 502, 503, 504]}
    limited = {"type": "HttpResponseFilter", "action": "RATE_LIMITED", "http_codes": [429]}
    errors = {
        "type": "DefaultErrorHandler",
        "max_retries": 8,
        "backoff_strategies": [
            {"type": "WaitTimeFromHeader", "header": "Retry-After"},
            {"type": "ExponentialBackoffStrategy", "factor": 2},
        ],
        "response_filters": [limited, repeated],
    }
    unsigned = {"type": "HttpRequester", "http_method": "GET", "use_cache": False, "error_handler": ref("errors")}
    links = {
        "type": "DefaultPaginator",
        "page_token_option": {"type": "RequestPath"},
        "pagination_strategy": {
            "type": "CursorPagination",
            "cursor_value": f"{{{{ response.meta.next_page_url | {HOME} }}}}",
            "stop_condition": "{{ not response.get('meta', {}).get('next_page_url') }}",
        },
    }
    return {
        "credentials": {
            "type": "BasicHttpAuthenticator", "username": "{{ " + USER + " }}", "password": "{{ " + SECRET + " }}",
        },
        "errors": errors,
        # A parent that is gone, or a range that holds nothing.
        "errors_but_not_found": {
            **errors,
            "response_filters": [
                {"type": "HttpResponseFilter", "action": "IGNORE", "http_codes": [404]}, limited, repeated,
            ],
        },
        "requester": {**unsigned, "authenticator": ref("credentials")},
        # On the 2010 API an Auth Token reads subaccounts too; a key does not. On product hosts an account signs for
        # itself. The cache knows pages by their address alone.
        "requester_of_2010": {**unsigned, "request_headers": basic(SIGNATURE, by_main=True)},
        "requester_of_account": {**unsigned, "request_headers": basic(SIGNATURE)},
        "pages_of_2010": {
            **links,
            "pagination_strategy": {
                "type": "CursorPagination",
                "cursor_value": f"{{{{ ('https://api.twilio.com' ~ response.next_page_uri) | {HOME} }}}}",
                "stop_condition": "{{ not response.get('next_page_uri') }}",
            },
        },
        "pages": links,
        "pages_by_token": _counted("Token", "{{ response.meta.next_token }}",
                                   "{{ not response.get('meta', {}).get('next_token') }}"),
        "pages_by_number": _counted("Page", "{{ response.current_page + 1 }}", "{{ not response.get('has_next') }}"),
        "accounts_to_read": {
            "type": "DeclarativeStream",
            "name": "accounts_to_read",
            "primary_key": ["sid"],
            "retriever": {
                "type": "SimpleRetriever",
                "requester": {
                    "$ref": "#/definitions/requester",
                    "url": "https://api.twilio.com/2010-04-01/Accounts.json",
                    "request_parameters": {"PageSize": "1000"},
                },
                "paginator": {"$ref": "#/definitions/pages_of_2010"},
                "record_selector": {
                    "type": "RecordSelector",
                    "extractor": {"type": "DpathExtractor", "field_path": ["accounts"]},
                    "record_filter": {"type": "RecordFilter", "condition": _accounts()},
                },
            },
            "transformations": [added(signature=_signature())],
            "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
        },
        "each_account": {
            "type": "SubstreamPartitionRouter",
            "parent_stream_configs": [{
                "type": "ParentStreamConfig",
                "parent_key": "sid",
                "partition_field": "account_sid",
                "extra_fields": [["signature"]],
                "stream": {"$ref": "#/definitions/accounts_to_read"},
            }],
        },
        "cursor": {
            "type": "DatetimeBasedCursor",
            "datetime_format": SECOND,
            "cursor_datetime_formats": FORMATS,
            "start_datetime": START_DATE,
        },
        # All rows in the first sync, whatever their age; later ones by what has changed.
        "cursor_by_change": {
            **ref("cursor"),
            "is_client_side_incremental": True,
            "start_datetime": {**START_DATE, "datetime": "1970-01-01T00:00:00Z"},
            "lookback_window": "PT{{ max(config.get('lookback_window', 1440), 60) }}M",
        },
        "hand_down": added(signature=SIGNATURE),
    }


def _counted(parameter: str, value: str, end: str) -> dict[str, Any]:
    option = {"type": "RequestOption", "inject_into": "request_parameter", "field_name": parameter}
    strategy = {"type": "CursorPagination", "cursor_value": value, "stop_condition": end}
    return {"type": "DefaultPaginator", "page_token_option": option, "pagination_strategy": strategy}


def _accounts() -> str:
    """Which rows of the list of accounts are read; a Main key may see the tokens of subaccounts empty."""
    chosen = f"{MODE} == 'all' or {MODE} == 'selected' and {NAMED} or {MODE} == 'except' and not ({NAMED})"
    return ("{{ record.sid == config['account_sid'] or record.status != 'closed' and record.auth_token and "
            f"({chosen}) }}}}")


def _signature() -> str:
    given, own = f"{USER} ~ ':' ~ {SECRET}", "record.sid ~ ':' ~ record.auth_token"
    return f"(({given}) if record.sid == config['account_sid'] else {own}) | base64encode"


def spec(own: Mapping[str, Any], subaccount_sids: Mapping[str, Any]) -> dict[str, Any]:
    """The form: those options of the connector that the edition follows. own: the connector's specification."""
    form = copy.deepcopy(dict(own["connection_specification"]))
    options = {name: form["properties"][name] for name in OPTIONS}
    for order, option in enumerate(options.values()):
        option["order"] = order
    credentials = options["credentials"]
    credentials["oneOf"] = credentials["oneOf"][:2]
    credentials["description"] = (
        "Who the connector is to Twilio. An Auth Token also reads subaccounts. A key has to be a Main key, and reads "
        "those subaccounts whose tokens Twilio shows it."
    )
    options["subaccounts"]["description"] += (
        " Refresh all streams after a change, since an account that is added is read from the last sync on."
    )
    for choice in options["subaccounts"]["oneOf"]:
        if "account_sids" in choice["properties"]:
            choice["properties"]["account_sids"] = dict(subaccount_sids)
    form["properties"] = options
    return {"type": "Spec", "documentation_url": own["documentation_url"], "connection_specification": form}
