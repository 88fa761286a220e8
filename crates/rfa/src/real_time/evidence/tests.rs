use super::*;

const MS: u64 = 1_000;

fn still(from_us: u64, to_us: u64) -> Evidence {
    stills(&[(1, from_us, to_us)])
}

fn stills(late: &[(usize, u64, u64)]) -> Evidence {
    let still = |&(core, from_us, to_us): &(usize, u64, u64)| {
        let (done_before_us, next_us) = (from_us - 980, to_us + 980);
        Still { core, at: BareStall { done_before_us, from_us, to_us, next_us } }
    };
    let still = late.iter().map(still).collect();
    Evidence { kept_core: Some(1), witnessed: vec![0, 1], still, stolen: Vec::new() }
}

fn stolen(looks: &[(u64, u64, u64)]) -> Evidence {
    let look = |&(from_us, to_us, ms): &(u64, u64, u64)| Stolen { core: 1, from_us, to_us, ms };
    let stolen = looks.iter().map(look).collect();
    Evidence { kept_core: Some(1), stolen, ..Evidence::default() }
}

fn late(late_us: u64) -> LateTick {
    LateTick { tick: 500, planned_us: 5_000 * MS, late_us }
}

/// What explains a tick planned for 5 s that began 12 ms late; `None`: nothing does.
fn of_late(evidence: &Evidence) -> Option<String> {
    stall(evidence.of_late(&late(12 * MS)))
}

/// A rule that tripped at `at_us`.
fn trip(rule: &str, unit: &str, at_us: u64, value: i64) -> TripSummary {
    let (rule, unit) = (rule.to_owned(), unit.to_owned());
    let (alarm, text) = ("AL-11".to_owned(), String::new());
    TripSummary { rule, alarm, value, limit: 0, unit, text, window_us: 0, tick: 500, at_us }
}

/// The same, of a time that it measured.
fn found(rule: &str, at_us: u64, ms: i64) -> TripSummary {
    trip(rule, "us", at_us, ms * 1_000)
}

fn stall(cause: Cause) -> Option<String> {
    if let Cause::Stall(why) = cause { Some(why) } else { None }
}

/// It may have begun to wait up to its period later than the tick, and the tick to run so much
/// later than it, but not both.
#[test]
fn a_witness_explains_what_it_suffered_too() {
    let told = of_late(&still(5_001 * MS, 5_012 * MS)).expect("explained");
    assert!(told.ends_with("was held up too, 11000 us of that"), "{told}");
    assert_eq!(of_late(&still(5_001 * MS + 1, 5_012 * MS)), None, "begun too late");
    assert!(of_late(&still(5_000 * MS, 5_011 * MS)).is_some());
    assert_eq!(of_late(&still(5_000 * MS, 5_011 * MS - 1)), None, "over too soon");
    let of = |us| stall(still(5_001 * MS, 5_001 * MS + us).of_late(&late(5_100)));
    assert!(of(3_590).is_some());
    assert_eq!(of(3_589), None, "too short: 5.1 ms, less 1 and 0.51");
    assert_eq!(of_late(&still(4_980 * MS, 4_999 * MS)), None, "before it");
    assert_eq!(of_late(&still(4_980 * MS, 5_003 * MS)), None, "mostly before it");
    assert_eq!(of_late(&still(5_009 * MS, 5_030 * MS)), None, "mostly after it");
    assert_eq!(of_late(&still(5_013 * MS, 5_030 * MS)), None, "after it");
}

/// Another core's stall does not keep a tick from beginning, unless none is kept for the ticks;
/// the generator may be there, and fall silent.
#[test]
fn only_what_its_own_core_suffered_explains_a_tick() {
    let mut looks = stolen(&[(5_000 * MS, 5_030 * MS, 30)]);
    looks.stolen[0].core = 0;
    for mut elsewhere in [stills(&[(0, 5_000 * MS, 5_030 * MS)]), looks] {
        assert_eq!(of_late(&elsewhere), None);
        assert_eq!(stall(elsewhere.of_trip(&found("H-44", 5_030 * MS, 40))), None);
        assert!(stall(elsewhere.of_trip(&found("H-22", 5_030 * MS, 50))).is_some());
        elsewhere.kept_core = None;
        assert!(of_late(&elsewhere).is_some());
    }
}

/// As a soak saw it: control 9.7 ms late, its core's witness from 1.0 to 9.6 of them.
#[test]
fn what_runs_between_a_stall_and_the_tick_needs_no_witness() {
    let at = 5_000 * MS;
    assert!(stall(still(at + 1_000, at + 9_600).of_late(&late(9_700))).is_some());
}

