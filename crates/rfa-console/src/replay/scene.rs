//! What a recording tells, taken in tick by tick; and what stands then, to come back to.

use super::Replay;
use crate::checklist::Checklist;
use crate::view::View;
use rfa_session::{Action, Answer, Intent, Snapshot, refusal_text};
use rfa_units::HostInstant;

/// What a console over a recording shows at a tick, whatever is looked at.
#[derive(Debug, Clone)]
pub struct ReplayKept {
    view: View,
    checklist: Checklist,
    ended: bool,
}

impl ReplayKept {
    /// Memory that it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>().saturating_add(self.view.bytes())
    }
}

impl Replay {
    /// A tick, as the snapshot that holds it. To be told of every one: nothing is left out, so that
    /// what is shown does not depend on the speed.
    pub fn tick(&mut self, snapshot: &Snapshot) {
        let Some(tick) = &snapshot.latest else { return };
        let now = tick.interlock.inputs.now;
        self.app.checklist.set_all(tick.interlock.inputs.ready.checklist);
        let refusal = tick.interlock.outputs.refusal;
        self.app.view.take(Box::new(snapshot.clone()), now);
        if let Some(reason) = refusal {
            self.app.view.log.push(now, format!("refused: {}", refusal_text(reason)));
        }
    }

    /// What an operator asked, and when; ticks tell what came of it.
    pub fn intent(&mut self, at: HostInstant, intent: &Intent) {
        let words = match intent.action {
            Action::Stop(_) => "STOP",
            Action::Mark => "marker",
            Action::Checklist { complete: true } => "checklist complete",
            Action::Checklist { complete: false } => "checklist no longer complete",
            Action::SensoryCheck(Answer::End) => {
                self.app.ended = true;
                "treatment ended at the check"
            }
            Action::Found(finding) => finding.text(),
            Action::Quit => "console ended",
            Action::Arm | Action::Start | Action::Acknowledge | Action::Reset => return,
            Action::SensoryCheck(Answer::GoOn) => return,
        };
        self.app.view.log.push(at, words);
    }

    /// A place that cannot be read.
    pub fn damaged(&mut self, words: &str) {
        let at = self.app.view.newest_at().unwrap_or(self.first_at);
        self.app.view.log.push(at, words);
    }

    /// What is shown, to come back to.
    #[must_use]
    pub fn keep(&self) -> ReplayKept {
        let (view, checklist) = (self.app.view.clone(), self.app.checklist.clone());
        ReplayKept { view, checklist, ended: self.app.ended }
    }

    /// Shows what was shown then; `None`: nothing yet. Screen, theme and dialogs stay.
    pub fn back_to(&mut self, kept: Option<&ReplayKept>) {
        match kept {
            Some(kept) => {
                self.app.view.clone_from(&kept.view);
                self.app.checklist.clone_from(&kept.checklist);
                self.app.ended = kept.ended;
            }
            None => {
                self.app.view = View::new(self.app.view.plan().clone());
                self.app.checklist.set_all(false);
                self.app.ended = false;
            }
        }
    }
}
