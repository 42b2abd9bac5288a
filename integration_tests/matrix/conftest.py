"""What the matrix tests share: a starter, a sandbox whose clock stands still, and what `--long` adds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.matrix.runs import Matrix, Starter
from integration_tests.matrix.world import Scene
from integration_tests.sandbox import Sandbox


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the long form."""
    config.addinivalue_line("markers", "long: takes minutes; runs with --long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long form unless it is asked for; it may take longer than other tests."""
    left_out = [item for item in items if item.get_closest_marker("long")]
    if config.getoption("--long"):
        for item in left_out:
            item.add_marker(pytest.mark.timeout(1800))
        return
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """Starts the runs of all tests."""
    with Starter() as started:
        yield started


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new folder each time."""
    return (tmp_path_factory.mktemp(f"run{number}-") for number in itertools.count())


@pytest.fixture(scope="session")
def still(starter: Starter, folders: Iterator[Path]) -> Iterator[Scene]:
    """A small world that stands still; for fixtures that read it once for many tests. Leave no fault behind."""
    with Sandbox(small=True) as sandbox:
        sandbox.control.freeze()
        yield Scene(sandbox, Matrix(starter, sandbox.env, folders))


@pytest.fixture
def scene(still: Scene) -> Iterator[Scene]:
    """The same, without the faults and requests of earlier tests."""
    still.reset()
    yield still
    still.reset()