/// As two soaks saw it.
#[test]
fn stalls_of_one_core_explain_together() {
    let at = 5_000 * MS;
    let of = |still: &[(usize, u64, u64)], us| stall(stills(still).of_late(&late(us)));
    let two = [(1, at - 5_690, at + 6_270), (1, at + 6_310, at + 8_080)];
    assert!(of(&two, 8_156).expect("explained").ends_with("8040 us of that in 2 stalls"));
    assert_eq!((of(&two[..1], 8_156), of(&two[1..], 8_156)), (None, None), "one alone");
    let mut apart = stills(&[two[0], (2, two[1].1, two[1].2)]);
    apart.kept_core = None;
    assert_eq!(stall(apart.of_late(&late(8_156))), None, "on two cores");
    let four = [
        (1, at - 8_500, at + 16_500),
        (1, at + 16_500, at + 28_100),
        (1, at + 28_500, at + 31_700),
        (1, at + 32_500, at + 33_900),
    ];
    assert!(of(&four, 34_342).is_some());
    assert_eq!(of(&[four[0], four[1], four[3]], 34_342), None, "one is missing");
}

/// Each stall may have begun a period before it was noticed, but no more than a period and a tenth
/// of the whole may be unwitnessed.
#[test]
fn what_may_be_unwitnessed_is_bounded() {
    let at = 5_000 * MS;
    let of = |each_us: u64| {
        let row: Vec<_> = (0..4).map(|n| (1, at + n * 3 * MS, at + n * 3 * MS + each_us)).collect();
        of_late(&stills(&row)).is_some()
    };
    // 12 ms, less 1 and 1.2: 9.8 ms in four.
    assert!(of(2_450) && !of(2_449));
    let two = |gap_us| stills(&[(1, at, at + 20 * MS), (1, at + 20 * MS + gap_us, at + 30 * MS)]);
    let of = |gap_us| stall(two(gap_us).of_late(&late(30 * MS))).is_some();
    assert!(of(1_000) && !of(1_001), "a pause in which a tick could run");
}

/// Before a stall a witness may have overlooked as much as it rested, and no more.
#[test]
fn what_a_resting_witness_may_overlook_is_its_rest() {
    let at = 5_000 * MS;
    let of = |still: &[(i64, i64, i64)], late_us| {
        let us = |from_tick| at.saturating_add_signed(from_tick);
        let at = |&(done_before, from, to): &(i64, i64, i64)| BareStall {
            done_before_us: us(done_before),
            from_us: us(from),
            to_us: us(to),
            next_us: us(to + 2_500),
        };
        let still = still.iter().map(|still| Still { core: 1, at: at(still) });
        let evidence = Evidence { still: still.collect(), ..stills(&[]) };
        stall(evidence.of_late(&late(late_us))).is_some()
    };
    assert!(of(&[(0, 3_000, 12_000)], 12_000));
    assert!(!of(&[(1, 3_000, 12_000)], 12_000), "it was done a little later");
    // What it overlooked once, it did not overlook again.
    assert!(!of(&[(0, 3_000, 12_000), (13_000, 14_000, 30_000)], 30_000));
    // A rest before the tick was planned is no gap of it: three of 1 ms are more than 1 and 1.6.
    let row = [
        (-9_000, -4_000, 2_000),
        (2_000, 3_000, 6_000),
        (6_000, 7_000, 12_000),
        (12_000, 13_000, 16_000),
    ];
    assert!(!of(&row, 16_000));
    // Half of it at the very least.
    assert!(of(&[(0, 2_600, 5_200)], 5_200) && !of(&[(0, 2_601, 5_200)], 5_200));
    // Behind the last until it looks again.
    assert!(of(&[(0, 0, 10_000)], 12_500) && !of(&[(0, 0, 10_000)], 12_501));
    assert!(!of(&[(0, 2_000, 10_000)], 12_500), "both are more than one, and a tenth");
}

/// Of a core with a witness the counter says nothing new.
#[test]
fn the_counter_speaks_for_cores_without_a_witness() {
    let mut evidence = stolen(&[(5_000 * MS, 5_020 * MS, 30)]);
    assert!(of_late(&evidence).is_some());
    evidence.witnessed = vec![1];
    assert_eq!(of_late(&evidence), None);
    evidence.witnessed = vec![0];
    assert!(of_late(&evidence).is_some());
}

/// The negative control: a core that is late again and again runs in between, and what kept the
/// tick from beginning may be this program. A silence is of one piece besides.
#[test]
fn a_core_that_often_ran_explains_nothing() {
    let at = 5_000 * MS;
    let many: Vec<_> = (0..15).map(|n| (1, at + n * 2 * MS, at + n * 2 * MS + 1_500)).collect();
    let evidence = stills(&many);
    assert_eq!(stall(evidence.of_late(&late(30 * MS))), None);
    assert_eq!(stall(evidence.of_trip(&found("H-44", at + 30 * MS, 40))), None);
    assert_eq!(stall(evidence.of_opening(at, at + 30 * MS)), None);
}

