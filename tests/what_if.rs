//! `rfa replay` and `rfa sweep`: what is asked, what is answered, what is refused.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rfa_record::{Topic, rewrite};
use rfa_replay::whatif::{SettingError, Setup};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use virtual_runs::{Ran, Treated, rfa, rfa_in, root, treat};

const PLAN: &str = "tests/plans/short.toml";

static TREATED: LazyLock<Treated> = LazyLock::new(|| treat(PLAN, &[]).expect("a treatment"));

fn recording() -> &'static Path {
    &TREATED.recording
}

fn ask(command: &str, file: &Path, more: &[&str]) -> Ran {
    let file = file.to_str().expect("UTF-8");
    rfa([command, file].into_iter().chain(more.iter().copied()))
}

/// The whole answer for people, word for word.
#[test]
fn an_answer_is_for_people() {
    let told = ask("replay", recording(), &["--set", "control.kp=0.5", "--set", "plan.hold_s=6"]);
    let told = told.expect_code(0).stdout.replace(&recording().display().to_string(), "s.mcap");
    let golden = root().join("tests/golden/replay.txt");
    if std::env::var_os("RFA_WRITE_GOLDEN").is_some() {
        fs::write(&golden, &told).expect("writes");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let name = golden.display();
    assert!(told == expected, "{name} differs; RFA_WRITE_GOLDEN=1 writes it anew:\n{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 110), "{told}");
}

#[test]
fn every_key_has_unit_range_and_the_recordings_value() {
    let keys = ask("replay", recording(), &["--keys", "--format", "json"]).expect_code(0).json();
    let keys = keys.as_array().expect("a list");
    let of = |name: &str| keys.iter().find(|key| key["name"] == name).expect(name);
    assert_eq!(of("plan.ramp_s")["recorded"], json!([5.0]));
    assert_eq!(of("plan.ramp_s")["min"], 5.0);
    assert_eq!(of("limits.impedance_high_ohm")["recorded"], json!([1_500.0]));
    assert_eq!(of("limits.over_set_k")["max"], 5.0);
    assert_eq!(of("control.kp")["recorded"], json!([1.0]));
    let setup = Setup::of(recording()).expect("readable");
    let text = ask("replay", recording(), &["--keys"]).expect_code(0).stdout;
    assert_eq!(text.lines().count(), keys.len());
    for key in keys {
        let name = key["name"].as_str().expect("a name");
        assert!(text.lines().any(|line| line.starts_with(name)), "{name} in {text}");
        assert_ne!(key["unit"], "", "{name}");
        for value in key["recorded"].as_array().expect("a list") {
            let inside =
                value.as_f64() >= key["min"].as_f64() && value.as_f64() <= key["max"].as_f64();
            assert!(inside, "{key}");
        }
        // Both ends are taken, by themselves, unless the plan or the limits say why not.
        for end in [&key["min"], &key["max"]] {
            let setting = setup.parse(&format!("{name}={end}")).expect("in range");
            match setup.with(&[setting]) {
                Ok(_) | Err(SettingError::Together(_)) => {}
                Err(error) => panic!("{name}={end}: {error}"),
            }
        }
    }
}

#[test]
fn what_cannot_be_asked_is_exit_2_with_the_mend() {
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--set", "control.pk=1"], &["no such key", "did you mean control.kp?", "--keys"]),
        (&["--set", "control.kp=99"], &["control.kp=99", "0.1 to 10 times the loop's own gains"]),
        (&["--set", "control.kp=fast"], &["control.kp=fast: a number from 0.1 to 10"]),
        (&["--set", "control.kp=nan"], &["control.kp=nan: a number"]),
        (&["--set", "control.kp"], &["KEY=VALUE is wanted"]),
        (&["--set", "plan.set_c=91"], &["plan.set_c=91", "40 to 90 °C"]),
        (&["--set", "limits.over_set_k=6"], &["limits.over_set_k=6", "3 to 5 K"]),
        (&["--set", "control.kp=1", "--set", "control.kp=2"], &["set twice"]),
    ];
    for (words, parts) in cases {
        let ran = ask("replay", recording(), words).expect_code(2).says(parts);
        assert!(ran.stdout.is_empty(), "{words:?}: {}", ran.stdout);
    }
    // Above the plan's own set_max_c of 75.
    let ran = ask("replay", recording(), &["--set", "plan.set_c=80"]).expect_code(2);
    ran.says(&["do not go together", "75"]);
    ask("sweep", recording(), &["--set", "control.kp=1,2,x"]).expect_code(2).says(&["kp=x"]);
    let many: Vec<String> = (0..101).map(|n| format!("{}", 5.0 + f64::from(n) * 0.1)).collect();
    let (ramps, holds) = (format!("plan.ramp_s={}", many.join(",")), many.join(","));
    let holds = format!("plan.hold_s={holds}");
    let ran = ask("sweep", recording(), &["--set", &ramps, "--set", &holds]).expect_code(2);
    ran.says(&["1 recordings with 10201 combinations", "10000 runs at most"]);
    let there = recording().to_str().expect("UTF-8");
    ask("replay", recording(), &["-o", there]).expect_code(2).says(&["is there already"]);
    let zero = ask("sweep", recording(), &["--set", "control.kp=1", "--jobs", "0"]);
    zero.expect_code(2).says(&["1..=256"]);
    rfa(["replay", "nope.mcap"]).expect_code(1).says(&["nope.mcap"]);
}

/// With nothing set the recording comes out again, and no decision changes.
#[test]
fn nothing_set_changes_nothing() {
    let told = ask("replay", recording(), &["--format", "json"]).expect_code(0).json();
    assert_eq!(told["recorded"], told["what_if"]);
    assert_eq!(told["apart"]["tip_max_k"], 0.0);
    assert_eq!(told["changes"]["first_grant"], Value::Null);
    assert_eq!(told["changes"]["only_what_if"], json!([]));
    assert_eq!(told["recorded"]["energy_j"], TREATED.summary["energy_j"]);
    assert_eq!(told["recorded"]["peak_c"], TREATED.summary["peak_c_sensed"]);
}

/// A recording of another version: that the loop's numbers are not recorded ones is said beside
/// every answer.
#[test]
fn a_recording_of_another_rfa_is_told_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mut bytes = fs::read(recording()).expect("reads");
    let ours = env!("CARGO_PKG_VERSION").as_bytes();
    let other = b"9.9.9.9.9.9.9".get(..ours.len()).expect("a short version");
    let key = b"rfa_version";
    let at = bytes.windows(key.len()).position(|part| part == key).expect("told");
    // Behind the key its value, with its length before it.
    let at = at + key.len() + 4;
    assert_eq!(&bytes[at..at + ours.len()], ours);
    bytes[at..at + ours.len()].copy_from_slice(other);
    fs::write(path("edited.mcap"), bytes).expect("writes");
    // With checksums that fit.
    let words = ["rec", "recover", "edited.mcap", "other.mcap"];
    rfa_in(folder.path(), words);
    let file = path("other.mcap");
    let said = format!("recorded by rfa {}, re-executed by", String::from_utf8_lossy(other));
    let told = ask("replay", &file, &["--format", "json"]).expect_code(0).json();
    assert!(told["other_rfa"].as_str().is_some_and(|told| told.contains(&said)), "{told}");
    ask("replay", &file, &["--keys"]).expect_code(0).says(&[&said, "this rfa's, not recorded"]);
    for command in ["replay", "sweep"] {
        let text = ask(command, &file, &["--set", "control.kp=1"]).expect_code(0).stdout;
        assert!(text.contains(&said) && text.contains("this rfa's, not recorded"), "{text}");
    }
    let ours = ask("replay", recording(), &["--format", "json"]).expect_code(0).json();
    assert_eq!(ours["other_rfa"], Value::Null);
}

