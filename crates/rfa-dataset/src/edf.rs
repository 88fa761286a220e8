//! One recording as EDF+, for the programs of clinical neurophysiology.
//!
//! B. Kemp and J. Olivan, "European data format 'plus' (EDF+)", Clinical Neurophysiology 114 (2003)
//! 1755-1761, doi 10.1016/S1388-2457(03)00123-8; <https://www.edfplus.info/specs/edfplus.html>.
//! Continuous (EDF+C): the time base is the tick's number, which is that of its deadline, 10 ms
//! each. A tick that is not on record is there as "not measured", with an annotation.

mod annotations;
mod header;

use annotations::Annotations;
use header::{Facts, SIGNALS, Signal};
use rfa_record::{Clock, ExportError, Exported, Message, Part, Recording, Take, TickLine, Topic};
use std::fs::File;
use std::io::{BufWriter, Write};

/// Samples of a data record: it is a second of ticks.
const SAMPLES: usize = 100;
/// Ticks from the first to the last at most: a day.
const TICKS_MAX: u64 = 8_640_000;
/// What stands for a value that is not there: no value of a signal is as low.
const NOT_MEASURED: i16 = i16::MIN;
/// What is wrong with a tick that both passes pass over.
const NOT_ABOVE: &str = "its tick's number is not above the one before";

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedEdf {
    /// As of every export; its lines are ticks.
    pub exported: Exported,
    /// Annotations.
    pub annotations: u64,
    /// Annotations beyond those that are kept.
    pub annotations_left_out: u64,
    /// Values beyond the end of their signal's range, written as its end.
    pub beyond: u64,
    /// Ticks between the first and the last that are not on record.
    pub gaps: u64,
}

/// Writes EDF+C: six signals at 100 Hz, and annotations for what happened. Reads the recording
/// twice.
///
/// # Errors
/// [`ExportError`]; what was written until then is no whole file.
pub fn export_edf(
    recording: &Recording,
    part: Part,
    file: File,
) -> Result<ExportedEdf, ExportError> {
    let mut seen = Seen::default();
    let topics = [Topic::Tick, Topic::Event, Topic::Alarm, Topic::Note];
    let before = rfa_record::each(recording, part, &topics, &mut seen)?;
    let (Some(first), Some(last)) = (seen.first, seen.last) else {
        let at = recording.path().display().to_string();
        return Err(ExportError::NoTick(at));
    };
    let slots = last.saturating_sub(first.number).saturating_add(1);
    if slots > TICKS_MAX {
        return Err(ExportError::File(
            format!(
                "from tick {} to {last} it would be {slots} samples; at most {TICKS_MAX} are \
                 possible: choose a part with --from-s and --until-s",
                first.number
            )
            .into(),
        ));
    }
    let wall = matches!(recording.header().clock, Clock::Wall { .. });
    let started = wall.then_some(first.log_time_ns / 1_000);
    let records = slots.div_ceil(SAMPLES as u64);
    let (annotations, left_out) = (seen.told.len() as u64, seen.left_out);
    let told = Annotations::new(first, started, seen.told, records);
    let facts = Facts {
        identity: &recording.header().identity,
        started_unix_us: started,
        records,
        annotation_bytes: told.record_bytes(),
    };
    let mut out = BufWriter::new(file);
    out.write_all(&header::bytes(&facts))?;
    let channel = recording.header().limits.channel.number();
    let mut writer = Writer::new(out, told, channel, first.number, slots);
    let after = rfa_record::each(recording, part, &[Topic::Tick], &mut writer)?;
    let exported = both(before, after, writer.ticks);
    let (beyond, gaps) = writer.finish()?;
    Ok(ExportedEdf { exported, annotations, annotations_left_out: left_out, beyond, gaps })
}

/// What both passes came to. What the first could not read is more than the second's: it has the
/// topics of annotations too. Where the recording has grown since, it ends as the first saw it.
fn both(before: Exported, after: Exported, lines: u64) -> Exported {
    let more = if after.damaged > before.damaged { after } else { before.clone() };
    Exported { lines, damage: more.damage, damaged: more.damaged, ..before }
}

/// A tick, and when it was.
#[derive(Debug, Clone, Copy)]
struct First {
    number: u64,
    at_us: i64,
    log_time_ns: u64,
}

/// The first pass: how much there is, and what happened.
#[derive(Debug, Default)]
struct Seen {
    first: Option<First>,
    last: Option<u64>,
    delivering: bool,
    told: Vec<annotations::Told>,
    left_out: u64,
}

