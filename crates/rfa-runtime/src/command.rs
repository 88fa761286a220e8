//! What an intent means to the interlock.

use crate::QuitReason;
use rfa_interlock::Command;
use rfa_session::{Action, Answer};

/// Where an intent goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Into the queue, to be one tick's command.
    Command(Command),
    /// Past every queue: RF off in the next tick, and the end of the session where a reason says.
    Stop(Option<QuitReason>),
    /// A condition for arming.
    Checklist(bool),
    /// On record only.
    Record,
}

/// Everything that stops goes past the queue; everything that can lead to energy goes through it.
pub(crate) fn route(action: Action) -> Route {
    match action {
        Action::Checklist { complete } => Route::Checklist(complete),
        Action::Arm => Route::Command(Command::Arm),
        Action::Start => Route::Command(Command::Start),
        Action::Stop(source) => Route::Stop(QuitReason::of_stop(source)),
        Action::Acknowledge => Route::Command(Command::Acknowledge),
        Action::Reset => Route::Command(Command::Reset),
        Action::SensoryCheck(Answer::GoOn) => Route::Command(Command::ConfirmCheck),
        Action::SensoryCheck(Answer::End) => Route::Stop(Some(QuitReason::EndedAtCheck)),
        Action::Found(_) | Action::Mark => Route::Record,
        Action::Quit => Route::Stop(Some(QuitReason::Operator)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_session::StopSource;

    /// No action that asks for less can wait behind one that asks for more.
    #[test]
    fn what_stops_never_goes_through_the_queue() {
        for action in [
            Action::Stop(StopSource::Key),
            Action::Stop(StopSource::ConsoleLost),
            Action::Stop(StopSource::Signal),
            Action::Stop(StopSource::Script),
            Action::Stop(StopSource::Panic),
            Action::SensoryCheck(Answer::End),
            Action::Quit,
        ] {
            assert!(matches!(route(action), Route::Stop(_)), "{action:?}");
        }
    }

    #[test]
    fn a_stop_key_does_not_end_the_session_but_a_lost_console_does() {
        assert_eq!(route(Action::Stop(StopSource::Key)), Route::Stop(None));
        let lost = Route::Stop(Some(QuitReason::ConsoleLost));
        assert_eq!(route(Action::Stop(StopSource::ConsoleLost)), lost);
    }

    #[test]
    fn going_on_after_the_check_confirms_it() {
        let go_on = route(Action::SensoryCheck(Answer::GoOn));
        assert_eq!(go_on, Route::Command(Command::ConfirmCheck));
    }
}
