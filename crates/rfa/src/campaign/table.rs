//! What a campaign came to: tables for people, for the documents, and JSON.

use super::case::{Case, Kind};
use super::judge::{Came, Found};
use super::log::Row;
use super::{Arguments, Campaign};
use crate::scenario::{counted, one_line, shell_word};
use rfa_scenario::TreatmentPhase;
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;

/// Failures that are written out in text; JSON has all.
const FAILURES_SHOWN: usize = 20;

/// Cases with their rows, ready to be told.
pub(crate) struct Results<'a> {
    campaign: &'a Campaign<'a>,
    cases: &'a [Case],
    rows: Vec<Row>,
    /// What a failed case is run again with.
    again: String,
    /// What this campaign was run with.
    command: String,
    elapsed: Duration,
}

/// Cells under their heads.
struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// Times of one kind, the shortest first.
struct Times(Vec<f64>);

impl Times {
    fn new(times: impl Iterator<Item = f64>) -> Self {
        let mut times: Vec<f64> = times.collect();
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// The smallest time that this part of all is not above.
    fn quantile(&self, part: f64) -> Option<f64> {
        let rank = (part * self.0.len() as f64).ceil().max(1.0) as usize;
        self.0.get(rank.min(self.0.len()).checked_sub(1)?).copied()
    }

    /// The median, 99 % and all.
    fn cells(&self) -> [String; 3] {
        [0.5, 0.99, 1.0].map(|part| cell(self.quantile(part)))
    }
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"))
}

/// Some of the cases, with what came of them.
struct Group<'a>(Vec<(&'a Case, &'a Row)>);

impl<'a> Group<'a> {
    fn found(&self) -> impl Iterator<Item = &'a Found> {
        self.0.iter().filter_map(|(_, row)| row.found.as_ref())
    }

    fn came(&self, came: Came) -> usize {
        self.found().filter(|found| found.came == came).count()
    }

    fn failed(&self) -> usize {
        self.0.iter().filter(|(_, row)| row.why.is_some()).count()
    }

    fn hottest(&self) -> Option<f64> {
        self.found().map(|found| found.hottest_c).max_by(f64::total_cmp)
    }

    fn off(&self) -> Times {
        Times::new(self.found().filter_map(|found| found.off_ms))
    }

    fn decided(&self) -> Times {
        Times::new(self.found().filter_map(|found| found.decided_ms))
    }

    fn budget(&self) -> Option<f64> {
        self.found().filter_map(|found| found.budget_ms).max_by(f64::total_cmp)
    }
}

impl<'a> Results<'a> {
    pub(super) fn new(
        campaign: &'a Campaign<'a>,
        cases: &'a [Case],
        rows: Vec<Row>,
        arguments: &Arguments,
        elapsed: Duration,
    ) -> Self {
        let mut again = "rfa campaign".to_owned();
        for path in &arguments.scenarios {
            let _ = write!(again, " {}", shell_word(&path.display().to_string()));
        }
        let plans = shell_word(&arguments.plans.display().to_string());
        let _ = write!(again, " --plans {plans} --seed {}", arguments.seed);
        let mut command = again.clone();
        if arguments.full {
            command.push_str(" --full");
        }
        if let Some(hours) = arguments.hours {
            let _ = write!(command, " --hours {hours}");
        }
        Self { campaign, cases, rows, again, command, elapsed }
    }

