"""Who imports whom, read from the source: imports of types and those inside functions count like any others."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = dict[str, set[str]]


def graph(root: Path, *folders: str) -> Graph:
    """The modules below some folders of `root`, each with those among them that it imports."""
    files = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
    ours = [path for path in files if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    paths = {_name(path.relative_to(root)): path for path in ours}  # not what benchmarks install
    return {name: set(_imported(name, path, set(paths))) - {name} for name, path in paths.items()}


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, path: Path, known: set[str]) -> Iterator[str]:
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                module = f"{base}.{alias.name}"
                yield from (one for one in (module if module in known else base,) if one in known)


def circles(of: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules that reach each other, each sorted; a module alone is no circle."""
    reached = {name: _reached(name, of) for name in of}
    groups = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in of}
    return sorted([list(group) for group in groups if group])


def _reached(start: str, of: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = of[ahead.pop()] - found
        found |= new
        ahead += new
    return found
