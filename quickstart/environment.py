"""Makes a virtual environment with this project in it, once.

    python quickstart/environment.py FOLDER LOCK

LOCK is a file of requirements/ without its ending. Installs with uv, which is many times as fast, where that is on PATH
or can be had from the package index, else with pip. Needs nothing but Python with venv. An environment that is
unfinished (this was killed) or out of date (another Python, another lock, a moved checkout) is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile", "--no-deps")
UV = ("pip", "install", "--no-progress", "--no-deps", "--python")
WHOLE = ("--require-hashes", "--requirement")  # a lock names every package and its files
PROJECT = ("--no-build-isolation", "--editable", str(ROOT))  # what builds it is in the lock
SECONDS_BETWEEN_SIGNS = 10
# uv reads no setting of pip; whoever has set a mirror for pip means it for uv too.
SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


class Failed(Exception):
    """A command of the installation has failed; its last words are the message."""


def prepare(folder: Path, lock: str) -> None:
    """Make an environment in the folder with what a lock names and the project, editable, unless it is there.

    Exits with the last words of pip if the installation fails.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as held:
        os.set_inheritable(held.fileno(), True)  # a pip that outlives this process keeps the lock
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another process that installs into {folder} ...", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        done, wanted = folder / "complete", fingerprint(lock)
        if not done.exists() or done.read_text() != wanted:
            _make(folder, lock)
            done.write_text(wanted)


def fingerprint(lock: str) -> str:
    """What an environment is made of; with another value it has to be made anew."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.")[0]
    files = [path.read_text(encoding="utf-8") for path in (LOCKS / f"{lock}.txt", Path(__file__))]
    parts = [project, *files, lock, sys.version, sys.base_prefix, str(ROOT)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _make(folder: Path, lock: str) -> None:
    began = time.monotonic()
    print(f"Installing into {folder} with Python {sys.version.split()[0]}, once.", flush=True)
    log_of(folder).write_text("")
    try:
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], folder)
        by = "uv" if _with_uv(folder, lock) else "pip"
        if by == "pip":
            python = str(folder / "bin" / "python")
            _run([python, *PIP, *WHOLE, str(LOCKS / f"{lock}.txt")], folder)
            _run([python, *PIP, *PROJECT], folder)
    except Failed as failure:
        sys.exit(f"{failure}\nThe installation failed; all of its output is in {log_of(folder)}. Run this again.")
    print(f"Installed in {time.monotonic() - began:.0f} seconds, by {by}.", flush=True)


def _with_uv(folder: Path, lock: str) -> bool:
    """Install with uv; False where there is none or it fails, for whatever reason: pip is tried then."""
    python, uv = str(folder / "bin" / "python"), shutil.which("uv")
    try:
        if not uv:
            uv = str(folder / "bin" / "uv")
            _run([python, *PIP, *WHOLE, str(LOCKS / "installer.txt")], folder)
        settings = _settings(python)
        _run([uv, *UV, python, *WHOLE, str(LOCKS / f"{lock}.txt")], folder, settings)
        _run([uv, *UV, python, *PROJECT], folder, settings)
    except Failed:
        print("uv cannot install here; pip, which does, takes some minutes.", flush=True)
        return False
    return True


def _settings(python: str) -> dict[str, str]:
    """Variables that tell uv what pip is told by its files and variables, where uv is told nothing itself."""
    done = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    found: dict[str, str] = {}
    for line in done.stdout.splitlines():  # the later ones win; they look like global.index-url='…'
        name, _, value = line.partition("=")
        variable = SETTINGS.get(name.rpartition(".")[2])
        if variable and variable not in os.environ:
            separator = "," if variable == "UV_FIND_LINKS" else " "
            found[variable] = separator.join(value.strip("'\"").replace("\\n", " ").split())
    if "UV_INDEX" in found:  # pip takes a package from whichever index has the wanted version
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def log_of(folder: Path) -> Path:
    """What uv and pip say about an environment."""
    return Path(f"{folder}.log")


def _run(command: list[str], folder: Path, settings: Mapping[str, str] | None = None) -> None:
    with open(log_of(folder), "a") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            close_fds=False,
            env={**os.environ, **(settings or {})},
        )
    while True:
        try:
            code = process.wait(SECONDS_BETWEEN_SIGNS)
            break
        except subprocess.TimeoutExpired:
            installed = len(list(folder.glob("lib/python*/site-packages/*.dist-info")))
            print(f"  {installed} packages installed", flush=True)
    if code:
        raise Failed("\n".join(log_of(folder).read_text(errors="replace").splitlines()[-15:]))


if __name__ == "__main__":
    prepare(Path(sys.argv[1]).absolute(), sys.argv[2])
