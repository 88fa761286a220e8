//! Every named fault once in real time, through the pseudo-terminal: the scenario that holds on
//! virtual time (`faults.rs`, in every phase) holds on threads and a serial line as well.
//!
//! The same judge judges it. Whether RF is off in time is the simulator's own measure, on its own
//! clock. A run that met a stall of the machine says so from the record and runs again, at most
//! twice; RF that comes back, or that the dead-man does not end, is excused by nothing.

#[path = "common/live.rs"]
mod live;
#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use live::{Process, one_at_a_time};
use rustix::process::Signal;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use toml::{Table, Value};
use virtual_runs::{Ran, all_on, rfa, root};

/// 44 °C, a ramp of 5 s, a hold of 2 s: RF on from about 0.3 s, holding from about 4.2 s.
const PLAN: &str = "tests/plans/quick.toml";
/// When the fault begins, s of the generator's clock: in the hold, which the judge proves.
const AT_S: f64 = 4.403;
/// The noise of sensor-noise crosses a limit within 30 ms with this one.
const SEED: i64 = 10;
/// Two controllers and their generators are what two processors take beside each other.
const AT_ONCE: usize = 2;
/// How long after the fault a run goes on, beyond its budget, s.
const SHOWN_FOR_S: f64 = 0.3;
/// The same where the sample that counts comes long after the fault: a reading that runs away with
/// RF off does so for a second.
const SLOW: [(&str, f64); 1] = [("runaway", 2.0)];
/// Faults that the quick hold is too cool (H-16 looks above 70 °C, H-13 above 60) or too short for:
/// the loop makes up for 3 W of foreign heat until the hold is over.
const ELSEWHERE: [&str; 4] = ["roll-off", "pad-creep", "hidden-output", "over-temperature"];

#[test]
fn every_fault_ends_in_real_time_as_its_scenario_says() {
    let _one = one_at_a_time();
    let known = rfa(["faults", "--format", "json"]).expect_code(0).json();
    let names: Vec<String> = known
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| fault["name"].as_str().expect("a name").to_owned())
        .filter(|name| !ELSEWHERE.contains(&name.as_str()))
        .collect();
    assert!(names.len() >= 20, "{} faults", names.len());
    all_on(AT_ONCE, names, |name| once(name));
}

/// Runs one scenario in real time.
fn run_live(name: &str, scenario: &Table) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("{name}.toml"));
    fs::write(&path, scenario.to_string()).expect("writes");
    let words = ["scenario", "run", "--real-time", "--format", "json"];
    rfa(words.map(Path::new).iter().copied().chain([path.as_path()]))
}

fn once(name: &str) -> Result<(), String> {
    let file = root().join("tests/scenarios").join(format!("{name}.toml"));
    let text = fs::read_to_string(&file).map_err(|e| format!("{name}: {e}"))?;
    let scenario = text.parse().map_err(|e| format!("{name}: {e}"))?;
    let ran = run_live(name, &in_the_quick_hold(name, scenario, AT_S));
    if !ran.stderr.is_empty() {
        eprintln!("{}", ran.stderr.trim_end());
    }
    if ran.code == 2 {
        return Err(format!("{name}: {}", ran.stderr));
    }
    let results = ran.json();
    let runs = &results["scenarios"][0]["runs"];
    if runs.as_array().is_none_or(|runs| runs.len() != 1) || runs[0]["run"] != "hold@4.403" {
        return Err(format!("{name}: not one run: {runs}"));
    }
    let good = ran.code == 0 && runs[0]["ok"] == true;
    if good { Ok(()) } else { Err(format!("{name}: {}", runs[0]["why"])) }
}

