//! The two tasks, tick by tick, with every channel's other end in the test's hands.

mod allocations;
mod lesion;
#[cfg(rtsan)]
mod sanitizer;

use crate::LateTick;
use crate::clock::VirtualClock;
use crate::console::INTENTS_MAX;
use crate::interlock_task::Outlet;
use crate::log::RECORDS_MAX;
use crate::pacer::{Deadline, PHASE_INTERLOCK, Pacer, TICK};
use crate::wiring::{Parts, Wired, wire_up};
use rfa_interlock::{Command, Inputs, Outputs, TELEMETRY_PER_TICK_MAX};
use rfa_link::{Arrival, Ends, LinkCounts, SendResult, TELEMETRY_RING_FRAMES};
use rfa_plan::preset;
use rfa_session::{Action, CONTROL_PER_TICK_MAX, Intent, OperatorName, StopSource};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    HostInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms,
    OutputState, SessionId, Span, Supply, Telemetry, TipReading,
};
use rfa_wire::{DeviceText, GRANT_LIFE_MAX, HardLimits, Identity, ModeSet, SelfTestResult};
use rtrb::{Producer, RingBuffer};
use std::sync::Arc;

/// Counts frames and keeps the newest tick sent.
#[derive(Default)]
struct Sink {
    frames: u64,
    newest_tick: u64,
}

impl Outlet for Sink {
    fn send(&mut self, _: &Outputs, tick: u64, _: GeneratorInstant) -> SendResult {
        self.frames += 1;
        self.newest_tick = tick;
        SendResult::Sent
    }

    fn bye(&mut self, _: GeneratorInstant) -> SendResult {
        SendResult::Sent
    }
}

struct Rig {
    wired: Wired<Sink>,
    to_interlock: Producer<Arrival>,
    to_control: Producer<Arrival>,
    clock: VirtualClock,
    interlock_pacer: Pacer,
    control_pacer: Pacer,
    sequence: u32,
}

fn identity() -> Identity {
    Identity {
        session: SessionId(1),
        host_nonce: [1; 16],
        generator_nonce: [2; 16],
        model: DeviceText::new("test").expect("short"),
        serial: DeviceText::new("1").expect("short"),
        firmware: DeviceText::new("1").expect("short"),
        simulated: true,
        seed: None,
        channels: 1,
        footswitch: false,
        power_max: MilliWatts::new(50_000).expect("in range"),
        modes: ModeSet::THERMAL,
    }
}

impl Rig {
    fn new() -> Self {
        let plan = preset("gasserian-70").expect("shipped");
        let (to_interlock, interlock_end) = RingBuffer::new(TELEMETRY_RING_FRAMES);
        let (to_control, control_end) = RingBuffer::new(TELEMETRY_RING_FRAMES);
        let clock = VirtualClock::default();
        let confirmed = HardLimits {
            channel: plan.program.channel,
            power_max: plan.generator_power_max(),
            voltage_max: plan.generator_voltage_max(),
            temperature_max: MilliCelsius::new(95_000).expect("in range"),
            grant_life: GRANT_LIFE_MAX,
            plan: plan.hash,
        };
        let ends = Ends {
            to_interlock: interlock_end,
            to_control: control_end,
            counts: Arc::new(LinkCounts::default()),
        };
        let wired = wire_up(Parts {
            plan,
            session: SessionId(1),
            identity: identity(),
            self_test: SelfTestResult::PASSED,
            confirmed,
            trips: 0,
            outlet: Sink::default(),
            ends,
            recorder: None,
            tracker: None,
            clock: Arc::new(clock.clone()),
            records_max: RECORDS_MAX,
        });
        let wired = wired.unwrap_or_else(|error| panic!("{error}"));
        let grid = HostInstant::from_micros(1_000_000);
        let interlock_pacer = Pacer::new(grid.plus(PHASE_INTERLOCK));
        let control_pacer = Pacer::new(grid);
        Self { wired, to_interlock, to_control, clock, interlock_pacer, control_pacer, sequence: 0 }
    }

    fn begin(clock: &VirtualClock, pacer: &mut Pacer) -> Deadline {
        clock.advance_to(pacer.next());
        pacer.begin(pacer.next())
    }

    /// One control tick on time.
    fn control(&mut self) {
        let deadline = Self::begin(&self.clock, &mut self.control_pacer);
        self.wired.control.tick(deadline, &self.clock);
    }

    /// One interlock tick on time; what it saw.
    fn interlock(&mut self) -> Inputs {
        let deadline = Self::begin(&self.clock, &mut self.interlock_pacer);
        self.wired.interlock.tick(deadline, &self.clock);
        self.wired.interlock.last().expect("just ticked").interlock.inputs
    }

    /// One frame of telemetry into both rings.
    fn report(&mut self) {
        self.sequence += 1;
        let at = rfa_link_now(&self.clock);
        let arrival = Arrival { telemetry: telemetry(self.sequence), at };
        let _ = self.to_interlock.push(arrival);
        let _ = self.to_control.push(arrival);
    }

