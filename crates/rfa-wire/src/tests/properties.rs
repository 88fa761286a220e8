//! What holds for every message and all bytes (H-24, X-09).

use super::malformed::{Receiver, summed};
use super::samples::*;
use super::strategies::*;
use crate::key::{mac, same_mac};
use crate::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::vec::Vec;

/// A host encoder that has said hello.
fn opened_encoder() -> HostEncoder {
    let mut encoder = HostEncoder::new(LINK, SESSION);
    let _ = encoder.hello(&hello());
    encoder.establish(session_key());
    encoder
}

/// A generator encoder that has sent its identity.
fn opened_generator_encoder() -> GeneratorEncoder {
    let mut encoder = GeneratorEncoder::new(LINK);
    encoder.establish(SESSION, session_key());
    let _ = encoder.encode(&GeneratorMessage::Identity(identity()), at(11));
    encoder
}

proptest! {
    /// No bytes panic, and a stream never gives more results than it has delimiters and overruns.
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..2_000), open in any::<bool>()) {
        for to in [Receiver::Host, Receiver::Generator] {
            let (results, _) = to.hear(open, &bytes);
            let zeros = bytes.iter().filter(|byte| **byte == 0).count();
            prop_assert!(results.len() <= zeros + 1 + bytes.len() / 250);
            prop_assert!(results.iter().all(|result| result.starts_with("error")));
        }
    }

    /// Bytes that look like frames: short runs between delimiters reach the deeper checks.
    #[test]
    fn stuffed_noise_is_never_taken(payloads in vec(vec(any::<u8>(), 0..260), 0..8)) {
        let mut stream = Vec::new();
        for payload in &payloads {
            let mut frame = std::vec![0; payload.len() + 8];
            let len = cobs::encode_including_sentinels(payload, &mut frame);
            stream.extend_from_slice(&frame[..len]);
        }
        for to in [Receiver::Host, Receiver::Generator] {
            let (results, _) = to.hear(true, &stream);
            prop_assert!(results.iter().all(|result| result.starts_with("error")));
        }
    }

    #[test]
    fn generator_messages_round_trip(message in generator_any()) {
        let frame = opened_generator_encoder().encode(&message, at(20));
        prop_assert_eq!(hear_generator(&mut open_host(), frame.as_bytes()), [Ok(message)]);
        prop_assert!(frame.as_bytes().len() <= FRAME_MAX);
    }

    #[test]
    fn grants_round_trip(fields in grant_any()) {
        let frame = opened_encoder().grant_fields(&fields, SESSION, at(12_000));
        let heard = hear_host(&mut open_generator(), frame.as_bytes());
        prop_assert_eq!(heard, [Ok(HostMessage::Grant(received(&fields, 2)))]);
    }

    #[test]
    fn host_messages_round_trip(
        limits in limits_any(), hello in hello_any(), k2 in contactor(), tick in any::<u64>(),
    ) {
        let mut encoder = HostEncoder::new(LINK, SESSION);
        let mut decoder = GeneratorDecoder::new(LINK);
        let frame = encoder.hello(&hello);
        prop_assert_eq!(hear_host(&mut decoder, frame.as_bytes()), [Ok(HostMessage::Hello(hello))]);
        encoder.establish(session_key());
        decoder.establish(SESSION, session_key());
        let standby = Standby { k2, tick };
        let sent = [
            (encoder.set_limits(&limits, at(1)), HostMessage::SetLimits(limits)),
            (encoder.self_test(at(1)), HostMessage::SelfTest),
            (encoder.standby(&standby, at(1)), HostMessage::Standby(standby)),
            (encoder.bye(at(1)), HostMessage::Bye),
        ];
        for (frame, message) in sent {
            prop_assert_eq!(hear_host(&mut decoder, frame.as_bytes()), [Ok(message)]);
        }
    }

    /// H-24: noise between frames costs at most the frame it runs into, whatever the noise.
    #[test]
    fn the_next_frame_after_garbage_is_taken(
        noise in vec(any::<u8>(), 0..700), cuts in vec(1..40_usize, 1..60),
    ) {
        let mut decoder = open_generator();
        let mut encoder = opened_encoder();
        let standby = Standby { k2: rfa_units::Contactor::Shut, tick: 9 };
        let first = encoder.standby(&standby, at(1));
        let second = encoder.standby(&standby, at(2));
        let stream = [first.as_bytes(), &noise, second.as_bytes()].concat();
        // Cut anywhere: a decoder keeps its place between reads.
        let mut heard = Vec::new();
        let mut rest = stream.as_slice();
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            heard.extend(hear_host(&mut decoder, now));
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(heard.first(), Some(&Ok(HostMessage::Standby(standby))));
        prop_assert_eq!(heard.last(), Some(&Ok(HostMessage::Standby(standby))));
        prop_assert_eq!(heard.iter().filter(|result| result.is_ok()).count(), 2);
    }

    /// A frame that is changed anywhere is never taken, nor is a foreign or repeated one.
    #[test]
    fn damaged_frames_are_never_taken(
        message in generator_any(), place in any::<prop::sample::Index>(), change in 1..=255_u8,
    ) {
        let frame = opened_generator_encoder().encode(&message, at(20));
        let mut bytes = frame.as_bytes().to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        bytes.push(0);
        // A frame whose outer delimiter alone is hit may survive: it still is that frame.
        let heard = hear_generator(&mut open_host(), &bytes);
        let edge = place == 0 || place == frame.as_bytes().len() - 1;
        prop_assert!(edge || heard.iter().all(Result::is_err), "{heard:?}");
    }
}

