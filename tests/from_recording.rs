//! `rfa scenario from-recording`: a session that was comes out as it was when it is run again, and
//! what a recording cannot tell is said.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rfa_record::{Topic, rewrite};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use virtual_runs::{Ran, all, rfa, rfa_in, root};

const SHORT: &str = "tests/plans/short.toml";
const STEPPED: &str = "tests/plans/short-stepped.toml";

/// A session, and what must stand in the scenario made of it.
struct Case {
    plan: &'static str,
    /// Further arguments of `rfa demo`.
    more: &'static str,
    /// Its script, or none.
    script: &'static str,
    holds: &'static [&'static str],
}

const fn case(
    plan: &'static str,
    more: &'static str,
    script: &'static str,
    holds: &'static [&'static str],
) -> Case {
    Case { plan, more, script, holds }
}

const THREE_RESETS: &str = "act = [{ at_s = 5.0, do = \"acknowledge\" }, { at_s = 6.0, do = \
    \"reset\" }, { at_s = 12.0, do = \"acknowledge\" }, { at_s = 13.0, do = \"reset\" }, \
    { at_s = 19.0, do = \"acknowledge\" }, { at_s = 20.0, do = \"reset\" }]\n";

/// As in tests/scenarios, of every end and every way in which RF ends.
const CASES: [Case; 17] = [
    case(SHORT, "", "", &["end = \"complete\"", "rf = \"plan-end\"", "[\"H-47\"]"]),
    case(STEPPED, "--seed 11", "", &["end = \"complete\"", "starts = 2", "seed = 11 "]),
    case(
        SHORT,
        "--fault sensor-open@7.001s",
        "",
        &["end = \"tripped\"", "rules = [\"H-06\"]", "alarm = \"AL-04\"", "budget_ms = 50 "],
    ),
    case(
        SHORT,
        "--fault emergency-stop@3s",
        "",
        &["[\"H-49\"]", "\"AL-18\"", "budget_ms = 20 ", "k2 = \"open\""],
    ),
    case(SHORT, "--fault link-silent@7.001s", "", &["[\"H-22\"]", "off_confirmed = false"]),
    case(SHORT, "--fault runaway:small@3s", "", &["name = \"runaway:small\"", "[\"H-03\"]"]),
    case(
        SHORT,
        "--fault no-response@0.3s",
        "",
        &["rules = [\"H-11\"]", "rf = \"on-for\"", "budget_ms = 5000 "],
    ),
    case(SHORT, "--fault k1-welded@7.001s", "", &["end = \"lockout\"", "rf = \"plan-end\""]),
    case(SHORT, "--fault sensor-short@0.3s", "", &["end = \"refused\"", "rf = \"never\""]),
    case(SHORT, "--fault runaway:twin@7s", "", &["end = \"complete\"", "runaway:twin"]),
    case(
        SHORT,
        "--fault sensor-open@3s+1s",
        "act = [{ at_s = 9, do = \"acknowledge\" }, { at_s = 10, do = \"reset\" }]",
        &["end = \"complete\"", "trips = 1", "starts = 2", "for_s = 1.0", "from = \"fault\""],
    ),
    case(
        SHORT,
        "--fault sensor-open@3s+1s --fault sensor-open@10s+1s --fault sensor-open@17s+1s",
        THREE_RESETS,
        &["end = \"lockout\"", "trips = 3", "alarm = \"AL-27\"", "after_s = 14.0"],
    ),
    case(
        SHORT,
        "",
        "operator = \"nina\"\nact = [{ at_s = 9, do = \"stop\" }]",
        &["operator = \"nina\"", "from = \"stop\"", "budget_ms = 100 ", "starts = 2"],
    ),
    case(SHORT, "", "act = [{ at_s = 9, do = \"quit\" }]", &["end = \"quit\"", "[\"H-27\"]"]),
    case(
        STEPPED,
        "",
        "[[answer]]\ngate = \"sensory-check\"\nstep = 1\nreply = \"confirm\"\n[[answer]]\n\
         gate = \"sensory-check\"\nreply = \"refuse\"\nafter_ms = 800",
        &["end = \"ended-at-check\"", "gate = \"sensory-check\"", "step = 1", "after_ms = 800"],
    ),
    case(
        SHORT,
        "",
        "[[answer]]\ngate = \"start\"\nreply = \"refuse\"",
        &["end = \"quit\"", "rf = \"never\"", "starts = 0"],
    ),
    case(
        SHORT,
        "--footswitch --fault footswitch-stuck@3s",
        "act = [{ at_s = 5, do = \"stop\" }]",
        &["footswitch = true", "end = \"refused\"", "alarm = \"AL-14\"", "from = \"stop\""],
    ),
];

