//! The console in a real terminal: STOP first, then the terminal restored.

#[path = "common/live.rs"]
mod live;
#[path = "common/screen.rs"]
mod screen;

use live::{Bench, PLAN, one_at_a_time};
use rfa_record::{ActionRow, IntentMessage, Recording, Topic, TruthRow};
use rustix::process::Signal;
use screen::Terminal;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);
const F5: &str = "\x1b[15~";
const LEAVE_ALTERNATE_SCREEN: &str = "\x1b[?1049l";
const SHOW_CURSOR: &str = "\x1b[?25h";
/// A key that comes sooner after a new question counts as typed before it could be read.
const READ: Duration = Duration::from_millis(700);

/// A demonstration on a terminal, the checklist confirmed. No player is found, so no test sounds.
fn demo(bench: &Bench) -> Terminal {
    demo_with_players(bench, &bench.path("no-players"))
}

/// The same with the sound players of a folder.
fn demo_with_players(bench: &Bench, players: &Path) -> Terminal {
    let record = bench.path("s.mcap");
    let record = record.to_str().expect("UTF-8");
    let path = format!("PATH={}", players.display());
    let rfa = env!("CARGO_BIN_EXE_rfa");
    let arguments = [path.as_str(), rfa, "demo", "--plan", PLAN, "--record", record];
    let terminal = Terminal::start_program(80, 24, "env", &arguments);
    terminal.wait_for("Confirm each row", SOON);
    terminal.wait_for("READY", SOON);
    for left in (0..6).rev() {
        terminal.press("\r");
        let said = if left == 0 { "checklist complete".to_owned() } else { format!("{left} rows") };
        terminal.wait_for(&said, SOON);
    }
    terminal
}

/// Two unlike keys, each after its question could be read.
fn start_rf(terminal: &Terminal) {
    terminal.press("A");
    terminal.wait_for("] ARM", SOON);
    std::thread::sleep(READ);
    terminal.press(F5);
    terminal.wait_for("STARTS RF", SOON);
    assert!(terminal.text().contains("RF OFF"), "armed is not on:\n{}", terminal.text());
    std::thread::sleep(READ);
    terminal.press(F5);
    terminal.wait_for("RF ON", SOON);
    std::thread::sleep(READ);
}

/// What the recording says: how often the simulator measured RF going on, whether it was on at the
/// end, and the stops asked for.
struct Recorded {
    times_on: usize,
    on_at_end: bool,
    stops: Vec<String>,
}

fn recorded(bench: &Bench) -> Recorded {
    let mut messages = Recording::open(bench.path("s.mcap"))
        .and_then(|recording| recording.messages())
        .expect("readable");
    let mut found = Recorded { times_on: 0, on_at_end: false, stops: Vec::new() };
    while let Some(message) = messages.next().expect("undamaged") {
        match message.topic {
            Topic::Truth => {
                let truth: TruthRow = message.parse().expect("a truth");
                found.times_on += usize::from(truth.rf_on && !found.on_at_end);
                found.on_at_end = truth.rf_on;
            }
            Topic::Intent => {
                let intent: IntentMessage = message.parse().expect("an intent");
                if let ActionRow::Stop(source) = intent.action {
                    found.stops.push(format!("{source:?}"));
                }
            }
            _ => {}
        }
    }
    found
}

/// The session ended with RF measured off by the simulator, and the recording is whole.
#[track_caller]
fn assert_rf_was_ended(bench: &Bench, times_on: usize, stop: Option<&str>) {
    bench.verify("s.mcap");
    let found = recorded(bench);
    assert!(!found.on_at_end, "RF on at the end");
    assert_eq!(found.times_on, times_on, "RF on, as the simulator measured it");
    if let Some(stop) = stop {
        assert!(found.stops.iter().any(|source| source == stop), "{:?}", found.stops);
    }
    let info = bench.rec("info", &["s.mcap"]).json();
    assert_eq!(info["truncated"], false, "{info:#}");
    assert_eq!(info["complete"], false, "stopped in the middle: {info:#}");
}

