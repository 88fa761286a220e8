//! Fixed keys and messages: what docs/protocol-vectors.json is made of.

use crate::body::GrantFields;
use crate::*;
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode, OutputState,
    PlanHash, SessionId, Span, Supply, Telemetry, TipReading,
};
use std::vec::Vec;

pub(super) const LINK: LinkKey = LinkKey::DEVELOPMENT;
pub(super) const OTHER_LINK: LinkKey = LinkKey(*b"another-link-key");
pub(super) const SESSION: SessionId = SessionId(0x5eed_0001);
pub(super) const OTHER_SESSION: SessionId = SessionId(0x0bad_0001);
pub(super) const HOST_NONCE: Nonce = *b"host nonce 00001";
pub(super) const GENERATOR_NONCE: Nonce = *b"generator n 0001";
pub(super) const PLAN: PlanHash = PlanHash([0x70, 0x6c, 0x61, 0x6e, 0x00, 0x01, 0x02, 0x03]);

pub(super) fn session_key() -> SessionKey {
    SessionKey::derive(&LINK, &HOST_NONCE, &GENERATOR_NONCE, SESSION)
}

pub(super) fn at(ms: u64) -> GeneratorInstant {
    GeneratorInstant::from_micros(ms * 1_000)
}

pub(super) fn hello() -> Hello {
    Hello { session: SESSION, host_nonce: HOST_NONCE, channels: 1, telemetry_hz: 100 }
}

pub(super) fn limits() -> HardLimits {
    HardLimits {
        channel: ChannelId::ONE,
        power_max: MilliWatts::new(10_000).unwrap(),
        voltage_max: MilliVolts::new(80_000).unwrap(),
        temperature_max: MilliCelsius::new(85_000).unwrap(),
        grant_life: Span::from_millis(60),
        plan: PLAN,
    }
}

pub(super) fn identity() -> Identity {
    Identity {
        session: SESSION,
        host_nonce: HOST_NONCE,
        generator_nonce: GENERATOR_NONCE,
        model: DeviceText::new("rfa simulator").unwrap(),
        serial: DeviceText::new("SIM-0001").unwrap(),
        firmware: DeviceText::new("1.0.0").unwrap(),
        simulated: true,
        seed: Some(7),
        channels: 4,
        footswitch: true,
        power_max: MilliWatts::new(50_000).unwrap(),
        modes: ModeSet::THERMAL,
    }
}

pub(super) fn grant_fields() -> GrantFields {
    GrantFields {
        tick: 4_242,
        expires: at(12_060),
        plan: PLAN,
        power: MilliWatts::new(3_250).unwrap(),
        mode: Mode::Thermal,
        channel: ChannelId::ONE,
        pulses: PulseShape::NONE,
    }
}

fn report(number: u8, output: OutputState, tip: TipReading) -> ChannelReport {
    ChannelReport {
        channel: ChannelId::new(number).unwrap(),
        output,
        tip,
        power: MilliWatts::new(3_248).unwrap(),
        voltage: MilliVolts::new(25_491).unwrap(),
        current: MicroAmps::new(127_418).unwrap(),
        impedance: Milliohms::new(200_058),
        setpoint: MilliWatts::new(3_250).unwrap(),
        energy: MilliJoules::new(61_002).unwrap(),
    }
}

pub(super) fn celsius(mc: i32) -> TipReading {
    TipReading::Valid(MilliCelsius::new(mc).unwrap())
}

pub(super) fn telemetry(reports: &[ChannelReport], at: GeneratorInstant) -> Telemetry {
    let mut channels = Bounded::new();
    for report in reports {
        channels.push(*report).unwrap();
    }
    Telemetry {
        sequence: 0,
        at,
        k1: Contactor::Shut,
        k2: Contactor::Shut,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::Pressed,
        supply: Supply::Good,
        pad: Milliohms::new(35_000),
        grants_refused: 0,
        channels,
    }
}

pub(super) fn telemetry_one(ms: u64) -> Telemetry {
    telemetry(&[report(1, OutputState::On(Mode::Thermal), celsius(69_870))], at(ms))
}

fn telemetry_four(ms: u64) -> Telemetry {
    let off = OutputState::Off;
    let reports = [
        report(1, off, TipReading::Open),
        report(2, OutputState::On(Mode::Pulsed), celsius(-1)),
        report(3, off, TipReading::Faulty),
        ChannelReport { impedance: None, ..report(4, off, celsius(37_000)) },
    ];
    Telemetry {
        k1: Contactor::Open,
        emergency_stop: EmergencyStop::Disagree,
        footswitch: Footswitch::NotFitted,
        supply: Supply::BrownOut,
        pad: None,
        grants_refused: 513,
        ..telemetry(&reports, at(ms))
    }
}

/// A message and the frame it makes, by name.
pub(super) struct Sample<M> {
    pub(super) name: &'static str,
    pub(super) message: M,
    pub(super) frame: Frame,
    pub(super) key: &'static str,
}

