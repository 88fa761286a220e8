//! The lumped needle against published numbers (physics.md 4 and 7b, hazards.md a.2).

use rfa_plan::{Electrode, Gauge, SensorKind};
use rfa_sim::{Drive, LumpedPlant, Plant, PlantError, Tissue};
use rfa_units::Span;

const MS: Span = Span::from_millis(1);

fn electrode(gauge: Gauge, tip_mm: u32) -> Electrode {
    Electrode { gauge, tip_length_um: tip_mm * 1_000, sensor: SensorKind::ThermocoupleT }
}

fn plant(gauge: Gauge, tip_mm: u32, tissue: Tissue) -> LumpedPlant {
    LumpedPlant::new(&electrode(gauge, tip_mm), tissue).expect("a needle in tissue")
}

const MUSCLE_8V: Tissue = Tissue { conductivity: 0.446, baseline_c: 37.0 };

/// Rise at 0.1, 0.5, 1, 3, 10, 40 and 120 s at a constant 8 V, and the impedance after 120 s
/// over that at rest.
type Row = (Gauge, u32, [(f64, f64, f64); 7], f64);

/// Each point: time in s, rise in K, half of the printed number's last digit.
const PUBLISHED: [Row; 4] = [
    (
        Gauge::G22,
        5,
        [
            (0.1, 0.31, 0.005),
            (0.5, 1.7, 0.05),
            (1.0, 3.1, 0.05),
            (3.0, 6.4, 0.05),
            (10.0, 11.4, 0.05),
            (40.0, 18.5, 0.05),
            (120.0, 23.9, 0.05),
        ],
        134.0 / 161.0,
    ),
    (
        Gauge::G22,
        10,
        [
            (0.1, 0.26, 0.005),
            (0.5, 1.5, 0.05),
            (1.0, 2.6, 0.05),
            (3.0, 5.4, 0.05),
            (10.0, 9.6, 0.05),
            (40.0, 16.1, 0.05),
            (120.0, 21.8, 0.05),
        ],
        85.0 / 100.0,
    ),
    (
        Gauge::G18,
        10,
        [
            (0.1, 0.09, 0.005),
            (0.5, 0.7, 0.05),
            (1.0, 1.4, 0.05),
            (3.0, 3.4, 0.05),
            (10.0, 7.1, 0.05),
            (40.0, 13.5, 0.05),
            (120.0, 19.5, 0.05),
        ],
        71.0 / 81.0,
    ),
    (
        Gauge::G16,
        15,
        [
            (0.1, 0.05, 0.005),
            (0.5, 0.45, 0.005),
            (1.0, 0.95, 0.005),
            (3.0, 2.5, 0.05),
            (10.0, 5.5, 0.05),
            (40.0, 11.2, 0.05),
            (120.0, 17.1, 0.05),
        ],
        49.0 / 55.0,
    ),
];

/// Every published point of the 8 V step within 15 % and the rounding of the printed number.
#[test]
fn meets_the_published_8_volt_rows() {
    let mut worst: f64 = 0.0;
    for (gauge, tip_mm, points, ratio) in PUBLISHED {
        let mut plant = plant(gauge, tip_mm, MUSCLE_8V);
        let cold_ohm = plant.impedance_ohm();
        let mut ms: u64 = 0;
        for (at_s, published, half_digit) in points {
            while (ms as f64) < at_s * 1_000.0 {
                plant.advance(MS, Drive::voltage(8.0));
                ms += 1;
            }
            let rise = plant.tip_c() - 37.0;
            let off = (rise - published).abs();
            worst = worst.max((off - half_digit).max(0.0) / published);
            assert!(
                off <= 0.15 * published + half_digit,
                "{gauge:?} {tip_mm} mm at {at_s} s: {rise:.3} K, published {published} K"
            );
        }
        let fell = plant.impedance_ohm() / cold_ohm;
        assert!((fell - ratio).abs() < 0.03, "{gauge:?} {tip_mm} mm: {fell:.3}, {ratio:.3}");
    }
    println!("worst published point: {:.1} %", worst * 100.0);
}

/// At equal power (8 V into the rows' own impedance) the fit itself: 7 %.
#[test]
fn meets_the_published_rows_at_equal_power() {
    let own_ohm = [161.0, 100.0, 81.0, 55.0];
    for ((gauge, tip_mm, points, _), row_ohm) in PUBLISHED.into_iter().zip(own_ohm) {
        let mut plant = plant(gauge, tip_mm, MUSCLE_8V);
        let volts = 8.0 * (plant.impedance_ohm() / row_ohm).sqrt();
        let mut ms: u64 = 0;
        for (at_s, published, half_digit) in points {
            while (ms as f64) < at_s * 1_000.0 {
                plant.advance(MS, Drive::voltage(volts));
                ms += 1;
            }
            let off = (plant.tip_c() - 37.0 - published).abs();
            assert!(off <= 0.07 * published + half_digit, "{gauge:?} {tip_mm} mm at {at_s} s");
        }
    }
}

