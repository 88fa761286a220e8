//! Damage: Arrhenius integrals, thermal dose (CEM43) and the highest temperature, side by side.

use crate::Boundary;
use core::f64::consts::LN_2;

/// The molar gas constant, J/(mol K) (CODATA 2018, exact).
const GAS_CONSTANT: f64 = 8.314_462_618;
/// 0 °C in kelvin.
const ICE_K: f64 = 273.15;
/// Tissue below this is at rest: no step there adds damage. A rate process fitted where tissue
/// dies says nothing of body temperature (carried down to 37 °C the liver set would kill an
/// untreated liver within the hour).
const HARMLESS_C: f64 = 38.0;
/// CEM43: each degree above 43 °C halves the time, below it quarters it (Sapareto and Dewey
/// 1984; as in Mertyna 2009).
const DOSE_KNEE_C: f64 = 43.0;

/// A first-order rate process: omega = integral of A exp(-E/RT) dt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrhenius {
    /// The set's name, as `arrhenius:NAME`.
    pub name: &'static str,
    /// ln of the frequency factor, 1/s.
    pub ln_frequency: f64,
    /// Activation energy, J/mol.
    pub energy: f64,
    /// Where the two come from.
    pub source: &'static str,
}

impl Arrhenius {
    /// Nerve: the one published set that gives Fröhling's split at 50, 55 and 60 °C.
    pub const NERVE: Self = Self {
        name: "nerve",
        // ln 3.1e98
        ln_frequency: 226.784_741_224_907_6,
        energy: 6.28e5,
        source: "3.1e98 1/s and 6.28e5 J/mol, as used in public laser-safety code (said to be \
                 Henriques', for skin: unconfirmed); the set that reproduces \
                 Fröhling 1998, doi 10.1007/s007010050253",
    };
    /// Muscle.
    pub const MUSCLE: Self = Self {
        name: "muscle",
        // ln 1.98e106
        ln_frequency: 244.757_116_702_075_3,
        energy: 6.67e5,
        source: "1.98e106 1/s and 6.67e5 J/mol (muscle's microvasculature: unconfirmed): hyperthermia \
                 simulation, Universidad de Costa Rica 2021",
    };
    /// Liver.
    pub const LIVER: Self = Self {
        name: "liver",
        // ln 7.39e39
        ln_frequency: 91.800_946_361_727_91,
        energy: 2.577e5,
        source: "7.39e39 1/s and 2.577e5 J/mol: Mertyna 2009, Acad Radiol 16(12); COMSOL's RF \
                 default",
    };
    /// The sets followed side by side.
    pub const ALL: [Self; 3] = [Self::NERVE, Self::MUSCLE, Self::LIVER];

    /// Damage gained in a second at a temperature, 1/s.
    #[must_use]
    pub fn rate(&self, at_c: f64) -> f64 {
        libm::exp(self.ln_rate(at_c))
    }

    /// The same of tissue that may be at rest: below 38 °C none.
    #[must_use]
    pub fn rate_when_warm(&self, at_c: f64) -> f64 {
        if at_c > HARMLESS_C { self.rate(at_c) } else { 0.0 }
    }

    fn ln_rate(&self, at_c: f64) -> f64 {
        self.ln_frequency - self.energy / (GAS_CONSTANT * (at_c + ICE_K))
    }
}

/// Equivalent minutes at 43 °C gained in a second at a temperature.
#[must_use]
pub fn dose_rate(at_c: f64) -> f64 {
    libm::exp(ln_dose_rate(at_c))
}

fn ln_dose_rate(at_c: f64) -> f64 {
    /// ln 60: minutes from seconds.
    const LN_60: f64 = 4.094_344_562_222_1;
    let halvings = at_c - DOSE_KNEE_C;
    let ln = if halvings > 0.0 { halvings * LN_2 } else { halvings * 2.0 * LN_2 };
    ln - LN_60
}

/// The damage of every cell.
#[derive(Debug, Clone, Default)]
pub struct Damage {
    /// For each set of [`Arrhenius::ALL`], the integral in each cell.
    pub omega: [Vec<f64>; Arrhenius::ALL.len()],
    /// Equivalent minutes at 43 °C in each cell.
    pub cem43_min: Vec<f64>,
    /// Highest temperature in each cell, °C.
    pub peak_c: Vec<f64>,
    /// Which set stops the perfusion; none leaves it as it is.
    stops_by: Option<usize>,
}

