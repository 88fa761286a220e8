//! Frames seen from beside the line, for instruments that measure it.

use crate::MessageKind;
use crate::frame::{Framer, Opened};
use rfa_units::GeneratorInstant;

/// A frame that went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// What it is.
    pub kind: MessageKind,
    /// Its stamp: the generator's time in its own frames, the newest generator time that the host
    /// has seen in the host's.
    pub at: GeneratorInstant,
}

/// Follows one direction of a line. Holds no key: only the CRC is checked, so nothing may be
/// decided from what it says.
#[derive(Debug)]
pub struct FrameWatch {
    framer: Framer,
}

impl FrameWatch {
    /// Before the first byte.
    #[must_use]
    pub fn new() -> Self {
        Self { framer: Framer::new() }
    }

    /// Takes one byte; the frame that it ends, where its CRC holds and its type is known.
    pub fn push(&mut self, byte: u8) -> Option<Passing> {
        self.framer.push(byte)?.ok()?;
        let opened = Opened::new(self.framer.payload()).ok()?;
        let kind = MessageKind::ALL.into_iter().find(|kind| kind.number() == opened.kind)?;
        Some(Passing { kind, at: GeneratorInstant::from_micros(opened.header.time_us) })
    }
}

impl Default for FrameWatch {
    fn default() -> Self {
        Self::new()
    }
}
