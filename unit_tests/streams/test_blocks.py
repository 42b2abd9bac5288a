"""The CDK's words in the manifest: what is declared has an effect, and what would have none is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from requests_mock import Adapter

from integration_tests.sandbox.accounts import MAIN
from source_twilio import source
from source_twilio.components.twilio.gate import Gate
from unit_tests.support import ConfigBuilder, Output, Syncs, row_of
from unit_tests.support.configs import catalog_of

RECORDING = "RE" + "0" * 32
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], None]:
    """Change the definitions of the manifest."""

    def change(what: Change) -> None:
        manifest = copy.deepcopy(source.load_manifest())
        what(manifest["definitions"])
        monkeypatch.setattr(source, "load_manifest", lambda: manifest)

    return change


def requester(**words: Any) -> Change:
    return lambda definitions: definitions["requester"].update(words)


def handler(word: str, value: Any) -> Change:
    return lambda definitions: definitions["requester"]["error_handler"].update({word: value})


def strategy(number: int, **words: Any) -> Change:
    return lambda definitions: definitions["requester"]["error_handler"]["backoff_strategies"][number].update(words)


def filters(*declared: tuple[str, list[int]]) -> Change:
    return handler("response_filters", [{"action": action, "http_codes": codes} for action, codes in declared])


def block(path: str, **words: Any) -> Change:
    """Words of a block of the definitions, which a path of names leads to."""

    def change(definitions: dict[str, Any]) -> None:
        place = definitions
        for name in path.split("."):
            place = place[name]
        place.update(words)

    return change


# What is refused: each kind of component, a word of it that the CDK honours and this engine does not, or another one.
UNKNOWN: list[tuple[str, Change, str]] = [
    ("calls", requester(request_body_json={"a": "b"}), "`request_body_json` of a HttpRequester"),
    ("calls", requester(request_headers={"a": "b"}), "`request_headers` of a HttpRequester"),
    ("calls", requester(authenticator={"type": "NoAuth"}), "`authenticator` of a HttpRequester"),
    ("calls", requester(error_handler={"type": "CompositeErrorHandler"}), "`CompositeErrorHandler` in the place of"),
    ("calls", handler("max_retries", 3), "`max_retries` of a DefaultErrorHandler"),
    ("calls", strategy(0, regex="a"), "`regex` of a WaitTimeFromHeader"),
    ("calls", strategy(1, jitter_range_in_seconds=1), "`jitter_range_in_seconds` of a ExponentialBackoffStrategy"),
    ("calls", strategy(1, type="ConstantBackoffStrategy", backoff_time_in_seconds=5), "ExponentialBackoffStrategy"),
    ("calls", strategy(0, max_waiting_time_in_seconds=None), "without `max_waiting_time_in_seconds`"),
    ("calls", filters(("IGNORE", [404])), "the action `IGNORE` of an HttpResponseFilter"),
    ("calls", handler("response_filters", [{"action": "FAIL", "predicate": "{{ true }}"}]), "`predicate`"),
    ("calls", handler("response_filters", [{"action": "NONE", "http_codes": [404]}]), "`action` of a HttpResponseFil"),
    ("queues", block("list_retriever", partition_router={"type": "ListPartitionRouter"}), "`partition_router`"),
    ("queues", block("list_retriever", paginator={"type": "NoPagination"}), "`NoPagination` in the place of"),
    ("queues", block("links.pagination_strategy", type="OffsetIncrement"), "`OffsetIncrement` in the place of"),
    ("queues", block("links.page_size_option", inject_into="header"), "`page_size_option` that is no request_param"),
    ("queues", block("links.page_size_option", field_path=["a"]), "`field_path` of a RequestOption"),
    ("queues", block("list_retriever.record_selector", record_filter={"type": "RecordFilter"}), "`record_filter`"),
    ("queues", block("list_retriever.record_selector.extractor", record_expander={"a": 1}), "`record_expander`"),
    ("queues", block("list_retriever.record_selector.extractor", field_path=["a", "b"]), "that is not one name"),
    ("queues", block("list_retriever.record_selector", extractor={"type": "CustomRecordExtractor"}), "CustomRecord"),
    ("queues", block("whole_list", transformations=[{"type": "KeysToLower"}]), "`transformations` of a Declarative"),
    ("calls", block("windows_by_second", is_data_feed=True), "`is_data_feed` of a DatetimeBasedCursor"),
    ("calls", block("windows_by_second", partition_field_start="a"), "`partition_field_start` of a Datetime"),
    ("calls", block("windows_by_second", end_datetime="2026-01-01"), "`end_datetime` of a DatetimeBasedCursor"),
]


def failure(stream: str) -> AirbyteTracedException:
    """The error with which a sync of a stream ends before it has asked for anything."""
    with pytest.raises(AirbyteTracedException) as raised:
        config = ConfigBuilder().build()
        source.SourceTwilio(catalog_of(stream), config, None).streams(config)
    assert raised.value.failure_type == FailureType.system_error
    return raised.value


@pytest.mark.parametrize(("stream", "change", "said"), UNKNOWN, ids=[said for *_, said in UNKNOWN])
def test_a_standard_word_without_effect_is_refused(stream: str, change: Change, said: str, declare: Any) -> None:
    declare(change)
    message = str(failure(stream).message)
    assert said in message and "which this connector does not honour" in message
    assert message.startswith((f"Stream {stream}: ", "The requester of all streams: "))


def test_a_word_of_one_stream_names_that_stream(declare: Any) -> None:
    declare(block("file_retriever.requester", use_cache=True))
    assert "Stream messaging_deactivations: the manifest declares `use_cache`" in str(
        failure("messaging_deactivations").message
    )


def test_a_range_that_nothing_asks_for_is_refused(declare: Any) -> None:
    option = {"inject_into": "request_parameter", "field_name": "Since"}
    declare(block("by_second", start_time_option=option))
    message = str(failure("call_notifications").message)
    assert "call_notifications: the manifest declares `start_time_option`, but its retriever asks for" in message


def test_a_value_that_the_row_does_not_give_is_an_error(declare: Any) -> None:
    declare(block("dated_children", incremental_sync={"$ref": "#/definitions/windows_by_second"}))
    assert "does not say what {{ parameters['asked_by'][0] }} is" in str(failure("call_notifications").message)


def test_windows_need_their_options(declare: Any) -> None:
    declare(block("dated_list", incremental_sync={"$ref": "#/definitions/by_second"}))
    assert "needs `start_time_option` and `step`" in str(failure("recordings").message)


@pytest.fixture
def syncs(twilio: Any, waits: list[float]) -> Syncs:
    """A Twilio with one recording, read by one request."""
    created = "Fri, 20 Nov 2026 10:00:00 +0000"
    twilio.put("recordings", MAIN, row_of("recordings", "recordings", sid=RECORDING, account_sid=MAIN,
                                          date_created=created))
    return Syncs(twilio, ConfigBuilder().build())


def read(syncs: Syncs, times: int | None = 1, action: str = "status", **rule: Any) -> Output:
    syncs.twilio.add_fault(action, url="/Recordings.json", times=times, **rule)
    return syncs.run("recordings")


def test_another_header_says_how_long_to_wait(declare: Any, syncs: Syncs, waits: list[float]) -> None:
    declare(strategy(0, header="X-Again"))
    read(syncs, 1, status=503, headers={"X-Again": "7", "Retry-After": "9"})
    assert waits == [7.0]


def test_no_wait_is_longer_than_the_declared_one(declare: Any, syncs: Syncs, waits: list[float]) -> None:
    declare(strategy(0, max_waiting_time_in_seconds=5))
    read(syncs, 1, status=503, headers={"Retry-After": "9"})
    assert waits == [5.0]


def test_the_factor_is_that_of_the_cdk(declare: Any, syncs: Syncs, waits: list[float]) -> None:
    declare(strategy(1, factor=1))
    read(syncs, 2, status=503)
    assert waits == [2.0, 4.0]


@pytest.mark.parametrize(
    ("change", "status", "requests"),
    [
        (filters(("FAIL", [401, 403, 404])), 429, 1),
        (filters(("RETRY", [409])), 409, 2),
        (filters(("FAIL", [503])), 503, 1),
        (filters(("FAIL", [409]), ("RETRY", [409])), 409, 1),
    ],
    ids=["429 is not limited any more", "409 is repeated", "503 is final", "the first filter counts"],
)
def test_filters_say_what_is_repeated(
    change: Change, status: int, requests: int, declare: Any, syncs: Syncs
) -> None:
    declare(change)
    read(syncs, 1, status=status, code=20001)
    assert len(syncs.asked("/Recordings.json")) == requests


def test_only_declared_refusals_are_asked_for_again_where_twilio_did_not_explain_them(
    declare: Any, syncs: Syncs
) -> None:
    declare(filters(("FAIL", [401, 403])))
    read(syncs, 1, "not_json", status=404)
    assert len(syncs.asked("/Recordings.json")) == 1


def test_only_limited_statuses_narrow_the_gate(declare: Any, syncs: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[float] = []
    monkeypatch.setattr(Gate, "refused", lambda self, sent_at: refused.append(sent_at))
    declare(filters(("RATE_LIMITED", [503]), ("RETRY", [429])))
    read(syncs, 1, status=429)
    assert not refused
    read(syncs, 1, status=503)
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("words", "attempts"),
    [({"retry_for_in_seconds": 0}, 1), ({"unsigned_tries": 2}, 2), ({"unsigned_tries": 3}, 3)],
)
def test_figures_that_the_cdk_has_no_word_for(words: Any, attempts: int, declare: Any, syncs: Syncs) -> None:
    declare(requester(**words))
    read(syncs, None, "not_json", status=404)
    assert len(syncs.asked("/Recordings.json")) == attempts


def test_time_outs_are_those_of_the_requester(declare: Any, syncs: Syncs) -> None:
    declare(requester(connect_timeout_in_seconds=3, read_timeout_in_seconds=4))
    seen: list[Any] = []
    original = Adapter.send

    def send(self: Any, request: Any, **options: Any) -> Any:
        seen.append(options["timeout"])
        return original(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Adapter, "send", send)
        syncs.run("recordings")
    assert set(seen) == {(3, 4)}


def test_a_parameter_is_called_as_its_option_says(declare: Any, syncs: Syncs) -> None:
    declare(block("windows_by_second.start_time_option", field_name="Since"))
    syncs.run("recordings")
    assert all("Since=" in one and "DateCreated%3E" not in one for one in syncs.asked("/Recordings.json"))
    declare(block("links.page_size_option", field_name="Rows"))
    syncs.run("recordings")
    assert all("Rows=1000" in one for one in syncs.asked("/Recordings.json"))


def test_a_parameter_has_the_declared_form(declare: Any, syncs: Syncs) -> None:
    declare(block("windows_by_second", datetime_format="%d.%m.%Y"))
    read(syncs, 1, status=200)
    assert "DateCreated%3E=30.09.2026" in syncs.asked("/Recordings.json")[0]


def test_another_key_of_the_rows(declare: Any, syncs: Syncs) -> None:
    declare(block("list_retriever.record_selector.extractor", field_path=["nothing"]))
    assert "without a list of `nothing`" in syncs.run("recordings").text