/// Every single bit of every sample frame, inside its delimiters: never a message (H-24).
#[test]
fn no_single_bit_error_is_taken() {
    let mut tried = 0;
    for sample in &host_samples()[1..] {
        let bytes = sample.frame.as_bytes();
        for bit in 8..(bytes.len() - 1) * 8 {
            let mut damaged = bytes.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let heard = hear_host(&mut open_generator(), &damaged);
            assert!(heard.iter().all(Result::is_err), "{} bit {bit}: {heard:?}", sample.name);
            assert!(!heard.is_empty(), "{} bit {bit} vanished", sample.name);
            tried += 1;
        }
    }
    for sample in &generator_samples()[2..] {
        let bytes = sample.frame.as_bytes();
        for bit in 8..(bytes.len() - 1) * 8 {
            let mut damaged = bytes.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let heard = hear_generator(&mut open_host(), &damaged);
            assert!(heard.iter().all(Result::is_err), "{} bit {bit}: {heard:?}", sample.name);
            tried += 1;
        }
    }
    assert!(tried > 5_000, "compared too little: {tried}");
}

/// Reflection: nothing an end sends is ever taken by that end.
#[test]
fn frames_sent_back_are_refused() {
    for sample in host_samples() {
        let heard = hear_generator(&mut open_host(), sample.frame.as_bytes());
        assert!(matches!(heard[..], [Err(DecodeError::Direction { .. })]), "{}", sample.name);
        assert!(heard[0].as_ref().is_err_and(DecodeError::is_refused));
    }
    for sample in generator_samples() {
        let heard = hear_host(&mut open_generator(), sample.frame.as_bytes());
        assert!(matches!(heard[..], [Err(DecodeError::Direction { .. })]), "{}", sample.name);
    }
}

/// H-25, X-09: a recording of a whole session, played to the generator in its next session.
#[test]
fn a_recorded_session_does_nothing_later() {
    let nonce = *b"generator n 0002";
    let key = SessionKey::derive(&LINK, &HOST_NONCE, &nonce, SESSION);
    let samples = host_samples();
    let mut decoder = GeneratorDecoder::new(LINK);
    let hello = hear_host(&mut decoder, samples[0].frame.as_bytes());
    assert!(hello[0].is_ok(), "a hello has no memory; it opens a session and no more");
    decoder.establish(SESSION, key);
    for sample in &samples[1..] {
        let heard = hear_host(&mut decoder, sample.frame.as_bytes());
        assert_eq!(heard, [Err(DecodeError::Mac)], "{}", sample.name);
    }
}

