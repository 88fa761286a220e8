use super::*;
use proptest::prelude::*;
use rfa_units::HostInstant;
use std::string::ToString;
use std::vec;
use std::vec::Vec;

/// A recording with ticks at these distances and marks at these ticks.
fn timeline(gaps_us: &[u64], marks: &[usize]) -> Timeline {
    let mut timeline = Timeline::default();
    let mut at_us = 0;
    for (place, gap) in gaps_us.iter().enumerate() {
        at_us += if place == 0 { 0 } else { *gap };
        assert!(timeline.push(at_us));
        for _ in marks.iter().filter(|mark| **mark == place) {
            assert!(timeline.mark(MarkKind::Step, "step".to_string()));
        }
    }
    timeline
}

/// Mostly 10 ms apart, as ticks are; some together, some far apart.
fn timelines() -> impl Strategy<Value = Timeline> {
    let gap = prop_oneof![8 => Just(10_000_u64), 1 => Just(0), 1 => 1_u64..3_000_000];
    let marks = prop::collection::vec(0_usize..60, 0..6);
    (prop::collection::vec(gap, 1..60), marks).prop_map(|(gaps, marks)| timeline(&gaps, &marks))
}

fn commands() -> impl Strategy<Value = Command> {
    let to = prop_oneof![Just(Direction::Forward), Just(Direction::Back)];
    prop_oneof![
        Just(Command::Toggle),
        Just(Command::Pause),
        to.clone().prop_map(Command::Step),
        (to.clone(), 0_u64..20_000_000).prop_map(|(to, us)| Command::Move { to, us }),
        (0_u64..5_000_000).prop_map(Command::Seek),
        (0_usize..70).prop_map(Command::Tick),
        to.clone().prop_map(Command::Event),
        Just(Command::Start),
        Just(Command::End),
        to.prop_map(Command::Speed),
        Just(Command::NormalSpeed),
        Just(Command::Loop),
        Just(Command::RangeBegins),
        Just(Command::RangeEnds),
    ]
}

/// A command, or so many microseconds that pass.
fn acts() -> impl Strategy<Value = Vec<Result<Command, u64>>> {
    let act = prop_oneof![
        2 => commands().prop_map(Ok),
        1 => prop_oneof![Just(62_000_u64), 0_u64..2_000_000].prop_map(Err),
    ];
    prop::collection::vec(act, 0..40)
}

/// A player after these acts; `look` sees it after each.
fn play(
    timeline: &Timeline,
    acts: &[Result<Command, u64>],
    mut look: impl FnMut(&Player),
) -> Player {
    let (mut player, mut now_us) = (Player::new(timeline), 7_000_000);
    for act in acts {
        match act {
            Ok(command) => {
                player.command(*command, timeline);
            }
            Err(us) => {
                now_us += us;
                player.advance(HostInstant::from_micros(now_us), timeline);
            }
        }
        look(&player);
    }
    player
}

proptest! {
    /// The place is in the range, the range in the recording, and the moment between the place and
    /// the tick behind it; a player that does not play stands on a tick.
    #[test]
    fn the_place_is_always_in_the_range(timeline in timelines(), acts in acts()) {
        play(&timeline, &acts, |player| {
            let Range { first, last } = player.range();
            assert!(first <= player.place() && player.place() <= last, "{player:?}");
            assert!(last <= timeline.last(), "{player:?}");
            let (at, place) = (player.at_us(), player.place());
            assert!(timeline.time_us(place) <= at, "{player:?}");
            let next = timeline.time_us(place + 1);
            assert!(place == last || at < next || next == timeline.time_us(place), "{player:?}");
            assert!(player.playing() || at == timeline.time_us(place), "{player:?}");
            let speed = player.speed_milli();
            assert!((SPEED_MIN_MILLI..=SPEED_MAX_MILLI).contains(&speed));
        });
    }

    /// A tick on and a tick back is where it was, and the other way round, but at an end.
    #[test]
    fn a_step_and_a_step_back_is_the_identity(timeline in timelines(), acts in acts()) {
        let mut player = play(&timeline, &acts, |_| {});
        player.command(Command::Pause, &timeline);
        let (before, range) = (player, player.range());
        if player.place() < range.last {
            player.command(Command::Step(Direction::Forward), &timeline);
            prop_assert_eq!(player.place(), before.place() + 1);
            player.command(Command::Step(Direction::Back), &timeline);
            prop_assert_eq!(player, before);
        }
        if player.place() > range.first {
            player.command(Command::Step(Direction::Back), &timeline);
            prop_assert_eq!(player.place() + 1, before.place());
            player.command(Command::Step(Direction::Forward), &timeline);
            prop_assert_eq!(player, before);
        }
    }

    /// A seek and playing up to there come to the same place.
    #[test]
    fn a_seek_is_where_playing_comes_to(timeline in timelines(), to_us in 0_u64..3_000_000) {
        let to_us = to_us.min(timeline.length_us());
        let (mut sought, mut played) = (Player::new(&timeline), Player::new(&timeline));
        prop_assert_eq!(sought.command(Command::Seek(to_us), &timeline), None);
        played.command(Command::Toggle, &timeline);
        for now_us in (0..=to_us / 10_000).map(|n| n * 10_000).chain([to_us]) {
            played.advance(HostInstant::from_micros(now_us), &timeline);
        }
        // At an end of the recording the player has stopped.
        prop_assert_eq!(played.place(), sought.place());
    }

    /// The next event is the first behind, the one before the last in front; there and back again
    /// is an event.
    #[test]
    fn events_are_found_in_both_directions(timeline in timelines(), acts in acts()) {
        let mut player = play(&timeline, &acts, |_| {});
        let (from, range) = (player.place(), player.range());
        let mut places: Vec<usize> = timeline.marks().iter().map(|mark| mark.place).collect();
        places.retain(|place| (range.first..=range.last).contains(place));
        let next = places.iter().copied().find(|place| *place > from);
        let before = places.iter().copied().rfind(|place| *place < from);
        let mut there = player;
        let words = there.command(Command::Event(Direction::Forward), &timeline);
        prop_assert_eq!(there.place(), next.unwrap_or(from));
        prop_assert_eq!(words.is_some(), next.is_none());
        let words = player.command(Command::Event(Direction::Back), &timeline);
        prop_assert_eq!(player.place(), before.unwrap_or(from));
        prop_assert_eq!(words.is_some(), before.is_none());
    }
}

