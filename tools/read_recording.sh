#!/usr/bin/env bash
# Reads recordings with the Python `mcap` package, in a virtual environment made here once.
#
# usage: tools/read_recording.sh RECORDING...
#
# Exit codes: as tools/read_recording.py; 5 also where the environment cannot be made.
set -euo pipefail
root=$(dirname "$0")/..
[ $# -ge 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
environment=$root/target/python-mcap
if ! "$environment/bin/python" -c 'import mcap' 2>/dev/null; then
    rm -rf "$environment"
    python3 -m venv "$environment" &&
        "$environment/bin/pip" install --quiet --disable-pip-version-check \
            mcap==1.6.0 zstandard==0.25.0 lz4==4.4.5 ||
        { rm -rf "$environment"; echo "no environment with the Python package mcap" >&2; exit 5; }
fi
for recording in "$@"; do
    "$environment/bin/python" "$root/tools/read_recording.py" "$recording"
done