/// The scenario's expectation in the hold, of the shortest treatment there is; the operator leaves
/// soon after the fault, where the plan's end is not what ends it.
fn in_the_quick_hold(name: &str, mut scenario: Table, at_s: f64) -> Table {
    let set =
        |table: &mut Table, key: &str, value: Value| drop(table.insert(key.to_owned(), value));
    let runs = scenario["run"].as_array().expect("runs").iter();
    let mut hold = runs
        .filter_map(Value::as_table)
        .find(|run| run["label"].as_str() == Some("hold"))
        .unwrap_or_else(|| panic!("{name}: no run in the hold"))
        .clone();
    let own = hold.get("expect").and_then(Value::as_table).cloned().unwrap_or_default();
    let base = scenario["expect"].as_table().expect("expectations").clone();
    let expected = |key: &str| own.get(key).or_else(|| base.get(key)).cloned();
    let text = |key: &str| expected(key).and_then(|value| value.as_str().map(str::to_owned));
    let budget_ms = expected("budget_ms");
    let budget_ms = budget_ms.and_then(|ms| ms.as_float().or(ms.as_integer().map(|ms| ms as f64)));
    let mut script = "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nafter_ms = 0\n".to_owned();
    if text("end").as_deref() != Some("complete") && text("rf").as_deref() != Some("plan-end") {
        // Acts are timed from the first tick, which is later than the generator's own start.
        let usual_s = budget_ms.expect("a budget") / 1e3 + SHOWN_FOR_S;
        let slow = SLOW.iter().find(|(slow, _)| *slow == name);
        let until_s = at_s + slow.map_or(usual_s, |(_, seconds)| *seconds);
        script.push_str(&format!("[[act]]\nat_s = {until_s:.3}\ndo = \"quit\"\n"));
    }
    let script: Table = script.parse().expect("a script");
    set(&mut hold, "at_s", vec![at_s].into());
    let plan = root().join(PLAN).display().to_string();
    set(&mut scenario, "plan", plan.into());
    set(&mut scenario, "seed", SEED.into());
    set(&mut scenario, "script", script.into());
    set(&mut scenario, "run", Value::Array(vec![hold.into()]));
    scenario.remove("twin");
    scenario
}

/// What came of one fault.
struct Reaction {
    name: String,
    /// Time to RF off, and what its row allows, ms; an error is a run not as expected.
    took: Result<(f64, f64), String>,
    /// Why it was run again, each time.
    again: Vec<String>,
}

/// Faults that show at once, at random places of the hold, with every processor kept busy: the
/// time from the fault to RF measured off, on the simulator's clock, within the budget of its row.
/// `RFA_REACTIONS` in all, `RFA_AT_ONCE` of them beside each other: each is a process with a
/// pseudo-terminal of its own, and its neighbours are more load, which makes no reaction shorter.
#[test]
#[ignore = "20 minutes: RFA_REACTIONS=1000 cargo test -p rfa --test live_faults -- --ignored \
            --nocapture reactions"]
fn reactions_of_loaded_processors_are_within_budget() {
    let _one = one_at_a_time();
    let asked = |name: &str, usual: usize| {
        std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
    };
    let (count, at_once) = (asked("RFA_REACTIONS", 100), asked("RFA_AT_ONCE", 8));
    let prompt = prompt_faults();
    let (found, stop) = (Mutex::new(Vec::<Reaction>::new()), AtomicBool::new(false));
    let (began, before_ms) = (Instant::now(), steal_ms());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::black_box((0..10_000_u64).fold(1, u64::wrapping_add));
                }
            });
        }
        all_on(at_once, (0..count).collect(), |number| {
            let (name, scenario) = &prompt[number % prompt.len()];
            // Odd steps: every place inside a tick is met.
            let at_s = AT_S + (number * 7_919 % 800) as f64 / 1e3;
            let reaction = reaction(name, &in_the_quick_hold(name, scenario.clone(), at_s))?;
            found.lock().expect("no panic").push(reaction);
            Ok(())
        });
        stop.store(true, Ordering::Relaxed);
    });
    let stolen_ms = steal_ms().zip(before_ms).map(|(now, then)| now - then);
    println!("the host took {stolen_ms:?} ms of {:.0} s", began.elapsed().as_secs_f64());
    tell(&found.into_inner().expect("no panic"), prompt.iter().map(|(name, _)| name.as_str()));
}

