//! The firmware: dead-man, refusals, its own limits, self-test, inputs, sessions.

mod common;

use common::{Ask, Bench, generator, hard_limits, mw, open, plant, run};
use rfa_interlock::State;
use rfa_plan::Gauge;
use rfa_sim::{Fault, Generator, GeneratorConfig, OffCause, Tissue};
use rfa_units::{
    ChannelId, Contactor, EmergencyStop, Footswitch, GeneratorInstant, MilliCelsius, MilliVolts,
    Mode, SessionId, Span,
};
use rfa_wire::handshake::Config;
use rfa_wire::{GeneratorMessage, HardLimits, LinkKey, RefusalCode, Standby};

fn session_config(session: u32, limits: HardLimits) -> Config {
    Config {
        link: LinkKey::DEVELOPMENT,
        session: SessionId(session),
        host_nonce: [session as u8; 16],
        channels: 1,
        telemetry_hz: 100,
        mode: Mode::Thermal,
        limits,
    }
}

#[test]
fn delivers_what_is_granted_and_meters_it() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(1_000);
    let truth = bench.generator.truth();
    assert!(truth.rf_on && (truth.power_w - 1.0).abs() < 0.03, "{truth:?}");
    let report = bench.last().channel(ChannelId::ONE).copied().expect("channel 1");
    assert_eq!(report.setpoint, mw(1_000));
    assert!((report.power.as_f64() - 1.0).abs() < 0.04, "{report:?}");
    let (volts, amps) = (report.voltage.as_f64(), report.current.as_f64());
    let ohm = report.impedance.expect("measured").as_f64();
    // H-18: the four agree far inside its 15 and 20 %.
    assert!((volts * amps / report.power.as_f64() - 1.0).abs() < 0.03, "{report:?}");
    assert!((volts / amps / ohm - 1.0).abs() < 0.03, "{report:?}");
    assert!((ohm / truth.impedance_ohm - 1.0).abs() < 0.03);
    assert!((report.energy.as_f64() - truth.energy_j).abs() < 0.05);
    assert!(truth.tip_c > 42.0, "{truth:?}");
}

/// H-21, T2: silence at any phase of the tick ends RF within 70 ms of the last grant, and both
/// contactors open.
#[test]
fn silence_ends_output_within_70_ms() {
    for phase_ms in 0..10 {
        let mut bench = Bench::new(GeneratorConfig::default());
        bench.deliver(Ask::Power(1_000));
        bench.run_ms(500);
        run(&mut bench.generator, Span::from_millis(phase_ms), &mut |_| {});
        let dead_at = bench.generator.now();
        bench.alive = false;
        bench.run_ms(150);
        let off = *bench.generator.rf_offs().next_back().expect("off");
        assert_eq!(off.cause, OffCause::Silence);
        let since_grant = off.since_grant.expect("there was a grant");
        assert!(since_grant <= Span::from_millis(70), "{off:?}");
        assert!(since_grant >= Span::from_millis(30), "dead-man too eager: {off:?}");
        assert!(off.at.since(dead_at) <= Span::from_millis(100), "{off:?}");
        let truth = bench.generator.truth();
        assert_eq!((truth.k1, truth.k2, truth.rf_on), (Contactor::Open, Contactor::Open, false));
    }
}

/// Two seconds after the host fell silent nobody is told anything more.
#[test]
fn a_session_without_a_host_ends() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.alive = false;
    bench.run_ms(2_100);
    assert_eq!(bench.generator.truth().session, None);
    let mut bytes = 0;
    run(&mut bench.generator, Span::from_secs(1), &mut |_| bytes += 1);
    assert_eq!(bytes, 0);
}

/// I18, H-25: a grant that comes again, late, or under another session is refused and counted.
#[test]
fn repeated_and_late_grants_are_refused() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(200);
    let grant = bench.outputs.as_ref().and_then(|outputs| outputs.grant).expect("a grant");
    let seen = bench.decoder.seen();
    let (again, late) = (bench.encoder.grant(&grant, seen), bench.encoder.grant(&grant, seen));
    bench.alive = false;
    let before = bench.generator.truth();
    bench.generator.receive(again.as_bytes());
    bench.run_ms(20);
    let repeated = bench.generator.truth();
    assert_eq!(repeated.grants_refused, before.grants_refused + 1, "same tick again");
    bench.run_ms(200);
    assert!(!bench.generator.truth().rf_on);
    bench.generator.receive(late.as_bytes());
    bench.run_ms(20);
    let expired = bench.generator.truth();
    assert_eq!(expired.grants_refused, before.grants_refused + 2, "K2 is open by now, and late");
    assert!(!expired.rf_on && expired.k1 == Contactor::Open);
    // A whole frame again: refused by its sequence number.
    bench.generator.receive(late.as_bytes());
    bench.run_ms(20);
    assert_eq!(bench.generator.truth().grants_refused, before.grants_refused + 3);
    assert_eq!(bench.generator.truth().grants_honoured, repeated.grants_honoured);
}

