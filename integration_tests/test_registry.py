"""Manifest, metadata.yaml, Dockerfile, icon, documentation and pyproject.toml say the same."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from integration_tests.helpers import ROOT, VERSION
from source_twilio.components.twilio.credentials import TOKEN_URL
from source_twilio.source import load_manifest

EDGES = {"ie1": "dublin", "au1": "sydney"}
# Streams that Airbyte must not select for everyone: https://www.twilio.com/docs says why, docs/streams.md repeats it.
SAMPLES = {"available_phone_numbers_local", "available_phone_numbers_mobile", "available_phone_numbers_toll_free"}
HELD_BY_OTHERS = {f"usage_records_{span}" for span in ("today", "yesterday", "this_month", "last_month")}
EXPENSIVE = {"call_events", "call_insight_events", "call_insight_metrics", "call_notifications", "step",
             "conversation_message_receipts", "message_media", "recording_add_on_results", "verify_challenges"}
PERSONAL = {"regulatory_end_users", "regulatory_supporting_documents", "tollfree_verifications", "trusthub_end_users",
            "trusthub_supporting_documents", "verification_attempts", "wireless_data_sessions"}


def text(name: str) -> str:
    """A file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    """The `data` of metadata.yaml."""
    found: dict[str, Any] = yaml.safe_load(text("metadata.yaml"))["data"]
    return found


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The manifest with its references resolved and each row's parameters beside its other keys."""
    resolved = ManifestReferenceResolver().preprocess_manifest(load_manifest())
    return {**resolved, "streams": [{**row, **row["$parameters"]} for row in resolved["streams"]]}


@pytest.fixture(scope="module")
def names(manifest: dict[str, Any]) -> set[str]:
    """The names of all streams."""
    return {row["name"] for row in manifest["streams"]}


def test_one_name_licence_and_base(metadata: dict[str, Any], manifest: dict[str, Any]) -> None:
    dockerfile = text("Dockerfile")
    assert f"LABEL io.airbyte.name={metadata['dockerRepository']}\n" in dockerfile
    assert f"ARG BASE_IMAGE={metadata['connectorBuildOptions']['baseImage']}\n" in dockerfile
    assert metadata["documentationUrl"] == manifest["spec"]["documentation_url"]
    # Once under [project], once where Airbyte's rules look for it.
    assert text("pyproject.toml").count(f'\nlicense = "{metadata["license"]}"\n') == 2
    assert re.search(r":\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$", metadata["connectorBuildOptions"]["baseImage"])
    assert text("LICENSE").startswith(f"{metadata['license']} License")
    assert {"language:python", "cdk:low-code"} <= set(metadata["tags"])


INSECURE = re.compile(r"http://(?!json-schema\.org|localhost)", re.I)


def insecure(line: str) -> bool:
    """Whether Airbyte's rules take a line for a request without TLS. The one exception says so itself, in its line."""
    return bool(INSECURE.search(line)) and "# ignore-https-check" not in line and not re.match(r"\s*(#|<!--)", line)


def test_no_address_without_tls() -> None:
    """Airbyte looks at all that is not a test."""
    folders = ("source_twilio", "tools", "quickstart", "benchmarks", "docs", ".github", ".ci")
    files = [*ROOT.glob("*.*"), *(path for name in folders for path in (ROOT / name).rglob("*"))]
    kinds = {".py", ".yaml", ".yml", ".json", ".md", ".toml", ".sh", ".sql", ""}
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in files
        if path.is_file() and path.suffix in kinds and not {"tests", ".cache"} & set(path.relative_to(ROOT).parts)
        for line in path.read_text(encoding="utf-8").splitlines()
        if insecure(line)
    ]
    assert found == []
    assert insecure('get("http://example.com")') and not insecure("# http://example.com")


def test_allowed_hosts_are_those_of_the_manifest(metadata: dict[str, Any], manifest: dict[str, Any]) -> None:
    """Every product in us1 and where the manifest says that it is offered, with the Region's edge; and OAuth's."""
    regions = manifest["spec"]["connection_specification"]["properties"]["region"]["enum"]
    assert set(regions) == {"us1", *EDGES} == {"us1", *manifest["definitions"]["regional_products"]}
    hosts = {urlsplit(TOKEN_URL).hostname}
    for row in manifest["streams"]:
        url = urlsplit(row["url"])
        assert url.scheme == "https" and url.port is None, row["name"]
        product = str(url.hostname).removesuffix(".twilio.com")
        assert re.fullmatch(r"[a-z-]+", product), row["name"]
        hosts.add(url.hostname)
        for region, offered in manifest["definitions"]["regional_products"].items():
            if product in offered:
                hosts.add(f"{product}.{EDGES[region]}.{region}.twilio.com")
    allowed = metadata["allowedHosts"]["hosts"]
    assert len(allowed) == len(set(allowed))
    assert set(allowed) == hosts