fn reaction(name: &str, scenario: &Table) -> Result<Reaction, String> {
    let ran = run_live(name, scenario);
    if ran.code == 2 {
        return Err(format!("{name}: {}", ran.stderr));
    }
    let run = &ran.json()["scenarios"][0]["runs"][0];
    let times = run["off_ms"].as_f64().zip(run["budget_ms"].as_f64());
    let took = times.ok_or_else(|| format!("{}: {}", run["run"], run["why"]));
    let again = run["stalls"].as_array().expect("a list").iter();
    let again = again.map(|stall| stall.as_str().expect("words").to_owned()).collect();
    Ok(Reaction { name: name.to_owned(), took, again })
}

/// Faults whose row counts from the fault itself and allows 100 ms at most, but the one that shows
/// only once its noise crosses a limit, and the one that keeps RF from nothing.
fn prompt_faults() -> Vec<(String, Table)> {
    let files = fs::read_dir(root().join("tests/scenarios")).expect("scenarios");
    let mut prompt: Vec<(String, Table)> = files
        .map(|file| file.expect("an entry").path())
        .filter_map(|path| {
            let scenario: Table = fs::read_to_string(&path).expect("text").parse().expect("TOML");
            let fault = scenario.get("fault")?.as_array()?.first()?["name"].as_str()?.to_owned();
            let expect = scenario["expect"].as_table()?;
            let prompt = expect.get("from")?.as_str() == Some("fault")
                && expect.get("budget_ms")?.as_integer()? <= 100;
            let alone = path.file_stem()?.to_str() == Some(fault.as_str());
            let footswitch = scenario.get("footswitch").is_some();
            let shows_at_once = !["sensor-noise", "k1-welded"].contains(&fault.as_str());
            (prompt && alone && shows_at_once && !footswitch).then_some((fault, scenario))
        })
        .collect();
    prompt.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert!(prompt.len() >= 10, "{} faults", prompt.len());
    prompt
}

/// Prints what was found, and holds the 99th percentile to the budget. A run not as expected took
/// for ever; one that was run again counts too, where it says what it took.
fn tell<'a>(found: &[Reaction], names: impl Iterator<Item = &'a str>) {
    for reaction in found {
        for why in &reaction.again {
            println!("run again: {}: {why}", reaction.name);
        }
        if let Err(why) = &reaction.took {
            println!("not as expected: {}: {why}", reaction.name);
        }
    }
    println!("| fault | times | budget, ms | p50 | p99 | p99.9 | max | again | not as expected |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut shares = Vec::new();
    for name in names {
        let of: Vec<&Reaction> = found.iter().filter(|reaction| reaction.name == name).collect();
        let budget_ms = of.iter().find_map(|r| r.took.as_ref().ok()).map_or(f64::NAN, |t| t.1);
        let late_ms = of.iter().flat_map(|r| &r.again).filter_map(|why| said_ms(why));
        let taken_ms = of.iter().map(|r| r.took.as_ref().map_or(f64::INFINITY, |took| took.0));
        let times: Vec<f64> = taken_ms.chain(late_ms).collect();
        shares.extend(times.iter().map(|ms| if ms.is_finite() { ms / budget_ms } else { *ms }));
        row(name, &format!("{budget_ms}"), times, &of);
    }
    shares.iter_mut().for_each(|share| *share *= 100.0);
    let all: Vec<&Reaction> = found.iter().collect();
    row("all, % of the budget", "100", shares.clone(), &all);
    let late = shares.iter().filter(|share| **share > 100.0).count();
    assert!(late * 100 <= shares.len(), "{late} of {} not within budget", shares.len());
}

fn row(name: &str, budget: &str, mut times: Vec<f64>, of: &[&Reaction]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| ((share * times.len() as f64).ceil() as usize).max(1) - 1;
    let share = |share: f64| times.get(at(share)).map_or("-".to_owned(), |t| format!("{t:.1}"));
    let shares = [0.5, 0.99, 0.999, 1.0].map(share).join(" | ");
    let again: usize = of.iter().map(|reaction| reaction.again.len()).sum();
    let wrong = of.iter().filter(|reaction| reaction.took.is_err()).count();
    println!("| {name} | {} | {budget} | {shares} | {again} | {wrong} |", times.len());
}

/// What a run that met a stall took to RF off.
fn said_ms(why: &str) -> Option<f64> {
    why.split("RF off after ").nth(1)?.split(' ').next()?.parse().ok()
}

#[test]
fn what_a_run_before_took_is_read() {
    let why = "interlock tick 443 began 45000 us late: RF off after 131.5 ms; the budget is 100 ms";
    assert_eq!(said_ms(why), Some(131.5));
    assert_eq!(said_ms("two ticks in a row began late: 4 and 5: exit 6, not 0: trip H-44"), None);
}

/// Time that the host of a virtual machine took from its processors.
fn steal_ms() -> Option<u64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().next()?.split_whitespace().nth(8)?.parse().ok().map(|ticks: u64| ticks * 10)
}

