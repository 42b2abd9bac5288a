"""The wheel: it holds what the connector reads at run time, an index would take it, and it runs elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from poetry.core.masonry import api

from integration_tests.helpers import ROOT, VERSION, Run, configuration, run_connector, streams, write


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the wheel and the source distribution, built as `pip` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    before = Path.cwd()
    os.chdir(ROOT)  # a build backend is called in the project's folder
    try:
        api.build_wheel(str(folder))
        api.build_sdist(str(folder))
    finally:
        os.chdir(before)
    yield folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packages = [ROOT / "source_twilio", ROOT / "pyspark_twilio"]
    wanted = {str(path.relative_to(ROOT)) for one in packages for path in one.rglob("*") if path.is_file()}
    wanted = {name for name in wanted if "__pycache__" not in name}
    assert {name for name in names if not name.startswith(f"source_twilio_complete-{VERSION}.dist-info/")} == wanted
    assert "source_twilio/manifest.yaml" in names
    assert {f"source_twilio/schemas/{stream}.json" for stream in streams()} <= names
    assert f"source_twilio_complete-{VERSION}.dist-info/entry_points.txt" in names
    assert [name for name in names if name.endswith("/LICENSE")]


def test_source_distribution_has_no_tests_and_no_secrets(built: Path) -> None:
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        places = {Path(name).parts[1] for name in archive.getnames() if len(Path(name).parts) > 1}
    assert places == {"LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "pyspark_twilio", "source_twilio"}


def test_twine_finds_nothing_to_say(built: Path) -> None:
    files = sorted(str(path) for path in built.iterdir())
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASSED") == len(files) == 2


def test_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, it shadows the checkout: `discover` finds the manifest and every schema beside the code."""
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    program = f"import sys; sys.path.insert(0, {str(site)!r})\n"
    program += "import source_twilio; print(source_twilio.__file__)\nfrom source_twilio.run import run; run()"
    config = write(tmp_path / "config.json", configuration())
    # -P keeps this folder out of sys.path, -I any PYTHONPATH.
    run: Run = run_connector(
        ["discover", "--config", config], os.environ, command=[sys.executable, "-I", "-c", program]
    )
    assert run.other_lines == [str(site / "source_twilio" / "__init__.py")]
    assert run.exit_code == 0
    (found,) = run.of("CATALOG")
    assert {stream["name"]: stream for stream in found["streams"]} == streams()
