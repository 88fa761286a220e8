//! Output stuck at a power from a hold at the set temperature, and the largest power at which the
//! hottest tissue stays below 100 °C until RF is off (hazards.md a.2).

use rfa_tissue::{Boundary, Drive, Lesion, Setting, SolveError};

/// Where steam ends what the model knows, °C.
pub(super) const LIMIT_C: f64 = 100.0;
/// The ramp from the baseline, and the hold before the fault, s.
const RAMP_S: f64 = 15.0;
pub(super) const HOLD_S: f64 = 15.0;
/// A fault that the sensor has not shown by then is judged by what it did until then, s.
const END_S: f64 = 4.0;
/// No ceiling is looked for above the generator's own 50 W, W.
const MOST_W: f64 = 60.0;
/// A ceiling is found to this share of itself.
const FOUND: f64 = 0.003;

/// From the fault to RF off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    /// Time constant of the sensor behind the tip's metal, s.
    pub(super) lag_s: f64,
    /// The trip above the set temperature, K.
    pub(super) margin_k: f64,
    /// From the sensor's crossing to the last vote where the fault comes at the worst time, s.
    pub(super) vote_s: f64,
    /// Until the readback of power has told the fault, s.
    pub(super) readback_s: f64,
    /// From the decision to RF off, s.
    pub(super) off_s: f64,
    /// The longest step of the model, s.
    pub(super) step_s: f64,
}

/// The method of a.2: two samples at 50 Hz after the crossing, where the first comes 20 ms after.
pub(super) const METHOD: Chain =
    Chain { lag_s: 0.15, margin_k: 5.0, vote_s: 0.04, readback_s: 0.04, off_s: 0.1, step_s: 0.01 };

/// What is required of the interlock (B100): 100 ms from the crossing, votes included; and the
/// same from an electrical fault.
pub(super) const PROMPT: Chain = Chain { vote_s: 0.0, readback_s: 0.0, ..METHOD };

/// How a fault is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caught {
    /// By the sensor in the tip.
    Thermal,
    /// By the power read back.
    Electrical,
}

impl Caught {
    pub(super) const BOTH: [Self; 2] = [Self::Thermal, Self::Electrical];
}

/// A needle held at a set temperature, at the moment of the fault.
pub(super) struct Held {
    pub(super) lesion: Lesion,
    pub(super) set_c: f64,
}

impl Held {
    pub(super) fn new(setting: &Setting, set_c: f64) -> Result<Self, String> {
        // Damage is followed because it stops the blood.
        let lesion =
            Lesion::only(setting, Boundary::Arrhenius(0)).map_err(|why| why.to_string())?;
        let mut held = Self { lesion, set_c };
        let from_c = setting.baseline_c;
        held.go(RAMP_S, Drive::Temperature { from_c, to_c: set_c })?;
        held.hold(HOLD_S)?;
        Ok(held)
    }

    /// What the hold takes, W.
    pub(super) const fn power_w(&self) -> f64 {
        self.lesion.reading().power_w
    }

    /// Holds for a longer time.
    pub(super) fn hold(&mut self, span_s: f64) -> Result<(), String> {
        self.go(span_s, Drive::Temperature { from_c: self.set_c, to_c: self.set_c })
    }

    fn go(&mut self, span_s: f64, drive: Drive) -> Result<(), String> {
        self.lesion.advance(span_s, drive).map_err(|why| why.to_string())
    }

    /// The largest power that, stuck, keeps the hottest tissue below the limit; 0 where tissue is
    /// beyond it in the hold itself.
    pub(super) fn ceiling_w(
        &self,
        caught: Caught,
        chain: &Chain,
        guess_w: f64,
    ) -> Result<f64, String> {
        if self.lesion.hottest().0 >= LIMIT_C {
            return Ok(0.0);
        }
        let over = |power_w: f64| Ok(self.peak_c(power_w, caught, chain)? - LIMIT_C);
        root(over, guess_w.max(self.power_w() * 1.1)).map_err(|why: SolveError| why.to_string())
    }

    /// The hottest tissue until RF is off. It cools from there: no metal is hotter than the tissue
    /// that heats it.
    pub(super) fn peak_c(
        &self,
        power_w: f64,
        caught: Caught,
        chain: &Chain,
    ) -> Result<f64, SolveError> {
        let mut fault = Fault::new(self, chain);
        loop {
            let off_s = match caught {
                Caught::Electrical => Some(chain.readback_s + chain.off_s),
                Caught::Thermal => fault.off_s,
            };
            if let Some(off_s) = off_s.filter(|off_s| *off_s <= fault.now.t_s) {
                return Ok(fault.hottest_at(off_s));
            }
            if fault.now.t_s >= END_S {
                return Ok(fault.now.hottest_c);
            }
            fault.step(power_w)?;
        }
    }
}

