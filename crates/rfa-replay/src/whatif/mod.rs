//! What would have come of a recorded session with other numbers.
//!
//! Control and interlock are this program's own, as in a treatment; what they act on is identified
//! from the recording alone ([`Plant`], ADR 0012). [`Session::open`] reads and identifies,
//! [`Session::run`] runs the loop over it, [`Session::report`] says what changes.

mod compare;
mod course;
mod cursor;
mod figures;
mod generator;
mod identify;
mod least_squares;
mod lesion;
mod rerun;
mod rest;
mod settings;
mod write;

pub use compare::{Apart, Changes, FirstChange, Moved, OneSided, Report, SetFrom, apart};
pub use course::TICKS_MAX;
pub use figures::{Figures, Happened, Point};
pub use generator::{Delays, Part, Plant};
pub use identify::Explained;
pub use lesion::LesionFigure;
pub use rerun::Run;
pub use settings::{Key, RUNS_MAX, SETTINGS_MAX, Setting, SettingError, Setup, grid};
pub use write::tuning_of;

use crate::ReplayError;
use course::Course;
use identify::Fit;
use rfa_record::{Header, RecordError};
use rfa_session::TickRecord;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The plant alone, in the loop with unchanged numbers, must hold the tip this near to the
/// recording, K rms with RF on: half of the tightest that a site may set H-01 to, five times the
/// most noise of a sensor (0.3 K).
pub const TIP_RMS_MAX_K: f64 = 1.5;
/// And need this share of the recorded energy more or less at most.
pub const ENERGY_SHARE_MAX: f64 = 0.15;

/// What is added to the identified plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// All that it leaves of the recording, noise and disturbances, at its time in its state.
    Recorded,
    /// Disturbances as recorded, noise drawn anew from this seed.
    Drawn(u64),
    /// No disturbance: the plant alone with its sensor's noise, without which H-08 takes it for
    /// frozen.
    None,
}

/// Why there is no what-if.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    /// The recording cannot be read or re-executed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A setting is refused.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The recording's plan is not usable.
    #[error("the recording's plan cannot be used: {0}")]
    Plan(String),
    /// Ticks are missing.
    #[error(
        "{lost} ticks behind tick {after} ran and are not in the recording: what the generator \
         answered there is not known; cut it before them (`rfa rec cut`)"
    )]
    Lost {
        /// How many.
        lost: u64,
        /// The last one before them.
        after: u64,
    },
    /// Too many ticks.
    #[error("the recording has more than {TICKS_MAX} ticks; cut it (`rfa rec cut --to`)")]
    TooLong,
    /// RF was not on for long enough.
    #[error(
        "nothing to identify: {frames_on} reports with RF on, and 100 are the least (a second); a \
         recording of a treatment is wanted"
    )]
    NoRf {
        /// Reports with RF on.
        frames_on: usize,
    },
    /// The fit has no solution.
    #[error("nothing to identify: the readings fit no plant")]
    NoFit,
    /// The recording is itself a what-if.
    #[error("it is a what-if itself and no treatment; ask the recording it was made from: {0}")]
    WhatIf(String),
    /// The new recording cannot be written.
    #[error(transparent)]
    Write(#[from] RecordError),
}

/// How near the identified plant comes to the recording it was identified from, run in the loop
/// with unchanged numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// With recorded power, outside of the loop.
    pub explained: Explained,
    /// In the loop, with what the model leaves played back.
    pub rerun: Apart,
    /// In the loop, the plant alone.
    pub alone: Apart,
    /// Energy of the plant alone, less the recording's, as a share of that.
    pub alone_energy_share: f64,
    /// It is near enough for a what-if.
    pub good: bool,
}

/// A recorded session with its identified plant.
#[derive(Debug)]
pub struct Session {
    course: Course,
    fit: Fit,
    setup: Setup,
    quality: Quality,
    rerun: Run,
    lesion: LesionFigure,
}