#[test]
fn stolen_time_explains_what_its_look_touches() {
    assert!(of_late(&stolen(&[(5_000 * MS, 5_020 * MS, 10)])).is_some());
    // The counter is brought up to date up to 10 ms later, and seen by the look after that.
    assert!(of_late(&stolen(&[(5_022 * MS, 5_032 * MS, 10)])).is_some());
    assert_eq!(of_late(&stolen(&[(5_022 * MS + 1, 5_032 * MS, 10)])), None);
    assert!(of_late(&stolen(&[(4_980 * MS, 4_990 * MS, 10)])).is_some());
    assert_eq!(of_late(&stolen(&[(4_980 * MS, 4_990 * MS - 1, 10)])), None);
}

/// What the host took must be about as much as the tick was late: a step of the counter less.
#[test]
fn little_stolen_time_explains_no_long_stall() {
    let tenth = [(5_000 * MS, 5_010 * MS, 10), (5_010 * MS, 5_020 * MS, 10)];
    let of_late = |ms: u64| stall(stolen(&tenth).of_late(&late(ms * MS)));
    assert!(of_late(30).is_some());
    assert_eq!(of_late(31), None);
}

/// The negative control: the host took much, at other times of the run.
#[test]
fn stolen_time_elsewhere_in_the_run_explains_nothing() {
    let elsewhere = stolen(&[
        (1_000 * MS, 1_010 * MS, 500),
        (4_900 * MS, 4_989 * MS, 80),
        (5_023 * MS, 5_100 * MS, 70),
        (9_000 * MS, 9_010 * MS, 500),
    ]);
    assert_eq!(of_late(&elsewhere), None);
    assert_eq!(of_late(&Evidence::default()), None);
}

/// Another core's loss at the same time adds nothing.
#[test]
fn what_two_cores_lost_does_not_add_up() {
    let mut both = stolen(&[(5_000 * MS, 5_010 * MS, 10), (5_000 * MS, 5_010 * MS, 10)]);
    (both.kept_core, both.stolen[0].core) = (None, 0);
    assert!(stall(both.of_late(&late(20 * MS))).is_some());
    assert_eq!(stall(both.of_late(&late(21 * MS))), None);
}

#[test]
fn an_opening_needs_a_stall_meanwhile_that_is_long_enough() {
    let opening = |evidence: &Evidence| stall(evidence.of_opening(5_000 * MS, 6_000 * MS));
    assert!(opening(&still(5_500 * MS, 5_517 * MS)).is_some());
    assert_eq!(opening(&still(5_500 * MS, 5_517 * MS - 1)), None, "20 ms, less 1 and 2");
    assert_eq!(opening(&still(4_900 * MS, 4_990 * MS)), None, "before it");
    assert!(opening(&stolen(&[(5_500 * MS, 5_510 * MS, 10)])).is_some());
}

/// Where nothing was timed: as much as trips.
#[test]
fn a_trip_needs_a_stall_that_can_cause_it() {
    let at = 5_000 * MS;
    let fell = |evidence: Evidence| stall(evidence.of_trip(&trip("H-54", "condition", at, 1)));
    assert!(fell(still(at - 150 * MS, at - 95 * MS)).is_some());
    assert_eq!(fell(still(at - 150 * MS, at - 95_001)), None, "40 ms, less 1 and 4, of 130");
    assert_eq!(fell(still(at - 180 * MS, at - 131 * MS)), None, "long before");
    assert_eq!(fell(still(at + MS, at + 90 * MS)), None, "after it");
}

/// In one stall, or in one for each tick.
#[test]
fn two_missed_ticks_need_stalls_of_two_ticks() {
    let at = 5_000 * MS;
    let missed = |evidence: Evidence| stall(evidence.of_trip(&trip("H-44", "ticks", at, 2)));
    assert!(missed(still(at - 25 * MS, at - 8 * MS)).is_some());
    assert_eq!(missed(still(at - 25 * MS, at - 8_001)), None, "20 ms, less 1 and 2");
    let two = |us| stills(&[(1, at - 40 * MS, at - 30 * MS), (1, at - us, at)]);
    assert!(missed(two(7_000)).is_some());
    assert_eq!(missed(two(6_999)), None);
    let early = stills(&[(1, at - 75 * MS, at - 61 * MS), (1, at - 10 * MS, at)]);
    assert_eq!(missed(early), None, "too long before");
    let elsewhere = stills(&[(0, at - 40 * MS, at - 30 * MS), (1, at - 10 * MS, at)]);
    assert_eq!(missed(elsewhere), None, "what two cores lost does not add up");
}

