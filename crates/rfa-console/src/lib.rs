//! The operator console: ratatui screens that read a snapshot and send an intent.
//!
//! [`App`] is a state machine without threads, clock or I/O: [`App::update`] takes one [`Input`]
//! with the time and gives [`Effect`]s, [`App::draw`] draws what is known. The STOP set is
//! resolved before anything else, at every size and in every dialog. [`terminal`] holds the
//! terminal's set-up, its restoring, and the panic hook.
//!
//! [`Replay`] is the same console over a recording: a fold over ticks, and keys for a player.
//!
//! Draw at 10 to 16 frames a second while an alarm shows (its bar flashes at 2 Hz), else on
//! change. Send [`Input::Resize`] once at the start: until a size is known no energy key lives.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod app;
mod checklist;
mod draw;
mod keys;
mod log;
mod replay;
pub mod terminal;
mod theme;
mod view;
mod words;

pub use app::{App, AppConfig, Effect, Input, Screen, Sound, WallClock};
pub use keys::{KeyRow, keys};
pub use replay::{Alignment, Replay, ReplayBeside, ReplayConfig, ReplayEffect, ReplayKept};
pub use theme::{Symbols, Theme};
pub use view::rf_measured;
