//! Lesions as they are compared: an electrode, a tissue, 15 s of ramp and a hold at 80 °C.

use super::needles::{Electrode, needle};
use rfa_tissue::{
    Arrhenius, Boundary, Drive, Lesion, LesionSize, Properties, Resolution, Setting, SolveError,
    TipEnd,
};

/// Ramp to the set temperature, s.
pub(super) const RAMP_S: f64 = 15.0;
/// The set temperature of most rows, °C.
pub(super) const SET_C: f64 = 80.0;
/// The hold that makes 120 s with the ramp.
pub(super) const HOLD_S: f64 = 105.0;

/// The nerve set's contour.
pub(super) fn nerve() -> Boundary {
    let place = Arrhenius::ALL.iter().position(|set| set.name == "nerve");
    Boundary::Arrhenius(place.unwrap_or(usize::MAX))
}

/// A lesion to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub(super) electrode: Electrode,
    pub(super) end: TipEnd,
    pub(super) tissue: Properties,
    pub(super) baseline_c: f64,
    pub(super) set_c: f64,
    pub(super) hold_s: f64,
    pub(super) resolution: Resolution,
}

impl Course {
    pub(super) fn lesion(&self) -> Result<Lesion, String> {
        let setting = Setting {
            needle: needle(self.electrode, self.end),
            tissue: self.tissue,
            layers: Vec::new(),
            baseline_c: self.baseline_c,
            resolution: self.resolution,
        };
        Lesion::new(&setting).map_err(|error| error.to_string())
    }

    /// Makes the lesion.
    pub(super) fn run(&self) -> Result<Lesion, String> {
        let mut lesion = self.lesion()?;
        let ramp = Drive::Temperature { from_c: self.baseline_c, to_c: self.set_c };
        let hold = Drive::Temperature { from_c: self.set_c, to_c: self.set_c };
        lesion
            .advance(RAMP_S, ramp)
            .and_then(|()| lesion.advance(self.hold_s, hold))
            .map_err(|error: SolveError| format!("{}: {error}", self.electrode.name()))?;
        Ok(lesion)
    }
}

/// Width and length in mm; not a number where there is no lesion.
pub(super) fn size_mm(lesion: &Lesion, boundary: Boundary) -> (f64, f64) {
    let none = LesionSize { width: f64::NAN, length: f64::NAN, ..LesionSize::default() };
    let size = lesion.size(boundary).unwrap_or(none);
    (size.width * 1e3, size.length * 1e3)
}