    fn send(&mut self, action: Action) {
        let operator = OperatorName::new("tester");
        self.wired.console.send(Intent { action, operator });
    }
}

fn rfa_link_now(clock: &VirtualClock) -> HostInstant {
    crate::clock::Clock::now(clock)
}

/// A needle at rest: body temperature, with the noise that keeps it from looking frozen.
fn telemetry(sequence: u32) -> Telemetry {
    let wobble = i32::try_from(sequence % 7).expect("below 7") * 11;
    let mut channels = Bounded::new();
    let report = ChannelReport {
        channel: ChannelId::ONE,
        output: OutputState::Off,
        tip: TipReading::Valid(MilliCelsius::new(37_000 + wobble).expect("in range")),
        power: MilliWatts::MIN,
        voltage: MilliVolts::MIN,
        current: MicroAmps::MIN,
        impedance: Milliohms::new(250_000),
        setpoint: MilliWatts::MIN,
        energy: MilliJoules::MIN,
    };
    channels.push(report).expect("room for one");
    Telemetry {
        sequence,
        at: GeneratorInstant::from_micros(u64::from(sequence) * 10_000),
        k1: Contactor::Open,
        k2: Contactor::Shut,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::NotFitted,
        supply: Supply::Good,
        pad: None,
        grants_refused: 0,
        channels,
    }
}

/// A stop reaches the next tick past a full queue, and nothing that waited follows it.
#[test]
fn a_stop_overtakes_and_empties_the_queue() {
    let mut rig = Rig::new();
    for _ in 0..INTENTS_MAX {
        rig.send(Action::Arm);
    }
    rig.send(Action::Start);
    assert_eq!(rig.wired.shared.queues().intents, 1, "the queue was full, and that is counted");
    rig.send(Action::Stop(StopSource::Key));
    let inputs = rig.interlock();
    assert_eq!((inputs.command, inputs.authorised), (Command::Stop, false));
    assert_eq!(rig.interlock().command, Command::None, "no arm is left behind");
}

#[test]
fn one_command_a_tick_with_who_is_behind_it() {
    let mut rig = Rig::new();
    rig.send(Action::Arm);
    rig.wired.console.send(Intent { action: Action::Acknowledge, operator: None });
    let inputs = rig.interlock();
    assert_eq!((inputs.command, inputs.authorised), (Command::Arm, true));
    let inputs = rig.interlock();
    assert_eq!((inputs.command, inputs.authorised), (Command::Acknowledge, false));
    assert_eq!(rig.interlock().command, Command::None);
}

/// H-23: alive is what changed since the last tick, not what was once there.
#[test]
fn a_heartbeat_counts_for_one_tick() {
    let mut rig = Rig::new();
    assert!(!rig.interlock().console_alive);
    rig.wired.console.heartbeat();
    assert!(rig.interlock().console_alive);
    assert!(!rig.interlock().console_alive);
}

#[test]
fn readiness_is_an_input() {
    let mut rig = Rig::new();
    let ready = rig.interlock().ready;
    assert!(ready.self_test && ready.hard_limits && ready.recorder && !ready.checklist);
    rig.send(Action::Checklist { complete: true });
    rig.wired.shared.set_recorder_ready(false);
    let ready = rig.interlock().ready;
    assert!(ready.checklist && !ready.recorder);
}

/// A flood: the newest four frames are taken, the rest is known to be missing.
#[test]
fn more_telemetry_than_a_tick_takes_is_counted_as_missing() {
    let mut rig = Rig::new();
    for _ in 0..7 {
        rig.report();
    }
    assert_eq!(rig.interlock().link.missing, 0, "what came before the first tick is not missing");
    rig.sequence = 0;
    for _ in 0..7 {
        rig.report();
    }
    let inputs = rig.interlock();
    let sequences: Vec<u32> = inputs.telemetry.iter().map(|t| t.sequence).collect();
    assert_eq!(sequences, [4, 5, 6, 7]);
    assert_eq!(usize::from(inputs.link.missing), 7 - TELEMETRY_PER_TICK_MAX);
    assert_eq!(rig.interlock().link.missing, 0, "counted once");
    rig.control();
    assert!(rig.interlock().request.is_some(), "control took the same flood");
}

/// An interlock that stalls finds the control ticks in order; those that did not fit are counted.
#[test]
fn control_ticks_wait_in_order_and_full_is_counted() {
    let mut rig = Rig::new();
    for _ in 0..18 {
        rig.control();
    }
    assert_eq!(rig.wired.shared.queues().control_to_interlock, 2);
    let mut numbers = Vec::new();
    for _ in 0..5 {
        rig.interlock();
        let record = rig.wired.interlock.last().expect("just ticked");
        assert!(record.control.len() <= CONTROL_PER_TICK_MAX);
        numbers.extend(record.control.iter().map(|tick| tick.inputs.tick));
    }
    assert_eq!(numbers, (1..=16).collect::<Vec<u64>>());
}

