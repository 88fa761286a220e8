//! The rules between the fields of a scenario file.

use crate::file::ScenarioFile;
use crate::read::{Group, Twin};
use crate::script::Clash;
use crate::{End, Expected, RUNS_MAX, Rf, Since};
use rfa_plan::Violation;
use rfa_sim::FaultSetting;
use std::collections::BTreeSet;

/// Everything that the shape of the file cannot say.
pub(crate) fn violations(
    file: &ScenarioFile,
    groups: &[Group],
    twin: Option<&Twin>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    shipped(file, &mut found);
    faults(file, &mut found);
    script(file, &mut found);
    for (index, group) in groups.iter().enumerate() {
        repeats(file, index, &mut found);
        let expected = group.expected.as_deref();
        expectation(file, &format!("run[{index}].expect"), expected, &mut found);
    }
    names(groups, &mut found);
    if let Some(twin) = twin {
        twins(file, groups, twin, &mut found);
    }
    let runs: usize = groups.iter().map(|group| group.count(twin)).sum();
    if runs > RUNS_MAX {
        found.push(violation(
            "run",
            &format!("{runs} runs"),
            &format!("1 to {RUNS_MAX} runs, twins among them"),
            ["file asks for too many runs", "name fewer times, or divide the file"],
        ));
    }
    found
}

/// Names of shipped plans and tissues; what has a dot or a slash is a file, and its reader's.
fn shipped(file: &ScenarioFile, found: &mut Vec<Violation>) {
    let tissue = file.tissue.as_deref();
    for (field, name, known) in [
        ("plan", Some(&*file.plan), rfa_plan::presets()),
        ("tissue", tissue, rfa_plan::shipped_tissues()),
    ] {
        let Some(name) = name.filter(|name| !name.contains(['.', '/'])) else { continue };
        let ids = || known.iter().map(|(id, _)| *id);
        if ids().any(|id| id == name) {
            continue;
        }
        let help = rfa_plan::nearest(name, ids()).map_or_else(
            || "write one of the names allowed, or the path of a file".to_owned(),
            |near| format!("did you mean \"{near}\"?"),
        );
        let allowed = ids().collect::<Vec<_>>().join(", ");
        let message = format!("no shipped {field} has that name");
        found.push(violation(field, &quoted(name), &allowed, [&message, &help]));
    }
}

fn faults(file: &ScenarioFile, found: &mut Vec<Violation>) {
    for (index, fault) in file.fault.iter().enumerate() {
        let setting = fault.name.parse::<FaultSetting>();
        if setting.is_ok_and(|setting| setting.fault.needs_footswitch()) && !file.footswitch {
            found.push(violation(
                &format!("fault[{index}].name"),
                &quoted(&fault.name),
                "a fault that shows without a footswitch",
                ["fault shows only with a footswitch", "add a line `footswitch = true`"],
            ));
        }
    }
}

fn script(file: &ScenarioFile, found: &mut Vec<Violation>) {
    let Some(script) = &file.script else { return };
    if let Some(Clash { field, value, allowed, message, help }) = script.clash() {
        found.push(violation(&format!("script.{field}"), &value, allowed, [message, help]));
    }
    if script.names_an_operator() {
        return;
    }
    found.push(violation(
        "script.operator",
        &quoted(&script.operator),
        "1 to 16 printable ASCII characters without spaces",
        ["not an operator's name", "write it as allowed"],
    ));
}

fn repeats(file: &ScenarioFile, index: usize, found: &mut Vec<Violation>) {
    let Some(run) = file.run.get(index) else { return };
    if (run.times > 1) == run.every_s.is_some() {
        return;
    }
    let (field, help) = match run.times > 1 {
        true => ("every_s", "say how much later each is, e.g. `every_s = 0.0973`"),
        false => ("times", "say how often, e.g. `times = 100`"),
    };
    found.push(violation(
        &format!("run[{index}].{field}"),
        "none",
        "times and every_s together, or neither",
        ["repeated times need both times and every_s", help],
    ));
}

