//! Opening a session: retries, and each failure by its own name.

use super::samples::*;
use crate::handshake::{Config, Failure, Handshake, Step};
use crate::*;
use rfa_units::{ChannelId, HostInstant, MilliWatts, Mode};
use std::vec::Vec;

fn config() -> Config {
    Config {
        link: LINK,
        session: SESSION,
        host_nonce: HOST_NONCE,
        channels: 1,
        telemetry_hz: 100,
        mode: Mode::Thermal,
        limits: limits(),
    }
}

fn ms(ms: u64) -> HostInstant {
    HostInstant::from_micros(ms * 1_000)
}

fn sent(step: Step) -> Frame {
    match step {
        Step::Send(frame) => frame,
        other => panic!("should send, not {other:?}"),
    }
}

fn refused(code: RefusalCode, sequence: u32) -> GeneratorMessage {
    GeneratorMessage::Refused(Refusal { code, sequence })
}

/// Runs without an answer until it ends; gives the times of sending and the failure.
fn run_silent(handshake: &mut Handshake, from: u64) -> (Vec<u64>, Failure) {
    let mut times = Vec::new();
    for now in from..20_000 {
        match handshake.next(ms(now), None) {
            Step::Send(_) => times.push(now),
            Step::Wait => {}
            Step::Failed(failure) => return (times, failure),
            Step::Established(_) => panic!("nobody answered"),
        }
    }
    panic!("it never ended")
}

#[test]
fn a_whole_conversation_establishes() {
    let mut handshake = Handshake::new(config(), ms(0));
    let mut generator = GeneratorDecoder::new(LINK);
    let hello = sent(handshake.next(ms(0), None));
    assert!(matches!(hear_host(&mut generator, hello.as_bytes())[..], [Ok(HostMessage::Hello(_))]));
    generator.establish(SESSION, session_key());
    let identity = GeneratorMessage::Identity(identity());
    let set = sent(handshake.next(ms(3), Some(&identity)));
    assert_eq!(hear_host(&mut generator, set.as_bytes()), [Ok(HostMessage::SetLimits(limits()))]);
    let telemetry = GeneratorMessage::Telemetry(telemetry_one(500));
    assert_eq!(handshake.next(ms(4), Some(&telemetry)), Step::Wait);
    let test = sent(handshake.next(ms(6), Some(&GeneratorMessage::LimitsSet(limits()))));
    assert_eq!(hear_host(&mut generator, test.as_bytes()), [Ok(HostMessage::SelfTest)]);
    let passed = GeneratorMessage::SelfTestResult(SelfTestResult::PASSED);
    let Step::Established(mut session) = handshake.next(ms(90), Some(&passed)) else {
        panic!("everything was good")
    };
    assert_eq!((session.limits, session.seen), (limits(), at(500)));
    let standby = Standby { k2: rfa_units::Contactor::Shut, tick: 1 };
    let frame = session.encoder.standby(&standby, session.seen);
    assert_eq!(hear_host(&mut generator, frame.as_bytes()), [Ok(HostMessage::Standby(standby))]);
    assert_eq!(handshake.next(ms(91), Some(&passed)), Step::Wait, "handed over once");
}

#[test]
fn hello_is_said_eight_times_250_ms_apart() {
    let (times, failure) = run_silent(&mut Handshake::new(config(), ms(0)), 0);
    assert_eq!(times, [0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750]);
    assert_eq!(failure, Failure::NoAnswer);
}

#[test]
fn a_request_is_made_three_times_500_ms_apart() {
    let mut handshake = Handshake::new(config(), ms(0));
    sent(handshake.next(ms(0), None));
    sent(handshake.next(ms(10), Some(&GeneratorMessage::Identity(identity()))));
    let (times, failure) = run_silent(&mut handshake, 11);
    assert_eq!(times, [510, 1_010]);
    assert_eq!(failure, Failure::NotAnswered { request: MessageKind::SetLimits });
}

#[test]
fn what_came_instead_of_an_answer_names_the_failure() {
    let cases = [
        (DecodeError::Version { found: 2 }, Failure::WrongVersion { found: Some(2) }),
        (DecodeError::Mac, Failure::WrongKey),
        (DecodeError::Direction { found: 1 }, Failure::Echo),
        (DecodeError::Crc, Failure::NotThisProtocol),
    ];
    for (error, failure) in cases {
        let mut handshake = Handshake::new(config(), ms(0));
        handshake.note(&error);
        assert_eq!(run_silent(&mut handshake, 0).1, failure);
    }
}

