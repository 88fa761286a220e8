//! Any record of a tick, whatever its types allow.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rfa_control::{ControlInputs, ControlOutputs, ControlTick, Phase, Terms};
use rfa_interlock::{
    AlarmId, AlarmSet, AlarmSound, ArmRefusal, Command, Event, Inputs, LinkReport, Outputs,
    Readiness, RuleId, State, StopCause, Trip,
};
use rfa_session::{InterlockTick, TickRecord, Timing};
use rfa_units::*;

fn bounded<T: Copy + std::fmt::Debug, const N: usize>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = Bounded<T, N>> {
    vec(item, 0..=N).prop_map(|items| {
        let mut list = Bounded::new();
        items.into_iter().for_each(|item| list.push(item).expect("room"));
        list
    })
}

macro_rules! quantity {
    ($name:ident, $type:ident) => {
        fn $name() -> impl Strategy<Value = $type> {
            ($type::MIN.get()..=$type::MAX.get()).prop_map(|raw| $type::new(raw).expect("in range"))
        }
    };
}
quantity!(celsius, MilliCelsius);
quantity!(watts, MilliWatts);
quantity!(volts, MilliVolts);
quantity!(amps, MicroAmps);
quantity!(ohms, Milliohms);
quantity!(joules, MilliJoules);

fn step() -> impl Strategy<Value = StepIndex> {
    (0..MAX_STEPS).prop_map(|n| StepIndex::new(n as u8).expect("in range"))
}

fn span() -> impl Strategy<Value = Span> {
    any::<u64>().prop_map(Span::from_micros)
}

fn host() -> impl Strategy<Value = HostInstant> {
    any::<u64>().prop_map(HostInstant::from_micros)
}

fn contactor() -> impl Strategy<Value = Contactor> {
    select(vec![Contactor::Open, Contactor::Shut])
}

fn report() -> impl Strategy<Value = ChannelReport> {
    let modes = [Mode::Thermal, Mode::Pulsed, Mode::SensoryStimulation, Mode::MotorStimulation];
    let outputs: Vec<_> =
        modes.into_iter().map(OutputState::On).chain([OutputState::Off]).collect();
    let tip = prop_oneof![
        celsius().prop_map(TipReading::Valid),
        Just(TipReading::Open),
        Just(TipReading::Faulty)
    ];
    let measured = (watts(), volts(), amps(), option::of(ohms()), watts(), joules());
    (1_u8..=4, select(outputs), tip, measured).prop_map(|(channel, output, tip, m)| ChannelReport {
        channel: ChannelId::new(channel).expect("in range"),
        output,
        tip,
        power: m.0,
        voltage: m.1,
        current: m.2,
        impedance: m.3,
        setpoint: m.4,
        energy: m.5,
    })
}

fn telemetry() -> impl Strategy<Value = Telemetry> {
    let stops = vec![EmergencyStop::Released, EmergencyStop::Pressed, EmergencyStop::Disagree];
    let feet = vec![
        Footswitch::NotFitted,
        Footswitch::Released,
        Footswitch::Pressed,
        Footswitch::Disagree,
    ];
    let safety = (
        contactor(),
        contactor(),
        select(stops),
        select(feet),
        select(vec![Supply::Good, Supply::BrownOut]),
    );
    (any::<u32>(), any::<u64>(), safety, option::of(ohms()), any::<u16>(), bounded(report()))
        .prop_map(|(sequence, at, safety, pad, grants_refused, channels)| Telemetry {
            sequence,
            at: GeneratorInstant::from_micros(at),
            k1: safety.0,
            k2: safety.1,
            emergency_stop: safety.2,
            footswitch: safety.3,
            supply: safety.4,
            pad,
            grants_refused,
            channels,
        })
}

fn request() -> impl Strategy<Value = Request> {
    let stop = option::of(select(vec![StopReason::StepDone, StopReason::Fault]));
    (watts(), step(), stop).prop_map(|(power, step, stop)| Request { power, step, stop })
}

fn permit() -> impl Strategy<Value = Permit> {
    (any::<bool>(), step(), watts(), watts()).prop_map(|(delivering, step, granted, ceiling)| {
        Permit { delivering, step, granted, ceiling }
    })
}

fn inputs() -> impl Strategy<Value = Inputs> {
    let commands = vec![
        Command::None,
        Command::Arm,
        Command::Start,
        Command::Stop,
        Command::Acknowledge,
        Command::Reset,
        Command::ConfirmCheck,
    ];
    let link = any::<(u8, u8, u8, bool)>();
    let flags = any::<[bool; 7]>();
    (
        any::<u64>(),
        host(),
        bounded(telemetry()),
        link,
        option::of(request()),
        select(commands),
        flags,
    )
        .prop_map(|(tick, now, telemetry, link, request, command, flags)| Inputs {
            tick,
            now,
            telemetry,
            link: LinkReport { corrupt: link.0, refused: link.1, missing: link.2, hung_up: link.3 },
            request,
            console_alive: flags[0],
            command,
            authorised: flags[1],
            ready: Readiness {
                self_test: flags[2],
                hard_limits: flags[3],
                recorder: flags[4],
                checklist: flags[5],
                sound: match (flags[5], flags[6]) {
                    (false, false) => AlarmSound::NotUsed,
                    (false, true) => AlarmSound::Unknown,
                    (true, false) => AlarmSound::Works,
                    (true, true) => AlarmSound::Fails,
                },
            },
        })
}