def test_documented_hosts_are_the_allowed_ones(metadata: dict[str, Any]) -> None:
    """The user page names each host that a firewall must let through."""
    section = re.search(r"^#+ Hosts\n(.*?)(?=^#|\Z)", text("docs/twilio.md"), re.M | re.S)
    assert section, "docs/twilio.md has no section `Hosts`"
    documented = set(re.findall(r"`([a-z0-9.-]+\.twilio\.com)`", section[1]))
    assert documented == set(metadata["allowedHosts"]["hosts"])


def test_suggested_streams_exist_and_are_for_everyone(metadata: dict[str, Any], names: set[str]) -> None:
    suggested = metadata["suggestedStreams"]["streams"]
    assert suggested == sorted(set(suggested))
    assert set(suggested) <= names
    for unfit in (SAMPLES, HELD_BY_OTHERS, EXPENSIVE, PERSONAL):
        assert unfit <= names
        assert not unfit & set(suggested)


@pytest.fixture(scope="module")
def changes(metadata: dict[str, Any]) -> dict[str, Any]:
    """The breaking changes by version: Airbyte's own 1.0.0, and ours above it."""
    found: dict[str, Any] = metadata["releases"]["breakingChanges"]
    return found


def test_breaking_changes_name_streams_and_a_guide(
    metadata: dict[str, Any], changes: dict[str, Any], names: set[str]
) -> None:
    headings = re.findall(r"^#+ (.+)$", text("docs/migration.md"), re.M)
    assert headings[0] == "Twilio Migration Guide"
    assert VERSION.split(".")[0] in {version.split(".")[0] for version in changes}
    upgrades = [heading.removeprefix("Upgrading to ") for heading in headings if heading.startswith("Upgrading to ")]
    assert upgrades == sorted(changes, reverse=True), "a section for each, the newest first"
    for version, change in changes.items():
        (scope,) = change["scopedImpact"]
        assert scope["scopeType"] == "stream"
        assert set(scope["impactedScopes"]) <= names
        assert isinstance(change["upgradeDeadline"], str), "the registry parses a text"
        guide, anchor = change["migrationDocumentationUrl"].split("#")
        assert guide == metadata["releases"]["migrationDocumentationUrl"]
        assert guide == metadata["documentationUrl"] + "-migrations"
        assert anchor == f"upgrading-to-{version.replace('.', '')}"


def test_every_impacted_stream_stands_in_the_migration_guide(changes: dict[str, Any]) -> None:
    guide = text("docs/migration.md")
    for change in changes.values():
        (scope,) = change["scopedImpact"]
        assert [name for name in scope["impactedScopes"] if f"`{name}`" not in guide] == []


def test_no_silence_is_longer_than_the_platform_waits(metadata: dict[str, Any], manifest: dict[str, Any]) -> None:
    """A request and its retries end well before a platform would take the sync for dead."""
    requester = manifest["definitions"]["requester"]
    attempt = requester["connect_timeout_in_seconds"] + requester["read_timeout_in_seconds"]
    longest = max(attempt, requester["whole_timeout_in_seconds"]) + requester["retry_for_in_seconds"]
    assert 2 * longest <= metadata["maxSecondsBetweenMessages"]


def test_icon_is_a_square_drawing_without_scripts_or_links(metadata: dict[str, Any]) -> None:
    root = ElementTree.fromstring(text(metadata["icon"]))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("width") == root.get("height") == "250"
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds <= {"svg", "title", "g", "rect", "path", "circle"}
    assert not [name for element in root.iter() for name in element.attrib if name.endswith("href")]


def test_no_suite_of_the_registry_needs_a_secret(metadata: dict[str, Any]) -> None:
    suites = {suite["suite"]: suite for suite in metadata["connectorTestSuitesOptions"]}
    assert set(suites) == {"unitTests", "integrationTests", "acceptanceTests"}
    assert not [name for name, suite in suites.items() if "testSecrets" in suite]
    scenarios = yaml.safe_load(text("acceptance-test-config.yml"))["acceptance_tests"]
    paths = [test["config_path"] for section in scenarios.values() for test in section.get("tests", [])]
    assert paths and not [path for path in paths if path.startswith("secrets/") or not (ROOT / path).is_file()]
