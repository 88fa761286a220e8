//! What limits are refused, and in which words.

mod bench;

use bench::{limit, spec};
use proptest::prelude::*;
use rfa_interlock::{Activation, LimitError, Limits, LimitsSpec, StepLimit};
use rfa_units::{MilliCelsius, MilliJoules, MilliWatts, Milliohms, Mode, Span};

fn good() -> LimitsSpec {
    spec(Activation::Key, &[limit(60, 11_000, 60), limit(70, 8_600, 60)])
}

fn with_second(change: fn(&mut StepLimit)) -> String {
    let mut second = limit(70, 8_600, 60);
    change(&mut second);
    let steps = [limit(60, 11_000, 60), second];
    let error = Limits::new(spec(Activation::Key, &steps)).expect_err("must refuse");
    error.to_string()
}

#[test]
fn good_limits_are_kept_as_they_are() {
    assert_eq!(Limits::new(good()).expect("good").spec(), &good());
}

#[test]
fn a_step_out_of_range_is_named() {
    type Case = (fn(&mut StepLimit), &'static str);
    let cases: [Case; 12] = [
        (
            |s| s.set = MilliCelsius::saturating(39_999),
            "step 2: set 39999 is outside 40000 to 90000",
        ),
        (
            |s| s.set = MilliCelsius::saturating(90_001),
            "step 2: set 90001 is outside 40000 to 90000",
        ),
        (|s| s.ceiling = MilliWatts::MIN, "step 2: ceiling 0 is outside 1 to 50000"),
        (
            |s| s.ceiling = MilliWatts::saturating(50_001),
            "step 2: ceiling 50001 is outside 1 to 50000",
        ),
        (|s| s.ramp = Span::ZERO, "step 2: ramp 0 is outside 1 to 60000"),
        (|s| s.ramp = Span::from_micros(60_000_001), "step 2: ramp 60001 is outside 1 to 60000"),
        (|s| s.hold = Span::ZERO, "step 2: hold 0 is outside 1 to 1800000"),
        (|s| s.hold = Span::from_secs(1_801), "step 2: hold 1801000 is outside 1 to 1800000"),
        (|s| s.time_on_max = Span::ZERO, "step 2: time_on_max 0 is outside 1 to 1800000"),
        (
            |s| s.time_on_max = Span::from_micros(1_800_000_001),
            "step 2: time_on_max 1800001 is outside 1 to 1800000",
        ),
        (|s| s.energy_max = MilliJoules::MIN, "step 2: energy_max 0 is outside 1 to 90000000"),
        (
            |s| s.energy_max = MilliJoules::MAX,
            "step 2: energy_max 100000000 is outside 1 to 90000000",
        ),
    ];
    for (change, words) in cases {
        assert_eq!(with_second(change), words);
    }
}

#[test]
fn impedance_limits_only_tighten() {
    let with = |low: i64, high: i64| {
        let impedance_low = Milliohms::saturating(low);
        let impedance_high = Milliohms::saturating(high);
        Limits::new(LimitsSpec { impedance_low, impedance_high, ..good() })
    };
    assert!(with(40_000, 3_000_000).is_ok());
    assert!(with(60_000, 60_001).is_ok());
    let words = |low, high| with(low, high).expect_err("must refuse").to_string();
    assert_eq!(words(39_999, 1_500_000), "impedance_low 39999 is outside 40000 to 2999999");
    assert_eq!(words(40_000, 3_000_001), "impedance_high 3000001 is outside 40001 to 3000000");
    assert_eq!(words(60_000, 60_000), "impedance_high 60000 is outside 60001 to 3000000");
}

#[test]
fn a_start_has_a_ceiling_of_its_own() {
    let with =
        |mw: i64| Limits::new(LimitsSpec { start_ceiling: MilliWatts::saturating(mw), ..good() });
    assert!(with(1).is_ok() && with(2_000).is_ok());
    for mw in [0, 2_001] {
        let words = with(mw).expect_err("must refuse").to_string();
        assert_eq!(words, format!("start_ceiling {mw} is outside 1 to 2000"));
    }
}

#[test]
fn no_step_and_no_other_mode() {
    let none = spec(Activation::Pedal, &[]);
    assert_eq!(Limits::new(none), Err(LimitError::NoStep));
    assert_eq!(LimitError::NoStep.to_string(), "the plan has no step");
    for mode in [Mode::Pulsed, Mode::SensoryStimulation, Mode::MotorStimulation] {
        let refused = Limits::new(LimitsSpec { mode, ..good() });
        assert_eq!(refused, Err(LimitError::ModeNotSupported(mode)));
        let words = format!("mode {mode:?} cannot be armed yet");
        assert_eq!(refused.map_err(|error| error.to_string()), Err(words));
    }
}

proptest! {
    /// Nothing is adjusted: limits are what was given, or refused.
    #[test]
    fn kept_or_refused(set in any::<i64>(), ceiling in any::<i64>(), energy in any::<i64>()) {
        let step = StepLimit {
            set: MilliCelsius::saturating(set % 120_000),
            ceiling: MilliWatts::saturating(ceiling % 60_000),
            energy_max: MilliJoules::saturating(energy % 100_000_000),
            ..limit(70, 8_600, 60)
        };
        let given = spec(Activation::Key, &[step]);
        let inside = (40_000..=90_000).contains(&step.set.get())
            && (1..=50_000).contains(&step.ceiling.get())
            && (1..=90_000_000).contains(&step.energy_max.get());
        match Limits::new(given) {
            Ok(limits) => prop_assert!(inside && limits.spec() == &given),
            Err(_) => prop_assert!(!inside),
        }
    }
}
