"""The quick start, from its command line to its exit code: 0, 1 where something failed, 130 where it was stopped."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".quickstart"  # temporary files, and the log of what should not happen


def main() -> None:
    """Run it. Arguments are looked at before anything that takes time is imported."""
    sys.path[0] = str(ROOT)  # in place of this folder
    from quickstart.arguments import parsed

    asked = parsed()
    folder = _temporary_folder()
    try:
        from quickstart.failure import Failure

        try:
            from quickstart.run import run

            sys.exit(run(asked, folder))
        except Failure as failure:
            sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        print("\nStopped. Nothing was read in this run, and the database is as it was.", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        log = OWN / "quickstart.log"
        log.write_text(traceback.format_exc())
        sys.exit(f"\nThe quick start failed, which it should not: {type(error).__name__}: {error}\nThe details: {log}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
