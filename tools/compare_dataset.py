#!/usr/bin/env python3
"""Compare two tables of figures (CSV), row by row, to six significant digits.

    python3 tools/compare_dataset.py stats.csv duckdb.csv

Exit codes: 0 equal, 1 different (the first difference is printed), 2 usage.
"""

import csv
import sys


def read(path):
    """Rows by group and figure; empty for what is absent."""
    with open(path, newline="") as file:
        table = csv.DictReader(file)
        rows = {(row.pop("by"), row.pop("group"), row.pop("figure")): row for row in table}
    if not rows:
        sys.exit(f"{path}: no rows")
    return rows


def same(a, b):
    """Absent in both, or within half a unit of the sixth significant digit. Summed in another order
    a mean has other last bits, and one that is 0 has nothing but those."""
    if not a or not b:
        return a == b
    a, b = float(a), float(b)
    return abs(a - b) <= max(0.5e-5 * 10.0 ** exponent(max(abs(a), abs(b))), 1e-12)


def exponent(value):
    """The power of ten of the first significant digit."""
    return int(f"{value:e}".split("e")[1])


def main(first, second):
    a, b = read(first), read(second)
    for one, other, path in ((a, b, second), (b, a, first)):
        missing = [key for key in one if key not in other]
        if missing:
            sys.exit(f"{path}: lacks {missing[0]}")
    values = 0
    for key, row in a.items():
        if row.keys() != b[key].keys():
            sys.exit(f"{key}: columns {list(row)}, {list(b[key])}")
        for column, value in row.items():
            if not same(value, b[key][column]):
                sys.exit(f"{key} {column}: {value} in {first}, {b[key][column]} in {second}")
            values += value != ""
    print(f"{second}: {values} values of {len(a)} rows are those of {first}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
