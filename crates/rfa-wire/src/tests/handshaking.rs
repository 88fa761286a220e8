//! Opening a session: retries, and each failure by its own name.

use super::samples::*;
use crate::handshake::{Config, Failure, Handshake, Step};
use crate::*;
use rfa_units::{ChannelId, HostInstant, MilliCelsius, MilliVolts, MilliWatts, Mode, PlanHash};
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
    assert_eq!(handshake.next(ms(92), Some(&GeneratorMessage::Bye)), Step::Wait, "the session's");
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
        for later in
            [None, Some(&GeneratorMessage::Bye), Some(&refused(RefusalCode::BadSession, 1))]
        {
            assert_eq!(handshake.next(ms(2), later), Step::Failed(failure), "it stays failed");
        }
    }
}

/// Each limit that reads back different is named, and each part of the self-test that fails.
#[test]
fn each_difference_has_its_name() {
    let other = limits();
    let cases: [(&str, HardLimits); 6] = [
        ("channel", HardLimits { channel: ChannelId::new(2).unwrap(), ..other }),
        ("power_max_mw", HardLimits { power_max: MilliWatts::MIN, ..other }),
        ("voltage_max_mv", HardLimits { voltage_max: MilliVolts::MIN, ..other }),
        ("temperature_max_mc", HardLimits { temperature_max: MilliCelsius::MIN, ..other }),
        ("grant_life_us", HardLimits { grant_life: GRANT_LIFE_MIN, ..other }),
        ("plan", HardLimits { plan: PlanHash([0; 8]), ..other }),
    ];
    for (field, found) in cases {
        let mut handshake = Handshake::new(config(), ms(0));
        sent(handshake.next(ms(0), None));
        sent(handshake.next(ms(1), Some(&GeneratorMessage::Identity(identity()))));
        let step = handshake.next(ms(2), Some(&GeneratorMessage::LimitsSet(found)));
        assert_eq!(step, Step::Failed(Failure::LimitsDiffer { field }));
    }
    let passed = SelfTestResult::PASSED;
    assert!(passed.passed() && passed.first_failure().is_none());
    let parts = [
        ("k1_opens", SelfTestResult { k1_opens: false, ..passed }),
        ("k2_opens", SelfTestResult { k2_opens: false, ..passed }),
        ("output_zero", SelfTestResult { output_zero: false, ..passed }),
        ("sensor_ok", SelfTestResult { sensor_ok: false, ..passed }),
        ("memory_ok", SelfTestResult { memory_ok: false, ..passed }),
    ];
    for (part, found) in parts {
        assert!(!found.passed());
        let mut handshake = tested();
        let step = handshake.next(ms(3), Some(&GeneratorMessage::SelfTestResult(found)));
        assert_eq!(step, Step::Failed(Failure::SelfTestFailed { part }));
    }
}

/// A handshake that waits for the self-test's result.
fn tested() -> Handshake {
    let mut handshake = Handshake::new(config(), ms(0));
    sent(handshake.next(ms(0), None));
    sent(handshake.next(ms(1), Some(&GeneratorMessage::Identity(identity()))));
    sent(handshake.next(ms(2), Some(&GeneratorMessage::LimitsSet(limits()))));
    handshake
}

/// What each refusal means, in each stage; one of a frame that was never sent means nothing.
#[test]
fn each_refusal_has_its_failure() {
    let code = RefusalCode::WrongState;
    let cases = [
        (RefusalCode::Unauthenticated, Failure::WrongKey),
        (RefusalCode::UnsupportedVersion, Failure::WrongVersion { found: None }),
        (RefusalCode::ModeNotSupported, Failure::ModeNotSupported { mode: Mode::Thermal }),
        (code, Failure::Refused { request: MessageKind::Hello, code }),
    ];
    for (code, failure) in cases {
        let mut handshake = Handshake::new(config(), ms(0));
        sent(handshake.next(ms(0), None));
        assert_eq!(handshake.next(ms(1), Some(&refused(code, 2))), Step::Wait, "never sent");
        assert_eq!(handshake.next(ms(1), Some(&refused(code, 1))), Step::Failed(failure));
    }
    let failure = Failure::Refused { request: MessageKind::SelfTest, code };
    assert_eq!(tested().next(ms(3), Some(&refused(code, 3))), Step::Failed(failure));
    let (times, failure) = run_silent(&mut tested(), 3);
    assert_eq!(times, [502, 1_002]);
    assert_eq!(failure, Failure::NotAnswered { request: MessageKind::SelfTest });
}

/// An identity or limits that come again, or too early, change nothing.
#[test]
fn answers_out_of_turn_are_not_heard() {
    let mut handshake = Handshake::new(config(), ms(0));
    sent(handshake.next(ms(0), None));
    let early = [
        GeneratorMessage::LimitsSet(limits()),
        GeneratorMessage::SelfTestResult(SelfTestResult::PASSED),
    ];
    for message in &early {
        assert_eq!(handshake.next(ms(1), Some(message)), Step::Wait);
    }
    let mut handshake = tested();
    let again = Identity { channels: 1, modes: ModeSet::NONE, ..identity() };
    assert_eq!(handshake.next(ms(3), Some(&GeneratorMessage::Identity(again))), Step::Wait);
    let other = HardLimits { plan: PlanHash([0; 8]), ..limits() };
    assert_eq!(handshake.next(ms(3), Some(&GeneratorMessage::LimitsSet(other))), Step::Wait);
}

/// The whole limit ends what its parts have not: 6 s, to the millisecond.
#[test]
fn the_whole_limit_counts_from_the_beginning() {
    let conversation = |last: u64| {
        let mut handshake = Handshake::new(config(), ms(0));
        sent(handshake.next(ms(5_000), None));
        sent(handshake.next(ms(5_300), Some(&GeneratorMessage::Identity(identity()))));
        handshake.next(ms(last), None)
    };
    assert!(matches!(conversation(5_999), Step::Send(_)));
    let failure = Failure::NotAnswered { request: MessageKind::SetLimits };
    assert_eq!(conversation(6_000), Step::Failed(failure));
}

/// The highest channel wanted is the more of those to report and the one with limits.
#[test]
fn all_wanted_channels_have_to_be_fitted() {
    let hear = |channels, fitted| {
        let mut handshake = Handshake::new(Config { channels, ..config() }, ms(0));
        sent(handshake.next(ms(0), None));
        let identity = Identity { channels: fitted, ..identity() };
        handshake.next(ms(1), Some(&GeneratorMessage::Identity(identity)))
    };
    assert!(matches!(hear(3, 3), Step::Send(_)));
    let failure = Failure::ChannelNotFitted { wanted: 3, fitted: 2 };
    assert_eq!(hear(3, 2), Step::Failed(failure));
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

/// A hello that is repeated is answered in the session that stands: its numbers go on. Another
/// session begins anew, and so does the same after the end of one.
#[test]
fn a_session_that_stands_keeps_its_numbers() {
    let mut encoder = GeneratorEncoder::new(LINK);
    let mut frames = || {
        encoder.establish(SESSION, session_key());
        let again = encoder.encode(&GeneratorMessage::Bye, at(5)).as_bytes().to_vec();
        encoder.establish(SESSION, session_key());
        let on = encoder.encode(&GeneratorMessage::Bye, at(5)).as_bytes().to_vec();
        encoder.release();
        (again, on)
    };
    let (first, second) = frames();
    assert_ne!(first, second, "the number went on");
    assert_eq!(frames(), (first, second), "the session began anew");
}
