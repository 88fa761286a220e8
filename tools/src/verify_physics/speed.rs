//! How long a lesion takes, how that grows with the cells, and beside a script of the same.

use super::beside::{self, Run};
use super::chart::{Axis, BLUE, Chart, GREEN, Line, RED};
use super::lesions::{Course, HOLD_S, SET_C, size_mm};
use super::needles::{Electrode, ex_vivo};
use super::rows::{Row, percent};
use rfa_plan::Gauge;
use rfa_tissue::{Boundary, Resolution, TipEnd};
use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

/// The lesion that is timed: 20G, 10 mm, 21 °C to 80 °C, 120 s.
pub(super) fn course(resolution: Resolution) -> Result<Course, String> {
    Ok(Course {
        electrode: Electrode::new(Gauge::G20, 10),
        end: TipEnd::Blunt,
        tissue: ex_vivo()?,
        baseline_c: 21.0,
        set_c: SET_C,
        hold_s: HOLD_S,
        resolution,
    })
}

/// Seconds of this thread's processor so far.
fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// One mesh's cost and answers.
pub(super) struct Timed {
    pub(super) cells: usize,
    /// Best and middle of the runs: processor and wall, s.
    pub(super) cpu: (f64, f64),
    pub(super) wall: (f64, f64),
    /// Widths after 30, 60, 90 and 120 s, mm.
    pub(super) widths: [f64; 4],
}

/// Runs the lesion so many times.
pub(super) fn timed(resolution: Resolution, runs: usize) -> Result<Timed, String> {
    let course = course(resolution)?;
    let (mut cpu, mut wall, mut cells) = (Vec::new(), Vec::new(), 0);
    for _ in 0..runs {
        let (began, began_cpu) = (Instant::now(), cpu_s());
        let lesion = course.run()?;
        size_mm(&lesion, Boundary::Isotherm(50.0));
        cpu.push(cpu_s() - began_cpu);
        wall.push(began.elapsed().as_secs_f64());
        cells = lesion.mesh().grid.cells();
    }
    let best = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        (times[0], times[times.len() / 2])
    };
    Ok(Timed { cells, cpu: best(cpu), wall: best(wall), widths: widths(resolution)? })
}

/// Widths as the lesion grows.
fn widths(resolution: Resolution) -> Result<[f64; 4], String> {
    let course = course(resolution)?;
    let mut widths = [0.0; 4];
    for (width, until_s) in widths.iter_mut().zip([30.0, 60.0, 90.0, 120.0]) {
        let course = Course { hold_s: until_s - super::lesions::RAMP_S, ..course };
        *width = size_mm(&course.run()?, Boundary::Isotherm(50.0)).0;
    }
    Ok(widths)
}

const SECTION: &str = super::SPEED;
/// The script has to take so many times as long as ours.
const TIMES_AS_LONG: f64 = 50.0;
const RESOLUTIONS: [Resolution; 3] = [Resolution::Coarse, Resolution::Normal, Resolution::Fine];

/// The quick row: the lesion's cost, best of a few runs.
pub(super) fn quick_rows() -> Result<Vec<Row>, String> {
    Ok(vec![cost(&timed(Resolution::Normal, 5)?)])
}

fn cost(normal: &Timed) -> Row {
    let what = format!(
        "120 s lesion, normal mesh ({} cells), one core: best of the runs (middle {:.3}, wall {:.3})",
        normal.cells, normal.cpu.1, normal.wall.0
    );
    Row::at_most(SECTION, what, (normal.cpu.0, "s"), 0.12)
}

