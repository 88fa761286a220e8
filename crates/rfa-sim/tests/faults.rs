//! Each fault against the real interlock: in full it ends as its row says, its twin does not.

mod common;

use common::{Ask, Bench, generator};
use rfa_interlock::{Command, RuleId, State};
use rfa_sim::{Fault, FaultSchedule, FaultSetting, GeneratorConfig, Severity};
use rfa_units::{
    ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant, Span, Supply,
    Telemetry, TipReading,
};

/// A bench in the hold at this many °C, 20 s after the start.
fn holding_at(set_c: f64, footswitch: bool) -> Bench {
    let config = GeneratorConfig { seed: 3, footswitch, ..GeneratorConfig::default() };
    let mut bench = Bench::new(config);
    bench.deliver(Ask::Hold(set_c));
    bench.run_ms(20_000);
    assert_eq!(bench.state(), State::Delivering, "{:?}", bench.trips);
    let tip_c = bench.generator.truth().tip_c;
    assert!((tip_c - set_c).abs() < 3.0, "not holding: {tip_c}");
    bench
}

/// Below 70 °C, where a step of impedance is nobody's roll-off (H-16).
fn holding(footswitch: bool) -> Bench {
    holding_at(65.0, footswitch)
}

fn report(telemetry: &Telemetry) -> &ChannelReport {
    telemetry.channel(ChannelId::ONE).expect("channel 1")
}

/// Every twin, switched on in the hold for eight seconds: nothing trips, output goes on.
#[test]
fn no_twin_trips_in_the_hold() {
    for fault in Fault::ALL.iter().filter(|fault| !fault.needs_footswitch()) {
        let mut bench = holding(false);
        bench.generator.set_fault(fault.twin(), true);
        bench.run_ms(8_000);
        assert_eq!(bench.generator.rf_offs().len(), 0, "{fault}:twin interrupted output");
        // An impedance that returns at once falls suddenly, which is H-17's while output is on.
        let high = [Fault::ImpedanceHigh, Fault::ImpedanceStep].contains(fault);
        if high {
            bench.command(Command::Stop);
            bench.run_ms(200);
        }
        bench.generator.set_fault(fault.twin(), false);
        bench.run_ms(2_000);
        assert_eq!(bench.trips, [], "{fault}:twin");
        let state = if high { State::Idle } else { State::Delivering };
        assert_eq!(bench.state(), state, "{fault}:twin");
        let offs = usize::from(high);
        assert_eq!(bench.generator.rf_offs().len(), offs, "{fault}:twin interrupted output");
    }
}

/// The faults whose rules stand in the interlock end output, in time where the row has one. RF
/// off is what the generator itself measures.
#[test]
fn each_fault_ends_output_in_time() {
    let within_ms = [
        // B50 and B100 from the crossing; sensor lag, burnout detection, the climb of a slow
        // fault and one telemetry period come on top.
        (Fault::SensorOpen, 80),
        (Fault::SensorShort, 100),
        (Fault::SensorFrozen, 500 + 100),
        (Fault::SensorInterference, 200 + 100 + 100),
        (Fault::NoResponse, 200),
        // The slope of 200 ms passes half of the 20 K/s after 100 ms, and five of them vote.
        (Fault::Runaway, 100 + 100),
        (Fault::InsulationFault, 100),
        (Fault::MeterError, 100),
        (Fault::PadLoss, 500),
        (Fault::PadCreep, 3_000 + 500),
        (Fault::ImpedanceHigh, 500 + 100),
        (Fault::ImpedanceLow, 70),
        (Fault::ImpedanceStep, 100),
        (Fault::OutputStuckOn, 100),
        (Fault::OverTemperature, 2_000),
        (Fault::LinkCut, 100),
        (Fault::LinkSilent, 100),
        (Fault::FrameCorruption, 200),
        (Fault::FrameRepeat, 100),
        // The eleventh lost frame of a second, at 50 of them.
        (Fault::FrameLoss, 220 + 100),
        (Fault::FrameOrder, 100),
        (Fault::FrameInsertion, 100),
        (Fault::FrameMasquerade, 100),
        (Fault::FrameAddressing, 100),
        (Fault::FrameDelay, 100),
        (Fault::EmergencyStop, 20),
        (Fault::EmergencyStopWire, 20),
        (Fault::BrownOut, 70),
    ];
    for (fault, within_ms) in within_ms {
        let mut bench = holding(false);
        let broken_at = bench.generator.now();
        bench.generator.set_fault(fault.full(), true);
        bench.run_ms(4_000);
        let off = bench.generator.rf_offs().next_back();
        let off = *off.unwrap_or_else(|| panic!("{fault}: output never ended"));
        let took = off.at.since(broken_at);
        println!("{fault}: off in {} ms, {}; {:?}", took.as_millis(), off.cause, bench.trips);
        assert!(took <= Span::from_millis(within_ms), "{fault}: {took}, {off:?}");
        assert!(
            matches!(bench.state(), State::Tripped | State::Lockout),
            "{fault}: {:?}",
            bench.state()
        );
    }
}