/// H-25: new limits do not make an old tick good again.
#[test]
fn a_used_tick_stays_used_under_new_limits() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(200);
    let grant = bench.outputs.as_ref().and_then(|outputs| outputs.grant).expect("a grant");
    bench.alive = false;
    let seen = bench.decoder.seen();
    // Heard first: the bench's newest grant. Then output ends, K2 stays shut, limits are new.
    let frames = [
        bench.encoder.standby(&Standby { k2: Contactor::Shut, tick: bench.tick + 1 }, seen),
        bench.encoder.set_limits(&hard_limits(), seen),
        bench.encoder.grant(&grant, seen),
    ];
    frames.iter().for_each(|frame| bench.generator.receive(frame.as_bytes()));
    let mut last = None;
    run(&mut bench.generator, Span::from_millis(30), &mut |byte| {
        if let Some(Ok(GeneratorMessage::Refused(refusal))) = bench.decoder.push(byte) {
            last = Some(refusal.code);
        }
    });
    assert_eq!(last, Some(RefusalCode::StaleTick));
    assert!(!bench.generator.truth().rf_on);
}

/// The documented end: good-bye opens both contactors, is answered, and telemetry ends.
#[test]
fn good_bye_ends_everything() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(200);
    let frame = bench.encoder.bye(bench.decoder.seen());
    bench.alive = false;
    bench.generator.receive(frame.as_bytes());
    let mut answered = false;
    run(&mut bench.generator, Span::from_millis(50), &mut |byte| {
        answered |= matches!(bench.decoder.push(byte), Some(Ok(GeneratorMessage::Bye)));
    });
    assert!(answered);
    assert_eq!(bench.generator.rf_offs().next_back().expect("off").cause, OffCause::SessionEnd);
    let truth = bench.generator.truth();
    assert_eq!((truth.session, truth.k1, truth.k2), (None, Contactor::Open, Contactor::Open));
    let mut bytes = 0;
    run(&mut bench.generator, Span::from_millis(200), &mut |_| bytes += 1);
    assert_eq!(bytes, 0);
}

/// H-24: a frame of a host with another key changes nothing but the count.
#[test]
fn foreign_frames_are_refused() {
    let mut bench = Bench::new(GeneratorConfig::default());
    let mut stranger = rfa_wire::HostEncoder::new(LinkKey([9; 16]), SessionId(0xbe7c4));
    let seen = bench.decoder.seen();
    let standby = Standby { k2: Contactor::Open, tick: 1 };
    (0..50).for_each(|_| {
        let _ = stranger.standby(&standby, seen);
    });
    bench.generator.receive(stranger.standby(&standby, seen).as_bytes());
    bench.run_ms(50);
    assert_eq!(bench.generator.truth().k2, Contactor::Shut);
    assert_eq!(bench.refusals.last().map(|r| r.code), Some(RefusalCode::Unauthenticated));
    assert_eq!(bench.last().grants_refused, 1);
}

/// A flood of bad frames is answered ten times a second at most.
#[test]
fn refusals_are_rationed() {
    let mut bench = Bench::new(GeneratorConfig::default());
    let mut stranger = rfa_wire::HostEncoder::new(LinkKey([9; 16]), SessionId(0xbe7c4));
    let seen = bench.decoder.seen();
    for _ in 0..100 {
        let standby = Standby { k2: Contactor::Open, tick: 1 };
        bench.generator.receive(stranger.standby(&standby, seen).as_bytes());
        bench.run_ms(10);
    }
    assert!((5..=11).contains(&bench.refusals.len()), "{}", bench.refusals.len());
}

