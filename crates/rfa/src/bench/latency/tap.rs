//! On the generator's side of the line: from writing a telemetry frame to having read the frame
//! that answers it. Both ends of that time are in one thread, as they are for the bare echo.

use rfa_runtime::Latencies;
use rfa_sim::pty::Tap;
use rfa_wire::{FrameWatch, MessageKind, Passing};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Telemetry frames that wait for their answer at most: 320 ms of them.
const WAITING_MAX: usize = 32;

/// The instrument.
pub(super) struct AnswerTap {
    to_host: FrameWatch,
    from_host: FrameWatch,
    waiting: VecDeque<(u64, Instant)>,
    took: Arc<Mutex<Latencies>>,
}

impl AnswerTap {
    pub(super) fn new(took: Arc<Mutex<Latencies>>) -> Self {
        let (to_host, from_host) = (FrameWatch::new(), FrameWatch::new());
        Self { to_host, from_host, waiting: VecDeque::with_capacity(WAITING_MAX), took }
    }

    /// The first frame that bears the stamp of a telemetry frame answers it.
    fn answered(&mut self, stamp: u64, at: Instant) {
        while let Some((sent_stamp, sent)) = self.waiting.front().copied() {
            if sent_stamp > stamp {
                return;
            }
            self.waiting.pop_front();
            if sent_stamp == stamp {
                let ns = at.saturating_duration_since(sent).as_nanos();
                let mut took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
                took.record_ns(u64::try_from(ns).unwrap_or(u64::MAX));
            }
        }
    }
}

impl Tap for AnswerTap {
    fn sent(&mut self, bytes: &[u8], at: Instant) {
        for byte in bytes {
            if let Some(Passing { kind: MessageKind::Telemetry, at: stamp }) =
                self.to_host.push(*byte)
            {
                if self.waiting.len() >= WAITING_MAX {
                    self.waiting.pop_front();
                }
                self.waiting.push_back((stamp.as_micros(), at));
            }
        }
    }

    fn received(&mut self, bytes: &[u8], at: Instant) {
        for byte in bytes {
            let passing = self.from_host.push(*byte);
            if let Some(Passing { kind, at: stamp }) = passing
                && matches!(kind, MessageKind::Grant | MessageKind::Standby)
            {
                self.answered(stamp.as_micros(), at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Each telemetry frame is answered once, by the first frame that has seen it; one that was
    /// passed over is not answered at all.
    #[test]
    fn the_first_frame_that_has_seen_it_answers() {
        let took = Arc::new(Mutex::new(Latencies::new()));
        let mut tap = AnswerTap::new(Arc::clone(&took));
        let began = Instant::now();
        let after = |ms| began + Duration::from_millis(ms);
        tap.waiting.extend([(10, after(0)), (20, after(10)), (30, after(20))]);
        tap.answered(20, after(14));
        tap.answered(20, after(24));
        tap.answered(30, after(27));
        let of = took.lock().expect("alive").quantiles();
        assert_eq!((of.count, of.max_ns), (2, 7_000_000));
        assert!(tap.waiting.is_empty());
    }
}
