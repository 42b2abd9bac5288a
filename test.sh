#!/bin/sh
# The tests: ruff, mypy, then pytest with what is given, such as ./test.sh unit_tests -k messages
# They run in four processes, since many of them wait, a file in one of them, since what its tests share is made once.
# ./test.sh -n 0 runs them one after the other, for --pdb or -s.
# ./test.sh spark runs those of the Spark data source alone, in an environment of 1 GB. They need Java. They run in two
# processes, each with a Spark and a sandbox of its own.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$root"
if [ "${1:-}" = spark ]; then
    shift
    if ! "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version >/dev/null 2>&1; then
        echo "The tests with Spark are skipped: there is no Java 17 or 21 (Debian: apt install openjdk-17-jre-headless)."
        exit 0
    fi
    lock=spark
    . "$root/quickstart/environment.sh"
    exec "$programs/python" -m pytest spark_tests -n 2 --dist loadfile --no-loadscope-reorder "$@"
fi
lock=tests
. "$root/quickstart/environment.sh"
"$programs/ruff" check .
"$programs/mypy"
exec "$programs/python" -m pytest -n 4 --dist loadfile --no-loadscope-reorder "$@"
