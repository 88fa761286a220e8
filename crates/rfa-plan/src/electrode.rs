//! Electrodes: the needle and its sensor.

/// Needle gauge. Outside diameters: physics.md section 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the gauge's number")]
pub enum Gauge {
    G16,
    G17,
    G18,
    G20,
    G21,
    G22,
    G23,
}

impl Gauge {
    /// Outside diameter in micrometres.
    #[must_use]
    pub const fn diameter_um(self) -> u32 {
        match self {
            Self::G16 => 1_651,
            Self::G17 => 1_473,
            Self::G18 => 1_270,
            Self::G20 => 908,
            Self::G21 => 819,
            Self::G22 => 718,
            Self::G23 => 641,
        }
    }

    /// The gauge of a number that needles are made in.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            16 => Self::G16,
            17 => Self::G17,
            18 => Self::G18,
            20 => Self::G20,
            21 => Self::G21,
            22 => Self::G22,
            23 => Self::G23,
            _ => return None,
        })
    }

    /// The gauge number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::G16 => 16,
            Self::G17 => 17,
            Self::G18 => 18,
            Self::G20 => 20,
            Self::G21 => 21,
            Self::G22 => 22,
            Self::G23 => 23,
        }
    }
}

/// Thermocouple type in the tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SensorKind {
    /// Copper-constantan.
    ThermocoupleT,
    /// Chromel-alumel.
    ThermocoupleK,
}

/// A needle electrode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Electrode {
    /// Needle gauge.
    pub gauge: Gauge,
    /// Active tip length in micrometres (2 to 15 mm).
    pub tip_length_um: u32,
    /// Sensor in the tip.
    pub sensor: SensorKind,
}
