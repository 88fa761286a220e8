//! `rfa plot`: a session as a figure. Nothing here opens a device or a display.

use crate::exit::{Exit, Stop};
use crate::output;
use crate::rec::seconds;
use clap::{Args, ValueEnum};
use rfa_fleet::{Align, aligned_at_s};
use rfa_plot::{PanelPlot, png, svg, terminal};
use rfa_record::{Part, Recording};
use rfa_report::{Loss, Name, SESSIONS_MAX, Series, figure, figure_page};
use rfa_session::DeviceKind;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

/// Pixels of a PNG for each of the layout: sharp on a screen of high resolution.
const PNG_SCALE: f64 = 2.0;
/// Columns where there is no terminal to ask.
const COLUMNS: usize = 80;

/// What to draw, and how.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Recordings: the first is drawn in whole lines, up to three more over it, dashed.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Signals, separated by commas: tip, reference, set, limit (together: temperature), measured,
    /// granted, asked, ceiling (together: power), impedance, pad, voltage, current, energy,
    /// lateness, state; of simulators truth, hottest.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = names)]
    signals: Vec<Names>,
    /// What times count from, and where recordings are laid on each other: clock (the first tick),
    /// rf-on, or first-C, e.g. first-60. Without it, clock for one recording and rf-on for more.
    #[arg(long, value_name = "EVENT")]
    align: Option<Align>,
    /// Nothing before this time, s.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    from: Option<i64>,
    /// Nothing from this time on, s.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    to: Option<i64>,
    /// Form of the figure; without it, what the name of the new file ends with, or text.
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// New file; without it, stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What one word of `--signals` stands for.
#[derive(Debug, Clone)]
struct Names(Vec<Name>);

/// Forms of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text, as wide as the terminal.
    Terminal,
    /// A picture of lines.
    Svg,
    /// A picture of pixels.
    Png,
    /// A page that holds the picture.
    Html,
}

fn names(text: &str) -> Result<Names, String> {
    Name::parse(text).map(Names)
}

pub(crate) fn plot(arguments: &Arguments) -> Result<Exit, Stop> {
    let Arguments { files, signals, align, from, to, format, output } = arguments;
    let form = form(*format, output.as_deref())?;
    if files.len() > SESSIONS_MAX {
        return Err(Stop::usage(format!(
            "error: {} recordings over each other cannot be told apart\n  allowed: 1 to \
             {SESSIONS_MAX}\n  help:    draw fewer at a time",
            files.len()
        )));
    }
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Stop::usage(
            "error: --from is not before --to, and nothing is between them\n  help:    give the \
             earlier time with --from",
        ));
    }
    let usual = if files.len() > 1 { Align::RfOn } else { Align::Clock };
    let align = align.unwrap_or(usual);
    let part = Part { from_us: *from, until_us: *to };
    let mut sessions = Vec::new();
    let mut whole = true;
    for file in files {
        let (series, loss) = read(file, part, align)?;
        whole &= told(file, &loss);
        sessions.push(series);
    }
    let chosen: Vec<Name> = signals.iter().flat_map(|names| names.0.iter().copied()).collect();
    let chosen = if chosen.is_empty() { &Name::USUAL[..] } else { &chosen };
    let sessions: Vec<&Series> = sessions.iter().collect();
    let figure = figure(&sessions, chosen, &since(align));
    if figure.panels.is_empty() && figure.rows.is_empty() {
        return Err(Stop::failure("none of these signals is in the recording".to_owned()));
    }
    draw(&figure, form, output.as_deref())?;
    Ok(if whole { Exit::Ok } else { Exit::Loss })
}

/// The form asked for: by name, or by the new file's ending.
fn form(format: Option<Form>, file: Option<&Path>) -> Result<Form, Stop> {
    let end = file.and_then(Path::extension).and_then(|end| end.to_str());
    let by_end = match end.map(str::to_ascii_lowercase).as_deref() {
        Some("svg") => Some(Form::Svg),
        Some("png") => Some(Form::Png),
        Some("html" | "htm") => Some(Form::Html),
        Some("txt") => Some(Form::Terminal),
        _ => None,
    };
    match (format, file, by_end) {
        (Some(format), Some(file), Some(end)) if format != end => Err(Stop::usage(format!(
            "error: --format and the name of the new file ask for different forms\n  value:   \
             {}\n  help:    leave --format out, or name the file by its form",
            file.display()
        ))),
        (Some(format), ..) | (None, _, Some(format)) => Ok(format),
        (None, None, None) => Ok(Form::Terminal),
        (None, Some(file), None) => Err(Stop::usage(format!(
            "error: the name of the new file does not say which form\n  value:   {}\n  allowed: \
             a name that ends in .svg, .png, .html or .txt\n  help:    name the file, e.g. \
             session.svg, or give --format",
            file.display()
        ))),
    }
}

