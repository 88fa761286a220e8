//! The population as pictures.

use super::population::{Answer, Treated};
use crate::exit::Stop;
use rfa_plot::{Colour, LinePlot, Polyline, Stroke, png, svg};
use rfa_record::whole_file;
use std::fs;
use std::path::Path;

/// Trajectories in one picture at most, evenly taken: more are one grey area.
const SHOWN_MAX: usize = 300;
/// What is shown of a trajectory: s since the end of the ramp, and K.
const TIME_S: (f64, f64) = (-30.0, 25.0);
const OFF_K: (f64, f64) = (-6.0, 4.0);
const OVERSHOOT_K: (f64, f64) = (-2.0, 6.0);
/// Pixels of a PNG for each of the layout.
const PNG_SCALE: f64 = 2.0;
/// Colours of controllers and of the worst draws.
const COLOURS: [Colour; 10] = [
    Colour::ACCENT,
    Colour::new(200, 40, 40),
    Colour::new(40, 140, 60),
    Colour::new(220, 130, 20),
    Colour::new(130, 60, 170),
    Colour::new(20, 150, 160),
    Colour::new(160, 110, 60),
    Colour::new(210, 80, 150),
    Colour::new(100, 110, 20),
    Colour::INK,
];

/// Writes every plot, as SVG and as PNG.
pub(super) fn write(folder: &Path, answer: &Answer, treated: &[Treated]) -> Result<(), Stop> {
    let failed = |e: std::io::Error| Stop::failure(format!("{}: {e}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    for (name, plot) in [
        ("trajectories", trajectories(answer, treated)),
        ("overshoot", overshoot(answer, treated)),
        ("worst", worst(answer, treated)),
    ] {
        let scene = plot.scene();
        let pixels = png(&scene, PNG_SCALE).map_err(|e| Stop::failure(format!("{name}: {e}")))?;
        for (end, bytes) in [("svg", svg(&scene).into_bytes()), ("png", pixels)] {
            let path = folder.join(format!("{name}.{end}"));
            whole_file(&path, failed, |partial| fs::write(partial, &bytes).map_err(failed))?;
        }
    }
    Ok(())
}

fn figure(answer: &Answer, titles: [String; 2], window: [(f64, f64); 2]) -> LinePlot {
    let [title, more] = titles;
    let more =
        format!("{} draws of seed {}, rfa {}{more}", answer.table.draws, answer.seed, answer.rfa);
    LinePlot {
        title: vec![title, more],
        labels: ["since the end of the ramp, s", "true tip less where it should be, K"]
            .map(str::to_owned),
        window,
        lines: Vec::new(),
    }
}

fn first(answer: &Answer) -> &'static str {
    answer.table.controllers.first().copied().unwrap_or("none")
}

fn course(treated: &Treated, stroke: Stroke, key: String) -> Polyline {
    let points = treated.course.iter().map(|(x, y)| (f64::from(*x), f64::from(*y)));
    // Ramps are longer than what is shown of them at most once: its beginning is no vertical line.
    let points = points.filter(|(x, _)| (TIME_S.0..=TIME_S.1).contains(x)).collect();
    Polyline { points, stroke, key }
}

fn permitted(treated: &[Treated]) -> impl Iterator<Item = &Treated> + Clone {
    treated.iter().filter(|treated| treated.outcome.reach.is_permitted())
}

fn trajectories(answer: &Answer, treated: &[Treated]) -> LinePlot {
    let every = permitted(treated).count().div_ceil(SHOWN_MAX).max(1);
    let shown = permitted(treated).step_by(every);
    let titles = [
        format!("Trajectories of {}", first(answer)),
        format!("; {} shown whose power ceiling permits them", shown.clone().count()),
    ];
    let mut plot = figure(answer, titles, [TIME_S, OFF_K]);
    let stroke = Stroke::solid(Colour::ACCENT, 0.35);
    plot.lines = shown.map(|treated| course(treated, stroke, String::new())).collect();
    plot
}

/// For each controller which share of the runs has at most how much.
fn overshoot(answer: &Answer, treated: &[Treated]) -> LinePlot {
    let titles =
        ["Overshoot of the true tip".to_owned(), ", where the power ceiling permits".to_owned()];
    let mut plot = figure(answer, titles, [OVERSHOOT_K, (0.0, 100.0)]);
    plot.labels =
        ["largest excess over the set temperature, K", "share of the runs, %"].map(str::to_owned);
    for (column, name) in answer.table.controllers.iter().enumerate() {
        let figures = permitted(treated).filter_map(|treated| treated.outcome.figures.get(column));
        let all: Vec<Option<f64>> = figures.map(|figures| figures.overshoot_k).collect();
        // A run that was ended before has none, and its line ends below 100 %.
        let mut found: Vec<f64> = all.iter().copied().flatten().collect();
        found.sort_by(f64::total_cmp);
        let share = |rank: usize| 100.0 * rank as f64 / all.len() as f64;
        let steps = found.iter().enumerate();
        let points = steps.flat_map(|(at, x)| [(*x, share(at)), (*x, share(at + 1))]).collect();
        let stroke = Stroke::solid(COLOURS[column % COLOURS.len()], 1.8);
        plot.lines.push(Polyline { points, stroke, key: (*name).to_owned() });
    }
    plot
}

fn worst(answer: &Answer, treated: &[Treated]) -> LinePlot {
    let titles = [format!("The worst draws of {}", first(answer)), String::new()];
    let mut plot = figure(answer, titles, [TIME_S, OFF_K]);
    for (place, worst) in answer.table.worst.iter().enumerate() {
        let of = treated.iter().find(|treated| treated.outcome.number == worst.draw);
        let Some(treated) = of else { continue };
        let value = worst.value.map_or_else(|| "none".to_owned(), |value| format!("{value:.2}"));
        let key = format!("draw {}: {}: {value} {}", worst.draw, worst.what, worst.unit);
        let stroke = Stroke::solid(COLOURS[place % COLOURS.len()], 1.3);
        plot.lines.push(course(treated, stroke, key));
    }
    plot
}
