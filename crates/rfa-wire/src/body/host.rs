//! Bodies of the messages that the controller sends.

use super::{bad, channel, channel_count, contactor, contactor_number, mode, mode_number};
use crate::bytes::{Reader, Writer};
use crate::frame::Header;
use crate::message::{
    GRANT_LIFE_MAX, GRANT_LIFE_MIN, PulseShape, TELEMETRY_HZ_MAX, TELEMETRY_HZ_MIN,
};
use crate::{DecodeError, HardLimits, Hello, ReceivedGrant, Standby};
use rfa_units::{
    ChannelId, GeneratorInstant, MilliCelsius, MilliVolts, MilliWatts, Mode, PlanHash, Span,
};

pub(crate) fn write_hello(out: &mut Writer, hello: &Hello) {
    out.put(&hello.host_nonce);
    out.u8(hello.channels);
    out.u16(hello.telemetry_hz);
}

pub(crate) fn read_hello(body: &mut Reader<'_>, header: Header) -> Result<Hello, DecodeError> {
    let host_nonce = body.take()?;
    let channels = body.u8()?;
    let telemetry_hz = body.u16()?;
    body.finish()?;
    if !(TELEMETRY_HZ_MIN..=TELEMETRY_HZ_MAX).contains(&telemetry_hz) {
        return Err(bad("telemetry_hz"));
    }
    let channels = channel_count(channels, "channels")?;
    Ok(Hello { session: header.session, host_nonce, channels, telemetry_hz })
}

pub(crate) fn write_limits(out: &mut Writer, limits: &HardLimits) {
    out.u8(limits.channel.number());
    out.u32(limits.power_max.get());
    out.u32(limits.voltage_max.get());
    out.i32(limits.temperature_max.get());
    // A life that does not fit is far outside the range, and is refused where it is read.
    out.u32(u32::try_from(limits.grant_life.as_micros()).unwrap_or(u32::MAX));
    out.put(&limits.plan.0);
}

pub(crate) fn read_limits(body: &mut Reader<'_>) -> Result<HardLimits, DecodeError> {
    let number = body.u8()?;
    let power = body.u32()?;
    let voltage = body.u32()?;
    let temperature = body.i32()?;
    let grant_life = Span::from_micros(u64::from(body.u32()?));
    let plan = PlanHash(body.take()?);
    body.finish()?;
    if grant_life < GRANT_LIFE_MIN || grant_life > GRANT_LIFE_MAX {
        return Err(bad("grant_life_us"));
    }
    Ok(HardLimits {
        channel: channel(number, "channel")?,
        power_max: MilliWatts::new(power).ok_or(bad("power_max_mw"))?,
        voltage_max: MilliVolts::new(voltage).ok_or(bad("voltage_max_mv"))?,
        temperature_max: MilliCelsius::new(temperature).ok_or(bad("temperature_max_mc"))?,
        grant_life,
        plan,
    })
}

pub(crate) fn write_standby(out: &mut Writer, standby: &Standby) {
    out.u64(standby.tick);
    out.u8(contactor_number(standby.k2));
}

pub(crate) fn read_standby(body: &mut Reader<'_>) -> Result<Standby, DecodeError> {
    let tick = body.u64()?;
    let k2 = body.u8()?;
    body.finish()?;
    Ok(Standby { tick, k2: contactor(k2).ok_or(bad("k2"))? })
}

/// A grant's fields on their way to the line. Private to this crate, and only an interlock's
/// grant is turned into one outside tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GrantFields {
    pub(crate) tick: u64,
    pub(crate) expires: GeneratorInstant,
    pub(crate) plan: PlanHash,
    pub(crate) power: MilliWatts,
    pub(crate) mode: Mode,
    pub(crate) channel: ChannelId,
    pub(crate) pulses: PulseShape,
}

pub(crate) fn write_grant(out: &mut Writer, grant: &GrantFields) {
    out.u64(grant.tick);
    out.u64(grant.expires.as_micros());
    out.put(&grant.plan.0);
    out.u32(grant.power.get());
    out.u8(mode_number(grant.mode));
    out.u8(grant.channel.number());
    out.u32(grant.pulses.amplitude_mv);
    out.u32(grant.pulses.width_us);
    out.u32(grant.pulses.period_us);
}

pub(crate) fn read_grant(
    body: &mut Reader<'_>,
    header: Header,
) -> Result<ReceivedGrant, DecodeError> {
    let tick = body.u64()?;
    let expires = GeneratorInstant::from_micros(body.u64()?);
    let plan = PlanHash(body.take()?);
    let power = body.u32()?;
    let mode_code = body.u8()?;
    let channel_code = body.u8()?;
    let pulses =
        PulseShape { amplitude_mv: body.u32()?, width_us: body.u32()?, period_us: body.u32()? };
    body.finish()?;
    let mode = mode(mode_code).ok_or(bad("mode"))?;
    check_pulses(mode, &pulses)?;
    Ok(ReceivedGrant {
        session: header.session,
        seen: GeneratorInstant::from_micros(header.time_us),
        sequence: header.sequence,
        tick,
        expires,
        plan,
        power: MilliWatts::new(power).ok_or(bad("power_mw"))?,
        mode,
        channel: channel(channel_code, "channel")?,
        pulses,
    })
}

/// The longest pulse period: slower than 0.1 Hz is no treatment (generators.md 2: 2 Hz usual).
const PERIOD_MAX_US: u32 = 10_000_000;

fn check_pulses(mode: Mode, pulses: &PulseShape) -> Result<(), DecodeError> {
    if mode == Mode::Thermal {
        // Two meanings in one message would leave the generator to choose.
        return match pulses {
            PulseShape { amplitude_mv: 1.., .. } => Err(bad("amplitude_mv")),
            PulseShape { width_us: 1.., .. } => Err(bad("pulse_width_us")),
            PulseShape { period_us: 1.., .. } => Err(bad("pulse_period_us")),
            _ => Ok(()),
        };
    }
    if MilliVolts::new(pulses.amplitude_mv).is_none() {
        Err(bad("amplitude_mv"))
    } else if pulses.period_us == 0 || pulses.period_us > PERIOD_MAX_US {
        Err(bad("pulse_period_us"))
    } else if pulses.width_us == 0 || pulses.width_us > pulses.period_us {
        Err(bad("pulse_width_us"))
    } else {
        Ok(())
    }
}
