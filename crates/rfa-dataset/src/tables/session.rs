//! A row a session.

use super::{OfSession, Session, with};
use crate::table::{Column, Get};
use rfa_figures::summary::LesionSummary;
use rfa_fleet::{Basis, SessionFigures};
use rfa_record::Header;
use rfa_session::DeviceKind;
use std::sync::Arc;

/// What is known of a session.
pub(crate) struct SessionRow {
    pub(crate) session: Arc<Session>,
    pub(crate) header: Header,
    pub(crate) figures: SessionFigures,
    pub(crate) file: String,
    pub(crate) ticks: i64,
    pub(crate) whole: bool,
}

impl OfSession for SessionRow {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl SessionRow {
    fn lesion(&self) -> Option<&LesionSummary> {
        self.figures.lesion.as_ref()
    }

    /// As the statistics count it.
    fn complete(&self) -> bool {
        let steps = &self.figures.steps;
        !steps.is_empty() && steps.iter().all(|step| step.complete)
    }
}

/// The columns.
pub(crate) fn sessions() -> Vec<Column<SessionRow>> {
    let mut own = origin();
    own.extend(figures());
    own.extend(lesion());
    with(own)
}

fn origin() -> Vec<Column<SessionRow>> {
    vec![
        Column::new("file", Get::Text(|row| Some(&row.file)), "The recording, as it was named."),
        Column::new(
            "rfa_version",
            Get::Text(|row| Some(&row.header.rfa_version)),
            "Version of rfa that recorded it.",
        ),
        Column::new(
            "electrode",
            Get::Text(|row| Some(&row.figures.electrode)),
            "The plan's electrode, e.g. `20 G, 5 mm`; `unknown` where the kept plan tells none.",
        ),
        Column::new(
            "site",
            Get::Text(|row| Some(&row.figures.site)),
            "The site's name; `no site file` where the session had none.",
        ),
        Column::new(
            "generator_model",
            Get::Text(|row| Some(&row.header.identity.model)),
            "The generator's model.",
        ),
        Column::new(
            "generator_serial",
            Get::Text(|row| Some(&row.header.identity.serial)),
            "Its serial number.",
        ),
        Column::new(
            "generator_firmware",
            Get::Text(|row| Some(&row.header.identity.firmware)),
            "Its firmware.",
        ),
        Column::new(
            "simulated",
            Get::Flag(|row| Some(matches!(row.header.identity.kind, DeviceKind::Simulated { .. }))),
            "It is a simulator.",
        ),
        Column::new(
            "from_summary",
            Get::Flag(|row| Some(row.figures.basis == Basis::Summary)),
            "The figures are those of the session's own summary; else of its ticks.",
        ),
        Column::new(
            "whole",
            Get::Flag(|row| Some(row.whole)),
            "The recording is finished, recovery lost nothing of it, and every tick could be read.",
        ),
        Column::new("ticks", Get::Int(|row| Some(row.ticks)), "Rows in `ticks`."),
    ]
}

fn figures() -> Vec<Column<SessionRow>> {
    vec![
        Column::new(
            "complete",
            Get::Flag(|row| Some(row.complete())),
            "Every step of the plan was held for its whole time.",
        ),
        Column::new(
            "peak_c",
            Get::Double(|row| row.figures.peak_c_sensed),
            "Highest sensed tip temperature, °C; null: there was no reading.",
        ),
        Column::new(
            "energy_j",
            Get::Double(|row| Some(row.figures.energy_j)),
            "Energy delivered, by the generator's own meter, J.",
        ),
        Column::new(
            "cem43_min",
            Get::Double(|row| Some(row.figures.dose?.cem43_min)),
            "Dose at the tip's sensor, equivalent minutes at 43 °C (CEM43); null: another rfa \
             wrote none.",
        ),
        Column::new(
            "arrhenius_nerve",
            Get::Double(|row| row.figures.dose?.arrhenius_nerve),
            "Damage integral at the tip's sensor, by the constants of `arrhenius:nerve`; 1 is the \
             predicted lesion's edge; null: another rfa wrote none.",
        ),
        Column::new(
            "trips_total",
            Get::Int(|row| i64::try_from(row.figures.trips_total).ok()),
            "Trips; `trips` has the first 16 of them.",
        ),
    ]
}

fn lesion() -> Vec<Column<SessionRow>> {
    vec![
        Column::new(
            "lesion_boundary",
            Get::Text(|row| row.lesion().map(|of| of.boundary.as_str())),
            "What counts as the edge of the predicted lesion; null, as its sizes: none is \
             predicted.",
        ),
        Column::new(
            "lesion_width_mm",
            Get::Double(|row| row.lesion().map(|of| of.width_mm)),
            "Across, at the widest place, mm, as the model predicts it.",
        ),
        Column::new(
            "lesion_width_low_mm",
            Get::Double(|row| row.lesion().map(|of| of.width_range_mm[0])),
            "Lower end of what the published tissue properties allow, mm.",
        ),
        Column::new(
            "lesion_width_high_mm",
            Get::Double(|row| row.lesion().map(|of| of.width_range_mm[1])),
            "Upper end, mm.",
        ),
        Column::new(
            "lesion_length_mm",
            Get::Double(|row| row.lesion().map(|of| of.length_mm)),
            "Along the needle, mm.",
        ),
        Column::new(
            "lesion_length_low_mm",
            Get::Double(|row| row.lesion().map(|of| of.length_range_mm[0])),
            "Lower end, mm.",
        ),
        Column::new(
            "lesion_length_high_mm",
            Get::Double(|row| row.lesion().map(|of| of.length_range_mm[1])),
            "Upper end, mm.",
        ),
    ]
}
