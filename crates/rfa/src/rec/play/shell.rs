//! The terminal's events in, frames out; the player decides.

use super::work::{Answer, Played, THREAD, Work, Workers};
use super::{Shown, neighbours, state};
use crate::exit::{Exit, Stop};
use crate::look::{hung_up, terminal_failed};
use crate::rec::follow::{Follow, Growth};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::terminal;
use rfa_console::ReplayEffect;
use rfa_console::terminal::{TerminalGuard, draw_frame, install_panic_hook};
use rfa_record::End;
use rfa_replay::Reel;
use rfa_session::playback::{Command, Player};
use rfa_units::HostInstant;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io::stdout;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A frame at most this often: 16 a second, as the console over a treatment.
const FRAME: Duration = Duration::from_millis(62);

/// How long ticks are read before a frame is drawn and keys are looked at.
const WORK: Duration = Duration::from_millis(40);

/// Ticks read between two looks at the clock.
const SLICE: usize = 100;

/// How often the terminal is looked at for a hang-up, and how long the console has to end by
/// itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const LEAVE_LIMIT: Duration = Duration::from_secs(1);

/// How the console was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// By whoever looked, or their terminal is gone.
    Seen,
    /// By a signal.
    BySignal,
}

/// A recording on the terminal.
pub(super) struct Shell {
    file: PathBuf,
    reel: Reel<Shown>,
    player: Player,
    follow: Follow,
    workers: Workers,
    work: Option<Work>,
    began: Instant,
}

/// Ends the program where its terminal is gone: the library that reads keys may not come back from
/// one that has hung up (it reads nothing, without end). Nobody looks, and nothing is written.
fn leave_with_the_terminal() {
    while !hung_up() {
        std::thread::sleep(LOOK_EVERY);
    }
    std::thread::sleep(LEAVE_LIMIT);
    std::process::exit(i32::from(Exit::Failure.code()));
}

impl Shell {
    pub(super) fn new(file: &Path, mut reel: Reel<Shown>, player: Player, follow: Follow) -> Self {
        reel.set_growing(player.growing());
        let (file, began) = (file.to_owned(), Instant::now());
        let (workers, work) = (Workers::default(), None);
        Self { file, reel, player, follow, workers, work, began }
    }