#[track_caller]
fn assert_restored(terminal: &Terminal) {
    for code in [LEAVE_ALTERNATE_SCREEN, SHOW_CURSOR] {
        assert!(terminal.was_sent(code), "{code:?} was not sent");
    }
}

/// Every STOP key ends RF and not the program; only q, asked twice, leaves.
#[test]
fn space_esc_and_the_first_ctrl_c_stop_rf_and_stay() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let mut terminal = demo(&bench);
    for key in [" ", "\x1b", "\x03"] {
        start_rf(&terminal);
        terminal.press(key);
        terminal.wait_for("RF OFF", Duration::from_secs(2));
        std::thread::sleep(READ);
        assert!(terminal.is_alive(), "{key:?} ended the program");
        assert!(terminal.text().contains("RF OFF"), "on again:\n{}", terminal.text());
        assert!(!terminal.was_sent(LEAVE_ALTERNATE_SCREEN), "{key:?} left the screen");
    }
    terminal.press("q");
    std::thread::sleep(READ);
    assert!(terminal.is_alive(), "q asks first");
    terminal.press("q");
    assert_eq!(terminal.end(SOON), Some(0));
    assert_restored(&terminal);
    assert_rf_was_ended(&bench, 3, Some("Key"));
}

#[test]
fn termination_and_hang_up_end_rf_and_restore_the_terminal() {
    let _one = one_at_a_time();
    for signal in [Signal::TERM, Signal::HUP] {
        let bench = Bench::new();
        let mut terminal = demo(&bench);
        start_rf(&terminal);
        terminal.signal(signal);
        assert_eq!(terminal.end(SOON), Some(130), "{signal:?}:\n{}", terminal.text());
        assert_restored(&terminal);
        assert_rf_was_ended(&bench, 1, Some("ConsoleLost"));
    }
}

/// The window is closed: no one sees an alarm any more.
#[test]
fn a_closed_terminal_ends_rf() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let mut terminal = demo(&bench);
    start_rf(&terminal);
    terminal.close();
    assert_eq!(terminal.end(SOON), Some(130));
    // The stop needs no word of the console's: its thread may be stuck in the closed terminal.
    assert_rf_was_ended(&bench, 1, None);
}

/// `kill -9`: the terminal is left as it was, but what was recorded is there.
#[test]
fn a_killed_console_leaves_a_recording_to_recover() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let mut terminal = demo(&bench);
    start_rf(&terminal);
    std::thread::sleep(Duration::from_secs(1));
    let killed_ns = live::unix_ns();
    terminal.signal(Signal::KILL);
    assert_eq!(terminal.end(SOON), None);
    assert_eq!(bench.rec("recover", &["s.mcap", "whole.mcap"]).code, Some(3));
    let lost_ns = killed_ns.saturating_sub(live::newest_tick_ns(&bench.path("whole.mcap")));
    assert!(lost_ns <= 1_000_000_000, "{lost_ns} ns are lost");
    let verified = bench.rec("verify", &["whole.mcap"]);
    assert_eq!(verified.json()["outcome"], "equal", "{verified:#?}");
}

/// No size stops the console from stopping.
#[test]
fn a_storm_of_sizes_with_rf_on_leaves_stop_alive() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let mut terminal = demo(&bench);
    start_rf(&terminal);
    let mut state = live::unix_ns();
    eprintln!("sizes from {state}");
    let sizes = [(1, 1), (20, 3), (48, 15), (1, 100), (300, 1)];
    let drawn = (0..20).map(|number| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let random = (1 + (state >> 33) % 250, 1 + (state >> 45) % 80);
        sizes.get(number).copied().unwrap_or(random)
    });
    for (columns, rows) in drawn.collect::<Vec<_>>() {
        terminal
            .resize(u16::try_from(columns).expect("small"), u16::try_from(rows).expect("small"));
        std::thread::sleep(Duration::from_millis(90));
        assert!(terminal.is_alive(), "ended at {columns}x{rows}");
    }
    // STOP at a size where nothing can be shown.
    terminal.resize(1, 1);
    std::thread::sleep(Duration::from_millis(300));
    terminal.press(" ");
    std::thread::sleep(READ);
    terminal.resize(80, 24);
    terminal.wait_for("RF OFF", SOON);
    terminal.press("q");
    std::thread::sleep(READ);
    terminal.press("q");
    assert_eq!(terminal.end(SOON), Some(0));
    assert_restored(&terminal);
    assert_rf_was_ended(&bench, 1, Some("Key"));
}