/// Table 7b at its own points, and 0.73 of cold at 80 °C (physics.md 4).
#[test]
fn impedance_is_that_of_table_7b_and_falls_when_hot() {
    for (gauge, tip_mm, r_sigma) in [
        (Gauge::G22, 5, 74.8),
        (Gauge::G18, 10, 39.1),
        (Gauge::G16, 2, 82.2),
        (Gauge::G23, 15, 36.9),
        (Gauge::G20, 4, 77.8),
    ] {
        let ohm = plant(gauge, tip_mm, Tissue::NERVE).impedance_ohm();
        assert!((ohm * 0.1109 / r_sigma - 1.0).abs() < 0.002, "{gauge:?} {tip_mm}: {ohm}");
    }
    // Between the points: monotonic in both directions.
    let at = |gauge, mm| plant(gauge, mm, Tissue::MUSCLE).impedance_ohm();
    assert!(at(Gauge::G22, 7) < at(Gauge::G22, 5) && at(Gauge::G22, 7) > at(Gauge::G22, 10));
    assert!(at(Gauge::G21, 5) < at(Gauge::G22, 5) && at(Gauge::G21, 5) > at(Gauge::G20, 5));

    let mut hot = plant(Gauge::G22, 5, Tissue::MUSCLE);
    let cold_ohm = hot.impedance_ohm();
    let held = hold(&mut hot, 80.0, 120_000);
    let ratio = hot.impedance_ohm() / cold_ohm;
    assert!((ratio - 0.73).abs() < 0.01, "{ratio}");
    assert!((0.75..1.15).contains(&held), "physics.md 4 holds with 0.9 W: {held}");
}

/// Brings the tip to `set_c` in 15 s and holds it; returns the power at the end, W.
fn hold(plant: &mut LumpedPlant, set_c: f64, for_ms: u32) -> f64 {
    let (mut integral, mut power_w) = (0.0, 0.0);
    for ms in 0..for_ms {
        let ramp = 37.0 + (set_c - 37.0) * f64::from(ms) / 15_000.0;
        let error = ramp.min(set_c) - plant.tip_c();
        integral += error * 0.000_3;
        power_w = (0.3 * error + integral).clamp(0.0, 50.0);
        plant.advance(MS, Drive::voltage((power_w * plant.impedance_ohm()).sqrt()));
    }
    power_w
}

/// hazards.md a.2: hold power at 30 s, sensor K/s with output stuck at 5, 10 and 50 W from an
/// 80 °C hold, fall in the first second after RF off. That model is perfused, of other
/// conductivity, and disagrees with physics.md 4 by 10 to 30 %: within 45 % here.
#[test]
fn agrees_with_the_heating_rates_behind_the_power_ceilings() {
    let rows = [
        (Gauge::G22, 2, 0.7, [77.0, 164.0, 590.0], 9.5),
        (Gauge::G22, 5, 1.2, [24.0, 55.0, 280.0], 6.4),
        (Gauge::G20, 5, 1.4, [14.0, 31.0, 173.0], 5.3),
        (Gauge::G20, 10, 2.6, [5.6, 15.0, 90.0], 4.8),
        (Gauge::G18, 10, 3.3, [2.0, 6.0, 38.0], 3.4),
    ];
    let near = |name: &str, ours: f64, published: f64| {
        println!("  {name}: {ours:.2}, published {published}");
        assert!((ours / published - 1.0).abs() < 0.45, "{name}: {ours:.2}, published {published}");
    };
    for (gauge, tip_mm, hold_w, stuck, fall_k) in rows {
        println!("{gauge:?} x {tip_mm} mm");
        let mut held = plant(gauge, tip_mm, Tissue { conductivity: 0.33, baseline_c: 37.0 });
        let power_w = hold(&mut held, 80.0, 30_000);
        near("hold W", power_w, hold_w);
        for (stuck_w, rate) in [5.0, 10.0, 50.0].into_iter().zip(stuck) {
            near(
                &format!("K/s at {stuck_w} W"),
                stuck_rate(gauge, tip_mm, stuck_w - power_w),
                rate,
            );
        }
        let before = held.tip_c();
        (0..1_000).for_each(|_| held.advance(MS, Drive::OFF));
        near("fall in 1 s", before - held.tip_c(), fall_k);
    }
}

