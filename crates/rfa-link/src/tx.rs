//! The half that writes. Only the interlock's thread holds it.

use crate::LinkCounts;
use rfa_interlock::Outputs;
use rfa_units::GeneratorInstant;
use rfa_wire::{FRAME_MAX, Frame, HostEncoder, Standby};
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendResult {
    /// The port took all of it.
    Sent,
    /// The port took a part; the rest goes out before the next frame.
    Partly,
    /// The port would not take it: dropped and counted. The next tick makes a newer one, and the
    /// generator's dead-man stands behind (H-21).
    Dropped,
    /// The port has hung up.
    HungUp,
}

/// From a decision to a frame. No I/O: the same code runs on a port and on virtual time.
#[derive(Debug)]
pub struct Outbound {
    encoder: HostEncoder,
}

impl Outbound {
    /// Takes over an established encoder.
    #[must_use]
    pub const fn new(encoder: HostEncoder) -> Self {
        Self { encoder }
    }

    /// The one frame of a tick: a grant while there is one, else a standby. `seen`: newest
    /// generator time known.
    #[must_use]
    pub fn frame(&mut self, outputs: &Outputs, tick: u64, seen: GeneratorInstant) -> Frame {
        match &outputs.grant {
            Some(grant) => self.encoder.grant(grant, seen),
            None => self.encoder.standby(&Standby { k2: outputs.k2, tick }, seen),
        }
    }

    /// The end of the conversation.
    #[must_use]
    pub fn bye(&mut self, seen: GeneratorInstant) -> Frame {
        self.encoder.bye(seen)
    }
}

/// The writing half of a connection: cannot be cloned, never blocks, allocates nothing.
///
/// Dropping it writes nothing: a controller that ends without a word leaves the generator to its
/// dead-man.
#[derive(Debug)]
pub struct LinkTx<W: Write = File> {
    port: W,
    outbound: Outbound,
    counts: Arc<LinkCounts>,
    rest: Rest,
}

/// What the port has not taken yet of a frame that it took a part of.
#[derive(Debug)]
struct Rest {
    bytes: [u8; FRAME_MAX],
    from: usize,
    to: usize,
}

impl<W: Write> LinkTx<W> {
    /// Joins a non-blocking writer to an established encoder.
    pub(crate) fn new(port: W, outbound: Outbound, counts: Arc<LinkCounts>) -> Self {
        let rest = Rest { bytes: [0; FRAME_MAX], from: 0, to: 0 };
        Self { port, outbound, counts, rest }
    }

    /// Sends the one frame of a tick.
    pub fn send_outputs(
        &mut self,
        outputs: &Outputs,
        tick: u64,
        seen: GeneratorInstant,
    ) -> SendResult {
        let frame = self.outbound.frame(outputs, tick, seen);
        self.send(&frame)
    }

    /// Says goodbye. Output has to be off before.
    pub fn bye(&mut self, seen: GeneratorInstant) -> SendResult {
        let frame = self.outbound.bye(seen);
        self.send(&frame)
    }

    /// A frame cut in half would corrupt the next one too, so the rest of the last one goes first.
    fn send(&mut self, frame: &Frame) -> SendResult {
        let result = match self.finish_the_last() {
            Ok(true) => self.begin(frame.as_bytes()),
            Ok(false) => Ok(SendResult::Dropped),
            Err(error) => Err(error),
        };
        match result {
            Ok(SendResult::Dropped) => {
                LinkCounts::add(&self.counts.frames_not_sent, 1);
                SendResult::Dropped
            }
            Ok(result) => result,
            Err(_) => {
                // EIO, ENXIO, EPIPE, ENODEV: the other side is gone. Nothing on this descriptor
                // will work again, and no error here is worth retrying at 100 Hz.
                self.counts.hang_up();
                LinkCounts::add(&self.counts.frames_not_sent, 1);
                SendResult::HungUp
            }
        }
    }

    /// Whether nothing is left of the last frame.
    fn finish_the_last(&mut self) -> io::Result<bool> {
        let rest = self.rest.bytes.get(self.rest.from..self.rest.to).unwrap_or(&[]);
        if !rest.is_empty() {
            let taken = write_once(&mut self.port, rest)?;
            self.rest.from = self.rest.from.saturating_add(taken);
        }
        Ok(self.rest.from >= self.rest.to)
    }

    fn begin(&mut self, frame: &[u8]) -> io::Result<SendResult> {
        let taken = write_once(&mut self.port, frame)?;
        if taken == 0 {
            return Ok(SendResult::Dropped);
        }
        if taken >= frame.len() {
            return Ok(SendResult::Sent);
        }
        let left = frame.get(taken..).unwrap_or(&[]);
        for (slot, byte) in self.rest.bytes.iter_mut().zip(left) {
            *slot = *byte;
        }
        (self.rest.from, self.rest.to) = (0, left.len());
        Ok(SendResult::Partly)
    }
}

/// One write; "would block" is zero bytes. An interrupted call is tried once more.
fn write_once(port: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
    for _ in 0..2 {
        match port.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
            other => return other,
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
