//! H-13 to the microsecond and the millikelvin.

use super::Cooling;
use rfa_units::{GeneratorInstant, Span};

/// What is judged after looks at times since RF ended, in µs, and means, in m°C.
fn after(looks: &[(u64, Option<i64>)]) -> Option<i64> {
    let ended = GeneratorInstant::from_micros(7_000_000);
    let mut cooling = Cooling::NONE;
    for (us, mean_mc) in looks {
        cooling.look(Some(ended), ended.plus(Span::from_micros(*us)), *mean_mc);
    }
    cooling.fallen_mk()
}

const END: (u64, Option<i64>) = (3_500_000, Some(69_000));

#[test]
fn it_falls_from_the_first_mean_in_time() {
    let cases = [
        (both([(499_999, 90_000), (500_000, 70_000)]), Some(1_000)),
        (both([(500_000, 70_000), (510_000, 90_000)]), Some(1_000)),
        (both([(599_999, 70_000), (600_000, 90_000)]), Some(1_000)),
        (both([(600_000, 70_000), (610_000, 70_000)]), None),
        (both([(499_999, 70_000), (600_000, 70_000)]), None),
        // Warmer than 60 °C; it may also rise.
        (both([(500_000, 60_001), (600_000, 0)]), Some(-8_999)),
        (both([(500_000, 60_000), (600_000, 0)]), None),
    ];
    for ([first, second], fallen) in cases {
        assert_eq!(after(&[first, second, END]), fallen, "{first:?} {second:?}");
    }
    // A mean that is not there yet is waited for, within the time.
    assert_eq!(after(&[(500_000, None), (590_000, Some(70_000)), END]), Some(1_000));
}

fn both(looks: [(u64, i64); 2]) -> [(u64, Option<i64>); 2] {
    looks.map(|(us, mean_mc)| (us, Some(mean_mc)))
}

#[test]
fn it_is_judged_once_the_window_is_over() {
    let first = (500_000, Some(70_000));
    assert_eq!(after(&[first, (3_499_999, Some(69_000))]), None);
    assert_eq!(after(&[first, END, (9_000_000, Some(68_000))]), Some(2_000), "and from then on");
    assert_eq!(after(&[first, END, (9_000_000, None)]), None);
}

#[test]
fn power_begins_anew() {
    let at = GeneratorInstant::from_micros;
    let mut judged = Cooling::NONE;
    judged.look(Some(at(0)), at(500_000), Some(70_000));
    judged.look(Some(at(0)), at(3_500_000), Some(70_000));
    assert_eq!(judged.fallen_mk(), Some(0));
    let mut powered = judged;
    powered.look(None, at(3_510_000), Some(70_000));
    assert_eq!(powered.fallen_mk(), None);
}