/// H-16: drying ends output where the tip is hot enough for it, and nowhere else.
#[test]
fn roll_off_ends_output_above_70_degrees() {
    for (set_c, severity, trips) in
        [(76.0, Severity::Full, true), (76.0, Severity::Twin, false), (65.0, Severity::Full, false)]
    {
        let mut bench = holding_at(set_c, false);
        let broken_at = bench.generator.now();
        bench.generator.set_fault(FaultSetting { fault: Fault::RollOff, severity }, true);
        bench.run_ms(3_000);
        let off = bench.generator.rf_offs().next_back().map(|off| off.at.since(broken_at));
        assert_eq!(off.is_some(), trips, "{set_c} °C {severity:?}: {:?}", bench.trips);
        // 25 % after 278 ms.
        assert!(off.is_none_or(|took| took <= Span::from_millis(278 + 100)), "{off:?}");
    }
}

/// H-11: a tip that never answers has no more than what holds 60 °C, for some 3 s.
#[test]
fn a_tip_that_does_not_answer_stays_at_the_starts_ceiling() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.generator.set_fault(Fault::NoResponse.full(), true);
    bench.deliver(Ask::Hold(70.0));
    bench.run_ms(8_000);
    assert_eq!(bench.trips.first().map(|trip| trip.rule), Some(RuleId::H11));
    let off = *bench.generator.rf_offs().next_back().expect("off");
    println!("no-response: on for {} ms", off.on_for.as_millis());
    assert!(off.on_for <= Span::from_millis(5_000), "{off:?}");
    let most = bench.telemetry.iter().map(|t| report(t).power.get()).max();
    assert!(most.is_some_and(|power| (400..=580).contains(&power)), "{most:?}");
}

/// H-12: heat from elsewhere with RF off opens K2 as well, and can be left.
#[test]
fn heat_from_elsewhere_opens_k2() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.generator.set_fault(Fault::OverTemperature.full(), true);
    bench.run_ms(1_500);
    assert_eq!(bench.trips.first().map(|trip| trip.rule), Some(RuleId::H12));
    assert_eq!((bench.state(), bench.generator.truth().k2), (State::Tripped, Contactor::Open));
    bench.generator.set_fault(Fault::OverTemperature.full(), false);
    bench.run_ms(4_000);
    bench.command(Command::Acknowledge);
    bench.command(Command::Reset);
    assert_eq!(bench.state(), State::Idle, "{:?}", bench.outputs);
}

/// H-04: where the excess passes 0.5 W, that is above 1 W of request.
#[test]
fn a_gain_of_one_and_a_half_ends_output_while_it_heats_up() {
    for (severity, trips) in [(Severity::Full, true), (Severity::Twin, false)] {
        let mut bench = Bench::new(GeneratorConfig::default());
        bench.deliver(Ask::Power(2_000));
        bench.run_ms(500);
        bench.generator.set_fault(FaultSetting { fault: Fault::OutputGain, severity }, true);
        bench.run_ms(100);
        assert_eq!(bench.generator.truth().rf_on, !trips, "{severity:?}");
        let power = bench.telemetry.iter().map(|t| report(t).power.get()).max();
        let expected = if trips { 2_900..=3_200 } else { 2_200..=2_450 };
        assert!(power.is_some_and(|power| expected.contains(&power)), "{power:?}");
    }
}

/// What each fault changes in the telemetry of an idle generator, and that its end ends it.
#[test]
fn faults_show_as_what_they_are() {
    type Shows = fn(&Telemetry) -> bool;
    let cases: [(Fault, Shows); 12] = [
        (Fault::SensorOpen, |t| report(t).tip == TipReading::Open),
        (Fault::SensorShort, |t| {
            report(t).tip.valid().is_some_and(|tip| (27.5..28.5).contains(&tip.as_f64()))
        }),
        (Fault::ImpedanceHigh, |t| report(t).impedance.is_some_and(|ohm| ohm.as_f64() > 3_300.0)),
        (Fault::ImpedanceLow, |t| report(t).impedance.is_some_and(|ohm| ohm.as_f64() < 21.0)),
        (Fault::ImpedanceStep, |t| report(t).impedance.is_some_and(|ohm| ohm.as_f64() > 480.0)),
        (Fault::RollOff, |t| report(t).impedance.is_some_and(|ohm| ohm.as_f64() > 290.0)),
        (Fault::InsulationFault, |t| report(t).impedance.is_some_and(|ohm| ohm.as_f64() < 115.0)),
        (Fault::PadCreep, |t| t.pad.is_some_and(|ohm| ohm.as_f64() > 66.0)),
        (Fault::PadLoss, |t| t.pad.is_some_and(|ohm| ohm.as_f64() > 380.0)),
        (Fault::EmergencyStop, |t| t.emergency_stop == EmergencyStop::Pressed),
        (Fault::EmergencyStopWire, |t| t.emergency_stop == EmergencyStop::Disagree),
        (Fault::BrownOut, |t| t.supply == Supply::BrownOut),
    ];
    for (fault, shows) in cases {
        let mut bench = Bench::new(GeneratorConfig::default());
        assert!(!shows(bench.last()), "{fault} shows before it is on");
        bench.generator.set_fault(fault.full(), true);
        bench.run_ms(1_000);
        assert!(shows(bench.last()), "{fault}: {:?}", bench.last());
        bench.generator.set_fault(fault.full(), false);
        bench.run_ms(1_000);
        assert!(!shows(bench.last()), "{fault} stays after its end");
    }
}

