# shellcheck shell=sh
# Sourced by quickstart.sh and test.sh, with $root set: makes the environment that both run in, unless it is there, and
# sets $programs to the folder of its commands. $newest is the newest minor version of Python 3 that will do.

suits() { # pip comes with ensurepip, which Debian packs with python3-venv
    "$1" -c "import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, $newest))" >/dev/null 2>&1
}

python=
for candidate in "${PYTHON:-python3}" python3.12 python3.11 python3.10 python3.13 python; do
    if suits "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "This needs Python 3.10 to 3.$newest with venv (Debian: apt install python3-venv)${because:-}. Install one, or name" \
        "the one to use: PYTHON=/path/to/python $0" >&2
    exit 1
fi
programs=$root/.environment/bin
"$python" "$root/quickstart/environment.py" "$root/.environment" quickstart,tests
