//! The first table of hazards.md a.2: hold powers and how fast the sensor moves, in muscle.

use super::setting::{NEAREST, dry};
use super::stuck::{HOLD_S, Held};
use rfa_tissue::{Drive, Lesion, SolveError};

/// Powers that output is stuck at, W.
pub(super) const POWERS_W: [f64; 3] = [5.0, 10.0, 50.0];
/// The hold that they start from, °C.
const SET_C: f64 = 80.0;
const STEP_S: f64 = 0.005;
/// The rate is taken over this time, s, or until the tip has risen by `RISE_MOST_K`.
const RATE_S: f64 = 0.1;
const RISE_MOST_K: f64 = 20.0;
/// The rise whose time is told, K, and how long it is waited for, s.
const RISE_K: f64 = 10.0;
const PATIENCE_S: f64 = 10.0;

/// One row. The sensor is the tip itself, without lag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    pub(super) place: usize,
    /// After 30 and 60 s, ramp included, W.
    pub(super) hold_w: [f64; 2],
    pub(super) rate_k_s: [f64; 3],
    pub(super) to_rise_s: [f64; 3],
    /// Fall of the tip in 1 s without RF, K.
    pub(super) fall_k: f64,
}

impl Rates {
    pub(super) fn new(place: usize) -> Result<Self, String> {
        let mut held = Held::new(&dry(place, NEAREST)?, SET_C)?;
        let early_w = held.power_w();
        let mut rate_k_s = [0.0; 3];
        let mut to_rise_s = [0.0; 3];
        for ((rate_k_s, to_rise_s), power_w) in
            rate_k_s.iter_mut().zip(&mut to_rise_s).zip(POWERS_W)
        {
            (*rate_k_s, *to_rise_s) =
                rise(held.lesion.clone(), power_w).map_err(|why| why.to_string())?;
        }
        let mut cooling = held.lesion.clone();
        cooling.advance(1.0, Drive::Power(0.0)).map_err(|why| why.to_string())?;
        let fall_k = SET_C - cooling.reading().tip_c;
        held.hold(2.0 * HOLD_S)?;
        Ok(Self { place, hold_w: [early_w, held.power_w()], rate_k_s, to_rise_s, fall_k })
    }
}

/// The first rate, K/s, and the time to the rise, s; infinite where it does not come.
fn rise(mut lesion: Lesion, power_w: f64) -> Result<(f64, f64), SolveError> {
    let (mut now_s, mut rise_k) = (0.0, 0.0);
    let (mut rate_k_s, mut to_rise_s) = (None, None);
    while now_s < PATIENCE_S {
        let before_k = rise_k;
        lesion.advance(STEP_S, Drive::Power(power_w))?;
        now_s += STEP_S;
        rise_k = lesion.reading().tip_c - SET_C;
        if rate_k_s.is_none() && (now_s >= RATE_S - STEP_S / 2.0 || rise_k >= RISE_MOST_K) {
            rate_k_s = Some(rise_k / now_s);
        }
        if to_rise_s.is_none() && rise_k >= RISE_K {
            to_rise_s = Some(now_s - STEP_S * (rise_k - RISE_K) / (rise_k - before_k));
        }
        if let (Some(rate_k_s), Some(to_rise_s)) = (rate_k_s, to_rise_s) {
            return Ok((rate_k_s, to_rise_s));
        }
    }
    Ok((rate_k_s.unwrap_or(f64::NAN), f64::INFINITY))
}
