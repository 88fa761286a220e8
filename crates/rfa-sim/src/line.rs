//! The serial line: bytes at the stated baud rate, and what can go wrong with them.

use crate::fault::{ActiveFaults, Fault};
use crate::random::Random;
use rfa_wire::{FRAME_MAX, Frame};
use std::collections::VecDeque;

/// Bits of a byte on the line: start, eight data, stop.
const BITS_PER_BYTE: u64 = 10;
/// Received bytes waiting at most; a real receiver's buffer is no larger.
const INBOUND_MAX: usize = 4_096;
/// Frames waiting to be sent at most: 0.6 s of telemetry.
const OUTBOUND_FRAMES_MAX: usize = 64;
/// Sent bytes that nobody has taken yet, at most.
const SENT_MAX: usize = 16_384;
/// Length of the drop-outs of the link twins, s. A grant lives 60 ms from the newest telemetry
/// that the host has seen, which is up to 22 ms old (period, line, tick); after the gap the next
/// telemetry and the grant that answers it take up to 22 ms more: 60 - 44 leaves one frame.
const DROP_OUT_S: f64 = 0.020;
/// Which frames a fault of single frames takes, and how often a repeated one is sent: small, full
/// and large.
const CORRUPT_EVERY: [u64; 3] = [8, 2, 1];
const REPEAT_EVERY: [u64; 3] = [8, 1, 1];
const REPEATS: [u32; 3] = [1, 1, 3];
const REPEATS_TWIN: u32 = 1;
pub(crate) const EACH: [u64; 3] = [1, 1, 1];
/// Delay of telemetry, µs: beyond the 60 ms of H-22; the twin's inside one grant's life.
const DELAY_US: [u64; 3] = [100_000, 200_000, 1_000_000];
const DELAY_TWIN_US: u64 = 12_000;
/// The twins of bad frames hit one in this time: two in a second, where three trip (H-24).
const TWIN_EVERY_US: u64 = 600_000;
/// One frame of so many is lost. The twin's are ten in a second at most, where eleven trip (H-22).
const LOST: u64 = 2;
const LOST_TWIN: u64 = 11;
/// Inbound bytes between two flipped bits: about every second frame.
const FLIP_EVERY_BYTES: u32 = 150;

/// Hands out whole bytes at the line's rate.
#[derive(Debug, Clone)]
struct Pace {
    baud: u64,
    /// Unused line time, in bits x 1000.
    credit: u64,
}

impl Pace {
    /// Bytes that may pass in this millisecond. Line time not used is lost, as on a real line.
    fn bytes(&mut self, waiting: usize) -> usize {
        const COST: u64 = BITS_PER_BYTE * 1_000;
        if waiting == 0 {
            self.credit = 0;
            return 0;
        }
        self.credit = self.credit.saturating_add(self.baud);
        let whole = usize::try_from(self.credit / COST).unwrap_or(usize::MAX).min(waiting);
        self.credit = self.credit.saturating_sub((whole as u64).saturating_mul(COST));
        whole
    }
}

/// A frame on its way out.
#[derive(Debug, Clone)]
struct Outgoing {
    release_us: u64,
    bytes: Vec<u8>,
}

/// Both directions of the line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    inbound: VecDeque<u8>,
    inbound_pace: Pace,
    inbound_due: usize,
    until_flip: u32,
    /// The host frame being heard, delimiters included: what an echo brings back.
    heard: Vec<u8>,
    /// A frame that the next one overtakes.
    overtaken: Option<Vec<u8>>,
    outbound: VecDeque<Outgoing>,
    sending: VecDeque<u8>,
    outbound_pace: Pace,
    sent: VecDeque<u8>,
    frames: u64,
    twin_hit_us: Option<u64>,
    dropped: u64,
    random: Random,
}