/// What times count from, in words.
fn since(align: Align) -> String {
    match align {
        Align::Clock => "the first tick".to_owned(),
        Align::RfOn => "RF on".to_owned(),
        Align::First { temperature_mc } => {
            format!("the first {} °C", f64::from(temperature_mc) / 1e3)
        }
    }
}

fn read(file: &Path, part: Part, align: Align) -> Result<(Series, Loss), Stop> {
    let failed = |e: &dyn std::fmt::Display| Stop::failure(e.to_string());
    let recording = Recording::open(file).map_err(|e| failed(&e))?;
    let header = recording.header();
    let device = match header.identity.kind {
        DeviceKind::Simulated { .. } => ", simulated",
        DeviceKind::Live => "",
        DeviceKind::Replay => ", what-if",
    };
    let file = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let session = header.limits.session.0;
    let name = format!("{}, session {session:08x}{device} ({file})", header.plan_id);
    let zero_s = match align {
        Align::Clock => 0.0,
        Align::RfOn | Align::First { .. } => {
            aligned_at_s(&recording, align).map_err(|e| failed(&e))?
        }
    };
    // A part is counted as all times of the figure are.
    let zero_us = (zero_s * 1e6).round() as i64;
    let later = |at: i64| at.saturating_add(zero_us);
    let part = Part { from_us: part.from_us.map(later), until_us: part.until_us.map(later) };
    Series::read(&name, &recording, part, zero_s).map_err(|e| failed(&e))
}

/// Says on stderr what of a recording is missing; whether nothing is.
pub(crate) fn told(file: &Path, loss: &Loss) -> bool {
    if loss.damaged > 0 {
        let places = output::plain(&loss.damage.join("; "));
        eprintln!("{}: {} damaged places: {places}", file.display(), loss.damaged);
    }
    if let Some(why) = &loss.cut_short {
        eprintln!("{}: not finished: {}", file.display(), output::plain(why));
    }
    loss.is_none()
}

fn draw(figure: &PanelPlot, form: Form, file: Option<&Path>) -> Result<(), Stop> {
    let bytes = match form {
        Form::Terminal => {
            let colours = file.is_none() && output::colours();
            terminal(figure, columns(file), colours).into_bytes()
        }
        Form::Svg => svg(&figure.scene()).into_bytes(),
        Form::Html => figure_page(figure).into_bytes(),
        Form::Png if file.is_none() && stdout().is_terminal() => {
            return Err(Stop::usage(
                "error: a PNG is no text for a terminal\n  help:    name a file with -o, or pipe \
                 the output",
            ));
        }
        Form::Png => png(&figure.scene(), PNG_SCALE)
            .map_err(|e| Stop::failure(format!("the picture: {e}")))?,
    };
    match file {
        None => output::bytes(&bytes),
        Some(file) => {
            output::file(file, &bytes)?;
            output::line(&format!("wrote {}", file.display()))
        }
    }
}

/// As wide as the terminal.
fn columns(file: Option<&Path>) -> usize {
    let size = rustix::termios::tcgetwinsize(stdout());
    let known = size.ok().filter(|size| file.is_none() && size.ws_col > 0);
    known.map_or(COLUMNS, |size| usize::from(size.ws_col))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_named_or_seen() {
        let form_of = |format, file: Option<&str>| form(format, file.map(Path::new)).ok();
        assert_eq!(form_of(None, None), Some(Form::Terminal));
        assert_eq!(form_of(None, Some("a/b.SVG")), Some(Form::Svg));
        assert_eq!(form_of(Some(Form::Png), None), Some(Form::Png));
        assert_eq!(form_of(Some(Form::Png), Some("picture")), Some(Form::Png));
        assert_eq!(form_of(Some(Form::Png), Some("x.svg")), None);
        assert_eq!(form_of(None, Some("session.mcap")), None, "a recording is never written over");
    }
}
