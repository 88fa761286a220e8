#!/usr/bin/env python3
"""What the sessions of a dataset came to, over all and by plan, with polars: the table of
`rfa stats --by plan --format csv`, row by row. Quantiles: x[(n - 1) p], linear between (type 7).

    python tools/query_polars.py OUT
"""

import glob
import sys

import polars as pl

COLUMNS = ["by", "group", "figure", "count", "mean", "min", "p50", "p90", "p99", "max"]
OF_STEPS = ["time_to_temperature_s", "overshoot_c", "hold_error_c", "overshoot_c_true", "hold_error_c_true"]


def table(dataset, name):
    """All files by their columns' names: a file of another version may have fewer or more."""
    files = sorted(glob.glob(f"{dataset}/{name}/**/*.parquet", recursive=True))
    return pl.concat([pl.scan_parquet(file) for file in files], how="diagonal")


def by_plan(rows, *what):
    """Over all, and by plan."""
    alone = rows.group_by("figure").agg(*what).with_columns(by=pl.lit("all"), group=pl.lit("sessions"))
    plans = rows.group_by("figure", "plan_id").agg(*what).with_columns(by=pl.lit("plan"), group=pl.col("plan_id"))
    names = ["by", "group", "figure", *[one.meta.output_name() for one in what]]
    return pl.concat([alone.select(names), plans.select(names)])


def long(rows, value, **figures):
    """A row for each figure of each row."""
    return pl.concat(
        [rows.select("plan_id", figure=pl.lit(name), **{value: expr}) for name, expr in figures.items()]
    )


def query(dataset):
    sessions, steps, trips = (table(dataset, name) for name in ["sessions", "steps", "trips"])
    # Only of sessions that are there: one that is being written has no row yet.
    steps, trips = (rows.join(sessions, on="session", how="semi") for rows in [steps, trips])
    number = pl.Int64
    counted = pl.concat(
        [
            long(
                sessions,
                "n",
                sessions=pl.lit(1, number),
                sessions_complete=pl.col("complete").cast(number),
                sessions_tripped=(pl.col("trips_total") > 0).cast(number),
                trips=pl.col("trips_total"),
            ),
            long(
                steps,
                "n",
                steps_planned=pl.lit(1, number),
                steps_started=pl.col("overshoot_c").is_not_null().cast(number),
                steps_reached=pl.col("time_to_temperature_s").is_not_null().cast(number),
                steps_complete=pl.col("complete").cast(number),
            ),
            trips.select("plan_id", figure=pl.lit("trips ") + pl.col("rule"), n=pl.lit(1, number)),
        ]
    )
    sizes = sessions.filter(pl.col("lesion_boundary").is_not_null())
    boundary = pl.col("lesion_boundary")
    valued = pl.concat(
        [
            long(steps, "x", **{name: pl.col(name) for name in OF_STEPS}),
            long(sessions, "x", peak_c=pl.col("peak_c"), energy_j=pl.col("energy_j"),
                cem43_min=pl.col("cem43_min"), arrhenius_nerve=pl.col("arrhenius_nerve")),
            # The boundary decides the size: it stands with every one.
            sizes.select("plan_id", figure=pl.lit("width_mm ") + boundary, x=pl.col("lesion_width_mm")),
            sizes.select("plan_id", figure=pl.lit("length_mm ") + boundary, x=pl.col("lesion_length_mm")),
        ]
    ).drop_nulls("x")
    x = pl.col("x")
    counts = by_plan(counted, pl.col("n").sum().cast(number).alias("count"))
    spreads = by_plan(
        valued,
        x.count().cast(number).alias("count"),
        x.mean().alias("mean"),
        x.min().alias("min"),
        *[x.quantile(p, interpolation="linear").alias(f"p{p * 100:.0f}") for p in (0.5, 0.9, 0.99)],
        x.max().alias("max"),
    )
    both = pl.concat([counts, spreads], how="diagonal").select(COLUMNS)
    return both.sort("by", "group", "figure").collect()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    query(sys.argv[1]).write_csv(sys.stdout)
