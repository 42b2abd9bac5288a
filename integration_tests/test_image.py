"""The image, run as a user runs it, against the sandbox. `.ci/image` builds it and says how it is run.

CONNECTOR_IMAGE_RUN: the command line, with the places {options} (volumes and variables) and {entrypoint};
CONNECTOR_IMAGE_SEALED: the same, where nothing can be written and memory is limited to 192 MB;
CONNECTOR_IMAGE_CONFIG: a file with what `docker inspect` or `buildah inspect` says of the image.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server_process import serving
from benchmarks.world import World, sid
from integration_tests.helpers import START_DATE, VERSION, Run, catalog, configuration, run_connector, streams, write
from integration_tests.sandbox import Sandbox

MOUNTED = "/secrets"
MESSAGES = 300_000


def described() -> dict[str, Any]:
    """User, Env, Entrypoint and Labels of the image."""
    found = json.loads(Path(os.environ["CONNECTOR_IMAGE_CONFIG"]).read_text(encoding="utf-8"))
    inspected: dict[str, Any] = found[0] if isinstance(found, list) else found["OCIv1"]
    return dict(inspected.get("Config") or inspected["config"])


def run_image(
    arguments: list[str], env: Mapping[str, str], ca: str, folder: Path, way: str = "CONNECTOR_IMAGE_RUN"
) -> Run:
    """Run the image with a stand-in for Twilio, whose variables and certificate these are; the folder is /secrets."""
    options = [f"--volume={folder}:{MOUNTED}:ro", f"--volume={ca}:/ca.pem:ro"]
    for name, value in env.items():
        options.append(f"--env={name}={'/ca.pem' if value == ca else value}")
    # Docker adds the entry point itself, buildah does not.
    template = os.environ[way]
    command = template.format(options=shlex.join(options), entrypoint=shlex.join(described()["Entrypoint"]))
    return run_connector(arguments, os.environ, command=shlex.split(command))


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that a user mounts: readable for everyone, since the image's user is not the host's."""
    tmp_path.chmod(0o755)
    write(tmp_path / "config.json", configuration())
    write(tmp_path / "catalog.json", catalog())
    return tmp_path


def test_config_names_the_connector_and_a_user_that_is_not_root() -> None:
    image = described()
    labels = image["Labels"]
    assert labels["io.airbyte.name"] == "airbyte/source-twilio"
    assert labels["io.airbyte.version"] == labels["org.opencontainers.image.version"] == VERSION
    assert labels["org.opencontainers.image.title"] == "source-twilio"
    assert labels["org.opencontainers.image.licenses"] == "MIT"
    assert image["User"] == "airbyte"
    assert f"AIRBYTE_ENTRYPOINT={image['Entrypoint'][0]}" in image["Env"]
    assert not [entry for entry in image["Env"] if entry.startswith("PIP_")]


def test_spec(sandbox: Sandbox, secrets: Path) -> None:
    run = run_image(["spec"], sandbox.env, sandbox.ca, secrets)
    assert run.exit_code == 0
    (spec,) = run.of("SPEC")
    assert {"account_sid", "credentials", "start_date"} <= set(spec["connectionSpecification"]["properties"])


def test_check_of_good_credentials(sandbox: Sandbox, secrets: Path) -> None:
    run = run_image(["check", "--config", f"{MOUNTED}/config.json"], sandbox.env, sandbox.ca, secrets)
    assert run.connection_status() == ("SUCCEEDED", "")
    assert run.exit_code == 0


def test_check_of_wrong_credentials(sandbox: Sandbox, secrets: Path) -> None:
    wrong = configuration(credentials={"auth_type": "auth_token", "auth_token": "wrong"})
    write(secrets / "config.json", wrong)
    run = run_image(["check", "--config", f"{MOUNTED}/config.json"], sandbox.env, sandbox.ca, secrets)
    status, message = run.connection_status()
    assert status == "FAILED"
    assert "20003" in message


def test_discover(sandbox: Sandbox, secrets: Path) -> None:
    run = run_image(["discover", "--config", f"{MOUNTED}/config.json"], sandbox.env, sandbox.ca, secrets)
    (found,) = run.of("CATALOG")
    assert {stream["name"]: stream for stream in found["streams"]} == streams()


def test_read_of_every_stream(sandbox: Sandbox, secrets: Path) -> None:
    arguments = ["read", "--config", f"{MOUNTED}/config.json", "--catalog", f"{MOUNTED}/catalog.json"]
    run = run_image(arguments, sandbox.env, sandbox.ca, secrets)
    assert run.exit_code == 0
    assert run.errors() == []
    expected = {name: len(sandbox.control.expected(name, START_DATE)) for name in streams()}
    assert {name: run.counts()[name] for name in streams()} == expected
    assert sum(expected.values()) > 1000


@pytest.mark.parametrize("command", ["spec", "check", "discover"])
def test_where_nothing_can_be_written(command: str, sandbox: Sandbox, secrets: Path) -> None:
    arguments = [command] if command == "spec" else [command, "--config", f"{MOUNTED}/config.json"]
    run = run_image(arguments, sandbox.env, sandbox.ca, secrets, "CONNECTOR_IMAGE_SEALED")
    assert (run.exit_code, run.errors(), run.stderr) == (0, [], "")
    kind = {"spec": "SPEC", "check": "CONNECTION_STATUS", "discover": "CATALOG"}[command]
    assert len(run.of(kind)) == 1


def test_many_messages_where_nothing_can_be_written_and_memory_is_small(secrets: Path) -> None:
    """docs/performance.md promises it."""
    world = World({"messages": MESSAGES})
    credentials = {"auth_type": "auth_token", "auth_token": "any"}
    config = configuration(account_sid=sid("AC", 0), start_date=world.start_date, credentials=credentials)
    write(secrets / "config.json", config)
    write(secrets / "catalog.json", catalog(["messages"]))
    with serving(Path(sys.executable), world) as server:
        (secrets / "ca.pem").write_bytes(server.ca.read_bytes())
        ca = str(secrets / "ca.pem")
        env = {"HTTPS_PROXY": server.address, "REQUESTS_CA_BUNDLE": ca}
        arguments = ["read", "--config", f"{MOUNTED}/config.json", "--catalog", f"{MOUNTED}/catalog.json"]
        run = run_image(arguments, env, ca, secrets, "CONNECTOR_IMAGE_SEALED")
    assert (run.exit_code, run.errors()) == (0, [])
    assert run.counts()["messages"] == MESSAGES
