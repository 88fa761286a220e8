//! The ticks of a recording as a table.

use crate::table::TableWriter;
use crate::tables::{self, Session, TickOf};
use rfa_record::{ExportError, Exported, Message, Part, Recording, Take, TickLine, Topic};
use std::fs::File;
use std::sync::Arc;

/// Writes a table of ticks, one row each: the columns of a dataset's `ticks`. Memory is bounded.
///
/// # Errors
/// [`ExportError`]; what was written until then is no whole file.
pub fn export_parquet(
    recording: &Recording,
    part: Part,
    file: File,
) -> Result<Exported, ExportError> {
    let session = Session::of_header(recording)?;
    write(recording, part, &Arc::new(session), file, &Exported::whole)
}

/// The same, with what is known of the session; `whole` is what the file says of itself.
pub(crate) fn write(
    recording: &Recording,
    part: Part,
    session: &Arc<Session>,
    file: File,
    whole: &dyn Fn(&Exported) -> bool,
) -> Result<Exported, ExportError> {
    let channel = recording.header().limits.channel.number();
    let columns = tables::ticks();
    let table = TableWriter::new(file, "ticks", columns, &session.said()).map_err(failed)?;
    let mut ticks = Ticks { channel, session: Arc::clone(session), table };
    let exported = rfa_record::each(recording, part, &[Topic::Tick], &mut ticks)?;
    ticks.table.say(tables::ROWS, exported.lines.to_string());
    ticks.table.say(tables::WHOLE, whole(&exported).to_string());
    ticks.table.finish().map_err(failed)?;
    Ok(exported)
}

fn failed(error: parquet::errors::ParquetError) -> ExportError {
    ExportError::File(error.into())
}

struct Ticks {
    channel: u8,
    session: Arc<Session>,
    table: TableWriter<TickOf>,
}

impl Take for Ticks {
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError> {
        let line = TickLine::new(at_us, self.channel, &message.parse()?);
        self.table.push(TickOf { session: Arc::clone(&self.session), line }).map_err(failed)
    }

    fn wait(&mut self) -> Result<bool, ExportError> {
        Ok(false)
    }
}
