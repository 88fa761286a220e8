//! `rfa demo --headless --soak`: treatments back to back under load, and every late tick and every
//! trip of theirs explained, or told as unexplained.

use super::{Busy, Cause, Evidence, Sessions, Treated, Wanted, Watching};
use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::scenario::{processors, re_execute};
use crate::treatment::{Asked, Report};
use rfa_figures::summary::TripSummary;
use rfa_runtime::{Ended, LatencySet, LatencyUs, QuitReason, StallRecord, now, steal_so_far_ms};
use serde::Serialize;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Memory may grow by this much from the earlier half of the treatments to the later one and count
/// as flat: what the allocator keeps back differs by that from run to run.
const GROWTH_MAX_KIB: u64 = 8 * 1_024;

/// Treatments that are not opened, in a row, at most.
const NOT_OPENED_MAX: usize = 3;

/// One treatment's evidence, small enough to be kept for all of them.
enum Kept {
    Ended(Box<Ending>),
    NotOpened { why: String, from_us: u64, to_us: u64 },
}

/// Of a treatment that was opened.
struct Ending {
    end: String,
    whole: bool,
    /// Neither through, nor out of time, nor tripped; or RF was not seen off.
    ended_badly: bool,
    stall: StallRecord,
    trips: Vec<TripSummary>,
    recording: crate::scenario::Scratch,
}

/// One thing that was not as planned.
#[derive(Debug, Serialize)]
struct Event {
    treatment: usize,
    what: String,
    cause: Cause,
}

/// What the soak came to.
#[derive(Debug, Default, Serialize)]
struct Soaked {
    plan: String,
    asked_s: u64,
    treatments: usize,
    /// Of them, those that went through every step; the last is ended when time is up.
    whole: usize,
    ends: Vec<String>,
    timing_us: LatencyUs,
    missed_ticks: u64,
    steal_ms: Option<u64>,
    late_ticks: Vec<Event>,
    trips: Vec<Event>,
    unexplained: usize,
    /// Resident memory after each treatment.
    resident_kib: Vec<u64>,
    memory_flat: bool,
    /// Recordings that re-execute equal.
    verified: usize,
    not_verified: Vec<String>,
    warnings: Vec<String>,
}

/// Treats for `length`, under load, and prints what came of it.
pub(crate) fn soak(
    asked: Asked,
    seed: u64,
    length: Duration,
    format: Format,
) -> Result<Exit, Stop> {
    let sessions = Sessions::new(asked)?;
    let steal_before = steal_so_far_ms();
    let mut soaked = Soaked::new(&sessions, length);
    let watching = Watching::start()?;
    let kept = treat_for(&sessions, seed, length, &mut soaked)?;
    let (evidence, warnings) = watching.finish()?;
    soaked.warnings.extend(warnings);
    soaked.warnings.sort();
    soaked.warnings.dedup();
    let steal_after = steal_so_far_ms();
    soaked.steal_ms = steal_before.zip(steal_after).map(|(from, to)| to.saturating_sub(from));
    for (place, kept) in kept.iter().enumerate() {
        soaked.judge(place + 1, kept, &evidence);
    }
    soaked.memory_flat = is_flat(&soaked.resident_kib);
    let events = soaked.late_ticks.iter().chain(&soaked.trips);
    soaked.unexplained = events.filter(|event| event.cause.is_unexplained()).count();
    match format {
        Format::Json => output::json(&soaked)?,
        Format::Text => output::line(soaked.text().trim_end())?,
    }
    let good = soaked.unexplained == 0 && soaked.memory_flat && soaked.not_verified.is_empty();
    Ok(if good { Exit::Ok } else { Exit::Difference })
}

fn treat_for(
    sessions: &Sessions,
    seed: u64,
    length: Duration,
    soaked: &mut Soaked,
) -> Result<Vec<Kept>, Stop> {
    let _busy = Busy::start(processors())?;
    let until = Instant::now() + length;
    let (mut kept, mut latency, mut not_opened) = (Vec::new(), LatencySet::new(), 0);
    while Instant::now() < until {
        let seed = seed.wrapping_add(kept.len() as u64);
        let limit = Some(until.saturating_duration_since(Instant::now()));
        let from_us = now().as_micros();
        let treated = match sessions.treat(Wanted { seed, limit, ..Wanted::default() }) {
            Ok(treated) => treated,
            Err(stop) if stop.exit == Exit::Interrupted || not_opened + 1 >= NOT_OPENED_MAX => {
                return Err(stop);
            }
            Err(Stop { message: why, .. }) => {
                not_opened += 1;
                kept.push(Kept::NotOpened { why, from_us, to_us: now().as_micros() });
                continue;
            }
        };
        not_opened = 0;
        latency.add(&treated.finished.result.latency);
        let result = &treated.finished.result;
        soaked.missed_ticks = soaked.missed_ticks.saturating_add(u64::from(result.missed_ticks));
        soaked.warnings.extend(result.warnings.iter().cloned());
        kept.push(Kept::Ended(Box::new(keep(sessions, treated))));
        soaked.resident_kib.extend(resident_kib());
    }
    soaked.timing_us = LatencyUs(latency.view());
    Ok(kept)
}

