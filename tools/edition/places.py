"""Where the CDK keeps what an address needs: the account and the keys of parents, as expressions over a slice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tools.docs_manifest import Stream
from tools.edition.shared import EXTRA, SIGNATURE

MAIN_ACCOUNT = "config['account_sid']"


def chain(stream: Stream) -> list[Stream]:
    """The stream and those that it hangs on, as far as there is a parent."""
    return [one for one in (stream, *stream.ancestors) if one.parent]


def signature(stream: Stream) -> str:
    """The expression for user and secret of the account of a slice."""
    return SIGNATURE + ("[0]" if _is_grouped(stream) else "")


def expressions(stream: Stream) -> dict[str, str]:
    """The expression for each placeholder of a stream's address and query."""
    found, levels = {}, chain(stream)
    first = "[0]" if _is_grouped(stream) else ""

    def at(level: int, name: str) -> str:
        if level == 0:
            return f"stream_partition.{name}{first}"
        return f"stream_partition.parent_slice{first}{'.parent_slice' * (level - 1)}.{name}"

    for level, child in reversed([*enumerate(levels)]):
        key, *others = child.row["parent"]["keys"]
        found[key] = at(level, key)
        if level == 0:
            found |= {other: f"{EXTRA}['{child.row['parent']['keys'][other]}']" for other in others}
    found["account_sid"] = MAIN_ACCOUNT if stream.main_only else at(len(levels), "account_sid")
    for name in (*(stream.row.get("among") or ()), *re.findall(r"{(\w+)}", stream.row.get("detail_url") or "")):
        found[name] = f"stream_partition.{name}"
    return found


def filled(text: str, places: Mapping[str, str], quoted: bool = False) -> str:
    """A text of the manifest with its placeholders as Jinja. quoted: for an address, where only SIDs need no quotes."""

    def expression(found: re.Match[str]) -> str:
        quotes = " | urlencode | replace('/', '%2F')" if quoted and not found[1].endswith("_sid") else ""
        return "{{ " + places[found[1]] + quotes + " }}"

    return re.sub(r"{(\w+)}", expression, text)


def _is_grouped(stream: Stream) -> bool:
    """Whether the parents' keys come in groups of one, by which the CDK asks for each only once."""
    return bool((stream.row.get("parent") or {}).get("once"))