/// What the end of a ramp takes, which is the most of it, W.
pub(super) fn ramp_w(setting: &Setting, ramp_s: f64, set_c: f64) -> Result<f64, String> {
    let mut lesion =
        Lesion::only(setting, Boundary::Arrhenius(0)).map_err(|why| why.to_string())?;
    let drive = Drive::Temperature { from_c: setting.baseline_c, to_c: set_c };
    lesion.advance(ramp_s, drive).map_err(|why| why.to_string())?;
    Ok(lesion.reading().power_w)
}

/// One moment of a fault.
#[derive(Debug, Clone, Copy)]
struct Moment {
    t_s: f64,
    tip_c: f64,
    sensed_c: f64,
    hottest_c: f64,
}

/// A fault as it goes.
struct Fault<'a> {
    lesion: Lesion,
    chain: &'a Chain,
    trip_c: f64,
    before: Moment,
    now: Moment,
    off_s: Option<f64>,
}

impl<'a> Fault<'a> {
    fn new(held: &Held, chain: &'a Chain) -> Self {
        let lesion = held.lesion.clone();
        let tip_c = lesion.reading().tip_c;
        let now = Moment { t_s: 0.0, tip_c, sensed_c: tip_c, hottest_c: lesion.hottest().0 };
        let trip_c = held.set_c + chain.margin_k;
        Self { lesion, chain, trip_c, before: now, now, off_s: None }
    }

    fn step(&mut self, power_w: f64) -> Result<(), SolveError> {
        let before = self.now;
        // What diffuses slows down; the votes' time does not.
        let step_s = if before.t_s < 20.0 * self.chain.step_s { 1.0 } else { 2.0 };
        let step_s = step_s * self.chain.step_s;
        self.lesion.advance(step_s, Drive::Power(power_w))?;
        let tip_c = self.lesion.reading().tip_c;
        self.now = Moment {
            t_s: before.t_s + step_s,
            tip_c,
            sensed_c: lagged(before.sensed_c, (before.tip_c, tip_c), step_s, self.chain.lag_s),
            hottest_c: self.lesion.hottest().0,
        };
        self.before = before;
        if self.off_s.is_none() && self.now.sensed_c >= self.trip_c {
            let share = (self.trip_c - before.sensed_c) / (self.now.sensed_c - before.sensed_c);
            let crossed_s = before.t_s + share * step_s;
            self.off_s = Some(crossed_s + self.chain.vote_s + self.chain.off_s);
        }
        Ok(())
    }

    /// Between the last two moments, in proportion.
    fn hottest_at(&self, at_s: f64) -> f64 {
        let (before, now) = (self.before, self.now);
        let share = (at_s - before.t_s) / (now.t_s - before.t_s);
        before.hottest_c + (now.hottest_c - before.hottest_c) * share
    }
}

/// A first-order lag behind what runs in a straight line: exact.
fn lagged(sensed_c: f64, (from_c, to_c): (f64, f64), span_s: f64, lag_s: f64) -> f64 {
    let behind_c = lag_s * (to_c - from_c) / span_s;
    to_c - behind_c + (sensed_c - from_c + behind_c) * libm::exp(-span_s / lag_s)
}

/// Where a rising function of power passes 0: false position, with the end that stays halved.
fn root(
    mut over: impl FnMut(f64) -> Result<f64, SolveError>,
    guess_w: f64,
) -> Result<f64, SolveError> {
    const WIDER: f64 = 1.15;
    let mut low = (guess_w, over(guess_w)?);
    let mut high = low;
    while low.1 >= 0.0 {
        high = low;
        let power_w = low.0 / WIDER;
        low = (power_w, over(power_w)?);
    }
    while high.1 < 0.0 {
        if high.0 >= MOST_W {
            return Ok(high.0);
        }
        low = high;
        let power_w = high.0 * WIDER;
        high = (power_w, over(power_w)?);
    }
    let mut stayed = 0;
    while high.0 - low.0 > FOUND * low.0 {
        let at = low.0 + (high.0 - low.0) * low.1 / (low.1 - high.1);
        let value = over(at)?;
        if value.abs() < 0.03 {
            return Ok(at);
        }
        let (kept, side) = if value < 0.0 { (&mut high, 1) } else { (&mut low, -1) };
        if stayed == side {
            kept.1 /= 2.0;
        }
        stayed = side;
        if value < 0.0 { low = (at, value) } else { high = (at, value) }
    }
    Ok(low.0)
}