impl Line {
    pub(crate) fn new(baud: u32, seed: u64) -> Self {
        let pace = Pace { baud: u64::from(baud), credit: 0 };
        Self {
            inbound: VecDeque::with_capacity(INBOUND_MAX),
            inbound_pace: pace.clone(),
            inbound_due: 0,
            until_flip: FLIP_EVERY_BYTES,
            heard: Vec::with_capacity(FRAME_MAX),
            overtaken: None,
            outbound: VecDeque::with_capacity(OUTBOUND_FRAMES_MAX),
            sending: VecDeque::new(),
            outbound_pace: pace,
            sent: VecDeque::with_capacity(SENT_MAX),
            frames: 0,
            twin_hit_us: None,
            dropped: 0,
            random: Random::new(seed, 4),
        }
    }

    /// Bytes lost to full buffers, both ways.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes that can be taken in without loss.
    pub(crate) fn inbound_room(&self) -> usize {
        INBOUND_MAX.saturating_sub(self.inbound.len())
    }

    /// The host puts bytes on the line.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        let (taken, lost) = bytes.split_at(bytes.len().min(self.inbound_room()));
        self.inbound.extend(taken);
        self.dropped = self.dropped.saturating_add(lost.len() as u64);
    }

    /// Begins a millisecond of listening.
    pub(crate) fn begin_inbound(&mut self) {
        self.inbound_due = self.inbound_pace.bytes(self.inbound.len());
    }

    /// The next byte that has arrived in this millisecond.
    pub(crate) fn next_inbound(&mut self, faults: &ActiveFaults, now_us: u64) -> Option<u8> {
        while self.inbound_due > 0 {
            self.inbound_due = self.inbound_due.saturating_sub(1);
            let byte = self.inbound.pop_front()?;
            if !is_out(faults, Fault::LinkCut, now_us) {
                self.echo(byte, faults, now_us);
                return Some(self.disturb_inbound(byte, faults));
            }
        }
        None
    }

    fn disturb_inbound(&mut self, byte: u8, faults: &ActiveFaults) -> u8 {
        if !faults.is_real(Fault::FrameCorruption) {
            return byte;
        }
        self.until_flip = self.until_flip.saturating_sub(1);
        if self.until_flip > 0 {
            return byte;
        }
        self.until_flip = FLIP_EVERY_BYTES;
        byte ^ 0x10
    }

    /// Brings whole host frames back to where they came from, where the line does that.
    fn echo(&mut self, byte: u8, faults: &ActiveFaults, now_us: u64) {
        if byte != 0 || self.heard.is_empty() {
            if self.heard.len() < FRAME_MAX {
                self.heard.push(byte);
            }
            return;
        }
        // Two delimiters running end one frame and begin the next.
        if self.heard.len() > 1 {
            self.heard.push(byte);
            if self.is_hit(Fault::FrameAddressing, EACH, faults, now_us) {
                self.queue(self.heard.clone(), faults, now_us);
            }
        }
        self.heard.clear();
        self.heard.push(byte);
    }

    /// Puts a frame of the generator's on the line, with what goes wrong there.
    pub(crate) fn send(&mut self, frame: &Frame, faults: &ActiveFaults, now_us: u64) {
        self.frames = self.frames.saturating_add(1);
        let loss = faults.get(Fault::FrameLoss);
        let lost_of = loss.map_or(u64::MAX, |severity| severity.of([LOST; 3], LOST_TWIN));
        if self.frames.is_multiple_of(lost_of) {
            return;
        }
        let mut bytes = frame.as_bytes().to_vec();
        if self.is_hit(Fault::FrameCorruption, CORRUPT_EVERY, faults, now_us) {
            self.flip_bit(&mut bytes);
        }
        if self.is_hit(Fault::FrameRepeat, REPEAT_EVERY, faults, now_us) {
            let severity = faults.get(Fault::FrameRepeat);
            for _ in 0..severity.map_or(0, |severity| severity.of(REPEATS, REPEATS_TWIN)) {
                self.queue(bytes.clone(), faults, now_us);
            }
        }
        let overtaken = self.overtaken.take();
        if overtaken.is_none() && self.is_hit(Fault::FrameOrder, EACH, faults, now_us) {
            self.overtaken = Some(bytes);
            return;
        }
        self.queue(bytes, faults, now_us);
        if let Some(bytes) = overtaken {
            self.queue(bytes, faults, now_us);
        }
    }

    /// Puts a frame in the queue as it is, whoever sent it; a full queue loses it.
    pub(crate) fn queue(&mut self, bytes: Vec<u8>, faults: &ActiveFaults, now_us: u64) {
        let delay = faults.get(Fault::FrameDelay);
        let delay_us = delay.map_or(0, |severity| severity.of(DELAY_US, DELAY_TWIN_US));
        // A frame never overtakes the one before it here.
        let earliest_us = self.outbound.back().map_or(0, |last| last.release_us);
        let release_us = now_us.saturating_add(delay_us).max(earliest_us);
        if self.outbound.len() < OUTBOUND_FRAMES_MAX {
            self.outbound.push_back(Outgoing { release_us, bytes });
        } else {
            self.dropped = self.dropped.saturating_add(bytes.len() as u64);
        }
    }

    /// Whether a fault of single frames takes this one: each so many, by its size; as a twin one
    /// in [`TWIN_EVERY_US`].
    pub(crate) fn is_hit(
        &mut self,
        fault: Fault,
        every: [u64; 3],
        faults: &ActiveFaults,
        now_us: u64,
    ) -> bool {
        match faults.get(fault) {
            None => false,
            Some(severity) if !severity.is_twin() => {
                self.frames.is_multiple_of(severity.of(every, 1))
            }
            Some(_) => {
                let due = self
                    .twin_hit_us
                    .is_none_or(|last| now_us.saturating_sub(last) >= TWIN_EVERY_US);
                if due {
                    self.twin_hit_us = Some(now_us);
                }
                due
            }
        }
    }

    /// Flips one bit between the delimiters, never to a delimiter: exactly one frame is spoilt.
    fn flip_bit(&mut self, bytes: &mut [u8]) {
        let inner = bytes.len().saturating_sub(2).max(1) as u64;
        let at = usize::try_from(self.random.bits().checked_rem(inner).unwrap_or(0))
            .map_or(1, |place| place.saturating_add(1));
        if let Some(byte) = bytes.get_mut(at) {
            let bit = if *byte == 0x04 { 0x08 } else { 0x04 };
            *byte ^= bit;
        }
    }

    /// One millisecond of sending.
    pub(crate) fn advance_outbound(&mut self, faults: &ActiveFaults, now_us: u64) {
        while self.outbound.front().is_some_and(|frame| frame.release_us <= now_us) {
            if let Some(frame) = self.outbound.pop_front() {
                self.sending.extend(frame.bytes);
            }
        }
        let silent =
            is_out(faults, Fault::LinkCut, now_us) || is_out(faults, Fault::LinkSilent, now_us);
        // No more than there is to send.
        let passing = self.sending.drain(..self.outbound_pace.bytes(self.sending.len()));
        if silent {
            return;
        }
        let room = SENT_MAX.saturating_sub(self.sent.len());
        let lost = passing.len().saturating_sub(room);
        self.sent.extend(passing.take(room));
        self.dropped = self.dropped.saturating_add(lost as u64);
    }

    /// Takes bytes that have left the generator; returns how many.
    pub(crate) fn transmit(&mut self, out: &mut [u8]) -> usize {
        let count = out.len().min(self.sent.len());
        for (place, byte) in out.iter_mut().zip(self.sent.drain(..count)) {
            *place = byte;
        }
        count
    }
}

/// Whether a link fault holds now; the twin drops out once, for [`DROP_OUT_S`].
fn is_out(faults: &ActiveFaults, fault: Fault, now_us: u64) -> bool {
    match faults.get_since(fault, now_us) {
        None => false,
        Some((severity, on_s)) => !severity.is_twin() || on_s < DROP_OUT_S,
    }
}
