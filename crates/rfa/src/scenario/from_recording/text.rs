//! The scenario's file, for a person to read and edit.

use super::expectation::{Budget, Expectation};
use super::faults::{Faults, Happened, seconds};
use super::steps::{Operator, step_text};
use super::story::Story;
use super::{Doubts, Source};
use rfa_plan::printable;
use rfa_record::Clock;
use rfa_scenario::{Rf, Script, Since};
use rfa_session::DeviceKind;

/// Columns of a line.
const COLUMNS: usize = 100;
/// Steps of the operator told in a comment at most.
const TOLD_MAX: usize = 40;

/// Everything the file is made from.
pub(super) struct Parts<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) story: &'a Story,
    pub(super) plan: &'a str,
    pub(super) tissue: Option<&'a str>,
    pub(super) seed: Option<u64>,
    pub(super) faults: &'a Faults,
    pub(super) operator: &'a Operator,
    pub(super) expectation: &'a Expectation,
    pub(super) began_us: u64,
}

pub(super) fn text(parts: &Parts<'_>, doubts: &Doubts) -> String {
    let mut file = File::default();
    head(parts, doubts, &mut file);
    treatment(parts, &mut file);
    faults(parts, &mut file);
    operator(parts, &mut file);
    expect(parts, &mut file);
    file.line("");
    file.line("[[run]]");
    file.line("label = \"recorded\"");
    let at = "s of the generator's clock: the first fault's";
    let at = if parts.faults.all.is_empty() { "s: the session's beginning" } else { at };
    let began_us = parts.faults.on_scenario_us(parts.began_us);
    file.told(&format!("at_s = [{}]", seconds(began_us)), at);
    file.0
}

#[derive(Default)]
struct File(String);

impl File {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// A setting with a comment behind it.
    fn told(&mut self, setting: &str, comment: &str) {
        self.line(&format!("{setting:<31} # {comment}"));
    }

