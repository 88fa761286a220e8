//! A site's thresholds of rules: tighter ones act, tried ones are told, live and of a recording.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use virtual_runs::{Ran, rfa, root};

/// The shipped site with more sections.
fn site(folder: &TempDir, sections: &str) -> PathBuf {
    let path = folder.path().join("site.toml");
    let shipped = fs::read_to_string(root().join("config/site.toml")).expect("shipped");
    fs::write(&path, format!("{shipped}\n{sections}\n")).expect("written");
    path
}

/// A hold at 75 °C in which impedance falls by a fifth: below the 30 % of H-17.
fn treated(more: &[&str], file: &Path) -> Ran {
    let record = file.display().to_string();
    let mut words = vec!["demo", "--headless", "--virtual", "--plan", "gasserian-75"];
    words.extend([
        "--fault",
        "insulation-fault:twin@30s+5s",
        "--record",
        &record,
        "--format",
        "json",
    ]);
    words.extend(more);
    rfa(words)
}

#[test]
fn h17_a_tighter_threshold_trips_and_a_tried_one_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let acting = site(&folder, "[rules]\nsudden_fall_percent = 15").display().to_string();
    let ended = treated(&["--site", &acting], &file("acting.mcap")).json();
    assert_eq!(ended["trips"][0]["rule"], "H-17", "{ended}");

    let tried = site(&folder, "[passive]\nsudden_fall_percent = 15").display().to_string();
    let ended = treated(&["--site", &tried], &file("tried.mcap")).expect_code(0).json();
    assert_eq!(ended["trips_total"], 0, "{ended}");
    let of = |command: &[&str], name: &str| {
        let recording = file(name).display().to_string();
        let words = [&["rec"], command, &["--format", "json", &recording]].concat();
        rfa(words).expect_code(0).json()
    };
    let info = of(&["info"], "tried.mcap");
    assert_eq!(info["would_trip"][0]["trip"]["rule"], "H-17", "{info}");
    assert_eq!(info["would_trip"][0]["trip"]["limit"], 15, "{info}");
    of(&["verify"], "tried.mcap");

    // A recording that knew nothing of it, and the same answer at the same tick.
    treated(&[], &file("plain.mcap")).expect_code(0);
    let told = of(&["rules", "--site", &tried], "plain.mcap");
    assert_eq!(told["would_trip_total"], 1, "{told}");
    assert_eq!(told["would_trip"][0]["tick"], info["would_trip"][0]["tick"]);
    assert_eq!(told["would_trip"][0]["trip"], info["would_trip"][0]["trip"]);
    assert_eq!(told["differs_at"], serde_json::Value::Null);
}

#[test]
fn a_looser_threshold_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (sections, parts) in [
        ("[rules]\nover_set_k = 5.1", ["rules.over_set_k", "5.1 K", "3 to 5 K"]),
        ("[passive]\ncold_c = 29", ["passive.cold_c", "29 °C", "30 to 34 °C"]),
        ("[rules]\nroll_off_percent = 20.5", ["rules.roll_off_percent", "20.5 %", "whole"]),
        ("[rules]\nboiling_c = 90", ["boiling_c", "over_set_k", "rules"]),
    ] {
        let path = site(&folder, sections).display().to_string();
        rfa(["check", &path]).expect_code(2).says(&parts);
    }
}
