//! What a recording holds, told without re-executing it.

use crate::message::{ActionRow, IntentMessage, NoteMessage, SummaryMessage};
use crate::row::{StateWord, TickRow, TripRow};
use crate::{Clock, End, LesionMessage, Message, Messages, ReadError, Recording, Topic};
use serde::Serialize;
use std::collections::BTreeMap;

/// Gaps, trips and damaged places told one by one at most; the counts go on.
const LISTED_MAX: usize = 64;

/// Tick numbers that are not in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The tick before the gap; 0 before the first.
    pub after: u64,
    /// The tick behind the gap.
    pub before: u64,
    /// Of the numbers between, deadlines the machine missed: no tick ran.
    pub missed: u64,
    /// Of the numbers between, ticks that ran and are not in the recording.
    pub lost: u64,
}

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// Where it begins in the file.
    pub at: u64,
    /// What is wrong with it.
    pub why: String,
}

/// A trip, with its tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TripSeen {
    /// The tick.
    pub tick: u64,
    /// When, on the controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// Its numbers.
    pub trip: TripRow,
}

/// What a recording holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Info {
    /// Length of the file, in bytes.
    pub bytes: u64,
    /// Version of rfa that wrote it.
    pub rfa_version: String,
    /// Commit it was built from.
    pub git_commit: Option<String>,
    /// Version of the messages.
    pub record_schema: u32,
    /// The session's id, hexadecimal.
    pub session: String,
    /// The plan's short name.
    pub plan: String,
    /// The plan's hash.
    pub plan_hash: String,
    /// The simulation's seed.
    pub seed: Option<u64>,
    /// Who armed first; absent: nobody did, or nobody was signed in.
    pub operator: Option<String>,
    /// Files kept inside: the plan, the site, a script; histograms of the ticks' times; those
    /// attached later.
    pub files: Vec<String>,
    /// What the file says of its own making: `rfa.cut`, `rfa.merged`, `rfa.deidentified`.
    pub marks: Vec<String>,
    /// It begins with the session's first tick, as re-execution needs it.
    pub from_start: bool,
    /// Notes written later, the first 64.
    pub notes: Vec<NoteMessage>,
    /// The generator's model, serial number and firmware.
    pub generator: [String; 3],
    /// The session ran on virtual time.
    pub virtual_time: bool,
    /// Wall-clock start, in microseconds since 1970 (UTC); absent on virtual time.
    pub started_unix_us: Option<u64>,
    /// Messages of each topic.
    pub messages: BTreeMap<Topic, u64>,
    /// Messages on channels that are not of rfa.
    pub foreign: u64,
    /// Control ticks inside the ticks.
    pub control_ticks: u64,
    /// The first tick's number.
    pub first_tick: Option<u64>,
    /// The last tick's number.
    pub last_tick: Option<u64>,
    /// From the first tick to the last, in microseconds.
    pub span_us: u64,
    /// The latest any interlock tick began, in microseconds.
    pub interlock_late_max_us: u32,
    /// The latest any control tick began, in microseconds.
    pub control_late_max_us: u32,
    /// Deadlines the machine missed.
    pub missed_ticks: u32,
    /// Ticks that ran and are not in the recording.
    pub lost_ticks: u64,
    /// Numbers that are not in the recording, the first 64 times.
    pub gaps: Vec<Gap>,
    /// The interlock's state in the last tick.
    pub end_state: Option<StateWord>,
    /// Every step of the plan was complete in the last tick.
    pub complete: bool,
    /// The first 64 trips.
    pub trips: Vec<TripSeen>,
    /// The first 64 trips that thresholds on trial would have made.
    pub would_trip: Vec<TripSeen>,
    /// The last message on the lesion.
    pub lesion: Option<LesionMessage>,
    /// The file was not finished, or part of it cannot be read.
    pub truncated: bool,
    /// How it ends.
    pub end: End,
    /// The first 64 damaged places.
    pub damage: Vec<Damage>,
    /// How many damaged places there are.
    pub damaged: u64,
    /// The recording is what recovery left of another.
    pub recovered: bool,
    /// And less than that held.
    pub recovery_lost: bool,
    /// The session's own summary; absent: it did not come to its end.
    pub summary: Option<SummaryMessage>,
}