impl Take for Seen {
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError> {
        if message.topic != Topic::Tick {
            let told = annotations::told(at_us, message)?;
            self.tell(told);
            return Ok(());
        }
        let row: rfa_record::row::TickRow = message.parse()?;
        let number = row.inputs.tick;
        if let Some(last) = self.last {
            if number <= last {
                return Err(message.damaged(NOT_ABOVE).into());
            }
            if number > last.saturating_add(1) {
                self.tell(annotations::Told::gap(last, number));
            }
        }
        let begins = self.first.is_none();
        self.first.get_or_insert(First { number, at_us, log_time_ns: message.log_time_ns });
        self.last = Some(number);
        let delivering = row.outputs.permit.delivering;
        if delivering != self.delivering {
            self.delivering = delivering;
            self.tell(annotations::Told::output(number, &row, begins));
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<bool, ExportError> {
        Ok(false)
    }
}

impl Seen {
    fn tell(&mut self, told: annotations::Told) {
        if self.told.len() >= annotations::TOLD_MAX {
            self.left_out += 1;
        } else {
            self.told.push(told);
        }
    }
}

/// The second pass: a record a second.
struct Writer<W> {
    out: W,
    annotations: Annotations,
    channel: u8,
    first: u64,
    slots: u64,
    /// Slots that are filled.
    at: u64,
    /// Ticks that are in them.
    ticks: u64,
    record: Vec<[i16; SIGNALS.len()]>,
    beyond: u64,
    gaps: u64,
}

impl<W: Write> Writer<W> {
    fn new(out: W, annotations: Annotations, channel: u8, first: u64, slots: u64) -> Self {
        let record = Vec::with_capacity(SAMPLES);
        Self {
            out,
            annotations,
            channel,
            first,
            slots,
            at: 0,
            ticks: 0,
            record,
            beyond: 0,
            gaps: 0,
        }
    }

    fn push(&mut self, samples: [i16; SIGNALS.len()]) -> std::io::Result<()> {
        self.record.push(samples);
        if self.record.len() >= SAMPLES { self.flush() } else { Ok(()) }
    }

    /// Fills a slot with a tick's values; those before it that are empty are not measured.
    fn tick(&mut self, slot: u64, values: &[Option<f64>; SIGNALS.len()]) -> std::io::Result<()> {
        while self.at < slot {
            self.at += 1;
            self.gaps += 1;
            self.push([NOT_MEASURED; SIGNALS.len()])?;
        }
        let mut samples = [NOT_MEASURED; SIGNALS.len()];
        for ((sample, signal), value) in samples.iter_mut().zip(&SIGNALS).zip(values) {
            let (digital, beyond) = signal.digital(*value);
            *sample = digital;
            self.beyond += u64::from(beyond);
        }
        self.at += 1;
        self.ticks += 1;
        self.push(samples)
    }

    /// A record: each signal's samples, then the annotations.
    fn flush(&mut self) -> std::io::Result<()> {
        self.record.resize(SAMPLES, [NOT_MEASURED; SIGNALS.len()]);
        for signal in 0..SIGNALS.len() {
            for sample in self.record.iter().filter_map(|samples| samples.get(signal)) {
                self.out.write_all(&sample.to_le_bytes())?;
            }
        }
        self.record.clear();
        self.out.write_all(&self.annotations.next_record())
    }

    fn finish(mut self) -> std::io::Result<(u64, u64)> {
        // What was there in the first pass and could not be read in the second.
        while self.at < self.slots {
            self.at += 1;
            self.push([NOT_MEASURED; SIGNALS.len()])?;
        }
        if !self.record.is_empty() {
            self.flush()?;
        }
        self.out.flush()?;
        Ok((self.beyond, self.gaps))
    }
}

impl<W: Write> Take for Writer<W> {
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError> {
        let line = TickLine::new(at_us, self.channel, &message.parse()?);
        let Some(slot) = line.tick.checked_sub(self.first).filter(|slot| *slot >= self.at) else {
            return Err(message.damaged(NOT_ABOVE).into());
        };
        // A recording that has grown since the first pass.
        if slot >= self.slots {
            return Ok(());
        }
        let values = SIGNALS.each_ref().map(|signal| (signal.value)(&line));
        Ok(self.tick(slot, &values)?)
    }

    fn wait(&mut self) -> Result<bool, ExportError> {
        Ok(false)
    }
}

impl Signal {
    /// The sample, and whether the value is beyond the signal's range.
    fn digital(&self, value: Option<f64>) -> (i16, bool) {
        let Some(value) = value else { return (NOT_MEASURED, false) };
        // One step above the lowest is the first value that can be.
        let steps = (value * self.scale / self.step).round() - self.least_steps;
        let digital = steps + f64::from(i16::MIN);
        let range = f64::from(NOT_MEASURED + 1)..=f64::from(i16::MAX);
        // Within i16 after the clamp, which is told.
        (digital.clamp(*range.start(), *range.end()) as i16, !range.contains(&digital))
    }
}

#[cfg(test)]
mod tests;