/// A scenario without a fault on the quick plan, which is complete after about 9 s.
fn quick(expect: &str) -> (tempfile::TempDir, String) {
    let plan = root().join(PLAN);
    let text = format!(
        "name = \"quick\"\nhazards = [\"H-44\"]\nplan = \"{}\"\n\
         [expect]\nend = \"complete\"\n{expect}\n[[run]]\nlabel = \"whole\"\n",
        plan.display()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("quick.toml");
    fs::write(&path, text).expect("writes");
    let path = path.to_str().expect("UTF-8").to_owned();
    (folder, path)
}

/// A wrong expectation is told in real time as well, and no stall is made up for it.
#[test]
fn a_wrong_expectation_is_told_in_real_time() {
    let _one = one_at_a_time();
    let (_folder, path) = quick("starts = 2");
    let ran = rfa(["scenario", "run", "--real-time", &path]).expect_code(4).stdout;
    let why = "whole@0 seed 7: delivery began 1 times, not 2; no stall of the machine is on record";
    assert!(ran.contains(why), "{ran}");
    let command = format!("rfa scenario run {path} --only whole@0 --seed 7 --real-time");
    assert!(ran.contains(&command), "no {command:?} in {ran}");
}

/// A process that stood still in the middle of its treatment trips, says so, and runs again.
#[test]
fn a_stall_is_told_and_the_run_repeated() {
    let _one = one_at_a_time();
    let (_folder, path) = quick("");
    let process = Process::start(["scenario", "run", "--real-time", "--format", "json", &path]);
    // The treatment begins within a second or two and lasts eight.
    std::thread::sleep(Duration::from_secs(4));
    process.signal(Signal::STOP);
    std::thread::sleep(Duration::from_millis(300));
    process.signal(Signal::CONT);
    let ended = process.end(Duration::from_secs(120));
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let run = &ended.json()["scenarios"][0]["runs"][0];
    assert_eq!(run["ok"], true, "{run}");
    let stalls = run["stalls"].as_array().expect("a list");
    let said = stalls.first().and_then(|stall| stall.as_str()).unwrap_or_default();
    assert!(said.contains(": exit 6, not 0"), "{run}");
    let told = "quick.toml: whole@0 met a stall of the machine: interlock tick ";
    assert!(ended.stderr.contains(told) && ended.stderr.contains("runs again"), "{ended:#?}");
}

/// An interrupt ends the command soon, and nothing is said to be as expected.
#[test]
fn an_interrupt_ends_the_runs() {
    let folder = root().join("tests/scenarios");
    let process = Process::start(["scenario", "run", folder.to_str().expect("UTF-8")]);
    std::thread::sleep(Duration::from_secs(2));
    process.signal(Signal::INT);
    let ended = process.end(Duration::from_secs(20));
    assert_eq!(ended.code, Some(130), "{ended:#?}");
    assert!(ended.stdout.is_empty() && ended.stderr.contains("none judged"), "{ended:#?}");
}