/// Watches tick numbers for gaps.
///
/// A missed deadline leaves a number out and counts it in `missed_ticks` of the next record;
/// what is left out beyond that is lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sequence {
    last: u64,
    missed: u32,
}

impl Sequence {
    /// The sequence of a part whose first tick is `row`: what was before is in another file.
    fn of_part(row: &TickRow) -> Self {
        Self { last: row.inputs.tick.saturating_sub(1), missed: row.timing.missed_ticks }
    }

    /// The gap in front of `row`, if there is one.
    ///
    /// # Errors
    /// A sentence, where the number is not above the one before.
    pub fn take(&mut self, row: &TickRow) -> Result<Option<Gap>, String> {
        let (after, before) = (self.last, row.inputs.tick);
        let Some(between) = before.checked_sub(after).and_then(|d| d.checked_sub(1)) else {
            return Err(format!("tick {before} stands behind tick {after}"));
        };
        let missed = row.timing.missed_ticks.saturating_sub(self.missed);
        self.last = before;
        self.missed = row.timing.missed_ticks;
        let missed = u64::from(missed).min(between);
        let gap = Gap { after, before, missed, lost: between - missed };
        Ok((between > 0).then_some(gap))
    }
}

impl Recording {
    /// Reads the whole recording once and says what it holds.
    ///
    /// # Errors
    /// [`ReadError::Io`]; damage is told in the result.
    pub fn info(&self) -> Result<Info, ReadError> {
        self.info_following(&mut |_| false)
    }

    /// The same of a recording that may be written still: `wait` is shown what is known where it
    /// ends unfinished, and gives true to look again.
    ///
    /// # Errors
    /// [`ReadError::Io`]; damage is told in the result.
    pub fn info_following(&self, wait: &mut dyn FnMut(&Info) -> bool) -> Result<Info, ReadError> {
        let mut info = self.begin_info()?;
        let mut sequence = Sequence::default();
        let mut first_us = None;
        let mut messages = self.messages()?;
        loop {
            let taken = match messages.next() {
                Ok(None) => {
                    info.finish(&messages);
                    if info.end == End::Finished || !wait(&info) || !messages.resume()? {
                        break;
                    }
                    continue;
                }
                Ok(Some(message)) => info.take(&message, &mut sequence, &mut first_us),
                Err(error) => Err(error),
            };
            match taken {
                Ok(()) => {}
                Err(ReadError::Damaged { at, why, .. }) => info.damage(at, why),
                Err(error) => return Err(error),
            }
        }
        // A recording that was waited for has grown.
        info.bytes = self.bytes()?;
        Ok(info)
    }

    fn bytes(&self) -> Result<u64, ReadError> {
        let length = std::fs::metadata(self.path());
        let io = |source| ReadError::Io { path: self.path().to_owned(), source };
        Ok(length.map_err(io)?.len())
    }

