//! Where the electrode goes.

use crate::range::{self, Range};
use core::fmt;

/// Anatomical target. It decides above which set temperature a person is asked twice and whether
/// the cord's impedance profile may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "toml",
    derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema),
    serde(rename_all = "kebab-case")
)]
pub enum Target {
    /// Trigeminal (semilunar, Gasserian) ganglion.
    GasserianGanglion,
    /// Sphenopalatine (pterygopalatine) ganglion.
    SphenopalatineGanglion,
    /// Medial branch of a dorsal ramus, at a facet joint.
    MedialBranch,
    /// Lumbar sympathetic chain.
    LumbarSympatheticChain,
    /// Spinal cord (cordotomy).
    SpinalCord,
    /// Anything else.
    Other,
}

impl Target {
    /// Every target, in the order of the declaration.
    pub const ALL: [Self; 6] = [
        Self::GasserianGanglion,
        Self::SphenopalatineGanglion,
        Self::MedialBranch,
        Self::LumbarSympatheticChain,
        Self::SpinalCord,
        Self::Other,
    ];

    /// The name shown to the operator.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GasserianGanglion => "Gasserian ganglion",
            Self::SphenopalatineGanglion => "sphenopalatine ganglion",
            Self::MedialBranch => "medial branch",
            Self::LumbarSympatheticChain => "lumbar sympathetic chain",
            Self::SpinalCord => "spinal cord",
            Self::Other => "other target",
        }
    }

    /// Set temperatures that need no second confirmation (H-36).
    #[must_use]
    pub const fn usual_set(self) -> Range {
        match self {
            Self::GasserianGanglion => range::SET_GASSERIAN,
            _ => range::SET_ASK_TWICE,
        }
    }

    /// Limits the upper impedance limit may be chosen from (H-14).
    #[must_use]
    pub const fn impedance_high(self) -> Range {
        match self {
            Self::SpinalCord => range::IMPEDANCE_HIGH_CORD,
            _ => range::IMPEDANCE_HIGH,
        }
    }

    /// The number that stands for this target in a plan's canonical bytes.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::GasserianGanglion => 1,
            Self::SphenopalatineGanglion => 2,
            Self::MedialBranch => 3,
            Self::LumbarSympatheticChain => 4,
            Self::SpinalCord => 5,
            Self::Other => 6,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
