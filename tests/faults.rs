//! Scenarios: every named fault ends as its hazard row says in every phase, its twin does not
//! trip, operators' acts do what they are for, and a wrong expectation is told.
//!
//! `tests/scenarios` says what must come of what; the program itself runs and judges it, each run
//! recorded and its recording re-executed. Here stands that it does so, and that it can say no.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;
#[path = "common/xml.rs"]
mod xml;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use virtual_runs::{Ran, all, rfa, rfa_in, root};

const FOLDER: &str = "tests/scenarios";
const PHASES: [&str; 5] = ["start", "idle", "armed", "ramp", "hold"];

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A scenario file of this text, in a folder beside the plans it names.
fn written(scenario: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root().join("tests/plans"), folder.path().join("plans"))
        .expect("links");
    let path = folder.path().join("scenario.toml");
    fs::write(&path, scenario).expect("writes");
    let path = path.to_str().expect("UTF-8").to_owned();
    (folder, path)
}

fn run(path: &str, more: &[&str]) -> Ran {
    rfa(["scenario", "run", "--format", "json", path].iter().chain(more))
}

/// Everything is as expected, and everything was run: each file, each fault, each phase.
#[test]
fn every_scenario_is_as_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    let junit = folder.path().join("junit.xml");
    let ran = run(FOLDER, &["--junit", junit.to_str().expect("UTF-8")]);
    let results = ran.json();
    for scenario in list(&results["scenarios"]) {
        for row in list(&scenario["runs"]).iter().filter(|row| row["ok"] != true) {
            eprintln!(
                "{} {}: {}\n  {}",
                scenario["file"], row["run"], row["why"], row["reproduce"]
            );
        }
    }
    assert_eq!((&results["ok"], &results["failed"]), (&true.into(), &0.into()));
    let ran = ran.expect_code(0);
    assert!(ran.stderr.is_empty(), "quiet without a terminal: {}", ran.stderr);
    let scenarios = list(&results["scenarios"]);
    let files: Vec<String> = scenarios.iter().map(|scenario| text(&scenario["file"])).collect();
    let mut there: Vec<String> = fs::read_dir(root().join(FOLDER))
        .expect("scenarios")
        .map(|entry| format!("{FOLDER}/{}", entry.expect("an entry").file_name().display()))
        .collect();
    there.sort();
    assert_eq!(files, there);
    let runs: usize = scenarios.iter().map(|scenario| list(&scenario["runs"]).len()).sum();
    assert_eq!(results["runs"], runs);
    assert!(runs > 600, "{runs} runs");
    let xml = fs::read_to_string(&junit).expect("JUnit output");
    let tags = xml::well_formed(&xml).expect("XML");
    assert_eq!(tags.iter().filter(|tag| *tag == "testcase").count(), runs);
    assert_eq!(tags.iter().filter(|tag| *tag == "testsuite").count(), scenarios.len());
    assert!(!tags.iter().any(|tag| tag == "failure"));
    every_fault_has_a_scenario(scenarios);
}

/// Each fault that `rfa faults` knows, alone, under the hazard it names, in every phase of a
/// treatment, and its twin in every phase too.
fn every_fault_has_a_scenario(scenarios: &[Value]) {
    let known = rfa(["faults", "--format", "json"]).expect_code(0).json();
    assert!(list(&known).len() >= 20, "{known}");
    for fault in list(&known) {
        let (name, hazards) = (text(&fault["name"]), text(&fault["hazard"]));
        let hazards: BTreeSet<String> = hazards.split(", ").map(str::to_owned).collect();
        let covers = |scenario: &&Value| {
            let mut labels = BTreeMap::<String, usize>::new();
            for row in list(&scenario["runs"]) {
                let id = text(&row["run"]);
                let label = id.split('@').next().unwrap_or_default();
                let twin = if row["twin"] == true { ":twin" } else { "" };
                *labels.entry(format!("{label}{twin}")).or_default() += 1;
            }
            let own: BTreeSet<String> = list(&scenario["hazards"]).iter().map(text).collect();
            let mut phases =
                PHASES.iter().flat_map(|phase| [phase.to_string(), format!("{phase}:twin")]);
            scenario["faults"] == serde_json::json!([name])
                && own == hazards
                && scenario["twin"] == true
                && phases.all(|phase| labels.contains_key(&phase))
                && labels["ramp"] >= 3
                && labels["hold"] >= 3
        };
        assert!(scenarios.iter().any(|scenario| covers(&scenario)), "{name}: no whole scenario");
    }
}