#[test]
fn a_recorder_that_stands_still_costs_records_and_nothing_else() {
    let mut rig = Rig::new();
    for _ in 0..RECORDS_MAX + 3 {
        rig.interlock();
    }
    assert_eq!(rig.wired.shared.queues().ticks_to_recorder, 3);
    let sent = rig.wired.interlock.outlet_mut();
    assert_eq!(sent.frames, RECORDS_MAX as u64 + 3, "one frame a tick all the same");
    assert_eq!(sent.newest_tick, sent.frames);
}

/// H-44: what was missed is in the inputs, so the interlock can decide on it.
#[test]
fn a_gap_shows_in_number_and_time() {
    let mut rig = Rig::new();
    let before = rig.interlock();
    let late = rig.interlock_pacer.next().plus(TICK.times(2));
    rig.clock.advance_to(late);
    let deadline = rig.interlock_pacer.begin(late);
    rig.wired.interlock.tick(deadline, &rig.clock);
    let record = *rig.wired.interlock.last().expect("just ticked");
    assert_eq!(record.interlock.inputs.tick, before.tick + 3);
    assert_eq!(record.interlock.inputs.now.since(before.now), Span::from_millis(30));
    assert_eq!(record.timing.missed_ticks, 2);
    assert_eq!(record.timing.interlock_late_us, 20_000);
}

/// A control tick that began late is kept with its own planned time, and as control's.
#[test]
fn a_late_tick_of_control_is_kept_as_its_own() {
    let mut rig = Rig::new();
    rig.control();
    rig.interlock();
    let planned = rig.control_pacer.next();
    rig.clock.advance_to(planned.plus(Span::from_millis(7)));
    let deadline = rig.control_pacer.begin(planned.plus(Span::from_millis(7)));
    rig.wired.control.tick(deadline, &rig.clock);
    rig.interlock();
    let record = rig.wired.interlock.last().expect("just ticked");
    assert_eq!(record.timing.control_late_us, 7_000);
    let (own, control) = rig.wired.interlock.into_late();
    assert_eq!(own.into_parts(), (Vec::new(), 0), "the interlock was on time");
    let late = LateTick { tick: 2, planned_us: planned.as_micros(), late_us: 7_000 };
    assert_eq!(control.into_parts(), (vec![late], 1));
}

/// The end of a session is a stop in every tick, whatever the queue holds.
#[test]
fn an_ending_session_stops_in_every_tick() {
    let mut rig = Rig::new();
    rig.wired.shared.begin_ending();
    for _ in 0..3 {
        rig.send(Action::Arm);
        assert_eq!(rig.interlock().command, Command::Stop);
    }
}

/// RF counts as off only by a fresh readback.
#[test]
fn off_needs_a_fresh_readback() {
    let mut rig = Rig::new();
    rig.interlock();
    assert!(!rig.wired.interlock.is_off(rfa_link_now(&rig.clock)), "nothing was read yet");
    rig.report();
    rig.interlock();
    let now = rfa_link_now(&rig.clock);
    assert!(rig.wired.interlock.is_off(now));
    assert!(!rig.wired.interlock.is_off(now.plus(Span::from_millis(61))), "too old");
}

/// A thread that died is named, and a dead interlock is how the session ended.
#[test]
fn threads_that_did_not_end_well_are_named() {
    let rig = Rig::new();
    let shared = &rig.wired.shared;
    let result = crate::result::assemble::<Sink>(shared, None, false, None, Vec::new());
    assert_eq!(result.end, crate::Ended::InterlockDied);
    assert!(!result.off_confirmed && result.recording.error.is_some());
    for name in ["interlock", "control", "recorder"] {
        assert!(result.warnings.iter().any(|text| text.contains(name)), "{:?}", result.warnings);
    }
}

/// H-05: what the generator says of its relays is not enough; measured power keeps RF from
/// counting as off.
#[test]
fn power_that_is_measured_is_not_off() {
    let mut rig = Rig::new();
    rig.interlock();
    rig.report();
    rig.interlock();
    let now = rfa_link_now(&rig.clock);
    assert!(rig.wired.interlock.is_off(now));
    rig.sequence += 1;
    let mut stuck = telemetry(rig.sequence);
    let mut channels = Bounded::new();
    let report = *stuck.channel(ChannelId::ONE).expect("one channel");
    let power = MilliWatts::new(201).expect("in range");
    channels.push(ChannelReport { power, ..report }).expect("room for one");
    stuck.channels = channels;
    let _ = rig.to_interlock.push(Arrival { telemetry: stuck, at: now });
    rig.interlock();
    assert!(!rig.wired.interlock.is_off(rfa_link_now(&rig.clock)));
}

/// H-45: a recorder that no longer takes ticks does not say so itself.
#[test]
fn a_recorder_that_hangs_is_not_ready() {
    let mut rig = Rig::new();
    rig.wired.shared.set_recorder_ready(true);
    for _ in 0..=RECORDS_MAX / 2 {
        assert!(rig.interlock().ready.recorder);
    }
    assert!(!rig.interlock().ready.recorder, "half the queue waits");
}
