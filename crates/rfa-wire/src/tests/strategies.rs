//! Any message there is.

use super::samples::*;
use crate::body::GrantFields;
use crate::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode, OutputState,
    PlanHash, Span, Supply, Telemetry, TipReading,
};

pub(super) fn contactor() -> impl Strategy<Value = Contactor> {
    prop_oneof![Just(Contactor::Open), Just(Contactor::Shut)]
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Thermal),
        Just(Mode::Pulsed),
        Just(Mode::SensoryStimulation),
        Just(Mode::MotorStimulation),
    ]
}

fn power() -> impl Strategy<Value = MilliWatts> {
    (0..=MilliWatts::MAX.get()).prop_map(|raw| MilliWatts::new(raw).unwrap())
}

fn impedance() -> impl Strategy<Value = Option<Milliohms>> {
    option::of((0..=Milliohms::MAX.get()).prop_map(|raw| Milliohms::new(raw).unwrap()))
}

pub(super) fn limits_any() -> impl Strategy<Value = HardLimits> {
    let temperature = MilliCelsius::MIN.get()..=MilliCelsius::MAX.get();
    let voltage = 0..=MilliVolts::MAX.get();
    (1..=4_u8, power(), voltage, temperature, 20_000..=60_000_u64, any::<[u8; 8]>()).prop_map(
        |(channel, power_max, voltage, temperature, life, plan)| HardLimits {
            channel: ChannelId::new(channel).unwrap(),
            power_max,
            voltage_max: MilliVolts::new(voltage).unwrap(),
            temperature_max: MilliCelsius::new(temperature).unwrap(),
            grant_life: Span::from_micros(life),
            plan: PlanHash(plan),
        },
    )
}

pub(super) fn hello_any() -> impl Strategy<Value = Hello> {
    (any::<[u8; 16]>(), 1..=4_u8, 50..=200_u16).prop_map(|(host_nonce, channels, telemetry_hz)| {
        Hello { session: SESSION, host_nonce, channels, telemetry_hz }
    })
}

pub(super) fn grant_any() -> impl Strategy<Value = GrantFields> {
    let pulses =
        (0..=1_000_000_u32, 1..=10_000_000_u32).prop_flat_map(|(amplitude_mv, period_us)| {
            (1..=period_us).prop_map(move |width_us| PulseShape {
                amplitude_mv,
                width_us,
                period_us,
            })
        });
    (any::<u64>(), any::<u64>(), any::<[u8; 8]>(), power(), mode(), 1..=4_u8, pulses).prop_map(
        |(tick, expires, plan, power, mode, channel, pulses)| GrantFields {
            tick,
            expires: GeneratorInstant::from_micros(expires),
            plan: PlanHash(plan),
            power,
            mode,
            channel: ChannelId::new(channel).unwrap(),
            pulses: if mode == Mode::Thermal { PulseShape::NONE } else { pulses },
        },
    )
}

fn text<const N: usize>() -> impl Strategy<Value = DeviceText<N>> {
    vec(0x20..=0x7e_u8, 0..=N)
        .prop_map(|bytes| DeviceText::new(core::str::from_utf8(&bytes).unwrap()).unwrap())
}

fn identity_any() -> impl Strategy<Value = Identity> {
    let names = (text(), text(), text());
    let numbers = (any::<bool>(), any::<u64>(), 1..=4_u8, any::<bool>(), power(), 0..16_u8);
    (names, numbers, option::of(Just(()))).prop_map(|(names, numbers, seeded)| {
        let (simulated, seed, channels, footswitch, power_max, modes) = numbers;
        Identity {
            model: names.0,
            serial: names.1,
            firmware: names.2,
            simulated,
            seed: seeded.filter(|()| simulated).map(|()| seed),
            channels,
            footswitch,
            power_max,
            modes: ModeSet::from_bits(modes).unwrap(),
            ..identity()
        }
    })
}

fn report_any() -> impl Strategy<Value = ChannelReport> {
    let tip = prop_oneof![
        3 => (MilliCelsius::MIN.get()..=MilliCelsius::MAX.get()).prop_map(celsius),
        1 => Just(TipReading::Open),
        1 => Just(TipReading::Faulty),
    ];
    let output = prop_oneof![Just(OutputState::Off), mode().prop_map(OutputState::On)];
    let electric = (0..=MilliVolts::MAX.get(), 0..=MicroAmps::MAX.get(), impedance());
    (output, tip, power(), electric, power(), 0..=MilliJoules::MAX.get()).prop_map(
        |(output, tip, power, (voltage, current, impedance), setpoint, energy)| ChannelReport {
            channel: ChannelId::ONE,
            output,
            tip,
            power,
            voltage: MilliVolts::new(voltage).unwrap(),
            current: MicroAmps::new(current).unwrap(),
            impedance,
            setpoint,
            energy: MilliJoules::new(energy).unwrap(),
        },
    )
}

fn telemetry_any() -> impl Strategy<Value = Telemetry> {
    let stop = prop_oneof![
        Just(EmergencyStop::Released),
        Just(EmergencyStop::Pressed),
        Just(EmergencyStop::Disagree)
    ];
    let foot = prop_oneof![
        Just(Footswitch::NotFitted),
        Just(Footswitch::Released),
        Just(Footswitch::Pressed),
        Just(Footswitch::Disagree)
    ];
    let supply = prop_oneof![Just(Supply::Good), Just(Supply::BrownOut)];
    let inputs = (contactor(), contactor(), stop, foot, supply);
    let at = 20_000_u64..u64::MAX;
    (inputs, impedance(), any::<u16>(), at, vec(report_any(), 1..=4)).prop_map(
        |((k1, k2, emergency_stop, footswitch, supply), pad, grants_refused, at, reports)| {
            let mut channels = Bounded::new();
            for (number, report) in (1..).zip(reports) {
                let channel = ChannelId::new(number).unwrap();
                channels.push(ChannelReport { channel, ..report }).unwrap();
            }
            Telemetry {
                sequence: 2,
                at: GeneratorInstant::from_micros(at),
                k1,
                k2,
                emergency_stop,
                footswitch,
                supply,
                pad,
                grants_refused,
                channels,
            }
        },
    )
}

/// Any generator message that may follow an identity, as the second of its session.
pub(super) fn generator_any() -> impl Strategy<Value = GeneratorMessage> {
    let bits =
        any::<[bool; 5]>().prop_map(|[k1_opens, k2_opens, output_zero, sensor_ok, memory_ok]| {
            SelfTestResult { k1_opens, k2_opens, output_zero, sensor_ok, memory_ok }
        });
    let code = proptest::sample::select(RefusalCode::ALL);
    let refusal = (code, any::<u32>()).prop_map(|(code, sequence)| Refusal { code, sequence });
    prop_oneof![
        identity_any().prop_map(GeneratorMessage::Identity),
        limits_any().prop_map(GeneratorMessage::LimitsSet),
        bits.prop_map(GeneratorMessage::SelfTestResult),
        telemetry_any().prop_map(GeneratorMessage::Telemetry),
        refusal.prop_map(GeneratorMessage::Refused),
        Just(GeneratorMessage::Bye),
    ]
}
