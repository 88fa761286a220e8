//! Statistics as text, Markdown and CSV: the same figures under the same names.

use crate::output::plain;
use rfa_fleet::{Distribution, FileTold, Group, Statistics};

/// Width of a figure's name.
const LABEL: usize = 24;

/// The columns of a distribution behind its count.
const COLUMNS: [&str; 6] = ["mean", "min", "p50", "p90", "p99", "max"];

fn columns(of: &Distribution) -> [f64; 6] {
    [of.mean, of.min, of.p50, of.p90, of.p99, of.max]
}

/// What is told of files, a line each.
pub(super) fn told(statistics: &Statistics) -> Vec<String> {
    let line = |what: &str, of: &FileTold| plain(&format!("{what}{}: {}", of.file, of.why));
    let recomputed = statistics.recomputed.iter().map(|of| line("from its ticks: ", of));
    let twice = statistics.twice.iter().map(|of| line("twice: ", of));
    let unusable = statistics.unusable.iter().map(|of| line("not used: ", of));
    recomputed.chain(twice).chain(unusable).collect()
}

/// Statistics for people.
pub(super) fn text(statistics: &Statistics) -> String {
    let Statistics { quantiles, files, sessions, recomputed, twice, unusable, groups } = statistics;
    let (recomputed, twice, unusable) = (recomputed.len(), twice.len(), unusable.len());
    let mut text = format!(
        "{files} files: {sessions} sessions, {recomputed} of them from their ticks for want of a \
         summary; {twice} files of a session twice, {unusable} not used\n"
    );
    for line in told(statistics) {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str(&format!("quantiles: {quantiles}\n"));
    for group in groups {
        text.push_str(&format!("\n{}\n", name(group)));
        for line in counts_in_words(group) {
            text.push_str(&format!("  {line}\n"));
        }
        let rows = spreads(group);
        if !rows.is_empty() {
            let heading: String = COLUMNS.iter().map(|column| format!("{column:>10}")).collect();
            text.push_str(&format!("  {:<LABEL$}{:>8}{heading}\n", "", "count"));
        }
        for (label, of) in rows {
            let values: String =
                columns(of).iter().map(|of| format!("{:>10}", value(*of))).collect();
            text.push_str(&format!("  {label:<LABEL$}{:>8}{values}\n", of.count));
        }
    }
    text
}

/// A value in a column's width, doses too, which run over twenty powers of ten.
fn value(of: f64) -> String {
    // Below it the sign, four places and three more have room, whichever way it is rounded.
    if of == 0.0 || (1e-3..9_999.5).contains(&of.abs()) {
        format!("{of:.3}")
    } else {
        format!("{of:.2e}")
    }
}

/// The group's name for people.
fn name(group: &Group) -> String {
    let Group { by, of, sessions, .. } = group;
    match by {
        rfa_fleet::By::All => format!("all {sessions} sessions"),
        _ if *sessions == 1 => plain(&format!("{} {of}: 1 session", by.name())),
        _ => plain(&format!("{} {of}: {sessions} sessions", by.name())),
    }
}

fn counts_in_words(group: &Group) -> [String; 3] {
    let Group { complete, tripped, steps, trips_total, trips, .. } = group;
    let rules: Vec<_> = trips.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(": {}", rules.join(", ")) };
    [
        format!("sessions: {complete} with every step complete, {tripped} with a trip"),
        format!(
            "steps: {} planned, {} with RF, {} reached, {} complete",
            steps.planned, steps.started, steps.reached, steps.complete
        ),
        plain(&format!("trips: {trips_total}{rules}")),
    ]
}

