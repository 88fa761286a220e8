//! What the two ends say to each other.

use crate::{DeviceText, Refusal};
use rfa_units::{
    ChannelId, Contactor, GeneratorInstant, MilliCelsius, MilliVolts, MilliWatts, Mode, PlanHash,
    SessionId, Span, Telemetry,
};

/// Sixteen random bytes, drawn afresh for every session by each end.
pub type Nonce = [u8; 16];

/// The shortest grant life a host may set: two telemetry periods at 100 Hz.
pub const GRANT_LIFE_MIN: Span = Span::from_millis(20);

/// The longest grant life a generator accepts (hazards.md H-21, I18).
pub const GRANT_LIFE_MAX: Span = rfa_units::GRANT_LIFE;

/// The slowest telemetry: the interlock takes 60 ms without a frame for silence (H-22), so two
/// lost frames in a row must still fit.
pub const TELEMETRY_HZ_MIN: u16 = 50;

/// The usual telemetry rate: one frame per interlock tick.
pub const TELEMETRY_HZ_DEFAULT: u16 = 100;

/// The fastest telemetry: two frames per interlock tick.
pub const TELEMETRY_HZ_MAX: u16 = 200;

/// What a controller says, as a generator hears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostMessage {
    /// Opens a session.
    Hello(Hello),
    /// Hard limits for one channel.
    SetLimits(HardLimits),
    /// Run the self-test.
    SelfTest,
    /// No output wanted; K1 open.
    Standby(Standby),
    /// Leave to deliver power for a moment.
    Grant(ReceivedGrant),
    /// The session ends.
    Bye,
}

/// What a generator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeneratorMessage {
    /// Who it is; answers hello.
    Identity(Identity),
    /// The limits now in force; answers set-limits.
    LimitsSet(HardLimits),
    /// Answers self-test.
    SelfTestResult(SelfTestResult),
    /// What it measures. The frame's time stamp is the telemetry's own `at`, and its `sequence`
    /// is the frame's: whatever stands there is replaced when encoding.
    Telemetry(Telemetry),
    /// A host frame was not honoured.
    Refused(Refusal),
    /// The session is over; answers bye.
    Bye,
}

/// Opens a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// The session, drawn at random by the host.
    pub session: SessionId,
    /// The host's half of the session key's freshness.
    pub host_nonce: Nonce,
    /// Channels the host wants reports of, 1 to 4: channels 1 to this number.
    pub channels: u8,
    /// Telemetry frames per second, 50 to 200.
    pub telemetry_hz: u16,
}

/// Who the generator is and what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The session it answers.
    pub session: SessionId,
    /// The hello's nonce, sent back.
    pub host_nonce: Nonce,
    /// The generator's half of the session key's freshness.
    pub generator_nonce: Nonce,
    /// The model's name.
    pub model: DeviceText<16>,
    /// The serial number.
    pub serial: DeviceText<16>,
    /// The firmware's version.
    pub firmware: DeviceText<8>,
    /// No patient can be connected to it.
    pub simulated: bool,
    /// The seed of a simulated generator.
    pub seed: Option<u64>,
    /// Channels fitted, 1 to 4.
    pub channels: u8,
    /// Whether a footswitch is fitted.
    pub footswitch: bool,
    /// The most power it can deliver on one channel.
    pub power_max: MilliWatts,
    /// What its output can do.
    pub modes: ModeSet,
}

/// A set of modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModeSet(u8);

impl ModeSet {
    /// No mode.
    pub const NONE: Self = Self(0);
    /// Continuous RF only.
    pub const THERMAL: Self = Self(1);
    const ALL_BITS: u8 = 0x0f;

    /// The set with `mode` in it.
    #[must_use]
    pub const fn with(self, mode: Mode) -> Self {
        Self(self.0 | Self::bit(mode))
    }

    /// Whether `mode` is in the set.
    #[must_use]
    pub const fn contains(self, mode: Mode) -> bool {
        self.0 & Self::bit(mode) != 0
    }

    /// The set as bits: thermal 1, pulsed 2, sensory 4, motor 8.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of `bits`, or `None` when a bit is no mode.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL_BITS == 0 { Some(Self(bits)) } else { None }
    }

    const fn bit(mode: Mode) -> u8 {
        match mode {
            Mode::Thermal => 1,
            Mode::Pulsed => 2,
            Mode::SensoryStimulation => 4,
            Mode::MotorStimulation => 8,
        }
    }
}