/// Each expectation can be wrong, and is then told. All else is as it should be.
#[test]
fn every_wrong_expectation_is_told() {
    let good = "name = \"wrong\"\nhazards = [\"H-06\"]\nplan = \"plans/short.toml\"\n\
        [[fault]]\nname = \"sensor-open\"\n[[script.act]]\nat_s = 30.0\ndo = \"stop\"\n\
        [expect]\nend = \"tripped\"\nrules = [\"H-06\"]\nalarm = \"AL-04\"\nalso = [\"AL-12\"]\n\
        budget_ms = 50\n";
    // Label, time, what is expected, and a part of what is said; "" where it is as expected.
    let cases = [
        ("hold", "7.001", "", ""),
        ("ramp", "7.25", "", "7.25 s is not in the phase ramp: Delivering, held"),
        ("armed", "3.0", "rf = \"budget\"", "3 s is not in the phase armed: Delivering"),
        ("end", "7.001", "end = \"complete\"", "exit 6, not 0: tripped, AL-04"),
        ("end-too", "7.001", "end = \"refused\"", "ends tripped, AL-04, not refused"),
        ("session", "7.001", "end = \"not-opened\", says = \"x\"", "a session: tripped, AL-04"),
        ("no-session", "0.0", "rf = \"never\"", "no session: exit 6: the simulated generator: "),
        ("says", "0.0", "end = \"not-opened\", says = \"k2_opens\"", "sensor_ok"),
        (
            "says-exit",
            "0.0",
            "end = \"not-opened\", says = \"sensor_ok\", exit = 5",
            "exit 6, not 5",
        ),
        ("exit", "7.001", "exit = 5", "exit 6, not 5"),
        ("rules", "7.001", "rules = [\"H-01\"]", "trips [\"H-06\"], not by [\"H-01\"] only"),
        ("trips", "7.001", "trips = 2", "trips [\"H-06\"], not 2 of them"),
        ("alarm", "7.001", "alarm = \"AL-01\"", "\"AL-12\"], not AL-01"),
        ("no-alarm", "7.001", "alarm = \"none\"", "\"AL-12\"], not none"),
        ("also", "7.001", "also = []", "\"AL-12\") does not belong here"),
        ("budget", "7.001", "budget_ms = 15", "the budget is 15 ms"),
        ("on-for", "7.001", "rf = \"on-for\"", "the budget is 50 ms"),
        ("sensed", "7.001", "from = \"sensed\"", "nothing says which sample H06 goes by"),
        ("stop", "7.001", "from = \"stop\"", "RF was off before"),
        ("k2", "7.001", "k2 = \"open\"", "K2 Shut, not Open"),
        ("never", "7.001", "rf = \"never\"", "RF was on: off 1 times"),
        ("refused", "7.001", "rf = \"refused\"", "RF was on: off 1 times"),
        ("plan-end", "7.001", "rf = \"plan-end\"", "not held to its end"),
        ("confirmed", "7.001", "off_confirmed = false", "off confirmed: true"),
        ("starts", "7.001", "starts = 2", "delivery began 1 times, not 2"),
        ("no-start", "7.001", "starts = 0", "delivery began 1 times, not 0"),
        ("tissue", "7.001", "tissue_below_c = 50.0", "below 50 °C is expected"),
        ("too-late", "60.0", "end = \"complete\"", "fault sensor-open never came on"),
        ("early", "0.3", "end = \"refused\", rf = \"refused\"", "grants: false, not true"),
        ("why-refused", "0.3", "end = \"refused\", says = \"footswitch\"", "not \"footswitch\""),
    ];
    let mut file = good.to_owned();
    for (label, at_s, expect, _) in cases {
        file.push_str(&format!("[[run]]\nlabel = \"{label}\"\nat_s = [{at_s}]\n"));
        file.push_str(&format!("expect = {{ {expect} }}\n"));
    }
    let (_folder, path) = written(&file);
    let results = run(&path, &[]).expect_code(4).json();
    let rows = list(&results["scenarios"][0]["runs"]);
    assert_eq!(rows.len(), cases.len());
    for ((label, _, expect, says), row) in cases.into_iter().zip(rows) {
        let why = if row["ok"] == true { String::new() } else { text(&row["why"]) };
        assert!(text(&row["run"]).starts_with(&format!("{label}@")), "{label}: {row}");
        assert!(why.contains(says) && why.is_empty() == says.is_empty(), "{label} {expect}: {why}");
    }
    assert_eq!(results["failed"], cases.len() - 1);
}

