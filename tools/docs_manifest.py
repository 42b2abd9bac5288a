"""What the documentation says of each stream: facts of its row in the manifest, its schema and `stream_notes.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_twilio.components.builder import family_of

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "source_twilio" / "manifest.yaml"
SCHEMAS = ROOT / "source_twilio" / "schemas"
NOTES = Path(__file__).with_name("stream_notes.yaml")
BANNER = re.compile(r"  # =+ (.+)")
PAGE = re.compile(r"  # (https://\S+?)(?:: .*)?")
NAME = re.compile(r"      name: (\w+)")
RETENTION = re.compile(r"day_delta\(-(\d+)")
DEFAULT_PAGE = 50  # rows a page where no page size is asked for


@dataclass(frozen=True)
class Stream:
    """A stream as the documentation sees it.

    row: its row, resolved, with the parameters merged in; product: the section of the manifest that it stands in;
    page: its page of Twilio's API reference; schema: its columns; notes: what neither of them says; parent: the
    stream for whose rows it is asked.
    """

    name: str
    row: Mapping[str, Any]
    product: str
    page: str
    schema: Mapping[str, Any]
    notes: Mapping[str, Any]
    family: str
    needs: str
    parent: Stream | None = field(default=None)

    @property
    def host(self) -> str:
        """The host in Region us1."""
        return urlsplit(str(self.row["url"])).netloc

    @property
    def key(self) -> list[str]:
        return list(self.row["primary_key"])

    @property
    def reader(self) -> str:
        """The class of its retriever, which is the way it is read."""
        return str(self.row["retriever"]["class_name"]).rpartition(".")[2]

    @property
    def main_only(self) -> bool:
        """Whether it is read once, with the main account, whatever the number of accounts."""
        return bool(self.row["accounts"] == "main")

    @property
    def sync(self) -> Mapping[str, Any]:
        """The block that says how it is read incrementally; empty where it is not."""
        return self.row.get("incremental_sync") or {}

    @property
    def cursor(self) -> str:
        """The cursor field, empty where there is none."""
        return str(self.sync.get("cursor_field") or self.row.get("cursor_field") or "") if self.sync else ""

    @property
    def by_change(self) -> bool:
        """Whether the list is read whole and the cursor only limits what leaves."""
        return bool(self.sync.get("is_client_side_incremental"))

    @property
    def dated(self) -> bool:
        """Whether Twilio is asked for a range of the cursor, of this stream or of a parent."""
        return bool(self.sync) and not self.by_change

    @property
    def unit(self) -> str:
        """The precision of the cursor, as an ISO 8601 duration."""
        return str(self.sync.get("cursor_granularity") or "")

    @property
    def lookback(self) -> str:
        """The least lookback as an ISO 8601 duration, empty without a cursor."""
        return str(self.sync.get("lookback_window") or self.row.get("lookback_window") or "") if self.sync else ""

    @cached_property
    def days_kept(self) -> int | None:
        """Days for which Twilio keeps rows, as far as the row says."""
        start = self.sync.get("start_datetime") or {}
        found = RETENTION.search(str(start.get("min_datetime")))
        return round(int(found.group(1)), -1) if found else None

    @property
    def page_rows(self) -> int:
        """Rows of a full page."""
        return int(self.row["page_size"] or self.row.get("page_rows") or DEFAULT_PAGE)

    @property
    def is_sample(self) -> bool:
        """Whether only the first page is read, of a list that no windows divide."""
        strategy = self.row["retriever"]["paginator"]["pagination_strategy"]
        return strategy.get("stop_condition") == "{{ true }}" and not self.row.get("cap")

    @property
    def ancestors(self) -> Iterator[Stream]:
        """The parent, its parent and so on."""
        stream = self.parent
        while stream:
            yield stream
            stream = stream.parent

    @property
    def range_of(self) -> Stream | None:
        """The nearest stream, itself included, with a date filter that bounds what is asked for."""
        for stream in (self, *self.ancestors):
            parent = stream.row.get("parent")
            if stream.dated and stream.reader != "ListRetriever":
                return stream
            if parent and "each" in parent:
                return None
        return None


@dataclass(frozen=True)
class Facts:
    """All that the documentation is generated from: the streams by name, definitions, specification and notes."""

    streams: Mapping[str, Stream]
    definitions: Mapping[str, Any]
    spec: Mapping[str, Any]
    notes: Mapping[str, Any]

    @property
    def products(self) -> dict[str, list[Stream]]:
        """The streams by section of the manifest, in its order."""
        found: dict[str, list[Stream]] = {}
        for stream in self.streams.values():
            found.setdefault(stream.product, []).append(stream)
        return found

    def regions(self, host: str) -> list[str]:
        """The Regions that offer a host's product."""
        regional = self.definitions["regional_products"]
        return ["us1", *(region for region, products in regional.items() if host.split(".")[0] in products)]


def load() -> Facts:
    """The facts of the repository. Raises ValueError for a row without product or page of the API reference."""
    return facts_of(MANIFEST.read_text(encoding="utf-8"), NOTES.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def facts_of(manifest_text: str, notes_text: str) -> Facts:
    """The facts of a manifest and of notes, as text: the comments above the rows count."""
    manifest = yaml.load(manifest_text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    notes = yaml.safe_load(notes_text)
    places = dict(headings(manifest_text))
    definitions = manifest["definitions"]
    resolved = ManifestReferenceResolver().preprocess_manifest(
        {"definitions": definitions, "streams": manifest["streams"]}
    )
    rows = {row["$parameters"]["name"]: {**row, **row["$parameters"]} for row in resolved["streams"]}
    streams: dict[str, Stream] = {}

    def add(name: str) -> Stream:
        if name not in streams:
            row = rows[name]
            parent = add(row["parent"]["stream"]) if row.get("parent") else None
            product, page = places[name]
            streams[name] = Stream(
                name, row, product, page, schema_of(name),
                notes["streams"].get(name) or {}, family_of(row["url"], definitions["permission_families"]),
                definitions["optional_products"].get(urlsplit(row["url"]).netloc.split(".")[0], ""), parent,
            )
        return streams[name]

    for name in rows:
        add(name)
    return Facts({name: streams[name] for name in rows}, definitions, manifest["spec"], notes)


def schema_of(name: str) -> Mapping[str, Any]:
    """A stream's schema; one without columns where the file is not there yet."""
    path = SCHEMAS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"properties": {}}


def headings(manifest_text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each stream's name with the section that its row stands in and the page of the API reference above it."""
    product = page = ""
    for line in manifest_text.partition("\nstreams:\n")[2].splitlines():
        if found := BANNER.fullmatch(line):
            product = found.group(1)
        elif found := PAGE.fullmatch(line):
            page = found.group(1)
        elif found := NAME.fullmatch(line):
            if not product or not page:
                raise ValueError(f"the row of {found.group(1)} has no address of its API page above it, or no product")
            yield found.group(1), (product, page)
            page = ""


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
