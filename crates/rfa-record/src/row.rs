//! The recording's own copy of every value that crosses into it: plain integers under names that
//! end in their unit, as a plotting tool shows them. Each row converts back without loss.
//!
//! Every conversion takes its source apart field by field, so that a new field elsewhere stops
//! the build here instead of being left out of the record.

mod control;
mod diff;
mod exact;
mod interlock;
mod outputs;
mod plan;
mod telemetry;
mod tick;
mod words;

pub use control::{ControlInputsRow, ControlOutputsRow, ControlRow};
pub use diff::{Difference, differences};
pub use exact::Exact;
pub use interlock::InputsRow;
pub use outputs::{EventRow, GrantRow, OutputsRow, RefusalRow, TripRow};
pub use plan::{LimitsRow, ProgramRow, StepLimitRow, StepSpecRow};
pub use telemetry::{ChannelRow, PermitRow, RequestRow, TelemetryRow};
pub(crate) use tick::TickNumber;
pub use tick::{TickRow, TimingRow};
pub use words::{
    ActivationWord, AlarmWord, CommandWord, ContactorWord, EmergencyStopWord, FindingWord,
    FootswitchWord, GateWord, ModeWord, OutputWord, PhaseWord, RuleWord, SoundWord, StateWord,
    StopCauseWord, StopWord, SupplyWord, TipFaultWord,
};

use rfa_units::Bounded;

/// A recorded value that is no value of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {value} is not allowed; allowed: {allowed}")]
pub struct RowError {
    /// The field, as it is named in the recording.
    pub field: &'static str,
    /// The value found.
    pub value: String,
    /// What may stand there.
    pub allowed: String,
}

impl RowError {
    pub(crate) fn new(field: &'static str, value: impl ToString, allowed: impl ToString) -> Self {
        Self { field, value: value.to_string(), allowed: allowed.to_string() }
    }
}

/// The checked quantity of a recorded integer, or the error that names its field and range.
macro_rules! quantity {
    ($type:ty, $row:expr, $field:ident) => {
        <$type>::new($row.$field).ok_or_else(|| {
            $crate::row::RowError::new(
                stringify!($field),
                $row.$field,
                format!("{} to {}", <$type>::MIN.get(), <$type>::MAX.get()),
            )
        })
    };
}
pub(crate) use quantity;

/// A short list of at most `N`, each converted; one too many is an error.
pub(crate) fn bounded<'a, R, T: Copy, const N: usize>(
    field: &'static str,
    rows: &'a [R],
    convert: impl Fn(&'a R) -> Result<T, RowError>,
) -> Result<Bounded<T, N>, RowError> {
    let mut list = Bounded::new();
    for row in rows {
        list.push(convert(row)?).map_err(|_| {
            RowError::new(field, format!("with {} items", rows.len()), format!("{N} items"))
        })?;
    }
    Ok(list)
}

fn step_index(field: &'static str, index: u8) -> Result<rfa_units::StepIndex, RowError> {
    rfa_units::StepIndex::new(index)
        .ok_or_else(|| RowError::new(field, index, format!("0 to {}", rfa_units::MAX_STEPS - 1)))
}

fn step_number(step: rfa_units::StepIndex) -> u8 {
    // At most MAX_STEPS (8) steps, so the index always fits.
    u8::try_from(step.get()).unwrap_or(u8::MAX)
}

fn channel_id(field: &'static str, number: u8) -> Result<rfa_units::ChannelId, RowError> {
    rfa_units::ChannelId::new(number)
        .ok_or_else(|| RowError::new(field, number, format!("1 to {}", rfa_units::MAX_CHANNELS)))
}

/// Eight bytes as sixteen lower-case hexadecimal digits, and back.
fn plan_hash(field: &'static str, text: &str) -> Result<rfa_units::PlanHash, RowError> {
    let bad = || RowError::new(field, format!("{text:?}"), "16 hexadecimal digits");
    let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let bits = u64::from_str_radix(text, 16).map_err(|_| bad())?;
    if digits { Ok(rfa_units::PlanHash(bits.to_be_bytes())) } else { Err(bad()) }
}
