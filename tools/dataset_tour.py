#!/usr/bin/env python3
"""A tour through a dataset, cell by cell, as one would in a notebook.

    tools/query_dataset.sh OUT --with tour
"""

# %% Open: nothing is read before it is asked for.
import sys

import polars as pl

pl.Config.set_tbl_rows(20).set_tbl_cols(12).set_tbl_hide_dataframe_shape(True)
dataset = sys.argv[1]
# What a later version adds is left out, what an earlier one lacks is null.
how = dict(hive_partitioning=True, missing_columns="insert", extra_columns="ignore")
sessions = pl.scan_parquet(f"{dataset}/sessions/**/*.parquet", **how)
steps = pl.scan_parquet(f"{dataset}/steps/**/*.parquet", **how)
ticks = pl.scan_parquet(f"{dataset}/ticks/**/*.parquet", **how)

# %% Only of sessions that are there: of one that is being written the other tables may have rows, and
# `sessions` has none yet.
steps, ticks = (rows.join(sessions, on="session", how="semi") for rows in [steps, ticks])

# %% What is there, by plan and day.
there = sessions.group_by("plan", "date").agg(
    pl.len().alias("sessions"),
    (pl.col("trips_total") > 0).sum().alias("tripped"),
    pl.col("energy_j").mean().round(1).alias("mean energy J"),
)
print(there.sort("plan", "date").collect())

# %% Quantiles of a figure: type 7, as `rfa stats` has them.
late = pl.col("time_to_temperature_s")
spread = [late.quantile(p, interpolation="linear").round(3).alias(f"p{p * 100:.0f}") for p in (0.5, 0.9, 0.99)]
reached = steps.filter(late.is_not_null()).group_by("plan_id", "set_c")
print(reached.agg(late.count().alias("steps"), *spread).sort("plan_id", "set_c").collect())

# %% Steps beside what their session is: by electrode.
of = sessions.select("session", "electrode", "site", "simulated")
by_electrode = steps.join(of, on="session").group_by("electrode").agg(
    pl.col("overshoot_c").max().round(2).alias("most overshoot C"),
    pl.col("hold_error_c").mean().round(3).alias("mean hold error C"),
)
print(by_electrode.sort("electrode").collect())

# %% Ticks of one plan alone: files of other folders are not opened.
plan = sessions.select(pl.col("plan").first()).collect().item()
hold = ticks.filter(pl.col("plan") == plan, pl.col("phase") == "hold", pl.col("power_w") > 0)
print(
    hold.group_by("session")
    .agg(
        pl.len().alias("ticks in hold"),
        pl.col("tip_c").mean().round(2).alias("mean tip C"),
        pl.col("power_w").mean().round(3).alias("mean power W"),
        pl.col("impedance_ohm").mean().round(1).alias("mean ohm"),
    )
    .sort("session")
    .head(5)
    .collect()
)

# %% One session as a table in memory, a row each second, for a plot.
session = sessions.select(pl.col("session").first()).collect().item()
one = ticks.filter(pl.col("session") == session).sort("tick").collect()
print(one.gather_every(100).select("time_s", "state", "target_c", "tip_c", "power_w", "impedance_ohm").head(10))
