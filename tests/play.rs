//! `rfa rec play` on a real pseudo-terminal: a recording, and nothing that it could act on.

#[path = "common/screen.rs"]
mod screen;
#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rustix::process::Signal;
use screen::Terminal;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use virtual_runs::{rfa, rfa_in, treat};

const PLAN: &str = "tests/plans/short.toml";
const SOON: Duration = Duration::from_secs(20);
const LEAVE_ALTERNATE_SCREEN: &str = "\x1b[?1049l";
const F5: &str = "\x1b[15~";
const LEFT: &str = "\x1b[D";

/// A folder with a whole treatment in `session.mcap`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let treated = treat(PLAN, &[]).expect("a treatment");
    fs::copy(&treated.recording, folder.path().join("session.mcap")).expect("copies");
    folder
}

/// `rfa` with the words of this line, in that folder, on a terminal of 100 columns.
fn play(folder: &Path, line: &str) -> Terminal {
    let chdir = format!("--chdir={}", folder.display());
    let mut words = vec![chdir.as_str(), env!("CARGO_BIN_EXE_rfa")];
    words.extend(line.split(' '));
    Terminal::start_program(100, 30, "env", &words)
}

/// Leaves by `q`, with this exit code and these words, and the terminal as it was.
#[track_caller]
fn leave(mut terminal: Terminal, code: i32, said: &str) {
    terminal.press("q");
    assert_eq!(terminal.end(SOON), Some(code), "{}", terminal.text());
    assert!(terminal.was_sent(LEAVE_ALTERNATE_SCREEN));
    assert!(said.is_empty() || terminal.was_sent(said), "{said:?}: {}", terminal.text());
}