/// What is computed says so wherever it is shown, and is counted among no treatments.
#[test]
fn a_what_if_passes_for_no_treatment() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (file, page) = (path("w.mcap"), path("w.html"));
    ask("replay", recording(), &["--set", "control.kp=2", "-o", &file]).expect_code(0);
    let told = rfa(["stats", &file]).expect_code(3).stdout;
    assert!(told.contains("w.mcap") && told.contains("computed and no treatment"), "{told}");
    assert!(rfa(["plot", &file]).expect_code(0).stdout.contains(", what-if (w.mcap)"));
    rfa(["report", &file, "-o", &page]);
    let over = rfa(["plot", &file, "--format", "svg", "-o", &file]).expect_code(2);
    over.says(&["would take the place of a recording", "give another name"]);
    let page = std::fs::read_to_string(page).expect("a page");
    assert!(page.contains("no treatment was given"), "{page}");
}

/// A limit that the treatment crosses ends it, in the what-if as live: warm tissue falls below
/// 140 ohm. Cold it is above 150: with that as its upper limit it is not armed.
#[test]
fn a_tighter_limit_trips_and_is_told() {
    let set = ["--set", "limits.impedance_low_ohm=140", "--format", "json"];
    let told = ask("replay", recording(), &set).expect_code(0).json();
    assert_eq!(told["what_if"]["trips"][0]["rule"], "H-15", "{told}");
    assert_eq!(told["what_if"]["complete"], false);
    let only = told["changes"]["only_what_if"].as_array().expect("a list");
    let tripped = |event: &Value| event["text"].as_str().is_some_and(|t| t.starts_with("trip "));
    assert!(only.iter().any(tripped), "{only:?}");
    let set = ["--set", "limits.impedance_high_ohm=150", "--format", "json"];
    let told = ask("replay", recording(), &set).expect_code(0).json();
    assert_eq!(told["what_if"]["energy_j"], 0.0, "{told}");
    assert_eq!(told["waited"], "idle");
}

