//! The figure of a small recording, as SVG and as text, against what a person has looked at.

#[path = "../../rfa-record/tests/support/mod.rs"]
mod support;

use rfa_plot::{png, svg, terminal};
use rfa_record::{Clock, Part, Recorder, Recording};
use rfa_report::{Doing, Name, Series, WalkError, figure};
use std::path::{Path, PathBuf};
use support::Session;

/// Three seconds: self-test, arming, a ramp, and a sensor that opens in it.
fn tripped(folder: &Path) -> PathBuf {
    let path = folder.join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    session.sensor_open_at = Some(250);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..300 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    path
}

fn series(path: &Path, part: Part) -> Series {
    let recording = Recording::open(path).expect("a recording");
    let (series, loss) = Series::read("two steps", &recording, part, 0.0).expect("readable");
    assert!(loss.is_none(), "{loss:?}");
    series
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("RFA_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("writes");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file");
    assert!(text == golden, "{name} differs; RFA_WRITE_GOLDEN=1 writes it anew:\n{text}");
}

#[test]
fn a_small_session_is_drawn_as_it_was_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = series(&tripped(folder.path()), Part::default());
    let figure = figure(&[&series], &Name::USUAL, "the first tick");
    let picture = svg(&figure.scene());
    for words in ["temperature, °C", "power, W", "impedance, Ω", "RF on, step 1", "tripped"] {
        assert!(picture.contains(words), "no {words:?}");
    }
    assert!(picture.contains(">H-06 AL-04: no reading<"), "the trip with its rule");
    assert!(!picture.contains("NaN") && !picture.contains("inf"), "every place is a number");
    assert!(png(&figure.scene(), 1.0).is_ok());
    golden("tripped.svg", &picture);
    golden("tripped.txt", &terminal(&figure, 80, false));
}

/// Every signal that a session without a simulator can have is read, in the unit of its panel.
#[test]
fn every_signal_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = series(&tripped(folder.path()), Part::default());
    let absent = [Name::Truth, Name::Hottest, Name::State];
    for name in Name::ALL.into_iter().filter(|name| !absent.contains(name)) {
        assert!(series.signals.get(&name).is_some_and(|signal| !signal.is_empty()), "{name:?}");
    }
    let range = |name: Name| series.signals[&name].range().expect("values");
    let inside = |name: Name, low: f64, high: f64| {
        let (from, to) = range(name);
        assert!(from >= low && to <= high, "{name:?}: {from} to {to}");
    };
    inside(Name::Tip, 36.0, 75.0);
    inside(Name::Set, 60.0, 60.0);
    inside(Name::Reference, 36.0, 60.1);
    inside(Name::Limit, 60.1, 70.0);
    inside(Name::Impedance, 200.0, 240.0);
    inside(Name::Pad, 24.0, 26.0);
    inside(Name::Measured, 0.0, 8.6);
    inside(Name::Ceiling, 0.1, 8.6);
    inside(Name::Lateness, 0.0, 0.0);
    let doing: Vec<Doing> = series.stays.iter().map(|stay| stay.doing).collect();
    for expected in [Doing::Armed, Doing::Ramp, Doing::Tripped] {
        assert!(doing.contains(&expected), "{doing:?}");
    }
    let trips: Vec<_> = series.moments.iter().filter(|moment| moment.trip).collect();
    assert_eq!(trips.len(), 1, "{trips:?}");
    assert!((2.4..2.6).contains(&trips[0].at_s), "{trips:?}");
}

/// A part is the same as the whole, there: reading begins at its chunk.
#[test]
fn a_part_is_what_the_whole_has_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = tripped(folder.path());
    let whole = series(&path, Part::default());
    let part = series(&path, Part { from_us: Some(1_500_000), until_us: Some(2_000_000) });
    assert_eq!(part.window_s, Some((1.5, 1.99)));
    for name in [Name::Tip, Name::Granted, Name::Impedance] {
        let within = |series: &Series| series.signals[&name].lines((1.5, 1.995), 1e6);
        assert_eq!(within(&part), within(&whole), "{name:?}");
    }
    let recording = Recording::open(&path).expect("a recording");
    let beyond = Part { from_us: Some(60_000_000), until_us: None };
    let error = Series::read("s", &recording, beyond, 0.0).expect_err("nothing there");
    assert!(matches!(error, WalkError::NoTick { .. }), "{error}");
    assert!(error.to_string().contains("in the part that was asked for"), "{error}");
}

/// Two sessions over each other: the second dashed, each with its row of states.
#[test]
fn two_sessions_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = tripped(folder.path());
    let first = series(&path, Part::default());
    let mut second = first.clone();
    second.name = "what if".to_owned();
    let figure = figure(&[&first, &second], &[Name::Tip, Name::State], "RF on");
    assert_eq!(figure.title, ["whole lines: two steps", "dashed: what if"]);
    let dashes: Vec<_> = figure.panels[0].lines.iter().map(|line| line.stroke.dash).collect();
    assert_eq!(dashes, [Some(5.0), None], "the first is drawn last");
    assert_eq!(figure.rows.len(), 2);
    assert_eq!(figure.marks.len(), first.moments.len(), "marks are the first session's");
}
