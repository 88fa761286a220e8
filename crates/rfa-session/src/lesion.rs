//! The lesion that a model predicts beside the treatment, as it crosses threads.

use rfa_units::{Bounded, HostInstant, MilliCelsius, MilliWatts};

/// Points of an outline at most: more than a screen can show.
pub const OUTLINE_POINTS_MAX: usize = 48;

/// A point of the lesion's outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutlinePoint {
    /// Height from the tip's end, positive up the shaft, µm.
    pub height_um: i32,
    /// Distance from the needle's axis, µm.
    pub radius_um: u32,
}

/// A length with what the published ranges of the tissue's properties make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LesionMeasure {
    /// With every property at its value, µm.
    pub value_um: u32,
    /// The lower end, µm.
    pub low_um: u32,
    /// The upper end, µm.
    pub high_um: u32,
}

impl LesionMeasure {
    /// In mm: value, lower and upper end.
    #[must_use]
    pub fn in_mm(&self) -> (f64, f64, f64) {
        let mm = |um: u32| f64::from(um) / 1_000.0;
        (mm(self.value_um), mm(self.low_um), mm(self.high_um))
    }
}

/// What counts as the lesion's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LesionBoundary {
    /// Damage integral 1 of nerve.
    #[default]
    NerveArrhenius,
}

impl LesionBoundary {
    /// Its name for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NerveArrhenius => "nerve, Arrhenius omega 1",
        }
    }

    /// Its name as `rfa lesion --boundary` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NerveArrhenius => "arrhenius:nerve",
        }
    }
}

/// What measured and modelled power say of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PowerVerdict {
    /// Nothing to compare yet.
    #[default]
    Unjudged,
    /// Measured power is what the tissue's published ranges allow.
    Agrees,
    /// More was measured than they allow.
    Above,
    /// Less was measured than they allow.
    Below,
}

/// Measured against modelled power: means over some seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerCheck {
    /// Measured by the generator.
    pub measured: MilliWatts,
    /// Modelled with every property at its value.
    pub modelled: MilliWatts,
    /// The least that the ranges allow.
    pub low: MilliWatts,
    /// The most that the ranges allow.
    pub high: MilliWatts,
    /// The verdict.
    pub verdict: PowerVerdict,
}

/// The lesion so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LesionPrediction {
    /// Across, at the widest place.
    pub width: LesionMeasure,
    /// Along the needle.
    pub length: LesionMeasure,
    /// The outline from its lowest point to its highest; empty while there is no lesion.
    pub outline: Bounded<OutlinePoint, OUTLINE_POINTS_MAX>,
    /// Power compared; absent while nothing could be.
    pub power: Option<PowerCheck>,
}

/// A short text without allocation; what does not fit is cut at a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    bytes: [u8; Self::BYTES_MAX],
    len: usize,
}

impl Reason {
    /// Bytes held at most.
    pub const BYTES_MAX: usize = 160;

    /// As much of `text` as fits.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut reason = Self { bytes: [0; Self::BYTES_MAX], len: 0 };
        for character in text.chars() {
            let end = reason.len.saturating_add(character.len_utf8());
            let Some(place) = reason.bytes.get_mut(reason.len..end) else { break };
            character.encode_utf8(place);
            reason.len = end;
        }
        reason
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

/// Why no lesion is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLesion {
    /// The plan names no tissue.
    NoTissue,
    /// RF was not on yet.
    NotBegun,
    /// The model says why it cannot.
    Impossible(Reason),
    /// The model's thread is gone. Nothing else depends on it.
    Stopped,
}

impl NoLesion {
    /// For people.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::NoTissue => "the plan names no tissue",
            Self::NotBegun => "RF was not on yet",
            Self::Impossible(reason) => reason.as_str(),
            Self::Stopped => "the model has stopped",
        }
    }
}

/// What is known of the lesion at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LesionView {
    /// Up to when the model has followed; the session's start before that.
    pub at: HostInstant,
    /// What counts as the lesion's edge.
    pub boundary: LesionBoundary,
    /// Length of the needle's active tip, µm.
    pub tip_length_um: u32,
    /// The needle's diameter, µm.
    pub diameter_um: u32,
    /// The temperature at rest that was taken as the tissue's; absent before RF.
    pub baseline: Option<MilliCelsius>,
    /// The lesion, or why there is none.
    pub lesion: Result<LesionPrediction, NoLesion>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn a_reason_is_cut_at_a_character() {
        assert_eq!(Reason::new("36 °C").as_str(), "36 °C");
        let long: String = core::iter::repeat_n('°', 100).collect();
        assert_eq!(Reason::new(&long).as_str().chars().count(), Reason::BYTES_MAX / 2);
        let odd = std::format!("a{long}");
        assert_eq!(Reason::new(&odd).as_str().len(), Reason::BYTES_MAX - 1);
    }
}
