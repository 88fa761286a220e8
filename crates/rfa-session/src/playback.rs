//! Playing a recorded session: where the player stands, and what moves it.
//!
//! A [`Timeline`] is when each tick was and what happened; a [`Player`] is a place in it with a
//! speed and a range. Neither reads a file or a clock: time is an argument.

mod player;
mod timeline;

pub use player::{
    Command, Direction, Player, Range, SPEED_MAX_MILLI, SPEED_MIN_MILLI, SPEEDS_MILLI,
};
pub use timeline::{Mark, MarkKind, TICKS_MAX, Timeline, time_us};

#[cfg(test)]
mod tests;