impl Session {
    /// Reads a recording, identifies its plant and runs it with unchanged numbers. `lesion`:
    /// whether the lesion is modelled, which takes longer than all else.
    ///
    /// # Errors
    /// [`WhatIfError`]: it cannot be read, or there is nothing to identify.
    pub fn open(path: impl AsRef<Path>, lesion: bool) -> Result<Self, WhatIfError> {
        let path = path.as_ref();
        let mut model: Option<lesion::Follower> = None;
        let mut first = true;
        let header = write::header_of(path)?;
        let setup = Setup::recorded(&header)?;
        let course = Course::read(path, &mut |record| {
            if first && lesion {
                model = Some(lesion::Follower::new(setup.plan()));
            }
            first = false;
            if let Some(model) = &mut model {
                model.take(record);
            }
        })?;
        let fit = identify::identify(&course)?;
        let rerun = rerun::run(&course, &fit, &setup, Noise::Recorded, &mut |_| {})?;
        let alone = rerun::run(&course, &fit, &setup, Noise::None, &mut |_| {})?;
        let quality = Quality::new(&course, &fit, &rerun, &alone);
        let lesion = lesion::Follower::finish(model);
        Ok(Self { course, fit, setup, quality, rerun, lesion })
    }

    /// The recording's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.course.path
    }

    /// The numbers it ran with.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What was identified.
    #[must_use]
    pub const fn plant(&self) -> &Plant {
        &self.fit.plant
    }

    /// How well it reproduces the recording.
    #[must_use]
    pub const fn quality(&self) -> &Quality {
        &self.quality
    }

    /// The recording in numbers.
    #[must_use]
    pub const fn recorded(&self) -> &Figures {
        &self.course.figures
    }

    /// The recording tick by tick.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.course.points
    }

    /// The recording was not finished, or its tail is lost.
    #[must_use]
    pub const fn truncated(&self) -> bool {
        self.course.truncated
    }

    /// The same session with other numbers.
    ///
    /// # Errors
    /// [`WhatIfError`] where control or interlock refuse them.
    pub fn run(&self, setup: &Setup, noise: Noise) -> Result<Run, WhatIfError> {
        rerun::run(&self.course, &self.fit, setup, noise, &mut |_| {})
    }

    /// The same, into a new recording that says what it is, and with the lesion.
    ///
    /// # Errors
    /// [`WhatIfError`], also where the file exists already or cannot be written.
    pub fn report(&self, asked: &Asked<'_>) -> Result<(Report, Run), WhatIfError> {
        let setup = self.setup.with(asked.settings)?;
        let wanted = self.lesion != LesionFigure::NotAsked;
        let mut model = wanted.then(|| lesion::Follower::new(setup.plan()));
        let mut writer = match asked.to {
            None => None,
            Some(to) => Some(write::Writer::create(to, self, &setup, asked)?),
        };
        let mut also = |record: &TickRecord| {
            if let Some(model) = &mut model {
                model.take(record);
            }
            if let Some(writer) = &mut writer {
                writer.take(record);
            }
        };
        let run = rerun::run(&self.course, &self.fit, &setup, asked.noise, &mut also)?;
        let lesion = lesion::Follower::finish(model);
        if let Some(writer) = writer {
            writer.finish(&run.figures.session)?;
        }
        let report = Report::new(self, asked, &run, lesion);
        Ok((report, run))
    }

    pub(super) const fn header(&self) -> &Header {
        &self.course.header
    }
}

/// What is asked of a session.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What is set.
    pub settings: &'a [Setting],
    /// What is added to the plant.
    pub noise: Noise,
    /// A new recording of it.
    pub to: Option<&'a Path>,
}

impl Quality {
    fn new(course: &Course, fit: &Fit, rerun: &Run, alone: &Run) -> Self {
        let of = |run: &Run| apart(&course.points, &run.points);
        let energy_j = course.figures.session.energy_j.max(1e-3);
        let share = (alone.figures.session.energy_j - course.figures.session.energy_j) / energy_j;
        let alone = of(alone);
        let near = alone.ticks > 0 && alone.tip_rms_k <= TIP_RMS_MAX_K;
        let good = near && share.abs() <= ENERGY_SHARE_MAX;
        Self { explained: fit.explained, rerun: of(rerun), alone, alone_energy_share: share, good }
    }

    /// Why it is not near enough; none where it is.
    #[must_use]
    pub fn poor(&self) -> Option<String> {
        (!self.good).then(|| {
            format!(
                "the identified plant does not reproduce the recording: alone in the loop with \
                 unchanged numbers its tip is {:.2} K rms off ({TIP_RMS_MAX_K} at most) and its \
                 energy {:+.0} % ({:.0} at most)",
                self.alone.tip_rms_k,
                self.alone_energy_share * 1e2,
                ENERGY_SHARE_MAX * 1e2,
            )
        })
    }
}

/// The names of the files a what-if is about, for messages.
pub(super) fn name_of(path: &Path) -> PathBuf {
    path.file_name().map_or_else(|| path.to_owned(), PathBuf::from)
}
