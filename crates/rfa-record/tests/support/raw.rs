//! MCAP files put together record by record, as no writer would.
#![allow(dead_code, reason = "every test takes the part it needs")]

pub(crate) const MAGIC: [u8; 8] = *b"\x89MCAP0\r\n";
pub(crate) const HEADER: u8 = 0x01;
const FOOTER: u8 = 0x02;
const SCHEMA: u8 = 0x03;
const CHANNEL: u8 = 0x04;
const MESSAGE: u8 = 0x05;
const CHUNK: u8 = 0x06;
const MESSAGE_INDEX: u8 = 0x07;
const ATTACHMENT: u8 = 0x09;
const METADATA: u8 = 0x0c;
const DATA_END: u8 = 0x0f;

/// The records of a file outside its chunks, and its chunks, up to the end of the data.
pub(crate) fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    split(&bytes[MAGIC.len()..])
}

fn split(mut rest: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while rest.first().is_some_and(|kind| *kind != DATA_END) {
        let length = u64::from_le_bytes(rest[1..9].try_into().expect("eight bytes"));
        let (record, behind) = rest.split_at(9 + usize::try_from(length).expect("a length"));
        records.push(record.to_vec());
        rest = behind;
    }
    records
}

/// The same without the chain, as rfa wrote recordings before there was one.
pub(crate) fn unchained(records: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let data = records.iter().filter(|record| record[0] != MESSAGE_INDEX);
    let mut chain = [0, 0];
    data.map(|record| if record[0] == CHUNK { without(record, &mut chain) } else { record.clone() })
        .collect()
}

/// A chunk without what is of `/chain`, not compressed. `chain` becomes the channel's number.
fn without(chunk: &[u8], chain: &mut [u8; 2]) -> Vec<u8> {
    let body = &chunk[9..];
    let packed = &body[8 + 8 + 8 + 4 + 4 + "zstd".len() + 8..];
    let mut kept = Vec::new();
    for record in split(&zstd::stream::decode_all(packed).expect("unpacks")) {
        let of_chain = record[9..].windows(6).any(|bytes| bytes == b"/chain");
        if record[0] == CHANNEL && of_chain {
            chain.copy_from_slice(&record[9..11]);
        } else if record[0] != MESSAGE || record[9..11] != *chain {
            kept.extend(record);
        }
    }
    let size = (kept.len() as u64).to_le_bytes();
    record(CHUNK, &[&body[..16], &size, &[0; 4], &text(""), &size, &kept].concat())
}

/// A finished file of these records, without an index and without a CRC over its data.
pub(crate) fn file(records: &[Vec<u8>]) -> Vec<u8> {
    let end = [record(DATA_END, &[0; 4]), record(FOOTER, &[0; 20])].concat();
    [&MAGIC[..], &records.concat(), &end, &MAGIC].concat()
}

pub(crate) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &(body.len() as u64).to_le_bytes(), body].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).expect("a length").to_le_bytes(), text.as_bytes()].concat()
}

fn map(entries: &[(&str, &str)]) -> Vec<u8> {
    let all: Vec<u8> = entries.iter().flat_map(|(k, v)| [text(k), text(v)].concat()).collect();
    [&u32::try_from(all.len()).expect("a length").to_le_bytes()[..], &all].concat()
}

pub(crate) fn schema(id: u16, name: &str, data: &str) -> Vec<u8> {
    record(SCHEMA, &[&id.to_le_bytes()[..], &text(name), &text("x"), &text(data)].concat())
}

pub(crate) fn channel(id: u16, schema: u16, topic: &str, metadata: &[(&str, &str)]) -> Vec<u8> {
    let ids = [id.to_le_bytes(), schema.to_le_bytes()].concat();
    record(CHANNEL, &[&ids[..], &text(topic), &text("json"), &map(metadata)].concat())
}

pub(crate) fn message(channel: u16, sequence: u32, log_time: u64, data: &[u8]) -> Vec<u8> {
    let time = log_time.to_le_bytes();
    let head = [&channel.to_le_bytes()[..], &sequence.to_le_bytes(), &time, &time].concat();
    record(MESSAGE, &[&head, data].concat())
}

pub(crate) fn metadata(name: &str, entries: &[(&str, &str)]) -> Vec<u8> {
    record(METADATA, &[text(name), map(entries)].concat())
}

pub(crate) fn attachment(name: &str) -> Vec<u8> {
    let body = [&[0; 16][..], &text(name), &text("text/plain"), &[0; 8], &[0; 4]].concat();
    record(ATTACHMENT, &body)
}
