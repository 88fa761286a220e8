//! Message bodies: each field's place, type and range, exactly as docs/protocol.md lists them.

mod generator;
mod host;

pub(crate) use generator::{
    read_identity, read_refusal, read_self_test, read_telemetry, write_identity, write_refusal,
    write_self_test, write_telemetry,
};
pub(crate) use host::{
    GrantFields, read_grant, read_hello, read_limits, read_standby, write_grant, write_hello,
    write_limits, write_standby,
};

use crate::DecodeError;
use rfa_units::{
    ChannelId, Contactor, EmergencyStop, Footswitch, MAX_CHANNELS, Mode, OutputState, Supply,
};

/// The error for a field outside its range.
pub(crate) const fn bad(field: &'static str) -> DecodeError {
    DecodeError::Field { field }
}

/// A pair of functions between an enumeration and its number on the wire. The `match` in one
/// direction is checked by the compiler; the other direction looks the same table up.
macro_rules! enumeration {
    ($to:ident, $from:ident, $name:ty { $($variant:pat => $number:literal = $value:expr),* $(,)? }) => {
        pub(crate) const fn $to(value: $name) -> u8 {
            match value { $($variant => $number,)* }
        }

        pub(crate) const fn $from(number: u8) -> Option<$name> {
            match number { $($number => Some($value),)* _ => None }
        }
    };
}

enumeration!(contactor_number, contactor, Contactor {
    Contactor::Open => 0 = Contactor::Open,
    Contactor::Shut => 1 = Contactor::Shut,
});
enumeration!(stop_number, emergency_stop, EmergencyStop {
    EmergencyStop::Released => 0 = EmergencyStop::Released,
    EmergencyStop::Pressed => 1 = EmergencyStop::Pressed,
    EmergencyStop::Disagree => 2 = EmergencyStop::Disagree,
});
enumeration!(foot_number, footswitch, Footswitch {
    Footswitch::NotFitted => 0 = Footswitch::NotFitted,
    Footswitch::Released => 1 = Footswitch::Released,
    Footswitch::Pressed => 2 = Footswitch::Pressed,
    Footswitch::Disagree => 3 = Footswitch::Disagree,
});
enumeration!(supply_number, supply, Supply {
    Supply::Good => 0 = Supply::Good,
    Supply::BrownOut => 1 = Supply::BrownOut,
});
enumeration!(mode_number, mode, Mode {
    Mode::Thermal => 1 = Mode::Thermal,
    Mode::Pulsed => 2 = Mode::Pulsed,
    Mode::SensoryStimulation => 3 = Mode::SensoryStimulation,
    Mode::MotorStimulation => 4 = Mode::MotorStimulation,
});

/// 0 is off, otherwise the number of the mode that is on.
pub(crate) const fn output_number(output: OutputState) -> u8 {
    match output {
        OutputState::Off => 0,
        OutputState::On(running) => mode_number(running),
    }
}

pub(crate) fn output_state(number: u8) -> Option<OutputState> {
    if number == 0 { Some(OutputState::Off) } else { mode(number).map(OutputState::On) }
}

/// A count of channels, 1 to 4.
pub(crate) fn channel_count(number: u8, field: &'static str) -> Result<u8, DecodeError> {
    let inside = number >= 1 && usize::from(number) <= MAX_CHANNELS;
    if inside { Ok(number) } else { Err(bad(field)) }
}

pub(crate) fn channel(number: u8, field: &'static str) -> Result<ChannelId, DecodeError> {
    ChannelId::new(number).ok_or(bad(field))
}