/// H-05: past K1, whatever is told; K2 ends it.
#[test]
fn a_stuck_output_passes_k1_and_stops_at_k2() {
    let mut bench = Bench::new(GeneratorConfig::default());
    let (k1, k2) = (bench.generator.truth().k1, bench.generator.truth().k2);
    assert_eq!((k1, k2), (Contactor::Open, Contactor::Shut));
    let broken_at = bench.generator.now();
    bench.generator.set_fault(Fault::OutputStuckOn.full(), true);
    bench.run_ms(20);
    assert!(bench.telemetry.iter().any(|t| report(t).power.as_f64() > 2.0));
    bench.run_ms(200);
    assert_eq!(bench.state(), State::Lockout);
    let truth = bench.generator.truth();
    assert_eq!((truth.rf_on, truth.k2), (false, Contactor::Open));
    let off = *bench.generator.rf_offs().next_back().expect("off");
    // B50 from the second tick that sees it.
    assert!(off.at.since(broken_at) <= Span::from_millis(70), "{off:?}");
}

#[test]
fn a_frozen_sensor_repeats_one_code_and_a_noisy_one_spreads() {
    let spread = |fault: Option<FaultSetting>| {
        let mut bench = Bench::new(GeneratorConfig::default());
        fault.inspect(|fault| bench.generator.set_fault(*fault, true));
        bench.telemetry.clear();
        bench.run_ms(3_000);
        let tips: Vec<f64> = bench
            .telemetry
            .iter()
            .filter_map(|t| report(t).tip.valid().map(|tip| tip.as_f64()))
            .collect();
        let mean = tips.iter().sum::<f64>() / tips.len() as f64;
        (tips.iter().map(|tip| (tip - mean).powi(2)).sum::<f64>() / tips.len() as f64).sqrt()
    };
    let rest = spread(None);
    assert!((0.04..0.06).contains(&rest), "{rest}");
    assert!(spread(Some(Fault::SensorFrozen.full())) < 1e-9);
    assert!(spread(Some(Fault::SensorNoise.full())) > 3.0);
    let twin = spread(Some(Fault::SensorNoise.twin()));
    assert!((0.2..0.3).contains(&twin), "hazards.md decision 2: {twin}");
}

#[test]
fn footswitch_faults_show_where_one_is_fitted() {
    let shown = |setting: FaultSetting, after_ms| {
        let config = GeneratorConfig { footswitch: true, ..GeneratorConfig::default() };
        let mut bench = Bench::new(config);
        bench.generator.set_fault(setting, true);
        bench.run_ms(after_ms);
        bench.last().footswitch
    };
    assert_eq!(shown(Fault::FootswitchStuck.full(), 20), Footswitch::Pressed);
    assert_eq!(shown(Fault::FootswitchBroken.full(), 20), Footswitch::Disagree);
    assert_eq!(shown(Fault::FootswitchStuck.twin(), 50), Footswitch::Released);
    assert_eq!(shown(Fault::FootswitchBroken.twin(), 50), Footswitch::Released);
    let mut without = Bench::new(GeneratorConfig::default());
    without.generator.set_fault(Fault::FootswitchBroken.full(), true);
    without.run_ms(50);
    assert_eq!(without.last().footswitch, Footswitch::NotFitted);
}

/// The schedule acts by the generator's clock and ends what it began.
#[test]
fn a_schedule_switches_by_the_generators_clock() {
    let mut generator = generator(GeneratorConfig::default());
    let schedule: FaultSchedule = "impedance-step@1s+500ms".parse().expect("a schedule");
    generator.set_schedule(schedule);
    let ohm_at = |generator: &mut rfa_sim::Generator, ms: u64| {
        generator.advance(GeneratorInstant::from_micros(ms * 1_000));
        generator.truth().impedance_ohm
    };
    let rest = ohm_at(&mut generator, 999);
    assert!((ohm_at(&mut generator, 1_001) / rest - 3.0).abs() < 0.01);
    assert!((ohm_at(&mut generator, 1_499) / rest - 3.0).abs() < 0.01);
    assert!((ohm_at(&mut generator, 1_501) / rest - 1.0).abs() < 0.01);
}

#[test]
fn names_are_kebab_unique_and_read_back() {
    let mut names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.info().name).collect();
    for fault in Fault::ALL {
        for setting in [fault.full(), fault.twin()] {
            assert_eq!(setting.to_string().parse(), Ok(setting));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        assert!(fault.info().name.chars().all(plain), "{fault}");
        assert!(fault.info().hazard.starts_with("H-"), "{fault}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Fault::ALL.len());
    assert_eq!(rfa_sim::fault_help().lines().count(), Fault::ALL.len());
}