    fn begin_info(&self) -> Result<Info, ReadError> {
        let header = self.header();
        let identity = &header.identity;
        let (virtual_time, started_unix_us) = match header.clock {
            Clock::Virtual => (true, None),
            Clock::Wall { started_unix_us, .. } => (false, Some(started_unix_us)),
        };
        Ok(Info {
            bytes: self.bytes()?,
            rfa_version: header.rfa_version.clone(),
            git_commit: header.git_commit.clone(),
            record_schema: crate::RECORD_SCHEMA,
            session: format!("{:08x}", header.limits.session.0),
            plan: header.plan_id.clone(),
            plan_hash: header.limits.plan.to_string(),
            seed: header.seed,
            operator: None,
            files: Vec::new(),
            marks: self.marks().map(str::to_owned).collect(),
            from_start: self.from_start(),
            notes: Vec::new(),
            generator: [&identity.model, &identity.serial, &identity.firmware].map(Clone::clone),
            virtual_time,
            started_unix_us,
            messages: Topic::ALL.into_iter().map(|topic| (topic, 0)).collect(),
            foreign: 0,
            control_ticks: 0,
            first_tick: None,
            last_tick: None,
            span_us: 0,
            interlock_late_max_us: 0,
            control_late_max_us: 0,
            missed_ticks: 0,
            lost_ticks: 0,
            gaps: Vec::new(),
            end_state: None,
            complete: false,
            trips: Vec::new(),
            would_trip: Vec::new(),
            lesion: None,
            truncated: false,
            end: End::Finished,
            damage: Vec::new(),
            damaged: 0,
            recovered: false,
            recovery_lost: false,
            summary: None,
        })
    }
}

impl Info {
    fn take(
        &mut self,
        message: &Message<'_>,
        sequence: &mut Sequence,
        first_us: &mut Option<u64>,
    ) -> Result<(), ReadError> {
        *self.messages.entry(message.topic).or_default() += 1;
        match message.topic {
            Topic::Tick => {
                let row: TickRow = message.parse()?;
                if first_us.is_none() && !self.from_start {
                    *sequence = Sequence::of_part(&row);
                }
                let first_us = *first_us.get_or_insert(row.inputs.now_us);
                self.span_us = row.inputs.now_us.saturating_sub(first_us);
                let gap = sequence.take(&row).map_err(|why| message.damaged(why))?;
                self.tick(row, gap);
            }
            Topic::Summary => self.summary = Some(message.parse()?),
            Topic::Lesion => self.lesion = Some(message.parse()?),
            Topic::Intent => {
                let intent: IntentMessage = message.parse()?;
                if self.operator.is_none() && matches!(intent.action, ActionRow::Arm) {
                    self.operator = intent.operator;
                }
            }
            Topic::Note if self.notes.len() < LISTED_MAX => self.notes.push(message.parse()?),
            Topic::Event | Topic::Alarm | Topic::Truth | Topic::Note | Topic::Chain => {}
        }
        Ok(())
    }

    fn tick(&mut self, row: TickRow, gap: Option<Gap>) {
        let tick = row.inputs.tick;
        self.first_tick.get_or_insert(tick);
        self.last_tick = Some(tick);
        self.control_ticks += row.control.len() as u64;
        self.interlock_late_max_us = self.interlock_late_max_us.max(row.timing.interlock_late_us);
        self.control_late_max_us = self.control_late_max_us.max(row.timing.control_late_us);
        self.missed_ticks = row.timing.missed_ticks;
        self.end_state = Some(row.outputs.state);
        self.complete = row.outputs.complete;
        if let Some(gap) = gap {
            self.lost_ticks += gap.lost;
            if self.gaps.len() < LISTED_MAX {
                self.gaps.push(gap);
            }
        }
        for event in row.outputs.events {
            let (list, trip) = match event {
                crate::row::EventRow::Tripped(trip) => (&mut self.trips, trip),
                crate::row::EventRow::WouldTrip(trip) => (&mut self.would_trip, trip),
                _ => continue,
            };
            if list.len() < LISTED_MAX {
                list.push(TripSeen { tick, at_us: row.inputs.now_us, trip });
            }
        }
    }

    fn damage(&mut self, at: u64, why: String) {
        self.damaged += 1;
        if self.damage.len() < LISTED_MAX {
            self.damage.push(Damage { at, why });
        }
    }

    fn finish(&mut self, messages: &Messages) {
        self.foreign = messages.foreign();
        self.recovered = messages.recovered();
        self.recovery_lost = messages.recovery_lost();
        self.files = messages.files().to_vec();
        if let Some(end) = messages.end() {
            self.end = end.clone();
        }
        self.truncated = self.end != End::Finished || self.damaged > 0;
    }
}
