//! The lesion in the summary.

use rfa_record::{LesionMessage, MeasureRow, PowerRow, VerdictWord};
use rfa_session::LesionView;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The lesion as predicted, with what the published ranges of the tissue's properties make of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LesionSummary {
    /// What counts as its edge, as `rfa lesion --boundary` takes it.
    pub boundary: String,
    /// Across, at the widest place, mm.
    pub width_mm: f64,
    /// Lower and upper end, mm.
    pub width_range_mm: [f64; 2],
    /// Along the needle, mm.
    pub length_mm: f64,
    /// Lower and upper end, mm.
    pub length_range_mm: [f64; 2],
    /// Whether measured power was what the ranges allow: `unjudged`, `agrees`, `above`, `below`.
    pub power: String,
    /// It was `above` or `below` at some time.
    pub power_disagreed: bool,
}

/// The newest view, and what must not be forgotten of the earlier ones.
#[derive(Debug, Clone, Default)]
pub(super) struct LesionTrack {
    newest: Option<Result<Seen, String>>,
    disagreed: bool,
}

/// What counts of a view with a lesion in it.
#[derive(Debug, Clone)]
struct Seen {
    boundary: Cow<'static, str>,
    width: MeasureRow,
    length: MeasureRow,
    verdict: VerdictWord,
}

impl LesionTrack {
    pub(super) fn take(&mut self, view: &LesionView) {
        self.put(match &view.lesion {
            Ok(lesion) => Ok(Seen {
                boundary: view.boundary.name().into(),
                width: lesion.width.into(),
                length: lesion.length.into(),
                verdict: verdict(lesion.power.map(PowerRow::from).as_ref()),
            }),
            Err(why) => Err(why.as_str().to_owned()),
        });
    }

    pub(super) fn take_message(&mut self, message: &LesionMessage) {
        self.put(match &message.lesion {
            Some(lesion) => Ok(Seen {
                boundary: message.boundary.clone().into(),
                width: lesion.width,
                length: lesion.length,
                verdict: verdict(lesion.power.as_ref()),
            }),
            None => Err(message.no_lesion.clone().unwrap_or_default()),
        });
    }

    fn put(&mut self, seen: Result<Seen, String>) {
        let verdict = seen.as_ref().map(|seen| seen.verdict);
        self.disagreed |= matches!(verdict, Ok(VerdictWord::Above | VerdictWord::Below));
        self.newest = Some(seen);
    }

    pub(super) fn summary(&self) -> Option<LesionSummary> {
        let Some(Ok(seen)) = &self.newest else { return None };
        let (width_mm, width_range_mm) = in_mm(&seen.width);
        let (length_mm, length_range_mm) = in_mm(&seen.length);
        Some(LesionSummary {
            boundary: seen.boundary.clone().into_owned(),
            width_mm,
            width_range_mm,
            length_mm,
            length_range_mm,
            power: match seen.verdict {
                VerdictWord::Unjudged => "unjudged",
                VerdictWord::Agrees => "agrees",
                VerdictWord::Above => "above",
                VerdictWord::Below => "below",
            }
            .to_owned(),
            power_disagreed: self.disagreed,
        })
    }

    pub(super) fn no_lesion(&self) -> Option<String> {
        self.newest.clone().and_then(Result::err)
    }
}

/// The value, and its lower and upper end.
fn in_mm(measure: &MeasureRow) -> (f64, [f64; 2]) {
    let mm = |um: u32| f64::from(um) / 1_000.0;
    (mm(measure.value_um), [mm(measure.low_um), mm(measure.high_um)])
}

fn verdict(power: Option<&PowerRow>) -> VerdictWord {
    power.map_or(VerdictWord::Unjudged, |power| power.verdict)
}
