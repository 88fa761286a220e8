//! What the properties' published ranges make of lesion and power.

use super::power::{Power, Watch, Window};
use super::{ROUNDING_S, Stretch};
use crate::published::{End, Property, Surroundings};
use crate::{Boundary, Lesion, Needle, OutOfRange, Resolution, SolveError};

/// The variants follow in stretches of this, s: their differences change slower than the lesion.
const STRETCH_S: f64 = 5.0;

/// The coarse models: one with every value, and one for each end of each range.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    boundary: Boundary,
    base: Lesion,
    ends: Vec<(Property, Lesion)>,
    stretch: Stretch,
    modelled_j: f64,
    /// For width and length: what the ranges take away and what they add, m.
    deviations: [(f64, f64); 2],
    watch: Watch,
}

impl Spread {
    pub(super) fn new(
        surroundings: &Surroundings,
        needle: Needle,
        (baseline_c, t_s): (f64, f64),
        boundary: Boundary,
    ) -> Result<Self, OutOfRange> {
        let coarse = Resolution::Coarse;
        let mut ends = Vec::new();
        for property in Property::ALL {
            for end in [End::Low, End::High] {
                let varied = surroundings.varied(needle, baseline_c, coarse, (property, end));
                if let Some(setting) = varied {
                    ends.push((property, Lesion::only(&setting, boundary)?));
                }
            }
        }
        Ok(Self {
            boundary,
            base: Lesion::only(&surroundings.setting(needle, baseline_c, coarse), boundary)?,
            ends,
            stretch: Stretch::new(true, t_s, baseline_c),
            modelled_j: 0.0,
            deviations: [(0.0, 0.0); 2],
            watch: Watch::new(t_s),
        })
    }

    /// Adds what the fine model has followed.
    pub(super) fn add(&mut self, span: &Stretch, length: f64, modelled_j: f64) {
        self.stretch.measured_j += span.measured_j;
        self.stretch.known_s += span.known_s.min(length);
        self.modelled_j += modelled_j;
    }

    pub(super) fn is_due(&self, t_s: f64) -> bool {
        t_s - self.stretch.start_s >= STRETCH_S - ROUNDING_S
    }

    /// Whether RF is on from here.
    pub(super) fn begin(&mut self, on: bool, t_s: f64) {
        if on && !self.stretch.on {
            self.watch.switched_on(t_s);
        }
        self.stretch.on = on;
    }

    /// Lets every coarse model follow up to `t_s`.
    pub(super) fn follow(&mut self, t_s: f64, tip_c: f64) -> Result<(), SolveError> {
        let length = t_s - self.stretch.start_s;
        if length <= 0.0 {
            return Ok(());
        }
        let drive = self.stretch.drive(t_s, tip_c);
        let boundary = self.boundary;
        let run = |lesion: &mut Lesion| -> Result<Outcome, SolveError> {
            let before = lesion.model().ledger().electrical_j;
            lesion.follow(length, drive)?;
            let (_, size) = lesion.shape(boundary);
            let size = size.unwrap_or_default();
            let energy_j = lesion.model().ledger().electrical_j - before;
            Ok(Outcome { measures: [size.width, size.length], energy_j })
        };
        let base = run(&mut self.base)?;
        let mut sums = [Sides::default(); 3];
        for property in Property::ALL {
            let mut sides = [Sides::default(); 3];
            for (_, lesion) in self.ends.iter_mut().filter(|(of, _)| *of == property) {
                let end = run(lesion)?;
                let [width, along] = end.measures;
                let [base_width, base_along] = base.measures;
                let share = end.energy_j / base.energy_j.max(f64::MIN_POSITIVE) - 1.0;
                let changes = [width - base_width, along - base_along, share];
                for (sides, change) in sides.iter_mut().zip(changes) {
                    sides.widen(change);
                }
            }
            for (sum, sides) in sums.iter_mut().zip(sides) {
                sum.add(sides);
            }
        }
        let [across, along, power] = sums;
        self.deviations = [across.root(), along.root()];
        if self.stretch.on {
            self.watch.judge(&Window {
                start_s: self.stretch.start_s,
                length_s: length,
                measured_w: self.stretch.measured_j / length,
                modelled_w: self.modelled_j / length,
                less: power.less,
                more: power.more,
                known: self.stretch.known_s >= length / 2.0,
            });
        }
        self.stretch = Stretch::new(self.stretch.on, t_s, tip_c);
        self.modelled_j = 0.0;
        Ok(())
    }

    pub(super) const fn deviations(&self) -> [(f64, f64); 2] {
        self.deviations
    }

    pub(super) const fn power(&self) -> Option<Power> {
        self.watch.power()
    }
}

/// What one coarse model came to in a stretch.
struct Outcome {
    measures: [f64; 2],
    energy_j: f64,
}

/// How far something may be below and above: as sums, and as sums of squares.
#[derive(Debug, Clone, Copy, Default)]
struct Sides {
    less: f64,
    more: f64,
    less_squared: f64,
    more_squared: f64,
}

impl Sides {
    fn widen(&mut self, change: f64) {
        self.less = self.less.max(-change);
        self.more = self.more.max(change);
    }

    fn add(&mut self, one: Self) {
        self.less += one.less;
        self.more += one.more;
        self.less_squared += one.less * one.less;
        self.more_squared += one.more * one.more;
    }

    fn root(&self) -> (f64, f64) {
        (libm::sqrt(self.less_squared), libm::sqrt(self.more_squared))
    }
}
