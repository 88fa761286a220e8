//! The signals as data (hazards.md part b, after IEC 60601-1-8).

use rfa_interlock::Priority;

/// One alarm signal: a burst of pulses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// Length of each pulse, ms.
    pub pulse_ms: u64,
    /// Silence after each pulse but the last, ms: there is one pulse more than there are gaps.
    pub gaps_ms: &'static [u64],
    /// From the start of a burst to the start of the next, ms; absent: once.
    pub repeat_ms: Option<u64>,
}

/// Ten pulses: five, half a second, five. Effective pulses 75 to 200 ms, gaps 50 to 125 ms,
/// 0.35 to 1.3 s between the halves, 2.5 to 15 s between bursts.
pub const HIGH: Signal = Signal {
    pulse_ms: 150,
    gaps_ms: &[100, 100, 100, 100, 500, 100, 100, 100, 100],
    repeat_ms: Some(7_000),
};
/// Three pulses. Effective pulses 125 to 250 ms, gaps 125 to 250 ms, 2.5 to 30 s between
/// bursts.
pub const MEDIUM: Signal = Signal { pulse_ms: 200, gaps_ms: &[200, 200], repeat_ms: Some(15_000) };
/// Two pulses, once.
pub const LOW: Signal = Signal { pulse_ms: 200, gaps_ms: &[200], repeat_ms: None };

/// Fundamental of an alarm's pulses, Hz: 150 to 1000.
pub const FUNDAMENTAL_HZ: f64 = 440.0;
/// Fundamental and harmonics: at least four of these in 300 to 4000 Hz, each within 15 dB of the
/// fundamental, so each has at least 0.18 of its amplitude.
pub const HARMONICS: [(f64, f64); 5] = [(1.0, 1.0), (2.0, 0.8), (3.0, 0.6), (4.0, 0.5), (5.0, 0.4)];
/// Rise and fall of a pulse, ms: no click, and still 130 ms of a pulse at full height.
pub const EDGE_MS: u64 = 10;

/// The activation tone, Hz: pure and lower than any alarm, so that the two are told apart.
pub const ACTIVATION_HZ: f64 = 262.0;
/// Its amplitude as a part of full scale, and an alarm's: the alarm stands out by 12 dB.
pub const ACTIVATION_LEVEL: f64 = 0.15;
/// As above.
pub const ALARM_LEVEL: f64 = 0.6;

/// The signal of a priority.
#[must_use]
pub const fn signal(priority: Priority) -> Signal {
    match priority {
        Priority::High => HIGH,
        Priority::Medium => MEDIUM,
        Priority::Low => LOW,
    }
}

impl Signal {
    /// How high the envelope stands `at_ms` after the signal began, 0 to 1.
    #[must_use]
    pub fn envelope(&self, at_ms: f64) -> f64 {
        let repeat_ms = self.repeat_ms.map_or(f64::INFINITY, |ms| ms as f64);
        let mut left_ms = if repeat_ms.is_finite() { at_ms % repeat_ms } else { at_ms };
        let (pulse_ms, edge_ms) = (self.pulse_ms as f64, EDGE_MS as f64);
        let gaps = self.gaps_ms.iter().map(|gap| *gap as f64).chain([0.0]);
        for gap_ms in gaps {
            if left_ms < 0.0 {
                return 0.0;
            }
            if left_ms < pulse_ms {
                return (left_ms.min(pulse_ms - left_ms) / edge_ms).clamp(0.0, 1.0);
            }
            left_ms -= pulse_ms + gap_ms;
        }
        0.0
    }

    /// Whether nothing more comes `at_ms` after it began.
    #[must_use]
    pub fn is_over(&self, at_ms: u64) -> bool {
        let pulses = u64::try_from(self.gaps_ms.len()).unwrap_or(0).saturating_add(1);
        let gaps: u64 = self.gaps_ms.iter().fold(0, |sum, gap| sum.saturating_add(*gap));
        let length = self.pulse_ms.saturating_mul(pulses).saturating_add(gaps);
        self.repeat_ms.is_none() && at_ms >= length
    }
}
