//! What failures, refusals and errors say, word for word: an operator acts on them.

use super::samples::*;
use crate::budget::{BudgetError, LinkBudget};
use crate::handshake::Failure;
use crate::*;
use rfa_units::Mode;
use std::string::ToString;

#[test]
fn every_failure_to_open_says_what_to_do() {
    let request = MessageKind::SetLimits;
    let cases = [
        (Failure::NoAnswer, "no answer from the generator (8 hellos): check port, cable and power"),
        (
            Failure::NotThisProtocol,
            "bytes came back but no frame of this protocol: check the baud rate and the port",
        ),
        (Failure::Echo, "our own bytes come back: the port is looped or echoes"),
        (
            Failure::WrongVersion { found: Some(2) },
            "the generator speaks protocol version 2, this program version 1",
        ),
        (Failure::WrongVersion { found: None }, "the generator does not speak protocol version 1"),
        (Failure::WrongKey, "authentication failed: generator and controller hold different keys"),
        (Failure::NotAnswered { request }, "the generator did not answer SetLimits (3 tries)"),
        (Failure::ModeNotSupported { mode: Mode::Pulsed }, "the generator cannot do mode Pulsed"),
        (
            Failure::ChannelNotFitted { wanted: 4, fitted: 1 },
            "channel 4 is wanted, the generator has 1",
        ),
        (
            Failure::LimitsDiffer { field: "plan" },
            "hard limit plan reads back different from what was set",
        ),
        (
            Failure::SelfTestFailed { part: "k1_opens" },
            "the generator's self-test failed: k1_opens",
        ),
        (
            Failure::Refused { request, code: RefusalCode::OverHardLimit },
            "the generator refused SetLimits: over a hard limit",
        ),
        (Failure::Closed, "the generator ended the conversation"),
    ];
    for (failure, words) in cases {
        assert_eq!(failure.to_string(), words);
    }
}

/// Each error with its name, its words, and what a generator answers (docs/protocol.md).
#[test]
fn every_error_has_its_name_words_and_answer() {
    use RefusalCode::{BadSession, Malformed, Repeated, Unauthenticated, UnsupportedVersion};
    let cases = [
        (DecodeError::Cobs, "cobs", "frame cut short or a byte lost (byte stuffing)", (true, None)),
        (DecodeError::TooLong, "too-long", "frame longer than 250 bytes", (true, None)),
        (
            DecodeError::TooShort { length: 7 },
            "too-short",
            "frame of 7 bytes, shorter than header, MAC and CRC (38)",
            (true, None),
        ),
        (DecodeError::Crc, "crc", "checksum wrong (CRC-32)", (true, None)),
        (
            DecodeError::Version { found: 2 },
            "version",
            "protocol version 2, expected 1",
            (true, Some(UnsupportedVersion)),
        ),
        (DecodeError::Type { found: 0x7f }, "type", "message type 0x7f is not known", (true, None)),
        (
            DecodeError::Direction { found: 0x05 },
            "direction",
            "message type 0x05 is one this end sends: bytes come back",
            (false, None),
        ),
        (
            DecodeError::NoSession,
            "no-session",
            "message without a session",
            (false, Some(BadSession)),
        ),
        (
            DecodeError::Session { found: 0x0bad_0001 },
            "session",
            "message of another session (0x0bad0001)",
            (false, Some(BadSession)),
        ),
        (
            DecodeError::Mac,
            "mac",
            "message authentication code wrong",
            (false, Some(Unauthenticated)),
        ),
        (
            DecodeError::Sequence { last: 4, found: 3 },
            "sequence",
            "sequence number 3 is not newer than 4",
            (false, Some(Repeated)),
        ),
        (
            DecodeError::Time { last_us: 9, found_us: 8 },
            "time",
            "generator time 8 us is before 9 us",
            (false, None),
        ),
        (DecodeError::Nonce, "nonce", "identity answers another hello", (false, None)),
        (
            DecodeError::Length { found: 3 },
            "length",
            "body of 3 bytes does not fit its type",
            (true, Some(Malformed)),
        ),
        (
            DecodeError::Field { field: "k2" },
            "field",
            "field k2 is outside its range",
            (true, Some(Malformed)),
        ),
    ];
    for (error, name, words, (corrupt, answer)) in cases {
        assert_eq!((error.name(), error.to_string().as_str()), (name, words));
        assert_eq!((error.is_corrupt(), error.is_refused()), (corrupt, !corrupt), "{name}");
        assert_eq!(RefusalCode::answering(&error), answer, "{name}");
    }
}

#[test]
fn every_refusal_has_its_number_and_words() {
    let words = [
        "message malformed",
        "protocol version not supported",
        "authentication failed",
        "no such session",
        "frame repeated or out of order",
        "not possible in this state",
        "grant expired",
        "grant expiry too far ahead",
        "grant tick not newer than the last",
        "grant for another plan",
        "channel not fitted or without limits",
        "mode not supported",
        "over a hard limit",
        "self-test not passed",
        "emergency stop",
        "contactor K2 open",
        "telemetry rate not supported",
        "generator fault",
    ];
    assert_eq!(RefusalCode::ALL.len(), words.len());
    for (number, words) in (1..).zip(words) {
        let code = RefusalCode::from_number(number).expect("a code");
        assert_eq!((code.number(), code.to_string().as_str()), (number, words));
    }
    assert_eq!(RefusalCode::from_number(0), None);
    assert_eq!(RefusalCode::from_number(19), None);
}

