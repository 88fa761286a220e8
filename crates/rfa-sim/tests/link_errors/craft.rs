//! Frames made by hand from docs/protocol.md: any field can be wrong, and nothing is shared with
//! the encoders under test but the ciphers.

use core::hash::Hasher;
use crc::{CRC_32_ISO_HDLC, Crc};
use rfa_units::SessionId;
use rfa_wire::{LinkKey, SessionKey};
use siphasher::sip128::{Hasher128, SipHasher24};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const CRC_LEN: usize = 4;

pub(crate) const LINK: [u8; 16] = LinkKey::DEVELOPMENT.0;
pub(crate) const HOST_NONCE: [u8; 16] = [7; 16];
pub(crate) const PLAN: [u8; 8] = *b"testplan";

/// Message types by number.
pub(crate) const HELLO: u8 = 0x01;
pub(crate) const SET_LIMITS: u8 = 0x02;
pub(crate) const SELF_TEST: u8 = 0x03;
pub(crate) const STANDBY: u8 = 0x04;
pub(crate) const GRANT: u8 = 0x05;
pub(crate) const HOST_BYE: u8 = 0x06;
pub(crate) const IDENTITY: u8 = 0x81;
pub(crate) const LIMITS_SET: u8 = 0x82;
pub(crate) const SELF_TEST_RESULT: u8 = 0x83;
pub(crate) const TELEMETRY: u8 = 0x84;
pub(crate) const REFUSED: u8 = 0x85;
pub(crate) const GENERATOR_BYE: u8 = 0x86;

/// A frame before it is sealed.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) kind: u8,
    pub(crate) session: u32,
    pub(crate) sequence: u32,
    pub(crate) time_us: u64,
    pub(crate) body: Vec<u8>,
    pub(crate) key: [u8; 16],
}

impl Draft {
    pub(crate) fn sealed(&self) -> Vec<u8> {
        let mut payload = vec![1, self.kind];
        payload.extend(self.session.to_le_bytes());
        payload.extend(self.sequence.to_le_bytes());
        payload.extend(self.time_us.to_le_bytes());
        payload.extend(&self.body);
        let mut mac = SipHasher24::new_with_key(&self.key);
        mac.write(&payload);
        payload.extend(mac.finish128().as_bytes());
        let crc = CRC.checksum(&payload);
        payload.extend(crc.to_le_bytes());
        stuffed(&payload)
    }
}

pub(crate) fn session_key(generator_nonce: [u8; 16], session: u32) -> [u8; 16] {
    let id = SessionId(session);
    let link = LinkKey::DEVELOPMENT;
    *SessionKey::derive(&link, &HOST_NONCE, &generator_nonce, id).as_bytes()
}

fn stuffed(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0];
    frame.extend(cobs::encode_vec(payload));
    frame.push(0);
    frame
}

/// The frame with its bytes changed by `change` and its CRC made good again.
pub(crate) fn changed(frame: &[u8], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut payload = cobs::decode_vec(&frame[1..frame.len() - 1]).expect("well stuffed");
    let end = payload.len() - CRC_LEN;
    change(&mut payload[..end]);
    let crc = CRC.checksum(&payload[..end]);
    payload[end..].copy_from_slice(&crc.to_le_bytes());
    stuffed(&payload)
}

/// A frame as somebody makes it who has everything but the key.
pub(crate) fn forged(draft: &Draft, random: &mut Random) -> Vec<u8> {
    if random.below(2) == 0 {
        return Draft { key: random.key(), ..draft.clone() }.sealed();
    }
    changed(&draft.sealed(), |payload| {
        let at = random.below(payload.len());
        payload[at] ^= 1 << random.below(8);
    })
}

/// What a noisy line makes of a frame: bits flipped, a burst, a byte lost or one too many.
pub(crate) fn damaged(frame: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = frame.to_vec();
    let at = random.below(bytes.len());
    match random.below(5) {
        0 | 1 => {
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
        }
        2 => {
            let end = bytes.len().min(at + 1 + random.below(8));
            bytes[at..end].iter_mut().for_each(|byte| *byte = random.byte());
        }
        3 => drop(bytes.remove(at)),
        _ => bytes.insert(at, random.byte()),
    }
    bytes
}

/// splitmix64.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.bits() as u8
    }

    pub(crate) fn key(&mut self) -> [u8; 16] {
        core::array::from_fn(|_| self.byte())
    }
}
