"""`python -m source_twilio.probe --config CONFIG [--json FILE]`: ask a live account what the documentation leaves open.

Exit code 0: no assumption of the connector is wrong; 1: at least one is; 2: nothing could be asked.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_twilio.components.settings.configuration import EarlierConfigurations, validate
from source_twilio.components.twilio.errors import config_error
from source_twilio.probe.questions import QUESTIONS
from source_twilio.probe.reasons import Unknown
from source_twilio.probe.report import Report, clean
from source_twilio.probe.session import Session


def probe(config: dict[str, Any]) -> Report:
    """Ask all questions with a configuration of the connector.

    Raises an AirbyteTracedException for a wrong configuration, for credentials that Twilio refuses and where it does
    not answer, Unknown where the limits of the probe do not let it sign in.
    """
    EarlierConfigurations().transform(config)
    validate(config)
    session = Session(config)
    session.sign_in()
    return Report(session, [(question, question.answer(session)) for question in QUESTIONS])


def read_config(path: Path) -> dict[str, Any]:
    """The configuration of a file. Raises a config error for what is no JSON object."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise config_error(f"The configuration file cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise config_error("The configuration file is no JSON: correct it.") from error
    if not isinstance(config, dict):
        raise config_error("The configuration file holds no JSON object: correct it.")
    return config


@contextmanager
def silence() -> Iterator[None]:
    """Keep the connector's log lines, which name accounts, out of the output."""
    logger = logging.getLogger("airbyte")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the probe; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m source_twilio.probe", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True, help="a configuration of the connector, as for `check`")
    parser.add_argument("--json", type=Path, help="also write the report as JSON to this file")
    parsed = parser.parse_args(arguments)
    config: dict[str, Any] = {}
    try:
        config = read_config(parsed.config)
        with silence():
            report = probe(config)
    except (AirbyteTracedException, Unknown) as error:
        print(f"Nothing could be asked: {clean(getattr(error, 'message', str(error)) or '', config)}", file=sys.stderr)
        return 2
    print("\n".join(report.lines()))
    if parsed.json:
        parsed.json.write_text(json.dumps(report.data(), indent=2) + "\n", encoding="utf-8")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
