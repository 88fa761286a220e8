//! One definition of the figure of a session, or of more than one over each other.

use crate::series::{Doing, Series};
use crate::{Name, words};
use rfa_plot::{Colour, Panel, PanelPlot, Row, Signal, SignalLine, Span, Stroke, TimeMark};

/// Sessions over each other at most: more dashes cannot be told apart.
pub const SESSIONS_MAX: usize = 4;

/// Colours that can be told apart without red or green sight (Okabe and Ito 2008).
const BLUE: Colour = Colour::new(0, 114, 178);
const ORANGE: Colour = Colour::new(230, 159, 0);
const GREEN: Colour = Colour::new(0, 158, 115);
const VERMILLION: Colour = Colour::new(213, 94, 0);
const PURPLE: Colour = Colour::new(160, 80, 140);
/// Dashes of the first session's lines and of those after it, in pixels.
const DASHES: [Option<f64>; SESSIONS_MAX] = [None, Some(5.0), Some(2.0), Some(9.0)];

/// A ceiling this many times as high as everything else is told, not drawn.
const FAR: f64 = 1.8;

/// A panel: its label, its height, and the values that it shows in any case.
struct Kind {
    label: &'static str,
    height: f64,
    names: &'static [Name],
    at_least: (f64, f64),
}

const KINDS: [Kind; 7] = [
    Kind {
        label: "temperature, °C",
        height: 250.0,
        names: &[Name::Tip, Name::Reference, Name::Set, Name::Limit, Name::Truth, Name::Hottest],
        at_least: (f64::INFINITY, f64::NEG_INFINITY),
    },
    Kind {
        label: "power, W",
        height: 150.0,
        names: &[Name::Measured, Name::Granted, Name::Asked, Name::Ceiling],
        at_least: (0.0, 1.0),
    },
    Kind {
        label: "impedance, Ω",
        height: 105.0,
        names: &[Name::Impedance, Name::Pad],
        at_least: (f64::INFINITY, f64::NEG_INFINITY),
    },
    Kind { label: "V (rms)", height: 95.0, names: &[Name::Voltage], at_least: (0.0, 1.0) },
    Kind { label: "mA (rms)", height: 95.0, names: &[Name::Current], at_least: (0.0, 1.0) },
    Kind { label: "energy, J", height: 95.0, names: &[Name::Energy], at_least: (0.0, 1.0) },
    Kind { label: "late, ms", height: 95.0, names: &[Name::Lateness], at_least: (0.0, 1.0) },
];

/// How a signal is drawn: colour, width, dashes of its own, and columns of dots without colours.
const fn look(name: Name) -> (Colour, f64, Option<f64>, u32) {
    match name {
        Name::Tip | Name::Measured => (BLUE, 1.7, None, 1),
        Name::Reference | Name::Granted => (ORANGE, 1.3, None, 2),
        Name::Set => (Colour::INK, 1.0, Some(6.0), 4),
        Name::Limit | Name::Ceiling => (VERMILLION, 1.1, Some(3.0), 8),
        Name::Truth => (GREEN, 1.1, None, 3),
        Name::Hottest => (PURPLE, 1.1, None, 5),
        Name::Asked => (PURPLE, 1.1, None, 3),
        Name::Pad => (GREEN, 1.2, None, 2),
        _ => (BLUE, 1.4, None, 1),
    }
}

/// The figure of `sessions` (at most [`SESSIONS_MAX`]; the first is drawn in whole lines, the
/// others dashed) with the signals `names`; `since` says what their times count from.
#[must_use]
pub fn figure(sessions: &[&Series], names: &[Name], since: &str) -> PanelPlot {
    let sessions = sessions.get(..SESSIONS_MAX).unwrap_or(sessions);
    let panels = KINDS.iter().filter_map(|kind| panel(sessions, kind, names)).collect();
    let rows = if names.contains(&Name::State) {
        sessions.iter().enumerate().map(|(place, series)| states(place, series)).collect()
    } else {
        Vec::new()
    };
    let marks = sessions.first().into_iter().flat_map(|series| &series.moments);
    let marks = marks.map(|moment| TimeMark {
        at: moment.at_s,
        label: moment.words.clone(),
        strong: moment.trip,
    });
    let window = longest(sessions);
    PanelPlot {
        title: title(sessions),
        label: format!("time since {since}, s"),
        window: if window.1 > window.0 { window } else { (window.0, window.0 + 1.0) },
        panels,
        rows,
        marks: marks.collect(),
    }
}

