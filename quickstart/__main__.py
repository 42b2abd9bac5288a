"""The quick start, from its command line to its exit code: 0, 1 where something failed, 130 where it was stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STOPPED = 130
NOTHING_READ = "\nStopped. Nothing was read in this run, and the database is as it was."
OWN = ROOT / ".quickstart"  # temporary files, and the log of what should not happen


def main() -> None:
    """Run it. Arguments are looked at before anything that takes time is imported."""
    sys.path[0] = str(ROOT)  # in place of this folder
    with _ctrl_c_at_once():
        from quickstart.arguments import parsed

        asked = parsed()
        import duckdb

        duckdb.connect().execute("SELECT ?", [1]).fetchone()  # its first query imports more
        from quickstart.failure import Failure
        from quickstart.run import run

    folder = _temporary_folder()
    try:
        try:
            sys.exit(run(asked, folder))
        except Failure as failure:
            sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        print(NOTHING_READ, file=sys.stderr)
        sys.exit(STOPPED)
    except Exception as error:
        log = OWN / "quickstart.log"
        log.write_text(traceback.format_exc())
        sys.exit(f"\nThe quick start failed, which it should not: {type(error).__name__}: {error}\nThe details: {log}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _ctrl_c_at_once() -> Iterator[None]:
    """Ctrl-C ends the process while modules are imported: some of them would swallow the exception, or make another."""

    def leave(*_: Any) -> None:
        os.write(2, f"{NOTHING_READ}\n".encode())
        os._exit(STOPPED)

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # not where it is ignored, as in the background
        signal.signal(signal.SIGINT, leave)
    yield
    signal.signal(signal.SIGINT, before)


def _temporary_folder() -> Path:
    """A folder of this process, for this user alone: the configuration and rows stand in it for a while. What a run
    that was killed left there is taken away."""
    parent = OWN / "temporary"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():
        if not _alive(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))  # made with mode 0700


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    main()