/// Establishing the same session again must not forget what was accepted.
#[test]
fn establishing_twice_does_not_open_the_door_to_repeats() {
    let mut decoder = open_generator();
    let standby = host_samples().remove(3);
    assert!(hear_host(&mut decoder, standby.frame.as_bytes())[0].is_ok());
    decoder.establish(SESSION, session_key());
    let again = hear_host(&mut decoder, standby.frame.as_bytes());
    assert_eq!(again, [Err(DecodeError::Sequence { last: 4, found: 4 })]);
}

/// The sequence number never starts again within a session.
#[test]
fn missing_frames_are_counted() {
    let mut decoder = open_generator();
    let samples = host_samples();
    hear_host(&mut decoder, samples[1].frame.as_bytes());
    assert_eq!(decoder.missing(), 0);
    hear_host(&mut decoder, samples[7].frame.as_bytes());
    assert_eq!(decoder.missing(), 5);
}

/// What a refusal refers to is known even when the frame was not authentic, and not for noise.
#[test]
fn a_refusal_can_name_the_frame() {
    let mut decoder = GeneratorDecoder::new(OTHER_LINK);
    let hello = &host_samples()[0];
    assert_eq!(hear_host(&mut decoder, hello.frame.as_bytes()), [Err(DecodeError::Mac)]);
    assert_eq!(decoder.heard(), Some(Heard { session: SESSION, sequence: 1 }));
    hear_host(&mut decoder, &[1, 0]);
    assert_eq!(decoder.heard(), None);

    // 38 bytes are a whole frame, one of an empty body; fewer name nobody, nor does a wrong CRC.
    let heard = |bytes: &[u8]| {
        let mut decoder = open_generator();
        assert_eq!(hear_host(&mut decoder, bytes).len(), 1);
        decoder.heard()
    };
    let mut checked = std::vec![0; 34];
    checked[2..6].copy_from_slice(&SESSION.0.to_le_bytes());
    checked[6..10].copy_from_slice(&9_u32.to_le_bytes());
    assert_eq!(heard(&summed(checked.clone())), Some(Heard { session: SESSION, sequence: 9 }));
    assert_eq!(heard(&summed(checked[..33].to_vec())), None);
    let payload = std::vec![1; 60];
    assert_eq!(heard(Frame::of_payload(&payload).as_bytes()), None);
}

/// The longest payload takes the whole of a frame: stuffing costs one byte, delimiters two.
#[test]
fn the_longest_payload_fills_a_frame() {
    for byte in [0, 1, u8::MAX] {
        let frame = Frame::of_payload(&[byte; PAYLOAD_MAX]);
        assert_eq!(frame.as_bytes().len(), FRAME_MAX);
    }
}

/// Two differences never make up for each other, wherever in the MAC they are.
#[test]
fn every_byte_of_a_mac_counts() {
    let tag = mac(&LINK.0, b"header and body");
    assert!(same_mac(&tag, &tag));
    for first in 0..tag.len() {
        for second in 0..tag.len() {
            let mut other = tag;
            other[first] ^= 0x01;
            other[second] ^= if first == second { 0 } else { 0x01 };
            assert!(!same_mac(&tag, &other), "bytes {first} and {second}");
        }
    }
}

/// Keys never show in a log.
#[test]
fn keys_are_not_printed() {
    let shown = std::format!("{:?} {:?}", LINK, session_key());
    assert_eq!(shown, "LinkKey(..) SessionKey(..)");
}

#[test]
fn device_text_is_printable_ascii_only() {
    assert!(DeviceText::<4>::new("abcde").is_none());
    assert!(DeviceText::<4>::new("a\u{1b}").is_none());
    assert!(DeviceText::<4>::new("é").is_none());
    assert!(DeviceText::<4>::from_bytes([b'a', 0, b'b', 0]).is_none());
    assert_eq!(DeviceText::<4>::new("ab").unwrap().as_str(), "ab");
}
