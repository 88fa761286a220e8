//! From received bytes to the rings. No I/O: the same code runs on a port and on virtual time.

use crate::LinkCounts;
use rfa_units::{HostInstant, Telemetry};
use rfa_wire::{GeneratorMessage, HostDecoder};
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Frames a telemetry ring holds: 160 ms at 100 Hz. Each reader takes all of them every 10 ms, so
/// more would only keep what is too old to act on.
pub const TELEMETRY_RING_FRAMES: usize = 16;

/// A telemetry frame and when its last byte was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// What the generator reported.
    pub telemetry: Telemetry,
    /// When it arrived, on the controller's clock.
    pub at: HostInstant,
}

/// A ring from the link to one reader.
#[must_use]
fn telemetry_ring() -> (Producer<Arrival>, Consumer<Arrival>) {
    RingBuffer::new(TELEMETRY_RING_FRAMES)
}

/// Decodes, counts, and hands on.
#[derive(Debug)]
pub struct Inbound {
    decoder: HostDecoder,
    counts: Arc<LinkCounts>,
    /// The decoder's count of missing frames up to here.
    missing: u32,
    to_interlock: Producer<Arrival>,
    to_control: Producer<Arrival>,
}

/// The readers' ends of an [`Inbound`].
#[derive(Debug)]
pub struct Ends {
    /// Telemetry for the interlock.
    pub to_interlock: Consumer<Arrival>,
    /// Telemetry for the control loop.
    pub to_control: Consumer<Arrival>,
    /// What the link saw.
    pub counts: Arc<LinkCounts>,
}

impl Inbound {
    /// Joins the decoder of an established session to two new rings.
    #[must_use]
    pub fn new(decoder: HostDecoder) -> (Self, Ends) {
        let counts = Arc::new(LinkCounts::default());
        let (to_interlock, interlock_end) = telemetry_ring();
        let (to_control, control_end) = telemetry_ring();
        let missing = decoder.missing();
        let ends = Ends {
            to_interlock: interlock_end,
            to_control: control_end,
            counts: Arc::clone(&counts),
        };
        (Self { decoder, counts, missing, to_interlock, to_control }, ends)
    }

    /// Takes bytes of before the session: the decoder follows, nothing is handed on or counted.
    pub fn skip(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let _ = self.decoder.push(byte);
        }
        self.missing = self.decoder.missing();
    }

    /// Takes bytes that arrived at `at`.
    pub fn take(&mut self, bytes: &[u8], at: HostInstant) {
        for &byte in bytes {
            match self.decoder.push(byte) {
                None => {}
                Some(Ok(message)) => {
                    self.count_missing();
                    self.hand_on(&message, at);
                }
                Some(Err(error)) if error.is_corrupt() => LinkCounts::add(&self.counts.corrupt, 1),
                Some(Err(_)) => LinkCounts::add(&self.counts.refused, 1),
            }
        }
    }

    fn count_missing(&mut self) {
        let missing = self.decoder.missing();
        LinkCounts::add(&self.counts.missing, missing.saturating_sub(self.missing));
        self.missing = missing;
    }

    fn hand_on(&mut self, message: &GeneratorMessage, at: HostInstant) {
        match message {
            GeneratorMessage::Telemetry(telemetry) => {
                let arrival = Arrival { telemetry: *telemetry, at };
                if self.to_interlock.push(arrival).is_err() {
                    LinkCounts::add(&self.counts.interlock_ring_full, 1);
                    // The rules must know that a frame is missing, whoever lost it.
                    LinkCounts::add(&self.counts.missing, 1);
                }
                if self.to_control.push(arrival).is_err() {
                    LinkCounts::add(&self.counts.control_ring_full, 1);
                }
            }
            GeneratorMessage::Bye => self.counts.said_bye.store(true, Ordering::Release),
            // Grants refused are counted in the telemetry itself; the rest answers requests that
            // are not made once the session runs.
            GeneratorMessage::Refused(_)
            | GeneratorMessage::Identity(_)
            | GeneratorMessage::LimitsSet(_)
            | GeneratorMessage::SelfTestResult(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