fn keep(sessions: &Sessions, treated: Treated) -> Ending {
    let Treated { finished, generator, served, recording } = treated;
    let end = finished.result.end;
    let report = Report::new(&sessions.asked().plan, &finished, None)
        .with_generator(&generator)
        .with_served(served);
    let trips = report.summary.trips.clone();
    let out_of_time = end == Ended::Quit(QuitReason::Signal);
    Ending {
        end: if out_of_time { "out of time".to_owned() } else { report.end.clone() },
        whole: end == Ended::Complete,
        ended_badly: !report.off_confirmed || (!as_planned(&end) && trips.is_empty()),
        trips,
        stall: report.stall,
        recording,
    }
}

/// Through, or ended by its own limit: a treatment that a signal interrupts is an error of
/// [`Sessions::treat`], so what was interrupted here was by the limit.
const fn as_planned(end: &Ended) -> bool {
    matches!(end, Ended::Complete | Ended::Quit(QuitReason::Signal))
}

impl Soaked {
    fn new(sessions: &Sessions, length: Duration) -> Self {
        let (plan, asked_s) = (sessions.asked().plan.id.clone(), length.as_secs());
        Self { plan, asked_s, ..Self::default() }
    }

    fn judge(&mut self, treatment: usize, kept: &Kept, evidence: &Evidence) {
        self.treatments += 1;
        match kept {
            Kept::Ended(ending) => self.judge_ending(treatment, ending, evidence),
            Kept::NotOpened { why, from_us, to_us } => {
                self.ends.push("not opened".to_owned());
                let what = format!("not opened: {why}");
                let cause = evidence.of_opening(*from_us, *to_us);
                self.trips.push(Event { treatment, what, cause });
            }
        }
    }

    fn judge_late(&mut self, treatment: usize, stall: &StallRecord, evidence: &Evidence) {
        let StallRecord { late, late_ticks, control_late, control_late_ticks, .. } = stall;
        for (task, late, count) in
            [("interlock", late, *late_ticks), ("control", control_late, *control_late_ticks)]
        {
            for late in late {
                self.late_ticks.push(Event {
                    treatment,
                    what: format!("{task} tick {} began {} us late", late.tick, late.late_us),
                    cause: evidence.of_late(late),
                });
            }
            let more = count.saturating_sub(late.len() as u64);
            if more > 0 {
                let what = format!("{more} more late ticks of {task}");
                let cause = Cause::Unexplained("they were not kept one by one".to_owned());
                self.late_ticks.push(Event { treatment, what, cause });
            }
        }
    }

    fn judge_ending(&mut self, treatment: usize, kept: &Ending, evidence: &Evidence) {
        self.whole += usize::from(kept.whole);
        self.ends.push(kept.end.clone());
        self.judge_late(treatment, &kept.stall, evidence);
        for trip in &kept.trips {
            let what = format!("tick {}: {} {}", trip.tick, trip.rule, trip.text);
            let cause = evidence.of_trip(trip);
            self.trips.push(Event { treatment, what, cause });
        }
        if kept.ended_badly {
            let what = format!("ended: {}", kept.end);
            let cause = Cause::Unexplained("no stall ends a treatment so".to_owned());
            self.trips.push(Event { treatment, what, cause });
        }
        match re_execute(&kept.recording.0) {
            Ok(()) => self.verified += 1,
            Err(why) => self.not_verified.push(format!("treatment {treatment}: {why}")),
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{}: {} treatments, {} of them whole, in {} s, every core loaded\n",
            self.plan, self.treatments, self.whole, self.asked_s
        );
        for (latency, of) in self.timing_us.0.iter() {
            let us = |ns: u64| ns as f64 / 1e3;
            let _ = writeln!(
                text,
                "  {:20} p50 {:.1}, p99 {:.1}, p99.9 {:.1}, max {:.1} us of {}",
                latency.name().replace('_', " "),
                us(of.p50_ns),
                us(of.p99_ns),
                us(of.p99_9_ns),
                us(of.max_ns),
                of.count
            );
        }
        let steal = self.steal_ms.map_or("not known".to_owned(), |ms| format!("{ms} ms"));
        let _ = writeln!(text, "  missed ticks {}, steal counter {steal}", self.missed_ticks);
        for (name, events) in [("late ticks", &self.late_ticks), ("trips", &self.trips)] {
            let _ = writeln!(text, "  {name}: {}", events.len());
            for Event { treatment, what, cause } in events {
                let _ = writeln!(text, "    treatment {treatment}, {what}: {cause}");
            }
        }
        let mib = |kib: Option<&u64>| kib.map_or("?".to_owned(), |k| format!("{}", k / 1_024));
        let _ = writeln!(
            text,
            "  resident memory: {} MiB after the first treatment, {} MiB at the end: {}",
            mib(self.resident_kib.first()),
            mib(self.resident_kib.last()),
            if self.memory_flat { "flat" } else { "GROWN" }
        );
        let recordings = self.verified + self.not_verified.len();
        let _ = writeln!(text, "  recordings: {} of {recordings} verify", self.verified);
        for line in self.not_verified.iter().chain(&self.warnings) {
            let _ = writeln!(text, "  {line}");
        }
        let _ = writeln!(text, "  unexplained: {}", self.unexplained);
        text
    }
}