/// Rise of the sensor in K/s over the first 0.1 s, or until 20 K, of `excess_w` above the hold
/// power. That model does not boil, so ours is asked cold with 1 W and scaled.
fn stuck_rate(gauge: Gauge, tip_mm: u32, excess_w: f64) -> f64 {
    let mut plant = plant(gauge, tip_mm, Tissue::MUSCLE);
    let mut ms = 0;
    while ms < 100 && (plant.tip_c() - 37.0) * excess_w < 20.0 {
        plant.advance(MS, Drive::voltage(plant.impedance_ohm().sqrt()));
        ms += 1;
    }
    (plant.tip_c() - 37.0) * excess_w / (f64::from(ms) / 1_000.0)
}

/// H-02, H-14: boiling shows as impedance, and temperatures stay near 100 °C.
#[test]
fn boiling_raises_impedance_and_bounds_temperature() {
    for (gauge, tip_mm) in [(Gauge::G22, 2), (Gauge::G20, 5), (Gauge::G16, 15)] {
        let mut plant = plant(gauge, tip_mm, Tissue::MUSCLE);
        let cold_ohm = plant.impedance_ohm();
        for _ in 0..5_000 {
            // 50 W as far as 150 V go, like an output stage.
            let volts = (50.0 * plant.impedance_ohm()).sqrt().min(150.0);
            plant.advance(MS, Drive::voltage(volts));
            assert!(plant.tissue_max_c() < 170.0 && plant.tip_c() < 170.0, "{gauge:?}");
        }
        assert!(plant.impedance_ohm() > 2.0 * cold_ohm, "{gauge:?}: {}", plant.impedance_ohm());
        (0..60_000).for_each(|_| plant.advance(MS, Drive::OFF));
        assert!(plant.impedance_ohm() < 1.01 * cold_ohm, "vapour condenses");
        assert!(plant.tip_c() < 60.0);
    }
}

/// H-12: heat from elsewhere warms the tip without any RF.
#[test]
fn foreign_heat_warms_without_rf() {
    let mut plant = plant(Gauge::G22, 5, Tissue::MUSCLE);
    (0..1_000).for_each(|_| plant.advance(MS, Drive { volts: 0.0, heat_w: 1.0 }));
    assert!(plant.tip_c() > 42.0, "{}", plant.tip_c());
    assert!(plant.tissue_max_c() > plant.tip_c());
}

/// The bits themselves: a change of platform, compiler or arithmetic shows.
#[test]
fn the_arithmetic_is_the_same_on_every_machine() {
    let mut plant = plant(Gauge::G21, 7, Tissue::LIVER);
    for step in 0..5_000_u32 {
        plant.advance(MS, Drive { volts: f64::from(step % 300) * 0.1, heat_w: 0.01 });
    }
    let bits = [plant.tip_c(), plant.tissue_max_c(), plant.impedance_ohm()].map(f64::to_bits);
    let golden = [4_631_879_725_616_111_627, 4_632_065_207_890_700_551, 4_644_963_412_804_273_171];
    assert_eq!(bits, golden, "{:?}", bits.map(f64::from_bits));
}

#[test]
fn refuses_what_the_fit_does_not_cover() {
    let refused = |tip_um, conductivity, baseline_c| {
        let electrode = Electrode { tip_length_um: tip_um, ..electrode(Gauge::G22, 5) };
        LumpedPlant::new(&electrode, Tissue { conductivity, baseline_c })
            .map_err(|error| error.to_string())
            .expect_err("must be refused")
    };
    assert_eq!(refused(1_900, 0.4, 37.0), "tip length 1.9 mm is outside 2 to 15 mm");
    assert_eq!(refused(15_100, 0.4, 37.0), "tip length 15.1 mm is outside 2 to 15 mm");
    assert_eq!(refused(5_000, 0.01, 37.0), "conductivity 0.01 S/m is outside 0.02 to 2 S/m");
    assert_eq!(refused(5_000, f64::NAN, 37.0), "conductivity NaN S/m is outside 0.02 to 2 S/m");
    let cold = refused(5_000, 0.4, 9.0);
    assert_eq!(cold, "baseline temperature 9 °C is outside 10 to 42 °C");
    let tip = PlantError::OutOfRange { field: "x", value: 1.0, min: 2.0, max: 3.0, unit: "u" };
    assert_eq!(tip.to_string(), "x 1 u is outside 2 to 3 u");
}
