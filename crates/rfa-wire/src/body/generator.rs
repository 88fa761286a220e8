//! Bodies of the messages that the generator sends.

use super::{
    bad, channel, channel_count, contactor, contactor_number, emergency_stop, foot_number,
    footswitch, output_number, output_state, stop_number, supply, supply_number,
};
use crate::bytes::{Reader, Writer};
use crate::frame::Header;
use crate::{DecodeError, DeviceText, Identity, ModeSet, Refusal, RefusalCode, SelfTestResult};
use rfa_units::{
    Bounded, ChannelReport, GeneratorInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts,
    MilliWatts, Milliohms, Telemetry, TipReading,
};

/// What stands for an impedance that was not measured.
const NO_IMPEDANCE: u32 = u32::MAX;

const FLAG_SIMULATED: u8 = 1;
const FLAG_FOOTSWITCH: u8 = 2;
const FLAG_SEED: u8 = 4;
const FLAGS_KNOWN: u8 = FLAG_SIMULATED | FLAG_FOOTSWITCH | FLAG_SEED;

/// `mask` where `set`, else nothing.
const fn bit(set: bool, mask: u8) -> u8 {
    if set { mask } else { 0 }
}

pub(crate) fn write_identity(out: &mut Writer, identity: &Identity) {
    out.put(&identity.host_nonce);
    out.put(&identity.generator_nonce);
    out.put(identity.model.as_bytes());
    out.put(identity.serial.as_bytes());
    out.put(identity.firmware.as_bytes());
    out.u8(bit(identity.simulated, FLAG_SIMULATED)
        | bit(identity.footswitch, FLAG_FOOTSWITCH)
        | bit(identity.seed.is_some(), FLAG_SEED));
    out.u64(identity.seed.unwrap_or(0));
    out.u8(identity.channels);
    out.u8(identity.modes.bits());
    out.u32(identity.power_max.get());
}

pub(crate) fn read_identity(
    body: &mut Reader<'_>,
    header: Header,
) -> Result<Identity, DecodeError> {
    let host_nonce = body.take()?;
    let generator_nonce = body.take()?;
    let model = body.take()?;
    let serial = body.take()?;
    let firmware = body.take()?;
    let flags = body.u8()?;
    let seed = body.u64()?;
    let channels = body.u8()?;
    let modes = body.u8()?;
    let power_max = body.u32()?;
    body.finish()?;
    if flags & !FLAGS_KNOWN != 0 {
        return Err(bad("flags"));
    }
    let seeded = flags & FLAG_SEED != 0;
    let simulated = flags & FLAG_SIMULATED != 0;
    if (seeded && !simulated) || (!seeded && seed != 0) {
        return Err(bad("seed"));
    }
    Ok(Identity {
        session: header.session,
        host_nonce,
        generator_nonce,
        model: DeviceText::from_bytes(model).ok_or(bad("model"))?,
        serial: DeviceText::from_bytes(serial).ok_or(bad("serial"))?,
        firmware: DeviceText::from_bytes(firmware).ok_or(bad("firmware"))?,
        simulated,
        seed: seeded.then_some(seed),
        channels: channel_count(channels, "channels")?,
        footswitch: flags & FLAG_FOOTSWITCH != 0,
        power_max: MilliWatts::new(power_max).ok_or(bad("power_max_mw"))?,
        modes: ModeSet::from_bits(modes).ok_or(bad("modes"))?,
    })
}

pub(crate) fn write_self_test(out: &mut Writer, result: &SelfTestResult) {
    out.u8(bit(result.k1_opens, 0x01)
        | bit(result.k2_opens, 0x02)
        | bit(result.output_zero, 0x04)
        | bit(result.sensor_ok, 0x08)
        | bit(result.memory_ok, 0x10));
}

pub(crate) fn read_self_test(body: &mut Reader<'_>) -> Result<SelfTestResult, DecodeError> {
    let bits = body.u8()?;
    body.finish()?;
    if bits & !0x1f != 0 {
        return Err(bad("passed"));
    }
    Ok(SelfTestResult {
        k1_opens: bits & 0x01 != 0,
        k2_opens: bits & 0x02 != 0,
        output_zero: bits & 0x04 != 0,
        sensor_ok: bits & 0x08 != 0,
        memory_ok: bits & 0x10 != 0,
    })
}

pub(crate) fn write_refusal(out: &mut Writer, refusal: &Refusal) {
    out.u8(refusal.code.number());
    out.u32(refusal.sequence);
}

