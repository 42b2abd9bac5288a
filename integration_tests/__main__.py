"""`python -m integration_tests COMMAND ...`: run a command with the sandbox in Twilio's place, such as

python -m integration_tests source-twilio check --config integration_tests/sample_config.json
python -m integration_tests airbyte-cdk connector test
"""

from __future__ import annotations

import subprocess
import sys

from integration_tests.sandbox import Sandbox


def main() -> int:
    """Start the sandbox, run the command in its environment, end both; gives the command's exit code."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with Sandbox() as sandbox:
        return subprocess.run(sys.argv[1:], env=sandbox.environment()).returncode


if __name__ == "__main__":
    sys.exit(main())
