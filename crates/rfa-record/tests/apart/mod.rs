//! A recording taken apart into its records and written again, by the `mcap` crate, with good
//! checksums and a good index; and what can be done to a record.

use mcap::records::Record;
use mcap::{Attachment, Compression, WriteOptions, Writer};
use std::path::Path;

/// Schemas, channels, messages, metadata and files, up to the end of the data.
pub(crate) fn records(bytes: &[u8]) -> Vec<Record<'static>> {
    let all = mcap::read::ChunkFlattener::new(bytes).expect("opens");
    let all = all.map(|record| record.expect("a record").into_owned());
    let data = all.take_while(|record| !matches!(record, Record::DataEnd(_)));
    let ours = |record: &Record<'_>| !matches!(record, Record::Header(_) | Record::MessageIndex(_));
    data.filter(ours).collect()
}

/// A whole file of these records. `None` where no file can hold them: a message without channel.
pub(crate) fn file(path: &Path, records: &[Record<'_>]) -> Option<()> {
    let options = WriteOptions::new().compression(Some(Compression::Zstd)).chunk_size(Some(20_000));
    let out = std::io::BufWriter::new(std::fs::File::create(path).expect("creates"));
    let mut writer: Writer<_> = options.create(out).expect("begins");
    for record in records {
        match record {
            Record::Schema { header, data } => {
                writer.add_schema_with_id(header.id, &header.name, &header.encoding, data).ok()?;
            }
            Record::Channel(c) => {
                let (topic, encoding) = (&c.topic, &c.message_encoding);
                writer.add_channel_with_id(c.id, c.schema_id, topic, encoding, &c.metadata).ok()?;
            }
            Record::Message { header, data } => {
                writer.write_to_known_channel(header, data).ok()?;
            }
            Record::Metadata(metadata) => writer.write_metadata(metadata).expect("writes"),
            Record::Attachment { header, data, .. } => {
                let attachment = Attachment {
                    log_time: header.log_time,
                    create_time: header.create_time,
                    name: header.name.clone(),
                    media_type: header.media_type.clone(),
                    data: data.clone(),
                };
                writer.attach(&attachment).expect("writes");
            }
            other => panic!("no record of data: {other:?}"),
        }
    }
    writer.finish().expect("finishes");
    Some(())
}

/// How a record is changed; `which` chooses among its fields.
pub(crate) fn edit(record: &mut Record<'static>, which: usize, bit: u8) {
    let flip = |data: &mut std::borrow::Cow<'static, [u8]>| {
        let data = data.to_mut();
        let place = which % data.len();
        data[place] ^= 1 << (bit % 8);
    };
    match record {
        Record::Message { header, data } => match which % 8 {
            0 => header.log_time += 1,
            1 => header.publish_time += 1,
            2 => header.sequence += 1,
            3 => header.channel_id = if header.channel_id == 1 { 2 } else { 1 },
            _ => flip(data),
        },
        Record::Schema { header, data } => match which % 4 {
            0 => header.name.push('x'),
            1 => header.encoding.push('x'),
            _ => flip(data),
        },
        Record::Channel(channel) => match which % 3 {
            0 => channel.topic.push('x'),
            1 => channel.message_encoding.push('x'),
            _ => drop(channel.metadata.insert("x".to_owned(), "y".to_owned())),
        },
        Record::Metadata(metadata) => match which % 2 {
            0 => metadata.name.push('x'),
            _ => drop(metadata.metadata.insert("x".to_owned(), "y".to_owned())),
        },
        Record::Attachment { header, data, .. } => match which % 5 {
            0 => header.log_time += 1,
            1 => header.create_time += 1,
            2 => header.name.push('x'),
            3 => header.media_type.push('x'),
            _ => flip(data),
        },
        other => panic!("no record of data: {other:?}"),
    }
}

/// Records of the `mcap` crate are not `Clone`.
pub(crate) fn copy(record: &Record<'static>) -> Record<'static> {
    match record {
        Record::Schema { header, data } => {
            Record::Schema { header: header.clone(), data: data.clone() }
        }
        Record::Channel(channel) => Record::Channel(channel.clone()),
        Record::Message { header, data } => Record::Message { header: *header, data: data.clone() },
        Record::Metadata(metadata) => Record::Metadata(metadata.clone()),
        Record::Attachment { header, data, crc } => {
            Record::Attachment { header: header.clone(), data: data.clone(), crc: *crc }
        }
        other => panic!("no record of data: {other:?}"),
    }
}

pub(crate) fn copies(records: &[Record<'static>]) -> Vec<Record<'static>> {
    records.iter().map(copy).collect()
}
