//! Rings and counts, with bytes of the generator's own encoder.

use super::*;
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, OutputState, SessionId, Supply,
    TipReading,
};
use rfa_wire::{GeneratorEncoder, Identity, LinkKey, ModeSet, SessionKey};

const SESSION: SessionId = SessionId(7);
const NONCES: ([u8; 16], [u8; 16]) = ([1; 16], [2; 16]);

fn report() -> ChannelReport {
    ChannelReport {
        channel: ChannelId::ONE,
        output: OutputState::Off,
        tip: TipReading::Valid(MilliCelsius::new(37_000).expect("in range")),
        power: MilliWatts::MIN,
        voltage: MilliVolts::MIN,
        current: MicroAmps::MIN,
        impedance: None,
        setpoint: MilliWatts::MIN,
        energy: MilliJoules::MIN,
    }
}

fn telemetry(at_ms: u64) -> Telemetry {
    let mut channels = Bounded::new();
    channels.push(report()).expect("room for one");
    Telemetry {
        sequence: 0,
        at: GeneratorInstant::from_micros(at_ms * 1_000),
        k1: Contactor::Open,
        k2: Contactor::Shut,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::NotFitted,
        supply: Supply::Good,
        pad: None,
        grants_refused: 0,
        channels,
    }
}

/// A generator's encoder and a host that has heard its identity.
fn established() -> (GeneratorEncoder, Inbound, Ends) {
    let (host, generator) = NONCES;
    let key = SessionKey::derive(&LinkKey::DEVELOPMENT, &host, &generator, SESSION);
    let mut encoder = GeneratorEncoder::new(LinkKey::DEVELOPMENT);
    encoder.establish(SESSION, key);
    let identity = Identity {
        session: SESSION,
        host_nonce: host,
        generator_nonce: generator,
        model: rfa_wire::DeviceText::new("test").expect("short"),
        serial: rfa_wire::DeviceText::new("1").expect("short"),
        firmware: rfa_wire::DeviceText::new("1").expect("short"),
        simulated: true,
        seed: None,
        channels: 1,
        footswitch: false,
        power_max: MilliWatts::new(50_000).expect("in range"),
        modes: ModeSet::THERMAL,
    };
    let hello = encoder.encode(&GeneratorMessage::Identity(identity), GeneratorInstant::ZERO);
    let mut decoder = HostDecoder::new(LinkKey::DEVELOPMENT, SESSION, host);
    let heard = hello.as_bytes().iter().find_map(|byte| decoder.push(*byte));
    assert!(matches!(heard, Some(Ok(GeneratorMessage::Identity(_)))), "{heard:?}");
    let (inbound, ends) = Inbound::new(decoder);
    (encoder, inbound, ends)
}

fn frame(encoder: &mut GeneratorEncoder, at_ms: u64) -> rfa_wire::Frame {
    let message = GeneratorMessage::Telemetry(telemetry(at_ms));
    encoder.encode(&message, GeneratorInstant::ZERO)
}

#[test]
fn telemetry_reaches_both_readers_with_its_arrival() {
    let (mut encoder, mut inbound, mut ends) = established();
    let bytes = frame(&mut encoder, 10);
    let (first, rest) = bytes.as_bytes().split_at(30);
    inbound.take(first, HostInstant::from_micros(1_000));
    inbound.take(rest, HostInstant::from_micros(2_000));
    for ring in [&mut ends.to_interlock, &mut ends.to_control] {
        let arrival = ring.pop().expect("one frame");
        assert_eq!(arrival.at, HostInstant::from_micros(2_000), "when its last byte came");
        assert_eq!(arrival.telemetry.at.as_micros(), 10_000);
        assert!(ring.pop().is_err(), "once");
    }
}

/// Full is counted, for each ring by itself, and the interlock learns of what it did not get.
#[test]
fn a_full_ring_is_counted() {
    let (mut encoder, mut inbound, mut ends) = established();
    let frames = TELEMETRY_RING_FRAMES as u64 + 4;
    for at_ms in 1..=frames {
        inbound.take(frame(&mut encoder, at_ms).as_bytes(), HostInstant::ZERO);
        let _ = ends.to_control.pop();
    }
    let tally = ends.counts.read();
    assert_eq!((tally.interlock_ring_full, tally.control_ring_full), (4, 0));
    assert_eq!(tally.missing, 4);
    assert_eq!(ends.to_interlock.slots(), TELEMETRY_RING_FRAMES);
}

/// H-24: corrupt, refused and missing are told apart.
#[test]
fn bad_frames_are_counted_by_kind() {
    let (mut encoder, mut inbound, ends) = established();
    let first = frame(&mut encoder, 10);
    let _lost = frame(&mut encoder, 20);
    let third = frame(&mut encoder, 30);
    let mut damaged = third.as_bytes().to_vec();
    damaged[25] ^= 0x80;
    inbound.take(first.as_bytes(), HostInstant::ZERO);
    inbound.take(first.as_bytes(), HostInstant::ZERO);
    inbound.take(&damaged, HostInstant::ZERO);
    inbound.take(third.as_bytes(), HostInstant::ZERO);
    let tally = ends.counts.read();
    assert_eq!((tally.corrupt, tally.refused, tally.missing), (1, 1, 1), "{tally:?}");
    assert!(!tally.said_bye && !tally.hung_up);
    let bye = encoder.encode(&GeneratorMessage::Bye, GeneratorInstant::from_micros(40_000));
    inbound.take(bye.as_bytes(), HostInstant::ZERO);
    assert!(ends.counts.read().said_bye);
}

/// What waited in the port since the handshake is not news, and a cut frame is not an error.
#[test]
fn what_came_before_the_session_is_skipped() {
    let (mut encoder, mut inbound, ends) = established();
    let _lost = frame(&mut encoder, 10);
    let old = frame(&mut encoder, 20);
    let new = frame(&mut encoder, 30);
    let (first, rest) = new.as_bytes().split_at(30);
    inbound.skip(old.as_bytes());
    inbound.skip(first);
    inbound.take(rest, HostInstant::ZERO);
    assert_eq!(ends.to_interlock.slots(), 1);
    assert_eq!(ends.counts.read(), crate::Tally::default());
}
