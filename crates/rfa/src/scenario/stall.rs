//! A machine that stood still, as an excuse of a run in real time.
//!
//! A machine that stands still longer than a silence limit must make the controller trip. What
//! the lateness record, the steal counter or the simulator's own loop show is told, and the run
//! is repeated; no limit is widened for it. What no stall excuses is in `never`.

use super::judge::{Treated, off_after_fault_ms};
use crate::treatment::Report;
use rfa_runtime::LateTick;
use rfa_scenario::{End, Expected, Rf, Since};
use rfa_session::Latency;

/// An interlock tick begun this late leaves a gap of 30 ms between two ticks (H-44), 10 ms of
/// them planned; a control tick this late, 30 ms without a request (H-20).
const TICK_LATE_US: u64 = 20_000;
/// Two ticks in a row begun this late are two missed ones (H-44).
const TICK_MISSED_US: u64 = 10_000;
/// A simulator that stood still for this long: 60 ms from the newest telemetry to the next
/// (H-22), or from a grant to its expiry, 20 ms of them gone before.
const SIMULATOR_STALL_MS: f64 = 40.0;
/// Time the host took within one second, over all processors, that can have held the link's
/// thread for the 60 ms of H-22.
const STEAL_MS: u64 = 60;
/// The rules that a machine standing still trips. H-08: a sample that waited is old. H-54: the
/// dead-man opened K1.
const STALL_RULES: [&str; 6] = ["H-08", "H-20", "H-22", "H-23", "H-44", "H-54"];
/// A stall may begin as late as the fault's own budget ends; then the dead-man has 100 ms (H-21).
const DEAD_MAN_MS: f64 = 100.0;

/// The evidence that the machine stood still long enough to explain what was not as expected;
/// `None`: there is none, or something tripped that no stall trips.
pub(crate) fn evidence(treated: &Treated, expected: &Expected) -> Option<String> {
    // A stall explains that another limit was passed first, or that the fault's own came later.
    of_report(&treated.report, &expected.rules)
}

/// The evidence in one treatment's report; `own`: rules that a fault, not a stall, trips.
fn of_report(report: &Report, own: &[String]) -> Option<String> {
    let own = |rule: &String| own.contains(rule);
    let rules = report.summary.trips.iter().map(|trip| &trip.rule).filter(|rule| !own(rule));
    let rules: Vec<&str> = rules.map(String::as_str).collect();
    if rules.iter().any(|rule| !STALL_RULES.contains(rule)) {
        return None;
    }
    // A gap that long between two ticks is named H-44, whatever else came with it.
    let ticks = rules.iter().all(|rule| *rule == "H-44").then(|| late_ticks(&report.stall.late));
    ticks.flatten().or_else(|| elsewhere(report))
}

fn late_ticks(late: &[LateTick]) -> Option<String> {
    if let Some(LateTick { tick, late_us, .. }) = late.iter().find(|l| l.late_us >= TICK_LATE_US) {
        return Some(format!("interlock tick {tick} began {late_us} us late"));
    }
    let missed = |(first, second): &(&LateTick, &LateTick)| {
        let both = first.late_us.min(second.late_us) >= TICK_MISSED_US;
        both && second.tick.saturating_sub(first.tick) <= 2
    };
    let (first, second) = late.iter().zip(late.iter().skip(1)).find(missed)?;
    Some(format!("two ticks in a row began late: {} and {}", first.tick, second.tick))
}

/// The link, the loop or the simulator alone.
fn elsewhere(report: &Report) -> Option<String> {
    if let Some(steal) = report.stall.steal_worst_second_ms.filter(|ms| *ms >= STEAL_MS) {
        return Some(format!("the host took {steal} ms within one second"));
    }
    let control = report.summary.timing_us.0.of(Latency::ControlLateness).max_ns / 1_000;
    if control >= TICK_LATE_US {
        return Some(format!("a control tick began {control} us late"));
    }
    let turn = report.served.as_ref()?.longest_turn_ms;
    (turn >= SIMULATOR_STALL_MS).then(|| format!("the simulator stood still for {turn:.0} ms"))
}

/// What no stall excuses: RF that came back, came on where it never may, or stayed on longer than
/// the dead-man allows; tissue too hot; a recording that does not re-execute.
pub(crate) fn never(
    treated: &Treated,
    expected: &Expected,
    took_ms: Option<f64>,
) -> Option<String> {
    let (starts, most) = (treated.watched.starts, expected.starts.unwrap_or(1));
    if starts > most {
        return Some(format!("delivery began {starts} times, not {most}"));
    }
    let watched = &treated.watched;
    if matches!(expected.rf, Rf::Never | Rf::Refused) && watched.rf_was_on {
        return Some("RF was on".to_owned());
    }
    if watched.rf_is_on {
        return Some("the simulator has RF on at the end".to_owned());
    }
    if watched.hottest_c.is_none_or(|hottest| hottest >= expected.tissue_below_c) {
        return Some(format!("tissue at {:?} °C", watched.hottest_c));
    }
    if let Err(why) = &treated.verified {
        return Some(format!("the recording: {why}"));
    }
    let timed = matches!(expected.rf, Rf::Budget | Rf::OnFor) && expected.from != Since::Stop;
    if !timed || expected.end == End::Complete {
        return None;
    }
    let most_ms = expected.budget?.as_secs_f64() * 1e3 + DEAD_MAN_MS;
    // RF that a stall ended before the fault came is not late.
    let after_fault_ms = off_after_fault_ms(treated)?;
    // Where the budget counts from a sample, that may be long after the fault.
    let off_ms = after_fault_ms.min(took_ms.unwrap_or(f64::INFINITY));
    (off_ms > most_ms)
        .then(|| format!("RF off after {off_ms:.1} ms; {most_ms} ms at the very most"))
}

#[cfg(test)]
mod tests;
