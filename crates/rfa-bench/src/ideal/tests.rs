//! The ideal loop keeps to what it is held against, and what it says follows the power.

use super::*;
use crate::{Case, Population};

fn draw(set_c: f64, ramp_s: u64) -> Draw {
    let population = Population::new(1).expect("shipped tissues");
    let mut draw = population.draw(1).expect("draw 1");
    (draw.set_c, draw.ramp, draw.power_error) = (set_c, Span::from_secs(ramp_s), 0.0);
    draw.disturbance = Disturbance::Sink;
    draw
}

/// Where power is plenty the loop is where it has to be: the judgement is of power, not of the
/// loop.
#[test]
fn with_power_to_spare_everything_is_permitted() {
    for ramp_s in [5, 15, 30] {
        let reach = Case::new(draw(60.0, ramp_s)).expect("case").reach;
        assert!(reach.recovery() && reach.line(), "{reach:?}");
        let allowed_k = if ramp_s == 5 { LINE_FAST_K } else { LINE_K };
        assert!(reach.line_k < 0.5 * allowed_k, "{reach:?}");
        assert!(reach.hold_rms_k < 0.2 * HOLD_RMS_K, "{reach:?}");
    }
}

/// Less and less power takes away the line, the sink's recovery, the hold and the set temperature.
#[test]
fn what_is_permitted_follows_the_power() {
    // A slow ramp, whose end takes little more than the hold.
    let draw = draw(80.0, 30);
    let tissue = rfa_sim::FittedTissue::quick(draw.setting.clone()).expect("tissue");
    let of = |ceiling_w: f64| reach(&draw, &tissue.plant(), 1.0, ceiling_w).0;
    let needed_w = {
        let mut low = 0.1;
        while !of(low).is_permitted() {
            low *= 1.05;
        }
        low
    };
    let (none, bare, plenty) = (of(0.9 * needed_w), of(needed_w), of(8.0 * needed_w));
    assert!(!none.is_permitted() && !none.hold() && !none.recovery() && !none.line(), "{none:?}");
    assert!(bare.is_permitted() && !bare.line(), "{bare:?}");
    assert!(plenty.line() && plenty.hold() && plenty.recovery(), "{plenty:?}");
    // Enough for the hold, not for the sink as well.
    let mut between = (1..40).map(|n| of(needed_w * (1.0 + 0.05 * f64::from(n))));
    assert!(between.any(|reach| reach.hold() && !reach.recovery()));
}