/// A folder with the session's recording in it.
fn recorded(case: &Case) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let recording = folder.path().join("s.mcap");
    let path = recording.to_str().expect("UTF-8");
    let words = "demo --headless --virtual --format json".split(' ');
    let more = case.more.split(' ').filter(|word| !word.is_empty());
    let mut words: Vec<&str> = words.chain(more).collect();
    words.extend(["--plan", case.plan, "--record", path]);
    let script = folder.path().join("mine.toml");
    if !case.script.is_empty() {
        fs::write(&script, case.script).expect("writes");
        words.extend(["--script", script.to_str().expect("UTF-8")]);
    }
    let ran = rfa(words);
    assert!(recording.exists(), "{ran:?}");
    (folder, recording)
}

/// Makes a scenario of the recording, beside it.
fn made(recording: &Path, code: i32) -> (Ran, PathBuf, String) {
    let out = recording.with_extension("toml");
    let words = ["scenario", "from-recording"].map(Path::new);
    let ran = rfa(words.into_iter().chain([recording, Path::new("-o"), &out])).expect_code(code);
    let text = fs::read_to_string(&out).expect("a scenario");
    rfa([Path::new("scenario"), Path::new("check"), &out]).expect_code(0);
    (ran, out, text)
}

fn run(scenario: &Path) -> Value {
    let words = ["scenario", "run", "--format", "json"].map(Path::new);
    rfa(words.into_iter().chain([scenario])).json()
}

/// As it was recorded, and it holds what it has to.
fn comes_out_as_recorded(recording: &Path, code: i32, holds: &[&str]) -> Result<String, String> {
    let (_, out, text) = made(recording, code);
    let results = run(&out);
    let why = &results["scenarios"][0]["runs"][0]["why"];
    if results["ok"] != true {
        return Err(format!("{why}\n{text}"));
    }
    let absent = holds.iter().find(|part| !text.contains(**part));
    if text.lines().any(|line| line.chars().count() > 100) {
        return Err(format!("a line is too long in:\n{text}"));
    }
    absent.map_or(Ok(text.clone()), |part| Err(format!("no {part:?} in:\n{text}")))
}

/// Gives an attachment another name, and no checksum: as if it were not there.
fn forget_attachment(bytes: &mut [u8], name: &str) {
    // MCAP: opcode, length, two times and the name's length stand in front of the name.
    const OPCODE: u8 = 0x09;
    const HEADER: usize = 1 + 8 + 8 + 8 + 4;
    let found = (HEADER..bytes.len()).find(|place| {
        bytes[*place..].starts_with(name.as_bytes()) && bytes[place - HEADER] == OPCODE
    });
    let place = found.unwrap_or_else(|| panic!("no {name}"));
    let body = place - HEADER + 9;
    let length = u64::from_le_bytes(bytes[body - 8..body].try_into().expect("8 bytes"));
    let end = body + usize::try_from(length).expect("a length");
    bytes[place] = b'x';
    bytes[end - 4..end].fill(0);
}

/// A copy in which attached files have other names, and a person gave the orders.
fn rewritten(from: &Path, forget: &[&str], operator: Option<&str>) -> PathBuf {
    let mut bytes = fs::read(from).expect("readable");
    for name in forget {
        forget_attachment(&mut bytes, name);
    }
    let (patched, to) = (from.with_extension("patched"), from.with_file_name("again.mcap"));
    fs::write(&patched, bytes).expect("writes");
    let mut edit = |topic: Topic, data: &mut Vec<u8>| {
        if let (Topic::Intent, Some(operator)) = (topic, operator) {
            let mut value: Value = serde_json::from_slice(data).expect("JSON");
            value["operator"] = operator.into();
            *data = serde_json::to_vec(&value).expect("JSON");
        }
    };
    rewrite(&patched, &to, &mut edit).expect("copies");
    to
}

/// The same end, rules, alarms and time to RF off, from the scenario that the recording gives.
#[test]
fn a_session_runs_again_as_it_was_recorded() {
    all(CASES.iter().collect(), |case| {
        let (_folder, recording) = recorded(case);
        let done = comes_out_as_recorded(&recording, 0, case.holds);
        done.map(drop).map_err(|why| format!("{} {}: {why}", case.more, case.script))
    });
}

