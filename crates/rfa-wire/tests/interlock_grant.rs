//! Real grants, made by the interlock, from one end of the line to the other (I18, H-25).

use rfa_interlock::{
    Activation, AlarmSound, Command, Grant, Inputs, Interlock, Limits, LimitsSpec, LinkReport,
    Outputs, Readiness, StepLimit, Thresholds, Warming, step,
};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    HostInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode,
    OutputState, PlanHash, Request, SessionId, Span, StepIndex, Supply, Telemetry, TipReading,
};
use rfa_wire::{
    DecodeError, GateConditions, GeneratorDecoder, GrantGate, HardLimits, Hello, HostEncoder,
    HostMessage, LinkKey, ModeSet, ReceivedGrant, RefusalCode, SessionKey,
};

const SESSION: SessionId = SessionId(0x1234_5678);
const PLAN: PlanHash = PlanHash(*b"gasseria");
const KEY: LinkKey = LinkKey::DEVELOPMENT;
/// How far the generator's clock stands behind the controller's, in µs.
const CLOCK_OFFSET_US: u64 = 3_000;

fn limits() -> Limits {
    let mut steps = Bounded::new();
    steps
        .push(StepLimit {
            set: MilliCelsius::saturating(70_000),
            ceiling: MilliWatts::saturating(8_600),
            ramp: Span::from_secs(15),
            hold: Span::from_secs(60),
            time_on_max: Span::from_secs(60),
            energy_max: MilliJoules::saturating(500_000),
            check_before: false,
        })
        .unwrap();
    Limits::new(LimitsSpec {
        session: SESSION,
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        plan: PLAN,
        activation: Activation::Key,
        steps,
        start_ceiling: MilliWatts::saturating(620),
        warming: Warming { gain_mk_j: 6_300, leak: Span::from_millis(3_300) },
        rules: Thresholds::TABLE,
        passive: None,
        sound_required: false,
        impedance_high: Milliohms::new(1_500_000).unwrap(),
        impedance_low: Milliohms::new(40_000).unwrap(),
    })
    .unwrap()
}

/// A generator that did two ticks later what it was told.
fn telemetry(tick: u64, done: Option<&Outputs>) -> Telemetry {
    let shut = done.is_some_and(|outputs| outputs.k1 == Contactor::Shut);
    let granted = done.and_then(|outputs| outputs.grant).map_or(MilliWatts::MIN, |g| g.power());
    let power = if shut { granted } else { MilliWatts::MIN };
    let voltage_mv = (i64::from(power.get()) * 250_000).isqrt();
    let mut channels = Bounded::new();
    channels
        .push(ChannelReport {
            channel: ChannelId::ONE,
            output: if shut { OutputState::On(Mode::Thermal) } else { OutputState::Off },
            // A working sensor is never quite still (H-07).
            tip: TipReading::Valid(MilliCelsius::saturating(37_000 + (tick % 2) as i64 * 10)),
            power,
            // What belongs to 250 ohm (H-18): mW x mohm is mV squared.
            voltage: MilliVolts::saturating(voltage_mv),
            current: MicroAmps::saturating(voltage_mv * 4),
            impedance: Milliohms::new(250_000),
            setpoint: power,
            energy: MilliJoules::MIN,
        })
        .unwrap();
    Telemetry {
        sequence: u32::try_from(tick).unwrap(),
        at: at(tick),
        k1: if shut { Contactor::Shut } else { Contactor::Open },
        k2: Contactor::Shut,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::NotFitted,
        supply: Supply::Good,
        pad: None,
        grants_refused: 0,
        channels,
    }
}

fn at(tick: u64) -> GeneratorInstant {
    GeneratorInstant::from_micros(tick * 10_000 - CLOCK_OFFSET_US)
}

fn inputs(tick: u64, report: Telemetry) -> Inputs {
    let mut reports = Bounded::new();
    reports.push(report).unwrap();
    Inputs {
        tick,
        now: HostInstant::from_micros(tick * 10_000),
        telemetry: reports,
        link: LinkReport::default(),
        request: Some(Request {
            power: MilliWatts::saturating(3_000),
            step: StepIndex::FIRST,
            stop: None,
        }),
        console_alive: true,
        command: match tick {
            100 => Command::Arm,
            150 => Command::Start,
            _ => Command::None,
        },
        authorised: true,
        ready: Readiness {
            self_test: true,
            hard_limits: true,
            recorder: true,
            checklist: true,
            sound: AlarmSound::NotUsed,
        },
    }
}

/// Runs an interlock into delivery and gives every grant with the telemetry time it saw.
fn grants() -> Vec<(Grant, GeneratorInstant)> {
    let limits = limits();
    let mut interlock = Interlock::new(0);
    let mut outputs: Vec<Outputs> = Vec::new();
    let mut grants = Vec::new();
    for tick in 1..=180_u64 {
        let done = outputs.len().checked_sub(2).and_then(|place| outputs.get(place));
        let (next, decided) = step(&limits, &interlock, &inputs(tick, telemetry(tick, done)));
        interlock = next;
        outputs.push(decided);
        grants.extend(decided.grant.map(|grant| (grant, at(tick))));
    }
    assert!(grants.len() >= 10, "the interlock delivered: {:?}", outputs.last());
    grants
}

