"""Secrets that are planted to be looked for: in every form in which they could leave the connector."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

from integration_tests.matrix import people
from integration_tests.matrix.runs import Outcome
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox import accounts as known

TOKENS = {
    sid: f"canary+{name}/9f8e7d6c5b4a="
    for sid, name in (
        (known.MAIN, "main"),
        (known.SUPPORT, "support"),
        (known.MARKETING, "marketing"),
        (known.SUSPENDED, "suspended"),
    )
}
KEYS = {
    "SK" + "a" * 32: ("main", "canary+main-key/1a2b3c4d="),
    "SK" + "b" * 32: ("standard", "canary+standard-key/5e6f7a8b="),
    "OQ" + "c" * 32: ("oauth", "canary+oauth-app/9c0d1e2f="),
}
WRONG = "canary+wrong-secret/0a1b2c3d="
BEARER = re.compile(rb"oauth-[A-Za-z0-9_-]{20,}")  # how the sandbox's OAuth tokens look


def plant(sandbox: Sandbox) -> None:
    """Make every secret of a sandbox one of ours."""
    for sid, token in TOKENS.items():
        sandbox.control.rotate_token(sid, token)
    for sid, (kind, secret) in KEYS.items():
        sandbox.control.add_key(sid, secret, kind)


def configurations() -> dict[str, dict[str, object]]:
    """A configuration for each way to give a secret, right and wrong."""
    main, standard, app = KEYS
    flat = {
        "account_sid": known.MAIN,
        "auth_token": TOKENS[known.MAIN],
        "start_date": "2024-01-01T00:00:00Z",
        "lookback_window": 0,
        "num_worker": 3,
    }
    return {
        "Auth Token": people.token(secret=TOKENS[known.MAIN]),
        "flat, as earlier connectors saved it": flat,
        "Main key": people.key(main, KEYS[main][1]),
        "Standard key": people.key(standard, KEYS[standard][1]),
        "OAuth app": people.app(app, KEYS[app][1]),
        "wrong Auth Token": people.token(secret=WRONG),
        "wrong key": people.key(main, WRONG),
        "wrong app": people.app(app, WRONG),
    }


def forms() -> Iterator[bytes]:
    """Every secret as it is, as JSON and addresses write it, and as the header of HTTP's Basic scheme carries it."""
    owners = [*TOKENS.items(), *((sid, secret) for sid, (_, secret) in KEYS.items())]
    owners += [(sid, WRONG) for sid in (known.MAIN, *KEYS)]
    for user, secret in owners:
        yield from (secret.encode(), quote(secret, safe="").encode(), secret.replace("/", "\\/").encode())
        yield b64encode(f"{user}:{secret}".encode()).rstrip(b"=")
        yield b64encode(secret.encode()).rstrip(b"=")


def leaks(outcome: Outcome) -> list[str]:
    """Where a secret stands: in the output, in what went to the standard error, or in a file that was left behind."""
    texts = {"stdout": outcome.raw, "stderr": outcome.stderr.encode()}
    given = outcome.folder / "config.json"  # the file that the test itself has written
    for path in outcome.folder.rglob("*"):
        if path.is_file() and path != given:
            texts[str(path.relative_to(outcome.folder))] = path.read_bytes()
    found = []
    for place, text in texts.items():
        found += [f"{place}: {form!r}" for form in sorted(set(forms())) if form in text]
        found += [f"{place}: {token!r}" for token in BEARER.findall(text)]
    return found
