//! The page's head, and what happened.

use super::page::{CELL, Page, TIME, WHO, WORD};
use crate::moments::numbers;
use crate::report::{Report, Weight};
use crate::words::{clock, utc, word};
use rfa_interlock::AlarmId;
use rfa_record::row::StateWord;
use rfa_session::{DeviceKind, alarm_text};

const NOTICE: &str = "Research software, not a cleared medical device. It must not be used on \
                      people. This report is no medical record.";

/// The plan's title, or its name where the plan cannot be read.
pub(super) fn plan_title(report: &Report) -> String {
    report.plan.as_ref().map_or_else(|_| report.header.plan_id.clone(), |plan| plan.title.clone())
}

pub(super) fn head(report: &Report, file: &str, page: &mut Page) {
    page.paragraph("<p class=\"notice\">", NOTICE);
    page.raw("<h1>");
    page.text(&plan_title(report));
    page.raw("</h1>\n");
    let info = &report.info;
    let when = info.started_unix_us.map_or("on virtual time".to_owned(), utc);
    let device = match report.header.identity.kind {
        DeviceKind::Simulated { .. } => "simulated generator",
        DeviceKind::Live => "generator",
        DeviceKind::Replay => "no generator",
    };
    let under = format!("Session {}, {when}, {device}; {file}", info.session);
    page.paragraph("<p class=\"under\">", &under);
    let doubts = report.doubts();
    if !doubts.is_empty() {
        page.raw("<div class=\"doubt\" role=\"alert\">\n");
        for doubt in &doubts {
            page.paragraph("<p>", doubt);
        }
        page.raw("</div>\n");
    }
    let (open, words) = ended(report);
    page.paragraph(open, &words);
    let length = clock(info.span_us as f64 / 1e6);
    page.facts(&[
        ("armed by", info.operator.clone().unwrap_or("nobody signed in".to_owned())),
        ("length of the recording", length),
        (
            "RF was on",
            format!(
                "{}, {}",
                clock(report.session.dose.unwrap_or_default().rf_on_s),
                times(report.course.starts)
            ),
        ),
        ("highest tip temperature", measured(report.session.peak_c_sensed, 1, "°C")),
        ("alarms", alarms(report)),
    ]);
}

/// How often, in words.
pub(super) fn times(count: u64) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        many => format!("{many} times"),
    }
}

/// How it ended, in a sentence.
fn ended(report: &Report) -> (&'static str, String) {
    if let Some(first) = report.trips.first() {
        let alarm = alarm_text(AlarmId::from(first.trip.alarm));
        let others = match report.trips.len() {
            1 => String::new(),
            many => format!("; {} trips in all", many),
        };
        let words = format!(
            "Tripped at {} by rule {}: {} ({}){others}",
            clock(first.at_s),
            word(&first.trip.rule),
            alarm.title,
            numbers(&first.trip)
        );
        return ("<p class=\"end trip\">", words);
    }
    match (report.info.complete, report.info.end_state) {
        (true, _) => ("<p class=\"end\">", "Every step of the plan is complete".to_owned()),
        (false, Some(StateWord::Delivering)) => {
            ("<p class=\"end part\">", "The recording ends while RF is on".to_owned())
        }
        (false, _) => ("<p class=\"end part\">", "Ended before every step was complete".to_owned()),
    }
}

fn alarms(report: &Report) -> String {
    let (course, trips) = (&report.course, report.trips.len());
    let (raised, known) = (course.alarms, course.acknowledged);
    let trips = if trips == 1 { "1 trip".to_owned() } else { format!("{trips} trips") };
    format!("{raised} raised, {known} acknowledged; {trips}")
}

/// A value with its unit, or that there is none.
pub(super) fn measured(value: Option<f64>, digits: usize, unit: &str) -> String {
    value.map_or("not measured".to_owned(), |value| format!("{value:.digits$} {unit}"))
}

pub(super) fn trips(report: &Report, page: &mut Page) {
    page.heading("Trips");
    if report.trips.is_empty() {
        return page.none("None.");
    }
    page.table(&["at", "rule", "value and limit", "alarm", "what was done", "what to do"]);
    for told in &report.trips {
        let text = alarm_text(AlarmId::from(told.trip.alarm));
        let alarm = format!("{} {}: {}", word(&told.trip.alarm), text.title, text.meaning);
        page.row(
            "<tr class=\"trip\">",
            &[
                (TIME, &clock(told.at_s)),
                (WORD, &word(&told.trip.rule)),
                (CELL, &numbers(&told.trip)),
                (CELL, &alarm),
                (CELL, text.done),
                (CELL, text.act),
            ],
        );
    }
    page.end_table();
}

pub(super) fn course(report: &Report, page: &mut Page) {
    page.heading("What happened");
    if report.course.rows.is_empty() {
        return page.none("Nothing but time.");
    }
    page.table(&["at", "who", "what"]);
    for row in &report.course.rows {
        let open = match row.weight {
            Weight::Plain => "<tr>",
            Weight::Alarm => "<tr class=\"alarm\">",
            Weight::Trip => "<tr class=\"trip\">",
        };
        page.row(open, &[(TIME, &clock(row.at_s)), (WHO, &row.who), (CELL, &row.what)]);
    }
    page.end_table();
    let untold = report.course.total.saturating_sub(report.course.rows.len() as u64);
    if untold > 0 {
        page.none(&format!("and {untold} more"));
    }
}

pub(super) fn notes(report: &Report, page: &mut Page) {
    page.heading("Notes");
    if report.notes.is_empty() {
        return page.none("None.");
    }
    page.table(&["about", "by", "note"]);
    for (at_s, note) in &report.notes {
        let by = note.author.as_deref().unwrap_or("not told");
        page.row("<tr>", &[(TIME, &clock(*at_s)), (WHO, by), (CELL, &note.text)]);
    }
    page.end_table();
}
