//! The bar of a recording that is played, in the place of the STOP bar; and its hint line.

use super::pen::Pen;
use crate::app::{App, Screen};
use crate::keys::{self, Act, Binding, Scope};
use crate::replay::{Entry, Stand};
use crate::theme::Role;
use crate::words;
use ratatui::layout::Rect;
use rfa_session::playback::MarkKind;
use rfa_units::{HostInstant, Span};

/// A time as `m:ss.hh`: a tick is a hundredth of a second.
fn clock(us: u64) -> String {
    let hundredths = us / 10_000;
    format!("{}:{:02}.{:02}", hundredths / 6_000, hundredths / 100 % 60, hundredths % 100)
}

/// Whole seconds, for where hundredths would only take room.
fn short_clock(us: u64) -> String {
    words::clock(Span::from_micros(us))
}

/// A speed as `1 x`, `0.1 x`.
fn speed(milli: u32) -> String {
    let text = format!("{:.3}", f64::from(milli) / 1e3);
    format!("{} x", text.trim_end_matches('0').trim_end_matches('.'))
}

/// REPLAY, what the player does, its time and speed; then what else there is to say, as it fits.
fn status(app: &App, stand: &Stand, now: HostInstant, width: usize) -> String {
    let Stand { player, timeline, .. } = stand;
    let doing = match stand.seeking {
        Some(percent) => format!("SEEKING {percent} %"),
        None if player.follows() => following(stand),
        None if player.playing() => "PLAYING".to_string(),
        None => "PAUSED".to_string(),
    };
    let at = format!("{} of {}", clock(player.at_us()), clock(timeline.length_us()));
    let mut parts = vec![" REPLAY".to_string(), doing, at, speed(player.speed_milli())];
    parts.extend(player.loops().then(|| "LOOP".to_string()));
    let range = player.range();
    if range.first > 0 || range.last < timeline.last() {
        let ends = [range.first, range.last].map(|place| short_clock(timeline.time_us(place)));
        parts.push(format!("[{} to {}]", ends[0], ends[1]));
    }
    parts.extend(stand.work.map(str::to_owned));
    parts.extend(stand.trouble.clone());
    parts.extend(beside(stand, now));
    let tick = app.view.outputs().and(app.view.snapshot()).and_then(|s| s.latest.as_ref());
    parts.extend(tick.map(|tick| format!("tick {}", tick.interlock.inputs.tick)));
    parts.push(stand.file.clone());
    let mut text = String::new();
    for part in parts {
        let gap = if text.is_empty() { "" } else { "  " };
        if text.is_empty() || text.chars().count() + 2 + part.chars().count() <= width {
            text.push_str(gap);
            text.push_str(&part);
        }
    }
    text
}

/// The second recording: its own time and its temperature.
fn beside(stand: &Stand, now: HostInstant) -> Option<String> {
    let beside = stand.beside.as_ref()?;
    let word = beside.kind.word();
    let trouble = beside.trouble.as_ref().map_or(String::new(), |words| format!(" {words}"));
    let us = match beside.at_us(stand.player.at_us()) {
        Ok(us) => us,
        Err(why) => return Some(format!("{word}: {why}{trouble}")),
    };
    let tip = beside.tip(now).map_or("--.-".to_string(), |tip| format!("{:.1}", tip.as_f64()));
    Some(format!("{word} {} {tip} C{trouble}", short_clock(us)))
}

/// That it goes with a recording that is being written, and for how long nothing came.
fn following(stand: &Stand) -> String {
    stand
        .silent_s()
        .map_or("FOLLOWING".to_string(), |s| format!("FOLLOWING, nothing new for {s} s"))
}

/// The bar in `area`: one row tells where it is; of three the first pictures it and the last says
/// which file it is.
pub(super) fn bar(pen: &mut Pen, area: Rect, stand: &Stand) {
    pen.fill(area, ' ', Role::Replay);
    let width = usize::from(area.width);
    let text = status(pen.app, stand, pen.now, width.saturating_sub(1));
    if area.height < 3 {
        pen.line(area, area.height / 2, &text, Role::Replay);
        return;
    }
    pen.line(area, 0, &track(stand, width), Role::Replay);
    pen.line(area, 1, &text, Role::Replay);
    let about = stand.beside.as_ref().map_or(String::new(), |beside| {
        format!("   beside (dashes) {}, aligned on {}", beside.name, beside.kind.on())
    });
    pen.line(area, 2, &format!(" {}{about}", stand.file), Role::Replay);
}