/// The same where a person gave the orders: every step at its own time. What a script gave up over
/// a person left by quitting.
#[test]
fn a_persons_steps_keep_their_times() {
    let scripted = |case: &Case| !case.script.contains("gate = \"start\"");
    let cases: Vec<&Case> = CASES.iter().filter(|case| scripted(case)).collect();
    all(cases, |case| {
        let (_folder, recording) = recorded(case);
        let forget: &[&str] = if case.script.is_empty() { &[] } else { &["script.toml"] };
        let again = rewritten(&recording, forget, Some("nina"));
        let mut holds = vec!["operator = \"nina\"", "by_clock = true", "do = \"checklist\""];
        if !case.more.contains("footswitch") {
            let steps = ["do = \"arm\"", "do = \"start\""];
            holds.extend(steps.iter().take(if case.more.contains("short@") { 1 } else { 2 }));
        } else {
            holds.extend(["do = \"foot-down\"", "do = \"foot-up\""].iter().take(1));
        }
        let done = comes_out_as_recorded(&again, 0, &holds);
        done.map(drop).map_err(|why| format!("{} {}: {why}", case.more, case.script))
    });
}

/// A generator that ran by itself: what telemetry shows of its faults is enough for these.
#[test]
fn faults_are_seen_where_they_are_not_recorded() {
    let cases = [
        ("sensor-open@7.001s", "name = \"sensor-open\"", "rules = [\"H-06\"]"),
        ("emergency-stop@7.001s", "name = \"emergency-stop\"", "rules = [\"H-49\"]"),
        ("brown-out@7.001s", "name = \"brown-out\"", "rules = [\"H-55\"]"),
        ("link-cut@7.001s", "name = \"link-silent\"", "rules = [\"H-22\"]"),
    ];
    all(cases.to_vec(), |(fault, name, rules)| {
        let more: &str = &format!("--fault {fault}");
        let words = "demo --headless --virtual --plan tests/plans/short.toml --record";
        let folder = tempfile::tempdir().expect("a folder");
        let recording = folder.path().join("s.mcap");
        let words = words.split(' ').chain([recording.to_str().expect("UTF-8")]);
        rfa(words.chain(more.split(' '))).expect_code(6);
        let again = rewritten(&recording, &["simulator.toml"], None);
        let holds = [
            *name,
            *rules,
            "# NOT KNOWN from the recording",
            "# - the simulator's faults but those its telemetry shows",
            "# Seen in the telemetry, to 10 ms; not named by the recording.",
            "# tissue = ",
        ];
        comes_out_as_recorded(&again, 3, &holds).map(drop)
    });
}

/// What no telemetry names is not made up: the faults that the rule is for are offered.
#[test]
fn a_cause_that_is_not_recorded_is_not_made_up() {
    let (_folder, recording) = recorded(&case(SHORT, "--fault runaway@7s", "", &[]));
    let (ran, out, text) = made(&rewritten(&recording, &["simulator.toml"], None), 3);
    let ran = ran.says(&["not known: what made H-03 trip: choose a [[fault]] below"]);
    assert!(ran.stdout.contains("written"), "{}", ran.stdout);
    assert!(text.contains("# [[fault]] name = \"runaway\": "), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("[[fault]]")), "{text}");
    let results = run(&out);
    assert_eq!(results["ok"], false, "nothing breaks in it: {text}");
}

/// The file that a person reads, to the letter.
#[test]
fn the_text_is_as_it_was() {
    let script = "operator = \"nina\"\nact = [{ at_s = 9, do = \"acknowledge\" }, \
        { at_s = 10, do = \"reset\" }]";
    let session = case(SHORT, "--fault sensor-open@3s+1s", script, &[]);
    let (_folder, recording) = recorded(&session);
    let (_, out, scripted) = made(&recording, 0);
    let plan = fs::read_to_string(out.with_file_name("s-plan.toml")).expect("its plan");
    assert!(plan.starts_with("# The plan of a recorded session"), "{plan}");
    let again = rewritten(&recording, &["script.toml", "simulator.toml"], Some("nina"));
    let (.., person) = made(&again, 3);
    let info = ["rec", "info", "--format", "json"].map(Path::new).into_iter().chain([&*recording]);
    let info = rfa(info).expect_code(0).json();
    let commit = info["git_commit"].as_str().expect("a commit");
    for (name, text) in [("scripted", scripted), ("person", person)] {
        let path = root().join(format!("tests/golden/from-recording-{name}.toml"));
        let text = text.replace(&format!("commit {commit}"), "commit COMMIT");
        if std::env::var_os("RFA_WRITE_GOLDEN").is_some() {
            fs::write(&path, &text).expect("writes");
        }
        let golden = fs::read_to_string(&path).expect("the golden file");
        assert_eq!(text, golden, "{name}; RFA_WRITE_GOLDEN=1 writes it anew");
    }
}

