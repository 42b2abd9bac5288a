"""The manifest as a text and as a table: its vocabulary, its lines, its hosts, the options that it reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_twilio.components.blocks import HONOURED
from source_twilio.components.settings.configuration import EarlierConfigurations
from source_twilio.components.state.migrations import EarlierStates
from source_twilio.source import MANIFEST, READ_BY_NAME, prune
from unit_tests.support.manifest import streams, written

ROOT = Path(__file__).parents[2]
TEXT = MANIFEST.read_text(encoding="utf-8")
PYTHON = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "source_twilio").rglob("*.py"))}
CORE = {path: text for path, text in PYTHON.items() if path.parent.name in ("source_twilio", "components")}
ALWAYS = ["name", "url", "records", "page_size", "primary_key"]  # in this order, in every row
SOMETIMES = {
    "parent",
    "among",
    "cursor_field",
    "lookback_window",
    "column",
    "early",
    "query",
    "drop",
    "empty_on",
    "require",
    "by_cursor",
    "each",
    "each_if",
    "detail_url",
    "cap",
    "undated",
    "numbered",
    "columns",
    "absent",
    "ahead",
    "newest_first",
    "hold",
    "page_rows",
    "asked_by",
    "slack",
}
PARENT = {"stream", "keys", "each", "where", "or_changed", "once"}
REGIONS = {"ie1": "dublin", "au1": "sydney"}


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = written()["streams"]
    return found


def test_the_vocabulary_is_closed() -> None:
    """`$parameters` reach every descendant: a new one is a design change, and this list is where it is made."""
    for row in rows():
        given = row["$parameters"]
        assert list(given)[: len(ALWAYS)] == ALWAYS, given["name"]
        assert set(streams()[given["name"]]["$parameters"]) - set(ALWAYS) <= SOMETIMES, given["name"]
        assert set(row) <= {"$ref", "$parameters", "state_migrations"}, given["name"]
        assert set(given.get("parent") or {}) <= PARENT, given["name"]
    used = {name for row in streams().values() for name in row["$parameters"]}
    assert used == set(ALWAYS) | SOMETIMES, "nothing stands here that no stream uses"


def test_every_word_of_ours_is_explained_once() -> None:
    """In the table before the blocks, so that nobody has to look for it in Python."""
    table = TEXT.partition(" words of ours\n")[2].partition("  # ----")[0]
    requester = written()["definitions"]["requester"]
    known = {"url", "cursor_field", "lookback_window", "name", "primary_key"} | {
        field.alias for model in HONOURED for field in model.__fields__.values()
    }
    for word in (set(ALWAYS) | SOMETIMES | set(requester)) - known - {"class_name"}:
        assert len(re.findall(rf"(?<![\w`]){word}\b(?=[:,; ])", table)) >= 1, word


def test_names_are_unique_and_parents_exist() -> None:
    names = [row["$parameters"]["name"] for row in rows()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    for name, row in streams().items():
        seen = {name}
        while row.get("parent"):
            row = streams()[row["parent"]["stream"]]
            assert row["name"] not in seen, "a stream is no parent of its own"
            seen.add(row["name"])


def test_lines_are_short_and_flow_mappings_small() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > 120 or line != line.rstrip()] == []
    keys: list[int] = []
    depth: list[tuple[bool, int]] = []
    for event in yaml.parse(TEXT, Loader=yaml.SafeLoader):
        opens = isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent))
        if (opens or isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent))) and depth:
            depth[-1] = (depth[-1][0], depth[-1][1] + 1)
        if opens:
            depth.append((isinstance(event, yaml.MappingStartEvent) and bool(event.flow_style), 0))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            flow, count = depth.pop()
            keys += [count // 2] if flow else []
    assert keys and max(keys) <= 2


def test_every_row_stands_under_the_address_of_its_page() -> None:
    lines = TEXT.splitlines()
    first = lines.index("streams:")
    for number, line in enumerate(lines[first:], start=first):
        if line.startswith("  - $ref:"):
            comment = []
            above = number - 1
            while lines[above].lstrip().startswith("#"):
                comment.append(lines[above])
                above -= 1
            assert any("https://" in one for one in comment), f"line {number + 1}: {lines[number + 2].strip()}"


def test_no_condition_stands_in_jinja() -> None:
    """What varies is a required parameter; what needs a decision is Python with a name and a test."""
    for expression in re.findall(r"{{(.*?)}}|{%(.*?)%}", TEXT):
        assert not re.search(r"\b(or|and|if|else|not)\b", "".join(expression)), expression


def test_no_stream_is_named_in_python() -> None:
    found = {
        (path.name, name)
        for path, text in CORE.items()
        for name in streams()
        if re.search(rf"[\"']{name}[\"']", text)
        and name not in ("accounts", "services", "users", "roles", "keys", "calls", "step")
    }
    assert found == set()


def test_what_a_restricted_key_needs_is_said_of_every_stream() -> None:
    """Without it, `check` tells whoever has such a key that it can never read the stream."""
    families = written()["definitions"]["permission_families"]
    urls = {name: row["url"] for name, row in streams().items()}
    assert {name: url for name, url in urls.items() if not url.startswith(tuple(families))} == {}
    assert [one for one in families if not any(url.startswith(one) for url in urls.values())] == []


def hosts() -> set[str]:
    """The hosts that the rows name, in every Region that offers the product, and that of OAuth's tokens."""
    offered = written()["definitions"]["regional_products"]
    found = {urlsplit(row[key]).netloc for row in streams().values() for key in ("url", "detail_url") if row.get(key)}
    for text in PYTHON.values():
        found |= {urlsplit(url).netloc for url in re.findall(r'"(https://[a-z-]+\.twilio\.com)/v', text)}
    for region, products in offered.items():
        found |= {
            f"{host.split('.')[0]}.{REGIONS[region]}.{region}.twilio.com"
            for host in found.copy()
            if host.split(".")[0] in products and host.count(".") == 2
        }
    return found


