#!/bin/sh
# The quick start: Twilio, or a local stand-in for it, into a DuckDB file. ./quickstart.sh --help says what can be chosen.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# What cannot be right is said before anything is installed, where there is a Python to say it.
if command -v "${PYTHON:-python3}" >/dev/null && "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    "${PYTHON:-python3}" "$root/quickstart/arguments.py" "$@" || {
        code=$?
        [ "$code" -ne 10 ] || exit 0 # it was asked for help, and gave it
        exit "$code"
    }
fi
newest=13
. "$root/quickstart/environment.sh"
exec "$programs/python" "$root/quickstart/__main__.py" "$@"