/// The samples of a player that writes what it is given to a file, by their loudest in each 10 ms.
fn loudness(file: &Path) -> Vec<u16> {
    let bytes = std::fs::read(file).expect("played");
    let samples: Vec<i16> = bytes.as_chunks().0.iter().map(|b| i16::from_le_bytes(*b)).collect();
    samples.chunks(480).map(|c| c.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)).collect()
}

/// A tone while RF is measured, and only then, through whichever player there is.
#[test]
fn the_activation_tone_sounds_while_rf_is_measured() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let (players, played) = (bench.path("players"), bench.path("played.raw"));
    std::fs::create_dir(&players).expect("a folder");
    let script = format!(
        "#!/bin/sh\nwhile /usr/bin/head -c 960 >>{}; do /bin/sleep 0.008; done\n",
        played.display()
    );
    let player = players.join("aplay");
    std::fs::write(&player, script).expect("written");
    std::fs::set_permissions(&player, Permissions::from_mode(0o755)).expect("set");
    let mut terminal = demo_with_players(&bench, &players);
    terminal.wait_for("through aplay", SOON);
    let before = loudness(&played).len();
    assert!(loudness(&played).iter().all(|loud| *loud == 0), "silent before RF");
    start_rf(&terminal);
    std::thread::sleep(Duration::from_secs(1));
    let during = loudness(&played)[before..].iter().filter(|loud| **loud > 3_000).count();
    assert!(during > 30, "{during} loud parts");
    terminal.press(" ");
    terminal.wait_for("RF OFF", SOON);
    std::thread::sleep(READ);
    let after = loudness(&played).len();
    std::thread::sleep(READ);
    assert!(loudness(&played)[after..].iter().all(|loud| *loud == 0), "silent after RF");
    terminal.press("z");
    terminal.wait_for("nothing to pause", SOON);
    terminal.press("q");
    std::thread::sleep(READ);
    terminal.press("q");
    assert_eq!(terminal.end(SOON), Some(0));
}

/// H-46: a machine without a player says so, on every screen.
#[test]
fn a_machine_without_sound_says_so() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let mut terminal = demo(&bench);
    terminal.wait_for("not heard: no pw-cat, pacat, aplay here", SOON);
    terminal.press("2");
    terminal.wait_for("NO SOUND", SOON);
    terminal.press("q");
    std::thread::sleep(READ);
    terminal.press("q");
    assert_eq!(terminal.end(SOON), Some(0));
}

/// `rfa sim &` in a shell: a background job that reads the terminal would be stopped by it, and the
/// generator with it. In the foreground it takes its orders.
#[test]
fn a_simulator_in_the_background_reads_no_terminal() {
    let bench = Bench::new();
    let link = bench.path("gen.pty");
    let link = link.to_str().expect("UTF-8");
    let script = r#"set -m; "$0" sim --for 60 --link "$1" & read -r line; echo stat $(ps -o stat= -p $!) end; fg"#;
    let rfa = env!("CARGO_BIN_EXE_rfa");
    let mut terminal = Terminal::start_program(120, 24, "bash", &["-c", script, rfa, link]);
    terminal.wait_for("simulated generator at", SOON);
    // Long enough for several looks at the input.
    std::thread::sleep(Duration::from_secs(1));
    terminal.press("\n");
    terminal.wait_for(" end", SOON);
    assert!(!terminal.text().contains("stat T"), "stopped by its terminal:\n{}", terminal.text());
    terminal.press("nonsense\n");
    terminal.wait_for("no such order", SOON);
    terminal.press("\x03");
    assert_eq!(terminal.end(SOON), Some(0), "{}", terminal.text());
}
