//! What a configuration says of the power's delay, error and quantum and of the temperature's
//! quantum is what comes out.

mod common;

use common::{Ask, Bench};
use rfa_sim::GeneratorConfig;
use rfa_units::{ChannelId, Span};

fn exact() -> GeneratorConfig {
    GeneratorConfig { power_error: Some(0.0), power_quantum_w: 0.001, ..GeneratorConfig::default() }
}

/// What 1 W asked for comes to once the tip has answered, W.
fn power_w(config: GeneratorConfig) -> f64 {
    let mut bench = Bench::new(config);
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(1_500);
    bench.generator.truth().power_w
}

#[test]
fn power_is_out_by_its_error() {
    for error in [-0.1, 0.0, 0.1] {
        let power_w = power_w(GeneratorConfig { power_error: Some(error), ..exact() });
        assert!((power_w - (1.0 + error)).abs() < 0.005, "{error}: {power_w}");
    }
}

#[test]
fn power_comes_in_its_quantum() {
    for (quantum_w, expected_w) in [(0.3, 0.9), (0.4, 1.2), (0.05, 1.0)] {
        let power_w = power_w(GeneratorConfig { power_quantum_w: quantum_w, ..exact() });
        assert!((power_w - expected_w).abs() < 0.005, "{quantum_w}: {power_w}");
    }
}

/// Ticks of 10 ms from another request to output nearer to it than to the one before.
fn ticks_to_follow(delay_ms: u64) -> u32 {
    let mut bench =
        Bench::new(GeneratorConfig { power_delay: Span::from_millis(delay_ms), ..exact() });
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(1_500);
    bench.ask = Ask::Power(500);
    (1..100)
        .find(|_| {
            bench.run_ms(10);
            bench.generator.truth().power_w < 0.75
        })
        .expect("followed")
}

#[test]
fn power_is_late_by_its_delay() {
    let at_once = ticks_to_follow(0);
    for delay_ms in [10, 20, 40] {
        assert_eq!(u64::from(ticks_to_follow(delay_ms) - at_once) * 10, delay_ms);
    }
}

#[test]
fn readings_come_in_the_sensor_s_quantum() {
    let readings = |quantum_c: f64| -> Vec<i32> {
        let mut bench = Bench::new(GeneratorConfig {
            sensor_quantum_c: quantum_c,
            ..GeneratorConfig::default()
        });
        bench.run_ms(500);
        let tips = bench.telemetry.iter().filter_map(|t| t.channel(ChannelId::ONE)?.tip.valid());
        tips.map(rfa_units::MilliCelsius::get).collect()
    };
    let coarse = readings(0.1);
    assert!(coarse.len() >= 50 && coarse.iter().all(|tip| tip % 100 == 0), "{coarse:?}");
    assert!(readings(0.001).iter().any(|tip| tip % 10 != 0));
}
