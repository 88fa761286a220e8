//! The figures in words.

use super::judge::{Row, Verdict};
use super::{Answer, Loaded};
use rfa_session::Quantiles;
use std::fmt::Write;

/// For people.
pub(super) fn table(answer: &Answer) -> String {
    let mut out = format!("{}\n", head(answer));
    for warning in &answer.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    for loaded in &answer.loads {
        let _ = writeln!(out, "\n{}", title(loaded));
        let _ = writeln!(
            out,
            "  {:34} {:>9} {:>9} {:>9} {:>9} {:>8}",
            "us", "p50", "p99", "p99.9", "max", "of"
        );
        for (name, of) in distributions(loaded) {
            let [p50, p99, p99_9, max] = numbers(of);
            let _ =
                writeln!(out, "  {name:34} {p50:>9} {p99:>9} {p99_9:>9} {max:>9} {:>8}", of.count);
        }
        out.push('\n');
        for row in &loaded.rows {
            let _ = writeln!(
                out,
                "  {:34} {:5} {:>12}  {:32} {:42} {}",
                row.what,
                row.statistic,
                value(row),
                against(row),
                row.target,
                mark(row.verdict)
            );
        }
        notes(loaded).iter().for_each(|note| {
            let _ = writeln!(out, "  {note}");
        });
    }
    out
}

/// For documents.
pub(super) fn markdown(answer: &Answer) -> String {
    let mut out = format!("{}\n", head(answer));
    for warning in &answer.warnings {
        let _ = writeln!(out, "\nWarning: {warning}");
    }
    for loaded in &answer.loads {
        let _ = writeln!(out, "\n## {}\n", title(loaded));
        out.push_str("| µs | p50 | p99 | p99.9 | max | of |\n|---|---|---|---|---|---|\n");
        for (name, of) in distributions(loaded) {
            let _ = writeln!(out, "| {name} | {} | {} |", numbers(of).join(" | "), of.count);
        }
        out.push_str(
            "\n| figure | | measured | beside it | target | |\n|---|---|---|---|---|---|\n",
        );
        for row in &loaded.rows {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                row.what,
                row.statistic,
                value(row),
                against(row),
                row.target,
                mark(row.verdict)
            );
        }
        out.push('\n');
        notes(loaded).iter().for_each(|note| {
            let _ = writeln!(out, "{note}");
        });
    }
    out
}

fn head(answer: &Answer) -> String {
    let machine = &answer.machine;
    format!(
        "rfa {} ({}), commit {}, plan {}, seed {}; {} x {}{}, Linux {}{}",
        answer.rfa,
        machine.build,
        answer.commit,
        answer.plan,
        answer.seed,
        machine.processors,
        machine.processor,
        if machine.virtual_machine { " (virtual machine)" } else { "" },
        machine.kernel,
        if machine.preempt_rt { " PREEMPT_RT" } else { "" },
    )
}

fn title(loaded: &Loaded) -> String {
    let measured = &loaded.measured;
    let how = match measured.load {
        super::arguments::Load::None => "",
        super::arguments::Load::Cores => " (a busy thread of ordinary priority each)",
    };
    format!(
        "{}{how}: {} treatments, {} of them whole",
        measured.load.words(),
        measured.treatments,
        measured.whole
    )
}

fn distributions(loaded: &Loaded) -> Vec<(String, Quantiles)> {
    let measured = &loaded.measured;
    let own = measured.timing_us.0.iter();
    let mut all: Vec<(String, Quantiles)> =
        own.map(|(latency, of)| (latency.name().replace('_', " "), of)).collect();
    all.push(("telemetry to grant on the line".to_owned(), measured.wire_us.0));
    if let Some(cyclictest) = measured.cyclictest_us {
        all.push(("cyclictest -p 80 -i 10000".to_owned(), cyclictest.0));
    }
    all.push(("bare thread, same period".to_owned(), measured.bare_us.0));
    all.push(("bare echo on the line".to_owned(), measured.echo_us.0));
    all
}

fn numbers(of: Quantiles) -> [String; 4] {
    [of.p50_ns, of.p99_ns, of.p99_9_ns, of.max_ns].map(|ns| number(ns as f64 / 1e3))
}

fn number(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn value(row: &Row) -> String {
    let Some(value) = row.value else { return "none".to_owned() };
    if row.unit.is_empty() { format!("{value}") } else { format!("{} {}", number(value), row.unit) }
}

fn against(row: &Row) -> String {
    let Some((name, value)) = row.reference else { return String::new() };
    let ratio = row.ratio.map_or_else(String::new, |ratio| format!(", ratio {ratio:.2}"));
    format!("{name} {}{ratio}", number(value))
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::NotMet => "NOT MET",
        Verdict::Told => "",
    }
}

fn notes(loaded: &Loaded) -> Vec<String> {
    let measured = &loaded.measured;
    let faults = &measured.fault_to_off_ms;
    let ms = |value: Option<f64>| value.map_or("-".to_owned(), |ms| format!("{ms:.1}"));
    let steal = measured.steal_ms.map_or("not known".to_owned(), |ms| format!("{ms} ms"));
    let mut notes = vec![
        format!(
            "ticks over 5 ms late: {}, unexplained {}; steal counter, all processors: {steal}",
            measured.late_ticks, measured.late_unexplained
        ),
        format!(
            "fault to output off: p50 {} ms, max {} ms of {} faults",
            ms(faults.p50),
            ms(faults.max),
            faults.count
        ),
    ];
    notes.extend(measured.late_told.iter().cloned());
    let more = measured.late_unexplained.saturating_sub(measured.late_told.len() as u64);
    notes.extend((more > 0).then(|| format!("unexplained and not told one by one: {more}")));
    notes.extend(measured.trips.iter().cloned());
    notes
}