    fn group(&self, takes: impl Fn(&Case) -> bool) -> Group<'_> {
        Group(self.cases.iter().zip(&self.rows).filter(|(case, _)| takes(case)).collect())
    }

    pub(super) fn failed(&self) -> usize {
        self.rows.iter().filter(|row| row.why.is_some()).count()
    }

    fn singles(&self) -> Table {
        let heads = vec![
            "hazard",
            "fault",
            "runs",
            "stopped",
            "refused",
            "completed",
            "off p50 ms",
            "p99",
            "max",
            "budget",
            "trip to off max ms",
            "tissue °C",
            "twins",
            "false trips",
            "failed",
        ];
        let mut rows = Vec::new();
        for source in &self.campaign.sources {
            let of = |twin: bool| {
                self.group(|case| match &case.kind {
                    Kind::Single { source: own, severity } => {
                        own.fault == source.fault && severity.is_twin() == twin
                    }
                    _ => false,
                })
            };
            let (faults, twins) = (of(false), of(true));
            let hazards = self.campaign.scenario(*source).map(|s| s.hazards.join(" "));
            let [p50, p99, max] = faults.off().cells();
            rows.push(vec![
                hazards.unwrap_or_default(),
                source.fault.to_string(),
                faults.0.len().to_string(),
                faults.came(Came::Stopped).to_string(),
                faults.came(Came::Refused).to_string(),
                faults.came(Came::Completed).to_string(),
                p50,
                p99,
                max,
                cell(faults.budget()),
                cell(faults.decided().quantile(1.0)),
                cell(faults.hottest()),
                twins.0.len().to_string(),
                twins.failed().to_string(),
                faults.failed().to_string(),
            ]);
        }
        Table { heads, rows }
    }

    fn pairs(&self) -> Table {
        let heads = vec![
            "phase",
            "pairs",
            "stopped",
            "refused",
            "completed",
            "trip to off p99 ms",
            "max",
            "tissue °C",
            "failed",
        ];
        let row = |phase: TreatmentPhase| {
            let group =
                self.group(|case| matches!(case.kind, Kind::Pair { .. }) && case.phase == phase);
            vec![
                phase.name().to_owned(),
                group.0.len().to_string(),
                group.came(Came::Stopped).to_string(),
                group.came(Came::Refused).to_string(),
                group.came(Came::Completed).to_string(),
                cell(group.decided().quantile(0.99)),
                cell(group.decided().quantile(1.0)),
                cell(group.hottest()),
                group.failed().to_string(),
            ]
        };
        let rows = TreatmentPhase::ALL.into_iter().map(row).filter(|row| row[1] != "0").collect();
        Table { heads, rows }
    }

    fn hours(&self) -> Table {
        let heads =
            vec!["plan", "treatments", "hours", "false trips", "per 200 h", "hottest tissue °C"];
        let row = |name: &str, group: &Group<'_>| {
            let hours = group.found().map(|found| found.treated_s).sum::<f64>() / 3_600.0;
            let failed = group.failed();
            vec![
                name.to_owned(),
                group.0.len().to_string(),
                format!("{hours:.1}"),
                failed.to_string(),
                format!("{:.2}", failed as f64 * 200.0 / hours.max(f64::MIN_POSITIVE)),
                cell(group.hottest()),
            ]
        };
        let free = |case: &Case| matches!(case.kind, Kind::Free);
        let mut rows: Vec<Vec<String>> = (0..self.campaign.subjects.len())
            .filter_map(|place| {
                let group = self.group(|case| free(case) && case.subject == place);
                let name = &self.campaign.subjects.get(place)?.name;
                (!group.0.is_empty()).then(|| row(name, &group))
            })
            .collect();
        if rows.len() > 1 {
            rows.push(row("all", &self.group(free)));
        }
        Table { heads, rows }
    }

    fn parts(&self) -> [(&'static str, Table); 3] {
        [
            ("Single faults", self.singles()),
            ("Pairs of faults", self.pairs()),
            ("Without a fault", self.hours()),
        ]
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (title, table) in self.parts() {
            let _ = writeln!(text, "{title}\n{}", table.aligned());
        }
        let failures = self.rows.iter().filter_map(|row| Some((row, row.why.as_ref()?)));
        for (row, why) in failures.take(FAILURES_SHOWN) {
            let _ = writeln!(text, "FAILED {}: {}", row.case, one_line(why));
            let _ = writeln!(text, "  {}", self.reproduce(row));
        }
        if self.failed() > FAILURES_SHOWN {
            let more = self.failed() - FAILURES_SHOWN;
            let _ = writeln!(text, "and {more} more; --format json names each");
        }
        let _ = write!(
            text,
            "{}, {} failed, {:.1} s",
            counted(self.rows.len(), "treatment"),
            self.failed(),
            self.elapsed.as_secs_f64()
        );
        text
    }

    fn reproduce(&self, row: &Row) -> String {
        format!("{} --only {}", self.again, shell_word(&row.case))
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = format!(
            "# The campaign\n\nWritten by `{}`: {}, {} failed, {:.0} s. Each is a whole treatment \
             on virtual time. *off*: from the fault, or from the first sample over its limit, to RF \
             off, where RF was on; *budget*: the longest of its sizes; *completed*: as planned, which \
             its scenario allows and says why; *tissue*: the hottest there was.\n\n",
            self.command,
            counted(self.rows.len(), "treatment"),
            self.failed(),
            self.elapsed.as_secs_f64()
        );
        for (title, table) in self.parts() {
            let _ = writeln!(text, "## {title}\n\n{}", table.markdown());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    pub(super) fn json(&self) -> Value {
        let row = |row: &Row| {
            let mut value = serde_json::to_value(row).unwrap_or_default();
            if let (Some(_), Some(value)) = (&row.why, value.as_object_mut()) {
                value.insert("reproduce".to_owned(), json!(self.reproduce(row)));
            }
            value
        };
        let tables: serde_json::Map<String, Value> = ["faults", "pairs", "fault_free"]
            .into_iter()
            .zip(self.parts())
            .map(|(key, (_, table))| (key.to_owned(), table.json()))
            .collect();
        json!({
            "ok": self.failed() == 0,
            "treatments": self.rows.len(),
            "failed": self.failed(),
            "elapsed_s": self.elapsed.as_secs_f64(),
            "tables": tables,
            "cases": self.rows.iter().map(row).collect::<Vec<Value>>(),
        })
    }
}

impl Table {
    /// Columns side by side: words to the left, numbers to the right.
    fn aligned(&self) -> String {
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        let lines = || std::iter::once(&heads).chain(&self.rows);
        let width = |column: usize| {
            lines().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let mut text = String::new();
        for row in lines() {
            for ((cell, width), column) in row.iter().zip(&widths).zip(0..) {
                let _ = match self.is_words(column) {
                    true => write!(text, "  {cell:width$}"),
                    false => write!(text, "  {cell:>width$}"),
                };
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }

    /// A column of words: some cell of it is no number.
    fn is_words(&self, column: usize) -> bool {
        let word = |cell: &String| cell != "-" && cell.parse::<f64>().is_err();
        self.rows.iter().filter_map(|row| row.get(column)).any(word)
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        let rule = |column| if self.is_words(column) { "---" } else { "---:" }.to_owned();
        let rules: Vec<String> = (0..heads.len()).map(rule).collect();
        let rows = [&heads, &rules].into_iter().chain(&self.rows);
        rows.map(|row| line(row)).collect()
    }

    fn json(&self) -> Value {
        let value = |cell: &String| match cell.parse::<f64>() {
            Ok(number) => json!(number),
            Err(_) if cell == "-" => Value::Null,
            Err(_) => json!(cell),
        };
        let row = |row: &Vec<String>| {
            let cells = self.heads.iter().zip(row);
            Value::Object(cells.map(|(head, cell)| ((*head).to_owned(), value(cell))).collect())
        };
        self.rows.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let times = Times::new((1..=200).rev().map(f64::from));
        assert_eq!(times.cells(), ["100", "198", "200"]);
        assert_eq!(Times::new([7.0].into_iter()).cells(), ["7", "7", "7"]);
        assert_eq!(Times::new(std::iter::empty()).cells(), ["-", "-", "-"]);
    }

    #[test]
    fn a_table_is_the_same_in_every_form() {
        let cells = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let table = Table {
            heads: vec!["fault", "ms"],
            rows: vec![cells("one", "7"), cells("three", "-")],
        };
        assert_eq!(table.aligned(), "  fault  ms\n  one     7\n  three   -\n");
        assert_eq!(
            table.markdown(),
            "| fault | ms |\n| --- | ---: |\n| one | 7 |\n| three | - |\n"
        );
        let expected = json!([{ "fault": "one", "ms": 7.0 }, { "fault": "three", "ms": null }]);
        assert_eq!(table.json(), expected);
    }
}