/// Memory that the process has in RAM, from the kernel.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// A leak is in every later figure; what the allocator takes for a thread once (an arena, resident
/// where memory is locked) is in those from then on. So the least of the later half is held against
/// the least of the earlier one, without the first, after which the rest is taken that is made
/// once.
fn is_flat(resident_kib: &[u64]) -> bool {
    let once = usize::from(resident_kib.len() > 2);
    let settled = resident_kib.get(once..).unwrap_or_default();
    let (earlier, later) = settled.split_at(settled.len() / 2);
    match (earlier.iter().chain(later.first()).min(), later.iter().min()) {
        (Some(earlier), Some(later)) => later.saturating_sub(*earlier) <= GROWTH_MAX_KIB,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Still;
    use super::*;
    use rfa_runtime::{BareStall, LateTick};

    /// A thread that only waits was late from 5.0 to 5.03 s.
    fn stood_still() -> Evidence {
        let at = BareStall {
            done_before_us: 4_999_000,
            from_us: 5_000_000,
            to_us: 5_030_000,
            next_us: 5_031_000,
        };
        let still = vec![Still { core: 1, at }];
        Evidence { still, ..Evidence::default() }
    }

    fn explained(events: &[Event]) -> Vec<bool> {
        events.iter().map(|event| !event.cause.is_unexplained()).collect()
    }

    /// Late ticks of both tasks are judged one by one; what was not kept cannot be explained.
    #[test]
    fn every_late_tick_is_judged() {
        let late = |planned_us| LateTick { tick: 9, planned_us, late_us: 20_000 };
        let stall = StallRecord {
            late: vec![late(5_005_000)],
            late_ticks: 1,
            control_late: vec![late(5_005_000), late(7_000_000)],
            control_late_ticks: 5,
            ..StallRecord::default()
        };
        let mut soaked = Soaked::default();
        soaked.judge_late(1, &stall, &stood_still());
        let told: Vec<&str> = soaked.late_ticks.iter().map(|event| event.what.as_str()).collect();
        assert_eq!(
            told,
            [
                "interlock tick 9 began 20000 us late",
                "control tick 9 began 20000 us late",
                "control tick 9 began 20000 us late",
                "3 more late ticks of control",
            ]
        );
        assert_eq!(explained(&soaked.late_ticks), [true, true, false, false]);
    }

    /// A treatment that is not opened counts, and needs a stall in its own time.
    #[test]
    fn a_treatment_that_is_not_opened_is_judged() {
        let mut soaked = Soaked::default();
        for (from_us, to_us) in [(4_000_000, 6_000_000), (6_000_000, 8_000_000)] {
            let kept = Kept::NotOpened { why: "no answer".to_owned(), from_us, to_us };
            soaked.judge(1, &kept, &stood_still());
        }
        assert_eq!((soaked.treatments, soaked.whole), (2, 0));
        assert_eq!(soaked.ends, ["not opened", "not opened"]);
        assert_eq!(explained(&soaked.trips), [true, false]);
    }

    /// The last treatment of a soak is ended by its limit: nothing is wrong with it.
    #[test]
    fn a_treatment_is_through_or_out_of_time_or_it_ended_badly() {
        assert!(as_planned(&Ended::Complete) && as_planned(&Ended::Quit(QuitReason::Signal)));
        for end in [QuitReason::Operator, QuitReason::ConsoleLost, QuitReason::Panic] {
            assert!(!as_planned(&Ended::Quit(end)), "{end:?}");
        }
        assert!(!as_planned(&Ended::LinkLost) && !as_planned(&Ended::InterlockDied));
    }

    #[test]
    fn memory_is_flat_where_nothing_grows_with_each_treatment() {
        let mib = |of: &[u64]| of.iter().map(|mib| mib * 1_024).collect::<Vec<_>>();
        // What is made once, and an arena for the last treatment's threads.
        assert!(is_flat(&mib(&[80, 88, 88, 88, 88, 88, 102])));
        assert!(is_flat(&mib(&[80, 88])) && is_flat(&mib(&[80])));
        // A leak of 3 MiB in each of seven, and one of 1 MiB in each of twenty.
        assert!(!is_flat(&mib(&[80, 83, 86, 89, 92, 95, 98])));
        assert!(!is_flat(&(80..100).map(|mib| mib * 1_024).collect::<Vec<_>>()));
        assert!(!is_flat(&mib(&[80, 89])) && !is_flat(&mib(&[80, 80, 89, 89])));
        assert!(!is_flat(&[]), "nothing known is nothing shown");
        assert!(resident_kib().is_some_and(|kib| kib > 100));
    }
}
