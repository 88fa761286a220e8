//! What an instrument beside the line sees.

use super::samples::{LINK, SESSION, at, session_key, telemetry_one};
use crate::*;

fn seen(watch: &mut FrameWatch, bytes: &[u8]) -> std::vec::Vec<Passing> {
    bytes.iter().filter_map(|byte| watch.push(*byte)).collect()
}

/// A host frame carries the stamp of the telemetry it was made from: that is what pairs them.
#[test]
fn a_telemetry_frame_and_its_answer_bear_the_same_stamp() {
    let mut host = HostEncoder::new(LINK, SESSION);
    host.establish(session_key());
    let standby = Standby { k2: rfa_units::Contactor::Shut, tick: 3 };
    let answer = host.standby(&standby, at(120));
    let mut watch = FrameWatch::new();
    let passing = Passing { kind: MessageKind::Standby, at: at(120) };
    assert_eq!(seen(&mut watch, answer.as_bytes()), [passing]);
    let mut generator = GeneratorEncoder::new(LINK);
    generator.establish(SESSION, session_key());
    let frame = generator.encode(&GeneratorMessage::Telemetry(telemetry_one(120)), at(125));
    let passing = Passing { kind: MessageKind::Telemetry, at: at(120) };
    assert_eq!(seen(&mut FrameWatch::new(), frame.as_bytes()), [passing]);
}

#[test]
fn a_frame_that_noise_has_changed_is_none() {
    let mut host = HostEncoder::new(LINK, SESSION);
    let frame = host.bye(at(1));
    let mut bytes = frame.as_bytes().to_vec();
    bytes[5] ^= 1;
    assert_eq!(seen(&mut FrameWatch::new(), &bytes), []);
}
