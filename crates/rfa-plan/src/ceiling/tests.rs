use super::*;
use crate::SensorKind;

const GAUGES: [Gauge; 7] =
    [Gauge::G16, Gauge::G17, Gauge::G18, Gauge::G20, Gauge::G21, Gauge::G22, Gauge::G23];

fn electrode(gauge: Gauge, tip_length_um: u32) -> Electrode {
    Electrode { gauge, tip_length_um, sensor: SensorKind::ThermocoupleT }
}

fn set(milli_c: i32) -> MilliCelsius {
    MilliCelsius::new(milli_c).expect("in range")
}

/// (thermal, electrical) in W.
fn both(gauge: Gauge, tip_length_um: u32, set_c: i32) -> (f64, f64) {
    let (electrode, set) = (electrode(gauge, tip_length_um), set(set_c * 1_000));
    let thermal = ceiling(electrode, set).expect("up to 90 °C");
    let electrical = generator_hard_limit(electrode, set).expect("up to 90 °C");
    (thermal.as_f64(), electrical.as_f64())
}

/// hazards.md a.2, cell by cell.
#[test]
fn the_table_is_the_published_one() {
    let rows = [
        (Gauge::G22, 2_000, [(3.4, 5.4), (2.5, 4.1), (1.6, 2.8), (0.8, 1.5)]),
        (Gauge::G22, 5_000, [(7.2, 11.0), (5.4, 9.2), (3.7, 6.7), (2.0, 4.1)]),
        (Gauge::G20, 5_000, [(9.3, 15.0), (7.0, 12.0), (4.7, 8.9), (2.4, 5.3)]),
        (Gauge::G20, 10_000, [(17.0, 29.0), (13.0, 23.0), (8.7, 17.0), (3.8, 9.1)]),
        (Gauge::G18, 10_000, [(25.0, 44.0), (19.0, 35.0), (12.0, 25.0), (4.6, 12.0)]),
    ];
    for (gauge, tip, cells) in rows {
        for (set_c, cell) in [60, 70, 80, 90].into_iter().zip(cells) {
            assert_eq!(both(gauge, tip, set_c), cell, "{gauge:?} x {tip} um at {set_c} °C");
        }
    }
}

/// hazards.md a.2, the hold at 60 s scaled to 60 °C; an unknown electrode has the smallest.
#[test]
fn a_start_has_what_holds_60_degrees() {
    let rows = [
        (Gauge::G22, 2_000, 0.60),
        (Gauge::G22, 5_000, 1.01),
        (Gauge::G20, 5_000, 1.17),
        (Gauge::G20, 10_000, 2.03),
        (Gauge::G18, 10_000, 2.42),
        (Gauge::G23, 10_000, 0.60),
        (Gauge::G16, 15_000, 2.42),
    ];
    for (gauge, tip, hold_w) in rows {
        let start_w = start_ceiling(electrode(gauge, tip)).as_f64();
        let less_w = hold_w * 23.0 / 43.0 - start_w;
        assert!((0.0..0.01).contains(&less_w), "{gauge:?} x {tip} um: {start_w} W");
    }
}

/// Between columns the next hotter one holds; above 90 °C nothing does.
#[test]
fn between_columns_the_hotter_one_holds() {
    let twenty = electrode(Gauge::G20, 5_000);
    let expected = [
        (20_000, Some(9_300)),
        (60_000, Some(9_300)),
        (60_001, Some(7_000)),
        (65_000, Some(7_000)),
        (70_000, Some(7_000)),
        (70_001, Some(4_700)),
        (80_000, Some(4_700)),
        (80_001, Some(2_400)),
        (90_000, Some(2_400)),
        (90_001, None),
        (400_000, None),
    ];
    for (milli_c, mw) in expected {
        assert_eq!(ceiling(twenty, set(milli_c)).map(MilliWatts::get), mw, "{milli_c}");
        let limit = generator_hard_limit(twenty, set(milli_c));
        assert_eq!(limit.is_some(), mw.is_some(), "{milli_c}");
    }
}

/// Between rows the largest electrode that is not larger in diameter or length.
#[test]
fn between_rows_the_smaller_electrode_holds() {
    let row = |gauge, tip| both(gauge, tip, 80).0;
    for (gauge, tip, watts) in [
        (Gauge::G22, 4_999, 1.6),
        (Gauge::G22, 10_000, 3.7),
        (Gauge::G21, 10_000, 3.7),
        (Gauge::G20, 4_999, 1.6),
        (Gauge::G20, 7_500, 4.7),
        (Gauge::G20, 15_000, 8.7),
        (Gauge::G18, 5_000, 4.7),
        (Gauge::G18, 9_999, 4.7),
        (Gauge::G16, 2_000, 1.6),
        (Gauge::G16, 15_000, 12.0),
        (Gauge::G17, 10_000, 12.0),
        (Gauge::G23, 3_000, 1.6),
        (Gauge::G23, 15_000, 1.6),
        (Gauge::G22, 0, 1.6),
    ] {
        assert_eq!(row(gauge, tip), watts, "{gauge:?} x {tip} um");
    }
}

