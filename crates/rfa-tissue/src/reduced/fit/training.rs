//! The runs of the full model that a reduced one is made from.

use crate::{Drive, Lesion, SolveError};

/// Modes. The error at the sensor over a treatment falls below 0.05 K with about 20.
const MODES: usize = 26;
/// Temperature of the runs, °C: in the middle of what treatments use, 60 to 90 °C, so that the
/// perfusion's end, which moves with it, is followed as well at either end.
const TRAINED_C: f64 = 70.0;

/// How much the runs are made to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Training {
    pub(super) modes: usize,
    /// Until when the voltage is watched once switched on, and then off, s.
    switched_s: [f64; 2],
    /// From one look to the next, in multiples of the time passed.
    growth: f64,
    /// Looks in the ramp and in the hold.
    looks: i32,
    /// Whether each look takes the steps that the full model takes by itself, and not just one.
    exact: bool,
}

/// For treatments of any length; what comes of it is held against the runs.
pub(super) const WHOLE: Training =
    Training { modes: MODES, switched_s: [300.0, 100.0], growth: 1.6, looks: 10, exact: true };

/// For a minute. Fields of crude steps span what exact ones do: it is the equations that are exact
/// in them.
pub(super) const QUICK: Training =
    Training { modes: 22, switched_s: [100.0, 30.0], growth: 1.8, looks: 5, exact: false };

/// What the runs saw.
pub(super) struct Runs {
    /// The voltage switched on and off: seconds passed, voltage, temperature at the sensor.
    pub(super) switched: Vec<(f64, f64, f64)>,
    pub(super) rises: Vec<Vec<f64>>,
    pub(super) potentials: Vec<Vec<f64>>,
    pub(super) cold: Vec<f64>,
    pub(super) peak_c: Vec<f64>,
    pub(super) hottest: Vec<usize>,
}

/// The runs: up to temperature as in a treatment, and a voltage switched on and off, watched
/// from a millisecond to minutes. Any other course of power is a sum of such steps.
pub(super) fn run(
    start: &Lesion,
    baseline_c: f64,
    training: &Training,
) -> Result<Runs, SolveError> {
    let mut runs = Runs {
        switched: Vec::new(),
        rises: Vec::new(),
        potentials: Vec::new(),
        cold: Vec::new(),
        peak_c: Vec::new(),
        hottest: Vec::new(),
    };
    let mut ramp = start.clone();
    // A nanovolt shows the cold field.
    ramp.advance(1e-6, Drive::Voltage(1e-9))?;
    runs.cold = ramp.model().potential().to_vec();
    for (from_c, to_c, span_s) in [(baseline_c, TRAINED_C, 10.0), (TRAINED_C, TRAINED_C, 60.0)] {
        let looks = f64::from(training.looks);
        for part in 0..training.looks {
            let at = |part: i32| from_c + (to_c - from_c) * f64::from(part) / looks;
            let drive = Drive::Temperature { from_c: at(part), to_c: at(part.saturating_add(1)) };
            training.pass(&mut ramp, span_s / looks, drive)?;
            runs.see(&ramp, baseline_c);
        }
    }
    let volts = ramp.reading().voltage_v;
    let mut switched = start.clone();
    for (volts, until_s) in [volts, 0.0].into_iter().zip(training.switched_s) {
        let mut at_s = 0.001;
        let mut before_s = 0.0;
        while before_s < until_s {
            training.pass(&mut switched, at_s - before_s, Drive::Voltage(volts))?;
            runs.see(&switched, baseline_c);
            runs.switched.push((at_s - before_s, volts, switched.reading().tip_c));
            before_s = at_s;
            at_s *= training.growth;
        }
    }
    runs.peak_c = ramp.model().damage().peak_c.clone();
    for (peak, other) in runs.peak_c.iter_mut().zip(&switched.model().damage().peak_c) {
        *peak = peak.max(*other);
    }
    Ok(runs)
}

impl Training {
    /// From one look to the next.
    fn pass(&self, lesion: &mut Lesion, span_s: f64, drive: Drive) -> Result<(), SolveError> {
        if self.exact { lesion.advance(span_s, drive) } else { lesion.follow(span_s, drive) }
    }
}

impl Runs {
    fn see(&mut self, lesion: &Lesion, baseline_c: f64) {
        let temperatures = lesion.model().temperatures();
        self.rises.push(temperatures.iter().map(|at_c| at_c - baseline_c).collect());
        let potential = lesion.model().potential();
        self.potentials.push(potential.iter().zip(&self.cold).map(|(p, c)| p - c).collect());
        let tissue = temperatures.iter().zip(&lesion.mesh().metal).enumerate();
        let hottest = tissue.filter(|(_, (_, metal))| !**metal).fold(
            (0, f64::NEG_INFINITY),
            |best, (cell, (at_c, _))| if *at_c > best.1 { (cell, *at_c) } else { best },
        );
        if !self.hottest.contains(&hottest.0) {
            self.hottest.push(hottest.0);
        }
    }
}
