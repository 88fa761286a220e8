//! `rfa diff`: what differs is named, what does not is equal, whatever the moment of alignment.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rfa_record::{Topic, rewrite};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;
use virtual_runs::{Ran, Treated, rfa_in, root, treat};

static TREATED: LazyLock<Treated> = LazyLock::new(|| treated("3"));

fn treated(seed: &str) -> Treated {
    treat("tests/plans/quick.toml", &["--seed", seed]).expect("a treatment")
}

/// A folder with the session as `a.mcap`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(&TREATED.recording, folder.path().join("a.mcap")).expect("copies");
    folder
}

fn diff(folder: &Path, other: &str, more: &[&str]) -> Ran {
    rfa_in(folder, [&["diff", "a.mcap", other], more].concat())
}

/// The one report.
fn report(folder: &Path, other: &str, more: &[&str], code: i32) -> Value {
    let ran = diff(folder, other, &[&["--format", "json"], more].concat()).expect_code(code);
    ran.json()[0].clone()
}

/// `b.mcap`: the session with the tip of one tick half a degree hotter.
fn one_reading_changed(folder: &Path) {
    let mut done = 0;
    let mut edit = |topic: Topic, data: &mut Vec<u8>| {
        let mut row: Value = serde_json::from_slice(data).unwrap_or_default();
        if topic == Topic::Tick && row["inputs"]["tick"] == 600 {
            let tip = &mut row["inputs"]["telemetry"][0]["channels"][0]["tip_mc"];
            *tip = (tip.as_i64().expect("a reading") + 500).into();
            *data = serde_json::to_vec(&row).expect("JSON");
            done += 1;
        }
    };
    rewrite(folder.join("a.mcap"), folder.join("b.mcap"), &mut edit).expect("copies");
    assert_eq!(done, 1);
}

#[test]
fn a_copy_is_equal_at_every_alignment() {
    let folder = folder();
    rfa_in(folder.path(), ["rec", "note", "a.mcap", "dry pad", "b.mcap"]).expect_code(0);
    for align in ["rf-on", "first-40", "clock"] {
        let told = report(folder.path(), "b.mcap", &["--align", align], 0);
        assert_eq!((&told["outcome"], &told["align"]), (&"equal".into(), &align.into()));
        assert!(told["ticks_compared"].as_u64().expect("a count") > 500, "{told}");
        for kind in ["origin", "plan", "settings", "trips", "events", "steps", "dose"] {
            assert_eq!(told[kind], Value::Array(Vec::new()), "{kind}");
        }
    }
    let clock = report(folder.path(), "b.mcap", &["--align", "clock"], 0);
    assert_eq!(clock["a"]["aligned_at_s"], 0.0);
    let rf_on = report(folder.path(), "b.mcap", &[], 0);
    assert!(rf_on["a"]["aligned_at_s"].as_f64().expect("a time") > 0.0);
}

#[test]
fn one_reading_is_found_and_tolerated_up_to_its_size() {
    let folder = folder();
    one_reading_changed(folder.path());
    let told = report(folder.path(), "b.mcap", &["--align", "clock"], 4);
    let tip = &told["signals"][0];
    assert_eq!((&tip["signal"], &tip["beyond"]), (&"tip_c".into(), &1.into()));
    assert_eq!((tip["max"].as_f64(), tip["max_at_s"].as_f64()), (Some(0.5), Some(5.99)));
    assert_eq!(told["signals"][1]["max"], 0.0, "power is the same");
    diff(folder.path(), "b.mcap", &["--tolerance", "tip=0.5"]).expect_code(0);
    diff(folder.path(), "b.mcap", &["--tolerance", "tip=0.499"]).expect_code(4);
    diff(folder.path(), "b.mcap", &["--tolerance", "power=1,impedance=1"]).expect_code(4);
}

/// `b.mcap`: the session with the outputs of one tick edited.
fn outputs_changed(folder: &Path, tick: u64, edit: fn(&mut Value)) {
    let mut done = 0;
    let mut change = |topic: Topic, data: &mut Vec<u8>| {
        let mut row: Value = serde_json::from_slice(data).unwrap_or_default();
        if topic == Topic::Tick && row["inputs"]["tick"] == tick {
            edit(&mut row["outputs"]);
            *data = serde_json::to_vec(&row).expect("JSON");
            done += 1;
        }
    };
    rewrite(folder.join("a.mcap"), folder.join("b.mcap"), &mut change).expect("copies");
    assert_eq!(done, 1);
}

