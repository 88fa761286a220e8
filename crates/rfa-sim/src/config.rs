//! What a simulated generator is.

use rfa_units::{ChannelId, MilliVolts, MilliWatts, Span};
use rfa_wire::LinkKey;
use thiserror::Error;

/// Steps of the usual power set-point, W: 50 W over a 12-bit converter.
const POWER_QUANTUM_W: f64 = 0.012_5;

/// A simulated generator's build. [`Default`] is the one of `rfa sim`.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorConfig {
    /// Seed of all its noise; part of its identity.
    pub seed: u64,
    /// Mixed into its nonces: random where it is served on a line, so that a recorded conversation
    /// cannot be played to it again; zero on virtual time, where a seed gives the same bytes.
    pub nonce_salt: [u8; 16],
    /// Key it is paired with.
    pub link_key: LinkKey,
    /// Line rate, baud; a byte takes ten bits (8N1).
    pub baud: u32,
    /// Channels fitted, 1 to 4.
    pub channels: u8,
    /// The channel the electrode is plugged into; the others are open.
    pub electrode_channel: ChannelId,
    /// Whether a footswitch is fitted.
    pub footswitch: bool,
    /// The most power its output can regulate to.
    pub power_max: MilliWatts,
    /// The most voltage (rms) its output can give: 50 W into 1500 ohm takes 274 V.
    pub voltage_max: MilliVolts,
    /// Time constant of the thermocouple, 0 to 300 ms (hazards.md a.1: 50 to 150 ms).
    pub sensor_lag: Span,
    /// Noise of the temperature channel, °C rms, 0 to 1.
    pub sensor_noise_c: f64,
    /// Code quantum of the temperature converter, °C, 0.001 to 0.1 (hazards.md decision 2: at most
    /// 0.01).
    pub sensor_quantum_c: f64,
    /// From a new set-point to the output stage's beginning to follow it, 0 to 40 ms. Keying off is
    /// not delayed.
    pub power_delay: Span,
    /// Delivered over told power, as a share of it beyond 1: -0.15 to 0.15 (the interlock's H-04
    /// begins at 0.2). None: within 0.02, drawn from the seed.
    pub power_error: Option<f64>,
    /// Steps of the power set-point, W, 0.001 to 0.5.
    pub power_quantum_w: f64,
    /// Whether it identifies itself as simulated. One that does not stands for a real generator
    /// in tests of what is refused there.
    pub simulated: bool,
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            nonce_salt: [0; 16],
            link_key: LinkKey::DEVELOPMENT,
            baud: 921_600,
            channels: 1,
            electrode_channel: ChannelId::ONE,
            footswitch: false,
            power_max: MilliWatts::saturating(50_000),
            voltage_max: MilliVolts::saturating(300_000),
            sensor_lag: Span::from_millis(150),
            sensor_noise_c: 0.05,
            sensor_quantum_c: 0.01,
            power_delay: Span::ZERO,
            power_error: None,
            power_quantum_w: POWER_QUANTUM_W,
            simulated: true,
        }
    }
}

/// Why no generator can be built.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ConfigError {
    /// A field is out of range.
    #[error("{field} {value} {unit} is outside {min} to {max} {unit}")]
    OutOfRange {
        /// The field's name.
        field: &'static str,
        /// The value offered.
        value: f64,
        /// The smallest value accepted.
        min: f64,
        /// The largest value accepted.
        max: f64,
        /// The unit of the three numbers.
        unit: &'static str,
    },
    /// The electrode is plugged into a channel that is not there.
    #[error("the electrode is on {electrode}, but only channels 1 to {channels} are fitted")]
    ElectrodeChannel {
        /// Where the electrode is.
        electrode: ChannelId,
        /// Channels fitted.
        channels: u8,
    },
}

impl GeneratorConfig {
    /// Refuses what no generator of this kind is.
    ///
    /// # Errors
    /// [`ConfigError`] naming the first field that is out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let lag_ms = self.sensor_lag.as_micros() as f64 / 1e3;
        let delay_ms = self.power_delay.as_micros() as f64 / 1e3;
        let fields = [
            ("baud", f64::from(self.baud), 9_600.0, 4_000_000.0, "baud"),
            ("channels", f64::from(self.channels), 1.0, 4.0, "channels"),
            ("power_max", self.power_max.as_f64(), 1.0, 50.0, "W"),
            ("voltage_max", self.voltage_max.as_f64(), 10.0, 400.0, "V"),
            ("sensor_lag", lag_ms, 0.0, 300.0, "ms"),
            ("sensor_noise", self.sensor_noise_c, 0.0, 1.0, "°C"),
            ("sensor_quantum", self.sensor_quantum_c, 0.001, 0.1, "°C"),
            ("power_delay", delay_ms, 0.0, 40.0, "ms"),
            ("power_error", self.power_error.unwrap_or(0.0), -0.15, 0.15, "of the power"),
            ("power_quantum", self.power_quantum_w, 0.001, 0.5, "W"),
        ];
        for (field, value, min, max, unit) in fields {
            // Not a number is in no range.
            if !(min..=max).contains(&value) {
                return Err(ConfigError::OutOfRange { field, value, min, max, unit });
            }
        }
        if self.electrode_channel.number() > self.channels {
            let (electrode, channels) = (self.electrode_channel, self.channels);
            return Err(ConfigError::ElectrodeChannel { electrode, channels });
        }
        Ok(())
    }
}
