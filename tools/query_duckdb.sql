-- What the sessions of a dataset came to, over all and by plan: the table of
-- `rfa stats --by plan --format csv`, row by row. Quantiles: x[(n - 1) p], linear between (type 7).
--
--     duckdb -cmd "SET VARIABLE dataset = 'OUT'" -csv < tools/query_duckdb.sql

WITH sessions AS (
    FROM read_parquet(getvariable('dataset') || '/sessions/**/*.parquet',
        hive_partitioning = true, union_by_name = true)
), steps AS (
    -- Only of sessions that are there: one that is being written has no row yet.
    FROM read_parquet(getvariable('dataset') || '/steps/**/*.parquet',
        hive_partitioning = true, union_by_name = true) SEMI JOIN sessions USING (session)
), trips AS (
    FROM read_parquet(getvariable('dataset') || '/trips/**/*.parquet',
        hive_partitioning = true, union_by_name = true) SEMI JOIN sessions USING (session)
), counted AS (
    SELECT plan_id, unnest([
        {'figure': 'sessions', 'n': 1},
        {'figure': 'sessions_complete', 'n': complete::INT},
        {'figure': 'sessions_tripped', 'n': (trips_total > 0)::INT},
        {'figure': 'trips', 'n': trips_total}], recursive := true) FROM sessions
    UNION ALL BY NAME
    SELECT plan_id, unnest([
        {'figure': 'steps_planned', 'n': 1},
        {'figure': 'steps_started', 'n': (overshoot_c IS NOT NULL)::INT},
        {'figure': 'steps_reached', 'n': (time_to_temperature_s IS NOT NULL)::INT},
        {'figure': 'steps_complete', 'n': complete::INT}], recursive := true) FROM steps
    UNION ALL BY NAME
    SELECT plan_id, 'trips ' || rule AS figure, 1 AS n FROM trips
), valued AS (
    UNPIVOT (SELECT plan_id, time_to_temperature_s, overshoot_c, hold_error_c, overshoot_c_true,
            hold_error_c_true FROM steps)
        ON COLUMNS(* EXCLUDE plan_id) INTO NAME figure VALUE x
    UNION ALL BY NAME
    UNPIVOT (SELECT plan_id, peak_c, energy_j, cem43_min, arrhenius_nerve FROM sessions)
        ON COLUMNS(* EXCLUDE plan_id) INTO NAME figure VALUE x
    UNION ALL BY NAME
    -- The boundary decides the size: it stands with every one.
    SELECT plan_id, unnest([
        {'figure': 'width_mm ' || lesion_boundary, 'x': lesion_width_mm},
        {'figure': 'length_mm ' || lesion_boundary, 'x': lesion_length_mm}], recursive := true)
    FROM sessions WHERE lesion_boundary IS NOT NULL
)
SELECT if(plan_id IS NULL, 'all', 'plan') AS "by", coalesce(plan_id, 'sessions') AS "group",
    figure, sum(n)::BIGINT AS "count", NULL::DOUBLE AS mean, NULL::DOUBLE AS "min",
    NULL::DOUBLE AS p50, NULL::DOUBLE AS p90, NULL::DOUBLE AS p99, NULL::DOUBLE AS "max"
FROM counted GROUP BY GROUPING SETS ((figure), (plan_id, figure))
UNION ALL
SELECT if(plan_id IS NULL, 'all', 'plan'), coalesce(plan_id, 'sessions'),
    figure, count(x), avg(x), min(x),
    quantile_cont(x, 0.5), quantile_cont(x, 0.9), quantile_cont(x, 0.99), max(x)
FROM valued GROUP BY GROUPING SETS ((figure), (plan_id, figure))
ORDER BY "by", "group", figure;
