//! What a person asks.

/// Shortest PIN taken.
pub const PIN_LEN_MIN: usize = 4;
/// Longest PIN taken: what the sign-in dialog has room for.
pub const PIN_LEN_MAX: usize = 16;

/// Whether `text` can be a PIN: 4 to 16 ASCII characters that a key types at every console. A space
/// is none of them, since Space stops RF.
#[must_use]
pub fn is_pin(text: &str) -> bool {
    (PIN_LEN_MIN..=PIN_LEN_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// A signed-in operator's short name, at most 16 bytes of printable ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OperatorName {
    bytes: [u8; Self::LEN_MAX],
    len: u8,
}

impl OperatorName {
    /// Longest name.
    pub const LEN_MAX: usize = 16;

    /// The name, or `None` when empty, longer than 16 bytes, or not printable ASCII.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let short = !name.is_empty() && name.len() <= Self::LEN_MAX;
        if !short || !name.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        let mut bytes = [0; Self::LEN_MAX];
        for (slot, byte) in bytes.iter_mut().zip(name.bytes()) {
            *slot = byte;
        }
        u8::try_from(name.len()).ok().map(|len| Self { bytes, len })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.len)).and_then(|b| str::from_utf8(b).ok()).unwrap_or("")
    }
}

/// Where a stop came from. Stopping never needs anybody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopSource {
    /// A stop key or a click on the STOP bar.
    Key,
    /// The terminal went away, or the console is ending.
    ConsoleLost,
    /// An interrupt or termination signal.
    Signal,
    /// A script's own stop.
    Script,
    /// The console panicked.
    Panic,
    /// The arming dialog's own time limit passed.
    TimeLimit,
}

/// The operator's answer to the check between steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Sensation is as wanted: go on to the next step.
    GoOn,
    /// The treatment ends here.
    End,
}

/// What the check between steps found; picked by number, since no text is typed in a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// Sensation is as before.
    Unchanged,
    /// Sensation is reduced where it should be.
    Reduced,
    /// Sensation is reduced too far, or the corneal reflex is weaker.
    TooFar,
    /// The patient cannot answer.
    NoAnswer,
}

impl Finding {
    /// Every finding, in the order of their number keys.
    pub const ALL: [Self; 4] = [Self::Unchanged, Self::Reduced, Self::TooFar, Self::NoAnswer];

    /// The finding in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unchanged => "sensation unchanged",
            Self::Reduced => "sensation reduced in the wanted area",
            Self::TooFar => "reduced too far, or corneal reflex weaker",
            Self::NoAnswer => "patient cannot answer",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The checklist is complete (or no longer).
    Checklist {
        /// Whether every row is ticked.
        complete: bool,
    },
    /// Arm the plan's next step.
    Arm,
    /// Start output by key.
    Start,
    /// RF off.
    Stop(StopSource),
    /// Acknowledge the highest alarm.
    Acknowledge,
    /// Reset after acknowledgement.
    Reset,
    /// The check between steps was done.
    SensoryCheck(Answer),
    /// What the check between steps found.
    Found(Finding),
    /// A marker in the recording.
    Mark,
    /// End the session (RF is off or goes off first).
    Quit,
}

/// One intent, with who is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Intent {
    /// What is asked.
    pub action: Action,
    /// Who is signed in, if anybody.
    pub operator: Option<OperatorName>,
}
