//! Results for people and for machines.

use super::judge::Took;
use super::prepare::Prepared;
use super::run::RunResult;
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;

/// One scenario with the results of its runs.
pub(crate) struct Judged<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) real_time: bool,
    pub(crate) runs: Vec<RunResult>,
}

/// Everything that was run.
pub(crate) struct Results<'a> {
    pub(crate) scenarios: Vec<Judged<'a>>,
    pub(crate) elapsed: Duration,
}

impl Judged<'_> {
    pub(crate) fn failed(&self) -> usize {
        self.runs.iter().filter(|run| run.why.is_some()).count()
    }

    /// The run that came nearest to its budget.
    fn worst(&self) -> Option<(&RunResult, Took)> {
        let share = |took: &Took| took.took_ms / took.budget_ms;
        let timed = self.runs.iter().filter_map(|run| Some((run, run.took?)));
        timed.max_by(|(_, a), (_, b)| share(a).total_cmp(&share(b)))
    }

    /// The command that runs this run alone.
    pub(crate) fn reproduce(&self, run: &RunResult) -> String {
        let file = shell_word(&self.prepared.file.display().to_string());
        let live = if self.real_time { " --real-time" } else { "" };
        format!("rfa scenario run {file} --only {} --seed {}{live}", run.id, run.base_seed)
    }

    fn line(&self) -> String {
        let Prepared { file, scenario, .. } = self.prepared;
        let (count, failed) = (self.runs.len(), self.failed());
        let outcome = match failed {
            0 => "as expected".to_owned(),
            failed => format!("{failed} FAILED"),
        };
        let worst = self.worst().map_or_else(String::new, |(run, took)| {
            let Took { took_ms, budget_ms } = took;
            format!("; RF off in {took_ms:.1} of {budget_ms} ms at worst ({})", run.id)
        });
        let file = file.display();
        let runs = counted(count, "run");
        format!("{file}: {}: {runs}, {outcome}{worst}", scenario.name)
    }

    fn json(&self) -> Value {
        let Prepared { file, scenario, .. } = self.prepared;
        let faults: Vec<String> = scenario.faults.iter().map(|f| f.setting.to_string()).collect();
        let worst = self.worst().map(|(run, took)| {
            json!({ "run": run.id, "off_ms": took.took_ms, "budget_ms": took.budget_ms })
        });
        let runs: Vec<Value> = self.runs.iter().map(|run| self.run_json(run)).collect();
        json!({
            "file": file.display().to_string(),
            "name": scenario.name,
            "hazards": scenario.hazards,
            "faults": faults,
            "twin": scenario.has_twin,
            "failed": self.failed(),
            "worst": worst,
            "runs": runs,
        })
    }

    fn run_json(&self, run: &RunResult) -> Value {
        let mut row = json!({
            "run": run.id,
            "seed": run.seed,
            "twin": run.twin,
            "ok": run.why.is_none(),
            "end": run.end,
            "off_ms": run.took.map(|took| took.took_ms),
            "budget_ms": run.took.map(|took| took.budget_ms),
            "note": run.note.as_deref(),
            "stalls": run.stalls,
        });
        if let (Some(why), Some(row)) = (&run.why, row.as_object_mut()) {
            row.insert("why".to_owned(), json!(why));
            row.insert("reproduce".to_owned(), json!(self.reproduce(run)));
        }
        row
    }
}

impl Results<'_> {
    pub(crate) fn runs(&self) -> usize {
        self.scenarios.iter().map(|judged| judged.runs.len()).sum()
    }

    pub(crate) fn failed(&self) -> usize {
        self.scenarios.iter().map(Judged::failed).sum()
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for judged in &self.scenarios {
            let _ = writeln!(text, "{}", judged.line());
            for run in &judged.runs {
                let Some(why) = &run.why else { continue };
                let _ = writeln!(text, "  {} seed {}: {}", run.id, run.seed, one_line(why));
                let _ = writeln!(text, "    {}", judged.reproduce(run));
            }
        }
        let _ = write!(
            text,
            "{}, {}, {} failed, {:.1} s",
            counted(self.scenarios.len(), "scenario"),
            counted(self.runs(), "run"),
            self.failed(),
            self.elapsed.as_secs_f64()
        );
        text
    }

    pub(crate) fn json(&self) -> Value {
        let scenarios: Vec<Value> = self.scenarios.iter().map(Judged::json).collect();
        json!({
            "ok": self.failed() == 0,
            "runs": self.runs(),
            "failed": self.failed(),
            "elapsed_s": self.elapsed.as_secs_f64(),
            "scenarios": scenarios,
        })
    }
}

/// A number of things, in words.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One line, whatever it was.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A word as a shell has to be given it.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+@:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_survives_the_shell() {
        assert_eq!(shell_word("tests/scenarios/link-cut.toml"), "tests/scenarios/link-cut.toml");
        assert_eq!(shell_word("my file.toml"), "'my file.toml'");
        assert_eq!(shell_word("it's.toml"), "'it'\\''s.toml'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(one_line("different:\n  a: 1\n\n  b: 2\n"), "different:; a: 1; b: 2");
    }
}
