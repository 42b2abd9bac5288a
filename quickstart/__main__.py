"""The steps of the quick start, one after the other; `quickstart.sh --help` says what can be chosen."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".quickstart"  # logs, temporary files and the environment


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="quickstart.sh",
        description="Reads Twilio into a DuckDB file through PyAirbyte. Without --config it reads a local stand-in for "
        "Twilio, which it starts. Run it again, and it reads what is new.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="JSON file with the connector's configuration")
    parser.add_argument("--streams", metavar="A,B", help="streams to read, separated by commas (default: all)")
    parser.add_argument(
        "--database", type=Path, metavar="FILE", help="default: sandbox.duckdb, or twilio.duckdb with --config"
    )
    parser.add_argument("--start-date", metavar="DATE", help="YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, not the file's")
    parser.add_argument(
        "--live", action="store_true", help="let the stand-in's clock run; without, it stands at the last midnight UTC"
    )
    return parser.parse_args(arguments)


def main() -> None:
    """Run the steps; exits with 1 and one sentence where one of them fails."""
    sys.path[0] = str(ROOT)  # in place of this folder
    asked = parsed()
    folder = _temporary_folder()
    # PyAirbyte takes its settings from the environment when it is imported.
    os.environ.update(
        DO_NOT_TRACK="1",
        AIRBYTE_OFFLINE_MODE="1",
        AIRBYTE_PROJECT_DIR=str(OWN),
        AIRBYTE_TEMP_DIR=str(folder),
        AIRBYTE_LOGGING_ROOT=str(OWN / "logs"),
        NO_LIVE_PROGRESS="1",
    )
    from quickstart.report import Failure, quiet, say

    try:
        say("Starting PyAirbyte ...")
        with quiet():
            from quickstart.steps import run
        run(asked, folder)
    except Failure as failure:
        sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again: it goes on from what was written.")
    except Exception as error:
        log = OWN / "logs" / "quickstart.log"
        log.write_text(traceback.format_exc())
        sys.exit(f"\nThe quick start failed, which it should not: {type(error).__name__}: {error}\nThe details: {log}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary_folder() -> Path:
    """A folder of this process alone: PyAirbyte makes its files, secrets included, readable to everybody."""
    parent = OWN / "temporary"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():  # a run that was killed leaves rows and a configuration behind
        if left.name.isdigit() and not _alive(int(left.name)):
            shutil.rmtree(left, ignore_errors=True)
    folder = parent / str(os.getpid())
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    main()
