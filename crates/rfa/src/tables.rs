//! Commands that print a table of the program's own: plans, faults, keys, alarms, completions.

use crate::cli::{Cli, Format};
use crate::exit::{Exit, Stop};
use crate::output;
use clap::CommandFactory;
use rfa_interlock::AlarmId;
use rfa_session::alarm_text;
use rfa_sim::Fault;
use serde_json::{Value, json};

/// The shipped plans.
pub(crate) fn plans(format: Format) -> Result<Exit, Stop> {
    let mut rows = Vec::new();
    for (id, _) in rfa_plan::presets() {
        let plan = rfa_plan::preset(id).map_err(|e| Stop::failure(e.to_string()))?;
        let sets: Vec<f64> = plan.program.steps.iter().map(|s| s.set.as_f64()).collect();
        let holds: Vec<f64> = plan.program.steps.iter().map(|s| s.hold.as_secs_f64()).collect();
        rows.push(json!({
            "id": plan.id, "title": plan.title, "set_c": sets, "hold_s": holds,
            "source": plan.source.citation, "site_must_approve": plan.site_must_approve,
        }));
    }
    print(format, &rows, |row| {
        let list = |key: &str| {
            let values = row[key].as_array().map(Vec::as_slice).unwrap_or_default();
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
        };
        format!(
            "{:20} {:16} °C {:20} s  {}",
            text(row, "id"),
            list("set_c"),
            list("hold_s"),
            text(row, "title")
        )
    })
}

/// The simulated generator's faults.
pub(crate) fn faults(format: Format) -> Result<Exit, Stop> {
    let row = |fault: &Fault| {
        let info = fault.info();
        json!({
            "name": info.name, "hazard": info.hazard, "meaning": info.meaning,
            "expected": info.expected, "twin": info.twin,
            "small": info.sizes.map(|[small, _]| small), "large": info.sizes.map(|[_, large]| large),
        })
    };
    let rows: Vec<Value> = Fault::ALL.iter().map(row).collect();
    print(format, &rows, |row| {
        let lines =
            [("must", "expected"), ("twin", "twin"), ("small", "small"), ("large", "large")];
        let told = lines.iter().filter(|(_, key)| row[*key].is_string());
        let told = told.map(|(word, key)| format!("\n{:33}{word}: {}", "", text(row, key)));
        let (name, hazard, meaning) =
            (text(row, "name"), text(row, "hazard"), text(row, "meaning"));
        format!("{name:20} {hazard:11} {meaning}{}", told.collect::<String>())
    })
}

/// The console's keys, from the table that dispatches them.
pub(crate) fn keys(format: Format) -> Result<Exit, Stop> {
    let rows: Vec<Value> = rfa_console::keys()
        .iter()
        .map(|k| json!({ "scope": k.scope, "keys": k.keys, "does": k.does }))
        .collect();
    print(format, &rows, |row| {
        format!("{:16} {:28} {}", text(row, "scope"), text(row, "keys"), text(row, "does"))
    })
}

/// What one alarm means.
pub(crate) fn explain(name: &str, format: Format) -> Result<Exit, Stop> {
    let wanted = name.to_ascii_uppercase();
    let found = AlarmId::ALL.into_iter().find(|alarm| alarm_name(*alarm) == wanted);
    let Some(alarm) = found else {
        let known: Vec<String> = AlarmId::ALL.into_iter().map(alarm_name).collect();
        return Err(Stop::usage(format!(
            "there is no alarm {name:?}; one of {}",
            known.join(", ")
        )));
    };
    let told = alarm_text(alarm);
    let row = json!({
        "alarm": alarm_name(alarm), "title": told.title, "meaning": told.meaning,
        "done": told.done, "act": told.act, "cleared_by": told.cleared_by,
        "shown_by": told.shown_by,
    });
    match format {
        Format::Json => output::json(&row)?,
        Format::Text => output::line(&format!(
            "{} {}\n\n  what     {}\n  done     {}\n  do       {}\n  cleared  {}\n  shown by {}",
            alarm_name(alarm),
            told.title,
            told.meaning,
            told.done,
            told.act,
            told.cleared_by,
            told.shown_by
        ))?,
    }
    Ok(Exit::Ok)
}

/// A completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rfa", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Ok)
}

/// An alarm's name as people write it.
pub(crate) fn alarm_name(alarm: AlarmId) -> String {
    format!("AL-{:02}", alarm.number())
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

fn print(format: Format, rows: &[Value], as_text: impl Fn(&Value) -> String) -> Result<Exit, Stop> {
    match format {
        Format::Json => output::json(&rows)?,
        Format::Text => {
            for row in rows {
                output::line(&as_text(row))?;
            }
        }
    }
    Ok(Exit::Ok)
}
