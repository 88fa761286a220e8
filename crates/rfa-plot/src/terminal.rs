//! The figure of panels in a terminal: dots of braille, words, and nothing else.

use crate::axis::ticks;
use crate::field::plain;
use crate::panels::{Panel, PanelPlot, Row, SignalLine};

/// Columns left of the panels: the values of the axis.
const LEFT: usize = 8;
/// Columns the figure takes at least and at most.
const COLUMNS: (usize, usize) = (40, 400);
/// Pixels of a panel's height for a row of characters.
const PIXELS_PER_ROW: f64 = 22.0;
/// Columns of a line's sample in the key.
const SAMPLE: usize = 3;
/// Marks listed at most; more are counted.
const LISTED_MAX: usize = 40;
/// Colours of a panel's lines, the uppermost first (ECMA-48 8.3.117).
const INKS: [u8; 6] = [36, 33, 35, 32, 34, 31];

/// Cells of one panel: dots, and whose they are.
struct Cells {
    columns: usize,
    rows: usize,
    dots: Vec<u8>,
    owner: Vec<usize>,
}

impl Cells {
    fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, dots: vec![0; columns * rows], owner: vec![0; columns * rows] }
    }

    /// One dot, counted from the upper left, two in a column and four in a row of characters.
    fn dot(&mut self, x: usize, y: usize, owner: usize) {
        // Unicode 16, chapter 21.1: the left column is dots 1, 2, 3, 7, the right 4, 5, 6, 8.
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let (column, row) = (x / 2, y / 4);
        if column < self.columns && row < self.rows {
            let at = row * self.columns + column;
            self.dots[at] |= BITS[x % 2][y % 4];
            self.owner[at] = owner;
        }
    }

    fn row(&self, row: usize, colours: bool) -> String {
        let mut text = String::new();
        for column in 0..self.columns {
            let at = row * self.columns + column;
            let sign = match self.dots[at] {
                0 => ' ',
                dots => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
            };
            if colours && sign != ' ' {
                let ink = INKS[self.owner[at] % INKS.len()];
                text.push_str(&format!("\x1b[{ink}m{sign}\x1b[0m"));
            } else {
                text.push(sign);
            }
        }
        text.trim_end().to_owned()
    }
}

