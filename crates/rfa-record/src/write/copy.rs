//! Records of another recording, taken over as they are.

use super::{RecordCause, RecordError, Recorder, at};
use crate::message::{NoteMessage, decode};
use crate::read::{Channel, FoundMessage, Record, Schema};
use crate::words::short;
use crate::{CheckpointKind, SigningKey, Topic};
use mcap::McapError;
use mcap::records::MessageHeader;
use std::collections::BTreeMap;

/// Bytes of schemas and channels taken over at most, together: the writer keeps them. Those of rfa
/// are some ten KiB.
const DEFINITION_BYTES_MAX: usize = 16 << 20;

/// Why a record cannot be taken over although the new file can be written.
pub(crate) type Refused = String;

impl Recorder {
    /// Takes over a record. `Ok(Err(..))`: it contradicts one before it and is left out.
    pub(crate) fn copy(&mut self, record: &Record<'_>) -> Result<Result<(), Refused>, RecordError> {
        if let Some(refused) = self.too_large(record) {
            return Ok(Err(refused));
        }
        match self.copied(record) {
            Ok(()) if matches!(record, Record::Foreign) => {
                Ok(Err("a record of a kind that no rfa writes; it is left out".to_owned()))
            }
            Ok(()) => Ok(Ok(())),
            Err(RecordCause::Mcap(
                error @ (McapError::ConflictingSchemas(_)
                | McapError::ConflictingChannels(_)
                | McapError::InvalidSchemaId
                | McapError::UnknownSchema(..)
                | McapError::UnknownChannel(..)),
            )) => Ok(Err(error.to_string())),
            Err(cause) => Err(at(&self.path, "cannot write")(cause)),
        }
    }

    /// A definition for which there is no room any more; otherwise it is counted.
    fn too_large(&mut self, record: &Record<'_>) -> Option<Refused> {
        let (key, bytes, name) = match record {
            Record::Schema(Schema { id, name, encoding, data }) => {
                let bytes = name.len() + encoding.len() + data.len();
                ((false, *id), bytes, format!("schema {id} {:?}", short(name)))
            }
            Record::Channel(Channel { id, topic, encoding, metadata, .. }) => {
                let map: usize = metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
                let bytes = topic.len() + encoding.len() + map;
                ((true, *id), bytes, format!("channel {id} {:?}", short(topic)))
            }
            _ => return None,
        };
        if self.definitions.contains(&key) {
            return None;
        }
        let together = self.definition_bytes.saturating_add(bytes);
        if together > DEFINITION_BYTES_MAX {
            return Some(format!(
                "{name} of {bytes} bytes: schemas and channels of {together} bytes together; at \
                 most {DEFINITION_BYTES_MAX} are taken"
            ));
        }
        self.definition_bytes = together;
        None
    }

    fn copied(&mut self, record: &Record<'_>) -> Result<(), RecordCause> {
        match record {
            Record::Schema(Schema { id, name, encoding, data }) => {
                self.writer.add_schema_with_id(*id, name, encoding, data)?;
                self.defined(record);
            }
            Record::Channel(channel) => {
                let Channel { id, schema, topic, encoding, metadata } = channel;
                self.writer.add_channel_with_id(*id, *schema, topic, encoding, metadata)?;
                if let Some(topic) = channel.of_rfa() {
                    // The first is meant, as in a check.
                    self.channels.entry(topic).or_insert(*id);
                }
                self.defined(record);
            }
            Record::Message { header, data } => self.copied_message(record, header, data)?,
            Record::Metadata { name, map } => self.put_metadata(name, map.clone())?,
            Record::Attachment(attachment) => {
                let (log, created) = (attachment.log_time_ns, attachment.create_time_ns);
                self.put_attachment(log, created, attachment.file.clone())?;
            }
            Record::Foreign => {}
        }
        Ok(())
    }

    fn copied_message(
        &mut self,
        record: &Record<'_>,
        header: &FoundMessage,
        data: &[u8],
    ) -> Result<(), RecordCause> {
        let FoundMessage { channel, sequence, log_time_ns, publish_time_ns, .. } = *header;
        let written = MessageHeader {
            channel_id: channel,
            sequence,
            log_time: log_time_ns,
            publish_time: publish_time_ns,
        };
        self.writer.write_to_known_channel(&written, data)?;
        // A note may stand behind what it is about.
        self.newest_ns = self.newest_ns.max(log_time_ns);
        let topic = self.channels.iter().find(|(_, id)| **id == channel).map(|(topic, _)| *topic);
        if let Some(topic) = topic {
            self.sequences.insert(topic, sequence.wrapping_add(1));
        }
        // A checkpoint that cannot be read is taken like any other record: nothing fits behind it.
        match decode(data) {
            Ok(checkpoint) if topic == Some(Topic::Chain) => self.chain.follow(&checkpoint),
            _ => self.chain.take(record),
        }
        Ok(())
    }

    /// The chunk ends where that of the other recording does, without a checkpoint.
    pub(crate) fn end_chunk(&mut self) -> Result<(), RecordError> {
        self.writer.flush().map_err(at(&self.path, "cannot write"))
    }

    /// Whether the recording carries a chain.
    pub(crate) fn chained(&self) -> bool {
        self.channels.contains_key(&Topic::Chain)
    }

    /// Ends the chain of what was added with a checkpoint, and the file.
    pub(crate) fn close_with(
        mut self,
        kind: CheckpointKind,
        key: Option<SigningKey>,
    ) -> Result<(), RecordError> {
        self.key = key;
        self.checkpoint(kind)?;
        self.end_chunk()?;
        self.close()
    }

    /// Writes a metadata record between chunks.
    pub(crate) fn write_mark(
        &mut self,
        name: &str,
        metadata: BTreeMap<String, String>,
    ) -> Result<(), RecordError> {
        self.put_metadata(name, metadata).map_err(at(&self.path, "cannot write"))
    }

    /// Writes a note at its moment in the session.
    pub(crate) fn write_note(
        &mut self,
        log_time_ns: u64,
        note: &NoteMessage,
    ) -> Result<(), RecordError> {
        self.put_at(Topic::Note, log_time_ns, note)
    }
}
