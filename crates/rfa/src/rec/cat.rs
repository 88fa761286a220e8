//! `rfa rec cat`: messages as lines.

use super::arguments::Cat;
use super::follow::Follow;
use super::{export, text};
use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use rfa_record::row::TickRow;
use rfa_record::{
    CheckpointMessage, EventMessage, ExportError, IntentMessage, Message, NoteMessage, Part,
    ReadError, Recording, Take, Topic, TruthRow,
};
use std::io::{BufWriter, Write, stdout};

/// What is printed where nothing is asked for: what a person can read.
const FOR_PEOPLE: [Topic; 6] =
    [Topic::Event, Topic::Alarm, Topic::Intent, Topic::Lesion, Topic::Summary, Topic::Note];

pub(super) fn cat(arguments: &Cat) -> Result<Exit, Stop> {
    let Cat { file, channels, from, to, follow, output } = arguments;
    let recording = Recording::open(file).map_err(|e| Stop::failure(e.to_string()))?;
    let part = Part { from_us: *from, until_us: *to };
    let topics = if channels.is_empty() { &FOR_PEOPLE[..] } else { channels };
    let mut follow = Follow::new(file, *follow);
    let mut out = BufWriter::new(stdout().lock());
    let printed = match output.format {
        Format::Json => {
            let mut wait = || follow.wait();
            rfa_record::export_ndjson(&recording, part, topics, &mut out, &mut wait)
        }
        Format::Text => {
            let mut lines = Lines {
                out: &mut out,
                channel: recording.header().limits.channel.number(),
                follow,
            };
            rfa_record::each(&recording, part, topics, &mut lines)
        }
    };
    let printed = printed.and_then(|printed| {
        out.flush()?;
        Ok(printed)
    });
    match printed {
        // A reader that has gone away is no failure of ours.
        Err(error) if error.reader_gone() => Ok(Exit::Ok),
        Err(error) => Err(Stop::failure(error.to_string())),
        Ok(printed) => Ok(export::exit(file, &printed)),
    }
}

struct Lines<W> {
    out: W,
    /// The channel that is treated.
    channel: u8,
    follow: Follow,
}

impl<W: Write> Take for Lines<W> {
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError> {
        let said = output::plain(&said(self.channel, message)?);
        let seconds = at_us as f64 / 1e6;
        writeln!(self.out, "{seconds:11.3} s  {:<8} {said}", message.topic.name())?;
        Ok(())
    }

    fn wait(&mut self) -> Result<bool, ExportError> {
        self.out.flush()?;
        Ok(self.follow.wait())
    }
}

fn said(channel: u8, message: &Message<'_>) -> Result<String, ReadError> {
    Ok(match message.topic {
        Topic::Tick => tick(channel, &message.parse()?),
        Topic::Event | Topic::Alarm => {
            let EventMessage { tick, event, .. } = message.parse()?;
            format!("tick {tick}: {}", text::compact(&event))
        }
        Topic::Intent => {
            let IntentMessage { action, operator, .. } = message.parse()?;
            let who = operator.map_or(String::new(), |name| format!(", {name}"));
            format!("{}{who}", text::compact(&action))
        }
        Topic::Truth => {
            let TruthRow { tip_c, tissue_max_c, power_w, .. } = message.parse()?;
            format!("tip {tip_c:.2} C, hottest tissue {tissue_max_c:.2} C, {power_w:.3} W")
        }
        Topic::Lesion => text::lesion(&message.parse()?),
        Topic::Note => {
            let NoteMessage { text, author, .. } = message.parse()?;
            text::note(&text, author.as_deref())
        }
        Topic::Chain => {
            let CheckpointMessage { index, records, hash, key, .. } = message.parse()?;
            let signed = key.map_or(String::new(), |key| format!(", signed by {key}"));
            format!("checkpoint {index} over {records} records, {hash}{signed}")
        }
        Topic::Summary => message.json()?.get().to_owned(),
    })
}

/// A tick in a line: what a person looks for first.
fn tick(channel: u8, row: &TickRow) -> String {
    let TickRow { inputs, outputs, control, .. } = row;
    let mut said = format!("{} {}", inputs.tick, text::compact(&outputs.state));
    if let Some(loop_) = control.last().map(|tick| &tick.outputs) {
        said.push_str(&format!(", set {:.1} C", f64::from(loop_.set_mc) / 1e3));
    }
    let report = inputs.telemetry.last();
    let reading = report.and_then(|r| r.channels.iter().find(|of| of.channel == channel));
    if let Some(reading) = reading {
        let tip =
            reading.tip_mc.map_or("no".to_owned(), |mc| format!("{:.2}", f64::from(mc) / 1e3));
        said.push_str(&format!(", tip {tip} C, {:.2} W", f64::from(reading.power_mw) / 1e3));
        if let Some(mohm) = reading.impedance_mohm {
            said.push_str(&format!(", {:.0} ohm", f64::from(mohm) / 1e3));
        }
    }
    said
}
