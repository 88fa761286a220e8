//! Arguments of `rfa lesion`, as they are typed; [`super::question`] judges them.

use crate::cli::Output;
use clap::{ArgGroup, Args, ValueEnum};
use rfa_tissue::{Arrhenius, Boundary, Resolution, TipEnd};
use std::path::PathBuf;
use std::str::FromStr;

/// An electrode, a tissue, a drive, and what to say about the lesion.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("drive").required(true).args(["set_c", "power_w", "voltage_v"]))]
pub(crate) struct Arguments {
    /// Needle gauge: 16, 17, 18, 20, 21, 22 or 23.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) gauge: i64,
    /// Length of the bare, active tip, its end included; 2 to 15 mm.
    #[arg(long, value_name = "MM", allow_negative_numbers = true)]
    pub(crate) tip_mm: f64,
    /// Shape of the tip's end; a cone is as long as the cannula is wide.
    #[arg(long, value_enum, default_value_t = End::Blunt)]
    pub(crate) end: End,
    /// Tissue: the name of a shipped one, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) tissue: String,
    /// Temperature of tissue, needle and blood before; without it, the tissue's own.
    #[arg(long, value_name = "C", allow_negative_numbers = true)]
    pub(crate) baseline_c: Option<f64>,
    /// Set temperature at the sensor, held exactly.
    #[arg(long, value_name = "C", allow_negative_numbers = true)]
    pub(crate) set_c: Option<f64>,
    /// Constant power instead.
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(crate) power_w: Option<f64>,
    /// Constant voltage (rms) instead.
    #[arg(long, value_name = "V", allow_negative_numbers = true)]
    pub(crate) voltage_v: Option<f64>,
    /// Time from the baseline to the set temperature, in a straight line; 15 s without it.
    #[arg(long, value_name = "S", conflicts_with_all = ["power_w", "voltage_v"])]
    #[arg(allow_negative_numbers = true)]
    pub(crate) ramp_s: Option<f64>,
    /// Time at the set temperature, counted from reaching it; at constant power or voltage, from
    /// switching on.
    #[arg(long, value_name = "S", default_value_t = 60.0, allow_negative_numbers = true)]
    pub(crate) hold_s: f64,
    /// What counts as the lesion's edge: isotherm:C (highest temperature reached), arrhenius:SET
    /// (damage integral 1 of nerve, muscle or liver), cem43:MIN (equivalent minutes at 43 °C).
    #[arg(long, value_name = "EDGE", default_value = "isotherm:50", value_parser = Edge::from_str)]
    pub(crate) boundary: Edge,
    /// Times to report, of the hold; without it, its end.
    #[arg(long, value_name = "S,S,...", value_delimiter = ',', allow_negative_numbers = true)]
    pub(crate) at_s: Vec<f64>,
    /// Place whose temperature to report: distance from the axis, height along the shaft from the
    /// tip's end (negative is beyond it); may be given more than once.
    #[arg(long = "probe-mm", value_name = "R,Z", value_parser = probe)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) probes_mm: Vec<[f64; 2]>,
    /// How fine to compute.
    #[arg(long, value_enum, default_value_t = Mesh::Normal)]
    pub(crate) mesh: Mesh,
    /// Draw the temperature field with contours and the needle at the last time.
    #[arg(long, value_name = "FILE.svg|FILE.png")]
    pub(crate) plot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The tip's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum End {
    /// Cut square.
    Blunt,
    /// A cone.
    Conical,
}

impl End {
    /// As people say it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Blunt => "blunt",
            Self::Conical => "conical",
        }
    }
}

impl From<End> for TipEnd {
    fn from(end: End) -> Self {
        match end {
            End::Blunt => Self::Blunt,
            End::Conical => Self::Conical,
        }
    }
}

/// How fine the mesh is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mesh {
    /// For a first look.
    Coarse,
    /// For use.
    Normal,
    /// Each cell in two each way, to judge the normal one by.
    Fine,
}

impl Mesh {
    /// As people say it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Coarse => "coarse",
            Self::Normal => "normal",
            Self::Fine => "fine",
        }
    }
}

impl From<Mesh> for Resolution {
    fn from(mesh: Mesh) -> Self {
        match mesh {
            Mesh::Coarse => Self::Coarse,
            Mesh::Normal => Self::Normal,
            Mesh::Fine => Self::Fine,
        }
    }
}

/// What counts as the lesion's edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge(pub(crate) Boundary);

impl FromStr for Edge {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sets = Arrhenius::ALL.map(|set| set.name);
        let forms = || format!("isotherm:C, arrhenius:{} or cem43:MINUTES", sets.join("|"));
        let (kind, value) = text.split_once(':').ok_or_else(|| format!("write {}", forms()))?;
        let number = || value.parse().map_err(|_| format!("{value:?} is no number: {}", forms()));
        Ok(Self(match kind {
            "isotherm" => Boundary::Isotherm(number()?),
            "cem43" => Boundary::Cem43(number()?),
            "arrhenius" => {
                let known = sets.iter().position(|set| *set == value);
                Boundary::Arrhenius(known.ok_or_else(|| {
                    format!("there is no damage set {value:?}; one of {}", sets.join(", "))
                })?)
            }
            _ => return Err(format!("write {}", forms())),
        }))
    }
}

impl std::fmt::Display for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Boundary::Isotherm(at_c) => write!(f, "isotherm:{at_c}"),
            Boundary::Cem43(minutes) => write!(f, "cem43:{minutes}"),
            Boundary::Arrhenius(set) => {
                write!(f, "arrhenius:{}", Arrhenius::ALL.get(set).map_or("?", |set| set.name))
            }
        }
    }
}

impl Edge {
    /// The definition in words.
    pub(crate) fn words(self) -> String {
        match self.0 {
            Boundary::Isotherm(at_c) => format!("highest temperature reached {at_c} °C"),
            Boundary::Cem43(minutes) => format!("{minutes} equivalent minutes at 43 °C"),
            Boundary::Arrhenius(set) => Arrhenius::ALL.get(set).map_or_else(String::new, |set| {
                format!("damage integral 1 of the {} set ({})", set.name, set.source)
            }),
        }
    }
}

/// A place as `r,z` in mm.
fn probe(text: &str) -> Result<[f64; 2], String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    text.split_once(',')
        .and_then(|(r, z)| Some([number(r)?, number(z)?]))
        .ok_or_else(|| "write radius and height in mm, as 2.5,-1".to_owned())
}
