//! The tissue model as a plant: the reduced model, the full one, and the way between them.

use rfa_plan::{Electrode, Gauge, SensorKind, shipped_tissue};
use rfa_sim::{Drive, FittedTissue, Plant, TissuePlant};
use rfa_tissue::Resolution;
use rfa_tissue::published::{Surroundings, needle};
use rfa_units::Span;

const TICK: Span = Span::from_millis(1);

fn plant() -> TissuePlant {
    let tissue = shipped_tissue("muscle").expect("a shipped tissue");
    let baseline_c = tissue.baseline_c.value;
    let around = Surroundings::new(tissue, |id| shipped_tissue(id).ok()).expect("no layers");
    let sensor = SensorKind::ThermocoupleT;
    let electrode = Electrode { gauge: Gauge::G22, tip_length_um: 5_000, sensor };
    let setting = around.setting(needle(&electrode), baseline_c, Resolution::Normal);
    FittedTissue::new(setting).expect("a fit").plant()
}

fn run(plant: &mut TissuePlant, ms: u32, drive: Drive) {
    for _ in 0..ms {
        plant.advance(TICK, drive);
    }
}

#[test]
fn boiling_is_the_full_models_and_cooling_hands_back() {
    let mut plant = plant();
    let cold_ohm = plant.impedance_ohm();
    run(&mut plant, 5_000, Drive::voltage(10.0));
    assert!(!plant.is_full(), "{} °C", plant.tissue_max_c());
    let (warm_ohm, tip_c) = (plant.impedance_ohm(), plant.tip_c());
    assert!(warm_ohm < cold_ohm, "warm tissue conducts better: {warm_ohm} of {cold_ohm}");
    let mut before = (tip_c, plant.tissue_max_c());
    let mut seen_full = false;
    for _ in 0..300 {
        run(&mut plant, 10, Drive::voltage(30.0));
        let now = (plant.tip_c(), plant.tissue_max_c());
        // No jump where one model hands over to the other: 30 V warm the tip by some 40 K/s and
        // its edge by 500.
        assert!((now.0 - before.0).abs() < 2.0, "{before:?} {now:?}");
        assert!((now.1 - before.1).abs() < 8.0, "{before:?} {now:?}");
        before = now;
        seen_full |= plant.is_full();
    }
    assert!(seen_full, "{} °C", plant.tissue_max_c());
    assert_eq!(plant.failed(), None);
    let mut before = plant.tip_c();
    for _ in 0..1_500 {
        run(&mut plant, 10, Drive::OFF);
        let now = plant.tip_c();
        assert!((now - before).abs() < 2.0, "{before} {now}");
        before = now;
    }
    assert!(!plant.is_full(), "{} °C", plant.tissue_max_c());
}

#[test]
fn boiling_raises_the_impedance() {
    let mut plant = plant();
    run(&mut plant, 3_000, Drive::voltage(15.0));
    let before = plant.impedance_ohm();
    run(&mut plant, 6_000, Drive::voltage(40.0));
    assert!(plant.impedance_ohm() > 1.5 * before, "{} of {before}", plant.impedance_ohm());
}

#[test]
fn heat_from_elsewhere_warms_as_much_as_rf_of_that_power() {
    let (mut by_rf, mut foreign) = (plant(), plant());
    let volts = (2.0 * by_rf.impedance_ohm()).sqrt();
    run(&mut by_rf, 500, Drive::voltage(volts));
    run(&mut foreign, 500, Drive { volts: 0.0, heat_w: 2.0 });
    let (a, b) = (by_rf.tip_c() - 37.0, foreign.tip_c() - 37.0);
    assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
}

/// A drive the full model cannot follow parts the tip from the tissue, and is told.
#[test]
fn a_model_that_gives_up_is_told() {
    let mut plant = plant();
    run(&mut plant, 1_000, Drive::voltage(20.0));
    assert_eq!(plant.trouble(), None);
    run(&mut plant, 200, Drive::voltage(1e6));
    assert!(plant.failed().is_some(), "{} °C", plant.tissue_max_c());
    let told = plant.trouble().expect("told");
    assert!(told.contains("gave no answer"), "{told}");
    assert!(plant.impedance_ohm() > 50_000.0, "{} ohm", plant.impedance_ohm());
}

/// Where no reduced model is exact enough, the full one runs from the start (a thick needle in
/// liver, whose perfusion is high).
#[test]
fn what_cannot_be_reduced_runs_in_full() {
    let tissue = shipped_tissue("liver").expect("a shipped tissue");
    let baseline_c = tissue.baseline_c.value;
    let around = Surroundings::new(tissue, |id| shipped_tissue(id).ok()).expect("no layers");
    let sensor = SensorKind::ThermocoupleT;
    let electrode = Electrode { gauge: Gauge::G16, tip_length_um: 15_000, sensor };
    let setting = around.setting(needle(&electrode), baseline_c, Resolution::Normal);
    let mut plant = FittedTissue::new(setting).expect("a tissue").plant();
    assert!(plant.is_full());
    assert!((100.0..400.0).contains(&plant.impedance_ohm()), "{} ohm", plant.impedance_ohm());
    run(&mut plant, 500, Drive::voltage(20.0));
    assert!(plant.tip_c() > baseline_c + 0.1, "{} °C", plant.tip_c());
    assert_eq!(plant.failed(), None);
}
