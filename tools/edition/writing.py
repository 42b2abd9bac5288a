"""A manifest as YAML that a person can read: what fits into a line stands in one."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

import yaml

WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """Repeats what is the same instead of naming it, as the Builder does, and quotes as people do."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def choose_scalar_style(self) -> str:
        """Double quotes where quotes are needed and single ones are within."""
        style = super().choose_scalar_style()
        return '"' if style == "'" else str(style)


def text_of(manifest: Mapping[str, Any], head: str) -> str:
    """The YAML of a manifest behind a comment."""
    node = _Dumper(StringIO(), sort_keys=False).represent_data(manifest)
    _fold(node, 0)
    body = yaml.serialize(node, Dumper=_Dumper, width=10_000, allow_unicode=True)
    return "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines()) + body


def _fold(node: yaml.Node, column: int, name: int = 0) -> int:
    """Write what is short in one line; gives how long a node is in one. column: how far it is set in; name: the length
    of the name before it."""
    if isinstance(node, yaml.ScalarNode):
        is_plain = node.value and not set(node.value) & set("{}[],#:'\"%*& ") and node.tag.endswith("str")
        return len(node.value) + (0 if is_plain else 2)
    assert isinstance(node, yaml.CollectionNode)
    if isinstance(node, yaml.MappingNode):
        parts = [len(key.value) + 2 + _fold(value, column + 2, len(key.value)) for key, value in node.value]
    else:
        parts = [_fold(value, column + 2) for value in node.value]
    length = 2 + sum(parts) + 2 * max(0, len(parts) - 1)
    node.flow_style = not node.value or bool(column) and column + name + length <= WIDTH
    return length if node.flow_style else 10 * WIDTH
