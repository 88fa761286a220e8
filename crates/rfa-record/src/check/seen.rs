//! What a walk remembers of a record until the next checkpoint.

use crate::read::Record;
use crate::words::short;
use std::collections::BTreeMap;

/// A record since the newest checkpoint. It gets its name only if it does not fit: a file can hold
/// very many, on a channel whose topic is very long.
pub(super) struct Seen {
    pub(super) at: u64,
    what: What,
}

enum What {
    Message { channel: u16, sequence: u32 },
    Other(String),
}

impl Seen {
    pub(super) fn new(at: u64, record: &Record<'_>) -> Self {
        let what = match record {
            Record::Schema(schema) => What::Other(format!("schema {}", short(schema.name))),
            Record::Channel(channel) => What::Other(format!("channel {}", short(channel.topic))),
            Record::Message { header, .. } => {
                What::Message { channel: header.channel, sequence: header.sequence }
            }
            Record::Metadata { name, .. } => What::Other(format!("metadata {}", short(name))),
            Record::Attachment(attachment) => {
                What::Other(format!("file {}", short(&attachment.file.name)))
            }
            Record::Foreign => What::Other("record of another kind".to_owned()),
        };
        Self { at, what }
    }

    /// Its name, for a person; `topics` are those of the channels.
    pub(super) fn name(&self, topics: &BTreeMap<u16, String>) -> String {
        match &self.what {
            What::Message { channel, sequence } => {
                let topic = topics.get(channel).map_or("unknown", String::as_str);
                format!("{topic} message {sequence}")
            }
            What::Other(name) => name.clone(),
        }
    }
}
