//! What K1 and K2 were told, and whether they read back so (H-54).

use crate::thresholds::{GENERATOR_SILENCE, TURN_OFF, TURN_OFF_BY_EXPIRY, TURN_ON};
use rfa_units::{Contactor, GeneratorInstant, Span, Telemetry};

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

    /// Told `to` for at least `span` when a sample was taken at `at`.
    fn told(&self, to: Contactor, span: Span, at: GeneratorInstant) -> bool {
        self.to == to && self.since.is_none_or(|since| at.since(since) >= span)
    }

    /// Told `to`, and for long enough that a sample taken at `at` has to show it, whether the
    /// command arrived or, for opening, the dead-man had to act.
    fn due(&self, to: Contactor, at: GeneratorInstant) -> bool {
        let span = match to {
            Contactor::Open => TURN_OFF_BY_EXPIRY,
            Contactor::Shut => TURN_ON,
        };
        self.told(to, span, at)
    }
}

/// Both contactors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contactors {
    k1: Commanded,
    k2: Commanded,
    /// K1 read back open in the newest sample.
    k1_read_open: bool,
    /// The first sample after the newest silence.
    resumed: Option<GeneratorInstant>,
    /// K2 was shut once, so self-test is past and nobody else works the contactors.
    proven: bool,
}

/// How the contactors of one sample read back against what was commanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Followed {
    /// K1 was opened long enough before for RF to be off (H-05): [`TURN_OFF`] where it reads back
    /// open over the whole of the sample's meter window, [`TURN_OFF_BY_EXPIRY`] in any case.
    pub(crate) off_due: bool,
    /// One reads shut that was opened long enough before.
    pub(crate) welded: bool,
    /// One reads open that was shut long enough before.
    pub(crate) dropped: bool,
}

impl Contactors {
    pub(crate) const fn new() -> Self {
        Self {
            k1: Commanded::OPEN,
            k2: Commanded::OPEN,
            k1_read_open: false,
            resumed: None,
            proven: false,
        }
    }

    /// What a tick commands; `newest` is the stamp of the newest sample then, and `silence` how
    /// long ago it came. No dead-man opens K2 by the samples' clock, so after a silence its time
    /// counts from the command on, and from the end of the silence.
    pub(crate) fn command(
        &mut self,
        k1: Contactor,
        k2: Contactor,
        newest: Option<GeneratorInstant>,
        silence: Span,
    ) {
        self.k1.command(k1, newest);
        self.k2.command(k2, newest.map(|newest| newest.plus(silence)));
        self.proven |= k2 == Contactor::Shut;
    }

    /// Whether K1 is told to be shut.
    pub(crate) fn delivering(&self) -> bool {
        self.k1.to == Contactor::Shut
    }

    /// Judges one sample, with the time of the one before it. A meter's window is a telemetry
    /// period, so K1 was open for all of it where the sample before read it open as well.
    pub(crate) fn compare(
        &mut self,
        frame: &Telemetry,
        before: Option<GeneratorInstant>,
    ) -> Followed {
        let reads_open = frame.k1 == Contactor::Open;
        let stopped = reads_open && self.k1_read_open;
        self.k1_read_open = reads_open;
        let gap = before.is_some_and(|before| frame.at.since(before) >= GENERATOR_SILENCE);
        self.resumed = if gap { Some(frame.at) } else { self.resumed };
        // A line that was cut brought K2's order to nobody; K1 has the dead-man for that.
        let heard = |resumed| frame.at.since(resumed) >= TURN_OFF_BY_EXPIRY;
        let k2_heard = self.resumed.is_none_or(heard);
        let both = [(&self.k1, frame.k1, true), (&self.k2, frame.k2, k2_heard)];
        let other_than = |told: Contactor| {
            both.iter().any(|(contactor, reads, heard)| {
                contactor.due(told, frame.at) && *reads != told && *heard
            })
        };
        Followed {
            off_due: (stopped && self.k1.told(Contactor::Open, TURN_OFF, frame.at))
                || self.k1.due(Contactor::Open, frame.at),
            welded: self.proven && other_than(Contactor::Open),
            dropped: other_than(Contactor::Shut),
        }
    }
}
