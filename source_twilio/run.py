"""The entry point: one clear error for bad input, then the CDK's own command line."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint, logger
from airbyte_cdk.exception_handler import init_uncaught_exception_handler
from airbyte_cdk.models import AirbyteConnectionStatus, AirbyteMessage, Status, Type
from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.twilio.errors import config_error
from source_twilio.ending import Ending
from source_twilio.entrypoint import Entrypoint
from source_twilio.source import SourceTwilio

M_ARENA_MAX = -8  # malloc.h


def run(ending: Ending | None = None) -> None:
    """Run a command (`spec`, `check`, `discover`, `read`) with the process's arguments; exits with 1 on failure.

    ending: told to end, a read says its last words, and the process exits with 143 or 130.
    """
    _print_utf_8()
    init_uncaught_exception_handler(logger)
    parsed = AirbyteEntrypoint.parse_args(sys.argv[1:])
    try:
        source = SourceTwilio(
            _read("catalog", getattr(parsed, "catalog", None), SourceTwilio.read_catalog),
            _read("configuration", getattr(parsed, "config", None), SourceTwilio.read_config),
            _read("state", getattr(parsed, "state", None), SourceTwilio.read_state),
        )
    except AirbyteTracedException as error:
        _report(error, parsed.command)
        sys.exit(1)
    _settle_memory()
    if ending:
        ending.wind_down = source.wind_down
    try:
        Entrypoint(source).launch(parsed)
    finally:
        source.stop()
    if ending and source.sync.cut_short:
        ending.leave()  # requests that are still in flight would hold up an ordinary exit
    if source.check_failed:
        sys.exit(1)


def _print_utf_8() -> None:
    """Airbyte's messages are UTF-8, whatever the console's encoding is."""
    for output in (sys.__stdout__, sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(encoding="utf-8", errors="backslashreplace")  # which is an escape of JSON, too


def _settle_memory() -> None:
    """Fit collector and allocator to a process that makes many rows and soon forgets them."""
    # What was imported and built lives as long as the process: no collection needs to look at it again.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    gc.enable()
    # A page is made in one thread and freed in another. With a heap for each thread, as glibc has it, the holes of one
    # are not filled by the others, and memory grows with the threads.
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _read(what: str, path: str | None, reader: Callable[[str], Any]) -> Any:
    """A file of the command line, by the CDK's reader. Raises a config error that says what is wrong with the file."""
    if path is None:
        return None
    try:
        text = Path(path).read_text(encoding="utf-8")
        json.loads(text)
    except OSError as error:
        raise config_error(f"The {what} file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise config_error(f"The {what} file {path} is no JSON ({error}): correct it.") from error
    try:
        return reader(path)
    except Exception as error:
        raise config_error(f"The {what} file {path} has not the form that Airbyte defines: {error}") from error


def _report(error: AirbyteTracedException, command: str) -> None:
    """Print what went wrong before the command line could run: a trace message, and for `check` its status."""
    print(AirbyteEntrypoint.airbyte_message_to_string(error.as_sanitized_airbyte_message()))
    if command == "check":
        status = AirbyteConnectionStatus(status=Status.FAILED, message=error.message)
        message = AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=status)
        print(AirbyteEntrypoint.airbyte_message_to_string(message))