/// What the identity, limits and self-test may say that ends it.
#[test]
fn each_bad_answer_has_its_failure() {
    let pulsed = Config { mode: Mode::Pulsed, ..config() };
    let fourth = ChannelId::new(4).unwrap();
    let far = Config { limits: HardLimits { channel: fourth, ..limits() }, ..config() };
    let few = GeneratorMessage::Identity(Identity { channels: 1, ..identity() });
    let good = GeneratorMessage::Identity(identity());
    let weaker = HardLimits { power_max: MilliWatts::new(9_999).unwrap(), ..limits() };
    let failed = SelfTestResult { k1_opens: false, ..SelfTestResult::PASSED };
    let set = GeneratorMessage::LimitsSet(limits());
    let cases = [
        (pulsed, std::vec![good], Failure::ModeNotSupported { mode: Mode::Pulsed }),
        (far, std::vec![few], Failure::ChannelNotFitted { wanted: 4, fitted: 1 }),
        (
            config(),
            std::vec![good, GeneratorMessage::LimitsSet(weaker)],
            Failure::LimitsDiffer { field: "power_max_mw" },
        ),
        (
            config(),
            std::vec![good, set, GeneratorMessage::SelfTestResult(failed)],
            Failure::SelfTestFailed { part: "k1_opens" },
        ),
        (config(), std::vec![good, GeneratorMessage::Bye], Failure::Closed),
        (config(), std::vec![refused(RefusalCode::Unauthenticated, 1)], Failure::WrongKey),
        (
            config(),
            std::vec![good, refused(RefusalCode::OverHardLimit, 2)],
            Failure::Refused { request: MessageKind::SetLimits, code: RefusalCode::OverHardLimit },
        ),
    ];
    for (config, messages, failure) in cases {
        let mut handshake = Handshake::new(config, ms(0));
        sent(handshake.next(ms(0), None));
        let mut last = Step::Wait;
        for message in &messages {
            last = handshake.next(ms(1), Some(message));
        }
        assert_eq!(last, Step::Failed(failure));
        assert_eq!(handshake.next(ms(2), None), Step::Failed(failure), "it stays failed");
    }
}

#[test]
fn a_refusal_of_an_older_request_is_not_about_this_one() {
    let mut handshake = Handshake::new(config(), ms(0));
    sent(handshake.next(ms(0), None));
    sent(handshake.next(ms(1), Some(&GeneratorMessage::Identity(identity()))));
    let stale = refused(RefusalCode::BadSession, 1);
    assert_eq!(handshake.next(ms(2), Some(&stale)), Step::Wait);
}

#[test]
fn the_whole_conversation_has_a_limit() {
    let mut handshake = Handshake::new(config(), ms(0));
    sent(handshake.next(ms(0), None));
    let late = handshake.next(ms(6_000), Some(&GeneratorMessage::Identity(identity())));
    assert_eq!(late, Step::Failed(Failure::NotAnswered { request: MessageKind::SetLimits }));
}

/// Wrong key, seen from bytes to words: the generator refuses under its own key.
#[test]
fn two_keys_never_meet() {
    let mut handshake = Handshake::new(config(), ms(0));
    let hello = sent(handshake.next(ms(0), None));
    let mut generator = GeneratorDecoder::new(OTHER_LINK);
    let heard = hear_host(&mut generator, hello.as_bytes());
    let code = RefusalCode::answering(heard[0].as_ref().unwrap_err()).unwrap();
    assert_eq!(code, RefusalCode::Unauthenticated);
    let named = generator.heard().unwrap();
    let refusal = Refusal { code, sequence: named.sequence };
    let mut encoder = GeneratorEncoder::new(OTHER_LINK);
    let answer = encoder.refuse_without_session(&refusal, named.session, at(1));
    let mut decoder = handshake.decoder();
    for error in hear_generator(&mut decoder, answer.as_bytes()) {
        handshake.note(&error.unwrap_err());
    }
    assert_eq!(run_silent(&mut handshake, 1).1, Failure::WrongKey);
}
