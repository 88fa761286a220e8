//! A recording read from end to end, or a part of it, for whoever listens.

use rfa_record::row::{RowError, TickRow};
use rfa_record::{
    End, IntentMessage, LesionMessage, Message, NoteMessage, Part, ReadError, Recording,
    SummaryMessage, Topic, TruthRow, since_us,
};

/// Damaged places told one by one at most.
const TOLD_MAX: usize = 8;

/// Who takes what a recording holds. Times are seconds since the session's first tick.
pub trait Listen {
    /// A tick.
    ///
    /// # Errors
    /// [`RowError`]: a value in it is none; the tick counts as damaged.
    fn tick(&mut self, _at_s: f64, _row: &TickRow) -> Result<(), RowError> {
        Ok(())
    }
    /// What a simulator knew.
    fn truth(&mut self, _at_s: f64, _row: &TruthRow) {}
    /// What an operator asked.
    fn intent(&mut self, _at_s: f64, _intent: IntentMessage) {}
    /// The lesion as predicted.
    fn lesion(&mut self, _at_s: f64, _lesion: LesionMessage) {}
    /// A note, and the moment it is about.
    fn note(&mut self, _at_s: f64, _note: NoteMessage) {}
    /// The session's own summary.
    fn summary(&mut self, _summary: SummaryMessage) {}
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loss {
    /// The first damaged places, in words.
    pub damage: Vec<String>,
    /// How many there are.
    pub damaged: u64,
    /// Why the file ends too soon; absent: it does not, or it was not read to its end.
    pub cut_short: Option<String>,
}

impl Loss {
    /// Everything that was asked for was there.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.damaged == 0 && self.cut_short.is_none()
    }

    fn damage(&mut self, at: u64, why: &str) {
        self.damaged += 1;
        if self.damage.len() < TOLD_MAX {
            self.damage.push(format!("byte {at}: {why}"));
        }
    }
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The recording cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is nothing in it, or nothing in the part asked for.
    #[error("{path}: holds no tick{part}; `rfa rec info` tells what is there")]
    NoTick {
        /// The file.
        path: String,
        /// The part, in words; empty for the whole.
        part: String,
    },
}

/// Gives everything in `part` to `listen`. Where the file has an index, reading begins at the first
/// chunk that reaches into the part; it ends behind the part's end.
///
/// # Errors
/// [`WalkError`]; damage is told in the result.
pub fn walk(recording: &Recording, part: Part, listen: &mut dyn Listen) -> Result<Loss, WalkError> {
    let no_tick =
        |part: String| WalkError::NoTick { path: recording.path().display().to_string(), part };
    let began_ns = recording.first_tick_ns()?.ok_or_else(|| no_tick(String::new()))?;
    let from_ns = part
        .from_us
        .filter(|from| *from > 0)
        .map_or(0, |from| began_ns.saturating_add(from.unsigned_abs().saturating_mul(1_000)));
    // The whole is read from its start, whatever its index says.
    let mut messages =
        if from_ns == 0 { recording.messages()? } else { recording.messages_from(from_ns)? };
    let (mut loss, mut ticks) = (Loss::default(), 0_u64);
    loop {
        match messages.next() {
            Ok(None) => {
                if let Some(End::Truncated { at, why }) = messages.end() {
                    loss.cut_short = Some(format!("byte {at}: {why}"));
                }
                break;
            }
            Ok(Some(message)) => {
                let at_us = since_us(message.log_time_ns, began_ns);
                let is_tick = message.topic == Topic::Tick;
                if is_tick && part.until_us.is_some_and(|until| at_us >= until) {
                    break;
                }
                if !part.holds(at_us) {
                    continue;
                }
                match give(&message, at_us as f64 / 1e6, listen) {
                    Err(ReadError::Damaged { at, why, .. }) => loss.damage(at, &why),
                    given => given?,
                }
                ticks += u64::from(is_tick);
            }
            Err(ReadError::Damaged { at, why, .. }) => loss.damage(at, &why),
            Err(error) => return Err(error.into()),
        }
    }
    if ticks == 0 {
        return Err(no_tick(" in the part that was asked for".to_owned()));
    }
    Ok(loss)
}

fn give(message: &Message<'_>, at_s: f64, listen: &mut dyn Listen) -> Result<(), ReadError> {
    match message.topic {
        Topic::Tick => {
            listen.tick(at_s, &message.parse()?).map_err(|why| message.damaged(why))?;
        }
        Topic::Truth => listen.truth(at_s, &message.parse()?),
        Topic::Intent => listen.intent(at_s, message.parse()?),
        Topic::Lesion => listen.lesion(at_s, message.parse()?),
        Topic::Note => listen.note(at_s, message.parse()?),
        Topic::Summary => listen.summary(message.parse()?),
        // The ticks tell them too, and the chain is checked elsewhere.
        Topic::Event | Topic::Alarm | Topic::Chain => {}
    }
    Ok(())
}
