//! What a known treatment comes to.

use super::*;
use rfa_control::{ControlInputs, ControlTick, Terms};
use rfa_interlock::{
    AlarmId, AlarmSet, Command, Inputs, LinkReport, Outputs, Readiness, RuleId, State,
};
use rfa_plan::preset;
use rfa_session::{
    InterlockTick, LesionBoundary, LesionMeasure, LesionPrediction, NoLesion, PowerCheck,
    PowerVerdict, Timing,
};
use rfa_units::{
    Bounded, ChannelReport, Contactor, EmergencyStop, Footswitch, HostInstant, MicroAmps,
    MilliVolts, MilliWatts, OutputState, Permit, Request, StepIndex, Supply, Telemetry,
};

/// One tick of delivery at `tip` with `held` on the lesion timer.
struct At {
    number: u64,
    tip_mc: i32,
    held: Span,
    phase: Phase,
    delivering: bool,
}

fn telemetry(at: &At) -> Telemetry {
    let mut channels = Bounded::new();
    let report = ChannelReport {
        channel: ChannelId::ONE,
        output: OutputState::Off,
        tip: TipReading::Valid(MilliCelsius::new(at.tip_mc).expect("in range")),
        power: MilliWatts::MIN,
        voltage: MilliVolts::MIN,
        current: MicroAmps::MIN,
        impedance: None,
        setpoint: MilliWatts::MIN,
        energy: MilliJoules::new(u32::try_from(at.number).expect("small") * 1_000).expect("range"),
    };
    channels.push(report).expect("room for one");
    Telemetry {
        sequence: 0,
        at: GeneratorInstant::from_micros(at.number * 10_000),
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

fn outputs(at: &At) -> Outputs {
    Outputs {
        state: if at.delivering { State::Delivering } else { State::Idle },
        grant: None,
        k1: Contactor::Open,
        k2: Contactor::Shut,
        permit: Permit {
            delivering: at.delivering,
            step: StepIndex::FIRST,
            granted: MilliWatts::MIN,
            ceiling: MilliWatts::MIN,
        },
        complete: false,
        check_due: false,
        active: AlarmSet::NONE,
        latched: AlarmSet::NONE,
        acknowledged: false,
        trip: None,
        trips: 0,
        refusal: None,
        time_on: Span::ZERO,
        energy: MilliJoules::MIN,
        events: Bounded::new(),
    }
}

fn record(at: &At) -> TickRecord {
    let mut frames = Bounded::new();
    frames.push(telemetry(at)).expect("room");
    let now = HostInstant::from_micros(at.number * 10_000);
    let inputs = Inputs {
        tick: at.number,
        now,
        telemetry: frames,
        link: LinkReport::default(),
        request: None,
        console_alive: true,
        command: Command::None,
        authorised: false,
        ready: Readiness::default(),
    };
    let request = Request { power: MilliWatts::MIN, step: StepIndex::FIRST, stop: None };
    let control = ControlOutputs {
        request,
        phase: at.phase,
        step: StepIndex::FIRST,
        target: None,
        set: MilliCelsius::new(70_000).expect("in range"),
        reached: Some(Span::from_secs(12)),
        held: at.held,
        left: Span::ZERO,
        applied: MilliWatts::MIN,
        terms: Terms::default(),
    };
    let seen = ControlInputs { tick: at.number, now, telemetry: frames, permit: None };
    let mut ticks = Bounded::new();
    ticks.push(ControlTick { inputs: seen, outputs: control }).expect("room");
    let timing = Timing { interlock_late_us: 20, missed_ticks: 1, ..Timing::default() };
    TickRecord { interlock: InterlockTick { inputs, outputs: outputs(at) }, control: ticks, timing }
}

pub(crate) fn holding(number: u64, tip_mc: i32, held: Span) -> TickRecord {
    record(&At { number, tip_mc, held, phase: Phase::Hold, delivering: true })
}

/// A tick with no telemetry and no control tick in it.
pub(crate) fn quiet_record() -> TickRecord {
    let mut record = holding(1, 37_000, Span::ZERO);
    record.interlock.inputs.telemetry = Bounded::new();
    record.control = Bounded::new();
    record.timing = Timing::default();
    record
}

fn accumulator() -> Accumulator {
    Accumulator::new(&preset("gasserian-70").expect("shipped").program)
}

fn truth(at_us: u64, tip_c: f64) -> TruthRow {
    TruthRow { at_us, tip_c, sensed_c: None, tissue_max_c: tip_c, power_w: 0.0, rf_on: true }
}

#[test]
fn error_counts_once_settled_and_overshoot_always() {
    let mut sums = accumulator();
    sums.tick(&holding(1, 71_500, Span::from_secs(1)));
    sums.tick(&holding(2, 70_400, SETTLED_AFTER));
    sums.tick(&holding(3, 69_800, Span::from_secs(60)));
    let summary = sums.finish();
    let step = summary.steps.first().expect("one step");
    assert_eq!((step.step, step.set_c, step.reached_s, step.held_s), (1, 70.0, Some(12.0), 60.0));
    assert!(step.complete);
    assert!((step.overshoot_c_sensed.expect("read") - 1.5).abs() < 1e-9);
    assert!((step.mean_abs_error_c_sensed.expect("settled") - 0.3).abs() < 1e-9);
    assert_eq!((step.overshoot_c_true, step.mean_abs_error_c_true), (None, None));
    assert_eq!(summary.peak_c, Some(71.5), "sensed, where nothing true is known");
    assert_eq!((summary.energy_j, summary.ticks, summary.missed_ticks), (3.0, 3, 1));
    let late = summary.timing_us.0.of(rfa_session::Latency::InterlockLateness);
    assert_eq!((late.count, late.max_ns), (3, 20_000));
}

#[test]
fn true_temperatures_count_with_the_tick_of_their_time() {
    let mut sums = accumulator();
    sums.truth(&truth(9_000, 69.0));
    sums.truth(&truth(19_000, 72.0));
    sums.truth(&truth(29_000, f64::NAN));
    sums.tick(&record(&At {
        number: 1,
        tip_mc: 60_000,
        held: Span::ZERO,
        phase: Phase::Waiting,
        delivering: false,
    }));
    sums.tick(&holding(2, 70_000, Span::from_secs(10)));
    let summary = sums.finish();
    let step = summary.steps.first().expect("one step");
    assert_eq!(step.overshoot_c_true, Some(2.0));
    assert_eq!(step.mean_abs_error_c_true, Some(2.0), "69 °C came before delivery");
    assert_eq!(summary.peak_c, Some(72.0), "true, where known; never NaN");
}

fn lesion(width_um: u32, verdict: PowerVerdict) -> LesionView {
    let measure = |value_um| LesionMeasure { value_um, low_um: 900, high_um: 7_100 };
    let power = PowerCheck {
        measured: MilliWatts::MIN,
        modelled: MilliWatts::MIN,
        low: MilliWatts::MIN,
        high: MilliWatts::MIN,
        verdict,
    };
    LesionView {
        at: HostInstant::ZERO,
        boundary: LesionBoundary::default(),
        tip_length_um: 5_000,
        diameter_um: 700,
        baseline: None,
        lesion: Ok(LesionPrediction {
            width: measure(width_um),
            length: measure(6_543),
            outline: Bounded::new(),
            power: Some(power),
        }),
    }
}

/// The newest lesion counts, a disagreement of power for ever; and all of it is the same from what
/// stands on record.
#[test]
fn a_lesion_on_record_comes_to_what_the_lesion_came_to() {
    let (mut live, mut again) = (accumulator(), accumulator());
    let nothing = LesionView { lesion: Err(NoLesion::NotBegun), ..lesion(1, PowerVerdict::Agrees) };
    for view in [nothing, lesion(1_234, PowerVerdict::Above), lesion(2_345, PowerVerdict::Agrees)] {
        live.lesion(&view);
        again.lesion_on_record(&LesionMessage::from(&view));
        assert_eq!(live.finish(), again.finish());
    }
    let told = live.finish().lesion.expect("one");
    assert_eq!((told.width_mm, told.length_mm, told.width_range_mm), (2.345, 6.543, [0.9, 7.1]));
    assert_eq!((told.boundary.as_str(), told.power.as_str()), ("arrhenius:nerve", "agrees"));
    assert!(told.power_disagreed);
}

/// What the last message of a recording says is the summary itself, to the last bit.
#[test]
fn a_summary_comes_back_from_its_json() {
    let mut sums = accumulator();
    sums.truth(&truth(9_000, 70.123_456_789_012_3));
    let mut tick = holding(1, 71_500, SETTLED_AFTER);
    tick.timing.interlock_step_ns = 1_234_567;
    tick.interlock.outputs.events.push(Event::Tripped(trip())).expect("room");
    sums.tick(&tick);
    sums.lesion(&lesion(2_345, PowerVerdict::Unjudged));
    let summary = sums.finish();
    let value = serde_json::to_value(&summary).expect("JSON");
    let text = serde_json::to_string(&value).expect("JSON");
    assert_eq!(serde_json::from_str::<Summary>(&text).expect("a summary"), summary);
}

#[test]
fn nothing_delivered_is_no_overshoot_and_no_error() {
    let summary = accumulator().finish();
    let step = summary.steps.first().expect("one step");
    assert!(step.overshoot_c_sensed.is_none() && step.reached_s.is_none() && !step.complete);
    assert_eq!(summary.peak_c, None);
}

fn trip() -> Trip {
    Trip {
        rule: RuleId::H01,
        alarm: AlarmId::Al01,
        value: 76_000,
        limit: 75_000,
        window_us: 20_000,
        samples: Bounded::new(),
    }
}

#[test]
fn a_trip_is_told_with_rule_alarm_and_numbers() {
    let mut sums = accumulator();
    let mut tripped = holding(5, 76_000, Span::ZERO);
    tripped.interlock.outputs.events.push(Event::Tripped(trip())).expect("room");
    sums.tick(&tripped);
    let summary = sums.finish();
    let told = summary.trips.first().expect("one trip");
    assert_eq!((told.rule.as_str(), told.alarm.as_str()), ("H-01", "AL-01"));
    assert_eq!((told.value, told.limit, told.tick, summary.trips_total), (76_000, 75_000, 5, 1));
}