fn at(us: u64) -> HostInstant {
    HostInstant::from_micros(us)
}

#[test]
fn it_plays_at_its_speed_to_the_microsecond() {
    let timeline = timeline(&[10_000; 1_000], &[]);
    for (milli, passed_us) in
        [(100, 6_200), (1_000, 62_000), (2_500, 155_000), (100_000, 6_200_000)]
    {
        let mut player = Player::new(&timeline);
        assert!(player.set_speed(milli));
        player.command(Command::Toggle, &timeline);
        player.advance(at(500), &timeline);
        assert_eq!(player.at_us(), 0, "the first look only begins");
        player.advance(at(62_500), &timeline);
        assert_eq!((player.at_us(), player.playing()), (passed_us, true), "{milli}");
    }
    // What is less than a microsecond is not lost.
    let mut player = Player::new(&timeline);
    player.set_speed(100);
    player.command(Command::Toggle, &timeline);
    (0..=1_000).for_each(|us| player.advance(at(us), &timeline));
    assert_eq!(player.at_us(), 100);
}

/// A machine that hangs for a minute has missed nothing of the recording.
#[test]
fn a_late_frame_slows_it_and_leaves_nothing_out() {
    let timeline = timeline(&[10_000; 10_000], &[]);
    let mut player = Player::new(&timeline);
    player.command(Command::Toggle, &timeline);
    player.advance(at(0), &timeline);
    player.advance(at(60_000_000), &timeline);
    assert_eq!(player.at_us(), 250_000);
    player.hold(at(120_000_000));
    player.advance(at(120_010_000), &timeline);
    assert_eq!(player.at_us(), 260_000, "while it is held nothing is played");
}

#[test]
fn it_stops_at_the_end_and_begins_again_where_it_loops() {
    let timeline = timeline(&[10_000; 100], &[]);
    let mut player = Player::new(&timeline);
    assert!(player.set_range(&timeline, 100_000, 200_000));
    assert_eq!((player.range(), player.place()), (Range { first: 10, last: 20 }, 10));
    player.command(Command::Toggle, &timeline);
    player.advance(at(0), &timeline);
    player.advance(at(150_000), &timeline);
    assert_eq!((player.place(), player.playing()), (20, false));
    assert_eq!(player.command(Command::Toggle, &timeline), Some("from the start again"));
    assert_eq!((player.place(), player.playing()), (10, true));
    player.command(Command::Loop, &timeline);
    player.advance(at(1_000_000), &timeline);
    player.advance(at(1_150_000), &timeline);
    assert_eq!((player.place(), player.playing()), (20, true), "the last tick is shown");
    player.advance(at(1_160_000), &timeline);
    assert_eq!((player.place(), player.playing()), (10, true));
}

/// At the end of a recording that is written the player waits, and goes with the end.
#[test]
fn it_follows_what_grows_until_it_is_finished() {
    let mut timeline = timeline(&[10_000; 100], &[]);
    let mut player = Player::new(&timeline);
    player.set_growing(true, &timeline);
    player.command(Command::End, &timeline);
    assert!(!player.follows(), "it is paused");
    assert_eq!(player.command(Command::Toggle, &timeline), None, "not from the start again");
    assert!(player.follows());
    for now_us in [0, 100_000, 200_000] {
        player.advance(at(now_us), &timeline);
        assert_eq!((player.place(), player.follows()), (99, true), "it waits");
    }
    let grow = |timeline: &mut Timeline, player: &mut Player| {
        let last = timeline.last();
        for _ in 0..50 {
            timeline.push(timeline.length_us() + 10_000);
        }
        player.grown(last, timeline);
    };
    grow(&mut timeline, &mut player);
    assert_eq!((player.place(), player.at_us(), player.follows()), (149, 1_490_000, true));
    // Who went back is left there, and comes to follow again by playing.
    player.command(Command::Step(Direction::Back), &timeline);
    grow(&mut timeline, &mut player);
    assert_eq!((player.place(), player.range().last, player.playing()), (148, 199, false));
    player.command(Command::Toggle, &timeline);
    player.set_speed(100_000);
    player.advance(at(1_000_000), &timeline);
    player.advance(at(1_100_000), &timeline);
    assert_eq!((player.place(), player.follows()), (199, true));
    // A range that ends before the end stays as it is.
    let mut part = player;
    part.command(Command::Step(Direction::Back), &timeline);
    part.command(Command::RangeEnds, &timeline);
    grow(&mut timeline, &mut part);
    assert_eq!(part.range().last, 198);
    player.set_growing(false, &timeline);
    assert_eq!((player.place(), player.playing(), player.follows()), (199, false, false));
}

