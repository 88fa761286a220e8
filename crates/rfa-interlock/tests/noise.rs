//! Noise is no fault: 0.3 K rms at a quantum of 10 mK, for minutes (hazards.md, decision 2).

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{Activation, State};

/// A small generator of its own: the same noise on every machine.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> i64 {
        // Knuth's MMIX constants.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % 10_001
    }

    /// Nearly normal with `rms_mk`, in steps of 10 mK: twelve uniforms have variance one.
    fn kelvin(&mut self, rms_mk: i64) -> i64 {
        let sum: i64 = (0..12).map(|_| self.uniform()).sum::<i64>() - 60_000;
        sum * rms_mk / 10_000 / 10 * 10
    }
}

/// Heats at 3 K/s from 37 °C, then holds for `hold_s`; whether output lasted.
fn treatment(seed: u64, set_c: i32, rms_mk: i64, hold_s: u64) -> Result<(), String> {
    let mut noise = Noise(seed);
    let steps = [limit(set_c, 8_600, hold_s + 60)];
    let mut bench = Bench::new(spec(Activation::Key, &steps)).armed();
    bench.activate();
    bench.controller.power_mw = 2_000;
    let set_mk = i64::from(set_c) * 1_000;
    let mut level_mk = 37_000;
    for tick in 0..hold_s * 100 {
        level_mk = (level_mk + 30).min(set_mk);
        bench.tip_mc(level_mk + noise.kelvin(rms_mk));
        bench.generator.power_mw =
            Some(2_000 + u32::try_from(noise.uniform() / 40).expect("small"));
        bench.generator.impedance_mohm =
            Some(240_000 + u32::try_from(noise.uniform()).expect("small"));
        // The first milliwatts are granted over some ticks; the readback follows.
        if tick < 20 {
            bench.generator.power_mw = None;
        }
        if bench.tick().state != State::Delivering {
            return Err(format!("tick {tick}, {level_mk} mK: {:?}", bench.outputs.map(|o| o.trip)));
        }
    }
    Ok(())
}

/// Three minutes at each set temperature; 20 ramps, which pass 37 to 40 °C with power on.
#[test]
fn noise_of_300_mk_trips_nothing() {
    for (seed, set_c) in [(1, 60), (2, 70), (3, 80), (4, 90)] {
        assert_eq!(treatment(seed, set_c, 300, 180), Ok(()), "{set_c} °C");
    }
    for seed in 10..30 {
        assert_eq!(treatment(seed, 70, 300, 8), Ok(()), "seed {seed}");
    }
}

/// The test can fail: with four times the noise it does.
#[test]
fn noise_of_1200_mk_trips() {
    let tripped = (1..5).filter(|seed| treatment(*seed, 70, 1_200, 180).is_err()).count();
    assert!(tripped > 0);
}
