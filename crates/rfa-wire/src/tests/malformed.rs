//! Bytes that are not simply a good frame, and what each must produce.

mod fields;

use super::samples::*;
use super::vectors::payload_of;
use crate::key::mac;
use crate::*;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Which end hears the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receiver {
    Host,
    Generator,
}

impl Receiver {
    /// What a receiver of this end makes of the bytes: the name of each message taken, and
    /// `error:NAME` (with the field's name where a field is wrong) for each one not.
    pub(super) fn hear(self, open: bool, bytes: &[u8]) -> (Vec<String>, u32) {
        match self {
            Self::Generator => {
                let mut decoder = if open { open_generator() } else { GeneratorDecoder::new(LINK) };
                let heard = hear_host(&mut decoder, bytes);
                (heard.iter().map(|r| outcome(r, host_name)).collect(), decoder.missing())
            }
            Self::Host => {
                let mut decoder =
                    if open { open_host() } else { HostDecoder::new(LINK, SESSION, HOST_NONCE) };
                let heard = hear_generator(&mut decoder, bytes);
                (heard.iter().map(|r| outcome(r, generator_name)).collect(), decoder.missing())
            }
        }
    }
}

fn outcome<M>(heard: &Result<M, DecodeError>, name: fn(&M) -> &'static str) -> String {
    match heard {
        Ok(message) => name(message).to_string(),
        Err(DecodeError::Field { field }) => format!("error:field:{field}"),
        Err(error) => format!("error:{}", error.name()),
    }
}

fn host_name(message: &HostMessage) -> &'static str {
    match message {
        HostMessage::Hello(_) => "hello",
        HostMessage::SetLimits(_) => "set-limits",
        HostMessage::SelfTest => "self-test",
        HostMessage::Standby(_) => "standby",
        HostMessage::Grant(_) => "grant",
        HostMessage::Bye => "bye",
    }
}

fn generator_name(message: &GeneratorMessage) -> &'static str {
    match message {
        GeneratorMessage::Identity(_) => "identity",
        GeneratorMessage::LimitsSet(_) => "limits-set",
        GeneratorMessage::SelfTestResult(_) => "self-test-result",
        GeneratorMessage::Telemetry(_) => "telemetry",
        GeneratorMessage::Refused(_) => "refused",
        GeneratorMessage::Bye => "bye",
    }
}

/// One stream and what must come of it.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) to: Receiver,
    pub(super) open: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) results: Vec<String>,
    pub(super) missing: u32,
}

/// A frame from a payload, stuffed by hand so that payloads of any length can be had.
fn stuff(payload: &[u8]) -> Vec<u8> {
    let mut frame = std::vec![0; payload.len() + payload.len() / 254 + 3];
    let len = cobs::encode_including_sentinels(payload, &mut frame);
    frame.truncate(len);
    frame
}

/// A sample's payload with its body changed, then signed and summed again.
pub(super) fn resealed(
    sample: &[u8],
    key: &[u8; 16],
    change: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let payload = payload_of(sample);
    let mut signed = payload[..payload.len() - 20].to_vec();
    change(&mut signed);
    let tag = mac(key, &signed);
    signed.extend_from_slice(&tag);
    summed(signed)
}

/// A frame whose CRC is right, whatever its content.
pub(super) fn summed(mut checked: Vec<u8>) -> Vec<u8> {
    let sum = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&checked);
    checked.extend_from_slice(&sum.to_le_bytes());
    stuff(&checked)
}

fn host(name: &str) -> Vec<u8> {
    host_samples().iter().find(|s| s.name == name).unwrap().frame.as_bytes().to_vec()
}

fn generator(name: &str) -> Vec<u8> {
    generator_samples().iter().find(|s| s.name == name).unwrap().frame.as_bytes().to_vec()
}

/// Body bytes begin here in a payload.
const BODY: usize = 18;

/// Sets the sequence number.
fn renumber(payload: &mut [u8], sequence: u32) {
    payload[6..10].copy_from_slice(&sequence.to_le_bytes());
}

/// The standby frame with its sequence number set to the one after hello.
fn standby(sequence: u32) -> Vec<u8> {
    let key = *session_key().as_bytes();
    resealed(&host("standby-k2-open"), &key, |payload| renumber(payload, sequence))
}

fn report(sequence: u32) -> Vec<u8> {
    let key = *session_key().as_bytes();
    resealed(&generator("telemetry-one-channel"), &key, |payload| renumber(payload, sequence))
}

