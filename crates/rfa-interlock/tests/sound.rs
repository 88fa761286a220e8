//! H-46: an alarm that nobody can hear.

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{
    Activation, AlarmId, AlarmSound, ArmRefusal, Command, LimitsSpec, Priority, State,
};

fn armed(sound_required: bool, sound: AlarmSound) -> (Bench, Option<ArmRefusal>) {
    let spec = spec(Activation::Key, &[limit(70, 8_600, 60)]);
    let mut bench = Bench::new(LimitsSpec { sound_required, ..spec }).idle();
    bench.ready.sound = sound;
    let refusal = bench.command(Command::Arm).refusal;
    (bench, refusal)
}

/// Refused where the site wants alarms to be heard, and told wherever somebody would listen.
#[test]
fn h46_without_sound_arming_is_refused_or_the_screen_says_so() {
    use AlarmSound::{Fails, NotUsed, Unknown, Works};
    for (required, sound, refused, told) in [
        (false, NotUsed, false, false),
        (false, Works, false, false),
        (false, Fails, false, true),
        (false, Unknown, false, false),
        (true, Unknown, true, false),
        (true, NotUsed, false, false),
        (true, Works, false, false),
        (true, Fails, true, true),
    ] {
        let (bench, refusal) = armed(required, sound);
        assert_eq!(refusal, refused.then_some(ArmRefusal::Sound), "{required} {sound:?}");
        let expected = if refused { State::Idle } else { State::Armed };
        assert_eq!(bench.state(), expected, "{required} {sound:?}");
        let active = bench.outputs.expect("a tick").active;
        assert_eq!(active.contains(AlarmId::Al24), told, "{required} {sound:?}");
    }
}

/// A player that fails while RF is on ends nothing (hazards.md H-46: medium alarm), and the sign
/// goes when it is back.
#[test]
fn h46_a_player_that_fails_while_rf_is_on_is_told() {
    let spec = spec(Activation::Key, &[limit(70, 8_600, 60)]);
    let mut bench = Bench::new(LimitsSpec { sound_required: true, ..spec }).delivering(2_000);
    bench.ready.sound = AlarmSound::Fails;
    let outputs = bench.run(50);
    assert_eq!(outputs.state, State::Delivering);
    assert!(outputs.active.contains(AlarmId::Al24) && outputs.latched.is_empty());
    assert_eq!(AlarmId::Al24.priority_in(State::Delivering), Priority::Medium);
    assert!(!AlarmId::Al24.latching());
    bench.ready.sound = AlarmSound::Works;
    assert!(!bench.tick().active.contains(AlarmId::Al24));
}
