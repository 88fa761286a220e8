//! The lesion as a model predicts it. Never an input of control or interlock.

use crate::row::{RowError, bounded, quantity};
use rfa_session::{
    LesionBoundary, LesionMeasure, LesionPrediction, LesionView, NoLesion, OutlinePoint,
    PowerCheck, PowerVerdict, Reason,
};
use rfa_units::{HostInstant, MilliCelsius, MilliWatts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was known of the lesion at one moment. Lengths in µm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LesionMessage {
    /// Up to when the model has followed, on the controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// What counts as the lesion's edge, as `rfa lesion --boundary` takes it.
    pub boundary: String,
    /// Length of the needle's active tip.
    pub tip_length_um: u32,
    /// The needle's diameter.
    pub diameter_um: u32,
    /// The temperature at rest that was taken as the tissue's; absent before RF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_mc: Option<i32>,
    /// The lesion; absent where none is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesion: Option<LesionRow>,
    /// Why none is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_lesion: Option<String>,
}

/// The lesion so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LesionRow {
    /// Across, at the widest place.
    pub width: MeasureRow,
    /// Along the needle.
    pub length: MeasureRow,
    /// The outline from its lowest point to its highest: height from the tip's end (positive up
    /// the shaft) and distance from the axis.
    pub outline_um: Vec<(i32, u32)>,
    /// Power compared; absent while nothing could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<PowerRow>,
}

/// A length with what the published ranges of the tissue's properties make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureRow {
    /// With every property at its value.
    pub value_um: u32,
    /// The lower end.
    pub low_um: u32,
    /// The upper end.
    pub high_um: u32,
}

/// Measured against modelled power, in mW: means over some seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerRow {
    /// Measured by the generator.
    pub measured_mw: u32,
    /// Modelled with every property at its value.
    pub modelled_mw: u32,
    /// The least that the ranges allow.
    pub low_mw: u32,
    /// The most that the ranges allow.
    pub high_mw: u32,
    /// What they say of each other.
    pub verdict: VerdictWord,
}

/// What measured and modelled power say of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each variant is the session's verdict of that name")]
pub enum VerdictWord {
    Unjudged,
    Agrees,
    Above,
    Below,
}

impl From<&LesionView> for LesionMessage {
    fn from(view: &LesionView) -> Self {
        Self {
            at_us: view.at.as_micros(),
            boundary: view.boundary.name().to_owned(),
            tip_length_um: view.tip_length_um,
            diameter_um: view.diameter_um,
            baseline_mc: view.baseline.map(|baseline| baseline.get()),
            lesion: view.lesion.as_ref().ok().map(LesionRow::from),
            no_lesion: view.lesion.as_ref().err().map(|why| why.as_str().to_owned()),
        }
    }
}

impl From<&LesionPrediction> for LesionRow {
    fn from(lesion: &LesionPrediction) -> Self {
        let point = |point: &OutlinePoint| (point.height_um, point.radius_um);
        Self {
            width: lesion.width.into(),
            length: lesion.length.into(),
            outline_um: lesion.outline.iter().map(point).collect(),
            power: lesion.power.map(PowerRow::from),
        }
    }
}

impl From<LesionMeasure> for MeasureRow {
    fn from(measure: LesionMeasure) -> Self {
        let LesionMeasure { value_um, low_um, high_um } = measure;
        Self { value_um, low_um, high_um }
    }
}

impl From<PowerCheck> for PowerRow {
    fn from(power: PowerCheck) -> Self {
        Self {
            measured_mw: power.measured.get(),
            modelled_mw: power.modelled.get(),
            low_mw: power.low.get(),
            high_mw: power.high.get(),
            verdict: match power.verdict {
                PowerVerdict::Unjudged => VerdictWord::Unjudged,
                PowerVerdict::Agrees => VerdictWord::Agrees,
                PowerVerdict::Above => VerdictWord::Above,
                PowerVerdict::Below => VerdictWord::Below,
            },
        }
    }
}

impl TryFrom<&LesionMessage> for LesionView {
    type Error = RowError;

    fn try_from(message: &LesionMessage) -> Result<Self, RowError> {
        let boundary = LesionBoundary::NerveArrhenius;
        if message.boundary != boundary.name() {
            let found = format!("{:?}", message.boundary);
            return Err(RowError::new("boundary", found, boundary.name()));
        }
        let baseline = message.baseline_mc.map(|raw| {
            let (min, max) = (MilliCelsius::MIN.get(), MilliCelsius::MAX.get());
            MilliCelsius::new(raw)
                .ok_or_else(|| RowError::new("baseline_mc", raw, format!("{min} to {max}")))
        });
        let lesion = match &message.lesion {
            Some(row) => Ok(LesionPrediction::try_from(row)?),
            None => Err(no_lesion(message.no_lesion.as_deref().unwrap_or_default())),
        };
        Ok(Self {
            at: HostInstant::from_micros(message.at_us),
            boundary,
            tip_length_um: message.tip_length_um,
            diameter_um: message.diameter_um,
            baseline: baseline.transpose()?,
            lesion,
        })
    }
}

/// The reason that is told by these words.
fn no_lesion(words: &str) -> NoLesion {
    let known = [NoLesion::NoTissue, NoLesion::NotBegun, NoLesion::Stopped];
    let found = known.into_iter().find(|reason| reason.as_str() == words);
    found.unwrap_or_else(|| NoLesion::Impossible(Reason::new(words)))
}

impl TryFrom<&LesionRow> for LesionPrediction {
    type Error = RowError;

    fn try_from(row: &LesionRow) -> Result<Self, RowError> {
        let point =
            |&(height_um, radius_um): &(i32, u32)| Ok(OutlinePoint { height_um, radius_um });
        Ok(Self {
            width: row.width.into(),
            length: row.length.into(),
            outline: bounded("outline_um", &row.outline_um, point)?,
            power: row.power.as_ref().map(PowerCheck::try_from).transpose()?,
        })
    }
}

impl From<MeasureRow> for LesionMeasure {
    fn from(row: MeasureRow) -> Self {
        let MeasureRow { value_um, low_um, high_um } = row;
        Self { value_um, low_um, high_um }
    }
}

impl TryFrom<&PowerRow> for PowerCheck {
    type Error = RowError;

    fn try_from(row: &PowerRow) -> Result<Self, RowError> {
        Ok(Self {
            measured: quantity!(MilliWatts, row, measured_mw)?,
            modelled: quantity!(MilliWatts, row, modelled_mw)?,
            low: quantity!(MilliWatts, row, low_mw)?,
            high: quantity!(MilliWatts, row, high_mw)?,
            verdict: match row.verdict {
                VerdictWord::Unjudged => PowerVerdict::Unjudged,
                VerdictWord::Agrees => PowerVerdict::Agrees,
                VerdictWord::Above => PowerVerdict::Above,
                VerdictWord::Below => PowerVerdict::Below,
            },
        })
    }
}
