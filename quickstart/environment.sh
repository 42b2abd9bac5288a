# shellcheck shell=sh
# Sourced by quickstart.sh and test.sh, with $root set, and $lock: `quickstart`, `tests` or `spark`. Makes the environment
# that it names, unless it is there, and sets $programs to the folder of its commands.

newest=13 # minor version of Python 3

find_python() { # pip comes with ensurepip, which Debian packs with python3-venv
    for python in "$@"; do
        "$python" -c "import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, $newest))" \
            >/dev/null 2>&1 && return
    done
    echo "This needs Python 3.10 to 3.$newest with venv (Debian: apt install python3-venv)." \
        "None of these is one: $*. PYTHON=/path/to/python $0 names another." >&2
    exit 1
}

if [ -n "${PYTHON:-}" ]; then
    find_python "$PYTHON"
else
    find_python python3 python3.12 python3.11 python3.10 python3.13 python
fi
case $lock in
quickstart) environment=$root/.quickstart/environment ;;
tests) environment=$root/.environment ;;
spark) environment=$root/.environment-spark ;;
esac
programs=$environment/bin
"$python" "$root/quickstart/environment.py" "$environment" "$lock"
