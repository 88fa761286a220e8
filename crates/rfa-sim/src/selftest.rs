//! The self-test: both contactors are shut and opened in turn, never both shut, RF keyed off.

use crate::firmware::Readback;
use rfa_units::{Contactor, GeneratorInstant, Span};
use rfa_wire::SelfTestResult;

/// Length of one phase, ms: a contactor's 10 ms of travel and as much to be sure.
const PHASE_MS: u64 = 25;
/// Power with output off that is not zero, W (H-05).
const OUTPUT_ZERO_W: f64 = 0.2;

/// What K1 and K2 are told in each phase; what they read back at its end proves them.
const PHASES: [(Contactor, Contactor); 6] = [
    (Contactor::Open, Contactor::Open),
    (Contactor::Open, Contactor::Shut),
    (Contactor::Open, Contactor::Open),
    (Contactor::Shut, Contactor::Open),
    (Contactor::Open, Contactor::Open),
    (Contactor::Open, Contactor::Open),
];

/// A self-test under way; 150 ms long.
#[derive(Debug, Clone)]
pub(crate) struct SelfTest {
    started: GeneratorInstant,
    phase: usize,
    result: SelfTestResult,
}

impl SelfTest {
    pub(crate) const fn new(now: GeneratorInstant) -> Self {
        Self { started: now, phase: 0, result: SelfTestResult::PASSED }
    }

    /// What the contactors are told now.
    pub(crate) fn contactors(&self) -> (Contactor, Contactor) {
        PHASES.get(self.phase).copied().unwrap_or((Contactor::Open, Contactor::Open))
    }

    /// Looks at the readback; the result once all phases are through.
    pub(crate) fn advance(&mut self, seen: &Readback) -> Option<SelfTestResult> {
        if seen.power_w >= OUTPUT_ZERO_W {
            self.result.output_zero = false;
        }
        let end = Span::from_millis(PHASE_MS.saturating_mul((self.phase as u64).saturating_add(1)));
        if seen.now.since(self.started) < end {
            return None;
        }
        let (k1, k2) = self.contactors();
        self.result.k1_opens &= seen.k1 == k1;
        self.result.k2_opens &= seen.k2 == k2;
        self.result.sensor_ok &= seen.sensor_ok;
        self.phase = self.phase.saturating_add(1);
        (self.phase >= PHASES.len()).then_some(self.result)
    }
}