/// Limits the generator enforces by itself, whatever a grant says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HardLimits {
    /// The channel they are for.
    pub channel: ChannelId,
    /// Power above which no grant is honoured, and measured power above which it stops.
    pub power_max: MilliWatts,
    /// RF voltage (rms) above which it stops.
    pub voltage_max: MilliVolts,
    /// Tip temperature above which it stops.
    pub temperature_max: MilliCelsius,
    /// How long output may last without a fresh grant: 20 to 60 ms.
    pub grant_life: Span,
    /// The plan that grants have to name.
    pub plan: PlanHash,
}

/// What the self-test proved. RF is off and stays off all through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfTestResult {
    /// K1 was seen to shut and to open (H-50, H-54).
    pub k1_opens: bool,
    /// K2 was seen to shut and to open.
    pub k2_opens: bool,
    /// No output was measured with the contactors open.
    pub output_zero: bool,
    /// The tip sensor's converter answers and its burnout detection works.
    pub sensor_ok: bool,
    /// Program and memory checks are good.
    pub memory_ok: bool,
}

impl SelfTestResult {
    /// Everything passed.
    pub const PASSED: Self = Self {
        k1_opens: true,
        k2_opens: true,
        output_zero: true,
        sensor_ok: true,
        memory_ok: true,
    };

    /// Whether every part passed.
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.first_failure().is_none()
    }

    /// The first part that failed, by its name in docs/protocol.md.
    #[must_use]
    pub const fn first_failure(&self) -> Option<&'static str> {
        match self {
            Self { k1_opens: false, .. } => Some("k1_opens"),
            Self { k2_opens: false, .. } => Some("k2_opens"),
            Self { output_zero: false, .. } => Some("output_zero"),
            Self { sensor_ok: false, .. } => Some("sensor_ok"),
            Self { memory_ok: false, .. } => Some("memory_ok"),
            _ => None,
        }
    }
}

/// No output is wanted: K1 open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standby {
    /// What K2 has to be.
    pub k2: Contactor,
    /// The interlock tick that sent it.
    pub tick: u64,
}

/// The form of a pulsed or stimulating output; all zero in thermal mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PulseShape {
    /// Pulse amplitude, millivolts.
    pub amplitude_mv: u32,
    /// Pulse width, microseconds; never longer than the period.
    pub width_us: u32,
    /// From one pulse's start to the next, microseconds.
    pub period_us: u32,
}

impl PulseShape {
    /// No pulses: thermal mode.
    pub const NONE: Self = Self { amplitude_mv: 0, width_us: 0, period_us: 0 };
}

/// A grant as it came over the line.
///
/// It can be read and honoured, never sent: no encoder takes one, its fields are private, and
/// only decoding an authenticated frame makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedGrant {
    pub(crate) session: SessionId,
    pub(crate) seen: GeneratorInstant,
    pub(crate) sequence: u32,
    pub(crate) tick: u64,
    pub(crate) expires: GeneratorInstant,
    pub(crate) plan: PlanHash,
    pub(crate) power: MilliWatts,
    pub(crate) mode: Mode,
    pub(crate) channel: ChannelId,
    pub(crate) pulses: PulseShape,
}

impl ReceivedGrant {
    /// The conversation it belongs to.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The newest generator time the host had seen when it sent this.
    #[must_use]
    pub const fn seen(&self) -> GeneratorInstant {
        self.seen
    }

    /// The frame's sequence number, for a refusal.
    #[must_use]
    pub const fn sequence(&self) -> u32 {
        self.sequence
    }

    /// The interlock tick that made it.
    #[must_use]
    pub const fn tick(&self) -> u64 {
        self.tick
    }

    /// When it dies, on the generator's clock.
    #[must_use]
    pub const fn expires(&self) -> GeneratorInstant {
        self.expires
    }

    /// The plan the operator confirmed.
    #[must_use]
    pub const fn plan(&self) -> PlanHash {
        self.plan
    }

    /// Set-point to regulate to and ceiling at once.
    #[must_use]
    pub const fn power(&self) -> MilliWatts {
        self.power
    }

    /// What the output may do.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The channel that may deliver.
    #[must_use]
    pub const fn channel(&self) -> ChannelId {
        self.channel
    }

    /// The form of pulses; none in thermal mode.
    #[must_use]
    pub const fn pulses(&self) -> PulseShape {
        self.pulses
    }
}
