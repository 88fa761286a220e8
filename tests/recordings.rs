//! Recordings: the same seed gives the same bytes, and verification finds every change.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rfa_record::{Recording, Topic, rewrite};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use virtual_runs::{Ran, Treated, rfa, treat};

const PLAN: &str = "tests/plans/short.toml";

fn seeded(seed: &str) -> Treated {
    treat(PLAN, &["--seed", seed]).expect("a treatment")
}

fn rec(command: &str, file: &Path) -> Ran {
    rfa([Path::new("rec"), Path::new(command), file])
}

/// A copy of the recording with every message of `topic` through `edit`, checksums rewritten.
fn edited(from: &Path, topic: Topic, mut edit: impl FnMut(&mut Value)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("edited.mcap");
    let mut apply = |of: Topic, data: &mut Vec<u8>| {
        if of == topic {
            let mut value = serde_json::from_slice(data).expect("JSON");
            edit(&mut value);
            *data = serde_json::to_vec(&value).expect("JSON");
        }
    };
    rewrite(from, &path, &mut apply).expect("copies");
    (folder, path)
}

/// A copy of the recording with one value of one tick changed; the value has to be there.
fn changed(from: &Path, tick: u64, pointer: &str, to: &Value) -> (TempDir, PathBuf) {
    let mut done = 0;
    let copy = edited(from, Topic::Tick, |row| {
        if row["inputs"]["tick"] == tick {
            let slot = row.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_ne!(slot, to, "{pointer} is that already");
            *slot = to.clone();
            done += 1;
        }
    });
    assert_eq!(done, 1, "tick {tick}");
    copy
}