/// For every electrode and set temperature: a larger electrode or a cooler set temperature never
/// has less power, and the generator's limit is never below the interlock's.
#[test]
fn ceilings_grow_with_the_electrode_and_fall_with_the_temperature() {
    let smaller_or_equal = |a: Electrode, b: Electrode| {
        a.gauge.diameter_um() <= b.gauge.diameter_um() && a.tip_length_um <= b.tip_length_um
    };
    let tips = [2_000, 3_000, 4_999, 5_000, 7_500, 9_999, 10_000, 15_000];
    let all = || GAUGES.iter().flat_map(|g| tips.iter().map(|tip| electrode(*g, *tip)));
    for small in all() {
        let mut before = MilliWatts::MAX;
        for milli_c in (40_000..=90_000).step_by(500) {
            let here = ceiling(small, set(milli_c)).expect("up to 90 °C");
            assert!(here <= before, "{small:?} at {milli_c}");
            before = here;
            assert!(generator_hard_limit(small, set(milli_c)) >= Some(here));
        }
        for large in all().filter(|large| smaller_or_equal(small, *large)) {
            assert!(ceiling(small, set(80_000)) <= ceiling(large, set(80_000)));
        }
    }
}

/// The rows are in order, which the choice between them relies on.
#[test]
fn each_row_is_larger_than_the_one_before() {
    let mut before = &SMALLEST;
    for row in &LARGER {
        assert!(row.gauge.diameter_um() >= before.gauge.diameter_um());
        assert!(row.tip_length_um >= before.tip_length_um);
        before = row;
    }
}

/// What treatments take is what the page says of muscle, row by row.
#[test]
fn what_is_taken_is_the_page_s() {
    let page = include_str!("../../../../docs/safety/ceilings.md");
    let part = page.split("## What treatments take").nth(1).expect("the table");
    let rows = [
        ("22G x 2 mm", Gauge::G22, 2_000),
        ("22G x 5 mm", Gauge::G22, 5_000),
        ("20G x 5 mm", Gauge::G20, 5_000),
        ("20G x 10 mm", Gauge::G20, 10_000),
        ("18G x 10 mm", Gauge::G18, 10_000),
    ];
    for (name, gauge, tip) in rows {
        for found in takes(electrode(gauge, tip)) {
            let begin = std::format!("| {name} | {} |", found.milli_c / 1_000);
            let line = part.lines().find(|line| line.starts_with(&begin)).expect("a row");
            let cells: std::vec::Vec<&str> = line.split('|').collect();
            let milli = |cell: &str| {
                let muscle = cell.split('/').next().expect("muscle").trim();
                (muscle.parse::<f64>().expect("a number") * 1_000.0).round() as i64
            };
            let expected = [3, 4, 5].map(|at| milli(cells[at]));
            assert_eq!([found.ramp_5_mw, found.ramp_15_mw, found.hold_mw], expected, "{line}");
        }
    }
}

/// Length and diameter stand for the tip: the table's five answers (H-38) are within 3 % of it, and
/// a length of nothing has no answer.
#[test]
fn the_response_goes_with_length_and_diameter() {
    for gauge in GAUGES {
        for tip_length_um in [2_000, 5_000, 10_000, 15_000] {
            let mm = f64::from(tip_length_um) / 1e3;
            let wanted = 27_600.0 / (mm * (f64::from(gauge.diameter_um()) / 1e3).powf(1.65));
            let got = f64::from(response_mk_j(electrode(gauge, tip_length_um)));
            assert!((got / wanted - 1.0).abs() < 0.01, "{gauge:?} {mm} mm: {got}, {wanted}");
            assert!(RESPONSES_MK_J.contains(&(got as u32)), "{gauge:?} {mm} mm: {got}");
        }
    }
    for row in LARGER.iter().chain([&SMALLEST]) {
        let electrode = electrode(row.gauge, row.tip_length_um);
        let (told, guess) = (row.response.0, response_mk_j(electrode));
        assert!(told.abs_diff(guess) * 100 <= told * 3, "{electrode:?}: {told}, {guess}");
    }
    assert_eq!(response_mk_j(electrode(Gauge::G20, 0)), 0);
}
