//! Files kept inside a recording.

use super::{RecordCause, RecordError, Recorder, at};
use crate::Attached;
use crate::read::{Attachment, Record};

impl Recorder {
    /// Keeps a further file inside, behind the messages written so far.
    ///
    /// # Errors
    /// As [`write_tick`](Self::write_tick).
    pub fn keep_file(&mut self, file: &Attached) -> Result<(), RecordError> {
        self.flush()?;
        self.attach(self.newest_ns, file)
    }

    /// Keeps a file inside the recording.
    pub(crate) fn attach(&mut self, time_ns: u64, file: &Attached) -> Result<(), RecordError> {
        let attached = self.put_attachment(time_ns, time_ns, file.clone());
        attached.map_err(at(&self.path, "cannot write"))
    }

    pub(super) fn put_attachment(
        &mut self,
        log_time_ns: u64,
        create_time_ns: u64,
        file: Attached,
    ) -> Result<(), RecordCause> {
        self.writer.attach(&mcap::Attachment {
            log_time: log_time_ns,
            create_time: create_time_ns,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            data: file.data.as_slice().into(),
        })?;
        let attachment = Attachment { log_time_ns, create_time_ns, file };
        self.chain.take(&Record::Attachment(attachment));
        Ok(())
    }
}
