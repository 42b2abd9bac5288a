"""Makes a virtual environment with this project in it, once.

    python quickstart/environment.py FOLDER EXTRAS

Needs nothing but Python with venv. An environment that is unfinished (this was killed) or out of date (another Python,
other requirements, a moved checkout) is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile", "--constraint")
SECONDS_BETWEEN_SIGNS = 10


def prepare(folder: Path, extras: str) -> None:
    """Make an environment in the folder with the project, editable, and some of its extras, unless it is there.

    Exits with pip's last words if the installation fails.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        os.set_inheritable(lock.fileno(), True)  # a pip that outlives this process keeps the lock
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another process that installs into {folder} ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        done, wanted = folder / "complete", fingerprint(extras)
        if not done.exists() or done.read_text() != wanted:
            _make(folder, extras)
            done.write_text(wanted)


def fingerprint(extras: str) -> str:
    """What an environment is made of; with another value it has to be made anew."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.")[0]
    files = [path.read_text(encoding="utf-8") for path in (CONSTRAINTS, Path(__file__))]
    parts = [project, *files, extras, sys.version, sys.base_prefix, str(ROOT)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _make(folder: Path, extras: str) -> None:
    began = time.monotonic()
    print(f"Installing into {folder} with Python {sys.version.split()[0]}; this takes some minutes, once.", flush=True)
    python = str(folder / "bin" / "python")
    with open(log_of(folder), "w"):
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], folder)
    _run([python, *PIP, str(CONSTRAINTS), "--editable", f"{ROOT}[{extras}]"], folder)
    if sys.version_info < (3, 11):
        # On Python 3.10 alone mitmproxy asks for a typing-extensions that is too old for the CDK; it works with the new
        # one: https://github.com/mitmproxy/mitmproxy/blob/v11.0.2/pyproject.toml
        _run([python, *PIP, str(CONSTRAINTS), "--no-deps", "mitmproxy"], folder)
        query = "import importlib.metadata as m; print(*m.requires('mitmproxy'), sep='\\n')"
        found = subprocess.run([python, "-c", query], check=True, capture_output=True, text=True).stdout
        needed = [one for one in found.splitlines() if "extra ==" not in one and "typing-extensions" not in one]
        _run([python, *PIP, str(CONSTRAINTS), *needed], folder)
    print(f"Installed in {time.monotonic() - began:.0f} seconds.", flush=True)


def log_of(folder: Path) -> Path:
    """What pip says about an environment."""
    return Path(f"{folder}.log")


def _run(command: list[str], folder: Path) -> None:
    with open(log_of(folder), "a") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False)
    while True:
        try:
            code = process.wait(SECONDS_BETWEEN_SIGNS)
            break
        except subprocess.TimeoutExpired:
            found = log_of(folder).read_text(errors="replace").count("Collecting ")
            installed = len(list(folder.glob("lib/python*/site-packages/*.dist-info")))
            print(f"  {found} packages found, {installed} installed", flush=True)
    if code:
        words = "\n".join(log_of(folder).read_text(errors="replace").splitlines()[-15:])
        sys.exit(f"{words}\nThe installation failed; all of pip's output is in {log_of(folder)}. Run this again.")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]).absolute(), sys.argv[2])