/// A copy with a setting in the header changed, its length kept, checksums rewritten.
fn header_changed(from: &Path, old: &str, new: &str) -> (TempDir, PathBuf) {
    assert_eq!(old.len(), new.len(), "a record's length must stay");
    let mut bytes = fs::read(from).expect("readable");
    // The last place: a step's hold stands in the limits and, behind them, in the program.
    let place = bytes.windows(old.len()).rposition(|part| part == old.as_bytes());
    let place = place.unwrap_or_else(|| panic!("no {old:?} in the recording"));
    bytes[place..place + old.len()].copy_from_slice(new.as_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let patched = folder.path().join("patched.mcap");
    fs::write(&patched, bytes).expect("writes");
    let path = folder.path().join("header.mcap");
    rewrite(&patched, &path, &mut |_, _| {}).expect("copies");
    (folder, path)
}

/// `rec info` for people: every line has its label, every number its unit; who armed and what is
/// attached are in the recording itself.
#[test]
fn info_is_for_people() {
    let folder = tempfile::tempdir().expect("a folder");
    let (script, recording) = (folder.path().join("mine.toml"), folder.path().join("s.mcap"));
    let text = "operator = \"nina\"\n";
    std::fs::write(&script, text).expect("writes");
    let words = ["demo", "--headless", "--virtual", "--plan", PLAN, "--fault", "sensor-open@5s"];
    let with = [Path::new("--script"), &script, Path::new("--record"), &recording];
    rfa(words.iter().map(Path::new).chain(with)).expect_code(6);
    let kept = Recording::open(&recording).expect("a recording").header().attachments.clone();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!((kept[0].name.as_str(), kept[0].data.as_slice()), ("script.toml", text.as_bytes()));
    let info = rfa([Path::new("rec"), Path::new("info"), &recording]).expect_code(0).stdout;
    for line in [
        "plan:        short, hash ",
        "generator:   rfa-sim SIM-0001, firmware ",
        "armed by:    nina\n",
        "files:       plan.toml, script.toml, simulator.toml, latency.hlog\n",
        "ticks:       0 missed, 0 lost\n",
        "times:       interlock lateness p50 0.0, p99 0.0, p99.9 0.0, max 0.0 us of ",
        "             telemetry to grant p50 ",
        "trips:       H-06 AL-04 in tick ",
        ": no reading\n",
        "ended:       tripped, not every step complete\n",
        " kB, finished\n",
    ] {
        assert!(info.contains(line), "no {line:?} in:\n{info}");
    }
    assert!(info.lines().all(|line| line.len() <= 100), "{info}");
}

/// On virtual time a recording holds no wall-clock field at all.
#[test]
fn the_same_seed_gives_the_same_bytes() {
    let [first, second, other] = ["7", "7", "8"].map(seeded);
    let bytes = |treated: &Treated| fs::read(&treated.recording).expect("readable");
    assert!(bytes(&first) == bytes(&second), "the same seed gave different bytes");
    assert!(bytes(&first) != bytes(&other), "another seed gave the same bytes");
    let without_path = |treated: &Treated| {
        let mut summary = treated.summary.clone();
        summary.as_object_mut().expect("an object").remove("recording").expect("a path");
        summary
    };
    assert_eq!(without_path(&first), without_path(&second));
    assert_ne!(without_path(&first), without_path(&other));
}

#[test]
fn a_recording_verifies_and_says_how_much() {
    let treated = seeded("7");
    let ran = rec("verify", &treated.recording).expect_code(0);
    let ticks = treated.summary["ticks"].as_u64().expect("a count");
    assert!(ticks > 1_500, "{ticks} ticks");
    assert_eq!(
        ran.stdout.trim(),
        format!("equal: {ticks} ticks and {ticks} control ticks compared")
    );
    let path = treated.recording.to_str().expect("UTF-8");
    let report = rfa(["rec", "verify", "--format", "json", path]).expect_code(0).json();
    assert_eq!((&report["outcome"], &report["equal"]), (&json!("equal"), &json!(true)));
    let info = rfa(["rec", "info", "--format", "json", path]).expect_code(0).json();
    assert_eq!(info["messages"]["/tick"], ticks);
    assert_eq!((&info["truncated"], &info["lost_ticks"]), (&json!(false), &json!(0)));
    assert_eq!((&info["plan"], &info["seed"]), (&json!("short"), &json!(7)));
    assert_eq!(info["virtual_time"], true);
    assert_eq!(info["complete"], true);
}

/// one changed output, checksums rewritten, is found at its tick and field.
#[test]
fn a_changed_output_is_named_by_tick_and_field() {
    let treated = seeded("7");
    for (tick, pointer, to, field) in [
        (900, "/outputs/grant/power_mw", json!(1), "interlock:\n  outputs.grant.power_mw"),
        (901, "/outputs/permit/ceiling_mw", json!(1), "outputs.permit.ceiling_mw"),
        (902, "/outputs/k2", json!("open"), "outputs.k2"),
        (903, "/outputs/state", json!("idle"), "outputs.state"),
        (904, "/control/0/outputs/request/power_mw", json!(1), "outputs.request.power_mw"),
        (905, "/control/0/outputs/i_w", json!(0.25), "control[0].outputs.i_w"),
    ] {
        let (_folder, path) = changed(&treated.recording, tick, pointer, &to);
        let ran = rec("verify", &path).expect_code(4);
        assert!(ran.stdout.starts_with(&format!("different: tick {tick} at ")), "{}", ran.stdout);
        assert!(ran.stdout.contains(field), "{pointer}: {}", ran.stdout);
        assert!(ran.stdout.contains(&format!("recorded {to}, re-executed ")), "{}", ran.stdout);
        let told = rfa(["rec", "verify", "--format", "json", path.to_str().expect("UTF-8")]);
        let told = told.expect_code(4).json();
        assert_eq!(told["first_difference"]["tick"], tick);
        let fields = told["first_difference"]["fields"].as_array().expect("a list");
        assert_eq!(fields.len(), 1, "one value was changed: {fields:?}");
    }
}

/// What no tick tells is found as well: an event taken out of the story.
#[test]
fn a_changed_event_is_found() {
    let treated = seeded("7");
    let mut count = 0;
    let (_folder, path) = edited(&treated.recording, Topic::Event, |event| {
        count += 1;
        if count == 3 {
            event["event"] = json!("step-done");
        }
    });
    assert!(count > 3, "{count} events");
    let ran = rec("verify", &path).expect_code(4);
    assert!(ran.stdout.contains("event or alarm message:"), "{}", ran.stdout);
}

/// A changed input gives other outputs, there or soon after.
#[test]
fn a_changed_input_is_found() {
    let treated = seeded("7");
    for (tick, pointer, to) in [
        (900, "/inputs/telemetry/0/channels/0/tip_mc", json!(61_000)),
        (910, "/inputs/telemetry/0/channels/0/power_mw", json!(49_000)),
        (920, "/inputs/command", json!("stop")),
        (930, "/inputs/telemetry/0/emergency_stop", json!("pressed")),
    ] {
        let (_folder, path) = changed(&treated.recording, tick, pointer, &to);
        let ran = rec("verify", &path).expect_code(4);
        let found: u64 = ran.stdout["different: tick ".len()..]
            .split(' ')
            .next()
            .and_then(|word| word.parse().ok())
            .unwrap_or_else(|| panic!("{}", ran.stdout));
        assert!((tick..tick + 5).contains(&found), "{pointer} at {tick}: {}", ran.stdout);
    }
}

/// Other settings than those the session ran with: one number of the loop's program, one of the
/// interlock's limits. (Another gain in the code is the same to verification: other outputs.)
#[test]
fn other_settings_are_found() {
    let treated = seeded("7");
    for (old, new, part, field) in [
        ("\"hold_us\":10000000", "\"hold_us\":10000001", "control", ".left_us"),
        ("\"ramp_us\":5000000", "\"ramp_us\":5000001", "control", "control[0].outputs."),
        ("\"ceiling_mw\":8600", "\"ceiling_mw\":8601", "interlock", "outputs.permit.ceiling_mw"),
    ] {
        let (_folder, path) = header_changed(&treated.recording, old, new);
        let ran = rec("verify", &path).expect_code(4);
        assert!(ran.stdout.contains(part) && ran.stdout.contains(field), "{new}: {}", ran.stdout);
    }
}

/// Cut anywhere: what is left is told, recovered, and equal as far as it goes; never a panic.
#[test]
fn a_truncated_recording_is_recovered() {
    let treated = seeded("7");
    let whole = fs::read(&treated.recording).expect("readable");
    let folder = tempfile::tempdir().expect("a folder");
    for percent in [20, 50, 75, 99] {
        let cut = folder.path().join(format!("cut-{percent}.mcap"));
        fs::write(&cut, &whole[..whole.len() * percent / 100]).expect("writes");
        let ran = rec("info", &cut).expect_code(3);
        assert!(ran.stdout.contains(" kB, not finished: "), "{}", ran.stdout);
        let ran = rec("verify", &cut).expect_code(3);
        assert!(ran.stdout.contains("the recording was not finished"), "{}", ran.stdout);
        let recovered = folder.path().join(format!("recovered-{percent}.mcap"));
        let paths = [Path::new("rec"), Path::new("recover"), &cut, &recovered];
        let ran = rfa(paths).expect_code(3);
        assert!(ran.stdout.contains("whole: false"), "{}", ran.stdout);
        rec("info", &recovered).expect_code(0);
        let ran = rec("verify", &recovered).expect_code(0);
        assert!(ran.stdout.starts_with("equal: "), "{}", ran.stdout);
        // Nothing is overwritten.
        let before = fs::read(&recovered).expect("readable");
        rfa(paths).expect_code(1).says(&["exists already; nothing is overwritten"]);
        assert!(before == fs::read(&recovered).expect("readable"), "overwritten");
    }
}

/// Recovering what is whole loses nothing, and says so.
#[test]
fn a_whole_recording_is_recovered_without_loss() {
    let treated = seeded("7");
    let to = treated.recording.with_file_name("whole.mcap");
    let ran = rfa([Path::new("rec"), Path::new("recover"), &treated.recording, &to]);
    let ran = ran.expect_code(0);
    assert!(ran.stdout.contains("whole: true"), "{}", ran.stdout);
    rec("verify", &to).expect_code(0);
}

/// Whatever a file holds, every command of `rec` ends with an error that names it, exit 1.
#[test]
fn files_that_are_no_recordings_are_errors() {
    let treated = seeded("7");
    let whole = fs::read(&treated.recording).expect("readable");
    let folder = tempfile::tempdir().expect("a folder");
    let mut hostile = b"\x89MCAP0\r\n".to_vec();
    // A record that claims to be as long as memory: opcode, length.
    hostile.extend([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    let noise: Vec<u8> =
        (0..5_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: [(&str, &[u8]); 8] = [
        ("empty", b""),
        ("one-byte", b"\x89"),
        ("magic-only", b"\x89MCAP0\r\n"),
        ("text", b"this is a letter, not a recording\n"),
        ("noise", &noise),
        ("huge-claim", &hostile),
        ("header-cut", &whole[..700]),
        ("tail-only", &whole[whole.len() / 2..]),
    ];
    for (name, bytes) in cases {
        let path = folder.path().join(format!("{name}.mcap"));
        fs::write(&path, bytes).expect("writes");
        for command in ["info", "verify"] {
            let ran = rec(command, &path).expect_code(1).says(&[&format!("{name}.mcap: ")]);
            assert!(ran.stdout.is_empty(), "{name}: {}", ran.stdout);
        }
        let to = folder.path().join(format!("{name}.out"));
        rfa([Path::new("rec"), Path::new("recover"), &path, &to]).expect_code(1);
        assert!(!to.exists(), "{name}: a file of nothing");
    }
    for command in ["info", "verify"] {
        rec(command, &folder.path().join("absent.mcap"))
            .expect_code(1)
            .says(&["absent.mcap: No such"]);
        rec(command, folder.path()).expect_code(1).says(&["directory"]);
    }
}

/// One flipped byte anywhere in a chunk is damage that is found, and not taken for data.
#[test]
fn a_flipped_byte_is_found() {
    let treated = seeded("7");
    let whole = fs::read(&treated.recording).expect("readable");
    let path = treated.recording.with_file_name("flipped.mcap");
    for part in [40, 50, 60] {
        let mut bytes = whole.clone();
        let place = bytes.len() * part / 100;
        bytes[place] ^= 0x10;
        fs::write(&path, bytes).expect("writes");
        let ran = rec("verify", &path);
        assert!([1, 3, 4].contains(&ran.code), "byte {place}: exit {}: {}", ran.code, ran.stdout);
        assert!(!ran.stdout.starts_with("equal: "), "{}", ran.stdout);
    }
}

/// A recording is never written over, and nothing is treated without its recording.
#[test]
fn an_existing_recording_is_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    fs::write(&path, "somebody's").expect("writes");
    let path_text = path.to_str().expect("UTF-8");
    let demo = ["demo", "--headless", "--virtual", "--plan", PLAN, "--record"];
    let ran =
        rfa(demo.iter().chain(&[path_text])).expect_code(2).says(&["is there already", path_text]);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    assert_eq!(fs::read(&path).expect("readable"), b"somebody's");
    let nowhere = folder.path().join("no/such/folder/s.mcap");
    let ran = rfa(demo.iter().chain(&[nowhere.to_str().expect("UTF-8")]));
    assert!([1, 2].contains(&ran.code), "exit {}", ran.code);
    assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{}{}", ran.stdout, ran.stderr);
}
