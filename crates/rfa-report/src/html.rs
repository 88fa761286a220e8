//! A report as one page: markup, style and pictures in one file, nothing fetched, no script.

mod content;
mod lesion;
mod page;
mod recording;
mod treatment;

use crate::{Name, Report, figure};
use page::Page;
use rfa_plot::svg;

/// The page of `report`; `file` is what its file is called.
#[must_use]
pub fn html(report: &Report, file: &str) -> String {
    let mut page = Page::new(&format!("Session report: {}", content::plan_title(report)));
    content::head(report, file, &mut page);
    // On paper plan and steps fill the first sheet, and the curves begin the next in full width.
    treatment::plan(report, &mut page);
    treatment::steps(report, &mut page);
    curves(report, &mut page);
    treatment::impedances(report, &mut page);
    treatment::dose(report, &mut page);
    lesion::lesion(report, &mut page);
    treatment::limits(report, &mut page);
    content::trips(report, &mut page);
    content::course(report, &mut page);
    content::notes(report, &mut page);
    recording::recording(report, file, &mut page);
    page.finish()
}

/// A figure as a page of its own.
#[must_use]
pub fn figure_page(plot: &rfa_plot::PanelPlot) -> String {
    let mut page = Page::new(plot.title.first().map_or("Figure", String::as_str));
    page.figure("curves", &svg(&plot.scene()));
    page.finish()
}

fn curves(report: &Report, page: &mut Page) {
    page.heading("Curves");
    let plot = figure(&[&report.series], &Name::USUAL, "the first tick");
    page.figure("curves", &svg(&plot.scene()));
}
