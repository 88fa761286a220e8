//! Recordings for other tools: tables and lines that lose nothing.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use serde_json::Value;
use std::fs;
use std::path::Path;
use virtual_runs::{Ran, Treated, rfa, treat};

fn treated() -> Treated {
    treat("tests/plans/quick.toml", &["--seed", "3", "--fault", "sensor-open@4s"])
        .expect("a treatment")
}

fn export(file: &Path, more: &[&str]) -> Ran {
    let file = file.display().to_string();
    let mut words = vec!["rec", "export", &file];
    words.extend(more);
    rfa(words)
}

/// Heading and lines of a table.
fn table(text: &str) -> (Vec<&str>, Vec<Vec<&str>>) {
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heading = lines.next().expect("a heading");
    (heading, lines.collect())
}

/// Every tick is a line, and its numbers are the recording's to the last digit.
#[test]
fn a_table_has_every_tick_and_exact_numbers() {
    let treated = treated();
    let csv = export(&treated.recording, &["--to", "csv"]).expect_code(0).stdout;
    let ndjson = export(&treated.recording, &["--to", "ndjson", "--topic", "/tick"]);
    let ticks: Vec<Value> = ndjson.expect_code(0).stdout.lines().map(parse).collect();
    let (heading, lines) = table(&csv);
    assert_eq!(lines.len(), ticks.len());
    let column = |name: &str| heading.iter().position(|h| *h == name).expect(name);
    let (tick, time, tip, power) =
        (column("tick"), column("time_s"), column("tip_c"), column("power_w"));
    let mut open = 0;
    for (line, row) in lines.iter().zip(&ticks) {
        assert_eq!(line.len(), heading.len());
        let message = &row["message"];
        assert_eq!(line[tick], message["inputs"]["tick"].to_string());
        assert_eq!(thousandths(line[time], 6), row["at_us"].as_i64());
        let reading = &message["inputs"]["telemetry"][0]["channels"][0];
        assert_eq!(thousandths(line[tip], 3), reading["tip_mc"].as_i64(), "{line:?}");
        assert_eq!(thousandths(line[power], 3), reading["power_mw"].as_i64());
        open += usize::from(line[column("tip_fault")] == "open");
    }
    assert!(open > 10, "the fault's word is there");
    assert!(csv.contains(",AL-04,"), "alarms by name");
}

/// The integer behind a decimal of so many digits; `None` for an empty field.
fn thousandths(text: &str, digits: usize) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    assert_eq!(part.len(), digits, "{text}");
    format!("{whole}{part}").parse().ok()
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}

#[test]
fn a_range_and_topics_are_chosen() {
    let treated = treated();
    let part = ["--from-s", "2", "--until-s", "2.5"];
    let csv = export(&treated.recording, &[&["--to", "csv"], &part[..]].concat()).stdout;
    let (_, lines) = table(&csv);
    assert_eq!(lines.len(), 50);
    assert_eq!((lines[0][0], lines[49][0]), ("2.000000", "2.490000"));
    let told = export(&treated.recording, &["--to", "ndjson", "--topic", "/alarm"]).stdout;
    assert!(told.lines().count() >= 2, "{told}");
    assert!(told.lines().all(|line| parse(line)["topic"] == "/alarm"));
    let all = export(&treated.recording, &["--to", "ndjson"]).expect_code(0).stdout;
    let topics: std::collections::BTreeSet<_> =
        all.lines().map(|line| parse(line)["topic"].to_string()).collect();
    assert!(topics.contains("\"/truth\"") && topics.contains("\"/summary\""), "{topics:?}");
}

/// A new file, whole or not there; a recording that is not whole is written and says so.
#[test]
fn a_file_is_new_and_a_cut_recording_is_told() {
    let treated = treated();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("ticks.csv");
    let to_file = |file: &Path| export(file, &["--to", "csv", "-o", &out.display().to_string()]);
    let told = to_file(&treated.recording).expect_code(0).stdout;
    assert!(told.starts_with("wrote ") && told.contains("ticks.csv"), "{told}");
    let whole = fs::read_to_string(&out).expect("there");
    assert_eq!(whole, export(&treated.recording, &["--to", "csv"]).stdout);
    to_file(&treated.recording).expect_code(2).says(&["is there already"]);
    fs::remove_file(&out).expect("removed");

    // Somebody else's unfinished file stays as it is.
    let partial = folder.path().join("ticks.csv.partial");
    fs::write(&partial, "theirs").expect("written");
    to_file(&treated.recording).expect_code(1).says(&["ticks.csv.partial is there already"]);
    assert_eq!(fs::read_to_string(&partial).expect("there"), "theirs");
    fs::remove_file(&partial).expect("removed");

    let bytes = fs::read(&treated.recording).expect("readable");
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, &bytes[..bytes.len() / 2]).expect("written");
    to_file(&cut).expect_code(3).says(&["not whole", "lines are written", "ends at byte"]);
    assert!(whole.starts_with(&fs::read_to_string(&out).expect("there")));
}

#[test]
fn wrong_arguments_name_the_mend() {
    let treated = treated();
    let bad = |more: &[&str], parts: &[&str]| {
        export(&treated.recording, more).expect_code(2).says(parts);
    };
    bad(&["--to", "csv", "--topic", "/alarm"], &["--to ndjson"]);
    bad(&["--to", "ndjson", "--topic", "/alarms"], &["/alarm", "/tick"]);
    bad(&["--to", "csv", "--from-s", "soon"], &["e.g. 12.5"]);
    bad(&["--to", "parquet"], &["--to parquet", "-o FILE"]);
    bad(&["--to", "edf"], &["--to edf", "-o FILE"]);
    bad(&["--to", "parquet", "-o", "x", "--follow"], &["--follow", "--to csv or ndjson"]);
    bad(&["--to", "excel"], &["csv", "ndjson"]);
    let none = export(Path::new("Cargo.toml"), &["--to", "csv"]);
    assert_ne!(none.code, 0);
}
