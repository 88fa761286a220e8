use super::cells::{all, in_use_w};
use super::page;
use super::setting::{NEAREST, dry, name};
use super::stuck::{Caught, Held, METHOD};

/// A row of the page in one of its two tables: in use, in muscle, in the lowest but fat, W.
fn row(caught: Caught, place: usize, set_c: i32) -> [f64; 3] {
    let page = std::fs::read_to_string(page::path()).expect("the page");
    let begin = format!("| {} | {set_c} |", name(place));
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with(&begin)).collect();
    let [_, thermal, electrical] = rows[..] else { panic!("{begin}: {rows:?}") };
    let line = if caught == Caught::Thermal { thermal } else { electrical };
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    [3, 4, 6].map(|at| cells[at].parse().unwrap_or_else(|_| panic!("{line}")))
}

/// The page stands beside the table in use, and no cell of that is above what the model allows in
/// any tissue but fat.
#[test]
fn the_page_is_of_the_table_in_use() {
    for (place, set_c) in all() {
        for caught in Caught::BOTH {
            let [in_use_w, nearest_w, lowest_w] = row(caught, place, set_c);
            let table_w = in_use_w_of(place, set_c, caught);
            assert!((in_use_w - table_w).abs() < 1e-9, "{} at {set_c}: {in_use_w}", name(place));
            assert!(nearest_w >= table_w, "{} at {set_c} °C: {nearest_w}", name(place));
            assert!(lowest_w >= table_w, "{} at {set_c} °C: {lowest_w}", name(place));
        }
    }
}

fn in_use_w_of(place: usize, set_c: i32, caught: Caught) -> f64 {
    in_use_w(place, set_c, caught).expect("a cell")
}

/// A change of the model is seen: some cells, computed again.
#[test]
fn the_page_is_of_the_model() {
    for (place, set_c) in [(0, 90), (2, 70), (4, 80)] {
        let setting = dry(place, NEAREST).expect("a setting");
        let held = Held::new(&setting, f64::from(set_c)).expect("held");
        for caught in Caught::BOTH {
            let [_, nearest_w, _] = row(caught, place, set_c);
            let found_w = held.ceiling_w(caught, &METHOD, nearest_w).expect("a ceiling");
            let ratio = found_w / nearest_w;
            assert!((ratio - 1.0).abs() < 0.01, "{} at {set_c}: {found_w} W", name(place));
        }
    }
}

/// At the ceiling tissue just boils; a tenth above it is past it, a tenth below is not.
#[test]
fn a_ceiling_is_where_tissue_boils() {
    let held = Held::new(&dry(2, NEAREST).expect("a setting"), 70.0).expect("held");
    for caught in Caught::BOTH {
        let ceiling_w = held.ceiling_w(caught, &METHOD, 10.0).expect("a ceiling");
        let peak = |share: f64| held.peak_c(share * ceiling_w, caught, &METHOD).expect("a peak");
        assert!((peak(1.0) - 100.0).abs() < 0.2, "{}", peak(1.0));
        assert!(peak(0.9) < 99.0 && peak(1.1) > 101.0, "{} {}", peak(0.9), peak(1.1));
    }
}