/// The figure in `columns` columns (40 to 400 are taken), with colours or without.
#[must_use]
pub fn terminal(plot: &PanelPlot, columns: usize, colours: bool) -> String {
    let columns = columns.clamp(COLUMNS.0, COLUMNS.1);
    let inner = columns - LEFT - 1;
    let mut out: Vec<String> =
        plot.title.iter().map(|line| line.chars().take(columns).collect()).collect();
    for panel in &plot.panels {
        panel_rows(plot, panel, inner, colours, &mut out);
    }
    for row in &plot.rows {
        out.push(states(plot, row, inner));
    }
    out.push(mark_row(plot, inner));
    out.extend(axis(plot, inner));
    let shown = plot.marks.iter().take(LISTED_MAX);
    out.extend(shown.map(|mark| {
        let sign = if mark.strong { '!' } else { '^' };
        let line = format!("{:>9.2} {sign} {}", mark.at, mark.label);
        line.chars().take(columns).collect()
    }));
    if plot.marks.len() > LISTED_MAX {
        out.push(format!("          and {} more", plot.marks.len() - LISTED_MAX));
    }
    out.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The place of a time among `count` columns; `None`: outside.
fn place(time: f64, (from, to): (f64, f64), count: usize) -> Option<usize> {
    let share = (time - from) / (to - from);
    let inside = (0.0..=1.0).contains(&share) && count > 0;
    inside.then(|| ((share * count as f64) as usize).min(count - 1))
}

fn panel_rows(plot: &PanelPlot, panel: &Panel, inner: usize, colours: bool, out: &mut Vec<String>) {
    let rows = (panel.height / PIXELS_PER_ROW).round().clamp(3.0, 20.0) as usize;
    let mut cells = Cells::new(inner, rows);
    let (low, high) = panel.window;
    for (index, line) in panel.lines.iter().enumerate() {
        let owner = panel.lines.len() - 1 - index;
        draw(plot, line, (low, high), owner, &mut cells);
    }
    out.extend(key(panel, inner + LEFT + 1, colours));
    let mut labels = vec![String::new(); rows];
    for tick in ticks(low, high, (rows as f64 / 2.0).max(1.0)) {
        let row = place(high - tick + low, (low, high), rows);
        if let Some(label) = row.and_then(|row| labels.get_mut(row)) {
            *label = plain(tick).replace('\u{2212}', "-");
        }
    }
    for (row, label) in labels.iter().enumerate() {
        out.push(format!("{label:>7} |{}", cells.row(row, colours)));
    }
}

fn draw(
    plot: &PanelPlot,
    line: &SignalLine,
    (low, high): (f64, f64),
    owner: usize,
    cells: &mut Cells,
) {
    let (across, up) = (cells.columns * 2, cells.rows * 4);
    let every = line.every.max(1) as usize;
    let y = |value: f64| {
        let value = value.clamp(low, high);
        place(high - value + low, (low, high), up).unwrap_or(0)
    };
    for points in line.signal.lines(plot.window, across as f64) {
        let places: Vec<(usize, usize)> = points
            .iter()
            .filter_map(|(time, value)| Some((place(*time, plot.window, across)?, y(*value))))
            .collect();
        let alone = places.first().map(|first| [*first, *first]);
        let pairs = places.windows(2).map(|pair| [pair[0], pair[1]]).chain(alone);
        for [a, b] in pairs {
            for (x, y) in between(a, b).filter(|(x, _)| x % every == 0) {
                cells.dot(x, y, owner);
            }
        }
    }
}

/// Every dot from one to the other: by columns where it is wide, by rows where it is steep.
fn between(a: (usize, usize), b: (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let (dx, dy) = (b.0 as f64 - a.0 as f64, b.1 as f64 - a.1 as f64);
    let steps = dx.abs().max(dy.abs()).max(1.0) as usize;
    (0..=steps).map(move |step| {
        let share = step as f64 / steps as f64;
        let at = |from: usize, by: f64| (from as f64 + by * share).round() as usize;
        (at(a.0, dx), at(a.1, dy))
    })
}

/// The panel's name and a sample of each line, as it is drawn; as many rows as that takes.
fn key(panel: &Panel, columns: usize, colours: bool) -> Vec<String> {
    let mut rows = vec![format!("{:LEFT$}{}", "", panel.label)];
    let mut used = LEFT + panel.label.chars().count();
    for (index, line) in panel.lines.iter().enumerate().rev() {
        if line.key.is_empty() {
            continue;
        }
        let long = 2 + SAMPLE + 1 + line.key.chars().count();
        if used + long > columns {
            rows.push(" ".repeat(LEFT));
            used = LEFT;
        }
        used += long;
        let ink = INKS[(panel.lines.len() - 1 - index) % INKS.len()];
        let sample = sample(line.every.max(1) as usize);
        let sample = if colours { format!("\x1b[{ink}m{sample}\x1b[0m") } else { sample };
        if let Some(row) = rows.last_mut() {
            row.push_str(&format!("  {sample} {}", line.key));
        }
    }
    rows
}

/// Some columns of a line of which every so many dots are drawn.
fn sample(every: usize) -> String {
    let signs =
        (0..SAMPLE).map(|column| match [2 * column, 2 * column + 1].map(|x| x % every == 0) {
            [true, true] => '\u{2824}',
            [true, false] => '\u{2804}',
            [false, true] => '\u{2820}',
            [false, false] => ' ',
        });
    signs.collect()
}

/// Words where there is room for them, a bar at every change.
fn states(plot: &PanelPlot, row: &Row, inner: usize) -> String {
    let mut signs = vec![' '; inner];
    for span in &row.spans {
        let (from, to) = (span.from.max(plot.window.0), span.to.min(plot.window.1));
        let ends = (place(from, plot.window, inner), place(to, plot.window, inner));
        let (Some(from), Some(to)) = ends else { continue };
        let room = to.saturating_sub(from + 1);
        signs[from] = '|';
        let fits = span.label.chars().count() <= room;
        let words: String = if fits { span.label.clone() } else { String::new() };
        for (slot, sign) in signs.iter_mut().skip(from + 1).zip(words.chars()) {
            *slot = sign;
        }
    }
    let name: String = row.label.chars().take(7).collect();
    format!("{name:>7} {}", signs.into_iter().collect::<String>())
}

fn mark_row(plot: &PanelPlot, inner: usize) -> String {
    let mut signs = vec![' '; inner];
    for strong in [false, true] {
        for mark in plot.marks.iter().filter(|mark| mark.strong == strong) {
            if let Some(at) = place(mark.at, plot.window, inner) {
                signs[at] = if strong { '!' } else { '^' };
            }
        }
    }
    format!("{:LEFT$} {}", "", signs.into_iter().collect::<String>())
}

fn axis(plot: &PanelPlot, inner: usize) -> [String; 2] {
    let mut line = vec!['-'; inner];
    let mut numbers = vec![' '; inner + 8];
    for tick in ticks(plot.window.0, plot.window.1, (inner as f64 / 10.0).max(2.0)) {
        let Some(at) = place(tick, plot.window, inner) else { continue };
        line[at] = '+';
        let text = plain(tick).replace('\u{2212}', "-");
        for (slot, sign) in numbers.iter_mut().skip(at).zip(text.chars()) {
            *slot = sign;
        }
    }
    let rule: String = line.into_iter().collect();
    let numbers: String = numbers.into_iter().take(inner).collect();
    // The unit alone: the words for time would take the place of the numbers.
    let unit = plot.label.rsplit(", ").next().unwrap_or_default();
    let unit: String = unit.chars().take(LEFT).collect();
    [format!("{:LEFT$}+{rule}", ""), format!("{unit:>LEFT$} {}", numbers.trim_end())]
}
