#!/usr/bin/env bash
# What the sessions of a dataset came to, as CSV, with one of three engines, in a virtual environment
# made here once. The same table as `rfa stats RECORDINGS --by plan --format csv`.
#
# usage: tools/query_dataset.sh OUT [--with duckdb|polars|spark|tour]      (default: duckdb)
#
# `tour` prints the page of tools/dataset_tour.py instead. Spark needs Java 17 or newer.
# Exit codes: 0 done, 2 usage, 5 the environment cannot be made, or no Java.
set -euo pipefail
root=$(dirname "$0")/..
usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -eq 1 ] || { [ $# -eq 3 ] && [ "$2" = --with ]; } || usage
dataset=$1 with=${3:-duckdb}
[ -e "$dataset/_rfa_dataset" ] || { echo "$dataset: no dataset of rfa export-dataset" >&2; exit 2; }

# environment NAME MODULE PACKAGE...: Spark is 450 MB, so it has one of its own.
environment() {
    python=$root/target/$1/bin/python
    "$python" -c "import $2" 2>/dev/null && return
    rm -rf "${root:?}/target/$1"
    python3 -m venv "$root/target/$1" &&
        "$python" -m pip install --quiet --disable-pip-version-check "${@:3}" ||
        { rm -rf "${root:?}/target/$1"; echo "no environment with the Python packages ${*:3}" >&2; exit 5; }
}

case $with in
duckdb)
    environment python-dataset "duckdb, polars, edfio" duckdb==2.0.1 polars==2.1.0 edfio==0.4.18
    "$python" - "$dataset" "$root/tools/query_duckdb.sql" <<'PYTHON'
import csv, sys

import duckdb

duckdb.execute("SET VARIABLE dataset = ?", [sys.argv[1]])
answer = duckdb.execute(open(sys.argv[2]).read())
rows = csv.writer(sys.stdout, lineterminator="\n")
rows.writerow([column[0] for column in answer.description])
rows.writerows(["" if value is None else value for value in row] for row in answer.fetchall())
PYTHON
    ;;
polars | tour)
    environment python-dataset "duckdb, polars, edfio" duckdb==2.0.1 polars==2.1.0 edfio==0.4.18
    script=query_polars.py
    [ "$with" = polars ] || script=dataset_tour.py
    "$python" "$root/tools/$script" "$dataset"
    ;;
spark)
    command -v java >/dev/null || { echo "no java, which Spark needs" >&2; exit 5; }
    environment python-spark pyspark pyspark==4.3.0
    "$python" "$root/tools/query_spark.py" "$dataset" 2> >(grep -vE 'WARN|log4j|logging level|loglevel' >&2)
    ;;
*) usage ;;
esac
