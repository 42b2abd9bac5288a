"""The programs that are compared, each in an environment of its own, and how each is told what to read."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.answers import TOKEN
from benchmarks.environments import Environment, Unavailable
from benchmarks.measure import output
from benchmarks.world import World, sid

State = Sequence[Mapping[str, Any]]


def _write(folder: Path, name: str, content: object) -> str:
    """A JSON file in the run's folder; its path."""
    path = folder / name
    path.write_text(json.dumps(content))
    return str(path)


class Reader(ABC):
    """A program that reads Twilio; `workers` is how many requests it keeps in flight unless told otherwise."""

    name: str
    title: str
    workers: int | None
    packages: tuple[str, ...]

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.asked_workers: int | None = None  # other than its default

    def config(self, world: World, workers: int | None) -> dict[str, object]:
        """A configuration that every version of the connector accepts."""
        config: dict[str, object] = {
            "account_sid": sid("AC", 0),
            "auth_token": TOKEN,
            "start_date": world.start_date,
            "user_agent": "benchmark",
        }
        return config if workers is None else {**config, "num_workers": workers}

    def describe(self) -> str:
        """What is installed, and how many requests it keeps in flight."""
        workers = f"{self.asked_workers} workers" if self.asked_workers else f"{self.workers} workers, its default"
        return f"{self.title}: {self.environment.versions(*self.packages)}, {workers}"

    @abstractmethod
    def prepare(self, environment: Mapping[str, str], folder: Path) -> None:
        """Learn the streams, while a server answers."""

    @abstractmethod
    def streams(self) -> set[str]:
        """The streams it offers."""

    @abstractmethod
    def read(
        self, folder: Path, world: World, streams: Sequence[str], workers: int | None, state: State | None = None
    ) -> list[str]:
        """The command that reads some streams."""


class Connector(Reader):
    """An Airbyte source."""

    command = "source-twilio"

    def base(self, command: str, folder: Path, world: World, workers: int | None = None) -> list[str]:
        """spec, check, discover, or the beginning of a read."""
        config = [] if command == "spec" else ["--config", _write(folder, "config.json", self.config(world, workers))]
        return [str(self.environment.bin / self.command), command, *config]

    def prepare(self, environment: Mapping[str, str], folder: Path) -> None:
        """Ask `discover` for the catalog."""
        lines = output(self.base("discover", folder, World({})), environment, folder)
        catalog = next(line["catalog"] for line in lines if line.get("type") == "CATALOG")
        self.catalog = {stream["name"]: stream for stream in catalog["streams"]}

    def streams(self) -> set[str]:
        """What `discover` listed."""
        return set(self.catalog)

    def read(
        self, folder: Path, world: World, streams: Sequence[str], workers: int | None, state: State | None = None
    ) -> list[str]:
        """A read of some streams, incremental where they can be."""
        chosen = [
            {
                "stream": self.catalog[name],
                "sync_mode": "incremental"
                if "incremental" in self.catalog[name]["supported_sync_modes"]
                else "full_refresh",
                "destination_sync_mode": "append",
            }
            for name in streams
        ]
        command = [*self.base("read", folder, world, workers), "--catalog"]
        command.append(_write(folder, "catalog.json", {"streams": chosen}))
        if state is not None:
            kept = [{"type": item["type"], "stream": item["stream"]} for item in state]
            command += ["--state", _write(folder, "state.json", kept)]
        return command


class Ours(Connector):
    """This connector."""

    name, title, workers, packages = "ours", "this connector", 8, ("airbyte-cdk",)


class Peer(Connector):
    """The published connector."""

    name, title, workers, packages = "peer", environments.PEER, 3, ("airbyte-cdk",)


class Edition(Connector):
    """The edition in builder/, under the CDK's own command: a manifest of the streams that the scenarios name."""

    name, title, workers, packages = "edition", "the edition, run by the CDK", 8, ("airbyte-cdk",)
    command = "source-declarative-manifest"
    chosen = ("incoming_phone_numbers", "usage_records", "calls", "recordings", "messages", "message_media")

    def prepare(self, environment: Mapping[str, str], folder: Path) -> None:
        """Make the manifest."""
        self.manifest = str(environments.edition_manifest(self.chosen))
        super().prepare(environment, folder)

    def config(self, world: World, workers: int | None) -> dict[str, object]:
        """The form of the edition knows no earlier configurations."""
        config = super().config(world, workers)
        return {**config, "credentials": {"auth_type": "auth_token", "auth_token": config.pop("auth_token")}}

    def base(self, command: str, folder: Path, world: World, workers: int | None = None) -> list[str]:
        """The same for the manifest."""
        found = super().base(command, folder, world, workers)
        return found if command == "spec" else [*found, "--manifest-path", self.manifest]


class Tap(Reader):
    """The Singer tap; one request at a time, 50 rows a page."""

    name, title, workers, packages = "tap", "tap-twilio (Singer)", 1, ("tap-twilio",)

    def prepare(self, environment: Mapping[str, str], folder: Path) -> None:
        """Ask for the catalog, which is printed over many lines."""
        code = "import json, tap_twilio as t; print(json.dumps({'type': 'CATALOG', **t.discover().to_dict()}))"
        lines = output([str(self.environment.bin / "python"), "-c", code], environment, folder)
        self.catalog = {stream["tap_stream_id"]: stream for stream in lines[-1]["streams"]}

    def streams(self) -> set[str]:
        """What the tap lists."""
        return set(self.catalog)

    def read(
        self, folder: Path, world: World, streams: Sequence[str], workers: int | None, state: State | None = None
    ) -> list[str]:
        """A read of some streams, which Singer selects in the metadata; parents must be in the catalog too."""
        catalog = list(self.catalog.values())
        for stream in catalog:
            for item in stream["metadata"]:
                item["metadata"]["selected"] = stream["stream"] in streams
        config = _write(folder, "config.json", self.config(world, None))
        chosen = _write(folder, "catalog.json", {"streams": catalog})
        return [str(self.environment.bin / "tap-twilio"), "--config", config, "--catalog", chosen]


class Library(Reader):
    """The official library: fetch a page, print each row as JSON. Nobody can be expected to be much cheaper."""

    name, title, workers, packages = "library", "official library, printing JSON", 1, ("twilio",)

    def prepare(self, environment: Mapping[str, str], folder: Path) -> None:
        """There is nothing to learn."""

    def streams(self) -> set[str]:
        """What `library_reader.py` reads."""
        return {"messages"}

    def read(
        self, folder: Path, world: World, streams: Sequence[str], workers: int | None, state: State | None = None
    ) -> list[str]:
        """The whole list of messages."""
        script = Path(__file__).with_name("library_reader.py")
        return [str(self.environment.bin / "python"), str(script), sid("AC", 0), TOKEN]


READERS: dict[str, tuple[type[Reader], Callable[[], Environment]]] = {
    "peer": (Peer, environments.peer),
    "ours": (Ours, environments.ours),
    "edition": (Edition, environments.edition),
    "tap": (Tap, environments.tap),
    "library": (Library, environments.official),
}


TABLE = ("peer", "ours", "tap", "library")  # of the table of targets


def install(names: Sequence[str]) -> tuple[dict[str, Reader], list[str]]:
    """The readers that can be had here, and one line for each that cannot."""
    readers: dict[str, Reader] = {}
    missing = []
    for name in names:
        kind, environment = READERS[name]
        try:
            readers[name] = kind(environment())
        except Unavailable as reason:
            missing.append(f"{kind.title} cannot be installed here: {reason}")
    return readers, missing