/// Every host message, as the frames of one session in order. The message is what a generator
/// has to decode.
pub(super) fn host_samples() -> Vec<Sample<HostMessage>> {
    let mut encoder = HostEncoder::new(LINK, SESSION);
    let first = encoder.hello(&hello());
    encoder.establish(session_key());
    let pulsed = GrantFields {
        tick: 4_243,
        mode: Mode::Pulsed,
        channel: ChannelId::new(4).unwrap(),
        pulses: PulseShape { amplitude_mv: 45_000, width_us: 20_000, period_us: 500_000 },
        ..grant_fields()
    };
    let open = Standby { k2: Contactor::Open, tick: 1 };
    let shut = Standby { k2: Contactor::Shut, tick: 0x0102_0304_0506_0708 };
    let seen = at(12_000);
    let frames = [
        ("hello", HostMessage::Hello(hello()), first),
        ("set-limits", HostMessage::SetLimits(limits()), encoder.set_limits(&limits(), at(20))),
        ("self-test", HostMessage::SelfTest, encoder.self_test(at(30))),
        ("standby-k2-open", HostMessage::Standby(open), encoder.standby(&open, at(300))),
        ("standby-k2-shut", HostMessage::Standby(shut), encoder.standby(&shut, at(310))),
        (
            "grant-thermal",
            HostMessage::Grant(received(&grant_fields(), 6)),
            encoder.grant_fields(&grant_fields(), SESSION, seen),
        ),
        (
            "grant-pulsed",
            HostMessage::Grant(received(&pulsed, 7)),
            encoder.grant_fields(&pulsed, SESSION, seen),
        ),
        ("host-bye", HostMessage::Bye, encoder.bye(seen)),
    ];
    frames
        .into_iter()
        .map(|(name, message, frame)| {
            let key = if name == "hello" { "link" } else { "session" };
            Sample { name, message, frame, key }
        })
        .collect()
}

pub(super) fn received(fields: &GrantFields, sequence: u32) -> ReceivedGrant {
    ReceivedGrant {
        session: SESSION,
        seen: at(12_000),
        sequence,
        tick: fields.tick,
        expires: fields.expires,
        plan: fields.plan,
        power: fields.power,
        mode: fields.mode,
        channel: fields.channel,
        pulses: fields.pulses,
    }
}

/// Every generator message, as the frames of one session in order; first a refusal from before.
pub(super) fn generator_samples() -> Vec<Sample<GeneratorMessage>> {
    let mut encoder = GeneratorEncoder::new(LINK);
    let early = Refusal { code: RefusalCode::Unauthenticated, sequence: 1 };
    let mut samples = std::vec![Sample {
        name: "refused-without-session",
        message: GeneratorMessage::Refused(early),
        frame: encoder.refuse_without_session(&early, SESSION, at(5)),
        key: "link",
    }];
    encoder.establish(SESSION, session_key());
    let real = Identity { simulated: false, seed: None, footswitch: false, ..identity() };
    let failed = SelfTestResult { k2_opens: false, ..SelfTestResult::PASSED };
    let refusal = Refusal { code: RefusalCode::StaleTick, sequence: 77 };
    let messages = [
        ("identity", GeneratorMessage::Identity(identity())),
        ("identity-real", GeneratorMessage::Identity(real)),
        ("limits-set", GeneratorMessage::LimitsSet(limits())),
        ("self-test-passed", GeneratorMessage::SelfTestResult(SelfTestResult::PASSED)),
        ("self-test-failed", GeneratorMessage::SelfTestResult(failed)),
        ("telemetry-one-channel", GeneratorMessage::Telemetry(telemetry_one(16))),
        ("telemetry-four-channels", GeneratorMessage::Telemetry(telemetry_four(17))),
        ("refused", GeneratorMessage::Refused(refusal)),
        ("generator-bye", GeneratorMessage::Bye),
    ];
    for (number, (name, message)) in (1_u32..).zip(messages) {
        let frame = encoder.encode(&message, at(10 + u64::from(number)));
        let message = match message {
            GeneratorMessage::Telemetry(sent) => {
                GeneratorMessage::Telemetry(Telemetry { sequence: number, ..sent })
            }
            other => other,
        };
        let key = if name.starts_with("identity") { "link" } else { "session" };
        samples.push(Sample { name, message, frame, key });
    }
    samples
}

/// What a decoder gave for a stream of bytes.
pub(super) type Heards<M> = Vec<Result<M, DecodeError>>;

/// A generator's decoder that has taken the hello and begun the session.
pub(super) fn open_generator() -> GeneratorDecoder {
    let mut decoder = GeneratorDecoder::new(LINK);
    let heard = hear_host(&mut decoder, host_samples()[0].frame.as_bytes());
    assert!(matches!(heard[..], [Ok(HostMessage::Hello(_))]));
    decoder.establish(SESSION, session_key());
    decoder
}

/// A host's decoder that has taken the identity.
pub(super) fn open_host() -> HostDecoder {
    let mut decoder = HostDecoder::new(LINK, SESSION, HOST_NONCE);
    let identity = &generator_samples()[1];
    assert_eq!(hear_generator(&mut decoder, identity.frame.as_bytes()), [Ok(identity.message)]);
    decoder
}

pub(super) fn hear_host(decoder: &mut GeneratorDecoder, bytes: &[u8]) -> Heards<HostMessage> {
    bytes.iter().filter_map(|byte| decoder.push(*byte)).collect()
}

pub(super) fn hear_generator(decoder: &mut HostDecoder, bytes: &[u8]) -> Heards<GeneratorMessage> {
    bytes.iter().filter_map(|byte| decoder.push(*byte)).collect()
}
