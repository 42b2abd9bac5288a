"""How the environments of both commands are filled: with uv, with pip where that fails, and only once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from quickstart import environment


class Commands:
    """Stands in the place of the processes: notes commands, and fails where a test wants it."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.lines: list[str] = []
        self.settings: list[dict[str, str]] = []

    def __call__(self, command: list[str], folder: Path, settings: dict[str, str] | None = None) -> None:
        if command[1:3] == ["-m", "venv"]:
            folder.mkdir(exist_ok=True)
        line = " ".join(command).replace(sys.executable, "PYTHON").replace(str(folder), "FOLDER")
        line = line.replace(str(environment.ROOT), "ROOT")
        self.lines.append(line)
        self.settings.append(settings or {})
        if self.failing and self.failing in line:
            raise environment.Failed("no such index")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """No process is started, and there is no uv on PATH."""
    found = Commands()
    monkeypatch.setattr(environment, "_run", found)
    monkeypatch.setattr(environment, "_settings", lambda python: {"UV_DEFAULT_INDEX": "an index"})
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    return found


VENV = "PYTHON -m venv --clear FOLDER"
PIP = "FOLDER/bin/python -m pip install --disable-pip-version-check --no-input --no-compile --no-deps"
UV = "pip install --no-progress --no-deps --python FOLDER/bin/python"
LOCK = "--require-hashes --requirement ROOT/requirements/quickstart.txt"
PROJECT = "--no-build-isolation --editable ROOT"


def test_uv_of_the_path(commands: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/tools/{name}")
    environment.prepare(tmp_path / "made", "quickstart")
    assert commands.lines == [VENV, f"/tools/uv {UV} {LOCK}", f"/tools/uv {UV} {PROJECT}"]
    assert commands.settings[1:] == [{"UV_DEFAULT_INDEX": "an index"}] * 2


def test_uv_of_the_index(commands: Commands, tmp_path: Path) -> None:
    environment.prepare(tmp_path / "made", "quickstart")
    installer = f"{PIP} --require-hashes --requirement ROOT/requirements/installer.txt"
    assert commands.lines == [VENV, installer, f"FOLDER/bin/uv {UV} {LOCK}", f"FOLDER/bin/uv {UV} {PROJECT}"]


@pytest.mark.parametrize("failing", ["installer.txt", "bin/uv"])
def test_pip_where_uv_fails(
    failing: str, commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.failing = failing
    environment.prepare(tmp_path / "made", "quickstart")
    assert commands.lines[-2:] == [f"{PIP} {LOCK}", f"{PIP} {PROJECT}"]
    assert "by pip" in capsys.readouterr().out


def test_a_failure_says_where_its_output_is_and_is_tried_again(commands: Commands, tmp_path: Path) -> None:
    commands.failing = "pip install"
    with pytest.raises(SystemExit, match=r"no such index\nThe installation failed; .*made\.log"):
        environment.prepare(tmp_path / "made", "quickstart")
    commands.failing = ""
    commands.lines.clear()
    environment.prepare(tmp_path / "made", "quickstart")
    assert len(commands.lines) == 4


def test_made_once_and_anew_for_another_lock(commands: Commands, tmp_path: Path) -> None:
    environment.prepare(tmp_path / "made", "quickstart")
    commands.lines.clear()
    environment.prepare(tmp_path / "made", "quickstart")
    assert commands.lines == []
    environment.prepare(tmp_path / "made", "tests")
    assert commands.lines[0] == VENV


def test_settings_of_pip_hold_for_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = tmp_path / "pip.conf"
    written.write_text(
        "[global]\nindex-url = https://a.invalid/simple\nextra-index-url = https://b.invalid https://c.invalid\n"
        "[install]\nfind-links =\n    /one\n    /two\n"
    )
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", *environment.SETTINGS.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(written))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.invalid")  # stands above pip's
    found = environment._settings(sys.executable)
    found.pop("SSL_CERT_FILE", None)  # from files of this machine
    assert found == {
        "UV_INDEX": "https://b.invalid https://c.invalid",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/one,/two",
    }