/// The edges of the ranges, and a line that no standard speed is fast enough for.
#[test]
fn a_budget_says_what_does_not_fit() {
    for channels in [0, 5] {
        let error = LinkBudget::check(921_600, channels, 100).expect_err("refused");
        assert_eq!(error, BudgetError::Channels { channels });
        assert_eq!(error.to_string(), std::format!("{channels} channels: a generator has 1 to 4"));
    }
    for telemetry_hz in [49, 201] {
        let error = LinkBudget::check(921_600, 1, telemetry_hz).expect_err("refused");
        assert_eq!(error, BudgetError::TelemetryRate { telemetry_hz });
    }
    for telemetry_hz in [50, 200] {
        assert!(LinkBudget::check(921_600, 1, telemetry_hz).is_ok());
    }
    let budget = LinkBudget::check(921_600, 2, 50).expect("fits");
    assert_eq!((budget.baud(), budget.to_generator(), budget.to_host()), (921_600, 16_600, 6_210));
    assert_eq!(
        LinkBudget::check(115_200, 2, 50).expect_err("refused").to_string(),
        "16600 bytes/s to the generator do not fit 115200 baud, of which 6912 bytes/s (60 %) \
         may be used; use 460800 baud or more, fewer channels, or a lower telemetry rate"
    );
    let none = BudgetError::OverBudget {
        baud: 9_600,
        direction: budget::Direction::ToHost,
        bytes_per_s: 9,
        allowed_per_s: 8,
        fits: None,
    };
    assert_eq!(
        none.to_string(),
        "9 bytes/s from the generator do not fit 9600 baud, of which 8 bytes/s (60 %) may be \
         used; use fewer channels or a lower telemetry rate"
    );
    // 60 % of 10 bits a byte, exactly: 8860 bytes/s need 147 667 baud.
    assert!(LinkBudget::check(147_667, 1, 100).is_ok());
    assert!(LinkBudget::check(147_666, 1, 100).is_err());
}

#[test]
fn names_show_as_they_are() {
    let name = identity().model;
    assert_eq!(
        std::format!("{name} {name:>15} {name:?}"),
        "rfa simulator   rfa simulator \"rfa simulator\""
    );
    assert_eq!(DeviceText::<4>::EMPTY.as_str(), "");
    assert_eq!(DeviceText::<2>::new("ab").expect("fits").as_str(), "ab");
}

#[test]
fn what_a_frame_and_a_session_tell_of_themselves() {
    let samples = host_samples();
    let frame = &samples[1].frame;
    assert!(frame == frame && frame != &samples[2].frame);
    let shown = std::format!("{frame:?}");
    let hex: std::string::String =
        frame.as_bytes().iter().map(|byte| std::format!("{byte:02x}")).collect();
    assert_eq!(shown, std::format!("Frame({hex})"));
    assert_eq!(received(&grant_fields(), 9).sequence(), 9);
    assert_eq!(GrantGate::new(SESSION, limits(), ModeSet::THERMAL).limits(), &limits());
    let modes = [Mode::Thermal, Mode::Pulsed, Mode::SensoryStimulation, Mode::MotorStimulation];
    for (place, mode) in modes.into_iter().enumerate() {
        assert_eq!(ModeSet::NONE.with(mode).bits(), 1 << place);
        assert_eq!(ModeSet::NONE.with(mode).with(mode).bits(), 1 << place, "it stays in");
    }
}

/// A session that is over is no session, at either end; another session's frame is foreign.
#[test]
fn a_released_session_is_none() {
    let standby = host_samples().remove(3);
    let mut generator = open_generator();
    generator.release();
    let heard = hear_host(&mut generator, standby.frame.as_bytes());
    assert_eq!(heard, [Err(DecodeError::NoSession)]);

    let message = GeneratorMessage::Bye;
    let mut encoder = GeneratorEncoder::new(LINK);
    let without = encoder.encode(&message, at(1));
    encoder.establish(SESSION, session_key());
    assert_ne!(encoder.encode(&message, at(1)), without);
    encoder.release();
    assert_eq!(encoder.encode(&message, at(1)), without, "its count and key are gone too");

    let mut host = open_host();
    assert_eq!(
        hear_generator(&mut host, without.as_bytes()),
        [Err(DecodeError::Session { found: 0 })]
    );
    let mut encoder = GeneratorEncoder::new(LINK);
    encoder.establish(SESSION, session_key());
    let _ = encoder.encode(&message, at(1));
    let later = encoder.encode(&GeneratorMessage::Telemetry(telemetry_one(500)), at(500));
    assert_eq!(hear_generator(&mut host, later.as_bytes()).len(), 1);
    assert_eq!(host.seen(), at(500));
}
