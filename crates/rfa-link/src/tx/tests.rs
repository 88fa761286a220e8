//! Partial writes, refusals, hang-up: with a port that does as told.

use super::*;
use rfa_units::{Contactor, SessionId};
use rfa_wire::{GeneratorDecoder, HostMessage, LinkKey, SessionKey};
use std::collections::VecDeque;

const SESSION: SessionId = SessionId(7);

/// Takes as many bytes as the script says, once for each write; then everything.
#[derive(Default)]
struct Scripted {
    script: VecDeque<io::Result<usize>>,
    taken: Vec<u8>,
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.script.pop_front().unwrap_or(Ok(bytes.len()))?.min(bytes.len());
        self.taken.extend_from_slice(&bytes[..room]);
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn key() -> SessionKey {
    SessionKey::derive(&LinkKey::DEVELOPMENT, &[1; 16], &[2; 16], SESSION)
}

fn tx(script: impl IntoIterator<Item = io::Result<usize>>) -> (LinkTx<Scripted>, Arc<LinkCounts>) {
    let mut encoder = HostEncoder::new(LinkKey::DEVELOPMENT, SESSION);
    encoder.establish(key());
    let port = Scripted { script: script.into_iter().collect(), taken: Vec::new() };
    let counts = Arc::new(LinkCounts::default());
    (LinkTx::new(port, Outbound::new(encoder), Arc::clone(&counts)), counts)
}

/// One standby frame, by the encoder alone: the interlock's outputs have no other way out.
fn standby(tx: &mut LinkTx<Scripted>, tick: u64) -> SendResult {
    let standby = Standby { k2: Contactor::Shut, tick };
    let frame = tx.outbound.encoder.standby(&standby, GeneratorInstant::ZERO);
    tx.send(&frame)
}

/// The ticks of the standby frames a generator would understand, and how many it would not.
fn understood(tx: &LinkTx<Scripted>) -> (Vec<u64>, usize) {
    let mut decoder = GeneratorDecoder::new(LinkKey::DEVELOPMENT);
    decoder.establish(SESSION, key());
    let (mut ticks, mut bad) = (Vec::new(), 0);
    for &byte in &tx.port.taken {
        match decoder.push(byte) {
            Some(Ok(HostMessage::Standby(standby))) => ticks.push(standby.tick),
            Some(_) => bad += 1,
            None => {}
        }
    }
    (ticks, bad)
}

fn would_block() -> io::Result<usize> {
    Err(io::ErrorKind::WouldBlock.into())
}

#[test]
fn what_the_port_would_not_take_is_dropped_and_counted() {
    let (mut tx, counts) = tx([would_block()]);
    assert_eq!(standby(&mut tx, 1), SendResult::Dropped);
    assert_eq!(standby(&mut tx, 2), SendResult::Sent);
    assert_eq!(understood(&tx), (vec![2], 0));
    assert_eq!(counts.read().frames_not_sent, 1);
    assert!(!counts.read().hung_up);
}

/// The rest of a frame goes out before the next one, or both would be lost.
#[test]
fn a_frame_cut_in_half_is_finished_first() {
    let (mut tx, counts) = tx([Ok(20), would_block(), Ok(10), Ok(1)]);
    assert_eq!(standby(&mut tx, 1), SendResult::Partly);
    assert_eq!(standby(&mut tx, 2), SendResult::Dropped, "the rest is still stuck");
    assert_eq!(standby(&mut tx, 3), SendResult::Dropped, "ten bytes more of the rest");
    assert_eq!(standby(&mut tx, 4), SendResult::Dropped, "one more");
    assert_eq!(standby(&mut tx, 5), SendResult::Sent);
    assert_eq!(understood(&tx), (vec![1, 5], 0));
    assert_eq!(counts.read().frames_not_sent, 3);
}

#[test]
fn any_cut_leaves_every_frame_whole() {
    for cut in 1..60 {
        let (mut tx, _) = tx([Ok(cut)]);
        let _ = standby(&mut tx, 1);
        assert_eq!(standby(&mut tx, 2), SendResult::Sent);
        assert_eq!(understood(&tx), (vec![1, 2], 0), "cut after {cut} bytes");
    }
}

#[test]
fn a_port_that_is_gone_is_a_latched_hang_up() {
    let (mut tx, counts) = tx([Err(io::Error::from_raw_os_error(5))]);
    assert_eq!(standby(&mut tx, 1), SendResult::HungUp);
    assert!(counts.read().hung_up);
    let _ = standby(&mut tx, 2);
    assert!(counts.read().hung_up, "never taken back");
}

#[test]
fn an_interrupted_write_is_tried_once_more() {
    let interrupted = || Err(io::ErrorKind::Interrupted.into());
    let (mut tx, _) = tx([interrupted(), Ok(1000), interrupted(), interrupted()]);
    assert_eq!(standby(&mut tx, 1), SendResult::Sent);
    assert_eq!(standby(&mut tx, 2), SendResult::Dropped, "not for ever");
}
