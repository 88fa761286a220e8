//! What happens to a needle in mid-hold, as heat and impedance at the tip.

use rfa_sim::{Drive, Plant, TissuePlant};
use rfa_units::Span;

/// A disturbance, the same for every controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// Something begins to draw heat from the tip, and goes on: a vessel, cold fluid around. With
    /// the power unchanged the tip would be 10 K colder after 15 s.
    Sink,
    /// CSF washes over the tip: 3 K in 0.6 s with the power unchanged, then nothing (hazards.md
    /// decision 2: a wash of 3 to 7 K/s is no short).
    Wash,
    /// The electrode is touched: its impedance rises by 20 % in 0.2 s for 5 s (below H-16's 25 %),
    /// and colder tissue takes 1.5 K in 0.3 s.
    Touch,
}

impl Disturbance {
    /// Which of them a draw has: half of them have the sink, whose recovery has a target.
    pub(crate) const MIX: [Self; 4] = [Self::Sink, Self::Sink, Self::Wash, Self::Touch];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sink => "sink",
            Self::Wash => "wash",
            Self::Touch => "touch",
        }
    }

    /// How far the tip falls in how long with the power unchanged, K and s.
    pub(crate) const fn fall(self) -> (f64, f64) {
        match self {
            Self::Sink => (10.0, 15.0),
            Self::Wash => (3.0, 0.6),
            Self::Touch => (1.5, 0.3),
        }
    }

    /// Whether it ends with the fall.
    pub(crate) const fn passes(self) -> bool {
        !matches!(self, Self::Sink)
    }
}

/// The touched electrode's impedance.
const TOUCH_RATIO: f64 = 1.2;
const TOUCH_RISE_S: f64 = 0.2;
const TOUCH_S: f64 = 5.0;

/// Output counts as begun from this voltage on.
const BEGUN_V: f64 = 0.02;

/// A needle in tissue to which something happens.
#[derive(Debug, Clone)]
pub(crate) struct Disturbed {
    plant: TissuePlant,
    what: Disturbance,
    /// From the beginning of output to the disturbance, s.
    at_s: f64,
    /// Heat it draws, W.
    drawn_w: f64,
    /// Since the beginning of output, s.
    on_s: Option<f64>,
}

impl Disturbed {
    pub(crate) const fn new(
        plant: TissuePlant,
        what: Disturbance,
        at_s: f64,
        drawn_w: f64,
    ) -> Self {
        Self { plant, what, at_s, drawn_w, on_s: None }
    }

    /// Since the disturbance began, s.
    fn since_s(&self) -> Option<f64> {
        self.on_s.map(|on_s| on_s - self.at_s).filter(|since_s| *since_s >= 0.0)
    }

    fn heat_w(&self) -> f64 {
        let (_, fall_s) = self.what.fall();
        let acts = |since_s: f64| !self.what.passes() || since_s < fall_s;
        if self.since_s().is_some_and(acts) { -self.drawn_w } else { 0.0 }
    }

    /// The impedance in multiples of the plant's.
    fn ratio(&self) -> f64 {
        match (self.what, self.since_s()) {
            (Disturbance::Touch, Some(since_s)) if since_s < TOUCH_S => {
                1.0 + (TOUCH_RATIO - 1.0) * (since_s / TOUCH_RISE_S).min(1.0)
            }
            _ => 1.0,
        }
    }
}

impl Plant for Disturbed {
    fn advance(&mut self, dt: Span, drive: Drive) {
        let heat_w = self.heat_w() + drive.heat_w;
        // The same power through less contact.
        let volts = drive.volts / libm::sqrt(self.ratio());
        self.plant.advance(dt, Drive { volts, heat_w });
        self.on_s = match self.on_s {
            None if drive.volts < BEGUN_V => None,
            on_s => Some(on_s.unwrap_or(0.0) + dt.as_secs_f64()),
        };
    }

    fn tip_c(&self) -> f64 {
        self.plant.tip_c()
    }

    fn tissue_max_c(&self) -> f64 {
        self.plant.tissue_max_c()
    }

    fn impedance_ohm(&self) -> f64 {
        self.plant.impedance_ohm() * self.ratio()
    }

    fn pad_ohm(&self) -> f64 {
        self.plant.pad_ohm()
    }

    fn trouble(&self) -> Option<String> {
        self.plant.trouble()
    }
}
