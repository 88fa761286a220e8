//! Power ceilings by electrode and set temperature (hazards.md a.2).
//!
//! Both columns are the largest power that, stuck on, still keeps the hottest tissue under 100 °C
//! until RF is off: the *thermal* column when only the tip sensor can tell (a controller that asks
//! for too much gets exactly what it asks), the *electrical* column when measured output differs
//! from what was asked.
//!
//! Each cell is the lowest that the tissue solver finds in any shipped tissue but fat, rounded down
//! (docs/safety/ceilings.md), and no higher than in the first derivation, from one homogeneous
//! tissue. Where fluid takes the current to one part of the tip (a nerve in CSF, the Gasserian
//! ganglion), tissue is hotter beside the sensor than that one said.

use crate::{Electrode, Gauge};
use rfa_units::{MilliCelsius, MilliWatts, Span};

/// Set temperatures of the table's columns, in m°C.
const COLUMNS_MILLI_C: [i32; 4] = [60_000, 70_000, 80_000, 90_000];

/// One electrode of the table, with one (thermal, electrical) pair in mW for each column and
/// the power of a hold.
struct Row {
    gauge: Gauge,
    tip_length_um: u32,
    ceilings_mw: [(u32, u32); 4],
    /// What holds 60 °C, in mW: 23/43 of the hold at 80 °C and 60 s, rise for rise from 37 °C,
    /// power being linear in it; rounded down.
    hold_60_mw: u32,
    /// How the tip answers to power in its first 3 s, by the model of `rfa-tissue` in muscle: rise
    /// per energy before any heat has gone, in mK/J, and how fast the heat goes, in ms
    /// (`rfa-tissue/tests/response.rs`, H-38).
    response: (u32, u64),
    /// For each column what the end of a ramp of 5 s and of 15 s and the hold after it take, in mW:
    /// an ideal loop in muscle (docs/safety/ceilings.md, "What treatments take").
    takes_mw: [(u32, u32, u32); 4],
}

/// The smallest electrode; also stands for every electrode no other row may stand for.
const SMALLEST: Row = Row {
    gauge: Gauge::G22,
    tip_length_um: 2_000,
    ceilings_mw: [(3_400, 5_400), (2_500, 4_100), (1_600, 2_800), (800, 1_500)],
    hold_60_mw: 320,
    response: (24_100, 1_800),
    takes_mw: [(760, 510, 330), (1_130, 760, 490), (1_530, 1_020, 650), (1_960, 1_290, 820)],
};

/// The other rows, each larger than the one before in diameter or tip length and smaller in none.
const LARGER: [Row; 4] = [
    Row {
        gauge: Gauge::G22,
        tip_length_um: 5_000,
        ceilings_mw: [(7_200, 11_000), (5_400, 9_200), (3_700, 6_700), (2_000, 4_100)],
        hold_60_mw: 540,
        response: (9_300, 2_300),
        takes_mw: [
            (1_610, 1_000, 570),
            (2_410, 1_490, 840),
            (3_280, 2_010, 1_130),
            (4_200, 2_560, 1_430),
        ],
    },
    Row {
        gauge: Gauge::G20,
        tip_length_um: 5_000,
        ceilings_mw: [(9_300, 15_000), (7_000, 12_000), (4_700, 8_900), (2_400, 5_300)],
        hold_60_mw: 620,
        response: (6_300, 3_300),
        takes_mw: [
            (2_030, 1_220, 670),
            (3_050, 1_820, 980),
            (4_140, 2_460, 1_320),
            (5_320, 3_130, 1_670),
        ],
    },
    Row {
        gauge: Gauge::G20,
        tip_length_um: 10_000,
        ceilings_mw: [(17_000, 29_000), (13_000, 23_000), (8_700, 17_000), (3_800, 9_100)],
        hold_60_mw: 1_080,
        response: (3_300, 3_200),
        takes_mw: [
            (3_870, 2_300, 1_200),
            (5_790, 3_430, 1_780),
            (7_850, 4_640, 2_390),
            (10_030, 5_910, 3_030),
        ],
    },
    Row {
        gauge: Gauge::G18,
        tip_length_um: 10_000,
        ceilings_mw: [(25_000, 44_000), (19_000, 35_000), (12_000, 25_000), (4_600, 12_000)],
        hold_60_mw: 1_290,
        response: (1_900, 4_500),
        takes_mw: [
            (5_590, 3_120, 1_470),
            (8_390, 4_660, 2_180),
            (11_390, 6_320, 2_930),
            (14_600, 8_070, 3_720),
        ],
    },
];

