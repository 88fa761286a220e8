//! The codec's one decision of more than two inputs: a whole truth table, and for each input a
//! pair of rows that differ in it alone and in what comes of them (MC/DC by hand).

use super::samples::*;
use crate::body::{read_identity, write_identity};
use crate::bytes::{Reader, Writer};
use crate::frame::Header;
use crate::*;

/// Where an identity's flags and seed stand in its body (docs/protocol.md, "identity").
const FLAGS: usize = 72;
const SEED: usize = 73;

/// Whether an identity with these is one: a seed is a simulator's, and is there only where it is
/// said to be.
fn accepts([seeded, simulated, not_zero]: [bool; 3]) -> bool {
    let mut body = Writer::new();
    write_identity(&mut body, &identity());
    let mut bytes = body.written().to_vec();
    bytes[FLAGS] = u8::from(simulated) | u8::from(seeded) << 2;
    bytes[SEED..SEED + 8].copy_from_slice(&u64::from(not_zero).to_le_bytes());
    let header = Header { session: SESSION, sequence: 1, time_us: 0 };
    match read_identity(&mut Reader::new(&bytes), header) {
        Ok(found) => {
            assert_eq!(found.seed, seeded.then_some(u64::from(not_zero)));
            assert_eq!((found.simulated, found.footswitch), (simulated, false));
            true
        }
        Err(error) => {
            assert_eq!(error, DecodeError::Field { field: "seed" });
            false
        }
    }
}

#[test]
fn a_seed_is_a_simulators_own() {
    for number in 0..8_u8 {
        let row = core::array::from_fn(|place| number >> place & 1 == 1);
        let meant = match row {
            [true, simulated, _] => simulated,
            [false, _, not_zero] => !not_zero,
        };
        assert_eq!(accepts(row), meant, "{row:?}");
    }
    // Seeded; simulated, where seeded; zero, where not seeded.
    let pairs = [[false, true, true], [true, false, false], [false, false, false]];
    for (place, row) in pairs.into_iter().enumerate() {
        let mut other = row;
        other[place] = !row[place];
        assert_ne!(accepts(row), accepts(other), "input {place} at {row:?}");
    }
}
