//! What cannot be is refused with field, value and range; never a plausible number.

use rfa_tissue::{
    Drive, Layer, Lesion, Needle, Phase, Properties, Resolution, Setting, SolveError, TipEnd,
};

const TISSUE: Properties = Properties {
    at_c: 37.0,
    sigma: 0.4,
    sigma_slope: 0.015,
    k: 0.5,
    k_slope: 0.001,
    capacity: 3.8e6,
    perfusion: 3_000.0,
    metabolic: 1_000.0,
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

fn setting() -> Setting {
    Setting {
        needle: Needle {
            diameter: 0.7e-3,
            tip_length: 5e-3,
            end: TipEnd::Blunt,
            sensor_depth: 1e-3,
            sleeve: 4e-5,
            sleeve_k: 0.25,
        },
        tissue: TISSUE,
        layers: Vec::new(),
        baseline_c: 37.0,
        resolution: Resolution::Coarse,
    }
}

/// The field that a change of the setting is refused for.
fn refused(change: impl Fn(&mut Setting)) -> String {
    let mut changed = setting();
    change(&mut changed);
    Lesion::new(&changed).expect_err("refused").field.to_owned()
}

fn with_phase(change: impl Fn(&mut Phase)) -> Properties {
    let mut tissue = TISSUE;
    tissue.phase.iter_mut().for_each(change);
    tissue
}

#[test]
fn impossible_settings_are_refused_by_name() {
    assert!(Lesion::new(&setting()).is_ok());
    assert_eq!(refused(|s| s.needle.diameter = f64::NAN), "needle diameter");
    assert_eq!(refused(|s| s.needle.tip_length = 0.001), "tip length");
    assert_eq!(refused(|s| s.needle.sensor_depth = 6e-3), "sensor depth");
    assert_eq!(refused(|s| s.tissue.sigma = -0.4), "electrical conductivity");
    assert_eq!(refused(|s| s.tissue.k = f64::INFINITY), "thermal conductivity");
    assert_eq!(refused(|s| s.tissue.capacity = 3.8), "heat capacity");
    assert_eq!(refused(|s| s.tissue.perfusion = -1.0), "perfusion");
    // 5 %/K from 37 °C down: nothing is left at 17 °C.
    let slope = refused(|s| s.tissue.sigma_slope = 0.05);
    assert_eq!(slope, "electrical conductivity at 0 °C or boiling");
    let backwards = refused(|s| s.tissue = with_phase(|phase| phase.to_c = 95.0));
    assert_eq!(backwards, "width of the boiling band");
    let latent = refused(|s| s.tissue = with_phase(|phase| phase.latent_j_m3 = -1.0));
    assert_eq!(latent, "latent heat");
    let layer = Layer { from: -2e-3, to: -2e-3, inner: 0.0, outer: 1.0, properties: TISSUE };
    assert_eq!(refused(|s| s.layers.push(layer)), "layer's height");
}

#[test]
fn a_thin_layer_is_there() {
    let csf = Properties { sigma: 2.0, ..TISSUE };
    let resistance = |layers: Vec<Layer>| {
        let mut lesion = Lesion::new(&Setting { layers, ..setting() }).expect("a setting");
        lesion.advance(1e-3, Drive::Voltage(1.0)).expect("a step");
        lesion.reading().resistance_ohm
    };
    let layer = Layer { from: -5.3e-3, to: -5.0e-3, inner: 0.0, outer: 1.0, properties: csf };
    assert!(resistance(vec![layer]) < resistance(Vec::new()) * 0.999);
}

#[test]
fn impossible_drives_are_refused() {
    let mut lesion = Lesion::new(&setting()).expect("a setting");
    for (span_s, drive, what) in [
        (f64::NAN, Drive::Voltage(1.0), "span of time"),
        (-1.0, Drive::Voltage(1.0), "span of time"),
        (1.0, Drive::Power(-1.0), "power"),
        (1.0, Drive::Voltage(f64::NAN), "voltage"),
        (1.0, Drive::Temperature { from_c: 37.0, to_c: f64::NAN }, "set temperature"),
    ] {
        match lesion.advance(span_s, drive) {
            Err(SolveError::Impossible { field, .. }) => assert_eq!(field, what),
            other => panic!("{what}: {other:?}"),
        }
    }
    assert!(lesion.reading().t_s.abs() < 1e-12, "nothing has moved");
}