/// Every refusal names the file, what is wrong and the mend; and writes nothing.
#[test]
fn what_cannot_be_made_a_scenario_is_refused() {
    let (folder, recording) = recorded(&CASES[0]);
    let at = |name: &str| folder.path().join(name);
    let whole = fs::read(&recording).expect("readable");
    fs::write(at("text.mcap"), "no recording").expect("writes");
    fs::write(at("cut.mcap"), &whole[..whole.len() / 2]).expect("writes");
    fs::write(at("head.mcap"), &whole[..1_700]).expect("writes");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(at("damaged.mcap"), damaged).expect("writes");
    fs::write(at("there.toml"), "mine").expect("writes");
    fs::write(at("half-plan.toml"), "mine").expect("writes");
    rfa_in(folder.path(), ["rec", "recover", "head.mcap", "empty.mcap"]).expect_code(3);
    let cases: [(&str, i32, &[&str]); 13] = [
        ("nope.mcap -o x.toml", 1, &["nope.mcap: No such file"]),
        ("text.mcap -o x.toml", 1, &["text.mcap: not an MCAP file"]),
        ("cut.mcap -o x.toml", 1, &["cut.mcap: byte ", "`rfa rec recover cut.mcap whole.mcap`"]),
        ("damaged.mcap -o x.toml", 1, &["damaged.mcap: byte ", "`rfa rec recover damaged.mcap"]),
        ("empty.mcap -o x.toml", 1, &["empty.mcap: no tick with telemetry", "take a recording"]),
        (
            "s.mcap",
            1,
            &["s.mcap: its plan short, with its site's limits, is none", "-o short-again.toml"],
        ),
        ("s.mcap -o x.txt", 2, &["x.txt: a scenario's name ends in .toml"]),
        ("s.mcap -o there.toml", 2, &["there.toml: is there already", "add --force"]),
        ("s.mcap -o half.toml", 2, &["half-plan.toml: is there already", "add --force"]),
        ("s.mcap -o no/x.toml", 1, &["no/x-plan.toml: No such file"]),
        ("s.mcap --force", 2, &["--out <OUT.toml>"]),
        ("-o x.toml", 2, &["<FILE.mcap>"]),
        ("s.mcap -o x.toml more", 2, &["unexpected argument 'more'"]),
    ];
    for (words, code, parts) in cases {
        let words = ["scenario", "from-recording"].into_iter().chain(words.split(' '));
        let ran = rfa_in(folder.path(), words).expect_code(code).says(parts);
        assert!(ran.stdout.is_empty(), "{ran:?}");
    }
    for name in ["x.toml", "x-plan.toml", "half.toml", "there-plan.toml"] {
        assert!(!at(name).exists(), "{name} was written");
    }
    for name in ["there.toml", "half-plan.toml"] {
        assert_eq!(fs::read_to_string(at(name)).expect("readable"), "mine");
    }
    let words = ["scenario", "from-recording", "s.mcap", "-o", "there.toml", "--force"];
    rfa_in(folder.path(), words).expect_code(0);
    assert!(fs::read_to_string(at("there.toml")).expect("readable").contains("[[run]]"));
}

/// What recovery left of a session is told as that, and its end as not known.
#[test]
fn a_recovered_recording_is_told_as_one() {
    let (folder, recording) = recorded(&CASES[0]);
    let whole = fs::read(&recording).expect("readable");
    fs::write(folder.path().join("cut.mcap"), &whole[..whole.len() / 2]).expect("writes");
    rfa_in(folder.path(), ["rec", "recover", "cut.mcap", "rest.mcap"]).expect_code(3);
    let (_, _, text) = made(&folder.path().join("rest.mcap"), 3);
    for part in ["what recovery left of another", "is in the state delivering", "end = \"quit\""] {
        assert!(text.replace("\n# ", " ").contains(part), "no {part:?} in {text}");
    }
}

/// A shipped plan is named, and the file goes to standard output.
#[test]
fn a_shipped_plan_is_named() {
    let session = case("medial-branch-80", "--fault emergency-stop@3s", "", &[]);
    let (_folder, recording) = recorded(&session);
    let words = ["scenario", "from-recording"].map(Path::new).into_iter().chain([&*recording]);
    let ran = rfa(words).expect_code(0);
    assert!(ran.stdout.contains("plan = \"medial-branch-80\" "), "{}", ran.stdout);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
}

#[test]
fn the_help_says_what_comes_of_it() {
    let help = rfa(["scenario", "from-recording", "--help"]).expect_code(0).stdout;
    for part in ["<FILE.mcap>", "-o, --out", "--force", "Exit 0: whole.", "Exit 3: written, and"] {
        assert!(help.contains(part), "no {part:?} in {help}");
    }
}