    /// A comment, broken into lines; what follows the first is set in by `hang`.
    fn comment(&mut self, text: &str, hang: usize) {
        let mut line = "#".to_owned();
        for word in text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > COLUMNS && line.len() > 1 + hang {
                self.line(&line);
                line = format!("#{:hang$}", "");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.line("#");
        self.comment(title, 0);
        for item in items {
            self.comment(&format!("- {item}."), 2);
        }
    }
}

fn head(parts: &Parts<'_>, doubts: &Doubts, file: &mut File) {
    let Source { file: recording, header, .. } = parts.source;
    let identity = &header.identity;
    let shown = |text: &str| printable(text, 60);
    let name = shown(recording);
    file.comment(
        &format!("A session as {name} has it, written by `rfa scenario from-recording`."),
        0,
    );
    let commit = header.git_commit.as_deref().unwrap_or("unknown");
    file.comment(
        &format!(
            "Recorded by rfa {}, commit {}, session {:08x}, {}.",
            shown(&header.rfa_version),
            shown(commit),
            header.limits.session.0,
            date(header.clock),
        ),
        0,
    );
    let kind = match identity.kind {
        DeviceKind::Simulated { .. } => "simulated",
        DeviceKind::Live => "real: a simulated one stands in for it here",
        DeviceKind::Replay => "a replay: a simulated one stands in for it here",
    };
    let [model, serial, firmware] =
        [&identity.model, &identity.serial, &identity.firmware].map(|text| shown(text));
    file.comment(&format!("Generator {model} {serial}, firmware {firmware}: {kind}."), 0);
    let ticks_s = parts.story.ticks_us as f64 / 1e6;
    let hottest =
        parts.story.hottest_c.map_or(String::new(), |c| format!(", hottest tissue {c:.1} °C"));
    file.comment(&format!("{ticks_s:.2} s from the first tick to the last{hottest}."), 0);
    file.list(
        "NOT KNOWN from the recording, so this may not come out as recorded:",
        &doubts.losses,
    );
    file.list("Also in the recording:", &doubts.remarks);
    file.line("");
}

fn date(clock: Clock) -> String {
    let Clock::Wall { started_unix_us, .. } = clock else {
        return "on virtual time, which has no date".to_owned();
    };
    let at = i64::try_from(started_unix_us).ok();
    let at = at.and_then(|us| jiff::Timestamp::from_microsecond(us).ok());
    at.map_or("at a time outside the calendar".to_owned(), |at| {
        at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    })
}

fn treatment(parts: &Parts<'_>, file: &mut File) {
    let header = parts.source.header;
    file.line(&format!(
        "name = {}",
        quoted(&format!("recorded: {}", printable(&header.plan_id, 48)))
    ));
    file.told(&format!("hazards = {}", list(&hazards(parts))), "rows of the hazard table");
    file.told(&format!("plan = {}", quoted(parts.plan)), &format!("hash {}", header.limits.plan));
    match parts.tissue {
        Some(tissue) => file.line(&format!("tissue = {}", quoted(tissue))),
        None => file.told("# tissue = \"muscle\"", "not known; without it, the plan's"),
    }
    match parts.seed {
        Some(seed) => file.told(&format!("seed = {seed}"), "of the simulated generator's noise"),
        None => file.told("# seed = 7", "not known"),
    }
    if header.identity.footswitch {
        file.line("footswitch = true");
    }
}

/// The rules that tripped; else what the faults are for; else a stop's row, or that of false trips.
fn hazards(parts: &Parts<'_>) -> Vec<String> {
    let rules = &parts.expectation.rules;
    if !rules.is_empty() {
        return rules.iter().take(8).cloned().collect();
    }
    let mut found: Vec<String> = Vec::new();
    for fault in &parts.faults.all {
        for hazard in fault.setting.fault.info().hazard.split(", ") {
            if !found.iter().any(|known| known == hazard) && found.len() < 8 {
                found.push(hazard.to_owned());
            }
        }
    }
    if found.is_empty() {
        let stopped = matches!(&parts.expectation.budget, Some(b) if b.from == Since::Stop);
        found.push(if stopped { "H-27" } else { "H-47" }.to_owned());
    }
    found
}

fn faults(parts: &Parts<'_>, file: &mut File) {
    let Faults { all, named, candidates, .. } = parts.faults;
    for Happened { setting, at_us, lasts_us } in all {
        file.line("");
        if !named {
            file.comment("Seen in the telemetry, to 10 ms; not named by the recording.", 0);
        }
        file.comment(setting.fault.info().meaning, 0);
        file.line("[[fault]]");
        file.line(&format!("name = \"{setting}\""));
        let after = format!("after_s = {}", seconds(at_us.saturating_sub(parts.began_us)));
        file.told(&after, &format!("from the run's time on; recorded at {} s", seconds(*at_us)));
        if let Some(lasts_us) = lasts_us {
            file.line(&format!("for_s = {}", seconds(*lasts_us)));
        }
    }
    for (rule, at_us, may) in candidates {
        file.line("");
        let at_s = *at_us as f64 / 1e6;
        let rule = word(rule);
        file.comment(
            &format!("{rule} tripped at {at_s:.2} s. Its cause is not recorded; it may have been:"),
            0,
        );
        for fault in may {
            let info = fault.info();
            file.comment(&format!("[[fault]] name = \"{}\": {}", info.name, info.meaning), 2);
        }
        if may.is_empty() {
            file.comment("none of the simulator's faults is for that rule.", 2);
        }
    }
}

fn operator(parts: &Parts<'_>, file: &mut File) {
    match parts.operator {
        Operator::Person { name, acts } => {
            file.line("");
            file.line("[script]");
            file.line(&format!("operator = {}", quoted(&printable(name, 16))));
            file.told("by_clock = true", "nothing but these acts, at their times");
            file.told("act = [", "s from the first tick on");
            for (at_us, act) in acts {
                file.line(&format!(
                    "    {{ at_s = {}, do = \"{}\" }},",
                    seconds(*at_us),
                    act.name()
                ));
            }
            file.line("]");
        }
        Operator::Confirming => {
            file.line("");
            file.comment("Every gate was confirmed by the script of headless sessions:", 0);
            told(parts.story, file);
        }
        Operator::Scripted(script) => {
            file.line("");
            file.comment("The session's own script, which stands in the recording. It did:", 0);
            told(parts.story, file);
            scripted(script, file);
        }
    }
}

/// The operator's steps as they were recorded.
fn told(story: &Story, file: &mut File) {
    for (at_us, action, _) in story.steps.iter().take(TOLD_MAX) {
        file.line(&format!("#   {:>8.2} s  {}", *at_us as f64 / 1e6, step_text(*action)));
    }
    if let Some(more) = story.steps.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        file.line(&format!("#   and {more} more"));
    }
}