/// Where it was: as much as was found, less what may have gone by before. As a run saw it, a stall
/// of 8.5 ms is no reason for a gap of 54.7.
#[test]
fn a_trip_needs_a_stall_as_long_as_what_was_found() {
    let at = 5_000 * MS;
    let of = |still: Evidence, rule, ms| stall(still.of_trip(&found(rule, at, ms)));
    assert_eq!(of(still(at - 9 * MS, at - 500), "H-44", 55), None);
    assert!(of(still(at - 45 * MS, at - 500), "H-44", 55).is_some());
    assert!(of(still(at - 44 * MS, at), "H-44", 55).is_some());
    assert_eq!(of(still(at - 43_999, at), "H-44", 55), None, "begun too late");
    // 80 ms, of which 20 had gone by, less 1 and 6.
    assert!(of(still(at - 75 * MS, at - 22 * MS), "H-22", 80).is_some());
    assert_eq!(of(still(at - 75 * MS, at - 22_001), "H-22", 80), None);
    // 70 ms, of which 10 were planned, less 1 and 6.
    assert!(of(still(at - 75 * MS, at - 22 * MS), "H-20", 70).is_some());
    assert_eq!(of(still(at - 75 * MS, at - 22_001), "H-20", 70), None);
    // In the time of the silence, and not before it.
    assert!(of(still(at - 295 * MS, at - 40 * MS), "H-22", 300).is_some());
    assert_eq!(of(still(at - 130 * MS, at - 94 * MS), "H-22", 60), None);
    // 21 ms found and no more: still as much as trips.
    assert_eq!(of(still(at - 10 * MS, at), "H-20", 21), None);
}

/// The ticks' core alone silences control.
#[test]
fn another_core_is_no_reason_for_a_silent_control() {
    let at = 5_000 * MS;
    let elsewhere = stills(&[(0, at - 60 * MS, at)]);
    assert_eq!(stall(elsewhere.of_trip(&found("H-20", at, 40))), None);
    assert!(stall(elsewhere.of_trip(&found("H-22", at, 60))).is_some());
}

/// Control that says it cannot go on, frames lost or corrupt, a clock that stands, a contactor that
/// is welded.
#[test]
fn what_no_stall_trips_is_not_explained_by_one() {
    let at = 5_000 * MS;
    let whole = still(at - 200 * MS, at);
    for (rule, unit) in
        [("H-20", "condition"), ("H-22", "frames"), ("H-22", "condition"), ("H-44", "missing")]
    {
        assert_eq!(stall(whole.of_trip(&trip(rule, unit, at, 3))), None, "{rule} {unit}");
    }
    let mut welded = trip("H-54", "condition", at, 1);
    assert!(stall(whole.of_trip(&welded)).is_some());
    welded.alarm = "AL-03".to_owned();
    assert_eq!(stall(whole.of_trip(&welded)), None);
    // A gap of no more than a period is no late tick, whatever stood still.
    assert_eq!(stall(still(at - 90 * MS, at - 50 * MS).of_trip(&found("H-44", at, 10))), None);
}

/// Whoever looks for the reason finds what was seen, and when.
#[test]
fn what_nothing_explains_is_told_with_what_was_seen_near_it() {
    let mut evidence = stills(&[(0, 4_000 * MS, 4_030 * MS), (1, 4_990 * MS, 5_003 * MS)]);
    evidence.stolen.push(Stolen { core: 1, from_us: 5_040 * MS, to_us: 5_050 * MS, ms: 1 });
    let told = evidence.of_late(&late(12 * MS)).to_string();
    let seen = "core 1 still from -10.0 to 3.0, 1 ms of core 1 stolen from 40.0 to 50.0";
    assert_eq!(told, format!("UNEXPLAINED; in ms from then: {seen}"));
    // A trip's times count from the trip.
    let told = evidence.of_trip(&found("H-22", 5_010 * MS, 60)).to_string();
    assert!(told.contains("core 1 still from -20.0 to -7.0"), "{told}");
    let told = Evidence::default().of_late(&late(12 * MS)).to_string();
    assert_eq!(told, "UNEXPLAINED; nothing was seen within 50 ms of it");
}

#[test]
fn of_much_that_was_seen_the_longest_is_told() {
    let short = (0..30).map(|n| (0, (4_960 + 2 * n) * MS, (4_960 + 2 * n) * MS + 1_100));
    let long = std::iter::once((1, 5_000 * MS, 5_009 * MS));
    let all: Vec<_> = short.chain(long).collect();
    let told = stills(&all).of_late(&late(12 * MS)).to_string();
    assert_eq!(told.matches(" still from ").count(), NEAR_MAX);
    assert!(told.contains("core 1 still from 0.0 to 9.0"), "{told}");
    assert!(told.ends_with("and 15 more"), "{told}");
}
