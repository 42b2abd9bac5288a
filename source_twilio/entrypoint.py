"""The CDK's command line without its temporary folder, so that it runs where nothing can be written.

`AirbyteEntrypoint.run` makes a folder for cached answers and for the migrated configuration. This source caches nothing
and writes no configuration, and the recommended setting of a custom connector's container is a root file system that
is read-only.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER, is_platform_debug_log_enabled
from airbyte_cdk.models import AirbyteMessage, Type
from airbyte_cdk.sources.concurrent_source import concurrent_read_processor, concurrent_source

NOWHERE = ""  # in place of the folder that `configure` is handed


class Chatter(logging.Filter):
    """Makes debug lines of what the CDK says of each stream at level INFO: that it goes from one status to the next,
    which its messages say, and how many records it has read, which here are pages. Errors are messages of their own."""

    FILES = frozenset({concurrent_read_processor.__file__, concurrent_source.__file__})

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno != logging.INFO or record.pathname not in self.FILES:
            return True
        record.levelno, record.levelname = logging.DEBUG, logging.getLevelName(logging.DEBUG)
        return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)


CHATTER = Chatter()


class Entrypoint(AirbyteEntrypoint):
    """Runs the commands on a source; the messages are the CDK's."""

    def launch(self, arguments: argparse.Namespace) -> None:
        """Run a command and print its messages, each in one piece with its line's end."""
        with PRINT_BUFFER:
            for message in self.run(arguments):
                print(f"{message}\n", end="")

    def run(self, parsed_args: argparse.Namespace) -> Iterable[str]:
        """The messages of a command, as lines. Raises what the source raises, after the messages before it."""
        level = logging.DEBUG if parsed_args.debug or is_platform_debug_log_enabled() else logging.INFO
        self.logger.setLevel(level)
        self.logger.addFilter(CHATTER)
        logging.getLogger("airbyte").setLevel(level)
        self.logger.debug("Debug logs enabled")
        try:
            yield from map(self.airbyte_message_to_string, self._messages(parsed_args))
        finally:
            yield from map(self.airbyte_message_to_string, self._emit_queued_messages(self.source))

    def _messages(self, asked: argparse.Namespace) -> Iterable[AirbyteMessage]:
        spec = self.source.spec(self.logger)
        if asked.command == "spec":
            yield AirbyteMessage(type=Type.SPEC, spec=spec)
            return
        config = self.source.configure(self.source.read_config(asked.config), NOWHERE)
        if asked.command == "check":
            yield from self.check(spec, config)
        elif asked.command == "discover":
            yield from self.discover(spec, config)
        else:
            catalog = self.source.read_catalog(asked.catalog)
            yield from self.read(spec, config, catalog, self.source.read_state(asked.state))
