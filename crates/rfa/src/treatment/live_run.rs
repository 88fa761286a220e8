//! A treatment through a real pseudo-terminal, without a screen, whole.

use super::headless::in_real_time;
use super::local_generator::LocalGenerator;
use super::opening::Setup;
use super::{Asked, Finished};
use crate::exit::Stop;
use crate::script::ScriptedOperator;
use rfa_sim::pty::ServeReport;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What it is made of.
pub(crate) struct LiveRun<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) generator: LocalGenerator,
    pub(crate) operator: ScriptedOperator,
    /// Shared by the operator, whose foot is on it, and the generator.
    pub(crate) pedal: Arc<AtomicBool>,
    pub(crate) seed: u64,
    pub(crate) recording: &'a Path,
    /// The lesion is predicted, where the plan names a tissue.
    pub(crate) predicts: bool,
}

impl LiveRun<'_> {
    /// Runs it to its end, or to the interruption; gives the generator back, and how it was
    /// served.
    pub(crate) fn run(
        self,
        interrupted: &AtomicBool,
    ) -> Result<(Finished, LocalGenerator, ServeReport), Stop> {
        let served = self.generator.serve(None, 1.0, self.pedal)?;
        let recording = self.recording.to_owned();
        let setup = Setup::headless(self.asked, recording, self.seed, self.predicts);
        let finished = setup
            .start(served.path(), Some(served.truth()))
            .and_then(|started| in_real_time(started, self.operator, interrupted));
        // Whatever came of the session: no thread of the simulator is left.
        let (generator, report) = served.stop()?;
        Ok((finished?, generator, report))
    }
}
