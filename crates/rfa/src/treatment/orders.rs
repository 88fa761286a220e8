//! Orders to a simulated generator while it runs, a line each on standard input.

use rfa_sim::UnknownFault;
use rfa_sim::pty::Command;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use std::io::stdin;
use std::sync::mpsc;
use std::thread::sleep;
use std::time::Duration;

/// What can be done to the generator.
const ORDERS: &str = "fault NAME on|off, footswitch down|up, emergency-stop pressed|released";

/// How long to wait before looking again whether the terminal is ours.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The same, for input.
const POLL: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Takes orders from standard input, on a thread of its own that ends with the input.
pub(super) fn listen(orders: mpsc::Sender<Command>) {
    std::thread::spawn(move || {
        let mut waiting = Vec::new();
        let mut bytes = [0; 1_024];
        while let Some(count) = read_when_ours(&mut bytes) {
            waiting.extend_from_slice(bytes.get(..count).unwrap_or_default());
            // The last line may lack its end.
            if count == 0 && !waiting.is_empty() {
                waiting.push(b'\n');
            }
            while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = waiting.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                match order(&line) {
                    Ok(None) => {}
                    Ok(Some(order)) => {
                        if orders.send(order).is_err() {
                            return;
                        }
                    }
                    Err(why) => eprintln!("{:?}: {why}; one of: {ORDERS}", line.trim_end()),
                }
            }
            if count == 0 {
                return;
            }
        }
    });
}

/// The next bytes of standard input, none at its end; `None`: it cannot be read.
///
/// A job in the background that reads its shell's terminal is stopped (SIGTTIN), and with it the
/// generator: a terminal is read only while our process group has it. That may change at any time
/// (`bg`, `fg`), so it is asked before each read, and a read begins only when bytes wait.
fn read_when_ours(bytes: &mut [u8]) -> Option<usize> {
    loop {
        if !is_ours() {
            sleep(LOOK_EVERY);
            continue;
        }
        let input = stdin();
        match poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&POLL)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return None,
        }
        if is_ours() {
            match read(&input, &mut *bytes) {
                Err(Errno::INTR) => {}
                end => return end.ok(),
            }
        }
    }
}

/// Whether standard input is no terminal of ours to lose, or we are in its foreground.
fn is_ours() -> bool {
    tcgetpgrp(stdin()).map_or(true, |group| group == getpgrp())
}

fn order(line: &str) -> Result<Option<Command>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let order = match words[..] {
        [] => return Ok(None),
        ["fault", name, state @ ("on" | "off")] => {
            let setting = name.parse().map_err(|e: UnknownFault| e.to_string())?;
            Command::Fault(setting, state == "on")
        }
        ["footswitch", state @ ("down" | "up")] => Command::Footswitch(state == "down"),
        ["emergency-stop", state @ ("pressed" | "released")] => {
            Command::EmergencyStop(state == "pressed")
        }
        _ => return Err("no such order".to_owned()),
    };
    Ok(Some(order))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_sim::Fault;

    #[test]
    fn orders_are_read_word_by_word() {
        let fault = Command::Fault(Fault::SensorOpen.full(), true);
        assert_eq!(order(" fault  sensor-open on "), Ok(Some(fault)));
        let twin = Command::Fault(Fault::LinkCut.twin(), false);
        assert_eq!(order("fault link-cut:twin off"), Ok(Some(twin)));
        assert_eq!(order("footswitch down"), Ok(Some(Command::Footswitch(true))));
        assert_eq!(order("emergency-stop released"), Ok(Some(Command::EmergencyStop(false))));
        assert_eq!(order(""), Ok(None));
        assert!(order("fault sensor-open maybe").is_err());
        assert!(order("fault nonsense on").is_err_and(|e| e.contains("nonsense")));
    }
}
