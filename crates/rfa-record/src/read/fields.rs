//! The parts of MCAP records that are read here, each length checked before it is believed.
//!
//! The `mcap` crate writes the files but does not read them: its `parse_record` slices an
//! attachment of too few bytes, and its reader subtracts past zero in an uncompressed chunk whose
//! record is longer than the chunk, so both panic on hostile bytes.

use std::collections::BTreeMap;

/// MCAP's first and last eight bytes.
pub(super) const MAGIC: [u8; 8] = *b"\x89MCAP0\r\n";
/// Opcode and length in front of every record.
pub(super) const PREFIX: usize = 9;

/// Record kinds, by the opcode in the file.
pub(super) mod op {
    pub(in crate::read) const HEADER: u8 = 0x01;
    pub(in crate::read) const FOOTER: u8 = 0x02;
    pub(in crate::read) const SCHEMA: u8 = 0x03;
    pub(in crate::read) const CHANNEL: u8 = 0x04;
    pub(in crate::read) const MESSAGE: u8 = 0x05;
    pub(in crate::read) const CHUNK: u8 = 0x06;
    pub(in crate::read) const MESSAGE_INDEX: u8 = 0x07;
    pub(in crate::read) const CHUNK_INDEX: u8 = 0x08;
    pub(in crate::read) const ATTACHMENT: u8 = 0x09;
    pub(in crate::read) const METADATA: u8 = 0x0c;
    pub(in crate::read) const DATA_END: u8 = 0x0f;
}

/// How a channel's messages are to be understood.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema<'a> {
    pub(crate) id: u16,
    pub(crate) name: &'a str,
    pub(crate) encoding: &'a str,
    pub(crate) data: &'a [u8],
}

/// A channel's definition.
#[derive(Debug, Clone)]
pub(crate) struct Channel<'a> {
    pub(crate) id: u16,
    /// 0: none.
    pub(crate) schema: u16,
    pub(crate) topic: &'a str,
    pub(crate) encoding: &'a str,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Channel<'_> {
    /// The topic of rfa that the channel carries, in an encoding that is read here.
    pub(crate) fn of_rfa(&self) -> Option<crate::Topic> {
        crate::Topic::from_name(self.topic).filter(|_| self.encoding == "json")
    }
}

/// A file kept inside, with its times.
#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    pub(crate) log_time_ns: u64,
    pub(crate) create_time_ns: u64,
    pub(crate) file: crate::Attached,
}

/// The rest of a record.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

/// A record too short for its fields, or with a text that is none.
pub(super) type Short = &'static str;

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Short> {
        let (head, rest) =
            self.0.split_at_checked(count).ok_or("a field is longer than its record")?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Short> {
        self.bytes(N)?.try_into().map_err(|_| "a field is longer than its record")
    }

    pub(super) fn u8(&mut self) -> Result<u8, Short> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Short> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Short> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Short> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length that fits into memory at all; [`bytes`](Self::bytes) checks it further.
    pub(super) fn length64(&mut self) -> Result<usize, Short> {
        usize::try_from(self.u64()?).map_err(|_| "a length is beyond this machine")
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Short> {
        let length = usize::try_from(self.u32()?).map_err(|_| "a length is beyond this machine")?;
        str::from_utf8(self.bytes(length)?).map_err(|_| "a text is not UTF-8")
    }

    fn map(&mut self) -> Result<BTreeMap<String, String>, Short> {
        let length = usize::try_from(self.u32()?).map_err(|_| "a length is beyond this machine")?;
        let mut entries = Fields(self.bytes(length)?);
        let mut map = BTreeMap::new();
        while !entries.0.is_empty() {
            let key = entries.text()?.to_owned();
            if map.insert(key, entries.text()?.to_owned()).is_some() {
                return Err("a metadata key comes twice");
            }
        }
        Ok(map)
    }

    pub(super) fn schema(mut self) -> Result<Schema<'a>, Short> {
        let (id, name, encoding) = (self.u16()?, self.text()?, self.text()?);
        let length = usize::try_from(self.u32()?).map_err(|_| "a length is beyond this machine")?;
        Ok(Schema { id, name, encoding, data: self.bytes(length)? })
    }

    pub(super) fn channel(mut self) -> Result<Channel<'a>, Short> {
        let (id, schema) = (self.u16()?, self.u16()?);
        let (topic, encoding) = (self.text()?, self.text()?);
        Ok(Channel { id, schema, topic, encoding, metadata: self.map()? })
    }

    /// Name and entries of a metadata record.
    pub(super) fn metadata(mut self) -> Result<(String, BTreeMap<String, String>), Short> {
        let name = self.text()?.to_owned();
        Ok((name, self.map()?))
    }

    /// An attachment with its times, its CRC checked.
    pub(super) fn attachment(mut self) -> Result<Attachment, Short> {
        let whole = self.0;
        let (log_time_ns, create_time_ns) = (self.u64()?, self.u64()?);
        let name = self.text()?.to_owned();
        let media_type = self.text()?.to_owned();
        let length = self.length64()?;
        let data = self.bytes(length)?.to_vec();
        let covered = whole.len() - self.0.len();
        let saved = self.u32()?;
        match whole.get(..covered) {
            Some(bytes) if saved == 0 || crc32fast::hash(bytes) == saved => {
                let file = crate::Attached { name, media_type, data };
                Ok(Attachment { log_time_ns, create_time_ns, file })
            }
            _ => Err("the attachment's CRC is wrong"),
        }
    }
}