/// The first session's name alone, or each with how its lines look.
fn title(sessions: &[&Series]) -> Vec<String> {
    let looks = ["whole lines", "dashed", "dotted", "long dashes"];
    let named = sessions.iter().zip(looks).map(|(series, look)| {
        let name = words::plain(&series.name);
        if sessions.len() == 1 { name } else { format!("{look}: {name}") }
    });
    named.collect()
}

fn longest(sessions: &[&Series]) -> (f64, f64) {
    let windows = sessions.iter().filter_map(|series| series.window_s);
    windows.reduce(|(a, b), (from, to)| (a.min(from), b.max(to))).unwrap_or((0.0, 1.0))
}

/// The panel of one unit; `None` where none of its signals is asked for or recorded.
fn panel(sessions: &[&Series], kind: &Kind, names: &[Name]) -> Option<Panel> {
    let shown: Vec<Name> = kind.names.iter().copied().filter(|n| names.contains(n)).collect();
    let highest = highest(sessions, &shown);
    let mut lines = Vec::new();
    // The first session's first signal is drawn last, over everything.
    for (place, series) in sessions.iter().enumerate().rev() {
        for name in shown.iter().rev() {
            let signal = series.signals.get(name).filter(|signal| !signal.is_empty());
            let Some((signal, (_, high))) = signal.and_then(|one| Some((one, one.range()?))) else {
                continue;
            };
            let (colour, width, own_dash, every) = look(*name);
            let dash = DASHES.get(place).copied().flatten().or(own_dash);
            let stroke = Stroke { colour, width, dash };
            let every = every * if place == 0 { 1 } else { 3 };
            let mut line = SignalLine { signal: signal.clone(), stroke, every, key: String::new() };
            if place == 0 {
                line.key = name.words().to_owned();
            }
            // A ceiling far above everything else would press all curves flat.
            if *name == Name::Ceiling && highest.is_some_and(|others| high > FAR * others) {
                line.signal = Signal::default();
                line.key = if place == 0 { format!("ceiling {high} W, above") } else { line.key };
            }
            lines.push(line);
        }
    }
    let drawn = lines.iter().any(|line| !line.signal.is_empty());
    drawn.then(|| Panel::covering(kind.label, kind.height, lines, kind.at_least))
}

/// The highest value of what is shown beside the ceiling.
fn highest(sessions: &[&Series], shown: &[Name]) -> Option<f64> {
    let names = shown.iter().filter(|name| **name != Name::Ceiling);
    let signals = names.flat_map(|name| sessions.iter().map(|series| series.signals.get(name)));
    let ends = signals.flatten().filter_map(Signal::range);
    ends.map(|(_, high)| high).reduce(f64::max)
}

fn states(place: usize, series: &Series) -> Row {
    let spans = series.stays.iter().map(|stay| {
        let (fill, ink) = colours(stay.doing);
        let label = stay.doing.word().to_owned();
        Span { from: stay.from_s, to: stay.to_s, label, fill, ink }
    });
    let label = if place == 0 { "state".to_owned() } else { format!("state {}", place + 1) };
    Row { label, spans: spans.collect() }
}

/// Colours of a state and of the word on it.
const fn colours(doing: Doing) -> (Colour, Colour) {
    match doing {
        Doing::SelfTest | Doing::Idle => (Colour::new(232, 235, 239), Colour::INK),
        Doing::Armed => (Colour::new(255, 231, 150), Colour::INK),
        Doing::Ramp | Doing::Delivering => (Colour::new(250, 190, 120), Colour::INK),
        Doing::Hold => (Colour::new(240, 140, 70), Colour::INK),
        Doing::Stopping => (Colour::new(190, 200, 212), Colour::INK),
        Doing::Tripped => (Colour::new(190, 20, 30), Colour::WHITE),
        Doing::Lockout => (Colour::new(70, 10, 16), Colour::WHITE),
    }
}
