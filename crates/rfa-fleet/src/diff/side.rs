//! One of two recordings, read in step with the other.

use super::align::Moment;
use rfa_figures::summary::{Accumulator, Summary};
use rfa_record::row::{EventRow, TickRow};
use rfa_record::{Damage, End, Messages, ReadError, Recording, Topic};

/// Damaged places told one by one at most.
const DAMAGE_MAX: usize = 64;
/// Events kept at most: a whole treatment has some dozens.
const EVENTS_MAX: usize = 10_000;

/// What the generator told last, in thousandths; `None`: no reading.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Report {
    pub(super) tip_mc: Option<i64>,
    pub(super) power_mw: Option<i64>,
    pub(super) impedance_mohm: Option<i64>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Happened {
    /// Time since the alignment, µs.
    pub(super) at_us: i64,
    pub(super) event: EventRow,
}

/// One tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Ticks since the alignment.
    pub(super) place: i64,
    /// Time since the alignment, µs.
    pub(super) at_us: i64,
    /// The newest report so far: in real time a frame may come one tick sooner or later.
    pub(super) report: Report,
    /// Power that may be delivered; none is no power.
    pub(super) granted_mw: i64,
}

pub(super) struct Side {
    messages: Messages,
    sums: Accumulator,
    moment: Moment,
    channel: u8,
    report: Report,
    events: Vec<Happened>,
    events_untold: u64,
    /// Times of the first and the last tick since the alignment, µs.
    covers_us: Option<(i64, i64)>,
    damage: Vec<Damage>,
    damaged: u64,
}

impl Side {
    pub(super) fn new(recording: &Recording, moment: Moment) -> Result<Self, ReadError> {
        let header = recording.header();
        Ok(Self {
            messages: recording.messages()?,
            sums: Accumulator::new(&header.program),
            moment,
            channel: header.limits.channel.number(),
            report: Report::default(),
            events: Vec::new(),
            events_untold: 0,
            covers_us: None,
            damage: Vec::new(),
            damaged: 0,
        })
    }

    /// The next tick that can be read.
    pub(super) fn next(&mut self) -> Result<Option<Sample>, ReadError> {
        loop {
            match self.read() {
                Ok(Read::Tick(sample)) => return Ok(Some(sample)),
                Ok(Read::Other) => {}
                Ok(Read::End) => return Ok(None),
                Err(ReadError::Damaged { at, why, .. }) => {
                    self.damaged += 1;
                    if self.damage.len() < DAMAGE_MAX {
                        self.damage.push(Damage { at, why });
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn read(&mut self) -> Result<Read, ReadError> {
        let Some(message) = self.messages.next()? else { return Ok(Read::End) };
        if message.topic != Topic::Tick {
            self.sums.message(&message)?;
            return Ok(Read::Other);
        }
        let row: TickRow = message.parse()?;
        self.sums.row(&message, &row)?;
        let mut reports = row.inputs.telemetry.iter().flat_map(|frame| &frame.channels);
        if let Some(report) = reports.rfind(|of| of.channel == self.channel) {
            self.report = Report {
                tip_mc: report.tip_mc.map(i64::from),
                power_mw: Some(report.power_mw.into()),
                impedance_mohm: report.impedance_mohm.map(i64::from),
            };
        }
        let at_us = self.moment.to_us(row.inputs.now_us);
        self.covers_us = Some((self.covers_us.map_or(at_us, |(first, _)| first), at_us));
        for event in row.outputs.events {
            if self.events.len() < EVENTS_MAX {
                self.events.push(Happened { at_us, event });
            } else {
                self.events_untold += 1;
            }
        }
        Ok(Read::Tick(Sample {
            place: self.moment.place_of(row.inputs.tick),
            at_us,
            report: self.report,
            granted_mw: row.outputs.grant.map_or(0, |grant| grant.power_mw.into()),
        }))
    }

    pub(super) const fn moment(&self) -> Moment {
        self.moment
    }

    /// Times of the first and the last tick since the alignment, µs; absent: no tick.
    pub(super) const fn covers_us(&self) -> Option<(i64, i64)> {
        self.covers_us
    }

    /// What happened, and how much more did.
    pub(super) fn events(&self) -> (&[Happened], u64) {
        (&self.events, self.events_untold)
    }

    pub(super) fn finish(&mut self) -> Summary {
        self.sums.finish()
    }

    pub(super) fn end(&self) -> End {
        self.messages.end().cloned().unwrap_or(End::Finished)
    }

    /// The first places that cannot be read, and how many there are.
    pub(super) fn damage(&self) -> (&[Damage], u64) {
        (&self.damage, self.damaged)
    }
}

enum Read {
    Tick(Sample),
    Other,
    End,
}
