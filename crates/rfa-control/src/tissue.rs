//! The tip and the tissue around it, as the readings show them.

use crate::plant::LAGS_S;

/// Weight of the field in the loss, fitted (see `plant`).
const FIELD: f64 = 1.5;

/// Time constant of the field, fitted, s.
const FIELD_S: f64 = 5.0;

/// Each of the two filters before the estimate, s: 0.3 °C rms of noise against the 0.8 K/s of
/// the slowest ramp.
const FILTER_S: f64 = 0.3;

/// A slope this far below the slower filter's is a sag, K/s: the difference has 0.2 K/s rms at
/// 0.3 °C rms of noise, and a step of 1.2 K makes 1.5.
const SAG_K_PER_S: f64 = 0.8;

/// Tissue is never warmer than this before any heating, °C (body temperature).
const BASE_MAX_C: f64 = 37.0;

/// A start this little above the base is a start from cold tissue, K.
const COLD_K: f64 = 5.0;

/// A first-order low-pass, one step.
pub(crate) fn follow(state: f64, input: f64, time_constant: f64, dt: f64) -> f64 {
    state + (input - state) * (dt / (time_constant + dt))
}

/// The temperature that drives the loss: the tip's, and more while the field is still cold, °C.
pub(crate) fn driving(tip: f64, field: f64) -> f64 {
    tip + FIELD * (tip - field)
}

/// The field one step on, °C.
pub(crate) fn warmed(field: f64, tip: f64, dt: f64) -> f64 {
    follow(field, tip, FIELD_S, dt)
}

/// Two first-order filters in series and their slopes; the second one's is exact, the first
/// one's quicker.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Smooth {
    first: f64,
    second: f64,
    quick: f64,
    slope: f64,
}

impl Smooth {
    const fn at(value: f64) -> Self {
        Self { first: value, second: value, quick: 0.0, slope: 0.0 }
    }

    fn advance(&mut self, value: f64, dt: f64) {
        let before = self.first;
        self.first = follow(self.first, value, FILTER_S, dt);
        self.quick = (self.first - before) / dt;
        let before = self.second;
        self.second = follow(self.second, self.first, FILTER_S, dt);
        self.slope = (self.second - before) / dt;
    }
}

/// Power on its way to the regression, as late as the reading.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Late {
    lag_s: f64,
    filter_s: f64,
    lagged: f64,
    filtered: f64,
    smooth: Smooth,
}

impl Late {
    const fn new(lag_s: f64, filter_s: f64) -> Self {
        Self { lag_s, filter_s, lagged: 0.0, filtered: 0.0, smooth: Smooth::at(0.0) }
    }

    fn advance(&mut self, power: f64, dt: f64) {
        self.lagged = follow(self.lagged, power, self.lag_s, dt);
        self.filtered = follow(self.filtered, self.lagged, self.filter_s, dt);
        self.smooth.advance(self.filtered, dt);
    }
}

/// The tissue's own temperature, its warmth around the tip, and the signals that teach the
/// estimate. It outlives a pause: tissue does not start again when power does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tissue {
    base: f64,
    field: f64,
    tip: Smooth,
    driving: Smooth,
    powers: [Late; LAGS_S.len()],
}

impl Tissue {
    /// From the first reading, °C, behind a filter of `filter_s`.
    pub(crate) fn new(tip: f64, filter_s: f64) -> Self {
        Self {
            base: tip.min(BASE_MAX_C),
            field: tip,
            tip: Smooth::at(tip),
            driving: Smooth::at(tip),
            powers: LAGS_S.map(|lag_s| Late::new(lag_s, filter_s)),
        }
    }

    /// Goes on after readings were missing: a jump is no slope.
    pub(crate) fn rejoin(&mut self, tip: f64) {
        self.tip = Smooth::at(tip);
        self.driving = Smooth::at(driving(tip, self.field));
    }

    /// Follows one reading (°C) and the power applied (W), on or off.
    pub(crate) fn advance(&mut self, tip: f64, power: f64, dt: f64) {
        self.field = warmed(self.field, tip, dt);
        self.tip.advance(tip, dt);
        self.driving.advance(driving(tip, self.field), dt);
        for late in &mut self.powers {
            late.advance(power, dt);
        }
    }

    /// A start: tells whether the tissue is cold, so that the ramp can teach.
    pub(crate) fn start(&mut self, tip: f64) -> bool {
        self.base = self.base.min(tip);
        tip - self.base < COLD_K
    }

    /// Temperature before any heating, °C.
    pub(crate) const fn base(&self) -> f64 {
        self.base
    }

    /// Temperature of the tissue around the tip, °C.
    pub(crate) const fn field(&self) -> f64 {
        self.field
    }

    /// Filtered slope of the tip, K/s.
    pub(crate) const fn slope(&self) -> f64 {
        self.tip.slope
    }

    /// Whether the tip reads as if it suddenly warmed more slowly, or cooled.
    pub(crate) fn sags(&self) -> bool {
        self.tip.quick < self.tip.slope - SAG_K_PER_S
    }

    /// Filtered rise above the base, K.
    pub(crate) fn rise(&self) -> f64 {
        self.tip.second - self.base
    }

    /// Filtered driving temperature above the base, K.
    pub(crate) fn excess(&self) -> f64 {
        self.driving.second - self.base
    }

    /// Filtered power behind each of the lags tried, W.
    pub(crate) fn powers(&self) -> [f64; LAGS_S.len()] {
        self.powers.map(|late| late.smooth.second)
    }
}
