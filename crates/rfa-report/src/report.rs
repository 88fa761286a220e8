//! What a report says of a recording, gathered in one reading.

mod course;
mod impedance;

pub use course::{Course, CourseRow, Weight};
pub use impedance::Impedances;

use crate::{Listen, Loss, Series, WalkError, walk};
use rfa_figures::Summary;
use rfa_figures::summary::Accumulator;
use rfa_plan::Plan;
use rfa_record::row::{EventRow, RowError, TickRow, TripRow};
use rfa_record::{
    CheckReport, Header, Info, IntentMessage, LesionMessage, NoteMessage, Part, Recording, TruthRow,
};
use rfa_session::DeviceKind;

/// Trips and notes told at most.
const TOLD_MAX: usize = 64;

/// A trip and when it was.
#[derive(Debug, Clone, PartialEq)]
pub struct TripTold {
    /// When, s since the first tick.
    pub at_s: f64,
    /// Its numbers.
    pub trip: TripRow,
}

/// What a report says.
#[derive(Debug, Clone)]
pub struct Report {
    /// What the recording says of its session.
    pub header: Header,
    /// It is a part of another recording.
    pub cut: bool,
    /// What it holds.
    pub info: Info,
    /// Whether every record is as it was written; an error: it cannot be told, and why.
    pub check: Result<CheckReport, String>,
    /// The plan in the recording; an error: this program does not read it, and why.
    pub plan: Result<Plan, String>,
    /// The signals, states and marks.
    pub series: Series,
    /// What could not be read.
    pub loss: Loss,
    /// What it came to, summed from every tick that is there.
    pub session: Summary,
    /// Impedances at the times that matter.
    pub impedances: Impedances,
    /// What happened, in order.
    pub course: Course,
    /// The first 64 trips.
    pub trips: Vec<TripTold>,
    /// The last word on the lesion, and when it was said, s.
    pub lesion: Option<(f64, LesionMessage)>,
    /// The first 64 notes, and the moment each is about, s.
    pub notes: Vec<(f64, NoteMessage)>,
}

impl Report {
    /// Reads a recording from end to end, finished or not.
    ///
    /// # Errors
    /// [`WalkError`] where it cannot be read or holds no tick. Damage is told in the report.
    pub fn read(recording: &Recording) -> Result<Self, WalkError> {
        let header = recording.header();
        let info = recording.info()?;
        let check = rfa_record::check(recording.path(), None).map_err(|e| e.to_string());
        let plan = rfa_plan::parse_plan("plan.toml", &header.plan_toml);
        let mut gather = Gather {
            sums: Accumulator::new(&header.program),
            series: Series::new(&header.plan_id, &header.limits),
            impedances: Impedances::new(header.limits.channel.number()),
            course: Course::default(),
            trips: Vec::new(),
            lesion: None,
            notes: Vec::new(),
        };
        let loss = walk(recording, Part::default(), &mut gather)?;
        let Gather { mut sums, series, impedances, course, trips, lesion, notes } = gather;
        Ok(Self {
            session: sums.finish(),
            header: header.clone(),
            plan: plan.map_err(|errors| errors.to_string()),
            cut: recording.is_cut(),
            info,
            check,
            series,
            loss,
            impedances,
            course,
            trips,
            lesion,
            notes,
        })
    }

    /// What stands in the way of believing the figures, a sentence each; empty: nothing.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.header.identity.kind == DeviceKind::Replay {
            doubts.push(
                "A what-if, computed by `rfa replay` from a recording: no treatment was given."
                    .to_owned(),
            );
        }
        if let Some(why) = &self.loss.cut_short {
            doubts.push(format!(
                "This recording was not finished ({why}). The session may have gone on: the report \
                 is of what is there."
            ));
        }
        if self.info.recovery_lost {
            doubts.push(
                "This file is what recovery left of a recording that was not finished.".to_owned(),
            );
        }
        if self.loss.damaged > 0 {
            let (count, places) = (self.loss.damaged, self.loss.damage.join("; "));
            doubts.push(format!("Damaged in {count} places, which are left out: {places}."));
        }
        if self.info.lost_ticks > 0 {
            let lost = self.info.lost_ticks;
            doubts.push(format!("{lost} ticks ran and are not in the recording."));
        }
        if self.cut {
            doubts.push("A part cut out of a longer recording.".to_owned());
        }
        if let Some(misfit) = self.check.as_ref().ok().and_then(|check| check.misfit.as_ref()) {
            // An unfinished file has no end of its chain: that is told above.
            if self.loss.cut_short.is_none() {
                doubts.push(format!("Not as it was recorded: {misfit}."));
            }
        }
        if self.info.summary.is_none() && self.loss.cut_short.is_none() && !self.cut {
            doubts.push("The session wrote no summary: it did not come to its end.".to_owned());
        }
        doubts
    }
}

struct Gather {
    sums: Accumulator,
    series: Series,
    impedances: Impedances,
    course: Course,
    trips: Vec<TripTold>,
    lesion: Option<(f64, LesionMessage)>,
    notes: Vec<(f64, NoteMessage)>,
}

impl Listen for Gather {
    fn tick(&mut self, at_s: f64, row: &TickRow) -> Result<(), RowError> {
        self.sums.tick(&row.without_grant()?);
        self.series.tick(at_s, row)?;
        self.impedances.tick(row);
        self.course.tick(at_s, row);
        for event in &row.outputs.events {
            if let EventRow::Tripped(trip) = event
                && self.trips.len() < TOLD_MAX
            {
                self.trips.push(TripTold { at_s, trip: trip.clone() });
            }
        }
        Ok(())
    }

    fn truth(&mut self, at_s: f64, row: &TruthRow) {
        self.sums.truth(row);
        self.series.truth(at_s, row);
    }

    fn intent(&mut self, at_s: f64, intent: IntentMessage) {
        self.course.intent(at_s, &intent);
    }

    fn lesion(&mut self, at_s: f64, lesion: LesionMessage) {
        self.sums.lesion_on_record(&lesion);
        self.lesion = Some((at_s, lesion));
    }

    fn note(&mut self, at_s: f64, note: NoteMessage) {
        if self.notes.len() < TOLD_MAX {
            self.notes.push((at_s, note));
        }
    }
}
