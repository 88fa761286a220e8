//! What a snapshot is made from, with the values of a quiet treatment.

use rfa_control::{ControlOutputs, Phase, Terms};
use rfa_interlock::{AlarmSet, Outputs, State};
use rfa_plan::{
    Electrode, Gate, Gauge, Plan, PlanLimits, PlanSpec, RuleThresholds, SensorKind, Source,
    StepSpec, Target,
};
use rfa_session::{
    DeviceKind, Identity, LatencyView, LesionBoundary, LesionMeasure, LesionPrediction, LesionView,
    OutlinePoint, PowerCheck, PowerVerdict, Quantiles, QueueCounts, RecordingStatus, Snapshot,
};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    HostInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode,
    OutputState, Permit, Request, Span, StepIndex, Supply, Telemetry, TipReading,
};

/// Four steps with a check between each two.
pub fn plan() -> Plan {
    let mut steps = Bounded::new();
    for (index, set_c) in [60, 65, 70, 75].into_iter().enumerate() {
        let gate = if index == 0 { Gate::None } else { Gate::SensoryCheck };
        let set = MilliCelsius::new(set_c * 1000).expect("in range");
        let (ramp, hold) = (Span::from_secs(15), Span::from_secs(60));
        steps.push(StepSpec { set, ramp, hold, gate }).expect("four fit");
    }
    Plan::new(PlanSpec {
        id: "gasserian-stepped".to_string(),
        title: "Gasserian ganglion, stepped 60 to 75 °C".to_string(),
        source: Source {
            citation: "published presets, see the site's own approval".to_string(),
            retrieved: "2026-11-22".to_string(),
        },
        site_must_approve: true,
        target: Target::GasserianGanglion,
        electrode: Electrode {
            gauge: Gauge::G20,
            tip_length_um: 5_000,
            sensor: SensorKind::ThermocoupleT,
        },
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        steps,
        limits: PlanLimits {
            power_max: MilliWatts::saturating(11_000),
            set_max: MilliCelsius::saturating(75_000),
            impedance_high: Milliohms::saturating(1_500_000),
            impedance_low: Milliohms::saturating(40_000),
            rules: RuleThresholds::NONE,
            passive: None,
            sound_required: false,
        },
        tissue: None,
    })
    .expect("the plan keeps every rule")
}

/// Numbers as a quiet machine has them.
fn latency() -> LatencyView {
    let of = |p50_ns, p99_ns, p99_9_ns, max_ns| Quantiles {
        count: 6_000,
        p50_ns,
        p99_ns,
        p99_9_ns,
        max_ns,
    };
    LatencyView([
        of(24_000, 71_000, 209_000, 5_272_000),
        of(25_000, 74_000, 230_000, 4_100_000),
        of(610, 980, 1_800, 9_300),
        of(540, 870, 1_650, 8_100),
        of(1_160, 1_790, 2_900, 11_200),
        of(11_000, 26_000, 48_000, 96_000),
        of(4_100_000, 9_800_000, 9_990_000, 12_400_000),
    ])
}

pub fn snapshot() -> Snapshot {
    Snapshot {
        latest: None,
        identity: Identity {
            model: "RFA-SIM".to_string(),
            serial: "0007".to_string(),
            firmware: "1.0.0".to_string(),
            kind: DeviceKind::Simulated { seed: Some(7) },
            channels: 1,
            footswitch: false,
        },
        recording: RecordingStatus {
            file: "s.mcap".to_string(),
            bytes: 41_000,
            dropped: 0,
            error: None,
        },
        lesion: None,
        queues: QueueCounts::default(),
        latency: latency(),
        refusal: None,
        operator: None,
        warnings: Vec::new(),
    }
}

/// The lesion of the stepped plan's end: its real outline, thinned.
pub fn lesion(verdict: PowerVerdict) -> LesionView {
    let mut outline = Bounded::new();
    for point in [
        (-2_250, 0),
        (-2_050, 900),
        (-1_500, 1_700),
        (-500, 2_400),
        (1_000, 2_850),
        (2_500, 3_000),
        (4_000, 2_850),
        (5_300, 2_300),
        (6_100, 1_500),
        (6_500, 454),
    ] {
        let (height_um, radius_um) = point;
        outline.push(OutlinePoint { height_um, radius_um }).expect("room");
    }
    let measure = |value_um, low_um, high_um| LesionMeasure { value_um, low_um, high_um };
    LesionView {
        at: HostInstant::from_micros(50_000_000),
        boundary: LesionBoundary::NerveArrhenius,
        tip_length_um: 5_000,
        diameter_um: 908,
        baseline: MilliCelsius::new(37_000),
        lesion: Ok(LesionPrediction {
            width: measure(5_996, 5_793, 6_357),
            length: measure(8_750, 8_593, 8_999),
            outline,
            power: Some(PowerCheck {
                measured: MilliWatts::saturating(2_050),
                modelled: MilliWatts::saturating(1_700),
                low: MilliWatts::saturating(1_540),
                high: MilliWatts::saturating(1_980),
                verdict,
            }),
        }),
    }
}

pub fn telemetry() -> Telemetry {
    let mut channels = Bounded::new();
    let report = ChannelReport {
        channel: ChannelId::ONE,
        output: OutputState::Off,
        tip: TipReading::Valid(MilliCelsius::saturating(36_900)),
        power: MilliWatts::MIN,
        voltage: MilliVolts::MIN,
        current: MicroAmps::MIN,
        impedance: Milliohms::new(291_000),
        setpoint: MilliWatts::MIN,
        energy: MilliJoules::MIN,
    };
    channels.push(report).expect("one fits");
    Telemetry {
        sequence: 1,
        at: GeneratorInstant::ZERO,
        k1: Contactor::Open,
        k2: Contactor::Shut,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::NotFitted,
        supply: Supply::Good,
        pad: Milliohms::new(64_000),
        grants_refused: 0,
        channels,
    }
}

pub fn outputs() -> Outputs {
    Outputs {
        state: State::SelfTest,
        grant: None,
        k1: Contactor::Open,
        k2: Contactor::Shut,
        permit: Permit {
            delivering: false,
            step: StepIndex::FIRST,
            granted: MilliWatts::MIN,
            ceiling: MilliWatts::saturating(11_000),
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

pub fn control() -> ControlOutputs {
    ControlOutputs {
        request: Request { power: MilliWatts::MIN, step: StepIndex::FIRST, stop: None },
        phase: Phase::Waiting,
        step: StepIndex::FIRST,
        target: None,
        set: MilliCelsius::saturating(60_000),
        reached: None,
        held: Span::ZERO,
        left: Span::from_secs(60),
        applied: MilliWatts::MIN,
        terms: Terms::default(),
    }
}
