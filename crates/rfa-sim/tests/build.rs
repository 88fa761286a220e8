//! What a generator can be built as.

mod common;

use common::{Bench, plant};
use rfa_plan::Gauge;
use rfa_sim::{ConfigError, Generator, GeneratorConfig, Tissue};
use rfa_units::{ChannelId, Span};

#[test]
fn reports_every_channel_and_heats_only_the_plugged_one() {
    let two = ChannelId::new(2).expect("channel 2");
    let config =
        GeneratorConfig { channels: 4, electrode_channel: two, ..GeneratorConfig::default() };
    let bench = Bench::new(config);
    let telemetry = bench.last();
    assert_eq!(telemetry.channels.len(), 4);
    let tip = |channel| telemetry.channel(channel).expect("reported").tip.valid();
    assert!(tip(two).is_some());
    assert!(tip(ChannelId::ONE).is_none());
}

#[test]
fn refuses_a_build_that_no_generator_is() {
    let new = |config| {
        Generator::new(config, plant(Gauge::G22, 5, Tissue::MUSCLE))
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    let base = GeneratorConfig::default();
    let message = new(GeneratorConfig { channels: 5, ..base.clone() });
    assert_eq!(message, Err("channels 5 channels is outside 1 to 4 channels".to_owned()));
    let message = new(GeneratorConfig { sensor_noise_c: f64::NAN, ..base.clone() });
    assert_eq!(message, Err("sensor_noise NaN °C is outside 0 to 1 °C".to_owned()));
    let message = new(GeneratorConfig { sensor_lag: Span::from_millis(301), ..base.clone() });
    assert_eq!(message, Err("sensor_lag 301 ms is outside 0 to 300 ms".to_owned()));
    let message = new(GeneratorConfig { power_delay: Span::from_millis(41), ..base.clone() });
    assert_eq!(message, Err("power_delay 41 ms is outside 0 to 40 ms".to_owned()));
    let message = new(GeneratorConfig { power_error: Some(0.2), ..base.clone() });
    assert_eq!(
        message,
        Err("power_error 0.2 of the power is outside -0.15 to 0.15 of the power".to_owned())
    );
    let message = new(GeneratorConfig { power_quantum_w: 0.0, ..base.clone() });
    assert_eq!(message, Err("power_quantum 0 W is outside 0.001 to 0.5 W".to_owned()));
    let message = new(GeneratorConfig { sensor_quantum_c: 0.2, ..base.clone() });
    assert_eq!(message, Err("sensor_quantum 0.2 °C is outside 0.001 to 0.1 °C".to_owned()));
    let electrode_channel = ChannelId::new(3).expect("channel 3");
    let config = GeneratorConfig { electrode_channel, ..base };
    assert_eq!(
        config.check(),
        Err(ConfigError::ElectrodeChannel { electrode: electrode_channel, channels: 1 })
    );
}
