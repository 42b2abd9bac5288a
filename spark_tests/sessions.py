"""Starts Spark beside a sandbox, and says what a row of the connector has to be in Spark."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from integration_tests.helpers import ROOT
from integration_tests.sandbox import Sandbox

STARTS = 5
MASTERS = ("local[2]", "local-cluster[2,1,1024]")
# A JVM here lives for a minute, and half of its time would go into compiling what it then runs a few times.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.python.authenticate.socketTimeout": "120s",  # a busy machine starts Python slowly
    "spark.sql.execution.pyspark.udf.faulthandler.enabled": "true",
}


def variables(sandbox: Sandbox) -> dict[str, str]:
    """What Spark's processes need to be told: whose Twilio, and which Python."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**sandbox.env, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": path, "SPARK_LOCAL_IP": "127.0.0.1"}


@contextmanager
def session(master: str, folder: Path, **settings: str) -> Iterator[Any]:
    """A session; what it writes goes below the folder. Settings lie over those that all sessions have.

    The JVM is this process's child and has the variables that this had when the first session began: set `variables`
    before. Applications bear the number of this process, since clusters that start in the same second would else give
    them the same names.
    """
    own = {"spark.sql.warehouse.dir": str(folder / "warehouse"),
           "spark.deploy.appIdPattern": f"app-%s-%04d-{os.getpid()}"}
    builder = SparkSession.builder.master(master)
    for name, value in {**SETTINGS, **own, **settings}.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    try:
        yield started
    finally:
        started.stop()


def text(moment: datetime) -> str:
    """A moment as the configuration takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read(spark: Any, stream: str, config: Path, **options: Any) -> Any:
    """The data frame of a stream."""
    return spark.read.format("twilio").options(stream=stream, config=str(config), **options).load()


def changes(spark: Any, stream: str, config: Path, **options: Any) -> Any:
    """The streaming data frame of a stream."""
    return spark.readStream.format("twilio").options(stream=stream, config=str(config), **options).load()


def to_the_end(start: Callable[[], Any]) -> None:
    """Start a query and wait until it has ended. Spark waits ten seconds for the Python that plans a stream, whatever
    is configured; where a busy machine takes longer nothing was read and the query is started again."""
    for left in reversed(range(STARTS)):
        try:
            return start().awaitTermination()
        except StreamingQueryException as error:
            if not left or "Python worker failed to connect back" not in str(error):
                raise


def schema_of(stream: str) -> dict[str, Any]:
    """The JSON schema of a stream."""
    found: dict[str, Any] = json.loads((ROOT / "source_twilio" / "schemas" / f"{stream}.json").read_bytes())
    return found


def wanted(row: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """What Spark has to show of a connector's row, by the schema's words; what has no column is under `_undeclared`."""
    rest: dict[str, Any] = {}
    found = _object(row, schema, rest)
    return {**found, "_undeclared": rest or None}


def _object(row: Mapping[str, Any], schema: Mapping[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    properties = schema["properties"]
    rest.update({name: value for name, value in row.items() if name not in properties})
    return {name: _value(row.get(name), declared, rest, name) for name, declared in properties.items()}


def _value(value: Any, schema: Mapping[str, Any], rest: dict[str, Any], name: str) -> Any:
    declared = schema["type"]
    kinds = [declared] if isinstance(declared, str) else [kind for kind in declared if kind != "null"]
    if value is None:
        return None
    if kinds == ["object"] and schema.get("properties") and "SMS" not in schema["properties"]:
        below: dict[str, Any] = {}
        found = _object(value, schema, below)
        rest.update({name: below} if below else {})
        return found
    if kinds == ["array"] and schema.get("items"):
        parts: list[dict[str, Any]] = [{} for _ in value]
        listed = [_value(one, schema["items"], part, "") for one, part in zip(value, parts, strict=True)]
        if any(parts):
            rest[name] = [part.get("") for part in parts]
        return listed
    if schema.get("format") == "date-time":
        whole, _, finer = value.removesuffix("Z").partition(".")
        return datetime.fromisoformat(f"{whole}.{(finer or '0')[:6]:0<6}")
    if schema.get("format") == "date":
        return date.fromisoformat(value)
    return float(value) if kinds == ["number"] else value


def shown(row: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A Spark row, as `wanted` says it: JSON text is read, since keys of an object have no order."""
    found = row.asDict(recursive=True)
    return {**_texts(found, schema), "_undeclared": found["_undeclared"] and json.loads(found["_undeclared"])}


def _texts(found: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value, schema["properties"].get(name, {})) for name, value in found.items()}


def _text(value: Any, schema: Mapping[str, Any]) -> Any:
    is_structure = "object" in schema.get("type", ()) or "array" in schema.get("type", ())
    if isinstance(value, dict):
        return _texts(value, schema)
    if isinstance(value, list):
        return [_text(one, schema["items"]) for one in value]
    return json.loads(value) if is_structure and value is not None else value


def key_of(stream: str) -> list[str]:
    """The columns that a stream's rows are told apart by."""
    from integration_tests.helpers import streams

    return [path[0] for path in streams()[stream]["source_defined_primary_key"]]
