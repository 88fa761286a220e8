//! The reduced model against the full one, under the same voltage.

use rfa_tissue::{
    Drive, Lesion, Needle, Phase, Properties, Reduced, ReducedModel, Resolution, Setting, TipEnd,
};
use std::sync::Arc;

fn setting(diameter_mm: f64, tip_mm: f64, tissue: Properties) -> Setting {
    Setting {
        needle: Needle {
            diameter: diameter_mm * 1e-3,
            tip_length: tip_mm * 1e-3,
            end: TipEnd::Blunt,
            sensor_depth: 1e-3,
            sleeve: 40e-6,
            sleeve_k: 0.25,
        },
        tissue,
        layers: Vec::new(),
        baseline_c: 37.0,
        resolution: Resolution::Normal,
    }
}

/// Nerve, with every dependence on temperature there is.
const NERVE: Properties = Properties {
    at_c: 37.0,
    sigma: 0.109,
    sigma_slope: 0.015,
    k: 0.49,
    k_slope: 0.001,
    capacity: 3.88e6,
    perfusion: 10_000.0,
    metabolic: 4_000.0,
    phase: Some(Phase {
        from_c: 96.0,
        to_c: 100.0,
        latent_j_m3: 1.7e9,
        capacity_above: 0.6e6,
        sigma_share: 0.01,
        collapse_k: 5.0,
    }),
    electrode: false,
};

/// Runs a stepped treatment with a simple loop on the reduced model; gives the largest
/// differences at the sensor (K) and in resistance (share).
fn compare(setting: &Setting) -> (f64, f64) {
    let model = Arc::new(ReducedModel::fit(setting).expect("a fit"));
    let mut reduced = Reduced::new(model);
    let mut full = Lesion::new(setting).expect("a setting");
    let (mut worst_k, mut worst_ohm, mut sum) = (0.0_f64, 0.0_f64, 0.0);
    for tick in 0..480_u32 {
        let t_s = f64::from(tick) * 0.25;
        // 60, 70 and 80 °C for half a minute each, then off.
        let set_c = match t_s {
            t if t < 30.0 => (37.0 + 2.5 * t).min(60.0),
            t if t < 60.0 => (60.0 + 2.5 * (t - 30.0)).min(70.0),
            t if t < 100.0 => (70.0 + 2.5 * (t - 60.0)).min(80.0),
            _ => 0.0,
        };
        let missing = set_c - reduced.tip_c();
        sum = if set_c > 0.0 { sum + missing * 0.25 } else { 0.0 };
        let volts = (40.0 * missing + 25.0 * sum).max(0.0).sqrt();
        for _ in 0..250 {
            reduced.advance(0.001, volts, 0.0);
        }
        full.advance(0.25, Drive::Voltage(volts)).expect("a step");
        assert!(reduced.holds(), "{t_s} s: {}", reduced.hottest_c());
        worst_k = worst_k.max((reduced.tip_c() - full.reading().tip_c).abs());
        let share = reduced.resistance_ohm() / full.reading().resistance_ohm - 1.0;
        worst_ohm = worst_ohm.max(share.abs());
        if tick % 40 == 0 {
            println!(
                "{t_s:6.2} s set {set_c:5.1} tip {:.3} {:+.4} K, hottest {:.2} {:+.3} K, ohm {:+.5}",
                reduced.tip_c(),
                reduced.tip_c() - full.reading().tip_c,
                reduced.hottest_c(),
                reduced.hottest_c() - full.hottest().0,
                share,
            );
        }
    }
    (worst_k, worst_ohm)
}

#[test]
fn the_sensor_agrees_within_a_twentieth_of_a_kelvin_over_a_treatment() {
    for (diameter_mm, tip_mm) in [(0.7176, 5.0), (0.9081, 10.0)] {
        let (kelvin, share) = compare(&setting(diameter_mm, tip_mm, NERVE));
        println!("{diameter_mm} x {tip_mm}: {kelvin:.4} K, {share:.5}");
        assert!(kelvin < 0.05, "{diameter_mm} x {tip_mm}: {kelvin} K");
        assert!(share < 2e-3, "{diameter_mm} x {tip_mm}: {share}");
    }
}

#[test]
fn it_says_when_the_tissue_is_about_to_boil() {
    let model = Arc::new(ReducedModel::fit(&setting(0.7176, 5.0, NERVE)).expect("a fit"));
    let mut reduced = Reduced::new(model);
    for _ in 0..4_000 {
        reduced.advance(0.001, 60.0, 0.0);
    }
    assert!(!reduced.holds(), "{}", reduced.hottest_c());
}
