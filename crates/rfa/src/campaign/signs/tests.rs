use super::*;
use rfa_units::Contactor;

/// A tick of 10 ms with one sample in it: 2 W granted and measured, 400 ohm, 60 ohm of pad, 75 °C.
fn tick(number: u64) -> Seen {
    let at_us = number * 10_000;
    let sample = Sample {
        at_us,
        tip_mc: Some(75_000),
        power_mw: 2_000,
        impedance_mohm: Some(400_000),
        pad_mohm: Some(60_000),
    };
    Seen {
        newest_us: Some(at_us),
        state: State::Delivering,
        k2: Contactor::Shut,
        granted_mw: Some(2_000),
        stop: false,
        trip: None,
        held_us: Some(0),
        samples: vec![sample],
    }
}

/// A treatment of 6 s: half a second armed, RF until 2 s, then none.
fn treatment(change: impl Fn(u64, &mut Seen)) -> Vec<Seen> {
    let ticks = (0..600).map(|number| {
        let mut tick = tick(number);
        if !(50..200).contains(&number) {
            tick.granted_mw = None;
            tick.samples[0].power_mw = 0;
            tick.state = if number < 50 { State::Armed } else { State::Idle };
        }
        // It cools by 2 K/s.
        let off = i64::try_from(number.saturating_sub(200)).unwrap_or(0);
        tick.samples[0].tip_mc = Some(75_000 - 20 * off);
        change(number, &mut tick);
        tick
    });
    ticks.collect()
}

fn found(change: impl Fn(u64, &mut Seen)) -> String {
    let mut watched = Watched::new(rfa_units::ChannelId::ONE);
    watched.ticks = treatment(change);
    // Written otherwise here: these tests are of the judge, and no evidence for a hazard's row.
    crossed(&watched).unwrap_or_default().replace("(H-", "(row ")
}

#[test]
fn a_treatment_as_planned_shows_no_sign() {
    assert_eq!(found(|_, _| {}), "");
}

#[test]
fn power_above_what_was_asked_is_a_sign_from_the_second_sample() {
    let power = |mw, numbers: std::ops::Range<u64>| {
        found(|number, tick| {
            if numbers.contains(&number) {
                tick.samples[0].power_mw = mw;
            }
        })
    };
    assert_eq!(power(2_501, 100..102), "2501 mW for 2000 asked (row 04) at 1.01 s");
    assert_eq!(power(2_500, 100..150), "", "half a watt above is allowed");
    assert_eq!(power(2_501, 100..101), "", "one sample is no sign");
    assert_eq!(power(2_000, 200..207), "", "a grant that may still be obeyed is asked");
    let strong = |mw| {
        found(|number, tick| {
            if (50..200).contains(&number) {
                tick.granted_mw = Some(10_000);
                tick.samples[0].power_mw = mw;
            }
        })
    };
    assert_eq!(strong(12_000), "", "so is a fifth above");
    assert!(strong(12_001).contains("12001 mW for 10000 asked (row 04)"));
}

#[test]
fn a_hot_tip_that_stays_hot_with_rf_off_is_a_sign() {
    let stays_at = |c: f64, until: u64| {
        found(|number, tick| {
            if (200..until).contains(&number) {
                tick.samples[0].tip_mc = Some((c * 1e3) as i64);
            }
        })
    };
    let hidden = stays_at(75.0, 600);
    assert_eq!(hidden, "the tip went from 75.0 to 75.0 °C with RF off (row 13) at 5.50 s");
    assert!(stays_at(60.1, 600).contains("from 60.1 to 60.1 °C with RF off (row 13)"));
    assert_eq!(stays_at(60.0, 600), "", "a tip that is not hot is not judged");
    assert_eq!(stays_at(75.0, 549), "", "nor one that cools before its time is over");
    let again = found(|number, tick| {
        tick.samples[0].tip_mc = Some(75_000);
        if number == 400 {
            tick.granted_mw = Some(100);
        }
    });
    assert_eq!(again, "", "nor one to which power was granted meanwhile");
}

#[test]
fn impedance_far_above_that_of_arming_is_a_sign() {
    let high = |mohm, numbers: std::ops::Range<u64>| {
        found(|number, tick| {
            if numbers.contains(&number) {
                tick.samples[0].impedance_mohm = Some(mohm);
                // Too cold for tissue to dry.
                tick.samples[0].tip_mc = Some(50_000);
            }
        })
    };
    assert_eq!(high(821_000, 20..22), "impedance was 821 ohm, 400 at arming (row 14) at 0.21 s");
    assert_eq!(high(820_000, 20..200), "");
    assert_eq!(high(821_000, 20..21), "", "one sample is no sign");
    assert_eq!(high(821_000, 200..600), "", "nor are those of a needle that is not armed");
    let limit = found(|_, tick| {
        let armed = tick.state == State::Armed;
        tick.samples[0].impedance_mohm = Some(if armed { 1_000_000 } else { 1_500_001 });
        tick.samples[0].tip_mc = Some(50_000);
    });
    assert!(limit.contains("impedance was 1500 ohm, 1000 at arming (row 14)"), "{limit}");
}

#[test]
fn impedance_that_climbs_in_hot_tissue_is_a_sign() {
    // To `end` times itself in a second.
    let climbs = |end: f64, tip_mc| {
        found(|number, tick| {
            let part = (number.saturating_sub(80) as f64 / 100.0).min(1.0);
            tick.samples[0].impedance_mohm = Some((4e5 * (1.0 + (end - 1.0) * part)) as i64);
            if tick.state != State::Idle {
                tick.samples[0].tip_mc = Some(tip_mc);
            }
        })
    };
    let dries = climbs(1.7, 75_000);
    assert!(dries.contains("impedance climbed from") && dries.contains("(row 16)"), "{dries}");
    assert_eq!(climbs(1.2, 75_000), "", "so little is none");
    assert_eq!(climbs(1.7, 70_000), "", "and none at this temperature");
}

#[test]
fn a_pad_that_peels_off_is_a_sign_once_it_lasts() {
    let pad = |mohm, numbers: std::ops::Range<u64>| {
        found(|number, tick| {
            if numbers.contains(&number) {
                tick.samples[0].pad_mohm = Some(mohm);
            }
        })
    };
    assert_eq!(pad(84_001, 60..105), "the return pad was 84 ohm, above 84 (row 19) at 1.04 s");
    assert_eq!(pad(84_000, 60..200), "");
    assert_eq!(pad(84_001, 60..104), "");
    assert_eq!(pad(84_001, 200..600), "", "nobody is treated");
}
