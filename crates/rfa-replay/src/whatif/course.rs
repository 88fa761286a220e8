//! A recording as what-if needs it: compact, whole, from its first tick.

use super::WhatIfError;
use super::figures::{Figures, Point, Watch};
use crate::verify::from_start;
use rfa_interlock::{Command, LinkReport, Readiness, State};
use rfa_record::row::TickRow;
use rfa_record::{End, Header, Message, ReadError, Recording, Sequence, Topic};
use rfa_session::TickRecord;
use rfa_units::{ChannelReport, Contactor, Telemetry};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Ticks of a recording at most: 2.7 hours at 100 Hz, half a gigabyte in memory.
pub const TICKS_MAX: usize = 1_000_000;

/// One interlock tick without what a what-if makes anew.
#[derive(Debug, Clone)]
pub(super) struct Tick {
    pub(super) tick: u64,
    pub(super) now_us: u64,
    pub(super) granted_mw: Option<u32>,
    pub(super) k1: Contactor,
    pub(super) k2: Contactor,
    pub(super) link: LinkReport,
    pub(super) console_alive: bool,
    pub(super) command: Command,
    pub(super) authorised: bool,
    pub(super) ready: Readiness,
    pub(super) missed_ticks: u32,
    /// Places of its frames.
    pub(super) frames: Range<usize>,
    /// Places of its control ticks.
    pub(super) controls: Range<usize>,
}

/// One control tick.
#[derive(Debug, Clone)]
pub(super) struct ControlSeen {
    pub(super) tick: u64,
    pub(super) now_us: u64,
    /// It knew a permit.
    pub(super) permit: bool,
    /// Sequence numbers of the frames it saw, where they were not those of its record.
    pub(super) own: Option<Vec<u32>>,
}

/// Ticks running in one state before them.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) state: State,
    pub(super) ticks: Range<usize>,
}

/// A whole recording.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) ticks: Vec<Tick>,
    pub(super) frames: Vec<Telemetry>,
    pub(super) controls: Vec<ControlSeen>,
    pub(super) segments: Vec<Segment>,
    /// What came of it.
    pub(super) figures: Figures,
    pub(super) points: Vec<Point>,
    pub(super) events: Vec<super::figures::Happened>,
    /// The recording was not finished, or its tail is lost.
    pub(super) truncated: bool,
}

impl Course {
    /// Reads it. `watch` sees every tick, for what needs them all (the lesion).
    pub(super) fn read(
        path: &Path,
        also: &mut dyn FnMut(&TickRecord),
    ) -> Result<Self, WhatIfError> {
        let recording = from_start(Recording::open(path)?)?;
        let header = recording.header().clone();
        let mut reader = Reader::new(&header);
        let mut messages = recording.messages()?;
        loop {
            match messages.next() {
                Ok(None) => break,
                Ok(Some(message)) if message.topic == Topic::Tick => reader.tick(&message, also)?,
                Ok(Some(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let truncated = messages.end() != Some(&End::Finished);
        reader.finish(path, header, truncated)
    }

    /// The treated channel's report in a frame.
    pub(super) fn report<'a>(&self, frame: &'a Telemetry) -> Option<&'a ChannelReport> {
        frame.channel(self.header.program.channel)
    }
}

struct Reader {
    sequence: Sequence,
    state: State,
    ticks: Vec<Tick>,
    frames: Vec<Telemetry>,
    controls: Vec<ControlSeen>,
    segments: Vec<Segment>,
    watch: Watch,
}

impl Reader {
    fn new(header: &Header) -> Self {
        Self {
            sequence: Sequence::default(),
            state: State::SelfTest,
            ticks: Vec::new(),
            frames: Vec::new(),
            controls: Vec::new(),
            segments: Vec::new(),
            watch: Watch::new(&header.program),
        }
    }

    fn tick(
        &mut self,
        message: &Message<'_>,
        also: &mut dyn FnMut(&TickRecord),
    ) -> Result<(), WhatIfError> {
        let row: TickRow = message.parse()?;
        let gap = self.sequence.take(&row).map_err(|why| message.damaged(why))?;
        if let Some(gap) = gap.filter(|gap| gap.lost > 0) {
            return Err(WhatIfError::Lost { lost: gap.lost, after: gap.after });
        }
        if self.ticks.len() >= TICKS_MAX {
            return Err(WhatIfError::TooLong);
        }
        let record = row.without_grant().map_err(|error| message.damaged(error))?;
        let granted_mw = row.outputs.grant.as_ref().map(|grant| grant.power_mw);
        self.watch.take(&record, granted_mw);
        also(&record);
        let controls = self.controls.len();
        self.controls.extend(row.control.iter().map(|control| {
            ControlSeen {
                tick: control.inputs.tick,
                now_us: control.inputs.now_us,
                permit: control.inputs.permit.is_some(),
                own: control
                    .inputs
                    .telemetry
                    .as_ref()
                    .map(|frames| frames.iter().map(|frame| frame.sequence).collect()),
            }
        }));
        let frames = self.frames.len();
        let (inputs, outputs) = (&record.interlock.inputs, &record.interlock.outputs);
        self.frames.extend(inputs.telemetry.iter());
        self.segment();
        self.ticks.push(Tick {
            tick: inputs.tick,
            now_us: inputs.now.as_micros(),
            granted_mw,
            k1: outputs.k1,
            k2: outputs.k2,
            link: inputs.link,
            console_alive: inputs.console_alive,
            command: inputs.command,
            authorised: inputs.authorised,
            ready: inputs.ready,
            missed_ticks: record.timing.missed_ticks,
            frames: frames..self.frames.len(),
            controls: controls..self.controls.len(),
        });
        self.state = outputs.state;
        Ok(())
    }

    /// The tick to come belongs to the segment of the state before it.
    fn segment(&mut self) {
        let place = self.ticks.len();
        match self.segments.last_mut() {
            Some(last) if last.state == self.state => last.ticks.end = place + 1,
            _ => self.segments.push(Segment { state: self.state, ticks: place..place + 1 }),
        }
    }

    fn finish(self, path: &Path, header: Header, truncated: bool) -> Result<Course, WhatIfError> {
        if self.ticks.is_empty() {
            return Err(crate::ReplayError::Nothing { path: path.to_owned(), what: "tick" }.into());
        }
        let (figures, points, events) = self.watch.finish();
        let Self { ticks, frames, controls, segments, .. } = self;
        let path = path.to_owned();
        Ok(Course {
            path,
            header,
            ticks,
            frames,
            controls,
            segments,
            figures,
            points,
            events,
            truncated,
        })
    }
}

impl From<ReadError> for WhatIfError {
    fn from(error: ReadError) -> Self {
        Self::Replay(error.into())
    }
}