/// A session that a fault ended is asked too: the fault comes again.
#[test]
fn a_recorded_fault_comes_again() {
    let treated = treat(PLAN, &["--fault", "sensor-open@6s"]).expect("a treatment");
    let told = ask("replay", &treated.recording, &["--format", "json"]).expect_code(0).json();
    assert_eq!(told["recorded"], told["what_if"]);
    assert_eq!(told["recorded"]["trips"][0]["rule"], "H-06");
    let set = ["--set", "control.kp=0.5", "--format", "json"];
    let told = ask("replay", &treated.recording, &set).expect_code(0).json();
    assert_eq!(told["what_if"]["trips"][0]["rule"], "H-06", "{told}");
}

/// A plant that does not explain the recording is refused: here the readings are another's.
#[test]
fn a_plant_that_reproduces_nothing_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("odd.mcap");
    let mut place = 0_i64;
    let mut apply = |of: Topic, data: &mut Vec<u8>| {
        if of != Topic::Tick {
            return;
        }
        let mut row: Value = serde_json::from_slice(data).expect("JSON");
        place += 1;
        for frame in row["inputs"]["telemetry"].as_array_mut().expect("a list") {
            let tip = &mut frame["channels"][0]["tip_mc"];
            let odd = (place % 400 - 200).abs() * 60;
            *tip = json!(tip.as_i64().expect("a reading") - odd);
        }
        *data = serde_json::to_vec(&row).expect("JSON");
    };
    rewrite(recording(), &path, &mut apply).expect("copies");
    let ran = ask("replay", &path, &["--set", "control.kp=0.5"]).expect_code(4);
    ran.says(&["odd.mcap: no what-if", "does not reproduce the recording", "1.5 at most"]);
}

#[test]
fn a_sweep_is_the_same_however_many_run_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = treat(PLAN, &["--seed", "8"]).expect("a treatment");
    let bad = folder.path().join("bad.mcap");
    fs::write(&bad, "no recording").expect("writes");
    let files = [recording(), &other.recording].map(|path| path.to_str().expect("UTF-8"));
    let values = ["--set", "control.kp=0.5,1,2", "--set", "plan.hold_s=5,10"];
    let sweep = |jobs: &str, files: &[&str], format: &str| {
        let words = ["sweep"].into_iter().chain(files.iter().copied()).chain(values);
        rfa(words.chain(["--jobs", jobs, "--format", format]))
    };
    let one = sweep("1", &files, "json").expect_code(0);
    let many = sweep("7", &files, "json").expect_code(0);
    assert_eq!(one.stdout, many.stdout);
    let rows = one.json();
    let rows = rows.as_array().expect("a list");
    assert_eq!(rows.len(), 2 * (1 + 6));
    let kp: Vec<_> = rows[1..7].iter().map(|row| row["settings"][0]["value"].clone()).collect();
    assert_eq!(kp, [0.5, 0.5, 1.0, 1.0, 2.0, 2.0].map(Value::from));
    // Gain 1 and the plan's hold: the recording.
    assert_eq!(rows[4]["figures"], rows[0]["figures"]);
    let text = sweep("2", &files, "text").expect_code(0).stdout;
    assert!(text.contains("control.kp=0.5 plan.hold_s=5") && text.contains("recorded"), "{text}");
    // One that cannot be read is told, and the others are asked all the same.
    let told = sweep("3", &[bad.to_str().expect("UTF-8"), files[0]], "json").expect_code(3).json();
    assert_eq!(told.as_array().map(Vec::len), Some(8));
    assert!(told[0]["error"].as_str().is_some_and(|why| why.contains("not an MCAP")), "{told}");
}
