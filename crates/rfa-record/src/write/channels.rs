//! What stands in front of the messages: the header, and the channels with their schemas.

use super::{RecordCause, Recorder};
use crate::chain::CheckpointMessage;
use crate::header::{CLOCK, SESSION};
use crate::message::{EventMessage, IntentMessage, NoteMessage, SummaryMessage};
use crate::read::{Channel, Record, Schema};
use crate::row::TickRow;
use crate::{Header, LesionMessage, Topic, TruthRow};
use mcap::records::Metadata;
use std::collections::BTreeMap;

/// How messages are written, by MCAP's name for it.
const ENCODING: &str = "json";
/// How their schemas are.
const SCHEMA_ENCODING: &str = "jsonschema";

/// Channels that every recording has; `/note` comes with the first note.
pub(super) const FROM_THE_START: [Topic; 8] = [
    Topic::Tick,
    Topic::Event,
    Topic::Alarm,
    Topic::Intent,
    Topic::Truth,
    Topic::Lesion,
    Topic::Summary,
    Topic::Chain,
];

impl Recorder {
    /// Metadata and files in front of everything.
    pub(super) fn write_header(&mut self, header: &Header) -> Result<(), RecordCause> {
        self.put_metadata(SESSION, header.session_map()?)?;
        self.put_metadata(CLOCK, header.clock_map())?;
        let time = header.clock.started_ns();
        for file in header.files() {
            self.put_attachment(time, time, file)?;
        }
        Ok(())
    }

    pub(super) fn put_metadata(
        &mut self,
        name: &str,
        map: BTreeMap<String, String>,
    ) -> Result<(), RecordCause> {
        let name = name.to_owned();
        let record = Metadata { name: name.clone(), metadata: map.clone() };
        self.writer.write_metadata(&record)?;
        self.chain.take(&Record::Metadata { name, map });
        Ok(())
    }

    /// Defines the channel of `topic`; gives its number.
    pub(super) fn add_channel(&mut self, topic: Topic) -> Result<u16, RecordCause> {
        let (name, data) = schema(topic);
        let data = serde_json::to_vec(&data)?;
        let id = self.writer.add_schema(name, SCHEMA_ENCODING, &data)?;
        let schema = Schema { id, name, encoding: SCHEMA_ENCODING, data: &data };
        self.defined(&Record::Schema(schema));
        let metadata = BTreeMap::new();
        let number = self.writer.add_channel(id, topic.name(), ENCODING, &metadata)?;
        let (topic, encoding) = (topic.name(), ENCODING);
        let channel = Channel { id: number, schema: id, topic, encoding, metadata };
        self.defined(&Record::Channel(channel));
        Ok(number)
    }

    /// A schema or channel went into the file: it does only once.
    pub(super) fn defined(&mut self, record: &Record<'_>) {
        let key = match record {
            Record::Schema(schema) => (false, schema.id),
            Record::Channel(channel) => (true, channel.id),
            _ => return,
        };
        if self.definitions.insert(key) {
            self.chain.take(record);
        }
    }
}

fn schema(topic: Topic) -> (&'static str, schemars::Schema) {
    match topic {
        Topic::Tick => ("rfa.Tick", schemars::schema_for!(TickRow)),
        Topic::Event | Topic::Alarm => ("rfa.Event", schemars::schema_for!(EventMessage)),
        Topic::Intent => ("rfa.Intent", schemars::schema_for!(IntentMessage)),
        Topic::Truth => ("rfa.Truth", schemars::schema_for!(TruthRow)),
        Topic::Lesion => ("rfa.Lesion", schemars::schema_for!(LesionMessage)),
        Topic::Summary => ("rfa.Summary", schemars::schema_for!(SummaryMessage)),
        Topic::Note => ("rfa.Note", schemars::schema_for!(NoteMessage)),
        Topic::Chain => ("rfa.Checkpoint", schemars::schema_for!(CheckpointMessage)),
    }
}
