//! The percentiles of rfa's own loop over 200 draws are no worse than those checked in.
//!
//! `percentiles.txt` has a line for each row that is held: statistic, runs, value, row. A value may
//! be worse by a tenth, or by what is left to chance in a changed controller of the same quality
//! where that is more: 0.03 K (0.01 K in the hold), 0.2 s, 1 % of the runs. Runs are exact: they
//! follow from draws and power ceilings alone. After a change that is meant, the failure's own text
//! is the new file.

use rfa_bench::{Case, Controller, ControllerName, Figures, Outcome, Population, Row, Table, run};
use rfa_control::{ControlInputs, ControlOutputs};
use rfa_units::{MilliWatts, Request};
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

const SEED: u64 = 1;
const DRAWS: u32 = 200;
/// Draws of the negative control.
const FEW: u32 = 40;

/// Treats draws 1 to `draws`, on every processor, with the controller that `make` makes.
fn treat(draws: u32, make: impl Fn(&Case) -> Box<dyn Controller> + Sync) -> Vec<Outcome> {
    let population = Population::new(SEED).expect("shipped tissues");
    let (next, outcomes) = (AtomicU32::new(1), Mutex::new(Vec::new()));
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number > draws {
            return;
        }
        let case = Case::new(population.draw(number).expect("a draw")).expect("a case");
        let trace = run(&case, &mut *make(&case)).expect("a run");
        let outcome = Outcome::new(&case, vec![Figures::of(&case, &trace)]);
        outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    };
    let processors = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    thread::scope(|scope| (0..processors).for_each(|_| drop(scope.spawn(work))));
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|outcome| outcome.number);
    outcomes
}

/// rfa's own loop over the population, run once for all tests.
fn own() -> &'static [Outcome] {
    static OWN: OnceLock<Vec<Outcome>> = OnceLock::new();
    OWN.get_or_init(|| {
        treat(DRAWS, |case| case.controller(ControllerName::Rfa).expect("a controller"))
    })
}

fn table(outcomes: &[Outcome]) -> Table {
    Table::new(&[ControllerName::Rfa], outcomes)
}

/// One line of the checked-in table.
#[derive(Debug, Clone, PartialEq)]
struct Held {
    what: String,
    statistic: String,
    runs: usize,
    /// None: the percentile falls on a run that did not come so far.
    value: Option<f64>,
}

impl Held {
    fn of(row: &Row) -> Self {
        let value = row.values.first().and_then(|value| value.value);
        let statistic = row.statistic.to_owned();
        Self { what: row.what.clone(), statistic, runs: row.runs, value }
    }

    fn read(line: &str) -> Self {
        let mut words = line.splitn(4, ' ');
        let mut next = || words.next().unwrap_or_else(|| panic!("{line:?} has four parts"));
        Self {
            statistic: next().to_owned(),
            runs: next().parse().unwrap_or_else(|_| panic!("{line:?}: runs")),
            value: next().parse().ok(),
            what: next().to_owned(),
        }
    }

    fn line(&self) -> String {
        let value = self.value.map_or_else(|| "none".to_owned(), |value| format!("{value:.3}"));
        format!("{} {} {value} {}", self.statistic, self.runs, self.what)
    }
}

/// How much worse a value may be, in its unit.
fn tolerance(row: &Row, before: f64) -> f64 {
    let chance = match row.unit {
        "K" if row.what.starts_with("hold error") => 0.01,
        "K" | "°C" => 0.03,
        "s" => 0.2,
        "%" => 1.0,
        _ => 0.0,
    };
    // A tenth of 95 °C or of a share is no tolerance.
    let tenth = if matches!(row.unit, "K" | "s") { before.abs() / 10.0 } else { 0.0 };
    tenth.max(chance)
}

/// What became worse, a line each.
fn regressions(held: &[Held], table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for row in &table.rows {
        let now = Held::of(row);
        let same = |held: &&Held| held.what == now.what && held.statistic == now.statistic;
        let Some(before) = held.iter().find(same) else {
            found.push(format!("not in the file: {}", now.line()));
            continue;
        };
        let worse = match (before.value, now.value) {
            (_, None) => before.value.is_some(),
            (None, Some(_)) => false,
            (Some(before), Some(now)) if row.statistic == "share" => {
                now < before - tolerance(row, before)
            }
            (Some(before), Some(now)) => now > before + tolerance(row, before),
        };
        if worse || before.runs != now.runs {
            found.push(format!("{}; was {}", now.line(), before.line()));
        }
    }
    found
}

#[test]
fn the_percentiles_are_no_worse_than_those_checked_in() {
    let table = table(own());
    let file: Vec<Held> = include_str!("percentiles.txt").lines().map(Held::read).collect();
    let found = regressions(&file, &table);
    let mut text = String::new();
    for row in &table.rows {
        let _ = writeln!(text, "{}", Held::of(row).line());
    }
    assert!(found.is_empty(), "worse:\n{}\n\nthe file as it would be:\n{text}", found.join("\n"));
    assert_eq!(file.len(), table.rows.len(), "lines of rows that there are no more");
}

/// rfa's own loop whose power comes late: the fault of a loop, at every place of which it may
/// arise.
struct Late {
    own: Box<dyn Controller>,
    powers: VecDeque<MilliWatts>,
}

/// By this many ticks of 10 ms.
const LATE_TICKS: usize = 25;

impl Controller for Late {
    fn step(&mut self, inputs: &ControlInputs) -> ControlOutputs {
        let outputs = self.own.step(inputs);
        self.powers.push_back(outputs.request.power);
        let power = if self.powers.len() > LATE_TICKS {
            self.powers.pop_front().unwrap_or(MilliWatts::MIN)
        } else {
            MilliWatts::MIN
        };
        ControlOutputs { request: Request { power, ..outputs.request }, ..outputs }
    }
}

/// The negative control: a detuned loop on the same draws is told, and the loop itself is not.
#[test]
fn a_detuned_loop_is_told() {
    let own: Vec<Outcome> = own().iter().take(FEW as usize).cloned().collect();
    let own = table(&own);
    let held: Vec<Held> = own.rows.iter().map(Held::of).collect();
    assert!(regressions(&held, &own).is_empty());
    let late = treat(FEW, |case| {
        let own = case.controller(ControllerName::Rfa).expect("a controller");
        Box::new(Late { own, powers: VecDeque::new() })
    });
    let found = regressions(&held, &table(&late));
    for part in ["overshoot", "the ramp's line", "heat sink"] {
        assert!(found.iter().any(|line| line.contains(part)), "{part}: {found:#?}");
    }
}

/// A line says what a row says.
#[test]
fn lines_are_read_as_written() {
    let line = "p99 161 0.370 overshoot of the true tip, 15 and 30 s ramps";
    assert_eq!(Held::read(line).line(), line);
    let none = "max 7 none heat sink: back within 0.5 K";
    assert_eq!((Held::read(none).value, Held::read(none).line()), (None, none.to_owned()));
}
