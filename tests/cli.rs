//! Commands, exit codes, help and its examples, and the summary for machines.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use virtual_runs::{Ran, all, chromium, rfa, rfa_in, root, treat};

const PLAN: &str = "tests/plans/short.toml";
const STEPPED: &str = "tests/plans/short-stepped.toml";

/// A command line in one string.
fn line(text: &str) -> Ran {
    rfa(text.split(' '))
}

/// The subcommands, those of `rec`, `scenario` and `bench` among them, as the help lists them.
fn subcommands() -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    for above in [None, Some("rec"), Some("scenario"), Some("bench")] {
        let above: Vec<String> = above.into_iter().map(str::to_owned).collect();
        let help = rfa(above.iter().map(String::as_str).chain(["--help"])).expect_code(0).stdout;
        let list = help.split("Commands:\n").nth(1).expect("a list of commands");
        for row in list.lines().take_while(|row| !row.is_empty()) {
            let name = row.split_whitespace().next().expect("a name");
            if row.starts_with("  ") && !row.starts_with("   ") && name != "help" {
                found.push(above.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
    }
    assert!(found.len() >= 18, "{found:?}");
    found
}

/// Every example line of every long help, comments cut off.
fn examples() -> Vec<String> {
    let mut found = Vec::new();
    for command in subcommands() {
        let words = command.iter().map(String::as_str).chain(["--help"]);
        let help = rfa(words).expect_code(0).stdout;
        let Some((_, block)) = help.split_once("Examples:\n") else { continue };
        for row in block.lines().take_while(|row| row.starts_with("  ")) {
            let example = row.trim().split("  ").next().expect("a command");
            assert!(example.starts_with("rfa "), "{example:?}");
            found.push(example["rfa ".len()..].to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The words of a command line, as a shell takes them; quotes stand around whole words.
fn words_of(line: &str) -> Vec<&str> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(place, part)| {
        let quoted = place % 2 == 1;
        let apart = if quoted { vec![part] } else { part.split(' ').collect() };
        apart.into_iter().filter(|word| !word.is_empty())
    });
    words.collect()
}

/// Examples that are not run to their end here, why, and what they must answer at once without a
/// terminal or a device.
const NOT_RUN: [(&str, &str, i32); 5] = [
    ("demo", "needs a terminal: terminal.rs", 2),
    ("demo --plan medial-branch-80", "needs a terminal: terminal.rs", 2),
    ("rec play session.mcap", "needs a terminal, with any option: play.rs", 2),
    ("run --port /dev/ttyUSB0 --plan gasserian-70", "needs a generator and a terminal", 2),
    ("run --port gen.pty --headless --plan medial-branch-80", "a second process: processes.rs", 5),
];

/// Every example in the help works as it stands there.
#[test]
fn every_example_in_the_help_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["config", "tests"] {
        std::os::unix::fs::symlink(root().join(name), folder.path().join(name)).expect("links");
    }
    let treated = treat(PLAN, &[]).expect("a treatment");
    let session = fs::read(&treated.recording).expect("readable");
    fs::create_dir(folder.path().join("recordings")).expect("a folder");
    for name in ["session.mcap", "other.mcap", "recordings/1.mcap", "recordings/2.mcap"] {
        fs::write(folder.path().join(name), &session).expect("writes");
    }
    fs::write(folder.path().join("killed.mcap"), &session[..session.len() / 2]).expect("writes");
    // Examples are run in the order of their letters: what they take is there before.
    rfa_in(folder.path(), ["rec", "key", "site.pem"]).expect_code(0);
    let sign = ["rec", "sign", "session.mcap", "signed.mcap", "--key", "site.pem"];
    rfa_in(folder.path(), sign).expect_code(0);
    let examples = examples();
    assert!(examples.len() >= 14, "{examples:?}");
    for (example, ..) in NOT_RUN {
        assert!(examples.iter().any(|known| known == example), "{example:?} is no example");
    }
    for example in &examples {
        let mut words = words_of(example);
        let played = |known: &str| known.starts_with("rec play") && example.starts_with(known);
        let refused = NOT_RUN.iter().find(|(known, ..)| known == example || played(known));
        if example.starts_with("run ") && !example.contains("--headless") {
            // Whoever runs this test may have an operator file; here is none.
            words.extend(["--operators", "operators.toml"]);
        }
        if example.starts_with("sim ") {
            // Shorter than the example, which is for a whole treatment or has no end.
            words.truncate(words.iter().position(|w| *w == "--for").unwrap_or(words.len()));
            words.extend(["--for", "1"]);
        }
        let expected = match refused {
            Some((_, _, code)) => *code,
            None if example.contains("--fault") && !example.starts_with("sim ") => 6,
            None if example.starts_with("rec recover") => 3,
            None if example.contains("--pdf") && chromium().is_none() => 1,
            None if example.starts_with("diff session.mcap killed.mcap") => 4,
            // The ceilings permit fewer plans than its first row asks for.
            None if example.starts_with("bench loop --population") => 4,
            None => 0,
        };
        // What is measured depends on the machine, and a busy one misses targets (4).
        let measures = example.starts_with("bench latency") || example.contains("--soak");
        let ran = rfa_in(folder.path(), &words);
        let missed = measures && ran.code == 4;
        let ran = ran.expect_code(if missed { 4 } else { expected });
        let answers = !ran.stdout.is_empty() || example.starts_with("sim ");
        assert!(refused.is_none() == answers, "{ran:?}");
    }
}

/// README's promise: help is there before anything else is known.
#[test]
fn help_is_there_without_arguments() {
    let ran = rfa::<[&str; 0], _>([]).expect_code(2).says(&["Usage: rfa", "Commands:", "rfa demo"]);
    assert!(ran.stdout.is_empty(), "not an answer: {}", ran.stdout);
    let help = line("--help").expect_code(0).stdout;
    for part in ["Examples:", "Exit codes:", "not a cleared medical device", "rec verify"] {
        assert!(help.contains(part), "no {part:?} in {help}");
    }
    for command in subcommands() {
        let words = command.iter().map(String::as_str).chain(["-h"]);
        let help = rfa(words).expect_code(0).stdout;
        assert!(help.contains("Usage: rfa"), "{command:?}: {help}");
    }
    let version = line("--version").expect_code(0).stdout;
    assert_eq!(version.trim(), concat!("rfa ", env!("CARGO_PKG_VERSION")));
}

/// Wrong usage and configuration is exit 2 with the mend, no device exit 5, and stdout stays empty.
#[test]
fn wrong_usage_is_exit_2_with_the_mend() {
    let headless = "demo --headless --virtual";
    let cases: [(String, i32, &[&str]); 27] = [
        ("demo --nonsense".into(), 2, &["unexpected argument '--nonsense'", "--help"]),
        ("nonsense".into(), 2, &["unrecognized subcommand 'nonsense'"]),
        ("demo --virtual".into(), 2, &["--headless"]),
        ("demo --script x.toml".into(), 2, &["--headless"]),
        ("demo --format json".into(), 2, &["--format json needs --headless"]),
        ("demo --headless --format xml".into(), 2, &["possible values: text, json"]),
        ("demo".into(), 2, &["the console needs a terminal", "--headless"]),
        (format!("{headless} --seed x"), 2, &["--seed <SEED>", "invalid digit"]),
        (format!("{headless} --plan gasserian-steped"), 2, &["did you mean gasserian-stepped?"]),
        (
            format!("{headless} --plan nope.toml"),
            2,
            &["nope.toml", "No such file", "check the path"],
        ),
        (format!("{headless} --site nope.toml"), 2, &["nope.toml", "No such file"]),
        (format!("{headless} --script nope.toml"), 2, &["nope.toml: cannot be read"]),
        (format!("{headless} --fault sensor-open"), 2, &["names no time", "sensor-open@20s+5s"]),
        (format!("{headless} --fault sensor-open@-1s"), 2, &["start \"-1s\" is no time"]),
        ("check nope.toml".into(), 2, &["nope.toml", "file cannot be read"]),
        ("explain AL-99".into(), 2, &["there is no alarm \"AL-99\"", "AL-01, ", "AL-27"]),
        ("demo --footswitch".into(), 2, &["needs --headless", "rfa sim --link gen.pty --foot"]),
        ("sim --link x.pty --speed 0".into(), 2, &["'0' for '--speed", "0.1 to 1000"]),
        ("sim --link x.pty --speed nan".into(), 2, &["'nan' for '--speed", "0.1 to 1000"]),
        ("sim --link x.pty --speed 1e9".into(), 2, &["'1e9' for '--speed", "0.1 to 1000"]),
        ("scenario run".into(), 2, &["<FILE|FOLDER>", "--help"]),
        ("scenario run nope.toml".into(), 2, &["nope.toml", "file cannot be read"]),
        ("scenario run tests/scenarios --seed x".into(), 2, &["--seed <SEED>", "invalid digit"]),
        (
            "scenario run tests/scenarios --only nope".into(),
            2,
            &["--only nope", "Labels: anywhere"],
        ),
        ("check tests/scenarios/link-cut.toml".into(), 2, &["`rfa scenario check` reads it"]),
        ("completions tcsh".into(), 2, &["bash, elvish, fish"]),
        ("run --port /nonexistent --headless".into(), 5, &["/nonexistent: not found", "rfa sim"]),
    ];
    for (command, code, parts) in cases {
        let ran = line(&command).expect_code(code).says(parts);
        assert!(ran.stdout.is_empty(), "{command}: {}", ran.stdout);
        assert!(!ran.stderr.contains("simulated generator at"), "{command}: {}", ran.stderr);
    }
    let ran = line(&format!("{headless} --fault sensor-opne@3s")).expect_code(2);
    let faults = line("faults --format json").expect_code(0).json();
    for fault in faults.as_array().expect("a list") {
        assert!(ran.stderr.contains(fault["name"].as_str().expect("a name")), "{}", ran.stderr);
    }
}

#[test]
fn shipped_files_are_good() {
    let mut files = vec!["config/site.toml".to_owned()];
    for kind in ["plans", "tissues"] {
        for entry in fs::read_dir(root().join("config").join(kind)).expect("shipped files") {
            let name = entry.expect("readable").file_name();
            files.push(format!("config/{kind}/{}", name.to_string_lossy()));
        }
    }
    assert!(files.len() >= 15, "{files:?}");
    let ran = rfa(["check"].into_iter().chain(files.iter().map(String::as_str))).expect_code(0);
    assert_eq!(ran.stdout.lines().count(), files.len(), "{}", ran.stdout);
    for (row, file) in ran.stdout.lines().zip(&files) {
        assert!(row.starts_with(&format!("{file}: ok, ")), "{row}");
    }
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
}

/// A plan whose power ceiling its ramp does not keep to is good, and that is told with its values.
#[test]
fn a_plan_that_will_be_late_is_good_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let shipped = root().join("config/plans/medial-branch-80.toml");
    let plan = fs::read_to_string(shipped).expect("a shipped plan").replace("80.0", "90.0");
    fs::write(folder.path().join("hot.toml"), plan).expect("writes");
    let words = "step 1: 90 °C in 15 s takes about 5.9 W in muscle, the ceiling is 3.8 W: \
                 the ramp will be late";
    let ran = rfa_in(folder.path(), ["check", "hot.toml"]).expect_code(0);
    assert!(ran.stdout.starts_with("hot.toml: ok, "), "{}", ran.stdout);
    assert_eq!(ran.stderr.trim_end(), format!("warning: hot.toml: {words}"));
    let json = rfa_in(folder.path(), ["check", "--format", "json", "hot.toml"]).expect_code(0);
    assert_eq!(json.json()[0]["warnings"], serde_json::json!([words]));
}

/// Each mangled file gives its exact message, on stderr, with exit 2.
#[test]
fn mangled_files_give_their_exact_message() {
    let mut files = Vec::new();
    for kind in ["plans", "sites", "tissues"] {
        let folder = root().join("tests/corpus").join(kind);
        for entry in fs::read_dir(&folder).expect("the corpus") {
            let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") {
                files.push((folder.clone(), name));
            }
        }
    }
    assert!(files.len() >= 25, "{} files", files.len());
    all(files, |(folder, name)| {
        let expected = fs::read_to_string(folder.join(name).with_extension("expected"))
            .map_err(|e| format!("{name}: {e}"))?;
        let ran = rfa_in(folder, ["check", name]);
        let json = rfa_in(folder, ["check", "--format", "json", name]);
        let value = json.json();
        let good = expected == "accepted\n";
        // A site's file offered as a plan: `rfa check` sees what it is, and it is a good one.
        let good = good || name == "a-site-file.toml" && ran.code == 0;
        let code = if good { 0 } else { 2 };
        if (ran.code, json.code) != (code, code) || value[0]["ok"] != good {
            return Err(format!("{name}: exit {} and {}: {value}", ran.code, json.code));
        }
        let listed = value[0]["errors"].as_array().is_some_and(|errors| !errors.is_empty());
        if listed == good {
            return Err(format!("{name}: errors in JSON: {value}"));
        }
        if !good && ran.stderr.trim_end() != expected.trim_end() {
            return Err(format!("{name}: expected\n{expected}\ngot\n{}", ran.stderr));
        }
        Ok(())
    });
}

/// A good file beside a bad one does not hide it.
#[test]
fn one_bad_file_among_good_ones_is_exit_2() {
    let bad = "tests/corpus/plans/set-out-by-ten.toml";
    let ran =
        rfa(["check", PLAN, bad, STEPPED]).expect_code(2).says(&["set_c is out of its range"]);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    let json = rfa(["check", "--format", "json", PLAN, bad]).expect_code(2).json();
    assert_eq!((&json[0]["ok"], &json[1]["ok"]), (&Value::Bool(true), &Value::Bool(false)));
}

#[test]
fn tables_are_for_people_and_machines() {
    for (command, key, part) in [
        ("plans", "id", "gasserian-stepped"),
        ("faults", "name", "sensor-open"),
        ("keys", "keys", "F5"),
    ] {
        let text = line(command).expect_code(0).stdout;
        assert!(text.contains(part), "{command}: {text}");
        let json = line(&format!("{command} --format json")).expect_code(0).json();
        let rows = json.as_array().expect("a list");
        assert!(rows.len() >= 4, "{command}: {json}");
        for row in rows {
            let name = row[key].as_str().expect("a name");
            assert!(text.contains(name), "{command}: {name:?} is not in the text");
        }
    }
    let faults = line("faults --format json").expect_code(0).json();
    let without_rule =
        |row: &&Value| row["expected"].as_str().unwrap_or("").contains("no rule yet");
    let named = faults.as_array().into_iter().flatten().filter(without_rule);
    let names: Vec<&str> = named.filter_map(|row| row["name"].as_str()).collect();
    // Their scenarios say the same (tests/scenarios).
    assert!(names.is_empty(), "{names:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = line(&format!("completions {shell}")).expect_code(0).stdout;
        assert!(script.len() > 1_000 && script.contains("rfa"), "{shell}: {script}");
        assert!(script.contains("virtual"), "{shell} does not know --virtual");
    }
}

#[test]
fn every_alarm_is_explained() {
    let said = line("explain AL-00").expect_code(2).stderr;
    let names: BTreeSet<_> =
        said.split([' ', ',', '\n']).filter(|w| w.starts_with("AL-")).collect();
    assert!(names.len() >= 15, "{said}");
    for name in names {
        let text = rfa(["explain", &name.to_lowercase()]).expect_code(0).stdout;
        assert!(text.starts_with(name), "{name}: {text}");
        let json = rfa(["explain", "--format", "json", name]).expect_code(0).json();
        for key in ["alarm", "title", "meaning", "done", "act", "cleared_by", "shown_by"] {
            assert!(json[key].as_str().is_some_and(|t| !t.is_empty()), "{name}: no {key}: {json}");
        }
        let test = json["shown_by"].as_str().expect("a file");
        let shows = fs::read_to_string(root().join(test)).unwrap_or_default();
        let rust = name.replace("AL-", "AlarmId::Al");
        assert!(shows.contains(name) || shows.contains(&rust), "{test} shows no {name}");
        assert!(text.contains(test), "{text}");
    }
}

/// on virtual time: every step is reached and held, overshoot at most 1.5 °C.
#[test]
fn the_stepped_gasserian_plan_is_held() {
    let treated = treat("gasserian-stepped", &["--seed", "7"]).expect("a treatment");
    let summary = &treated.summary;
    assert_eq!((treated.ran.code, &summary["end"]), (0, &Value::from("complete")), "{summary}");
    let steps = summary["steps"].as_array().expect("steps");
    let sets: Vec<_> = steps.iter().map(|step| step["set_c"].as_f64().expect("a number")).collect();
    assert_eq!(sets, [60.0, 65.0, 70.0, 75.0]);
    for step in steps {
        assert_eq!(step["complete"], true, "{step}");
        assert!(step["reached_s"].as_f64().is_some_and(|s| s > 0.0 && s < 30.0), "{step}");
        assert!(step["held_s"].as_f64().is_some_and(|s| s >= 59.99), "{step}");
        for key in ["overshoot_c_true", "overshoot_c_sensed"] {
            assert!(step[key].as_f64().is_some_and(|c| (0.0..=1.5).contains(&c)), "{key}: {step}");
        }
        for key in ["mean_abs_error_c_true", "mean_abs_error_c_sensed"] {
            assert!(step[key].as_f64().is_some_and(|c| c > 0.0 && c < 0.5), "{key}: {step}");
        }
    }
    assert_eq!((&summary["trips_total"], &summary["missed_ticks"]), (&0.into(), &0.into()));
    // RF is off at every gate, and going on needs a fresh activation.
    assert_eq!(treated.recorded().starts(), 4);
    assert_eq!(summary["rf_off"].as_array().map(Vec::len), Some(4));
    treated.verify().expect_code(0);
}

/// The summary's fields are an interface: none goes, none comes without this list.
#[test]
fn the_summary_has_exactly_its_fields() {
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let set = |names: &str| -> BTreeSet<String> { names.split(' ').map(str::to_owned).collect() };
    let clean = treat(PLAN, &[]).expect("a treatment").summary;
    let always = set("plan plan_hash end steps peak_c peak_c_true peak_c_sensed \
         tissue_max_c_true energy_j dose no_lesion trips trips_total ticks missed_ticks timing_us alarms \
         state off_confirmed stall queues rf_off recording recording_error warnings exit");
    assert_eq!(keys(&clean), always);
    let step = "step set_c reached_s held_s complete overshoot_c_true overshoot_c_sensed \
         mean_abs_error_c_true mean_abs_error_c_sensed";
    assert_eq!(keys(&clean["steps"][0]), set(step));
    let dose = "above_42_c_s above_45_c_s above_60_c_s cem43_min arrhenius_nerve rf_on_s unread_s";
    assert_eq!(keys(&clean["dose"]), set(dose));
    assert_eq!(clean["no_lesion"], "the plan names no tissue");
    let predicted = treat("medial-branch-80", &[]).expect("a treatment").summary;
    let lesion = "boundary width_mm width_range_mm length_mm length_range_mm power power_disagreed";
    assert_eq!(keys(&predicted["lesion"]), set(lesion));
    assert_eq!(predicted["lesion"]["power"], "agrees");
    assert_eq!(predicted["no_lesion"], Value::Null);
    assert_eq!(keys(&clean["timing_us"]).len(), rfa_session::Latency::ALL.len());
    assert_eq!(keys(&clean["timing_us"]["steps"]), set("count p50 p99 p99.9 max"));
    assert_eq!(keys(&clean["rf_off"][0]), set("at_s on_for_s since_grant_ms cause"));
    let tripped = treat(PLAN, &["--fault", "sensor-open@5s"]).expect("a treatment").summary;
    assert_eq!(keys(&tripped), &always | &set("rf_off_after_fault_ms"));
    let trip = set("rule alarm value limit unit text window_us tick at_us");
    assert_eq!(keys(&tripped["trips"][0]), trip);
    // A fault that ended nothing has no time to off: RF went off as the plan has it.
    let harmless = treat(PLAN, &["--fault", "pad-loss:twin@5s"]).expect("a treatment").summary;
    assert_eq!(keys(&harmless), always);
    let refused = treat(PLAN, &["--fault", "sensor-open@0.3s"]).expect("a treatment").summary;
    assert_eq!(keys(&refused), &always | &set("refusal"));
}