#[test]
fn opens_a_session_and_says_who_it_is() {
    let config = GeneratorConfig { seed: 42, ..GeneratorConfig::default() };
    let mut generator = generator(config);
    let opened = open(&mut generator, session_config(5, hard_limits()));
    assert!(opened.is_ok());
    assert_eq!(generator.truth().session, Some(SessionId(5)));
    let started = GeneratorInstant::ZERO;
    // Hello, limits, a self-test of 150 ms, and their answers.
    let took = generator.now().since(started);
    assert!((Span::from_millis(150)..Span::from_millis(200)).contains(&took), "{took}");
}

/// A new hello ends the old session, output first.
#[test]
fn a_new_session_switches_output_off_first() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(200);
    let opened = open(&mut bench.generator, session_config(77, hard_limits()));
    assert!(opened.is_ok(), "{:?}", opened.err());
    let off = *bench.generator.rf_offs().next_back().expect("off");
    assert_eq!(off.cause, OffCause::SessionEnd);
    let truth = bench.generator.truth();
    assert_eq!((truth.k1, truth.k2), (Contactor::Open, Contactor::Open));
    assert_eq!((truth.grants_honoured, truth.grants_refused), (0, 0));
}

#[test]
fn refuses_limits_above_its_own() {
    let refused = |limits| {
        let config = GeneratorConfig {
            power_max: mw(20_000),
            voltage_max: MilliVolts::new(150_000).expect("150 V"),
            ..GeneratorConfig::default()
        };
        open(&mut generator(config), session_config(5, limits)).err().unwrap_or_default()
    };
    let power = refused(HardLimits { power_max: mw(20_001), ..hard_limits() });
    assert!(power.contains("over a hard limit"), "{power}");
    let volts = MilliVolts::new(150_001).expect("150.001 V");
    let voltage = refused(HardLimits { voltage_max: volts, ..hard_limits() });
    assert!(voltage.contains("over a hard limit"), "{voltage}");
    let channel = ChannelId::new(2).expect("channel 2");
    assert!(refused(HardLimits { channel, ..hard_limits() }).contains("channel"));
    assert_eq!(refused(HardLimits { power_max: mw(20_000), ..hard_limits() }), "");
}