/// Of equal readings, another grant or another event is a difference.
#[test]
fn decisions_are_compared_too() {
    let folder = folder();
    outputs_changed(folder.path(), 600, |outputs| {
        let grant = &mut outputs["grant"]["power_mw"];
        *grant = (grant.as_u64().expect("a grant") - 100).into();
    });
    let told = report(folder.path(), "b.mcap", &["--align", "clock"], 4);
    let granted = &told["signals"][3];
    assert_eq!((&granted["signal"], &granted["beyond"]), (&"granted_w".into(), &1.into()));
    assert_eq!(granted["max"].as_f64(), Some(0.1));
    diff(folder.path(), "b.mcap", &["--tolerance", "power=0.1"]).expect_code(0);
    fs::remove_file(folder.path().join("b.mcap")).expect("was there");
    outputs_changed(folder.path(), 600, |outputs| {
        outputs["events"] = serde_json::json!(["acknowledged"]);
    });
    for more in [&["--align", "clock"][..], &["--tolerance", "tip=1"]] {
        let told = report(folder.path(), "b.mcap", more, 4);
        let events = told["events"].as_array().expect("a list");
        assert!(!events.is_empty(), "{told}");
    }
}

/// Who waits longer before RF is on is not treated otherwise.
#[test]
fn the_time_before_rf_is_nothing_where_there_is_a_tolerance() {
    let folder = folder();
    rfa_in(folder.path(), ["rec", "cut", "a.mcap", "--from", "0.2", "b.mcap"]).expect_code(0);
    rfa_in(folder.path(), ["rec", "cut", "a.mcap", "--from", "1", "c.mcap"]).expect_code(0);
    let of = ["diff", "b.mcap", "c.mcap", "--tolerance", "tip=1"];
    let told = rfa_in(folder.path(), of).expect_code(0);
    assert!(told.stdout.contains("events:      the same"), "{}", told.stdout);
}

/// Laid on each other where RF begins, a part is as the whole from there; the ticks it has not are
/// counted, and are a difference unless signals may differ too.
#[test]
fn a_part_is_aligned_with_its_whole() {
    let folder = folder();
    rfa_in(folder.path(), ["rec", "cut", "a.mcap", "--from", "1", "b.mcap"]).expect_code(0);
    let told = report(folder.path(), "b.mcap", &[], 4);
    assert_eq!((&told["a"]["ticks_alone"], &told["b"]["ticks_alone"]), (&100.into(), &0.into()));
    for signal in told["signals"].as_array().expect("a list") {
        assert_eq!(signal["max"], 0.0, "{signal}");
    }
    diff(folder.path(), "b.mcap", &["--tolerance", "tip=0.001"]).expect_code(0);
    let clock = report(folder.path(), "b.mcap", &["--align", "clock"], 4);
    assert!(clock["signals"][0]["beyond"].as_u64().expect("a count") > 100, "{clock}");
}

#[test]
fn what_is_not_whole_is_told() {
    let folder = folder();
    let bytes = fs::read(folder.path().join("a.mcap")).expect("reads");
    fs::write(folder.path().join("b.mcap"), &bytes[..bytes.len() - 20]).expect("writes");
    let told = diff(folder.path(), "b.mcap", &[]).expect_code(3).stdout;
    assert!(told.contains("outcome:     equal as far as they go"), "{told}");
    assert!(told.contains("not whole:   b.mcap ends at byte "), "{told}");
    fs::write(folder.path().join("b.mcap"), &bytes[..bytes.len() / 2]).expect("writes");
    diff(folder.path(), "b.mcap", &["--tolerance", "tip=100"]).expect_code(4);
}

/// Another plan, another seed and a trip: every difference by its name; and several at once.
#[test]
fn what_is_printed_is_the_golden_text() {
    let folder = folder();
    let others: [(&str, &[&str]); 2] = [
        ("tests/plans/short.toml", &["--seed", "9"]),
        ("tests/plans/quick.toml", &["--seed", "3", "--fault", "sensor-open@4s"]),
    ];
    for (name, (plan, more)) in ["b.mcap", "c.mcap"].into_iter().zip(others) {
        let treated = treat(plan, more).expect("a treatment");
        fs::copy(&treated.recording, folder.path().join(name)).expect("copies");
    }
    let told = diff(folder.path(), "b.mcap", &["c.mcap"]).expect_code(4).stdout;
    let path = root().join("tests/golden/diff.txt");
    if std::env::var_os("RFA_WRITE_GOLDEN").is_some() {
        fs::write(&path, &told).expect("writes");
    }
    let golden = fs::read_to_string(&path).expect("the golden file");
    assert_eq!(told, golden, "RFA_WRITE_GOLDEN=1 writes it anew");
}

#[test]
fn wrong_usage_is_told_with_the_mend() {
    let folder = folder();
    let of = |more: &[&str], code| diff(folder.path(), "a.mcap", more).expect_code(code);
    of(&["--align", "first-110"], 1)
        .says(&["a tip of 110 C or more is not in it", "--align clock"]);
    of(&["--align", "first-200"], 2).says(&["rf-on, clock or first-C", "20 to 120"]);
    of(&["--tolerance", "volt=1"], 2).says(&["tip=C, power=W or impedance=OHM"]);
    diff(folder.path(), "nope.mcap", &[]).expect_code(1).says(&["nope.mcap: No such file"]);
}
