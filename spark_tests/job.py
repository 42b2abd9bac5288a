"""A driver of its own, for tests that end it or look at all that it leaves behind.

    python -m spark_tests.job nightly MASTER CONFIG FOLDER    changes of messages, merged into a Delta table
    python -m spark_tests.job show MASTER CONFIG FOLDER       a batch and a stream, and whatever Spark shows of them

FOLDER gets `table`, `checkpoint`, `events` and `shown`. CONFIG is a file, or - for the variable.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path
from typing import Any

from deltalake import DeltaTable, write_deltalake

from spark_tests.sessions import session, to_the_end

PAGES = ("environment/", "jobs/", "stages/", "SQL/", "SQL/execution/?id=0", "executors/", "StreamingQuery/",
         "api/v1/applications/{app}/environment", "api/v1/applications/{app}/sql", "api/v1/applications/{app}/stages")


def merge(table: str) -> Any:
    """What writes a micro-batch into a Delta table by the key: rows that come again replace themselves."""

    def write(frame: Any, number: int) -> None:
        rows = frame.toArrow()
        write_deltalake(table, rows.slice(0, 0), mode="ignore")
        merging = DeltaTable(table).merge(rows, "old.sid = new.sid", source_alias="new", target_alias="old")
        merging.when_matched_update_all().when_not_matched_insert_all().execute()

    return write


def options(config: str) -> dict[str, str]:
    """Options of every read here."""
    return {"every": "3600"} if config == "-" else {"config": config, "every": "3600"}


def nightly(spark: Any, config: str, folder: Path) -> None:
    """Bring the table up to the last full hour."""
    frame = spark.readStream.format("twilio").option("stream", "messages").options(**options(config)).load()
    query = frame.writeStream.foreachBatch(merge(str(folder / "table"))).trigger(availableNow=True)
    to_the_end(query.option("checkpointLocation", str(folder / "checkpoint")).start)


def show(spark: Any, config: str, folder: Path) -> None:
    """Read messages and conversations, then keep plan, configuration and all pages of the UI."""
    shown = folder / "shown"
    shown.mkdir()
    for stream in ("messages", "conversations"):
        frame = spark.read.format("twilio").option("stream", stream).options(**options(config)).load()
        frame.write.parquet(str(folder / f"{stream}.parquet"))
        plan = frame._jdf.queryExecution()
        (shown / f"plan-{stream}").write_text(plan.toString() + plan.debug().codegenToSeq().toString())
    nightly(spark, config, folder)
    (shown / "configuration").write_text(str(spark.sparkContext.getConf().getAll()))
    for number, page in enumerate(PAGES):
        address = f"{spark.sparkContext.uiWebUrl}/{page.format(app=spark.sparkContext.applicationId)}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=60) as answer:
            (shown / f"page-{number}").write_bytes(answer.read())
    try:
        spark.read.format("twilio").option("stream", "messages").option("config", "/nowhere.json").load().count()
    except Exception as error:
        (shown / "error").write_text(str(error))
    print(f"application {spark.sparkContext.applicationId}", flush=True)


def main() -> None:
    """Entry point."""
    what, master, config, folder = sys.argv[1:]
    (Path(folder) / "events").mkdir(exist_ok=True)
    settings = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{folder}/events",
                "spark.eventLog.compress": "false", "spark.log.level": "INFO",
                "spark.ui.enabled": str(what == "show").lower()}
    with session(master, Path(folder), **settings) as spark:
        {"nightly": nightly, "show": show}[what](spark, config, Path(folder))


if __name__ == "__main__":
    main()