/// Exit 4, the reason on one line, and a command that does it again, alone.
#[test]
fn a_failed_run_is_named_with_its_reason_and_a_command() {
    let (folder, path) = written(
        "name = \"a <wrong> \\\"one\\\" & more\"\nhazards = [\"H-06\"]\nplan = \"plans/short.toml\"\n\
         seed = 20\n[[fault]]\nname = \"sensor-open\"\n[expect]\nend = \"tripped\"\n\
         rules = [\"H-01\"]\nalarm = \"AL-04\"\nalso = [\"AL-12\"]\nbudget_ms = 50\n\
         [[run]]\nlabel = \"hold\"\nat_s = [7.001, 9.995]\n[twin]\n",
    );
    let junit = folder.path().join("junit.xml");
    let ran = rfa(["scenario", "run", &path, "--junit", junit.to_str().expect("UTF-8")]);
    let said = ran.expect_code(4).stdout;
    assert!(said.contains(": 4 runs, 2 FAILED"), "{said}");
    let why = "hold@9.995 seed 21: trips [\"H-06\"], not by [\"H-01\"] only";
    assert_eq!(said.lines().filter(|row| row.trim() == why).count(), 1, "{said}");
    assert!(said.contains("1 scenario, 4 runs, 2 failed, "), "{said}");
    let command = format!("rfa scenario run {path} --only hold@9.995 --seed 20");
    assert!(said.lines().any(|row| row.trim() == command), "no {command:?} in {said}");
    let again = rfa(command.split(' ').skip(1)).expect_code(4).stdout;
    assert!(again.contains(why) && again.contains(": 1 run, 1 FAILED"), "{again}");
    let xml = fs::read_to_string(&junit).expect("JUnit output");
    let tags = xml::well_formed(&xml).expect("XML");
    assert_eq!(tags.iter().filter(|tag| *tag == "testcase").count(), 4, "{xml}");
    assert_eq!(tags.iter().filter(|tag| *tag == "failure").count(), 2, "{xml}");
    assert!(xml.contains("a &lt;wrong&gt; &quot;one&quot; &amp; more"), "{xml}");
    // A label alone is all its runs; what is no run's name is told before anything runs.
    let label = run(&path, &["--only", "hold"]).expect_code(4).json();
    assert_eq!(label["runs"], 4);
    rfa(["scenario", "run", &path, "--only", "ramp"]).expect_code(2).says(&["Labels: hold"]);
}

/// The same seed gives the same result, to the last figure; another seed another one.
#[test]
fn the_same_seed_gives_the_same_result() {
    let file = format!("{FOLDER}/impedance-step.toml");
    let result = |seed: &str| {
        let mut results = run(&file, &["--only", "hold", "--seed", seed]).expect_code(0).json();
        results["elapsed_s"] = Value::Null;
        results
    };
    let first = result("31");
    assert_eq!(first, result("31"));
    assert_ne!(first, result("57"));
    assert_eq!(first["scenarios"][0]["runs"][1]["seed"], 32);
}