/// All rows, and the plot of error against cost.
pub(super) fn rows() -> Result<(Vec<Row>, Option<Chart>), String> {
    let [coarse, normal, fine] = RESOLUTIONS.map(|resolution| timed(resolution, 9));
    let ours = [coarse?, normal?, fine?];
    let [coarse, normal, fine] = &ours;
    let mut rows = vec![cost(normal)];
    let exponent = |small: &Timed, large: &Timed| {
        (large.cpu.0 / small.cpu.0).ln() / (large.cells as f64 / small.cells as f64).ln()
    };
    let value = format!(
        "{:.2} from {} to {} cells, {:.2} to {}",
        exponent(coarse, normal),
        coarse.cells,
        normal.cells,
        exponent(normal, fine),
        fine.cells
    );
    let what = "time grows as cells to the power of (a band solve is cells^1.5)";
    rows.push(Row::told(SECTION, what, value));
    let runs = match beside::runs() {
        Ok(runs) => runs,
        Err(why) => {
            rows.push(Row::told(SECTION, "the script with scipy", format!("not run: {why}")));
            return Ok((rows, None));
        }
    };
    let reference = beside::reference(normal, fine);
    for (timed, name) in ours.iter().zip(["coarse", "normal", "fine"]) {
        let error = beside::error(&timed.widths, &reference);
        let value = format!("{:.3} s, error of the width {}", timed.wall.0, percent(error));
        rows.push(Row::told(SECTION, format!("ours, {name}, {} cells", timed.cells), value));
    }
    for run in &runs {
        let ordering = if run.tuned { ", best ordering" } else { "" };
        let what = format!("script, {} cells, step {} s{ordering}", run.cells, run.step_s);
        let error = beside::error(&run.widths, &reference);
        let value = format!("{:.2} s, error of the width {}", run.seconds, percent(error));
        rows.push(Row::told(SECTION, what, value));
    }
    rows.extend(ratios(&ours, &runs, &reference));
    Ok((rows, Some(plot(&ours, &runs, &reference))))
}

/// How much longer the quickest run of the script takes that is as exact as each of our meshes;
/// where none is, its most exact run tells how much longer at the least.
fn ratios(ours: &[Timed; 3], runs: &[Run], reference: &[f64; 4]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (timed, name) in ours.iter().zip(["coarse", "normal", "fine"]) {
        let error = beside::error(&timed.widths, reference);
        let off = |run: &Run| beside::error(&run.widths, reference);
        // Within a tenth counts as the same accuracy.
        let as_good = runs.iter().filter(|run| off(run) <= 1.1 * error);
        let quickest = as_good.min_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let most_exact = runs.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        let Some(run) = quickest.or(most_exact) else { continue };
        let ratio = run.seconds / timed.wall.0;
        let value = if quickest.is_some() {
            format!("{ratio:.1}")
        } else {
            format!("more than {ratio:.1}: its most exact run is {} off", percent(off(run)))
        };
        let what = format!("the script at the accuracy of our {name} mesh: times as long");
        rows.push(if name == "normal" {
            Row::holds(SECTION, what, value, format!(">= {TIMES_AS_LONG}"), ratio >= TIMES_AS_LONG)
        } else {
            Row::told(SECTION, what, value)
        });
    }
    rows
}

fn plot(ours: &[Timed; 3], runs: &[Run], reference: &[f64; 4]) -> Chart {
    let of = |widths| beside::error(widths, reference) * 100.0;
    let script = |tuned: bool, cells: u64| -> Vec<(f64, f64)> {
        let chosen = runs.iter().filter(|run| run.tuned == tuned && run.cells == cells);
        chosen.map(|run| (run.seconds, of(&run.widths))).collect()
    };
    let line =
        |name: &str, colour, points| Line { name: name.to_owned(), colour, points, marked: true };
    let mut meshes: Vec<(bool, u64)> = runs.iter().map(|run| (run.tuned, run.cells)).collect();
    meshes.sort_unstable();
    meshes.dedup();
    let mine = ours.iter().map(|timed| (timed.wall.0, of(&timed.widths))).collect();
    let mut lines = vec![line("rfa-tissue", BLUE, mine)];
    lines.extend(meshes.into_iter().map(|(tuned, cells)| {
        if tuned {
            line("its best ordering", GREEN, script(tuned, cells))
        } else {
            line(&format!("scipy, {cells} cells"), RED, script(tuned, cells))
        }
    }));
    Chart {
        title: "Error of the lesion's width against the time to compute it",
        x: Axis {
            label: "time for a 120 s lesion, s",
            from: 0.01,
            to: 100.0,
            ticks: vec![0.01, 0.1, 1.0, 10.0, 100.0],
            logarithmic: true,
        },
        y: Axis {
            label: "largest error of the width, %",
            from: 0.01,
            to: 2.0,
            ticks: vec![0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0],
            logarithmic: true,
        },
        lines,
    }
}