/// hazards.md a.2: the generator's own power limit holds against its own output stage where the
/// interlock's readback rule (H-04: 0.5 W above the request) does not see it yet; and it stays
/// off until a self-test has passed.
#[test]
fn its_own_power_limit_stops_it() {
    let mut bench = Bench::new(GeneratorConfig::default());
    let limits = HardLimits { power_max: mw(500), ..hard_limits() };
    let frame = bench.encoder.set_limits(&limits, bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    bench.run_ms(50);
    bench.deliver(Ask::Power(450));
    bench.run_ms(500);
    assert!(bench.generator.truth().rf_on, "450 mW are within 0.5 W");
    bench.generator.set_fault(Fault::OutputGain.full(), true);
    let broken_at = bench.generator.now();
    bench.run_ms(100);
    let off = *bench.generator.rf_offs().next_back().expect("off");
    assert_eq!(off.cause, OffCause::PowerLimit);
    assert!(off.at.since(broken_at) <= Span::from_millis(20), "{off:?}");
    assert_eq!(bench.generator.truth().k2, Contactor::Open);
    // The fault is gone, but the host's wish to shut K2 is refused.
    bench.generator.set_fault(Fault::OutputGain.full(), false);
    bench.run_ms(500);
    let shut = Standby { k2: Contactor::Shut, tick: 1 };
    let frame = bench.encoder.standby(&shut, bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    run(&mut bench.generator, Span::from_millis(15), &mut |_| {});
    assert_eq!(bench.generator.truth().k2, Contactor::Open);
    // A self-test that passes makes it good again.
    let frame = bench.encoder.self_test(bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    bench.run_ms(200);
    let shut = Standby { k2: Contactor::Shut, tick: 2 };
    let frame = bench.encoder.standby(&shut, bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    run(&mut bench.generator, Span::from_millis(15), &mut |_| {});
    assert_eq!(bench.generator.truth().k2, Contactor::Shut);
}

/// A set-point above the limit is refused whole, never delivered in part.
#[test]
fn a_grant_above_the_limit_is_refused() {
    let mut bench = Bench::new(GeneratorConfig::default());
    let limits = HardLimits { power_max: mw(500), ..hard_limits() };
    let frame = bench.encoder.set_limits(&limits, bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    bench.run_ms(50);
    bench.deliver(Ask::Power(501));
    bench.run_ms(300);
    assert!(bench.refusals.iter().any(|refusal| refusal.code == RefusalCode::OverHardLimit));
    assert!(!bench.generator.truth().rf_on);
    assert_eq!(bench.generator.rf_offs().next_back().expect("off").cause, OffCause::Silence);
}

/// The sensed temperature ends output too, and the host that grants on is refused.
#[test]
fn its_own_temperature_limit_stops_it() {
    let mut bench = Bench::with(
        Generator::new(GeneratorConfig::default(), plant(Gauge::G22, 2, Tissue::MUSCLE))
            .expect("a generator"),
    );
    let limits =
        HardLimits { temperature_max: MilliCelsius::new(50_000).expect("50 °C"), ..hard_limits() };
    let frame = bench.encoder.set_limits(&limits, bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    bench.run_ms(50);
    // More would be a runaway rise to the host (H-03).
    bench.deliver(Ask::Power(300));
    bench.run_ms(8_000);
    let off = *bench.generator.rf_offs().next_back().expect("off");
    assert_eq!(off.cause, OffCause::TemperatureLimit);
    assert!(off.on_for > Span::from_millis(100), "{off:?}");
    assert_eq!(bench.generator.truth().k2, Contactor::Open);
    assert!(
        bench.refusals.iter().any(|refusal| matches!(
            refusal.code,
            RefusalCode::GeneratorFault | RefusalCode::K2Open
        ))
    );
}

#[test]
fn its_own_voltage_limit_stops_it() {
    let mut bench = Bench::new(GeneratorConfig::default());
    let limits = HardLimits { voltage_max: MilliVolts::new(8_000).expect("8 V"), ..hard_limits() };
    let frame = bench.encoder.set_limits(&limits, bench.decoder.seen());
    bench.generator.receive(frame.as_bytes());
    bench.run_ms(50);
    bench.deliver(Ask::Power(2_000));
    bench.run_ms(300);
    assert_eq!(bench.generator.rf_offs().next_back().expect("off").cause, OffCause::VoltageLimit);
}

/// H-50, H-54: the self-test proves both contactors, and fails for each that does not open.
#[test]
fn the_self_test_finds_what_is_broken() {
    for (fault, part) in [
        (Fault::K1Welded, "k1_opens"),
        (Fault::SensorOpen, "sensor_ok"),
        (Fault::OutputStuckOn, "output_zero"),
    ] {
        let mut generator = generator(GeneratorConfig::default());
        generator.set_fault(fault.full(), true);
        let error = open(&mut generator, session_config(5, hard_limits())).err();
        let error = error.expect("must fail");
        assert!(error.contains(part), "{fault}: {error}");
    }
    let mut generator = generator(GeneratorConfig::default());
    generator.press_emergency_stop(true);
    let error = open(&mut generator, session_config(5, hard_limits())).err();
    assert!(error.is_some_and(|error| error.contains("k2_opens")), "K2 cannot be shown to shut");
}

/// H-49, T4: the emergency stop opens K2 by hardware; off in 20 ms, reported, and a grant while
/// it is pressed is refused.
#[test]
fn the_emergency_stop_ends_output() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(200);
    let pressed_at = bench.generator.now();
    bench.generator.press_emergency_stop(true);
    bench.run_ms(200);
    let off = *bench.generator.rf_offs().next_back().expect("off");
    assert_eq!(off.cause, OffCause::EmergencyStop);
    assert!(off.at.since(pressed_at) <= Span::from_millis(20), "{off:?}");
    assert_eq!(bench.last().emergency_stop, EmergencyStop::Pressed);
    assert_eq!(bench.generator.truth().k2, Contactor::Open);
    assert_eq!(bench.state(), State::Tripped);
}

#[test]
fn the_footswitch_shows_and_is_never_debounced_on_release() {
    let config = GeneratorConfig { footswitch: true, ..GeneratorConfig::default() };
    let mut bench = Bench::new(config);
    assert_eq!(bench.last().footswitch, Footswitch::Released);
    bench.generator.press_footswitch(true);
    bench.run_ms(20);
    assert_eq!(bench.last().footswitch, Footswitch::Pressed);
    bench.generator.press_footswitch(false);
    bench.run_ms(20);
    assert_eq!(bench.last().footswitch, Footswitch::Released);
    let mut without = Bench::new(GeneratorConfig::default());
    without.generator.press_footswitch(true);
    without.run_ms(20);
    assert_eq!(without.last().footswitch, Footswitch::NotFitted);
}
