//! The loudspeaker: whichever player the machine has, fed with samples by a thread of its own.
//!
//! No sound library: the players of PipeWire, PulseAudio and ALSA take raw samples on their
//! standard input. Pipe and player are kept short, so that the activation tone ends soon after RF:
//! 100 ms are wanted (hazards.md part b), ADR 0008 says what is known of it.

use rfa_interlock::{AlarmId, State};
use rfa_sound::{Heard, NoPause, RATE_HZ, Sounder, render};
use rfa_units::{HostInstant, Span};
use rustix::pipe::fcntl_setpipe_size;
use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Players in the order of preference, with what makes them play raw mono samples at once.
const PLAYERS: [(&str, &[&str]); 3] = [
    (
        "pw-cat",
        &[
            "--playback",
            "--raw",
            "--rate=48000",
            "--channels=1",
            "--format=s16",
            "--latency=20ms",
            "-",
        ],
    ),
    (
        "pacat",
        &[
            "--playback",
            "--raw",
            "--rate=48000",
            "--channels=1",
            "--format=s16le",
            "--latency-msec=20",
        ],
    ),
    (
        "aplay",
        &["-q", "-t", "raw", "-f", "S16_LE", "-r", "48000", "-c", "1", "--buffer-time=40000"],
    ),
];

/// Samples made at a time: 10 ms.
const CHUNK: usize = RATE_HZ as usize / 100;
/// The pipe to the player, bytes: the smallest there is, 43 ms.
const PIPE_BYTES: usize = 4_096;
/// A player that has not failed for this long plays.
const SETTLED: Span = Span::from_secs(1);
/// Where one has failed before: one that ends again and again must not be said to work in between.
const PROVEN: Span = Span::from_secs(30);
/// From one try to find a player to the next.
const RETRY: Span = Span::from_secs(10);
/// The samples' clock is set anew when it is off by more than pipe and player hold: a stall.
const JUMP: Span = Span::from_millis(150);
/// A player that has taken nothing for this long does not play.
const STUCK: Span = Span::from_secs(2);
/// By then each player was tried and one has settled, or there is none (H-46).
const KNOWN: Span = Span::from_secs(5);
/// A console that says nothing for this long is lost (H-23), and that is heard (AL-19).
const CONSOLE_LOST: Span = Span::from_millis(500);

/// The loudspeaker's thread; a panic there ends the sound and nothing else.
pub(crate) const SOUND_THREAD: &str = "rfa-sound";

/// The sound of one session; silent once dropped.
pub(crate) struct Speaker {
    desk: Arc<Mutex<Desk>>,
    started: HostInstant,
}

/// What session and loudspeaker share.
struct Desk {
    sounder: Sounder,
    heard: Option<(Heard, HostInstant)>,
    player: Result<String, String>,
    /// A player was there.
    found: bool,
    /// One that was there has ended.
    failed: bool,
    taken: HostInstant,
    child: Option<Child>,
    closing: bool,
}

impl Desk {
    fn new(now: HostInstant) -> Self {
        Self {
            sounder: Sounder::default(),
            heard: None,
            player: Err("no player was started yet".to_owned()),
            found: false,
            failed: false,
            taken: now,
            child: None,
            closing: false,
        }
    }
}

impl Speaker {
    /// Looks for a player and plays from now on.
    pub(crate) fn start(now: fn() -> HostInstant) -> Self {
        let desk = Arc::new(Mutex::new(Desk::new(now())));
        let of_thread = Arc::clone(&desk);
        let thread = std::thread::Builder::new()
            .name(SOUND_THREAD.to_owned())
            .spawn(move || play(&of_thread, now));
        if let Err(error) = &thread {
            lock(&desk).player = Err(format!("no thread for it: {error}"));
        }
        Self { desk, started: now() }
    }

    /// What the session says; to be told at least every 0.5 s.
    pub(crate) fn hear(&self, heard: Heard, now: HostInstant) {
        lock(&self.desk).heard = Some((heard, now));
    }

    /// What plays it, or why nothing does.
    pub(crate) fn player(&self, now: HostInstant) -> Result<String, String> {
        let desk = lock(&self.desk);
        if desk.player.is_ok() && now.since(desk.taken) > STUCK {
            return Err("the player takes no samples".to_owned());
        }
        desk.player.clone()
    }

    /// Whether alarms can be heard (H-46); `None`: not known yet.
    pub(crate) fn works(&self, now: HostInstant) -> Option<bool> {
        (now.since(self.started) >= KNOWN).then(|| self.player(now).is_ok())
    }

    /// How long alarms are still paused.
    pub(crate) fn pause_left(&self, now: HostInstant) -> Option<Span> {
        lock(&self.desk).sounder.pause_left(now)
    }

