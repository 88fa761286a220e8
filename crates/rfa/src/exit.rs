//! Exit codes, stable for scripts and CI.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All as asked.
    Ok,
    /// A failure of the program or the machine.
    Failure,
    /// A wrong argument, plan or configuration.
    Usage,
    /// Done, with loss (a truncated recording, dropped records).
    Loss,
    /// A difference, or an expectation not met.
    Difference,
    /// No device, or it does not answer.
    NoDevice,
    /// A safety trip ended the treatment.
    Tripped,
    /// Interrupted; RF is confirmed off.
    Interrupted,
}

impl Exit {
    /// Every one.
    pub(crate) const ALL: [Self; 8] = [
        Self::Ok,
        Self::Failure,
        Self::Usage,
        Self::Loss,
        Self::Difference,
        Self::NoDevice,
        Self::Tripped,
        Self::Interrupted,
    ];

    /// The number the process ends with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Loss => 3,
            Self::Difference => 4,
            Self::NoDevice => 5,
            Self::Tripped => 6,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error for the person at the terminal, with the exit code it ends in.
#[derive(Debug)]
pub(crate) struct Stop {
    /// How the process ends.
    pub(crate) exit: Exit,
    /// What is said on stderr: what went wrong, where, and the mend.
    pub(crate) message: String,
}

impl Stop {
    /// A wrong argument, plan or configuration.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// A failure of the program or the machine.
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failure, message: message.into() }
    }
}
