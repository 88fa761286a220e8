//! I1 to I18 as oracles beside random sessions, and pairs in which less safe is never more.
//!
//! The bench asks `rfa_session::Invariants` of every tick: it reads nothing but inputs and outputs,
//! keeps its own memory, and stands outside this crate, where it also judges recordings.

mod bench;

use bench::{Bench, limit, spec};
use proptest::prelude::*;
use rfa_interlock::{Activation, Command, LinkReport, State, StepLimit};
use rfa_units::{EmergencyStop, Footswitch, StepIndex, StopReason, Supply, TipReading};
use std::cell::Cell;

/// Something that goes wrong, or a person does, for some ticks.
#[derive(Debug, Clone, Copy)]
enum Act {
    Nothing,
    Tip(i64),
    TipLost(bool),
    Power(Option<u32>),
    Other(u32),
    Impedance(Option<u32>),
    Footswitch(Footswitch),
    EmergencyStop(bool),
    BrownOut,
    GeneratorSilent,
    OldSamples(u64),
    ControllerSilent,
    Ask(u32),
    WrongStep,
    ControllerStop(bool),
    ConsoleDead,
    Frames(u8, u8),
    Command(Command),
    Stranger(Command),
    NotReady(u8),
    Late(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let command = prop_oneof![
        Just(Command::Arm),
        Just(Command::Start),
        Just(Command::Stop),
        Just(Command::Acknowledge),
        Just(Command::Reset),
        Just(Command::ConfirmCheck),
    ];
    let footswitch = prop_oneof![
        Just(Footswitch::Released),
        Just(Footswitch::Pressed),
        Just(Footswitch::Disagree),
        Just(Footswitch::NotFitted),
    ];
    prop_oneof![
        4 => Just(Act::Nothing),
        2 => (20_000_i64..100_000).prop_map(Act::Tip),
        1 => any::<bool>().prop_map(Act::TipLost),
        1 => proptest::option::of(0_u32..12_000).prop_map(Act::Power),
        1 => (0_u32..1_000).prop_map(Act::Other),
        1 => proptest::option::of(0_u32..2_000_000).prop_map(Act::Impedance),
        3 => footswitch.prop_map(Act::Footswitch),
        1 => any::<bool>().prop_map(Act::EmergencyStop),
        1 => Just(Act::BrownOut),
        1 => Just(Act::GeneratorSilent),
        1 => (0_u64..200_000).prop_map(Act::OldSamples),
        1 => Just(Act::ControllerSilent),
        4 => (0_u32..12_000).prop_map(Act::Ask),
        1 => Just(Act::WrongStep),
        2 => any::<bool>().prop_map(Act::ControllerStop),
        1 => Just(Act::ConsoleDead),
        1 => (0_u8..3, 0_u8..3).prop_map(|(a, b)| Act::Frames(a, b)),
        4 => command.clone().prop_map(Act::Command),
        1 => command.prop_map(Act::Stranger),
        1 => (0_u8..4).prop_map(Act::NotReady),
        1 => (10_000_u64..45_000).prop_map(Act::Late),
    ]
}

/// What happens, for how many ticks, and how many tidy ticks follow.
type Episode = (Act, u8, u8);

fn episode() -> impl Strategy<Value = Episode> {
    // 210 tidy ticks are enough for a condition to have been gone for 2 s.
    (act(), prop_oneof![3 => 1_u8..8, 1 => 8_u8..80], prop_oneof![1 => 5_u8..60, 1 => 210_u8..250])
}

fn plan(kind: Activation) -> Bench {
    let gated = StepLimit { check_before: true, ..limit(65, 5_000, 4) };
    Bench::new(spec(kind, &[limit(60, 6_000, 20), gated, gated]))
}

/// Sets what `act` spoils; for the rest the bench is as it should be.
fn spoil(bench: &mut Bench, act: Act) {
    let mut tidy = plan(bench.limits.spec().activation);
    // Where a bench that delivers has its tip; it answers to power (H-11).
    tidy.tip_mc(39_000);
    tidy.generator.responds = true;
    let footswitch = bench.generator.footswitch;
    let power_mw = bench.controller.power_mw;
    (bench.generator, bench.controller) = (tidy.generator, tidy.controller);
    bench.generator.footswitch = footswitch;
    bench.controller.power_mw = power_mw;
    (bench.console, bench.authorised, bench.ready) = (true, true, tidy.ready);
    bench.link = LinkReport::default();
    match act {
        Act::Nothing | Act::Late(_) => {}
        Act::Tip(mc) => bench.tip_mc(mc),
        Act::TipLost(open) => {
            bench.generator.tip = if open { TipReading::Open } else { TipReading::Faulty };
        }
        Act::Power(mw) => bench.generator.power_mw = mw,
        Act::Other(mw) => bench.generator.other_mw = Some(mw),
        Act::Impedance(mohm) => bench.generator.impedance_mohm = mohm,
        Act::Footswitch(contacts) => bench.generator.footswitch = contacts,
        Act::EmergencyStop(both) => {
            let contacts = if both { EmergencyStop::Pressed } else { EmergencyStop::Disagree };
            bench.generator.emergency_stop = contacts;
        }
        Act::BrownOut => bench.generator.supply = Supply::BrownOut,
        Act::GeneratorSilent => bench.generator.silent = true,
        Act::OldSamples(us) => bench.generator.age_us = us,
        Act::ControllerSilent => bench.controller.silent = true,
        Act::Ask(mw) => bench.controller.power_mw = mw,
        Act::WrongStep => bench.controller.step = StepIndex::new(7),
        Act::ControllerStop(done) => {
            let reason = if done { StopReason::StepDone } else { StopReason::Fault };
            bench.controller.stop = Some(reason);
        }
        Act::ConsoleDead => bench.console = false,
        Act::Frames(corrupt, refused) => {
            bench.link = LinkReport { corrupt, refused, ..LinkReport::default() };
        }
        Act::Command(command) => bench.command = command,
        Act::Stranger(command) => (bench.command, bench.authorised) = (command, false),
        Act::NotReady(which) => {
            let ready = &mut bench.ready;
            let flags = [
                &mut ready.self_test,
                &mut ready.hard_limits,
                &mut ready.recorder,
                &mut ready.checklist,
            ];
            *flags.into_iter().nth(usize::from(which)).expect("of four") = false;
        }
    }
}

/// What a person would do next to get on with the treatment.
fn persist(bench: &mut Bench) {
    let pedal = bench.limits.spec().activation == Activation::Pedal;
    let outputs = bench.outputs.expect("ticked");
    let lift = |bench: &mut Bench| {
        if pedal {
            bench.generator.footswitch = Footswitch::Released;
        }
    };
    match outputs.state {
        State::Tripped if outputs.acknowledged => {
            lift(bench);
            bench.command = Command::Reset;
        }
        State::Tripped => bench.command = Command::Acknowledge,
        State::Idle if outputs.check_due => bench.command = Command::ConfirmCheck,
        State::Idle => {
            lift(bench);
            bench.command = Command::Arm;
        }
        State::Armed if pedal => {
            let pressed = bench.tick % 8 > 1;
            let contacts = if pressed { Footswitch::Pressed } else { Footswitch::Released };
            bench.generator.footswitch = contacts;
        }
        State::Armed => bench.command = Command::Start,
        _ => {}
    }
}

thread_local! {
    static TICKS: Cell<(u64, u64, u64)> = const { Cell::new((0, 0, 0)) };
}

fn session(pedal: bool, episodes: &[Episode], trips: u8) {
    let kind = if pedal { Activation::Pedal } else { Activation::Key };
    let mut bench = plan(kind);
    bench.power_cycle(trips);
    bench.controller.power_mw = 2_000;
    for (act, ticks, tidy) in episodes {
        for n in 0..u64::from(*ticks) + u64::from(*tidy) {
            let acting = n < u64::from(*ticks);
            spoil(&mut bench, if acting { *act } else { Act::Nothing });
            if !acting && bench.outputs.is_some() {
                persist(&mut bench);
            }
            bench.tick += 1;
            bench.now_us += match act {
                Act::Late(us) if n == 0 => *us,
                _ => bench::TICK_US,
            };
            let inputs = bench.inputs();
            let outputs = bench.feed(&inputs);
            TICKS.with(|counts| {
                let (all, on, tripped) = counts.get();
                let delivering = u64::from(outputs.state == State::Delivering);
                let off = u64::from(outputs.state == State::Tripped);
                counts.set((all + 1, on + delivering, tripped + off));
            });
        }
    }
}

/// I1 to I18 over random sessions.
#[test]
fn invariants_hold_over_random_sessions() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) };
    let strategy = (any::<bool>(), proptest::collection::vec(episode(), 1..12), 0_u8..2);
    proptest::test_runner::TestRunner::new(config)
        .run(&strategy, |(pedal, episodes, trips)| {
            session(pedal, &episodes, trips);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let (all, on, tripped) = TICKS.with(Cell::get);
    println!("{all} ticks, {on} delivering, {tripped} tripped");
    assert!(all > 100_000, "too little was tried");
    assert!(on * 10 > all, "Delivering was hardly reached: {on} of {all}");
    assert!(tripped * 100 > all, "hardly anything tripped: {tripped} of {all}");
}

/// One input made less safe for some ticks.
fn less_safe() -> impl Strategy<Value = Act> {
    prop_oneof![
        (71_000_i64..100_000).prop_map(Act::Tip),
        any::<bool>().prop_map(Act::TipLost),
        (1_u32..30_000).prop_map(|mw| Act::Power(Some(mw + 2_000))),
        (0_u32..1_000).prop_map(Act::Other),
        proptest::option::of(500_000_u32..2_000_000).prop_map(Act::Impedance),
        (0_u32..125_000).prop_map(|z| Act::Impedance(Some(z))),
        Just(Act::Footswitch(Footswitch::Released)),
        Just(Act::Footswitch(Footswitch::Disagree)),
        any::<bool>().prop_map(Act::EmergencyStop),
        Just(Act::BrownOut),
        Just(Act::GeneratorSilent),
        (0_u64..200_000).prop_map(Act::OldSamples),
        Just(Act::ControllerSilent),
        (0_u32..2_000).prop_map(Act::Ask),
        Just(Act::WrongStep),
        any::<bool>().prop_map(Act::ControllerStop),
        Just(Act::ConsoleDead),
        (0_u8..4, 0_u8..4).prop_map(|(a, b)| Act::Frames(a, b)),
        Just(Act::Command(Command::Stop)),
        (0_u8..4).prop_map(Act::NotReady),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Two sessions alike, whatever the controller asks in them, but for some ticks in which one
    /// input of the second is less safe: from there on the second has never been granted more
    /// energy, tick for tick. A request stands for the 30 ms that H-20 allows a silent controller,
    /// so while it is silent the other one asks for the same.
    #[test]
    fn less_safe_is_never_more_energy(
        pedal in any::<bool>(), act in less_safe(), at in 0_u64..200, lasts in 1_u64..80,
        asks in proptest::collection::vec(100_u32..7_000, 11),
    ) {
        let kind = if pedal { Activation::Pedal } else { Activation::Key };
        let mut tidy = plan(kind).delivering(2_000);
        let mut other = tidy.clone();
        let (mut energy, mut energy_other) = (0_u64, 0_u64);
        for n in 0..330_u64 {
            let acting = (at..at + lasts).contains(&n);
            let heard = if acting && matches!(act, Act::ControllerSilent) { at } else { n + 1 };
            // Each is asked for 300 ms, after 2 W.
            let place = heard.checked_sub(1).and_then(|n| usize::try_from(n / 30).ok());
            let asked_mw = place.and_then(|place| asks.get(place)).copied().unwrap_or(2_000);
            tidy.controller.power_mw = asked_mw;
            spoil(&mut tidy, Act::Nothing);
            other.controller.power_mw = asked_mw;
            other.generator.footswitch = tidy.generator.footswitch;
            spoil(&mut other, if acting { act } else { Act::Nothing });
            // To ask for less is what is less safe, not to ask for more.
            other.controller.power_mw = other.controller.power_mw.min(asked_mw);
            // A foot once lifted is not put down again: that would be a person's new start.
            if matches!(act, Act::Footswitch(_)) && n >= at {
                spoil(&mut other, act);
            }
            let granted = |b: &mut Bench| u64::from(b.tick().permit.granted.get());
            energy += granted(&mut tidy);
            energy_other += granted(&mut other);
            prop_assert!(energy_other <= energy, "tick {}: {} > {}", n, energy_other, energy);
        }
        prop_assert!(energy > 0);
    }
}
