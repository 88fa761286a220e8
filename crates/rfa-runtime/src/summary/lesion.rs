//! The lesion in the summary.

use rfa_session::{LesionView, PowerVerdict};
use serde::Serialize;

/// The lesion as predicted, with what the published ranges of the tissue's properties make of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LesionSummary {
    /// What counts as its edge, as `rfa lesion --boundary` takes it.
    pub boundary: &'static str,
    /// Across, at the widest place, mm.
    pub width_mm: f64,
    /// Lower and upper end, mm.
    pub width_range_mm: [f64; 2],
    /// Along the needle, mm.
    pub length_mm: f64,
    /// Lower and upper end, mm.
    pub length_range_mm: [f64; 2],
    /// Whether measured power was what the ranges allow: `unjudged`, `agrees`, `above`, `below`.
    pub power: &'static str,
    /// It was `above` or `below` at some time.
    pub power_disagreed: bool,
}

/// The newest view, and what must not be forgotten of the earlier ones.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LesionTrack {
    newest: Option<LesionView>,
    disagreed: bool,
}

impl LesionTrack {
    pub(super) fn take(&mut self, view: &LesionView) {
        self.disagreed |= matches!(verdict(view), PowerVerdict::Above | PowerVerdict::Below);
        self.newest = Some(*view);
    }

    pub(super) fn summary(&self) -> Option<LesionSummary> {
        let view = self.newest.as_ref()?;
        let lesion = view.lesion.as_ref().ok()?;
        let (width_mm, width_low, width_high) = lesion.width.in_mm();
        let (length_mm, length_low, length_high) = lesion.length.in_mm();
        Some(LesionSummary {
            boundary: view.boundary.name(),
            width_mm,
            width_range_mm: [width_low, width_high],
            length_mm,
            length_range_mm: [length_low, length_high],
            power: match verdict(view) {
                PowerVerdict::Unjudged => "unjudged",
                PowerVerdict::Agrees => "agrees",
                PowerVerdict::Above => "above",
                PowerVerdict::Below => "below",
            },
            power_disagreed: self.disagreed,
        })
    }

    pub(super) fn no_lesion(&self) -> Option<String> {
        self.newest.and_then(|view| view.lesion.err()).map(|why| why.as_str().to_owned())
    }
}

fn verdict(view: &LesionView) -> PowerVerdict {
    let power = view.lesion.as_ref().ok().and_then(|lesion| lesion.power);
    power.map_or(PowerVerdict::Unjudged, |power| power.verdict)
}
