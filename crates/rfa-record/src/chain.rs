//! The chain that every recording carries: hashes over its records, signed where the site has a
//! key ([ADR 0010](../../../docs/adr/0010-tamper-evidence.md)).
//!
//! A [`CheckpointMessage`] on `/chain` ends every chunk. Its hash covers the checkpoint before it
//! and every record since: schemas, channels, messages, metadata, attached files. A short tag of
//! each record lets [`check`](crate::check) say which one does not fit.

use crate::read::{Channel, Record, Schema};
use crate::{PublicKey, SigningKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Domain of the hash of one record.
const RECORD_DOMAIN: &str = "rfa 2026 recording: one record";
/// Domain of the hash of a checkpoint.
const CHECKPOINT_DOMAIN: &str = "rfa 2026 recording: one checkpoint";
/// What stands in front of the hash that is signed.
const SIGNED_PREFIX: &[u8] = b"rfa recording checkpoint 1\0";
/// Hexadecimal digits of a record's tag: four bytes.
pub(crate) const TAG_DIGITS: usize = 8;

/// Records between two checkpoints at most; a chunk holds some hundred.
pub(crate) const SEGMENT_MAX: usize = 1 << 18;

/// A BLAKE3 hash.
pub(crate) type Hash = [u8; 32];

/// What a checkpoint ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckpointKind {
    /// A chunk; the session goes on.
    Running,
    /// The session. A recording without it was cut short.
    End,
    /// What was added when the session was over: a note, a file, a signature.
    Added,
}

/// Everything up to here is what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckpointMessage {
    /// Its place among the checkpoints, from 0.
    pub index: u64,
    /// What it ends.
    pub kind: CheckpointKind,
    /// Records since the checkpoint before it.
    pub records: u64,
    /// The hash over the checkpoint before it, those records, and its own kind, key and time; 64
    /// hexadecimal digits.
    pub hash: String,
    /// The first four bytes of each record's own hash, in their order, hexadecimal. They tell where
    /// a difference is; that there is none, only `hash` tells.
    pub tags: String,
    /// The public Ed25519 key; absent: not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// Its signature of `hash`, 128 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// The state of a chain between two records.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    records_hash: blake3::Hasher,
    index: u64,
    records: u64,
    tags: String,
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self::behind([0; 32], 0)
    }

    /// The chain behind the checkpoint before number `index`.
    fn behind(previous: Hash, index: u64) -> Self {
        let mut records_hash = blake3::Hasher::new_derive_key(CHECKPOINT_DOMAIN);
        records_hash.update(&previous);
        Self { records_hash, index, records: 0, tags: String::new() }
    }

    /// The number of the next checkpoint.
    pub(crate) const fn index(&self) -> u64 {
        self.index
    }

    /// Records since the last checkpoint.
    pub(crate) const fn records(&self) -> u64 {
        self.records
    }

    /// Their tags.
    pub(crate) fn tags(&self) -> &str {
        &self.tags
    }

    /// Takes a record that is no checkpoint.
    pub(crate) fn take(&mut self, record: &Record<'_>) {
        let hash = hash_of(record);
        self.records_hash.update(&hash);
        self.records += 1;
        // Beyond that no checkpoint is believed, and a copied file can hold more than memory.
        if self.tags.len() < SEGMENT_MAX * TAG_DIGITS {
            self.tags.push_str(&hex(&hash[..TAG_DIGITS / 2]));
        }
    }

    /// The hash of a checkpoint here, at that time.
    pub(crate) fn hash(
        &self,
        kind: CheckpointKind,
        key: Option<&PublicKey>,
        log_time_ns: u64,
    ) -> Hash {
        let mut hasher = self.records_hash.clone();
        hasher.update(&self.index.to_le_bytes());
        hasher.update(&self.records.to_le_bytes());
        hasher.update(&log_time_ns.to_le_bytes());
        hasher.update(&[match kind {
            CheckpointKind::Running => 0,
            CheckpointKind::End => 1,
            CheckpointKind::Added => 2,
        }]);
        hasher.update(&key.map_or([0; 32], PublicKey::bytes));
        *hasher.finalize().as_bytes()
    }

    /// Ends here what was taken; what follows goes on from it.
    pub(crate) fn close(
        &mut self,
        kind: CheckpointKind,
        key: Option<&SigningKey>,
        log_time_ns: u64,
    ) -> CheckpointMessage {
        let public = key.map(SigningKey::public);
        let hash = self.hash(kind, public.as_ref(), log_time_ns);
        let next = Self::behind(hash, self.index.saturating_add(1));
        let Self { index, records, tags, .. } = std::mem::replace(self, next);
        let signature = key.map(|key| hex(&key.sign(&signed(&hash))));
        CheckpointMessage { index, kind, records, hash: hex(&hash), tags, key: public, signature }
    }

    /// Goes on behind a checkpoint that stands in the recording, whatever it is worth.
    pub(crate) fn follow(&mut self, checkpoint: &CheckpointMessage) {
        let hash =
            blake3::Hash::from_hex(&checkpoint.hash).map_or([0; 32], |hash| *hash.as_bytes());
        *self = Self::behind(hash, checkpoint.index.saturating_add(1));
    }
}

/// What is signed of a checkpoint.
pub(crate) fn signed(hash: &Hash) -> Vec<u8> {
    [SIGNED_PREFIX, hash].concat()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hash of a record: every field with its length, so that no two records run together.
fn hash_of(record: &Record<'_>) -> Hash {
    let mut fields = Fields(blake3::Hasher::new_derive_key(RECORD_DOMAIN));
    match record {
        Record::Schema(Schema { id, name, encoding, data }) => {
            fields.number(0).number(u64::from(*id));
            fields.bytes(name.as_bytes()).bytes(encoding.as_bytes()).bytes(data);
        }
        Record::Channel(Channel { id, schema, topic, encoding, metadata }) => {
            fields.number(1).number(u64::from(*id)).number(u64::from(*schema));
            fields.bytes(topic.as_bytes()).bytes(encoding.as_bytes()).map(metadata);
        }
        Record::Message { header, data } => {
            fields.number(2).number(u64::from(header.channel));
            fields.number(u64::from(header.sequence));
            fields.number(header.log_time_ns).number(header.publish_time_ns).bytes(data);
        }
        Record::Metadata { name, map } => {
            fields.number(3).bytes(name.as_bytes()).map(map);
        }
        Record::Attachment(attachment) => {
            fields.number(4).number(attachment.log_time_ns).number(attachment.create_time_ns);
            let file = &attachment.file;
            fields.bytes(file.name.as_bytes()).bytes(file.media_type.as_bytes()).bytes(&file.data);
        }
        Record::Foreign => {
            fields.number(5);
        }
    }
    *fields.0.finalize().as_bytes()
}

struct Fields(blake3::Hasher);

impl Fields {
    fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64).0.update(bytes);
        self
    }

    fn map(&mut self, map: &std::collections::BTreeMap<String, String>) -> &mut Self {
        self.number(map.len() as u64);
        for (key, value) in map {
            self.bytes(key.as_bytes()).bytes(value.as_bytes());
        }
        self
    }
}
