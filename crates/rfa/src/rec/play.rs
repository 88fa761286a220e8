//! `rfa rec play`: the console over a recording. What it is made of reaches no link, and this part
//! of the program names none either: it cannot open a device.

mod arguments;
mod shell;
mod work;

use crate::exit::{Exit, Stop};
use crate::look;
use crate::rec::follow::Follow;
pub(crate) use arguments::Play;
use rfa_console::{AppConfig, Replay, ReplayBeside, ReplayConfig};
use rfa_record::End;
use rfa_replay::{Deck, DeckKept, Reel, Scene, Tape, Told};
use rfa_session::playback::{Command, Player};
use shell::Left;
use std::path::Path;
use std::sync::Arc;
use work::Played;

/// Recordings in the same folder that are offered at most; more can be typed.
const NEIGHBOURS_MAX: usize = 1_000;

/// The snapshot of a tick, and the console that shows it.
pub(super) struct Shown {
    deck: Deck,
    console: Replay,
}

impl Scene for Shown {
    type Kept = (DeckKept, rfa_console::ReplayKept);

    fn take(&mut self, told: &Told) {
        self.deck.take(told);
        match told {
            Told::Tick(_) => self.console.tick(self.deck.snapshot()),
            Told::Intent(at, intent) => self.console.intent(*at, intent),
            Told::Damaged(words) => self.console.damaged(words),
            Told::Lesion(_) => {}
        }
    }

    fn keep(&self) -> Self::Kept {
        (self.deck.keep(), self.console.keep())
    }

    fn bytes((deck, console): &Self::Kept) -> usize {
        deck.bytes() + console.bytes()
    }

    fn back_to(&mut self, kept: Option<&Self::Kept>) {
        self.deck.back_to(kept.map(|kept| &kept.0));
        self.console.back_to(kept.map(|kept| &kept.1));
    }
}

pub(super) fn play(arguments: &Play) -> Result<Exit, Stop> {
    look::needs_a_terminal("`rfa rec cat` prints a recording without one")?;
    let failed = |e: &dyn std::fmt::Display| Stop::failure(e.to_string());
    let tape = Tape::open(&arguments.file).map_err(|e| failed(&e))?;
    let player = player(arguments, &tape)?;
    let beside = arguments.beside.as_ref().map(|path| {
        let beside = Played::new(&arguments.file, &tape).beside(path);
        beside.map_err(|e| Stop::failure(format!("--beside: {e}")))
    });
    let scene = shown(arguments, &tape, beside.transpose()?)?;
    let follow = Follow::new(&arguments.file, arguments.follow);
    let mut shell = shell::Shell::new(&arguments.file, Reel::new(tape, scene), player, follow);
    if shell.show()? == Left::BySignal {
        return Ok(Exit::Interrupted);
    }
    let Some(words) = shell.trouble() else { return Ok(Exit::Ok) };
    eprintln!("{words}");
    Ok(Exit::Loss)
}

/// The player as the arguments want it, playing.
fn player(arguments: &Play, tape: &Tape) -> Result<Player, Stop> {
    let timeline = tape.timeline();
    let Play { from, follow, speed_milli, range, repeat, .. } = arguments;
    let mut player = Player::new(timeline);
    let seconds = |us: u64| us as f64 / 1e6;
    let length_s = seconds(timeline.length_us());
    if let Some((from_us, to_us)) = range
        && !player.set_range(timeline, *from_us, to_us.unwrap_or(u64::MAX))
    {
        let to = to_us.map_or(String::new(), |us| seconds(us).to_string());
        return Err(Stop::usage(format!(
            "--range {}..{to}: no tick of the recording lies there; it goes from 0 to {length_s} s",
            seconds(*from_us)
        )));
    }
    if !player.set_speed(*speed_milli) {
        return Err(Stop::usage("--speed: 0.1 to 100 is wanted"));
    }
    if *repeat {
        player.command(Command::Loop, timeline);
    }
    player.set_growing(follow.follow && tape.may_grow(), timeline);
    if player.growing() && from.is_none() {
        player.command(Command::End, timeline);
    }
    let refused = from.and_then(|us| player.command(Command::Seek(us), timeline));
    if let (Some(why), Some(us)) = (refused, from) {
        let range = player.range();
        let [first, last] = [range.first, range.last].map(|place| seconds(timeline.time_us(place)));
        let at = seconds(*us);
        return Err(Stop::usage(format!("--from {at}: {why}; {first} to {last} s is played")));
    }
    // At the end there is nothing to be played.
    if player.place() < player.range().last || player.growing() {
        player.command(Command::Toggle, timeline);
    }
    Ok(player)
}

fn shown(arguments: &Play, tape: &Tape, beside: Option<ReplayBeside>) -> Result<Shown, Stop> {
    let (header, file) = (tape.header(), arguments.file.display().to_string());
    let plan = rfa_plan::parse_plan("plan.toml inside it", &header.plan_toml)
        .map_err(|e| Stop::failure(format!("{file}: {e}")))?;
    let app = AppConfig {
        plan,
        theme: look::theme(arguments.look),
        symbols: look::symbols(arguments.look),
        operators: Vec::new(),
        sign_in_hint: None,
        // Times in the log are the recording's own, as those of the player.
        wall_clock: None,
        mouse: false,
        code_seed: 0,
    };
    let bytes = std::fs::metadata(&arguments.file).map_or(0, |file| file.len());
    let deck = Deck::new(header, &file, bytes);
    let grows = arguments.follow.follow && tape.may_grow();
    let trouble = state(tape.damaged(), tape.end(), grows);
    let timeline = Arc::clone(tape.timeline());
    let first_at = tape.first_at();
    let config = ReplayConfig { app, file, trouble, timeline, first_at, beside };
    Ok(Shown { deck, console: Replay::new(config) })
}

/// What is to be said of a file all the time, in a word or two.
fn state(damaged: u64, end: &End, grows: bool) -> Option<String> {
    let damaged = (damaged > 0).then(|| format!("DAMAGED {damaged}"));
    let end = match end {
        End::Finished => None,
        End::Truncated { .. } if grows => Some("GROWING".to_owned()),
        End::Truncated { .. } => Some("UNFINISHED".to_owned()),
    };
    let words: Vec<String> = damaged.into_iter().chain(end).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Other recordings in the same folder, by name, as they are typed.
fn neighbours(file: &Path) -> Vec<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten();
    let recordings = entries.flatten().filter_map(|entry| {
        let path = folder.map_or_else(|| entry.file_name().into(), |_| entry.path());
        let is_one = path.extension().is_some_and(|ext| ext == "mcap") && path != file;
        // What is no file, a pipe say, may never end.
        (is_one && path.is_file()).then(|| path.to_str().map(str::to_owned)).flatten()
    });
    let mut names: Vec<String> = recordings.take(NEIGHBOURS_MAX).collect();
    names.sort();
    names
}
