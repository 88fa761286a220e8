#!/usr/bin/env bash
# The same figures from `rfa stats`, DuckDB, polars and Spark, equal to six digits, over a dataset of
# the demo's sessions; and the tour through it.
#
# usage: tests/dataset.sh [RFA] [ENGINE...]    (default: target/release/rfa; duckdb polars)
#
# Where the Python packages are not here and cannot be fetched, an engine is passed over, and told.
set -euo pipefail
cd "$(dirname "$0")/.."
rfa=${1:-target/release/rfa}
[ -x "$rfa" ] || { echo "$rfa: not built; run cargo build --release" >&2; exit 2; }
engines=("${@:2}")
[ ${#engines[@]} -gt 0 ] || engines=(duckdb polars)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/recordings"

treat() { # NAME ARGUMENTS...: exit 6 where a fault ends it
    "$rfa" demo --headless --record "$tmp/recordings/$1.mcap" "${@:2}" >"$tmp/$1.txt" || [ $? -eq 6 ]
}

# Two on the clock of the wall, for folders by date, while the others run.
for day in 1 2; do treat day-$day --plan tests/plans/quick.toml --seed $day & done
for seed in 1 2 3 4 5; do
    for plan in quick short short-stepped; do treat $plan-$seed --virtual --plan tests/plans/$plan.toml --seed $seed; done
    treat tripped-$seed --virtual --plan tests/plans/short.toml --seed $seed --fault sensor-open@$((2 + seed))s
done
treat shipped --virtual --plan medial-branch-80
wait
# One that was killed, and counts with what is there of it.
head -c 200000 "$tmp/recordings/short-1.mcap" >"$tmp/recordings/killed.mcap"
rm "$tmp/recordings/short-1.mcap"

"$rfa" stats "$tmp/recordings" --by plan --format csv >"$tmp/stats.csv"
"$rfa" export-dataset "$tmp/recordings" "$tmp/dataset"
compare() { # ENGINE
    local code=0
    began=$(date +%s%N)
    tools/query_dataset.sh "$tmp/dataset" --with "$1" >"$tmp/$1.csv" || code=$?
    if [ $code -eq 5 ]; then
        echo "NOT COMPARED with $1: it is not here, and cannot be fetched"
        return
    fi
    [ $code -eq 0 ] || exit 1
    python3 tools/compare_dataset.py "$tmp/stats.csv" "$tmp/$1.csv"
    echo "  in $((($(date +%s%N) - began) / 1000000)) ms"
}
for engine in "${engines[@]}"; do compare "$engine"; done
tools/query_dataset.sh "$tmp/dataset" --with tour >"$tmp/tour.txt" || [ $? -eq 5 ]
[ ! -s "$tmp/tour.txt" ] || echo "the tour: $(wc -l <"$tmp/tour.txt") lines"