/// P_cap: the most the interlock grants for this electrode at this set temperature; `None` above
/// 90 °C, where no ceiling is derived.
///
/// Between columns the next hotter one holds; between rows the largest tabulated electrode that
/// is not larger than `electrode` in diameter or tip length; where there is none, the smallest.
#[must_use]
pub fn ceiling(electrode: Electrode, set: MilliCelsius) -> Option<MilliWatts> {
    pair(electrode, set).and_then(|(thermal, _)| MilliWatts::new(thermal))
}

/// The generator's own hard limit for this electrode at this set temperature; `None` above 90 °C.
/// Rows and columns are chosen as in [`ceiling`].
#[must_use]
pub fn generator_hard_limit(electrode: Electrode, set: MilliCelsius) -> Option<MilliWatts> {
    pair(electrode, set).and_then(|(_, electrical)| MilliWatts::new(electrical))
}

/// The most a start grants with this electrode until its tip has answered (H-11): what holds 60 °C,
/// so that tissue no sensor sees stays near that. Rows are chosen as in [`ceiling`].
#[must_use]
pub fn start_ceiling(electrode: Electrode) -> MilliWatts {
    MilliWatts::saturating(i64::from(row(electrode).hold_60_mw))
}

/// How this electrode's tip answers to power (H-38): the rise per energy before any heat has gone,
/// in mK/J, and how fast the heat goes. Rows are chosen as in [`ceiling`]: that of a smaller
/// electrode, where there is none, answers more.
#[must_use]
pub fn warming(electrode: Electrode) -> (u32, Span) {
    let (gain_mk_j, leak_ms) = row(electrode).response;
    (gain_mk_j, Span::from_millis(leak_ms))
}

/// What [`response_mk_j`] gives for any electrode of a plan (16G x 15 mm: 807, 23G x 2 mm: 28,750),
/// with room: a recording with another was not made of one.
pub const RESPONSES_MK_J: core::ops::RangeInclusive<u32> = 500..=50_000;

/// How this electrode's tip answers to power: the rise per energy before any heat has gone, mK/J.
/// Unlike [`warming`] for the size it is and not for one of the table: a first guess for the loop,
/// no limit. The table's five are within 3 % of `27.6 K/J / (length x diameter^1.65)`, both in mm.
#[must_use]
pub const fn response_mk_j(electrode: Electrode) -> u32 {
    /// At a length of 1 µm, mK/J: it goes with the inverse of the length.
    const fn at_1_um(gauge: Gauge) -> u32 {
        match gauge {
            Gauge::G16 => 12_100_000,
            Gauge::G17 => 14_600_000,
            Gauge::G18 => 18_600_000,
            Gauge::G20 => 32_400_000,
            Gauge::G21 => 38_400_000,
            Gauge::G22 => 47_700_000,
            Gauge::G23 => 57_500_000,
        }
    }
    match at_1_um(electrode.gauge).checked_div(electrode.tip_length_um) {
        Some(response) => response,
        None => 0,
    }
}

/// What an electrode takes to one of the table's set temperatures, in mW: the end of a ramp of 5 s,
/// of one of 15 s, the hold after it. Of its own row, in proportion to length and diameter.
pub(crate) struct Takes {
    pub(crate) milli_c: i32,
    pub(crate) ramp_5_mw: i64,
    pub(crate) ramp_15_mw: i64,
    pub(crate) hold_mw: i64,
}

/// What `electrode` takes, column by column. In proportion: from row to row power goes with the
/// 0.9th power of the length and the 0.6th (hold) to 0.9th (ramps) of the diameter, so beyond the
/// rows this is a little too much.
pub(crate) fn takes(electrode: Electrode) -> impl Iterator<Item = Takes> {
    let row = row(electrode);
    let area = |gauge: Gauge, um: u32| i64::from(gauge.diameter_um()).saturating_mul(um.into());
    let own = area(electrode.gauge, electrode.tip_length_um);
    let of = area(row.gauge, row.tip_length_um);
    let scaled =
        move |mw: u32| i64::from(mw).saturating_mul(own).checked_div(of).unwrap_or(i64::MAX);
    COLUMNS_MILLI_C.into_iter().zip(row.takes_mw).map(move |(milli_c, (fast, slow, hold))| Takes {
        milli_c,
        ramp_5_mw: scaled(fast),
        ramp_15_mw: scaled(slow),
        hold_mw: scaled(hold),
    })
}

fn pair(electrode: Electrode, set: MilliCelsius) -> Option<(u32, u32)> {
    let column = COLUMNS_MILLI_C.iter().position(|column| set.get() <= *column)?;
    row(electrode).ceilings_mw.get(column).copied()
}

fn row(electrode: Electrode) -> &'static Row {
    let fits = |row: &&Row| {
        row.gauge.diameter_um() <= electrode.gauge.diameter_um()
            && row.tip_length_um <= electrode.tip_length_um
    };
    LARGER.iter().rev().find(fits).unwrap_or(&SMALLEST)
}

#[cfg(test)]
mod tests;
