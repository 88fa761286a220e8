//! What broke: as the recording names it, or as far as telemetry shows it.

use super::Doubts;
use super::expectation::SAMPLED_US;
use super::story::Story;
use crate::treatment::{SIMULATOR_FILE, SimulatorFile};
use rfa_record::Clock;
use rfa_record::row::RuleWord;
use rfa_sim::{Fault, FaultSetting};

/// The generator's clock at a session's first tick on virtual time, where it is switched on as the
/// session opens: handshake and self-test.
const VIRTUAL_FIRST_US: u64 = 161_000;

/// Telemetry comes this often at least: silence is noticed behind the next that was due.
const SILENT_AFTER_US: u64 = 1_000;

/// One fault, on the recorded generator's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Happened {
    pub(super) setting: FaultSetting,
    pub(super) at_us: u64,
    pub(super) lasts_us: Option<u64>,
}

/// What broke.
pub(super) struct Faults {
    /// In the order of their beginnings.
    pub(super) all: Vec<Happened>,
    /// They stand in the recording; else they were seen in telemetry.
    pub(super) named: bool,
    /// How much longer the recorded generator was switched on before its session than one on
    /// virtual time is.
    shift_us: u64,
    /// Faults that the rule of an unexplained trip is for, and when it tripped.
    pub(super) candidates: Vec<(RuleWord, u64, Vec<Fault>)>,
}

impl Faults {
    /// # Errors
    /// Says which fault of the recording is none.
    pub(super) fn of(
        simulator: Option<&SimulatorFile>,
        clock: Clock,
        story: &Story,
        doubts: &mut Doubts,
    ) -> Result<Self, String> {
        match simulator {
            Some(simulator) => named(simulator, story, doubts),
            None => Ok(seen(clock, story, doubts)),
        }
    }

    /// When the first of them began; without any, the beginning.
    pub(super) fn began_us(&self) -> u64 {
        self.all.first().map_or(0, |fault| fault.at_us)
    }

    /// A time of the recorded generator's clock on that of the scenario's.
    pub(super) const fn on_scenario_us(&self, at_us: u64) -> u64 {
        at_us.saturating_sub(self.shift_us)
    }
}

fn named(simulator: &SimulatorFile, story: &Story, doubts: &mut Doubts) -> Result<Faults, String> {
    let mut all = Vec::new();
    for (row, number) in simulator.fault.iter().zip(1..) {
        let setting = row.name.parse().map_err(|e: rfa_sim::UnknownFault| {
            format!("{SIMULATOR_FILE} inside it: fault {number}: name: {e}")
        })?;
        if row.at_us > story.newest_us {
            let at_s = seconds(row.at_us);
            doubts.remark(format!(
                "fault {setting} at {at_s} s never came on: the session ended first"
            ));
            continue;
        }
        all.push(Happened { setting, at_us: row.at_us, lasts_us: row.for_us });
    }
    all.sort_by_key(|fault| fault.at_us);
    Ok(Faults { all, named: true, shift_us: 0, candidates: Vec::new() })
}

fn seen(clock: Clock, story: &Story, doubts: &mut Doubts) -> Faults {
    let shift_us = match clock {
        Clock::Virtual => 0,
        Clock::Wall { .. } => story.at_first_us.saturating_sub(VIRTUAL_FIRST_US),
    };
    // What a sample shows began behind the sample before it: RF may be off already.
    let happened = |(fault, from_us, to_us): (Fault, u64, Option<u64>)| Happened {
        setting: fault.full(),
        at_us: from_us.saturating_sub(SAMPLED_US),
        lasts_us: to_us.map(|to_us| to_us.saturating_sub(from_us).max(1_000)),
    };
    let mut all: Vec<Happened> = story.signs.faults().into_iter().map(happened).collect();
    let mut candidates = Vec::new();
    for (at_us, trip) in &story.trips {
        let (rule, at_us) = (trip.rule, *at_us);
        let explains = |happened: &Happened| is_for(happened.setting.fault, rule);
        if all.iter().any(explains) {
            continue;
        }
        if rule == RuleWord::H22 {
            // Cut or silent: the controller hears nothing either way.
            let setting = Fault::LinkSilent.full();
            all.push(Happened { setting, at_us: at_us + SILENT_AFTER_US, lasts_us: None });
            doubts.loss(
                "whether the line was cut (link-cut) or the generator silent (link-silent): the \
                 controller hears nothing either way",
            );
            continue;
        }
        let may: Vec<Fault> = Fault::ALL.iter().copied().filter(|f| is_for(*f, rule)).collect();
        candidates.push((rule, at_us, may));
    }
    all.sort_by_key(|fault| fault.at_us);
    Faults { all, named: false, shift_us, candidates }
}

fn is_for(fault: Fault, rule: RuleWord) -> bool {
    let rule = super::text::word(&rule);
    fault.info().hazard.split(", ").any(|hazard| hazard == rule)
}

/// Microseconds as seconds, to the last digit and without zeros at the end.
pub(super) fn seconds(us: u64) -> String {
    let fraction = format!("{:06}", us % 1_000_000);
    // A number of seconds has a digit behind its point in TOML's floats.
    let digits = fraction.trim_end_matches('0');
    format!("{}.{}", us / 1_000_000, if digits.is_empty() { "0" } else { digits })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::prepare::prepare;
    use crate::scenario::{Bench, Outcome};
    use std::path::Path;

    /// A fault seen in real time comes at the same time of the session on virtual time.
    #[test]
    fn a_virtual_session_begins_when_it_is_said_to() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
        let prepared = prepare(&root.join("operator-quit.toml"));
        let prepared = prepared.unwrap_or_else(|refused| panic!("{}", refused.message));
        let run = prepared.scenario.runs.first().expect("a run");
        let bench = Bench::new().unwrap_or_else(|stop| panic!("{}", stop.message));
        let Ok(Outcome::Treated(treated)) = bench.treat(prepared.treatment(run, 7), false) else {
            panic!("no session");
        };
        let first_us = treated.watched.ticks.iter().find_map(|tick| tick.newest_us);
        let first_us = first_us.expect("telemetry");
        assert!(first_us.abs_diff(VIRTUAL_FIRST_US) <= 10_000, "{first_us}");
    }

    #[test]
    fn seconds_are_exact() {
        for (us, expected) in
            [(0, "0.0"), (7_000_000, "7.0"), (2_003_000, "2.003"), (1, "0.000001")]
        {
            assert_eq!(seconds(us), expected);
            let back: f64 = expected.parse().expect("a number");
            assert_eq!((back * 1e6).round() as u64, us);
        }
    }

    #[test]
    fn faults_are_known_by_the_rule_they_are_for() {
        assert!(is_for(Fault::SensorOpen, RuleWord::H06));
        assert!(is_for(Fault::K1Welded, RuleWord::H50));
        assert!(!is_for(Fault::SensorOpen, RuleWord::H07));
    }
}
