//! The figures against their targets.

use super::faults::BUDGET_MS;
use super::measure::Measured;
use rfa_runtime::TICK;
use rfa_session::{Latency, Quantiles};
use serde::Serialize;

/// Lateness at p99, at most this many times the reference's in the same run.
const LATENESS_RATIO_MAX: f64 = 1.2;
/// Control and interlock step together at p99.9, µs at most.
const STEPS_MAX_US: f64 = 2.0;
/// Telemetry to grant at p99: this many bare echoes, and the one tick it may wait for by design.
const ECHOES_MAX: f64 = 2.0;

/// What came of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// The target is met.
    Met,
    /// It is not.
    NotMet,
    /// No target is set.
    Told,
}

/// One figure, with what it is held against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) statistic: &'static str,
    pub(super) unit: &'static str,
    /// `None`: nothing was measured, which meets no target.
    pub(super) value: Option<f64>,
    pub(super) reference: Option<(&'static str, f64)>,
    /// Value by reference.
    pub(super) ratio: Option<f64>,
    pub(super) target: String,
    pub(super) verdict: Verdict,
}

pub(super) fn rows(measured: &Measured) -> Vec<Row> {
    let times = &measured.timing_us.0;
    let late = times.of(Latency::InterlockLateness);
    let control_late = times.of(Latency::ControlLateness);
    let reference = measured
        .cyclictest_us
        .map_or(("bare thread", measured.bare_us.0), |times| ("cyclictest", times.0));
    vec![
        lateness("interlock lateness", late, reference),
        told("interlock lateness", "p99.9", late.p99_9_ns, reference.0, reference.1.p99_9_ns),
        told("interlock lateness", "max", late.max_ns, reference.0, reference.1.max_ns),
        lateness("control lateness", control_late, reference),
        steps(times.of(Latency::Steps)),
        wire(measured.wire_us.0, measured.echo_us.0),
        missed(measured),
        fault(measured),
    ]
}

fn lateness(what: &'static str, of: Quantiles, reference: (&'static str, Quantiles)) -> Row {
    let row = told(what, "p99", of.p99_ns, reference.0, reference.1.p99_ns);
    let met = of.count > 0 && row.ratio.is_some_and(|ratio| ratio <= LATENESS_RATIO_MAX);
    Row {
        target: format!("<= {LATENESS_RATIO_MAX} x {}", reference.0),
        verdict: verdict(met),
        ..row
    }
}

fn steps(of: Quantiles) -> Row {
    let value = us(of.p99_9_ns);
    Row {
        what: "control + interlock step",
        statistic: "p99.9",
        unit: "us",
        value: (of.count > 0).then_some(value),
        reference: None,
        ratio: None,
        target: format!("<= {STEPS_MAX_US} us"),
        verdict: verdict(of.count > 0 && value <= STEPS_MAX_US),
    }
}

fn wire(of: Quantiles, echo: Quantiles) -> Row {
    let row = told("telemetry to grant on the line", "p99", of.p99_ns, "bare echo", echo.p99_ns);
    let most = ECHOES_MAX * us(echo.p99_ns) + TICK.as_micros() as f64;
    let measured = of.count > 0 && echo.count > 0;
    Row {
        target: format!("<= {ECHOES_MAX} x bare echo + 1 tick = {most:.0} us"),
        verdict: verdict(measured && us(of.p99_ns) <= most),
        ..row
    }
}

/// A missed deadline needs a machine that stood still just then: see [`Evidence::of_late`].
///
/// [`Evidence::of_late`]: crate::real_time::Evidence::of_late
fn missed(measured: &Measured) -> Row {
    let open = measured.missed_unexplained;
    Row {
        what: "missed deadlines",
        statistic: "count",
        unit: "",
        value: Some(f64::from(measured.missed_ticks)),
        reference: Some(("bare thread", f64::from(measured.bare_missed))),
        ratio: None,
        target: format!("0, or the machine stood still just then; unexplained: {open}"),
        verdict: verdict(open == 0),
    }
}

fn fault(measured: &Measured) -> Row {
    let max = measured.fault_to_off_ms.max;
    Row {
        what: "fault to output off (H-06)",
        statistic: "max",
        unit: "ms",
        value: max,
        reference: None,
        ratio: None,
        target: format!("<= {BUDGET_MS} ms"),
        verdict: max.map_or(Verdict::Told, |ms| verdict(ms <= BUDGET_MS)),
    }
}

fn told(
    what: &'static str,
    statistic: &'static str,
    ns: u64,
    name: &'static str,
    reference_ns: u64,
) -> Row {
    let (value, reference) = (us(ns), us(reference_ns));
    Row {
        what,
        statistic,
        unit: "us",
        value: Some(value),
        reference: Some((name, reference)),
        ratio: (reference > 0.0).then(|| value / reference),
        target: String::new(),
        verdict: Verdict::Told,
    }
}

const fn verdict(met: bool) -> Verdict {
    if met { Verdict::Met } else { Verdict::NotMet }
}

fn us(ns: u64) -> f64 {
    ns as f64 / 1e3
}

#[cfg(test)]
mod tests;
