#!/bin/sh
# The tests: ruff, mypy, then pytest with what is given, such as ./test.sh unit_tests -k messages
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
lock=tests
. "$root/quickstart/environment.sh"
cd "$root"
"$programs/ruff" check .
"$programs/mypy"
exec "$programs/python" -m pytest "$@"
