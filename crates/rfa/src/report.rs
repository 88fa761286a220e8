//! `rfa report`: a session on one page, and on paper. Nothing here opens a device.

mod browser;

use crate::exit::{Exit, Stop};
use crate::{output, plot};
use clap::Args;
use rfa_record::Recording;
use rfa_report::{Report, html};
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

/// Which recording, and where its report goes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// New page; without it (and without --pdf), stdout.
    #[arg(short, long, value_name = "OUT.html")]
    output: Option<PathBuf>,
    /// The same on paper of A4, through Chromium.
    #[arg(long, value_name = "OUT.pdf")]
    pdf: Option<PathBuf>,
}

pub(crate) fn report(arguments: &Arguments) -> Result<Exit, Stop> {
    let Arguments { file, output: page_file, pdf } = arguments;
    ends_with(page_file.as_deref(), "-o", "html")?;
    ends_with(pdf.as_deref(), "--pdf", "pdf")?;
    let to_stdout = page_file.is_none() && pdf.is_none();
    if to_stdout && stdout().is_terminal() {
        return Err(Stop::usage(
            "error: a page of HTML is no text for a terminal\n  help:    name a file, e.g. -o \
             report.html, or pipe the output",
        ));
    }
    let failed = |e: &dyn std::fmt::Display| Stop::failure(e.to_string());
    let recording = Recording::open(file).map_err(|e| failed(&e))?;
    let report = Report::read(&recording).map_err(|e| failed(&e))?;
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let page = html(&report, &name);
    if let Some(to) = page_file {
        output::file(to, page.as_bytes())?;
        output::line(&format!("wrote {}", to.display()))?;
    }
    if let Some(to) = pdf {
        browser::print(&page, to)?;
        output::line(&format!("wrote {}", to.display()))?;
    }
    if to_stdout {
        output::bytes(page.as_bytes())?;
    }
    let whole = plot::told(file, &report.loss) && report.info.lost_ticks == 0;
    Ok(if whole { Exit::Ok } else { Exit::Loss })
}

/// A name with another ending may be a recording's.
fn ends_with(file: Option<&Path>, option: &str, end: &str) -> Result<(), Stop> {
    let Some(file) = file else { return Ok(()) };
    let found = file.extension().and_then(|found| found.to_str());
    if found.is_some_and(|found| found.eq_ignore_ascii_case(end)) {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "error: {option} does not name such a file\n  value:   {}\n  allowed: a name that ends in \
         .{end}\n  help:    e.g. {option} report.{end}",
        file.display()
    )))
}
