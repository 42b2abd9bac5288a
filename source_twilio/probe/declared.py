"""What the manifest declares, as far as the probe asks about it: its judgements follow the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import ManifestComponentTransformer
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_twilio.components.blocks import filter_of, paginator_of, policy_of, records_of
from source_twilio.components.reading.windows import DateFilter, Window
from source_twilio.components.twilio.outcomes import Policy
from source_twilio.components.twilio.requester import TwilioRequester
from source_twilio.source import load_manifest

TRANSFORMER = ManifestComponentTransformer()
CONFIG: Mapping[str, Any] = {}  # what is asked about here depends on none
LONGEST = 60  # characters of a value that the report shows
PACKAGE = Path(__file__).parents[1]


class Declared:
    """The streams and definitions of the manifest, with their references resolved."""

    def __init__(self) -> None:
        manifest = load_manifest()
        self.definitions: Mapping[str, Any] = manifest["definitions"]
        resolved = ManifestReferenceResolver().preprocess_manifest(
            {"definitions": manifest["definitions"], "streams": manifest["streams"]}
        )
        rows = [{**row, **row["$parameters"]} for row in resolved["streams"]]
        self.rows: dict[str, Mapping[str, Any]] = {row["name"]: row for row in rows}
        self._whole: dict[str, Mapping[str, Any]] = {}

    @cached_property
    def policy(self) -> Policy:
        """The rules of time-outs and repetitions."""
        block = TRANSFORMER.propagate_types_and_parameters("", self.definitions["requester"], {})
        return policy_of(block)

    def whole(self, stream: str) -> Mapping[str, Any]:
        """A stream's row with its parameters in all of its blocks, as the CDK hands it to the connector."""
        if stream not in self._whole:
            row = self.rows[stream]
            self._whole[stream] = TRANSFORMER.propagate_types_and_parameters("", row, row["$parameters"])
        return self._whole[stream]

    def requester(self, stream: str) -> TwilioRequester:
        """The requester of a stream's list."""
        row = self.whole(stream)
        return TwilioRequester(CONFIG, row["url"], records_of(row, CONFIG), paginator_of(row, CONFIG), self.policy,
                               row.get("query", {}))

    def filter(self, stream: str) -> DateFilter:
        """How a stream's list is asked for a window. Raises KeyError for one that is not."""
        found = filter_of(self.whole(stream), CONFIG)
        if found is None:
            raise KeyError(stream)
        return found

    def value(self, where: str) -> Any:
        """What the manifest declares at a path such as `calls.slack` or `definitions.optional_products`.

        Raises KeyError where it declares nothing.
        """
        first, *rest = where.split(".")
        value: Any = self.definitions if first == "definitions" else self.rows[first]
        for name in rest:
            value = value[name]
        return value

    def window(self, stream: str, start: datetime, end: datetime) -> dict[str, str]:
        """The parameters with which the connector asks for a window of a stream."""
        return self.filter(stream).params(Window(start, end))

    def show(self, where: str) -> str:
        """A place in words: the manifest's row and parameter with its value, or a module of the connector."""
        if where.endswith(".py"):
            return str((PACKAGE / where).relative_to(PACKAGE))
        first, _, rest = where.partition(".")
        value = self.value(where)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        shown = f" = {value}" if isinstance(value, (str, int)) and len(str(value)) <= LONGEST else ""
        return f"{first}: {rest}{shown}"

    def list_of_each_product(self) -> dict[str, str]:
        """For each product the stream whose list takes the largest page, among those that need no parent."""
        best: dict[str, str] = {}
        for name, row in self.rows.items():
            product = product_of(row)
            places = {place for _, place, _, _ in Formatter().parse(row["url"]) if place} - {"account_sid"}
            if not row["page_size"] or places - set(row.get("among", {})) or row.get("detail_url"):
                continue
            if product not in best or row["page_size"] > self.rows[best[product]]["page_size"]:
                best[product] = name
        return best


@cache
def declared() -> Declared:
    """The manifest's declarations, read once a process."""
    return Declared()


def product_of(row: Mapping[str, Any]) -> str:
    """The product whose host a stream is read from."""
    return str(urlsplit(row["url"]).netloc.split(".")[0])