const STATES: [State; 7] = [
    State::SelfTest,
    State::Idle,
    State::Armed,
    State::Delivering,
    State::Stopping,
    State::Tripped,
    State::Lockout,
];

fn alarm() -> impl Strategy<Value = AlarmId> {
    select(AlarmId::ALL.to_vec())
}

fn trip() -> impl Strategy<Value = Trip> {
    use RuleId::*;
    let rules = vec![H01, H03, H06, H11, H12, H14, H16, H17, H18, H19, H22, H49, H55, H56];
    (select(rules), alarm(), any::<i64>(), any::<i64>(), any::<u64>(), bounded(any::<i64>()))
        .prop_map(|(rule, alarm, value, limit, window_us, samples)| Trip {
            rule,
            alarm,
            value,
            limit,
            window_us,
            samples,
        })
}

fn refusal() -> impl Strategy<Value = ArmRefusal> {
    use ArmRefusal::*;
    let plain = vec![
        WrongState,
        NotSignedIn,
        SelfTest,
        HardLimits,
        Recorder,
        Checklist,
        Sound,
        TipTemperature,
        LinkStale,
        Footswitch,
        OutputMeasured,
        EmergencyStop,
        CheckDue,
        Complete,
        BudgetSpent,
        UseFootswitch,
        NotAcknowledged,
    ];
    prop_oneof![select(plain), alarm().prop_map(FaultPresent)]
}

fn event() -> impl Strategy<Value = Event> {
    let causes = vec![
        StopCause::Operator,
        StopCause::FootReleased,
        StopCause::StepDone,
        StopCause::Controller,
        StopCause::TimeLimit,
        StopCause::EnergyLimit,
    ];
    let states = STATES.to_vec();
    prop_oneof![
        (select(states.clone()), select(states)).prop_map(|(from, to)| Event::Changed { from, to }),
        prop_oneof![trip().prop_map(Event::Tripped), trip().prop_map(Event::WouldTrip)],
        alarm().prop_map(Event::Raised),
        alarm().prop_map(Event::Cleared),
        Just(Event::Acknowledged),
        Just(Event::Reset),
        select(causes).prop_map(Event::Stopped),
        Just(Event::StepDone),
        Just(Event::CheckConfirmed),
        refusal().prop_map(Event::Refused),
    ]
}

fn outputs() -> impl Strategy<Value = Outputs> {
    let sets = (any::<u32>(), any::<u32>())
        .prop_map(|(active, latched)| (AlarmSet::from_bits(active), AlarmSet::from_bits(latched)));
    let words = (option::of(trip()), option::of(refusal()), bounded(event()));
    let numbers = (any::<u8>(), span(), joules());
    let contactors = (contactor(), contactor());
    let state = select(STATES.to_vec());
    (state, contactors, permit(), sets, words, numbers, any::<[bool; 3]>()).prop_map(
        |(state, (k1, k2), permit, (active, latched), words, numbers, flags)| Outputs {
            state,
            grant: None,
            k1,
            k2,
            permit,
            complete: flags[0],
            check_due: flags[1],
            active,
            latched,
            acknowledged: flags[2],
            trip: words.0,
            trips: numbers.0,
            refusal: words.1,
            time_on: numbers.1,
            energy: numbers.2,
            events: words.2,
        },
    )
}

fn control() -> impl Strategy<Value = ControlTick> {
    let phases = vec![Phase::Waiting, Phase::Ramp, Phase::Hold, Phase::Gate, Phase::Complete];
    let inputs = (any::<u64>(), host(), bounded(telemetry()), option::of(permit()))
        .prop_map(|(tick, now, telemetry, permit)| ControlInputs { tick, now, telemetry, permit });
    // Any bit pattern: a broken loop's not-a-number has to be on record as it was.
    let terms = any::<[u64; 4]>().prop_map(|bits| bits.map(f64::from_bits));
    let times = (option::of(span()), span(), span());
    let outputs = (
        request(),
        select(phases),
        step(),
        option::of(celsius()),
        celsius(),
        times,
        watts(),
        terms,
    )
        .prop_map(|(request, phase, step, target, set, times, applied, terms)| {
            ControlOutputs {
                request,
                phase,
                step,
                target,
                set,
                reached: times.0,
                held: times.1,
                left: times.2,
                applied,
                terms: Terms { p: terms[0], i: terms[1], d: terms[2], feed_forward: terms[3] },
            }
        });
    (inputs, outputs).prop_map(|(inputs, outputs)| ControlTick { inputs, outputs })
}

fn timing() -> impl Strategy<Value = Timing> {
    (any::<[u32; 6]>(), proptest::option::of(any::<u32>())).prop_map(
        |(times, telemetry_to_grant_us)| Timing {
            interlock_late_us: times[0],
            control_late_us: times[1],
            interlock_took_us: times[2],
            missed_ticks: times[3],
            control_step_ns: times[4],
            interlock_step_ns: times[5],
            telemetry_to_grant_us,
        },
    )
}

pub(crate) fn record() -> impl Strategy<Value = TickRecord> {
    (inputs(), outputs(), bounded::<_, 4>(control()), timing(), any::<bool>()).prop_map(
        |(inputs, outputs, control, timing, same)| {
            // As in a real session: control often saw the very frames the interlock saw.
            let mut shared = Bounded::new();
            for tick in control.iter() {
                let mut tick = *tick;
                if same {
                    tick.inputs.telemetry = inputs.telemetry;
                }
                shared.push(tick).expect("room");
            }
            TickRecord { interlock: InterlockTick { inputs, outputs }, control: shared, timing }
        },
    )
}
