//! The line: paced at its baud rate, the same bytes for the same seed, quiet under garbage.

mod common;

use common::{Ask, Bench, MS, generator, hard_limits, open, run};
use proptest::prelude::*;
use rfa_sim::{Fault, Generator, GeneratorConfig};
use rfa_units::{GeneratorInstant, Mode, SessionId, Span};
use rfa_wire::LinkKey;
use rfa_wire::handshake::Config;

fn session(channels: u8, telemetry_hz: u16) -> Config {
    Config {
        link: LinkKey::DEVELOPMENT,
        session: SessionId(9),
        host_nonce: [3; 16],
        channels,
        telemetry_hz,
        mode: Mode::Thermal,
        limits: hard_limits(),
    }
}

/// Bytes that leave in each of `ms` milliseconds.
fn bytes_per_ms(generator: &mut Generator, ms: usize) -> Vec<u64> {
    let mut counts = vec![0; ms];
    for count in &mut counts {
        run(generator, MS, &mut |_| *count += 1);
    }
    counts
}

/// A pseudo-terminal has no speed of its own: the simulator must not be faster than the line.
#[test]
fn never_sends_faster_than_the_baud_rate() {
    for (baud, channels) in [(230_400_u32, 1), (921_600, 1), (921_600, 4)] {
        let config = GeneratorConfig { baud, channels, ..GeneratorConfig::default() };
        let mut generator = generator(config);
        let opened = open(&mut generator, session(channels, 100));
        assert!(opened.is_ok(), "{:?}", opened.err());
        let counts = bytes_per_ms(&mut generator, 1_000);
        for window in [1, 2, 5, 10, 50] {
            // One byte may end at the window's start.
            let most = u64::from(baud) * window as u64 / 10_000 + 1;
            let busiest = counts.windows(window).map(|w| w.iter().sum::<u64>()).max();
            assert!(busiest.is_some_and(|b| b <= most), "{baud}: {busiest:?} in {window} ms");
        }
        // Telemetry alone: 100 frames of 53 bytes and 31 for each channel.
        let expected = 100 * (53 + 31 * u64::from(channels));
        let sent = counts.iter().sum::<u64>();
        assert!(sent.abs_diff(expected) <= expected / 50, "{sent}, expected {expected}");
    }
}

/// At 230 400 baud a telemetry frame of 84 bytes takes 3.6 ms, and so long does its end.
#[test]
fn a_frame_takes_its_time_on_the_line() {
    let mut generator = generator(GeneratorConfig { baud: 230_400, ..GeneratorConfig::default() });
    let opened = open(&mut generator, session(1, 100));
    assert!(opened.is_ok());
    let counts = bytes_per_ms(&mut generator, 100);
    let longest = counts.split(|count| *count == 0).map(<[u64]>::len).max();
    assert_eq!(longest, Some(4));
}

/// What the host sends arrives no faster either: 4000 bytes take 43 ms at 921 600 baud.
#[test]
fn hears_no_faster_than_the_baud_rate() {
    let mut generator = generator(GeneratorConfig::default());
    generator.receive(&[0xff; 4_000]);
    let mut ms = 0;
    while generator.receive_room() < 4_096 {
        generator.advance(generator.now().plus(MS));
        ms += 1;
    }
    assert_eq!(ms, 44);
    generator.receive(&[0xff; 5_000]);
    assert_eq!(generator.bytes_dropped(), 904, "more than its buffer is lost and counted");
}

/// A configuration that does not fit the line is refused by the generator as well.
#[test]
fn refuses_a_rate_that_does_not_fit() {
    let mut generator = generator(GeneratorConfig { baud: 115_200, ..GeneratorConfig::default() });
    let error = open(&mut generator, session(1, 200)).expect_err("refused");
    assert!(error.contains("telemetry"), "{error}");
}

/// Everything that a run says, as bytes, and the truth at its end.
fn run_of(seed: u64, chunk_ms: u64) -> (Vec<u8>, String) {
    let config = GeneratorConfig { seed, ..GeneratorConfig::default() };
    let mut bench = Bench::new(config);
    bench.deliver(Ask::Hold(60.0));
    bench.run_ms(3_000);
    bench.alive = false;
    let mut said = Vec::new();
    for _ in 0..1_000 / chunk_ms {
        let to = bench.generator.now().plus(Span::from_millis(chunk_ms));
        bench.generator.advance(to);
        let mut bytes = [0; 16_384];
        let count = bench.generator.transmit(&mut bytes);
        said.extend_from_slice(&bytes[..count]);
    }
    (said, format!("{:?}", bench.generator.truth()))
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = run_of(7, 10);
    assert_eq!(first, run_of(7, 10));
    assert_ne!(first.0, run_of(8, 10).0);
    // How the calls are cut does not matter.
    assert_eq!(first, run_of(7, 100));
}

/// H-21: after a stall of whoever runs it, the clock catches up and the dead-man has fired.
#[test]
fn a_stall_is_time_like_any_other() {
    let mut bench = Bench::new(GeneratorConfig::default());
    bench.deliver(Ask::Power(1_000));
    bench.run_ms(300);
    let stalled = bench.generator.now();
    bench.generator.advance(stalled.plus(Span::from_millis(400)));
    let off = *bench.generator.rf_offs().next_back().expect("off");
    assert!(off.at.since(stalled) <= Span::from_millis(60), "{off:?}");
    // What the host sent meanwhile arrives now, and is dead.
    let grant = bench.outputs.as_ref().and_then(|outputs| outputs.grant).expect("a grant");
    let late = bench.encoder.grant(&grant, bench.decoder.seen());
    bench.generator.receive(late.as_bytes());
    bench.generator.advance(bench.generator.now().plus(Span::from_millis(20)));
    assert!(!bench.generator.truth().rf_on);
}

/// The clock moves by whole firmware steps, never beyond what was asked, never back.
#[test]
fn advances_to_the_step_before() {
    let mut generator = generator(GeneratorConfig::default());
    generator.advance(GeneratorInstant::from_micros(2_999));
    assert_eq!(generator.now(), GeneratorInstant::from_micros(2_000));
    generator.advance(GeneratorInstant::ZERO);
    assert_eq!(generator.now(), GeneratorInstant::from_micros(2_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// H-24: no bytes and no faults bring RF on without a grant, and nothing panics.
    #[test]
    fn garbage_and_faults_never_switch_output_on(
        bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
        flips in proptest::collection::vec((0..Fault::ALL.len(), any::<bool>(), any::<bool>()), 0..12),
        mangle in any::<u16>(),
    ) {
        let mut bench = Bench::new(GeneratorConfig { footswitch: true, ..GeneratorConfig::default() });
        for (index, twin, on) in flips {
            let fault = Fault::ALL[index];
            // This one is output without a grant by their nature.
            if fault == Fault::OutputStuckOn {
                continue;
            }
            bench.generator.set_fault(if twin { fault.twin() } else { fault.full() }, on);
            bench.generator.receive(&bytes);
            bench.generator.press_footswitch(on);
            // A real frame with one byte changed.
            let standby = rfa_wire::Standby { k2: rfa_units::Contactor::Shut, tick: 1 };
            let mut frame = bench.encoder.standby(&standby, bench.decoder.seen()).as_bytes().to_vec();
            let at = usize::from(mangle) % frame.len();
            frame[at] ^= 1 << (mangle % 8);
            bench.generator.receive(&frame);
            bench.run_ms(60);
        }
        prop_assert_eq!(bench.generator.rf_offs().len(), 0);
        prop_assert!(!bench.generator.truth().rf_on);
    }
}
