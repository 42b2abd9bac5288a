#!/bin/sh
# The quick start: Twilio, or a local stand-in for it, into a DuckDB file. ./quickstart.sh --help says what can be chosen.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
lock=quickstart
. "$root/quickstart/environment.sh"
exec "$programs/python" "$root/quickstart/__main__.py" "$@"
