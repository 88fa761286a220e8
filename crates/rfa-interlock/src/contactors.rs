//! What K1 and K2 were told, and whether they read back so (H-54).

use crate::thresholds::TURN_OFF;
use rfa_units::{Contactor, GeneratorInstant, Telemetry};

/// What one contactor is told, and since when on the samples' own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Commanded {
    to: Contactor,
    /// The newest sample at the tick that commanded it; `None`: never anything else.
    since: Option<GeneratorInstant>,
}

impl Commanded {
    const OPEN: Self = Self { to: Contactor::Open, since: None };

    fn command(&mut self, to: Contactor, newest: Option<GeneratorInstant>) {
        if self.to != to {
            *self = Self { to, since: newest };
        }
    }

    /// Told `to`, and for long enough that a sample taken at `at` has to show it.
    fn due(&self, to: Contactor, at: GeneratorInstant) -> bool {
        self.to == to && self.since.is_none_or(|since| at.since(since) >= TURN_OFF)
    }
}

/// Both contactors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contactors {
    k1: Commanded,
    k2: Commanded,
    /// K2 was shut once, so self-test is past and nobody else works the contactors.
    proven: bool,
}

/// How the contactors of one sample read back against what was commanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Followed {
    /// K1 was opened long enough before for RF to be off (H-05).
    pub(crate) off_due: bool,
    /// One reads shut that was opened long enough before.
    pub(crate) welded: bool,
    /// One reads open that was shut long enough before.
    pub(crate) dropped: bool,
}

impl Contactors {
    pub(crate) const fn new() -> Self {
        Self { k1: Commanded::OPEN, k2: Commanded::OPEN, proven: false }
    }

    /// What a tick commands; `newest` is the stamp of the newest sample then.
    pub(crate) fn command(
        &mut self,
        k1: Contactor,
        k2: Contactor,
        newest: Option<GeneratorInstant>,
    ) {
        self.k1.command(k1, newest);
        self.k2.command(k2, newest);
        self.proven |= k2 == Contactor::Shut;
    }

    /// Judges one sample.
    pub(crate) fn compare(&self, frame: &Telemetry) -> Followed {
        let both = [(&self.k1, frame.k1), (&self.k2, frame.k2)];
        let other_than = |told: Contactor| {
            both.iter().any(|(contactor, reads)| contactor.due(told, frame.at) && *reads != told)
        };
        Followed {
            off_due: self.k1.due(Contactor::Open, frame.at),
            welded: self.proven && other_than(Contactor::Open),
            dropped: other_than(Contactor::Shut),
        }
    }
}