/// `RFA_UPDATE=1` writes the messages anew; read what changed before keeping it.
#[test]
fn bad_scenarios_give_their_exact_message() {
    let folder = root().join("tests/corpus/scenarios");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").file_name().display().to_string())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert!(names.len() >= 30, "{} files", names.len());
    let update = std::env::var_os("RFA_UPDATE").is_some();
    all(names, |name| {
        let beside = folder.join(name).with_extension("expected");
        let good = name.starts_with("good-");
        let ran = rfa_in(&folder, ["scenario", "check", name]);
        let json = rfa_in(&folder, ["scenario", "check", "--format", "json", name]);
        let value = &json.json()[0];
        if update && !good {
            fs::write(&beside, &ran.stderr).map_err(|e| format!("{name}: {e}"))?;
        }
        let code = if good { 0 } else { 2 };
        if (ran.code, json.code) != (code, code) || value["ok"] != good {
            return Err(format!("{name}: exit {} and {}: {value}", ran.code, json.code));
        }
        let located = list(&value["errors"]).iter().all(|error| error["message"].is_string());
        let told = value["refused"].is_string() || !list(&value["errors"]).is_empty();
        if !(good || located && told) {
            return Err(format!("{name}: no errors in JSON: {value}"));
        }
        let expected = match good {
            true => String::new(),
            false => fs::read_to_string(&beside).map_err(|e| format!("{name}: {e}"))?,
        };
        if ran.stderr != expected {
            return Err(format!("{name}: expected\n{expected}\ngot\n{}", ran.stderr));
        }
        // What is wrong is not run, whatever is right beside it.
        let run = rfa_in(&folder, ["scenario", "run", "good-scenario.toml", name]);
        let refused = good || run.code == 2 && run.stdout.is_empty() && run.stderr == expected;
        if refused { Ok(()) } else { Err(format!("{name}: run: exit {}", run.code)) }
    });
}

/// The example is good, runs, and is never written over a file.
#[test]
fn the_example_is_good_and_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    rfa_in(at, ["scenario", "init", "mine.toml"]).expect_code(0);
    let written = fs::read_to_string(at.join("mine.toml")).expect("written");
    assert!(written.lines().all(|line| line.chars().count() <= 100), "{written}");
    let again = rfa_in(at, ["scenario", "init", "mine.toml"]).expect_code(2);
    again.says(&["mine.toml: is there already"]);
    rfa_in(at, ["scenario", "init", "mine"]).expect_code(2).says(&["ends in .toml"]);
    rfa_in(at, ["scenario", "init", "nowhere/mine.toml"]).expect_code(1).says(&["nowhere"]);
    let checked = rfa_in(at, ["scenario", "check", "mine.toml"]).expect_code(0).stdout;
    assert!(checked.starts_with("mine.toml: ok, "), "{checked}");
    let ran = rfa_in(at, ["scenario", "run", "mine.toml"]).expect_code(0).stdout;
    assert!(ran.contains(": 8 runs, as expected; RF off in "), "{ran}");
    let empty = at.join("empty");
    fs::create_dir(&empty).expect("a folder");
    rfa_in(at, ["scenario", "run", "empty"]).expect_code(2).says(&["no file that ends in .toml"]);
}

/// `list` names every run that `run --only` takes.
#[test]
fn the_list_names_every_run() {
    let listed = rfa(["scenario", "list", "--format", "json", FOLDER]).expect_code(0).json();
    let runs: usize = list(&listed).iter().map(|scenario| list(&scenario["runs"]).len()).sum();
    assert!(runs > 600, "{runs} runs");
    let text = rfa(["scenario", "list", FOLDER]).expect_code(0).stdout;
    assert_eq!(text.lines().count(), list(&listed).len());
    let file = Path::new(FOLDER).join("link-cut.toml");
    let file = file.to_str().expect("UTF-8");
    let row = text.lines().find(|row| row.starts_with(file)).expect("in the list");
    assert!(row.ends_with("H-22, link-cut, 12 runs and 12 with the twin"), "{row}");
}