fn scripted(script: &Script, file: &mut File) {
    let Script { operator, by_clock, answer, act } = script;
    file.line("[script]");
    file.line(&format!("operator = {}", quoted(operator)));
    if *by_clock {
        file.line("by_clock = true");
    }
    if !act.is_empty() {
        file.told("act = [", "s from the first tick on");
        for act in act {
            file.line(&format!("    {{ at_s = {:?}, do = \"{}\" }},", act.at_s, act.what.name()));
        }
        file.line("]");
    }
    for reply in answer {
        file.line("");
        file.line("[[script.answer]]");
        file.line(&format!("gate = \"{}\"", word(&reply.gate)));
        if let Some(step) = reply.step {
            file.line(&format!("step = {step}"));
        }
        file.line(&format!("reply = \"{}\"", word(&reply.reply)));
        file.line(&format!("after_ms = {}", reply.after_ms));
    }
}

fn expect(parts: &Parts<'_>, file: &mut File) {
    let expected = parts.expectation;
    file.line("");
    file.line("[expect]");
    file.line(&format!("end = \"{}\"", word(&expected.end)));
    if expected.trips > 0 {
        file.line(&format!("trips = {}", expected.trips));
        file.line(&format!("rules = {}", list(&expected.rules)));
    }
    if let Some((alarm, also)) = expected.alarms.split_first() {
        file.told(&format!("alarm = {}", quoted(alarm)), "stands at the end");
        if expected.allows_al12 {
            file.told("also = [\"AL-12\"]", "the loop may give up on the same sample");
        } else if !also.is_empty() {
            file.line(&format!("also = {}", list(also)));
        }
    }
    file.told(&format!("starts = {}", expected.starts), "how often delivery began");
    file.line(&format!("rf = \"{}\"", word(&expected.rf)));
    if let Some(budget) = &expected.budget {
        time_to_off(expected.rf, budget, parts.story.truth, file);
    }
    if let Some(k2) = expected.k2 {
        file.line(&format!("k2 = \"{k2}\""));
    }
    if !expected.off_confirmed {
        file.told("off_confirmed = false", "no readback showed RF off at the end");
    }
}

fn time_to_off(rf: Rf, budget: &Budget, truth: bool, file: &mut File) {
    let Budget { from, budget_ms, measured_us, row } = budget;
    let measured_ms = *measured_us as f64 / 1e3;
    let by = if truth { "as the simulator knows it" } else { "as the generator measured it" };
    let row = row.map_or("rounded up".to_owned(), |row| format!("of the row: {row}"));
    file.told(&format!("budget_ms = {budget_ms}"), &row);
    let what = if rf == Rf::OnFor { "RF was on for" } else { "RF was off within" };
    file.comment(&format!("{what} {measured_ms:.0} ms, {by} each 10 ms."), 0);
    if rf != Rf::OnFor {
        file.line(&format!("from = \"{}\"", word(from)));
    }
}

/// A value's word in recordings and files.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}