    /// Shows the recording until whoever looks has seen enough.
    pub(super) fn show(&mut self) -> Result<Left, Stop> {
        let ended = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&ended))
                .map_err(|e| Stop::failure(format!("signals: {e}")))?;
        }
        install_panic_hook(&[THREAD], || {});
        std::thread::Builder::new()
            .name("rfa-terminal".to_owned())
            .spawn(leave_with_the_terminal)
            .map_err(|e| Stop::failure(format!("a thread: {e}")))?;
        let guard = TerminalGuard::enter(false).map_err(terminal_failed)?;
        let shown = self.until_the_end(&ended);
        drop(guard);
        shown?;
        Ok(if ended.load(Ordering::Relaxed) { Left::BySignal } else { Left::Seen })
    }

    /// What of the recording cannot be shown, for when the terminal is free again. That a file
    /// still grows that is followed is no trouble.
    pub(super) fn trouble(&self) -> Option<String> {
        let tape = self.reel.tape();
        let mut words = Vec::new();
        let unlisted = tape.damaged().saturating_sub(tape.damage().len() as u64);
        words.extend(tape.damage().iter().map(|d| format!("damaged at byte {}: {}", d.at, d.why)));
        words.extend((unlisted > 0).then(|| format!("{unlisted} damaged places more")));
        match tape.end() {
            End::Truncated { at, why } if !self.player.growing() => {
                words.push(format!("not finished: ends at byte {at}, {why}"));
            }
            _ => {}
        }
        (!words.is_empty()).then(|| format!("{}: {}", self.file.display(), words.join("; ")))
    }

    fn until_the_end(&mut self, ended: &AtomicBool) -> Result<(), Stop> {
        let failed = terminal_failed;
        let mut screen = Terminal::new(CrosstermBackend::new(stdout())).map_err(failed)?;
        let (columns, rows) = terminal::size().map_err(failed)?;
        self.reel.scene_mut().console.resize(columns, rows);
        while !ended.load(Ordering::Relaxed) && !hung_up() {
            let frame_began = Instant::now();
            self.grow()?;
            self.finish_work();
            let there = self.play(frame_began)?;
            let wall = self.wall();
            let console = &mut self.reel.scene_mut().console;
            draw_frame(&mut screen, |frame| console.draw(frame, wall)).map_err(failed)?;
            // While ticks are still to be read a key is looked for and not waited for.
            let frame = if there { FRAME } else { Duration::ZERO };
            loop {
                let left = frame.saturating_sub(frame_began.elapsed());
                if !event::poll(left).map_err(failed)? {
                    break;
                }
                if self.take(event::read().map_err(failed)?) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What has been written to the file since is there to be played.
    fn grow(&mut self) -> Result<(), Stop> {
        if !self.player.growing() {
            return Ok(());
        }
        let growth = self.follow.due();
        let last = self.reel.timeline().last();
        let ended = match growth {
            Growth::Still => return Ok(()),
            Growth::Grown => {
                self.reel.grow().map_err(|e| Stop::failure(e.to_string()))?;
                let tape = self.reel.tape();
                (!tape.may_grow()).then(|| match tape.end() {
                    End::Finished => "the recording is finished".to_owned(),
                    End::Truncated { at, why } => format!("it is broken at byte {at}: {why}"),
                })
            }
            Growth::Over => Some(self.follow.over()),
        };
        let (wall, growing) = (self.wall(), ended.is_none());
        let timeline = Arc::clone(self.reel.tape().timeline());
        let tape = self.reel.tape();
        let words = state(tape.damaged(), tape.end(), growing && tape.may_grow());
        self.player.grown(last, &timeline);
        self.player.set_growing(growing, &timeline);
        self.reel.set_growing(growing);
        let console = &mut self.reel.scene_mut().console;
        console.grown(timeline, words, wall);
        if let Some(ended) = ended {
            console.say(ended, wall);
        }
        Ok(())
    }

    /// Plays on, and brings what is shown to where the player is; whether it is there.
    fn play(&mut self, frame_began: Instant) -> Result<bool, Stop> {
        let wall = self.wall();
        if self.reel.place() == Some(self.player.place()) {
            self.player.advance(wall, self.reel.timeline());
        } else {
            self.player.hold(wall);
        }
        let place = self.player.place();
        let mut there = false;
        while !there && frame_began.elapsed() < WORK {
            let towards = self.reel.towards(place, SLICE);
            there = towards.map_err(|e| Stop::failure(e.to_string()))?;
        }
        let percent = || {
            let now = self.reel.place().unwrap_or(0);
            u8::try_from(now.saturating_mul(100) / place.max(1)).unwrap_or(100)
        };
        let seeking = (!there).then(percent);
        let shown = self.reel.scene_mut();
        shown.console.stands(&self.player, seeking);
        if shown.console.shows_times() {
            let times = shown.deck.latency();
            shown.console.times(times);
        }
        Ok(there)
    }

    /// Whether the console is to end.
    fn take(&mut self, event: Event) -> bool {
        let wall = self.wall();
        let console = &mut self.reel.scene_mut().console;
        let effect = match event {
            Event::Key(key) => console.key(&key, wall),
            Event::Resize(columns, rows) => {
                console.resize(columns, rows);
                None
            }
            Event::Paste(text) => {
                console.paste(&text, wall);
                None
            }
            Event::Mouse(_) | Event::FocusGained | Event::FocusLost => None,
        };
        match effect {
            None => {}
            Some(ReplayEffect::Quit) => return true,
            Some(ReplayEffect::Play(command)) => self.command(command, wall),
            Some(ReplayEffect::Neighbours) => console.ask_beside(neighbours(&self.file)),
            Some(ReplayEffect::Beside(None)) => {
                (self.work, _) = (None, console.stand_beside(None));
                console.set_work(None);
            }
            Some(ReplayEffect::Beside(Some(file))) => {
                let played = self.played();
                let read = move || played.beside(Path::new(&file)).map(Answer::Beside);
                self.start("READING", read);
            }
            Some(ReplayEffect::WhatIf(settings)) => {
                let played = self.played();
                self.start("WHAT-IF RUNS", move || played.what_if(&settings));
            }
        }
        false
    }

    fn played(&self) -> Played {
        Played::new(&self.file, self.reel.tape())
    }

    /// Begins what takes longer than a frame, in the place of what was begun before.
    fn start(
        &mut self,
        words: &'static str,
        work: impl FnOnce() -> Result<Answer, String> + Send + 'static,
    ) {
        let wall = self.wall();
        let console = &mut self.reel.scene_mut().console;
        self.work = match self.workers.start(work) {
            Ok(work) => Some(work),
            Err(why) => {
                console.say(why, wall);
                None
            }
        };
        console.set_work(self.work.as_ref().map(|_| words));
    }

    /// Shows what has come of it.
    fn finish_work(&mut self) {
        let Some(answer) = self.work.as_ref().and_then(Work::answer) else { return };
        let wall = self.wall();
        self.work = None;
        let console = &mut self.reel.scene_mut().console;
        console.set_work(None);
        match answer {
            Ok(Answer::Beside(beside)) => console.stand_beside(Some(beside)),
            Ok(Answer::WhatIf { lines, beside }) => {
                console.stand_beside(Some(beside));
                console.answer(lines, wall);
            }
            Err(why) => {
                // Nobody typed it here.
                let why = why.strip_prefix("--set ").map_or(why.clone(), str::to_owned);
                console.tell("NOT DONE", vec![why]);
            }
        }
    }

    fn command(&mut self, command: Command, wall: HostInstant) {
        let words = self.player.command(command, self.reel.timeline());
        let event = matches!(command, Command::Event(_) | Command::Tick(_));
        // The event that it stands at now.
        let place = self.player.place();
        let marks = self.reel.timeline().marks().iter();
        let said = match words {
            Some(words) => Some(words.to_owned()),
            None if event => {
                let here = marks.filter(|mark| mark.place == place);
                let texts: Vec<&str> = here.map(|mark| mark.text.as_str()).collect();
                Some(texts.join("; "))
            }
            None => None,
        };
        if let Some(said) = said {
            self.reel.scene_mut().console.say(said, wall);
        }
    }

    /// The moment of whoever looks.
    fn wall(&self) -> HostInstant {
        let us = self.began.elapsed().as_micros();
        HostInstant::from_micros(u64::try_from(us).unwrap_or(u64::MAX))
    }
}
