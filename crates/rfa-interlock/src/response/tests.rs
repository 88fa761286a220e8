//! The rise that is expected of the plan's electrode (H-38).

use super::{Heated, Response};
use crate::Warming;
use rfa_units::Span;

const WARMING: Warming = Warming { gain_mk_j: 6_000, leak: Span::from_secs(3) };

fn heated(seconds: u64, power_mw: u32) -> Response {
    let mut response = Response::NONE;
    for _ in 0..seconds * 100 {
        let sample = Heated { tip_mc: Some(37_000), power_mw, span: Span::from_millis(10) };
        response.look(&sample, 600, WARMING);
    }
    response
}

/// Gain times power where no heat has gone yet, and the straight solution of the differential
/// equation after that: 6 K/J x 3 s x (1 - exp(-t / 3 s)) for 1 W.
#[test]
fn the_expected_rise_is_that_of_a_leaking_heat_store() {
    for (seconds, expected_mk) in [(1, 5_103), (2, 8_759), (3, 11_378)] {
        let (risen, told) = heated(seconds, 1_000).risen().expect("compared for 3 s");
        assert_eq!(risen, 0);
        assert!(told.abs_diff(expected_mk) < 30, "{seconds} s: {told} mK, not {expected_mk}");
        let (_, half) = heated(seconds, 500).risen().expect("compared for 3 s");
        assert!((half * 2).abs_diff(told) <= 1, "linear in power");
    }
    assert_eq!(heated(3, 0).risen(), Some((0, 0)));
    assert_eq!(heated(4, 1_000).risen(), None, "later it tells more of the tissue");
}

#[test]
fn no_span_and_no_power_make_it_fall_below_nothing_or_overflow() {
    let mut response = heated(2, u32::MAX);
    let long = Heated { tip_mc: None, power_mw: u32::MAX, span: Span::from_micros(u64::MAX) };
    response.look(&long, 600, WARMING);
    response.look(&long, 600, Warming { gain_mk_j: 60_000, leak: Span::ZERO });
    assert!(response.expected_nk >= 0);
    assert_eq!(response.risen(), None);
}