/// The distributions that there are, by the names of the JSON form.
fn spreads(group: &Group) -> Vec<(String, &Distribution)> {
    let figures = [
        ("time_to_temperature_s", &group.time_to_temperature_s),
        ("overshoot_c", &group.overshoot_c),
        ("hold_error_c", &group.hold_error_c),
        ("overshoot_c_true", &group.overshoot_c_true),
        ("hold_error_c_true", &group.hold_error_c_true),
        ("peak_c", &group.peak_c),
        ("energy_j", &group.energy_j),
        ("cem43_min", &group.cem43_min),
        ("arrhenius_nerve", &group.arrhenius_nerve),
    ];
    let figures = figures.into_iter();
    let mut rows: Vec<_> =
        figures.filter_map(|(name, of)| Some((name.to_owned(), of.as_ref()?))).collect();
    for sizes in &group.lesions {
        // The boundary decides the size: it stands with every one.
        let boundary = &sizes.boundary;
        rows.push((plain(&format!("width_mm {boundary}")), &sizes.width_mm));
        rows.push((plain(&format!("length_mm {boundary}")), &sizes.length_mm));
    }
    rows
}

fn counts(group: &Group) -> Vec<(String, u64)> {
    let Group { sessions, complete, tripped, steps, trips_total, trips, .. } = group;
    let fixed = [
        ("sessions", *sessions),
        ("sessions_complete", *complete),
        ("sessions_tripped", *tripped),
        ("steps_planned", steps.planned),
        ("steps_started", steps.started),
        ("steps_reached", steps.reached),
        ("steps_complete", steps.complete),
        ("trips", *trips_total),
    ];
    let by_rule = trips.iter().map(|(rule, count)| (plain(&format!("trips {rule}")), *count));
    fixed.into_iter().map(|(name, count)| (name.to_owned(), count)).chain(by_rule).collect()
}

/// A table for each group.
pub(super) fn markdown(statistics: &Statistics) -> String {
    let mut text = format!("Quantiles: {}.\n", statistics.quantiles);
    for group in &statistics.groups {
        text.push_str(&format!("\n## {}\n\n", escaped(&name(group))));
        for line in counts_in_words(group) {
            text.push_str(&format!("- {}\n", escaped(&line)));
        }
        text.push_str(&format!("\n| figure | count | {} |\n", COLUMNS.join(" | ")));
        text.push_str(&format!("|---|---:|{}\n", "---:|".repeat(COLUMNS.len())));
        for (label, of) in spreads(group) {
            let values: Vec<_> = columns(of).iter().map(|of| value(*of)).collect();
            let (label, values) = (escaped(&label), values.join(" | "));
            text.push_str(&format!("| {label} | {} | {values} |\n", of.count));
        }
    }
    text
}

/// A name out of a file, as itself in a cell and in a heading.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        if matches!(one, '|' | '*' | '_' | '`' | '<' | '[' | '\\' | '#') {
            escaped.push('\\');
        }
        escaped.push(one);
    }
    escaped
}

/// A line for each figure of each group; numbers to the last digit.
pub(super) fn csv(statistics: &Statistics) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["by", "group", "figure", "count"].into_iter().chain(COLUMNS))?;
    for group in &statistics.groups {
        let group_of = [group.by.name().to_owned(), plain(&group.of)];
        for (figure, count) in counts(group) {
            let row = [figure, count.to_string()].into_iter();
            let empty = COLUMNS.iter().map(|_| String::new());
            table.write_record(group_of.iter().cloned().chain(row).chain(empty))?;
        }
        for (figure, of) in spreads(group) {
            let row = [figure, of.count.to_string()].into_iter();
            let values = columns(of).map(|value| value.to_string());
            table.write_record(group_of.iter().cloned().chain(row).chain(values))?;
        }
    }
    let bytes = table.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_fit_their_columns() {
        let of = [0.0, 0.015, -0.5, 0.000_012_3, -9_999.4, 99_999.999_6, 1.374e11, -2.5e300];
        let told = of.map(value);
        assert_eq!(
            told,
            ["0.000", "0.015", "-0.500", "1.23e-5", "-9999.400", "1.00e5", "1.37e11", "-2.50e300"]
        );
        assert!(told.iter().all(|told| told.len() < 10), "{told:?}");
    }
}