#[test]
fn what_cannot_be_is_refused_with_words_and_changes_nothing() {
    let timeline = timeline(&[10_000; 100], &[]);
    let mut player = Player::new(&timeline);
    let before = player;
    assert!(player.command(Command::Seek(990_001), &timeline).is_some_and(|w| w.contains("end")));
    assert!(!player.set_range(&timeline, 5_000_000, u64::MAX));
    assert!(!player.set_range(&timeline, 11_000, 19_000), "no tick between two");
    assert!(!player.set_speed(99) && !player.set_speed(100_001));
    assert_eq!(player, before);
    assert!(player.set_range(&timeline, 100_000, 200_000));
    let said = player.command(Command::Seek(0), &timeline);
    assert!(said.is_some_and(|words| words.contains("outside the range")), "{said:?}");
    let said = player.command(Command::Step(Direction::Back), &timeline);
    assert_eq!(said, Some("this is the start"));
    player.command(Command::End, &timeline);
    let said = player.command(Command::Tick(21), &timeline);
    assert!(said.is_some_and(|words| words.contains("outside the range")), "{said:?}");
    assert_eq!(player.command(Command::Tick(15), &timeline), None);
    assert_eq!((player.place(), player.at_us()), (15, 150_000));
    player.command(Command::End, &timeline);
    let to = Direction::Forward;
    let said = player.command(Command::Move { to, us: 1_000_000 }, &timeline);
    assert_eq!((said, player.place()), (Some("this is the end"), 20));
    assert!(!Player::new(&Timeline::default()).set_range(&Timeline::default(), 0, u64::MAX));
}

/// A second into a gap is the tick behind it, and back again the one before.
#[test]
fn a_move_into_a_gap_goes_over_it() {
    let timeline = timeline(&[0, 10_000, 5_000_000, 10_000], &[]);
    let mut player = Player::new(&timeline);
    player.command(Command::Step(Direction::Forward), &timeline);
    let (on, back) = (Direction::Forward, Direction::Back);
    player.command(Command::Move { to: on, us: 1_000_000 }, &timeline);
    assert_eq!(player.place(), 2);
    player.command(Command::Move { to: back, us: 1_000_000 }, &timeline);
    assert_eq!(player.place(), 1);
}

#[test]
fn a_range_set_twice_at_its_end_is_the_whole_again() {
    let timeline = timeline(&[10_000; 100], &[]);
    let mut player = Player::new(&timeline);
    player.command(Command::Seek(200_000), &timeline);
    player.command(Command::RangeBegins, &timeline);
    player.command(Command::Seek(300_000), &timeline);
    player.command(Command::RangeEnds, &timeline);
    assert_eq!(player.range(), Range { first: 20, last: 30 });
    player.command(Command::RangeEnds, &timeline);
    player.command(Command::Start, &timeline);
    player.command(Command::RangeBegins, &timeline);
    assert_eq!(player.range(), Range { first: 0, last: 99 });
}

#[test]
fn times_never_fall_and_damage_stands_before_the_next_tick() {
    let mut timeline = Timeline::default();
    for us in [0, 20, 10, 30] {
        timeline.push(us);
    }
    assert_eq!((timeline.time_us(2), timeline.time_us(9)), (20, 30));
    timeline.mark_damage("damaged".to_string());
    assert_eq!(timeline.marks()[0].place, 4);
    let mut player = Player::new(&timeline);
    player.command(Command::Event(Direction::Forward), &timeline);
    assert_eq!(player.place(), 3, "damage behind the last tick is shown with it");
}

#[test]
fn times_are_read_as_people_write_them() {
    let known = [
        ("0", 0),
        ("75", 75_000_000),
        ("75.25", 75_250_000),
        ("1:15.25", 75_250_000),
        ("90:00", 5_400_000_000),
        ("0.000001", 1),
    ];
    for (text, us) in known {
        assert_eq!(time_us(text), Some(us), "{text}");
    }
    for text in ["", ":", "1:", ":5", "1:60", "-1", "1.", "1.0000001", "1:2:3", "abc", "1e3", "+5"]
    {
        assert_eq!(time_us(text), None, "{text}");
    }
    assert_eq!(time_us("99999999999999999999"), None);
    assert_eq!(time_us("18446744073709551615"), None);
}