def test_hosts_agree_with_the_metadata() -> None:
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    assert set(metadata["data"]["allowedHosts"]["hosts"]) == hosts()
    assert all(urlsplit(row["url"]).scheme == "https" for row in streams().values())


def options(properties: dict[str, Any]) -> set[str]:
    """The names of a specification's options, nested ones too."""
    found = set()
    for name, declared in properties.items():
        found.add(name)
        for choice in [declared, *declared.get("oneOf", [])]:
            found |= options(choice.get("properties", {}))
    return found


def spec() -> dict[str, Any]:
    found: dict[str, Any] = written()["spec"]["connection_specification"]
    return found


def test_every_option_that_is_read_is_in_the_specification() -> None:
    earlier = {"auth_token", "num_worker"}  # of configurations that are migrated
    for text in [TEXT, *PYTHON.values()]:
        for name in re.findall(r"config(?:\[|\.get\(|\.pop\()[\"'](\w+)[\"']", text):
            assert name in options(spec()["properties"]) | earlier, name


@pytest.mark.parametrize("name", sorted(spec()["properties"]))
def test_every_option_is_read(name: str) -> None:
    """By something other than its own validation."""
    readers = [text for path, text in PYTHON.items() if path.name != "configuration.py"]
    assert any(re.search(rf"config(\[|\.get\()[\"']{name}[\"']", text) for text in [TEXT, *readers])


def test_the_specification_reads_as_a_form() -> None:
    properties = spec()["properties"]
    assert [one["order"] for one in properties.values()] == list(range(len(properties)))
    for name, declared in properties.items():
        assert declared["title"] and declared["description"].endswith("."), name
        for choice in declared.get("oneOf", []):
            assert choice["title"] and len([one for one in choice["properties"].values() if "const" in one]) == 1
    choices = [choice["properties"] for choice in properties["credentials"]["oneOf"]]
    secrets = {name for choice in choices for name, declared in choice.items() if declared.get("airbyte_secret")}
    assert secrets == {"auth_token", "api_key_secret", "client_secret"}


def test_modules_are_one_idea_each() -> None:
    assert {path.name: text.count("\n") for path, text in PYTHON.items() if text.count("\n") >= 250} == {}


@pytest.mark.parametrize("migration", [EarlierStates, EarlierConfigurations])
def test_a_migration_shows_the_form_before_and_after(migration: type) -> None:
    assert "before" in str(migration.__doc__) and "after:" in str(migration.__doc__)


@pytest.mark.parametrize("name", ["message_media", "usage_records", "messaging_deactivations"])
def test_what_a_command_does_not_need_is_not_handed_to_the_cdk(name: str) -> None:
    manifest = written()
    pruned = prune(manifest, {name})
    resolved, whole = (ManifestReferenceResolver().preprocess_manifest(one) for one in (pruned, manifest))
    rows = {row["$parameters"]["name"]: row for row in whole["streams"]}
    assert resolved["streams"] == [rows[row["$parameters"]["name"]] for row in pruned["streams"]]
    assert len(pruned["definitions"]) < len(manifest["definitions"])
    assert set(READ_BY_NAME) <= set(pruned["definitions"]) and resolved["spec"] == whole["spec"]