/// Waits until these words are no longer shown.
#[track_caller]
fn gone(terminal: &Terminal, words: &str) {
    let until = Instant::now() + SOON;
    while terminal.text().contains(words) {
        assert!(Instant::now() < until, "{words:?} stays: {}", terminal.text());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_example_plays() {
    let folder = folder();
    rfa_in(folder.path(), ["rec", "note", "session.mcap", "a note", "noted.mcap"]).expect_code(0);
    let help = rfa(["rec", "play", "--help"]).expect_code(0).stdout;
    let (_, block) = help.split_once("Examples:\n").expect("examples");
    let examples: Vec<&str> = block.lines().take_while(|row| row.starts_with("  ")).collect();
    assert!(examples.len() >= 4, "{help}");
    for example in examples {
        let line = example.trim().strip_prefix("rfa ").expect("a command of rfa");
        let terminal = play(folder.path(), line);
        terminal.wait_for("REPLAY  PLAYING", SOON);
        terminal.wait_for("REPLAY of SIM seed 7", SOON);
        let shown = terminal.text();
        assert!(!line.contains("--loop") || shown.contains("LOOP  [0:02 to 0:0"), "{shown}");
        assert!(!line.contains("0.5") || shown.contains("0.5 x"), "{shown}");
        assert!(!line.contains("--beside") || shown.contains("beside 0:0"), "{shown}");
        leave(terminal, 0, "");
    }
}

#[test]
fn it_steps_goes_back_seeks_and_acts_on_nothing() {
    let folder = folder();
    let file = folder.path().join("session.mcap");
    let before = fs::read(&file).expect("readable");
    let terminal = play(folder.path(), "rec play session.mcap");
    terminal.wait_for("PLAYING", SOON);
    terminal.press(" ");
    terminal.wait_for("PAUSED", SOON);
    for (key, shown) in [
        ("g", "PAUSED  0:00.00 of"),
        (".", "PAUSED  0:00.01 of"),
        (".", "PAUSED  0:00.02 of"),
        (",", "PAUSED  0:00.01 of"),
        ("'", "go to time or event"),
        ("9.5\r", "PAUSED  0:09.50 of"),
        (LEFT, "PAUSED  0:08.50 of"),
        ("'", "go to time or event"),
        ("step com\r", "> step complete"),
        ("<", "0.5 x"),
        ("=", "1 x"),
    ] {
        terminal.press(key);
        terminal.wait_for(shown, SOON);
    }
    // From event to event to RF on, and one tick back it is off.
    terminal.press("g");
    terminal.press("]");
    terminal.wait_for("> armed", SOON);
    terminal.press("]");
    terminal.wait_for("> RF permitted", SOON);
    terminal.press(",");
    terminal.wait_for("RF OFF  ARMED", SOON);
    // What acts on a generator in a treatment says what this is.
    for key in ["A", F5, "c", "r", "s", "z"] {
        terminal.press("]");
        terminal.wait_for("> RF permitted", SOON);
        terminal.press(key);
        terminal.wait_for("> replay: this is a recording", SOON);
        terminal.press("[");
        terminal.wait_for("> armed", SOON);
    }
    for (key, shown) in [
        ("1", "SETUP"),
        ("5", "ALARMS that stand"),
        ("6", "REVIEW"),
        ("7", "ENGINEER"),
        ("2", "TEMP C"),
        ("?", "KEYS on Live"),
        ("\r", "TEMP C"),
        ("G", "RF OFF  COMPLETE"),
    ] {
        terminal.press(key);
        terminal.wait_for(shown, SOON);
    }
    for (columns, rows) in [(20, 3), (80, 24), (140, 40)] {
        terminal.resize(columns, rows);
        terminal.wait_for("REPLAY", SOON);
    }
    leave(terminal, 0, "");
    assert!(fs::read(&file).expect("readable") == before, "the recording was changed");
}

#[test]
fn an_unfinished_and_a_damaged_recording_are_played_and_told() {
    let folder = folder();
    let bytes = fs::read(folder.path().join("session.mcap")).expect("readable");
    fs::write(folder.path().join("half.mcap"), &bytes[..bytes.len() / 2]).expect("writes");
    let terminal = play(folder.path(), "rec play half.mcap --speed 100");
    terminal.wait_for("UNFINISHED", SOON);
    terminal.wait_for("PAUSED", SOON);
    leave(terminal, 3, "half.mcap: not finished: ends at byte");

    let mut broken = bytes;
    let middle = broken.len() / 2;
    broken[middle..middle + 30].fill(0x55);
    fs::write(folder.path().join("broken.mcap"), &broken).expect("writes");
    let terminal = play(folder.path(), "rec play broken.mcap --speed 100");
    terminal.wait_for("DAMAGED", SOON);
    terminal.wait_for("PAUSED", SOON);
    terminal.press("5");
    terminal.wait_for("recording damaged at byte", SOON);
    leave(terminal, 3, "broken.mcap: damaged at byte");
}

/// Another session's curve, and what would have come of other numbers, are asked for in the player.
#[test]
fn a_second_recording_and_a_what_if_are_laid_beside() {
    let folder = folder();
    rfa_in(folder.path(), ["rec", "note", "session.mcap", "a note", "noted.mcap"]).expect_code(0);
    fs::write(folder.path().join("text.mcap"), "no recording").expect("writes");
    let terminal = play(folder.path(), "rec play session.mcap --from 9.5");
    terminal.wait_for("REPLAY  PLAYING", SOON);
    terminal.press(" ");
    terminal.wait_for("REPLAY  PAUSED", SOON);
    let press = |keys: &str, shown: &str| {
        terminal.press(keys);
        terminal.wait_for(shown, SOON);
    };
    press("d", "beside, a file");
    press("\x1b[B\r", "beside 0:0");
    press("dtext.mcap\r", "text.mcap: not an MCAP file");
    press("wcontrol.kp=0.5\r", "WHAT-IF   Enter closes");
    terminal.press("\r");
    gone(&terminal, "WHAT-IF   Enter closes");
    terminal.wait_for("  what-if 0:0", SOON);
    // What was set stands there to be changed.
    press("w5,\r", "a number from");
    press("w", "control.kp=0.55,_");
    press("\x1b", "' go to");
    terminal.press("d\r");
    gone(&terminal, "what-if 0:0");
    leave(terminal, 0, "");
}

/// A recording that is written, piece by piece and torn anywhere, is shown at its end; who goes
/// back is left there.
#[test]
fn a_growing_recording_is_followed() {
    let folder = folder();
    let whole = fs::read(folder.path().join("session.mcap")).expect("readable");
    let path = folder.path().join("growing.mcap");
    fs::write(&path, &whole[..whole.len() / 3]).expect("writes");
    let terminal = play(folder.path(), "rec play growing.mcap --follow");
    terminal.wait_for("REPLAY  FOLLOWING", SOON);
    terminal.wait_for("GROWING", SOON);
    let length = |terminal: &Terminal| {
        let text = terminal.text();
        let (_, behind) = text.rsplit_once(" of 0:").expect("a length");
        behind[..5].to_owned()
    };
    let first = length(&terminal);
    fs::write(&path, &whole[..whole.len() / 2]).expect("writes");
    let until = Instant::now() + SOON;
    while length(&terminal) == first {
        assert!(Instant::now() < until, "{}", terminal.text());
        std::thread::sleep(Duration::from_millis(20));
    }
    terminal.wait_for("REPLAY  FOLLOWING", SOON);
    terminal.press("g");
    terminal.wait_for("REPLAY  PLAYING", SOON);
    terminal.press(" G");
    terminal.wait_for("REPLAY  PAUSED", SOON);
    terminal.press(" ");
    terminal.wait_for("REPLAY  FOLLOWING", SOON);
    // Torn within its index, then whole.
    fs::write(&path, &whole[..whole.len() - 3]).expect("writes");
    terminal.wait_for("RF OFF  COMPLETE", SOON);
    terminal.wait_for("REPLAY  FOLLOWING", SOON);
    fs::write(&path, &whole).expect("writes");
    terminal.wait_for("> the recording is finished", SOON);
    terminal.wait_for("REPLAY  PAUSED", SOON);
    assert!(!terminal.text().contains("GROWING"), "{}", terminal.text());
    leave(terminal, 0, "");
}

/// Where nothing comes for too long the recording is one that was broken off.
#[test]
fn following_ends_where_nothing_comes() {
    let folder = folder();
    let whole = fs::read(folder.path().join("session.mcap")).expect("readable");
    fs::write(folder.path().join("torn.mcap"), &whole[..whole.len() / 2]).expect("writes");
    let terminal = play(folder.path(), "rec play torn.mcap --follow --follow-timeout-s 1");
    terminal.wait_for("FOLLOWING", SOON);
    terminal.wait_for("no growth beyond byte", SOON);
    terminal.wait_for("REPLAY  PAUSED", SOON);
    terminal.wait_for("UNFINISHED", SOON);
    leave(terminal, 3, "torn.mcap: not finished: ends at byte");
}

#[test]
fn what_cannot_be_played_is_refused_with_the_mend() {
    let folder = folder();
    fs::write(folder.path().join("text.mcap"), "no recording").expect("writes");
    for (line, code, said) in [
        ("rec play missing.mcap", 1, "missing.mcap: No such file"),
        ("rec play text.mcap", 1, "text.mcap: not an MCAP file"),
        ("rec play session.mcap --beside text.mcap", 1, "--beside: text.mcap: not an MCAP file"),
        ("rec play session.mcap --range 900..", 2, "--range 900..: no tick"),
        ("rec play session.mcap --from 900", 2, "--from 900: that time is behind"),
        ("rec play session.mcap --range 2..3 --from 5", 2, "--from 5: that is outside"),
        ("rec play session.mcap --range 5..2", 2, "ends before it begins"),
        ("rec play session.mcap --range five", 2, "two times are wanted"),
        ("rec play session.mcap --speed 101", 2, "a number from 0.1 to 100 is wanted"),
        ("rec play session.mcap --follow --loop", 2, "cannot be used with"),
        ("rec play session.mcap --from 1:70", 2, "seconds or m:ss are wanted"),
    ] {
        let mut terminal = play(folder.path(), line);
        assert_eq!(terminal.end(SOON), Some(code), "{line}: {}", terminal.text());
        let text = terminal.text().replace('\n', "");
        assert!(text.contains(said), "{line}: {text}");
        assert!(!terminal.was_sent(LEAVE_ALTERNATE_SCREEN), "{line}: refused before the screen");
    }
    rfa_in(folder.path(), ["rec", "play", "session.mcap"])
        .expect_code(2)
        .says(&["needs a terminal", "rfa rec cat"]);
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    let folder = folder();
    let mut terminal = play(folder.path(), "rec play session.mcap");
    terminal.wait_for("PLAYING", SOON);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.end(SOON), Some(130));
    assert!(terminal.was_sent(LEAVE_ALTERNATE_SCREEN));
    // A closed window ends it too.
    let mut terminal = play(folder.path(), "rec play session.mcap --loop");
    terminal.wait_for("PLAYING", SOON);
    terminal.close();
    terminal.end(SOON);
}