    /// Pauses alarms for two minutes, or ends the pause; what came of it, in words.
    pub(crate) fn pause(&self, now: HostInstant) -> &'static str {
        let mut desk = lock(&self.desk);
        match desk.sounder.pause(now) {
            Ok(()) if desk.sounder.pause_left(now).is_some() => "alarm sound paused for 120 s",
            Ok(()) => "alarm sound on again",
            Err(NoPause::Silent) => "no alarm sounds: nothing to pause",
            Err(NoPause::Unacknowledged) => "acknowledge the high alarm first: c",
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let child = {
            let mut desk = lock(&self.desk);
            desk.closing = true;
            desk.child.take()
        };
        // A write to a player that hangs ends with the player; nobody waits for the thread.
        if let Some(mut child) = child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn play(desk: &Mutex<Desk>, now: fn() -> HostInstant) {
    loop {
        for (name, arguments) in PLAYERS {
            if lock(desk).closing {
                return;
            }
            play_with(desk, name, arguments, now);
        }
        let until = now().plus(RETRY);
        while now() < until {
            if lock(desk).closing {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Plays until the player fails or the session ends.
fn play_with(desk: &Mutex<Desk>, name: &str, arguments: &[&str], now: fn() -> HostInstant) {
    let started = Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = started else {
        let mut desk = lock(desk);
        // What became of one that is there is worth more than those that are not.
        if !desk.found {
            let names = PLAYERS.map(|(name, _)| name).join(", ");
            desk.player = Err(format!("no {names} here"));
        }
        return;
    };
    let Some(mut pipe) = child.stdin.take() else { return };
    // Where the pipe stays as long as it is, the tone ends later.
    let _ = fcntl_setpipe_size(&pipe, PIPE_BYTES);
    {
        let mut desk = lock(desk);
        (desk.child, desk.found) = (Some(child), true);
    }
    feed(desk, name, &mut pipe, now);
    let child = lock(desk).child.take();
    if let Some(mut child) = child {
        let _ = child.kill();
        let _ = child.wait();
    }
    let mut desk = lock(desk);
    if !desk.closing {
        desk.failed = true;
        desk.player = Err(format!("{name} ended: is there a sound device?"));
    }
}

/// Writes samples as fast as the player takes them.
fn feed(desk: &Mutex<Desk>, name: &str, pipe: &mut ChildStdin, now: fn() -> HostInstant) {
    let began = now();
    let mut at = began;
    let (mut tone, mut samples, mut bytes) = (0.0, [0_i16; CHUNK], Vec::with_capacity(2 * CHUNK));
    loop {
        let time = now();
        if time.since(at) > JUMP || at.since(time) > JUMP {
            at = time;
        }
        let sounding = {
            let mut desk = lock(desk);
            if desk.closing {
                return;
            }
            desk.taken = time;
            let settled = if desk.failed { PROVEN } else { SETTLED };
            if desk.player.is_err() && time.since(began) >= settled {
                desk.player = Ok(name.to_owned());
            }
            let heard = desk.heard.map(|(heard, said)| as_heard_now(heard, said, time));
            heard.map(|heard| desk.sounder.hear(time, &heard)).unwrap_or_default()
        };
        render(&sounding, at, &mut tone, &mut samples);
        at = at.plus(Span::from_millis(10));
        bytes.clear();
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        if pipe.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// A console that has fallen silent is an alarm of its own; what is measured nobody knows then, and
/// the safety monitor has ended RF (H-23).
fn as_heard_now(heard: Heard, said: HostInstant, now: HostInstant) -> Heard {
    if now.since(said) < CONSOLE_LOST {
        return heard;
    }
    let state = if heard.state == State::Idle { State::Tripped } else { heard.state };
    Heard { alarms: heard.alarms.with(AlarmId::Al19), acknowledged: false, state, rf_on: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// What was said of the player while one played that lives for 1.3 s.
    fn said(desk: &Arc<Mutex<Desk>>, player: &str) -> Vec<bool> {
        let of_thread = Arc::clone(desk);
        let player = player.to_owned();
        let thread = std::thread::spawn(move || {
            play_with(&of_thread, &player, &[], rfa_link::monotonic_now);
        });
        let mut said = Vec::new();
        while !thread.is_finished() {
            said.push(lock(desk).player.is_ok());
            std::thread::sleep(Duration::from_millis(5));
        }
        thread.join().expect("plays");
        said
    }

    /// H-46: a player that ends again and again is not said to work in between.
    #[test]
    fn a_player_that_has_failed_has_to_prove_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let player = folder.path().join("player");
        let script =
            "#!/bin/sh\nexec timeout 1.3 sh -c 'while head -c 960; do sleep 0.008; done'\n";
        std::fs::write(&player, script).expect("written");
        std::fs::set_permissions(&player, std::fs::Permissions::from_mode(0o755)).expect("set");
        let player = player.to_str().expect("UTF-8");
        let desk = Arc::new(Mutex::new(Desk::new(rfa_link::monotonic_now())));
        assert!(said(&desk, player).contains(&true), "the first settles after a second");
        assert!(lock(&desk).player.is_err(), "it has ended");
        assert!(!said(&desk, player).contains(&true), "the second is not believed");
    }
}
