#!/usr/bin/env python3
"""Read an EDF+ file with the Python `edfio` package and compare it with the CSV of the same ticks.

    python tools/check_edf.py session.edf session.csv

Exit codes: 0 every sample is the table's, 1 not, 2 usage.
"""

import csv
import sys

import edfio

COLUMNS = {
    "Temp tip": ("tip_c", 1, 0.01),
    "Temp set": ("target_c", 1, 0.01),
    "Power": ("power_w", 1, 0.001),
    "Voltage rms": ("voltage_v", 1, 0.01),
    "Current rms": ("current_a", 1000, 0.1),
    "Impedance": ("impedance_ohm", 1, 0.1),
}


def main(edf_path, csv_path):
    edf = edfio.read_edf(edf_path)
    with open(csv_path, newline="") as file:
        rows = list(csv.DictReader(file))
    first = int(rows[0]["tick"])
    compared = 0
    for signal in edf.signals:
        column, scale, step = COLUMNS.pop(signal.label)
        assert signal.sampling_frequency == 100, signal
        # The lowest value of a signal is no reading.
        none = signal.physical_min + step / 2
        expected = {int(row["tick"]) - first: row[column] for row in rows}
        for place, value in enumerate(signal.data):
            text = expected.get(place, "")
            if not text:
                assert value < none, f"{signal.label} {place}: {value}, nothing in the table"
                continue
            wanted = float(text) * scale
            if wanted <= signal.physical_max:
                assert abs(value - wanted) <= step * 0.501, f"{signal.label} {place}: {value}, {text}"
            else:
                assert value >= signal.physical_max - step / 2, f"{signal.label} {place}: {value}, {text}"
            compared += 1
    assert not COLUMNS, COLUMNS
    seconds = max(expected) / 100
    told = edf.annotations
    assert all(-0.001 <= one.onset <= seconds + 0.011 for one in told), told
    on = [one for one in told if one.text.startswith("RF on, step 1")]
    begins = next(place for place, row in enumerate(rows) if row["state"] == "delivering")
    assert abs(on[0].onset - (int(rows[begins]["tick"]) - first) / 100) <= 0.011, on
    print(f"{edf_path}: {compared} samples and {len(told)} annotations are those of {csv_path}")
    try:
        began = f"{edf.startdate} {edf.starttime}"
    except edfio.AnonymizedDateError:
        began = "no date"
    print(f"  {began}, {edf.recording.equipment_code}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
