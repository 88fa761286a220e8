#!/usr/bin/env python3
"""What the sessions of a dataset came to, over all and by plan, with Spark: the table of
`rfa stats --by plan --format csv`, row by row. Quantiles: x[(n - 1) p], linear between (type 7).

    spark-submit tools/query_spark.py OUT
"""

import csv
import sys

from pyspark.sql import SparkSession

COLUMNS = ["by", "group", "figure", "count", "mean", "min", "p50", "p90", "p99", "max"]

QUERY = """
WITH counted AS (
    SELECT plan_id, stack(4, 'sessions', 1L, 'sessions_complete', bigint(complete),
        'sessions_tripped', bigint(trips_total > 0), 'trips', trips_total) AS (figure, n) FROM sessions
    UNION ALL
    SELECT plan_id, stack(4, 'steps_planned', 1L, 'steps_started', bigint(overshoot_c IS NOT NULL),
        'steps_reached', bigint(time_to_temperature_s IS NOT NULL),
        'steps_complete', bigint(complete)) AS (figure, n) FROM steps
    UNION ALL
    SELECT plan_id, concat('trips ', rule) AS figure, 1L AS n FROM trips
), valued AS (
    SELECT plan_id, stack(5, 'time_to_temperature_s', time_to_temperature_s,
        'overshoot_c', overshoot_c, 'hold_error_c', hold_error_c,
        'overshoot_c_true', overshoot_c_true, 'hold_error_c_true', hold_error_c_true) AS (figure, x)
    FROM steps
    UNION ALL
    SELECT plan_id, stack(4, 'peak_c', peak_c, 'energy_j', energy_j, 'cem43_min', cem43_min,
        'arrhenius_nerve', arrhenius_nerve) AS (figure, x) FROM sessions
    UNION ALL
    -- The boundary decides the size: it stands with every one.
    SELECT plan_id, stack(2, concat('width_mm ', lesion_boundary), lesion_width_mm,
        concat('length_mm ', lesion_boundary), lesion_length_mm) AS (figure, x)
    FROM sessions WHERE lesion_boundary IS NOT NULL
)
SELECT if(plan_id IS NULL, 'all', 'plan') AS `by`, coalesce(plan_id, 'sessions') AS `group`,
    figure, sum(n) AS `count`, NULL AS mean, NULL AS `min`, NULL AS p50, NULL AS p90,
    NULL AS p99, NULL AS `max`
FROM counted GROUP BY GROUPING SETS ((figure), (plan_id, figure))
UNION ALL
SELECT if(plan_id IS NULL, 'all', 'plan'), coalesce(plan_id, 'sessions'),
    figure, count(x), avg(x), min(x), percentile(x, 0.5), percentile(x, 0.9),
    percentile(x, 0.99), max(x)
FROM valued WHERE x IS NOT NULL GROUP BY GROUPING SETS ((figure), (plan_id, figure))
ORDER BY `by`, `group`, figure
"""


def main(dataset):
    builder = SparkSession.builder.appName("rfa").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    # Tables of a few rows: two hundred tasks for each would be the whole time.
    spark = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for name in ["sessions", "steps", "trips"]:
        table = spark.read.option("mergeSchema", "true").parquet(f"{dataset}/{name}")
        if name != "sessions":
            # Only of sessions that are there: one that is being written has no row yet.
            table = table.join(spark.table("sessions").select("session"), "session", "left_semi")
        table.createOrReplaceTempView(name)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)
    for row in spark.sql(QUERY).collect():
        rows.writerow(["" if value is None else value for value in row])
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1])
