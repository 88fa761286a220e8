//! Decisions of three inputs and more (MC/DC by hand).
//!
//! For each the whole truth table is compared with what is meant, and for each input a pair is
//! named: two rows alike but for that input, of which one says yes and the other no. No input of
//! a decision is there for nothing, and none can be left out unseen.

mod readings;

use crate::contactors::Contactors;
use crate::history::Sample;
use crate::machine::{End, Foot, Machine, Phase, Signals, State, Stuck};
use crate::memory::Memory;
use crate::watch::{Facts, Watch};
use crate::{Activation, AlarmId, AlarmSet, Command, StepLimit};
use rfa_units::{
    Bounded, ChannelId, Contactor, EmergencyStop, Footswitch, GeneratorInstant, HostInstant,
    MilliCelsius, MilliJoules, MilliWatts, Mode, Span, Supply, Telemetry,
};

/// A decision of `N` inputs.
struct Decision<const N: usize> {
    name: &'static str,
    inputs: [&'static str; N],
    /// What the code says.
    says: fn([bool; N]) -> bool,
    /// What is meant, in other words than the code's.
    meant: fn([bool; N]) -> bool,
    /// For each input one row of its pair; the other differs in that input.
    pairs: [[bool; N]; N],
}

impl<const N: usize> Decision<N> {
    fn check(&self) {
        let Self { name, inputs, says, meant, pairs } = self;
        for number in 0..1_u32 << N {
            let row = core::array::from_fn(|place| number >> place & 1 == 1);
            assert_eq!(says(row), meant(row), "{name} at {row:?}");
        }
        for (place, input) in inputs.iter().enumerate() {
            let row = pairs[place];
            let mut other = row;
            other[place] = !row[place];
            assert_ne!(says(row), says(other), "{name}: {input} decides nothing at {row:?}");
        }
    }
}

/// The pairs of a decision that is all of its inputs: one missing is enough.
const fn all<const N: usize>() -> [[bool; N]; N] {
    [[true; N]; N]
}

/// The pairs of a decision that is any of its inputs: one is enough.
const fn any<const N: usize>() -> [[bool; N]; N] {
    [[false; N]; N]
}

/// Nothing is wrong and nothing is asked.
const CALM: Signals = Signals {
    foot: Foot::Up,
    emergency_stop: false,
    fault: false,
    hard: false,
    generator: true,
    controller: true,
    console: true,
    rf: false,
    stuck: Stuck::No,
    end: End::No,
    ready: true,
    authorised: true,
    gate: false,
    command: Command::None,
    mode: Mode::Thermal,
};

fn command(so: bool, command: Command) -> Command {
    if so { command } else { Command::None }
}

fn foot(down: bool) -> Foot {
    if down { Foot::Down } else { Foot::Between }
}

fn machine(phase: Phase, checked: bool) -> Machine {
    let mut machine = Machine::new(0);
    (machine.phase, machine.checked) = (phase, checked);
    machine
}

/// The state after one tick from `phase`.
fn next(phase: Phase, activation: Activation, signals: &Signals) -> State {
    machine(phase, false).next(activation, signals).state()
}

/// I2: what trips.
#[test]
fn trips() {
    Decision {
        name: "trips",
        inputs: ["emergency stop", "fault", "generator", "controller", "console"],
        says: |[emergency_stop, fault, generator, controller, console]| {
            let links = Signals {
                generator: !generator,
                controller: !controller,
                console: !console,
                ..CALM
            };
            let signals = Signals { emergency_stop, fault, ..links };
            let armed = Phase::Armed { mode: Mode::Thermal, released: false };
            next(armed, Activation::Pedal, &signals) == State::Tripped
        },
        meant: |row| row.contains(&true),
        pairs: any(),
    }
    .check();
}

/// I11 and the gate: what arms. The check confirmed counts where there is no gate, and the other
/// way round, so those two have their pair with the other one missing.
#[test]
fn arms() {
    let mut pairs = [[true; 11]; 11];
    pairs[9][10] = false;
    pairs[10][9] = false;
    Decision {
        name: "may arm",
        inputs: [
            "arm",
            "signed in",
            "ready",
            "generator",
            "controller",
            "console",
            "no fault",
            "foot up",
            "no RF",
            "checked",
            "no gate",
        ],
        says: |row| {
            let [arm, authorised, ready, generator, controller, console, ..] = row;
            let [.., no_fault, foot_up, no_rf, checked, no_gate] = row;
            let signals = Signals {
                command: command(arm, Command::Arm),
                authorised,
                ready,
                generator,
                controller,
                console,
                fault: !no_fault,
                foot: if foot_up { Foot::Up } else { Foot::Between },
                rf: !no_rf,
                gate: !no_gate,
                ..CALM
            };
            let idle = machine(Phase::Idle, checked);
            idle.next(Activation::Key, &signals).state() == State::Armed
        },
        meant: |row| match row.split_last_chunk::<2>() {
            Some((rest, gate)) => !rest.contains(&false) && gate.contains(&true),
            None => false,
        },
        pairs,
    }
    .check();
}

/// I7: what resets.
#[test]
fn resets() {
    Decision {
        name: "may reset",
        inputs: [
            "reset",
            "signed in",
            "acknowledged",
            "generator",
            "controller",
            "console",
            "no fault",
            "no emergency stop",
            "no RF",
            "foot up",
        ],
        says: |row| {
            let [reset, authorised, acknowledged, generator, controller, ..] = row;
            let [.., console, no_fault, no_stop, no_rf, foot_up] = row;
            let signals = Signals {
                command: command(reset, Command::Reset),
                authorised,
                generator,
                controller,
                console,
                fault: !no_fault,
                emergency_stop: !no_stop,
                rf: !no_rf,
                foot: if foot_up { Foot::Up } else { Foot::Between },
                ..CALM
            };
            let tripped = Phase::Tripped { acknowledged, k2: Contactor::Shut };
            next(tripped, Activation::Key, &signals) == State::Idle
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

/// I14: what passes self-test.
#[test]
fn passes_self_test() {
    Decision {
        name: "self-test passes",
        inputs: ["ready", "no RF", "no emergency stop"],
        says: |[ready, no_rf, no_stop]| {
            let signals = Signals { ready, rf: !no_rf, emergency_stop: !no_stop, ..CALM };
            next(Phase::SelfTest, Activation::Key, &signals) == State::Idle
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

/// A check before a step is confirmed by a signed-in operator, where there is one.
#[test]
fn confirms() {
    Decision {
        name: "confirms the check",
        inputs: ["confirm", "signed in", "gate"],
        says: |[confirm, authorised, gate]| {
            let command = command(confirm, Command::ConfirmCheck);
            let signals = Signals { command, authorised, gate, ..CALM };
            machine(Phase::Idle, false).next(Activation::Key, &signals).checked
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

/// I3: what starts, by foot and by key.
#[test]
fn starts() {
    fn armed(released: bool) -> Phase {
        Phase::Armed { mode: Mode::Thermal, released }
    }
    Decision {
        name: "starts by foot",
        inputs: ["foot down", "released before", "no RF"],
        says: |[down, released, no_rf]| {
            let signals = Signals { foot: foot(down), rf: !no_rf, ..CALM };
            next(armed(released), Activation::Pedal, &signals) == State::Delivering
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
    Decision {
        name: "starts by key",
        inputs: ["start", "signed in", "released before", "no RF"],
        says: |[start, authorised, released, no_rf]| {
            let command = command(start, Command::Start);
            let signals = Signals { command, authorised, rf: !no_rf, ..CALM };
            next(armed(released), Activation::Key, &signals) == State::Delivering
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

/// H-26: the advice that the foot was down stays until it is up.
#[test]
fn a_refused_foot_stays_refused() {
    fn look(watch: &mut Watch, foot: Foot, foot_refused: bool) -> AlarmSet {
        let step = StepLimit {
            set: MilliCelsius::MIN,
            ceiling: MilliWatts::MIN,
            ramp: Span::ZERO,
            hold: Span::ZERO,
            time_on_max: Span::ZERO,
            energy_max: MilliJoules::MIN,
            check_before: false,
        };
        watch.look(&Facts {
            now: HostInstant::ZERO,
            machine: &machine(Phase::Idle, false),
            step: &step,
            tip_mc: None,
            asked_mw: 0,
            foot,
            foot_refused,
            recorder: true,
            sound: crate::AlarmSound::NotUsed,
        })
    }
    Decision {
        name: "refused for the foot",
        inputs: ["foot not up", "refused before", "refused now"],
        says: |[not_up, before, now]| {
            let mut watch = Watch::new();
            look(&mut watch, Foot::Between, before);
            let foot = if not_up { Foot::Between } else { Foot::Up };
            look(&mut watch, foot, now).contains(AlarmId::Al14)
        },
        meant: |row| matches!(row, [true, _, true] | [true, true, _]),
        pairs: [[true, true, false], [true, false, false], [true, false, false]],
    }
    .check();
}

/// A frame that says nothing but its time and K1, with no report.
fn frame(ms: u64, k1: Contactor) -> Telemetry {
    Telemetry {
        sequence: 1,
        at: GeneratorInstant::ZERO.plus(Span::from_millis(ms)),
        k1,
        k2: Contactor::Open,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::NotFitted,
        supply: Supply::Good,
        pad: None,
        grants_refused: 0,
        channels: Bounded::new(),
    }
}

/// H-05: by when RF has to be off. What K1 reads and how long ago it was opened are three inputs
/// of which not every row can be: 90 ms are also 50. So the rows are listed by the time.
#[test]
fn off_is_due() {
    let due = |opened_ms: Option<u64>, read_open: [bool; 2]| {
        let mut contactors = Contactors::new();
        let newest = GeneratorInstant::ZERO.plus(Span::from_millis(1_000));
        contactors.command(Contactor::Shut, Contactor::Shut, Some(newest), Span::ZERO);
        if opened_ms.is_some() {
            contactors.command(Contactor::Open, Contactor::Shut, Some(newest), Span::ZERO);
        }
        let reads = |open| if open { Contactor::Open } else { Contactor::Shut };
        let at = 1_000 + opened_ms.unwrap_or(200);
        contactors.compare(&frame(at - 1, reads(read_open[0])), None);
        contactors.compare(&frame(at, reads(read_open[1])), None).off_due
    };
    for before in [false, true] {
        for now in [false, true] {
            let both = before && now;
            assert!(!due(None, [before, now]), "K1 is to be shut");
            assert!(!due(Some(49), [before, now]));
            assert_eq!(due(Some(50), [before, now]), both, "{before} {now}");
            assert_eq!(due(Some(89), [before, now]), both, "{before} {now}");
            assert!(due(Some(90), [before, now]), "the dead-man has acted");
        }
    }
}

/// I3, I7, I11: when RF is not known to be off.
#[test]
fn rf_is_not_known_to_be_off() {
    Decision {
        name: "RF or unknown",
        inputs: ["silent", "RF measured", "output stage on"],
        says: |[silent, measured, output_on]| {
            let contactors = &mut Contactors::new();
            let followed = contactors.compare(&frame(0, Contactor::Open), None);
            let told = Sample::of(&frame(0, Contactor::Open), ChannelId::ONE, 0, followed);
            let power_mw = Some(if measured { 201 } else { 200 });
            let mut memory = Memory::new();
            memory.heard = Some(HostInstant::ZERO);
            memory.history.push(Sample { power_mw, output_on, ..told });
            let ms = if silent { 60 } else { 59 };
            memory.rf_or_unknown(HostInstant::ZERO.plus(Span::from_millis(ms)))
        },
        meant: |row| row.contains(&true),
        pairs: any(),
    }
    .check();
    assert!(Memory::new().rf_or_unknown(HostInstant::ZERO), "never heard");
}
