#!/bin/sh
# The quick start: Twilio, or a local stand-in for it, into a DuckDB file. ./quickstart.sh --help says what can be chosen.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# What cannot be right is said before anything is installed, where there is a Python to say it.
python=${PYTHON:-python3}
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    "$python" "$root/quickstart/arguments.py" "$@" || {
        code=$?
        [ "$code" -ne 10 ] || exit 0 # it was asked for help, and gave it
        exit "$code"
    }
fi
lock=quickstart
. "$root/quickstart/environment.sh"
exec "$programs/python" "$root/quickstart/__main__.py" "$@"