pub(crate) fn read_refusal(body: &mut Reader<'_>) -> Result<Refusal, DecodeError> {
    let code = body.u8()?;
    let sequence = body.u32()?;
    body.finish()?;
    Ok(Refusal { code: RefusalCode::from_number(code).ok_or(bad("code"))?, sequence })
}

pub(crate) fn write_telemetry(out: &mut Writer, telemetry: &Telemetry) {
    out.u8(contactor_number(telemetry.k1));
    out.u8(contactor_number(telemetry.k2));
    out.u8(stop_number(telemetry.emergency_stop));
    out.u8(foot_number(telemetry.footswitch));
    out.u8(supply_number(telemetry.supply));
    out.u16(telemetry.grants_refused);
    out.u32(telemetry.pad.map_or(NO_IMPEDANCE, Milliohms::get));
    // At most MAX_CHANNELS, which fits.
    out.u8(u8::try_from(telemetry.channels.len()).unwrap_or(0));
    for report in telemetry.channels.iter() {
        write_channel(out, report);
    }
}

fn write_channel(out: &mut Writer, report: &ChannelReport) {
    out.u8(report.channel.number());
    out.u8(output_number(report.output));
    let (state, reading) = match report.tip {
        TipReading::Valid(temperature) => (0, temperature.get()),
        TipReading::Open => (1, 0),
        TipReading::Faulty => (2, 0),
    };
    out.u8(state);
    out.i32(reading);
    out.u32(report.power.get());
    out.u32(report.voltage.get());
    out.u32(report.current.get());
    out.u32(report.impedance.map_or(NO_IMPEDANCE, Milliohms::get));
    out.u32(report.setpoint.get());
    out.u32(report.energy.get());
}

pub(crate) fn read_telemetry(
    body: &mut Reader<'_>,
    header: Header,
) -> Result<Telemetry, DecodeError> {
    let k1 = contactor(body.u8()?).ok_or(bad("k1"))?;
    let k2 = contactor(body.u8()?).ok_or(bad("k2"))?;
    let emergency_stop = emergency_stop(body.u8()?).ok_or(bad("emergency_stop"))?;
    let footswitch = footswitch(body.u8()?).ok_or(bad("footswitch"))?;
    let supply = supply(body.u8()?).ok_or(bad("supply"))?;
    let grants_refused = body.u16()?;
    let pad = impedance(body.u32()?, "pad_impedance_mohm")?;
    let count = channel_count(body.u8()?, "channel_count")?;
    let mut channels = Bounded::new();
    for _ in 0..count {
        let report = read_channel(body)?;
        let ascending =
            channels.last().is_none_or(|last: &ChannelReport| last.channel < report.channel);
        if !ascending || channels.push(report).is_err() {
            return Err(bad("channel"));
        }
    }
    body.finish()?;
    Ok(Telemetry {
        sequence: header.sequence,
        at: GeneratorInstant::from_micros(header.time_us),
        k1,
        k2,
        emergency_stop,
        footswitch,
        supply,
        pad,
        grants_refused,
        channels,
    })
}

fn read_channel(body: &mut Reader<'_>) -> Result<ChannelReport, DecodeError> {
    let channel = channel(body.u8()?, "channel")?;
    let output = output_state(body.u8()?).ok_or(bad("output"))?;
    let state = body.u8()?;
    let reading = body.i32()?;
    let tip = match (state, reading) {
        (0, reading) => {
            TipReading::Valid(MilliCelsius::new(reading).ok_or(bad("tip_temperature_mc"))?)
        }
        (1, 0) => TipReading::Open,
        (2, 0) => TipReading::Faulty,
        // A broken sensor has no temperature: a number here would be taken for one some day.
        (1 | 2, _) => return Err(bad("tip_temperature_mc")),
        _ => return Err(bad("tip_state")),
    };
    Ok(ChannelReport {
        channel,
        output,
        tip,
        power: MilliWatts::new(body.u32()?).ok_or(bad("power_mw"))?,
        voltage: MilliVolts::new(body.u32()?).ok_or(bad("voltage_mv"))?,
        current: MicroAmps::new(body.u32()?).ok_or(bad("current_ua"))?,
        impedance: impedance(body.u32()?, "impedance_mohm")?,
        setpoint: MilliWatts::new(body.u32()?).ok_or(bad("setpoint_mw"))?,
        energy: MilliJoules::new(body.u32()?).ok_or(bad("energy_mj"))?,
    })
}

fn impedance(raw: u32, field: &'static str) -> Result<Option<Milliohms>, DecodeError> {
    if raw == NO_IMPEDANCE {
        return Ok(None);
    }
    Milliohms::new(raw).map(Some).ok_or(bad(field))
}
