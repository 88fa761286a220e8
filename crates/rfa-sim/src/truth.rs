//! What is really so, as only a simulator can tell.

use core::fmt;
use rfa_units::{Contactor, GeneratorInstant, MilliWatts, SessionId, Span};

/// The simulator's own knowledge at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// When, on the generator's clock.
    pub at: GeneratorInstant,
    /// True temperature at the sensor's place in the tip, °C.
    pub tip_c: f64,
    /// What the sensor channel reports, °C; `None`: open or faulty.
    pub sensed_c: Option<f64>,
    /// Hottest tissue, °C.
    pub tissue_max_c: f64,
    /// RF power leaving the generator, W.
    pub power_w: f64,
    /// Set-point the output stage regulates to.
    pub setpoint: MilliWatts,
    /// Impedance the output stage sees, ohm.
    pub impedance_ohm: f64,
    /// RF is flowing ([`RF_ON_W`] or more).
    pub rf_on: bool,
    /// The treatment contactor's real position.
    pub k1: Contactor,
    /// The second contactor's real position.
    pub k2: Contactor,
    /// Energy delivered since power-on, J.
    pub energy_j: f64,
    /// The conversation in force.
    pub session: Option<SessionId>,
    /// Grants honoured since the session began.
    pub grants_honoured: u32,
    /// Grants refused since the session began.
    pub grants_refused: u16,
}

/// RF counts as flowing from here, in W: a tenth of what H-05 calls output (0.2 W), well above
/// the leakage of an output stage at rest.
pub const RF_ON_W: f64 = 0.02;

/// Why the generator's own firmware ended output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OffCause {
    /// The host said stop: a standby frame.
    Host,
    /// The host granted no power, or next to none; what it grants next is output again.
    NoPower,
    /// No fresh grant came in time (the dead-man; hazards.md H-21).
    Silence,
    /// The host said good-bye or began a new session.
    SessionEnd,
    /// A self-test was asked for.
    SelfTest,
    /// The emergency stop, or its broken wire (H-49).
    EmergencyStop,
    /// The supply failed (H-55).
    Supply,
    /// Measured power passed the hard limit.
    PowerLimit,
    /// Measured voltage passed the hard limit.
    VoltageLimit,
    /// The sensed temperature passed the hard limit.
    TemperatureLimit,
}

impl fmt::Display for OffCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::NoPower => "no-power",
            Self::Silence => "silence",
            Self::SessionEnd => "session-end",
            Self::SelfTest => "self-test",
            Self::EmergencyStop => "emergency-stop",
            Self::Supply => "supply",
            Self::PowerLimit => "power-limit",
            Self::VoltageLimit => "voltage-limit",
            Self::TemperatureLimit => "temperature-limit",
        })
    }
}

/// RF going from on to off, as the generator itself measures it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RfOff {
    /// When RF was first measured off, on the generator's clock.
    pub at: GeneratorInstant,
    /// How long it had been on.
    pub on_for: Span,
    /// Time since the last byte of the last honoured grant arrived; `None`: there was none.
    pub since_grant: Option<Span>,
    /// What ended it.
    pub cause: OffCause,
    /// Deliveries begun by then: of one delivery, output that comes back was paused.
    pub delivery: u32,
}
