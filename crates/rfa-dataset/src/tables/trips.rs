//! A row a trip.

use super::{OfSession, Session, with};
use crate::table::{Column, Get};
use rfa_figures::summary::TripSummary;
use std::sync::Arc;

/// A trip of a session.
pub(crate) struct TripOf {
    pub(crate) session: Arc<Session>,
    pub(crate) trip: TripSummary,
}

impl OfSession for TripOf {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

/// The columns.
pub(crate) fn trips() -> Vec<Column<TripOf>> {
    with(vec![
        Column::new("rule", Get::Text(|row| Some(&row.trip.rule)), "The rule, e.g. `H-06`."),
        Column::new("alarm", Get::Text(|row| Some(&row.trip.alarm)), "The alarm, e.g. `AL-02`."),
        Column::new("value", Get::Int(|row| Some(row.trip.value)), "What tripped, in `unit`."),
        Column::new("limit", Get::Int(|row| Some(row.trip.limit)), "The limit, in `unit`."),
        Column::new(
            "unit",
            Get::Text(|row| Some(&row.trip.unit)),
            "`mC`, `mK`, `mK/s`, `mW`, `mohm`, `us`, `frames`, `ticks`; `condition` and `missing` \
             have no number behind them.",
        ),
        Column::new("text", Get::Text(|row| Some(&row.trip.text)), "The numbers in words."),
        Column::new(
            "window_us",
            Get::Int(|row| i64::try_from(row.trip.window_us).ok()),
            "What the value was taken over, us.",
        ),
        Column::new(
            "tick",
            Get::Int(|row| i64::try_from(row.trip.tick).ok()),
            "The tick, as in `ticks`.",
        ),
    ])
}
