//! How far signals are from each other.

use super::side::{Report, Sample};
use serde::Serialize;
use std::str::FromStr;

/// The largest tolerance, in units of the signal: beyond any that is measured.
const TOLERANCE_MAX: f64 = 1e6;

/// By how much a signal may differ, in thousandths of its unit. Nothing: not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tolerance {
    /// Tip temperature, thousandths of a degree.
    pub tip_mc: u32,
    /// Measured power, and power granted, mW.
    pub power_mw: u32,
    /// Impedance, milliohms.
    pub impedance_mohm: u32,
}

impl Tolerance {
    /// Several put together; of a signal named twice the last counts.
    #[must_use]
    pub fn of(parts: &[ToleranceOf]) -> Self {
        let mut all = Self::default();
        for ToleranceOf { signal, thousandths } in parts {
            match signal {
                Signal::Tip => all.tip_mc = *thousandths,
                Signal::Power => all.power_mw = *thousandths,
                Signal::Impedance => all.impedance_mohm = *thousandths,
            }
        }
        all
    }
}

/// A signal that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Tip,
    Power,
    Impedance,
}

/// The tolerance of one signal, e.g. `tip=0.5`: °C, W or ohm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToleranceOf {
    signal: Signal,
    thousandths: u32,
}

impl FromStr for ToleranceOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (name, value) = text.split_once('=')?;
            let signal = match name {
                "tip" => Signal::Tip,
                "power" => Signal::Power,
                "impedance" => Signal::Impedance,
                _ => return None,
            };
            let value: f64 = value.parse().ok().filter(|v| (0.0..=TOLERANCE_MAX).contains(v))?;
            Some(Self { signal, thousandths: (value * 1e3).round() as u32 })
        };
        read().ok_or_else(|| {
            format!(
                "tip=C, power=W or impedance=OHM is wanted, each from 0 to {TOLERANCE_MAX}, e.g. \
                 tip=0.5,power=0.1"
            )
        })
    }
}

/// How far a signal of two recordings is from each other, in the unit at the end of its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignalDifference {
    /// Its name.
    pub signal: &'static str,
    /// Ticks in which both have a value.
    pub compared: u64,
    /// Of these, ticks in which they differ by more than the tolerance.
    pub beyond: u64,
    /// Ticks in which only one has a value.
    pub one_sided: u64,
    /// The largest difference.
    pub max: f64,
    /// Where it is first, s since the alignment; absent where nothing differs.
    pub max_at_s: Option<f64>,
    /// Root mean square of the differences; absent where nothing was compared.
    pub rms: Option<f64>,
}

impl SignalDifference {
    /// Nothing differs by more than was allowed.
    #[must_use]
    pub const fn within(&self) -> bool {
        self.beyond == 0 && self.one_sided == 0
    }
}

/// All signals.
pub(super) struct Signals {
    tip: Sums,
    power: Sums,
    impedance: Sums,
    granted: Sums,
}

/// In thousandths: sums of integers are exact whatever their order.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    tolerance: u64,
    compared: u64,
    beyond: u64,
    one_sided: u64,
    max: u64,
    max_at_us: i64,
    squares: u128,
}

impl Signals {
    pub(super) fn new(tolerance: Tolerance) -> Self {
        let sums = |tolerance: u32| Sums { tolerance: tolerance.into(), ..Sums::default() };
        Self {
            tip: sums(tolerance.tip_mc),
            power: sums(tolerance.power_mw),
            impedance: sums(tolerance.impedance_mohm),
            granted: sums(tolerance.power_mw),
        }
    }

    pub(super) fn take(&mut self, a: &Sample, b: &Sample) {
        let at = a.at_us;
        self.granted.take(at, Some(a.granted_mw), Some(b.granted_mw));
        let (Report { tip_mc, power_mw, impedance_mohm }, b) = (a.report, b.report);
        self.tip.take(at, tip_mc, b.tip_mc);
        self.power.take(at, power_mw, b.power_mw);
        self.impedance.take(at, impedance_mohm, b.impedance_mohm);
    }

    pub(super) fn finish(self) -> Vec<SignalDifference> {
        vec![
            self.tip.finish("tip_c"),
            self.power.finish("power_w"),
            self.impedance.finish("impedance_ohm"),
            self.granted.finish("granted_w"),
        ]
    }
}

impl Sums {
    fn take(&mut self, at_us: i64, a: Option<i64>, b: Option<i64>) {
        let (Some(a), Some(b)) = (a, b) else {
            self.one_sided += u64::from(a.is_some() != b.is_some());
            return;
        };
        let distance = a.abs_diff(b);
        self.compared += 1;
        self.beyond += u64::from(distance > self.tolerance);
        // Readings are of 32 bits, and so are their squares of 64: no sum of them reaches 128.
        self.squares += u128::from(distance) * u128::from(distance);
        if distance > self.max {
            (self.max, self.max_at_us) = (distance, at_us);
        }
    }

    fn finish(self, signal: &'static str) -> SignalDifference {
        let rms = || (self.squares as f64 / self.compared as f64).sqrt() / 1e3;
        SignalDifference {
            signal,
            compared: self.compared,
            beyond: self.beyond,
            one_sided: self.one_sided,
            max: self.max as f64 / 1e3,
            max_at_s: (self.max > 0).then_some(self.max_at_us as f64 / 1e6),
            rms: (self.compared > 0).then(rms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_pair() {
        let mut sums = Sums { tolerance: 3, ..Sums::default() };
        for (at, a, b) in [(0, 10, 10), (10, 10, 13), (20, 10, 14), (30, -1, 3)] {
            sums.take(at, Some(a), Some(b));
        }
        sums.take(40, Some(1), None);
        sums.take(50, None, None);
        let told = sums.finish("tip_c");
        assert_eq!((told.compared, told.beyond, told.one_sided), (4, 2, 1));
        assert_eq!((told.max, told.max_at_s), (0.004, Some(2e-5)), "where it is first");
        assert!((told.rms.expect("some") - (41.0_f64 / 4.0).sqrt() / 1e3).abs() < 1e-15);
        assert!(!told.within());
    }

    #[test]
    fn tolerances_are_read_or_refused_with_the_mend() {
        let parts = ["tip=0.5", "power=0.1", "tip=1"].map(|text| text.parse().expect(text));
        let all = Tolerance { tip_mc: 1_000, power_mw: 100, impedance_mohm: 0 };
        assert_eq!(Tolerance::of(&parts), all);
        for text in ["tip", "tip=", "tip=x", "tip=-1", "tip=nan", "tip=1e7", "volt=1", "=1"] {
            let error = text.parse::<ToleranceOf>().expect_err(text);
            assert!(error.contains("tip=C, power=W or impedance=OHM"), "{error}");
        }
    }
}
