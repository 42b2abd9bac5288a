#!/bin/sh
# The tests: ruff, mypy, then pytest with what is given, such as ./test.sh unit_tests -k messages
# They run in four processes, since many of them wait, a file in one of them, since what its tests share is made once.
# ./test.sh -n 0 runs them one after the other, for --pdb or -s.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
lock=tests
. "$root/quickstart/environment.sh"
cd "$root"
"$programs/ruff" check .
"$programs/mypy"
exec "$programs/python" -m pytest -n 4 --dist loadfile --no-loadscope-reorder "$@"
