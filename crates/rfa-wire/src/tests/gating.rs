//! Honouring grants (I18, H-25), link budget.

use super::samples::*;
use crate::body::GrantFields;
use crate::budget::{self, BudgetError, LinkBudget};
use crate::*;
use proptest::prelude::*;
use rfa_units::{
    ChannelId, Contactor, EmergencyStop, GeneratorInstant, MilliWatts, Mode, PlanHash,
};
use std::string::ToString;

fn gate() -> GrantGate {
    GrantGate::new(SESSION, limits(), ModeSet::THERMAL)
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

fn check(fields: GrantFields, conditions: GateConditions) -> Result<(), RefusalCode> {
    gate().check(&received(&fields, 2), &conditions)
}

#[test]
fn a_fresh_grant_is_honoured_once() {
    let mut gate = gate();
    let grant = received(&grant_fields(), 2);
    assert_eq!(gate.check(&grant, &good(at(12_005))), Ok(()));
    assert_eq!(gate.check(&grant, &good(at(12_006))), Err(RefusalCode::StaleTick));
}

/// Each claim wrong by itself gives its own code.
#[test]
fn each_wrong_claim_has_its_code() {
    let fields = grant_fields();
    let now = good(at(12_005));
    let channel = ChannelId::new(2).unwrap();
    let power = MilliWatts::new(10_001).unwrap();
    let plan = PlanHash([0; 8]);
    assert_eq!(check(GrantFields { channel, ..fields }, now), Err(RefusalCode::WrongChannel));
    assert_eq!(check(GrantFields { plan, ..fields }, now), Err(RefusalCode::WrongPlan));
    assert_eq!(check(GrantFields { power, ..fields }, now), Err(RefusalCode::OverHardLimit));
    let mode = Mode::Pulsed;
    assert_eq!(check(GrantFields { mode, ..fields }, now), Err(RefusalCode::ModeNotSupported));
    let foreign = ReceivedGrant { session: OTHER_SESSION, ..received(&fields, 2) };
    assert_eq!(gate().check(&foreign, &now), Err(RefusalCode::BadSession));
    let at_limit = MilliWatts::new(10_000).unwrap();
    assert_eq!(check(GrantFields { power: at_limit, ..fields }, now), Ok(()), "just at the limit");
}

#[test]
fn a_pulse_above_the_voltage_limit_is_refused() {
    let pulses = PulseShape { amplitude_mv: 80_001, width_us: 20_000, period_us: 500_000 };
    let fields = GrantFields { mode: Mode::Pulsed, pulses, ..grant_fields() };
    let mut gate = GrantGate::new(SESSION, limits(), ModeSet::THERMAL.with(Mode::Pulsed));
    let grant = received(&fields, 2);
    assert_eq!(gate.check(&grant, &good(at(12_005))), Err(RefusalCode::OverHardLimit));
    let pulses = PulseShape { amplitude_mv: 80_000, ..pulses };
    let at_limit = received(&GrantFields { pulses, ..fields }, 2);
    assert_eq!(gate.check(&at_limit, &good(at(12_005))), Ok(()), "just at the limit");
}

#[test]
fn each_condition_has_its_code() {
    let now = good(at(12_005));
    let pressed = EmergencyStop::Pressed;
    let broken = EmergencyStop::Disagree;
    let cases = [
        (GateConditions { self_test_passed: false, ..now }, RefusalCode::NotSelfTested),
        (GateConditions { emergency_stop: pressed, ..now }, RefusalCode::EmergencyStop),
        (GateConditions { emergency_stop: broken, ..now }, RefusalCode::EmergencyStop),
        (GateConditions { fault: true, ..now }, RefusalCode::GeneratorFault),
        (GateConditions { k2: Contactor::Open, ..now }, RefusalCode::K2Open),
    ];
    for (conditions, code) in cases {
        assert_eq!(check(grant_fields(), conditions), Err(code));
    }
}

/// I18 at its edges: dead at its expiry, and no life longer than was agreed.
#[test]
fn expiry_is_exact() {
    let fields = grant_fields();
    let us = GeneratorInstant::from_micros;
    assert_eq!(check(fields, good(us(12_059_999))), Ok(()));
    assert_eq!(check(fields, good(us(12_060_000))), Err(RefusalCode::Expired));
    assert_eq!(check(fields, good(us(12_000_000))), Ok(()));
    assert_eq!(check(fields, good(us(11_999_999))), Err(RefusalCode::ExpiryTooFar));
}

proptest! {
    /// I18: whatever comes in whatever order, a grant is honoured only while it lives, only in
    /// its session, and ticks only go up.
    #[test]
    fn only_live_grants_with_rising_ticks_are_honoured(
        arrivals in proptest::collection::vec(
            (0..50_u64, 0..200_000_u64, 0..200_000_u64, any::<bool>()), 1..60),
    ) {
        let mut gate = gate();
        let mut last = None;
        for (tick, expires, now, foreign) in arrivals {
            let expires = GeneratorInstant::from_micros(expires);
            let now = GeneratorInstant::from_micros(now);
            let session = if foreign { OTHER_SESSION } else { SESSION };
            let fields = GrantFields { tick, expires, ..grant_fields() };
            let grant = ReceivedGrant { session, ..received(&fields, 2) };
            let fresh = expires > now && expires.since(now) <= limits().grant_life;
            let newer = last.is_none_or(|last| tick > last);
            let honoured = gate.check(&grant, &good(now)).is_ok();
            prop_assert_eq!(honoured, fresh && newer && !foreign);
            if honoured {
                last = Some(tick);
            }
        }
    }
}

/// The budget counts the bytes that the encoders really send.
#[test]
fn the_budget_uses_the_real_frame_sizes() {
    for sample in host_samples() {
        if matches!(sample.message, HostMessage::Grant(_)) {
            assert_eq!(sample.frame.as_bytes().len(), budget::GRANT_FRAME as usize);
        }
        if matches!(sample.message, HostMessage::Standby(_)) {
            assert!(sample.frame.as_bytes().len() < budget::GRANT_FRAME as usize);
        }
    }
    for sample in generator_samples() {
        let len = sample.frame.as_bytes().len();
        match sample.message {
            GeneratorMessage::Telemetry(telemetry) => {
                let channels = u8::try_from(telemetry.channels.len()).unwrap();
                assert_eq!(len, budget::telemetry_frame(channels) as usize);
            }
            GeneratorMessage::Refused(_) => assert_eq!(len, budget::REFUSED_FRAME as usize),
            _ => {}
        }
    }
}

#[test]
fn the_default_line_has_room_and_a_slow_one_is_refused() {
    let usual = LinkBudget::check(921_600, 1, 100).unwrap();
    assert_eq!((usual.to_generator(), usual.to_host()), (8_300, 8_860));
    assert!(LinkBudget::check(921_600, 4, 200).is_ok());
    let error = LinkBudget::check(115_200, 1, 100).unwrap_err();
    assert_eq!(
        error.to_string(),
        "8860 bytes/s from the generator do not fit 115200 baud, of which 6912 bytes/s (60 %) \
         may be used; use 230400 baud or more, fewer channels, or a lower telemetry rate"
    );
    assert_eq!(LinkBudget::check(921_600, 0, 100), Err(BudgetError::Channels { channels: 0 }));
    assert_eq!(
        LinkBudget::check(921_600, 1, 500).unwrap_err().to_string(),
        "telemetry rate 500 Hz is outside 50 to 200 Hz"
    );
    assert!(LinkBudget::check(0, 1, 100).is_err(), "no line at all");
}

/// 60 % exactly fits, one byte more does not.
#[test]
fn sixty_percent_is_the_edge() {
    let needs = LinkBudget::check(921_600, 1, 100).unwrap().to_host();
    let edge = needs * 1_000 / 60;
    assert!(LinkBudget::check(edge + 1, 1, 100).is_ok());
    assert!(LinkBudget::check(edge - 17, 1, 100).is_err());
}