fn hear(decoder: &mut GeneratorDecoder, bytes: &[u8]) -> Result<HostMessage, DecodeError> {
    let mut heard: Vec<_> = bytes.iter().filter_map(|byte| decoder.push(*byte)).collect();
    assert_eq!(heard.len(), 1);
    heard.remove(0)
}

/// Both ends of an open session, and the generator's gate.
fn line() -> (HostEncoder, GeneratorDecoder, GrantGate) {
    let (host_nonce, generator_nonce) = ([1; 16], [2; 16]);
    let mut encoder = HostEncoder::new(KEY, SESSION);
    let mut decoder = GeneratorDecoder::new(KEY);
    let hello = Hello { session: SESSION, host_nonce, channels: 1, telemetry_hz: 100 };
    assert!(hear(&mut decoder, encoder.hello(&hello).as_bytes()).is_ok());
    let key = SessionKey::derive(&KEY, &host_nonce, &generator_nonce, SESSION);
    encoder.establish(key);
    decoder.establish(SESSION, key);
    let limits = HardLimits {
        channel: ChannelId::ONE,
        power_max: MilliWatts::saturating(8_600),
        voltage_max: MilliVolts::new(100_000).unwrap(),
        temperature_max: MilliCelsius::saturating(90_000),
        grant_life: Span::from_millis(60),
        plan: PLAN,
    };
    (encoder, decoder, GrantGate::new(SESSION, limits, ModeSet::THERMAL))
}

fn good(now: GeneratorInstant) -> GateConditions {
    GateConditions {
        now,
        self_test_passed: true,
        emergency_stop: EmergencyStop::Released,
        k2: Contactor::Shut,
        fault: false,
    }
}

fn taken(decoder: &mut GeneratorDecoder, bytes: &[u8]) -> ReceivedGrant {
    match hear(decoder, bytes) {
        Ok(HostMessage::Grant(grant)) => grant,
        other => panic!("not a grant: {other:?}"),
    }
}

/// What the interlock granted is what the generator reads, and it is honoured in time.
#[test]
fn a_made_grant_arrives_whole_and_is_honoured() {
    let (mut encoder, mut decoder, mut gate) = line();
    for (made, seen) in grants() {
        let heard = taken(&mut decoder, encoder.grant(&made, seen).as_bytes());
        assert_eq!(heard.session(), made.session());
        assert_eq!(heard.seen(), seen);
        assert_eq!(heard.tick(), made.tick());
        assert_eq!(heard.expires(), made.expires());
        assert_eq!(heard.plan(), made.plan());
        assert_eq!(heard.power(), made.power());
        assert_eq!((heard.mode(), heard.channel()), (made.mode(), made.channel()));
        let arrival = seen.plus(Span::from_millis(4));
        assert_eq!(gate.check(&heard, &good(arrival)), Ok(()));
    }
}

/// I18: the same grants, 60 ms late, are dead.
#[test]
fn a_made_grant_dies_60_ms_after_the_telemetry_it_saw() {
    let (mut encoder, mut decoder, mut gate) = line();
    for (made, seen) in grants() {
        let heard = taken(&mut decoder, encoder.grant(&made, seen).as_bytes());
        let late = seen.plus(Span::from_millis(60));
        assert_eq!(gate.check(&heard, &good(late)), Err(RefusalCode::Expired));
    }
}

/// H-25: every earlier frame of the session, replayed, is refused by the decoder; and the gate
/// alone would refuse it too.
#[test]
fn every_earlier_grant_is_refused_twice_over() {
    let (mut encoder, mut decoder, mut gate) = line();
    let mut earlier = Vec::new();
    for (made, seen) in grants() {
        let frame = encoder.grant(&made, seen);
        let heard = taken(&mut decoder, frame.as_bytes());
        assert_eq!(gate.check(&heard, &good(seen)), Ok(()));
        earlier.push((frame, heard));
        for (frame, heard) in &earlier {
            let again = hear(&mut decoder, frame.as_bytes());
            assert!(matches!(again, Err(DecodeError::Sequence { .. })), "{again:?}");
            assert_eq!(gate.check(heard, &good(seen)), Err(RefusalCode::StaleTick));
        }
    }
}

/// I18: a grant made for one session is nothing in another, even under the same key.
#[test]
fn a_grant_keeps_its_session() {
    let (_, mut decoder, _) = line();
    let foreign = SessionId(0x0bad_f00d);
    let mut encoder = HostEncoder::new(KEY, foreign);
    encoder.establish(SessionKey::derive(&KEY, &[1; 16], &[2; 16], foreign));
    let (made, seen) = grants()[0];
    let heard = hear(&mut decoder, encoder.grant(&made, seen).as_bytes());
    assert_eq!(heard, Err(DecodeError::Mac), "named for its own session, signed for another");
}
