//! What stands in a file before its first message, and how the file is written at all.

use super::{PROFILE, RecordCause, Sink, ZSTD_LEVEL};
use crate::header::{CLOCK, SESSION};
use crate::message::{EventMessage, IntentMessage, SummaryMessage};
use crate::row::TickRow;
use crate::{Attached, Header, LesionMessage, Topic, TruthRow};
use mcap::records::Metadata;
use mcap::{Attachment, Compression, WriteOptions, Writer};
use std::collections::BTreeMap;

/// No seeking: a chunk reaches the file in one piece when it is complete, so that an unfinished
/// file ends in a whole chunk or in the torn tail of one. No threads in the compressor: the same
/// messages give the same bytes.
pub(crate) fn options() -> WriteOptions {
    WriteOptions::new()
        .profile(PROFILE)
        .compression(Some(Compression::Zstd))
        .compression_level(ZSTD_LEVEL)
        .compression_threads(0)
        .chunk_size(None)
        .disable_seeking(true)
}

pub(super) fn write_header(writer: &mut Writer<Sink>, header: &Header) -> Result<(), RecordCause> {
    writer
        .write_metadata(&Metadata { name: SESSION.to_owned(), metadata: header.session_map()? })?;
    writer.write_metadata(&Metadata { name: CLOCK.to_owned(), metadata: header.clock_map() })?;
    let time = header.clock.started_ns();
    for file in header.files() {
        attach(writer, file, time)?;
    }
    Ok(())
}

pub(super) fn attach(
    writer: &mut Writer<Sink>,
    file: Attached,
    time: u64,
) -> Result<(), RecordCause> {
    writer.attach(&Attachment {
        log_time: time,
        create_time: time,
        name: file.name,
        media_type: file.media_type,
        data: file.data.into(),
    })?;
    Ok(())
}

pub(super) fn add_channels(writer: &mut Writer<Sink>) -> Result<BTreeMap<Topic, u16>, RecordCause> {
    let event = schemars::schema_for!(EventMessage);
    let schemas = [
        (Topic::Tick, "rfa.Tick", schemars::schema_for!(TickRow)),
        (Topic::Event, "rfa.Event", event.clone()),
        (Topic::Alarm, "rfa.Event", event),
        (Topic::Intent, "rfa.Intent", schemars::schema_for!(IntentMessage)),
        (Topic::Truth, "rfa.Truth", schemars::schema_for!(TruthRow)),
        (Topic::Lesion, "rfa.Lesion", schemars::schema_for!(LesionMessage)),
        (Topic::Summary, "rfa.Summary", schemars::schema_for!(SummaryMessage)),
    ];
    let mut channels = BTreeMap::new();
    for (topic, name, schema) in schemas {
        let schema = writer.add_schema(name, "jsonschema", &serde_json::to_vec(&schema)?)?;
        let id = writer.add_channel(schema, topic.name(), "json", &BTreeMap::new())?;
        channels.insert(topic, id);
    }
    Ok(channels)
}