/// An expectation that would hold whatever happens is none.
fn expectation(
    file: &ScenarioFile,
    at: &str,
    expected: Option<&Expected>,
    found: &mut Vec<Violation>,
) {
    let mut missing = |name: &str, allowed: &str, words: [&str; 2]| {
        found.push(violation(&format!("{at}.{name}"), "none", allowed, words));
    };
    let Some(expected) = expected else {
        let help = "add `end = ...` to [expect], or to these runs";
        return missing("end", "how the treatment ends", ["no end is expected", help]);
    };
    if expected.end == End::NotOpened && expected.says.is_none() {
        let help = "add `says = \"...\"`: without it any failure would do";
        let allowed = "words of the message";
        missing("says", allowed, ["a session that is not opened has to say why", help]);
    }
    if matches!(expected.rf, Rf::Budget | Rf::OnFor) && expected.budget.is_none() {
        let help = "add `budget_ms = ...` to [expect], or to these runs";
        missing("budget_ms", "1 to 60000 ms", ["no time to RF off is expected", help]);
    }
    if expected.trips > 0 && expected.rules.is_empty() {
        let help = "add `rules = [...]`: without it any rule would do";
        missing("rules", "1 to 8 rules", ["a trip is expected of no rule", help]);
    }
    if expected.end.is_trip() && expected.trips == 0 {
        let help = "leave `trips` out, or count them all";
        let words = ["a trip is expected and none is counted", help];
        missing("trips", "1 to 16", words);
    }
    let acts = file.script.iter().flat_map(|script| &script.act);
    let stops = acts.filter(|act| act.what.stops()).count();
    if expected.from == Since::Stop && stops == 0 {
        let help = "add [[script.act]] with `do = \"stop\"`, or count from the fault";
        missing("from", "\"fault\", \"sensed\"", ["nobody stops in this scenario", help]);
    }
    let from_fault = matches!(expected.from, Since::Fault | Since::Sensed);
    if from_fault && expected.rf == Rf::Budget && file.fault.is_empty() {
        let help = "add a [[fault]], or count from the stop";
        missing("from", "\"stop\" where nothing breaks", ["no fault to count from", help]);
    }
}

/// A run is named by its label and time, so that it can be run alone.
fn names(groups: &[Group], found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for (index, group) in groups.iter().enumerate() {
        if let Some(at) = group.times.iter().find(|at| !seen.insert((group.label.clone(), **at))) {
            found.push(violation(
                &format!("run[{index}].at_s"),
                &format!("{} s", at.as_secs_f64()),
                "each time once under a label",
                ["a run stands twice", "remove one, or give it a label of its own"],
            ));
        }
    }
}

fn twins(file: &ScenarioFile, groups: &[Group], twin: &Twin, found: &mut Vec<Violation>) {
    if file.fault.is_empty() {
        found.push(violation(
            "twin",
            "a section",
            "only beside a [[fault]]",
            ["there is no fault to have a twin", "remove the section, or add a [[fault]]"],
        ));
    }
    let unknown = |at: &&rfa_units::Span| !groups.iter().any(|group| group.times.contains(at));
    for at in twin.skip.iter().filter(unknown) {
        found.push(violation(
            "twin.skip_at_s",
            &format!("{} s", at.as_secs_f64()),
            "times of the runs",
            ["no run has this time", "remove it, or write it as the run has it"],
        ));
    }
}

fn violation(field: &str, value: &str, allowed: &str, [message, help]: [&str; 2]) -> Violation {
    Violation {
        field: field.to_owned(),
        value: value.to_owned(),
        allowed: allowed.to_owned(),
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

/// A text of the file, fit to be shown (H-53).
fn quoted(text: &str) -> String {
    format!("\"{}\"", rfa_plan::printable(text, 60))
}