impl Damage {
    /// No damage yet in any of `cells` cells at the baseline temperature.
    #[must_use]
    pub fn none(cells: usize, baseline_c: f64, perfusion_stops: bool) -> Self {
        Self {
            omega: Arrhenius::ALL.map(|_| vec![0.0; cells]),
            cem43_min: vec![0.0; cells],
            peak_c: vec![baseline_c; cells],
            stops_by: perfusion_stops.then_some(0),
        }
    }

    /// Follows no more than perfusion and one boundary need; the rest stays empty.
    #[must_use]
    pub fn only(mut self, boundary: Boundary) -> Self {
        let needed =
            |set: usize| self.stops_by == Some(set) || boundary == Boundary::Arrhenius(set);
        let unneeded: [bool; Arrhenius::ALL.len()] = core::array::from_fn(|set| !needed(set));
        for (omega, _) in self.omega.iter_mut().zip(unneeded).filter(|(_, unneeded)| *unneeded) {
            omega.clear();
        }
        if !matches!(boundary, Boundary::Cem43(_)) {
            self.cem43_min.clear();
        }
        self
    }

    /// Adds a step during which each cell went from one temperature to another.
    ///
    /// Rates are exponential in temperature and temperature is taken as linear in time, so the
    /// logarithm of a rate is taken as linear: exact for a constant rate and for exponential
    /// growth.
    pub(crate) fn advance(&mut self, step: f64, before: &[f64], after: &[f64]) {
        for (peak, after) in self.peak_c.iter_mut().zip(after) {
            *peak = peak.max(*after);
        }
        let pairs = || before.iter().zip(after).map(|(a, b)| (*a, *b));
        let warm = |(a, b): (f64, f64)| a.max(b) > HARMLESS_C;
        for (set, omega) in Arrhenius::ALL.iter().zip(&mut self.omega) {
            for (omega, pair) in omega.iter_mut().zip(pairs()).filter(|(_, pair)| warm(*pair)) {
                *omega += step * exponential_mean(set.ln_rate(pair.0), set.ln_rate(pair.1));
            }
        }
        for (dose, pair) in self.cem43_min.iter_mut().zip(pairs()).filter(|(_, p)| warm(*p)) {
            *dose += step * exponential_mean(ln_dose_rate(pair.0), ln_dose_rate(pair.1));
        }
    }

    /// Starts from given temperatures and the first set's integral.
    pub(crate) fn start_at(&mut self, temperatures: &[f64], omega: &[f64]) {
        for (peak, at_c) in self.peak_c.iter_mut().zip(temperatures) {
            *peak = peak.max(*at_c);
        }
        if let Some(first) = self.omega.first_mut() {
            for (to, from) in first.iter_mut().zip(omega) {
                *to = *from;
            }
        }
    }

    /// Blood stops where damage is complete: the share of the perfusion left in each cell.
    ///
    /// exp(-omega) is the share of cells alive; below [`VIABLE`] there is no flow, and it fades
    /// linearly to there. `lead_s` looks ahead at
    /// the present temperature: half a step, so that the share holds for the middle of the next.
    pub(crate) fn perfusion_left(&self, at_c: &[f64], lead_s: f64, left: &mut [f64]) {
        let set = self.stops_by.and_then(|set| self.omega.get(set).zip(Arrhenius::ALL.get(set)));
        let Some((omega, set)) = set else { return };
        for ((left, omega), at_c) in left.iter_mut().zip(omega).zip(at_c) {
            if *at_c > HARMLESS_C || *omega > 0.0 {
                *left = perfusion_share(omega + lead_s * set.rate(*at_c));
            }
        }
    }
}

/// Blood flows while this share of the cells lives (viability threshold 0.7 to 0.9, MITA model;
/// Hall 2015, doi 10.3109/02656736.2015.1032370).
const VIABLE: f64 = 0.8;

/// Share of the blood flow left at a damage integral.
#[must_use]
pub fn perfusion_share(omega: f64) -> f64 {
    if omega <= 0.0 {
        return 1.0;
    }
    ((libm::exp(-omega) - VIABLE) / (1.0 - VIABLE)).max(0.0)
}

/// The mean of an exponential whose logarithm runs in a line from one value to the other.
fn exponential_mean(ln_a: f64, ln_b: f64) -> f64 {
    let (a, b, apart) = (libm::exp(ln_a), libm::exp(ln_b), ln_b - ln_a);
    if apart.abs() < 1e-4 { f64::midpoint(a, b) } else { (b - a) / apart }
}