/// One bit of the unstuffed payload turned, nothing mended.
fn flipped(place: usize) -> Vec<u8> {
    let mut payload = payload_of(&standby(2));
    payload[place] ^= 0x04;
    stuff(&payload)
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn case(name: &str, to: Receiver, bytes: Vec<u8>, results: &[&str]) -> Case {
    let results = results.iter().map(ToString::to_string).collect();
    Case { name: name.to_string(), to, open: true, bytes, results, missing: 0 }
}

/// Every case, framing first, then sums and signatures, then order, then fields.
pub(super) fn cases() -> Vec<Case> {
    let mut all = framing_cases();
    all.extend(flip_cases());
    all.extend(signature_cases());
    all.extend(order_cases());
    all.extend(fields::cases());
    all
}

fn framing_cases() -> Vec<Case> {
    use Receiver::Generator;
    let good = standby(2);
    let truncated = joined(&[&good[..good.len() - 6], &[0]]);
    let mut lost = good.clone();
    lost.remove(good.len() - 10);
    let short = stuff(&payload_of(&good)[..37]);
    let long = stuff(&[0x55; 251]);
    let ones = [0x55; 600];
    vec_of([
        ("empty-frames", joined(&[&[0, 0, 0], &good, &[0, 0]]), &["standby"][..]),
        (
            "one-delimiter-between",
            joined(&[&good[..good.len() - 1], &standby(3)]),
            &["standby", "standby"],
        ),
        ("truncated", joined(&[&truncated, &good]), &["error:cobs", "standby"]),
        ("byte-lost", joined(&[&lost, &good]), &["error:cobs", "standby"]),
        ("too-short", joined(&[&short, &good]), &["error:too-short", "standby"]),
        ("one-byte", joined(&[&[0, 1, 0], &good]), &["error:too-short", "standby"]),
        ("too-long", joined(&[&long, &good]), &["error:too-long", "standby"]),
        ("flood-without-delimiter", joined(&[&[0], &ones, &good]), &["error:too-long", "standby"]),
        (
            "garbage-between",
            joined(&[&good, &[9, 8, 7], &standby(3)]),
            &["standby", "error:cobs", "standby"],
        ),
    ])
    .into_iter()
    .map(|(name, bytes, results)| case(name, Generator, bytes, results))
    .chain([Case {
        open: false,
        ..case("garbage-before-first", Generator, joined(&[&[9, 8, 7], &host("hello")]), &["hello"])
    }])
    .collect()
}

fn vec_of<T, const N: usize>(items: [T; N]) -> Vec<T> {
    Vec::from(items)
}

fn flip_cases() -> Vec<Case> {
    let length = payload_of(&standby(2)).len();
    let places = [
        ("flip-version", 0),
        ("flip-type", 1),
        ("flip-session", 3),
        ("flip-sequence", 7),
        ("flip-time", 12),
        ("flip-body", BODY),
        ("flip-mac", length - 12),
        ("flip-crc", length - 1),
    ];
    places
        .into_iter()
        .map(|(name, place)| {
            let bytes = joined(&[&flipped(place), &standby(2)]);
            case(name, Receiver::Generator, bytes, &["error:crc", "standby"])
        })
        .collect()
}

fn signature_cases() -> Vec<Case> {
    use Receiver::{Generator, Host};
    let key = *session_key().as_bytes();
    let good = standby(2);
    let payload = payload_of(&good);
    let mut forged = payload[..payload.len() - 4].to_vec();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let mut spliced = payload[..payload.len() - 4].to_vec();
    spliced[BODY] ^= 1;
    let version = resealed(&good, &key, |p| p[0] = 2);
    let unknown = resealed(&good, &key, |p| p[1] = 0x07);
    let foreign =
        resealed(&good, &key, |p| p[2..6].copy_from_slice(&OTHER_SESSION.0.to_le_bytes()));
    let strange = resealed(&host("hello"), &OTHER_LINK.0, |_| ());
    let impostor = resealed(&generator("identity"), &OTHER_LINK.0, |_| ());
    let mut nonce = generator("identity");
    nonce = resealed(&nonce, &LINK.0, |p| p[BODY] ^= 1);
    let second = resealed(&generator("identity"), &LINK.0, |p| {
        renumber(p, 2);
        p[BODY + 16] ^= 1;
    });
    let closed = |name, to, bytes, results: &[&'static str]| Case {
        open: false,
        ..case(name, to, bytes, results)
    };
    vec_of([
        case("wrong-version", Generator, version, &["error:version"]),
        case("unknown-type", Generator, unknown, &["error:type"]),
        case("reflected-to-generator", Generator, report(2), &["error:direction"]),
        case("reflected-to-host", Host, host("grant-thermal"), &["error:direction"]),
        case("wrong-session", Generator, foreign, &["error:session"]),
        case("mac-changed", Generator, summed(forged), &["error:mac"]),
        case("body-changed", Generator, summed(spliced), &["error:mac"]),
        case("link-key-in-session", Generator, resealed(&good, &LINK.0, |_| ()), &["error:mac"]),
        closed("hello-other-key", Generator, strange, &["error:mac"]),
        closed("identity-other-key", Host, impostor, &["error:mac"]),
        closed("identity-other-nonce", Host, nonce, &["error:nonce"]),
        case("identity-changes-nonce", Host, second, &["error:nonce"]),
        closed("grant-without-session", Generator, host("grant-thermal"), &["error:no-session"]),
        closed("telemetry-without-session", Host, report(2), &["error:no-session"]),
    ])
}

fn order_cases() -> Vec<Case> {
    use Receiver::{Generator, Host};
    let key = *session_key().as_bytes();
    let grant = host("grant-thermal");
    let newer = joined(&[&grant, &standby(5), &standby(7)]);
    let hello = host("hello");
    let repeated = joined(&[&standby(2), &standby(2), &standby(3)]);
    let back = resealed(&generator("telemetry-one-channel"), &key, |p| {
        renumber(p, 3);
        p[10..18].copy_from_slice(&5_000_u64.to_le_bytes());
    });
    let missing = |missing, case| Case { missing, ..case };
    vec_of([
        case("repeated", Generator, repeated, &["standby", "error:sequence", "standby"]),
        missing(
            4,
            case(
                "grant-replayed",
                Generator,
                joined(&[&grant, &grant]),
                &["grant", "error:sequence"],
            ),
        ),
        missing(4, case("reordered", Generator, newer, &["grant", "error:sequence", "standby"])),
        case(
            "hello-replayed",
            Generator,
            joined(&[&hello, &standby(2)]),
            &["error:sequence", "standby"],
        ),
        missing(
            3,
            case("gap", Host, joined(&[&report(2), &report(6)]), &["telemetry", "telemetry"]),
        ),
        case("time-backwards", Host, joined(&[&report(2), &back]), &["telemetry", "error:time"]),
        case(
            "telemetry-repeated",
            Host,
            joined(&[&report(2), &report(2)]),
            &["telemetry", "error:sequence"],
        ),
    ])
}