/// The recording from end to end: what happened, the range, and where the player is.
fn track(stand: &Stand, width: usize) -> String {
    let Stand { player, timeline, .. } = stand;
    let cells = width.saturating_sub(2);
    if cells == 0 {
        return String::new();
    }
    let length = timeline.length_us().max(1);
    let cell = |place: usize| {
        let us = u128::from(timeline.time_us(place));
        let cell = us * (cells as u128 - 1) / u128::from(length);
        usize::try_from(cell).unwrap_or(0).min(cells - 1)
    };
    let range = player.range();
    let (first, last) = (cell(range.first), cell(range.last));
    let ground = |n: usize| if (first..=last).contains(&n) { '-' } else { ' ' };
    let mut track: Vec<char> = (0..cells).map(ground).collect();
    for mark in timeline.marks() {
        let letter = match mark.kind {
            MarkKind::Armed => 'a',
            MarkKind::RfOn => '(',
            MarkKind::RfOff => ')',
            MarkKind::Step => '|',
            MarkKind::Trip => 'T',
            MarkKind::Alarm => '!',
            MarkKind::Damage => 'X',
        };
        let slot = &mut track[cell(mark.place.min(timeline.last()))];
        // What went wrong is not hidden by what did not.
        if !matches!(*slot, 'T' | 'X') || matches!(letter, 'T' | 'X') {
            *slot = letter;
        }
    }
    track[cell(player.place())] = '#';
    format!(" {}", track.into_iter().collect::<String>())
}

/// What is typed, or the message while it is fresh, or the keys.
pub(super) fn hint(pen: &mut Pen, area: Rect, stand: &Stand) {
    if let Some(entry) = &stand.entry {
        let text = typed(entry, usize::from(area.width));
        pen.bar(area, 0, &text, Role::Message);
        return;
    }
    if let Some(message) = pen.app.message(pen.now) {
        let message = format!(" > {message}");
        pen.bar(area, 0, &message, Role::Message);
        return;
    }
    let scopes = [Scope::Replay, Scope::Screens, Scope::On(pen.app.screen)];
    let rank = |binding: &&Binding| match (binding.scope, binding.act) {
        (_, Act::PlayPause) => 0,
        (_, Act::Help | Act::Quit) => 1,
        (Scope::Replay, Act::GoTo | Act::Start | Act::Loop | Act::RangeBegins) => 3,
        (Scope::Replay, Act::SearchLog | Act::SecondRecording | Act::WhatIf) => 4,
        (Scope::Replay, _) => 2,
        _ => 5,
    };
    let shown = |binding: &&Binding| !binding.hint.is_empty() && in_replay(binding);
    let mut bindings: Vec<_> = keys::rows(&scopes).filter(shown).collect();
    bindings.sort_by_key(rank);
    let mut text = String::new();
    for binding in bindings {
        if text.len() + 2 + binding.hint.len() <= usize::from(area.width) {
            text.push_str("  ");
            text.push_str(binding.hint);
        }
    }
    pen.bar(area, 0, text.get(1..).unwrap_or(""), Role::Dim);
}

/// What is asked and what is typed so far; of a long text the end.
fn typed(entry: &Entry, width: usize) -> String {
    const ROOM_MIN: usize = 24;
    let long = entry.ask.prompt();
    let wide = width > long.len() + ROOM_MIN + 3;
    let prompt = if wide { long } else { entry.ask.short_prompt() };
    let room = width.saturating_sub(prompt.len() + 4);
    format!(" > {prompt}{}_", entry.end(room))
}

/// Whether a key of the table means over a recording what its row says.
fn in_replay(binding: &Binding) -> bool {
    let taken = |key: &keys::Key| {
        keys::rows(&[Scope::Replay]).flat_map(|row| row.keys).any(|other| other == key)
    };
    match binding.scope {
        Scope::Replay => true,
        // No row of a recording is confirmed.
        Scope::On(Screen::Setup) => false,
        _ => binding.act.only_looks() && !binding.keys.iter().all(taken),
    }
}

/// The keys over a recording, for the help.
pub(super) fn help_lines(app: &App) -> Vec<(String, Role)> {
    let scopes = [Scope::Replay, Scope::On(app.screen), Scope::Screens];
    let rows = scopes.iter().flat_map(|scope| keys::rows(std::slice::from_ref(scope)));
    let line = |b: &Binding| (format!("{:<17} {}", b.label, b.does), Role::Base);
    let head = [
        ("A recording: no key acts on a generator.".to_string(), Role::Value),
        ("In the bar of large screens: a armed  ( RF on  ) RF off  | step".to_string(), Role::Base),
        ("  T trip  ! alarm  X damage  # what is shown  - the range".to_string(), Role::Base),
    ];
    head.into_iter().chain(rows.filter(|b| in_replay(b)).map(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_speeds_are_short() {
        assert_eq!(clock(83_456_789), "1:23.45");
        assert_eq!(clock(0), "0:00.00");
        assert_eq!([100, 1_000, 2_500, 100_000].map(speed), ["0.1 x", "1 x", "2.5 x", "100 x"]);
    }
}
