//! How much of the line the conversation needs, and whether it fits.

use crate::frame::{OVERHEAD, STUFFING};
use crate::message::{TELEMETRY_HZ_MAX, TELEMETRY_HZ_MIN};
use core::fmt;
use rfa_units::BAUD_RATES;

/// Host ticks per second; in each the host sends one frame for every channel in use.
pub const HOST_HZ: u32 = 100;
/// Refusals per second at most, by rule (docs/protocol.md, "Refusals").
pub const REFUSALS_HZ: u32 = 10;
/// The part of either direction that may be used, percent: room for requests, retries and a
/// late tick.
pub const SHARE_MAX_PERCENT: u32 = 60;
/// 8N1: a start bit, eight data bits, a stop bit.
const BITS_PER_BYTE: u32 = 10;
/// Turns percent-bits into bytes.
const PERCENT_BITS_PER_BYTE: u64 = 100 * BITS_PER_BYTE as u64;

/// Body bytes of a grant, the longest frame sent in a tick.
const GRANT_BODY: usize = 42;
const REFUSED_BODY: usize = 5;
const TELEMETRY_BODY: usize = 12;
const CHANNEL_BODY: usize = 31;

/// Bytes on the line for a body: all frames are shorter than 254 bytes, so stuffing and
/// delimiters cost the same three bytes always.
const fn frame_bytes(body: usize) -> u32 {
    // Bodies are at most 212 bytes long.
    OVERHEAD.saturating_add(STUFFING).saturating_add(body) as u32
}

/// Bytes of one grant frame on the line.
pub const GRANT_FRAME: u32 = frame_bytes(GRANT_BODY);
/// Bytes of one refusal frame on the line.
pub const REFUSED_FRAME: u32 = frame_bytes(REFUSED_BODY);

/// Bytes of one telemetry frame on the line with `channels` channels.
#[must_use]
pub const fn telemetry_frame(channels: u8) -> u32 {
    frame_bytes(TELEMETRY_BODY.saturating_add(CHANNEL_BODY.saturating_mul(channels as usize)))
}

/// The bytes a second that a configuration needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkBudget {
    baud: u32,
    to_generator: u32,
    to_host: u32,
}

/// Why a configuration does not fit the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetError {
    /// Not 1 to 4 channels.
    Channels {
        /// The number offered.
        channels: u8,
    },
    /// Not 50 to 200 frames a second.
    TelemetryRate {
        /// The rate offered.
        telemetry_hz: u16,
    },
    /// More than 60 % of one direction.
    OverBudget {
        /// The line speed.
        baud: u32,
        /// Whose sending does not fit.
        direction: Direction,
        /// What it needs.
        bytes_per_s: u32,
        /// What may be used of the line.
        allowed_per_s: u32,
        /// The slowest standard speed that fits, if one does.
        fits: Option<u32>,
    },
}

/// A direction of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From controller to generator.
    ToGenerator,
    /// From generator to controller.
    ToHost,
}

impl LinkBudget {
    /// The budget of a line at `baud` for `channels` channels and `telemetry_hz` reports a second.
    ///
    /// # Errors
    /// [`BudgetError`] when a number is outside its range or more than 60 % of either direction
    /// would be used.
    pub fn check(baud: u32, channels: u8, telemetry_hz: u16) -> Result<Self, BudgetError> {
        if !(1..=4).contains(&channels) {
            return Err(BudgetError::Channels { channels });
        }
        if !(TELEMETRY_HZ_MIN..=TELEMETRY_HZ_MAX).contains(&telemetry_hz) {
            return Err(BudgetError::TelemetryRate { telemetry_hz });
        }
        let budget = Self::compute(baud, channels, telemetry_hz);
        let (direction, bytes_per_s) = if budget.to_host > budget.to_generator {
            (Direction::ToHost, budget.to_host)
        } else {
            (Direction::ToGenerator, budget.to_generator)
        };
        if fits(baud, bytes_per_s) {
            return Ok(budget);
        }
        Err(BudgetError::OverBudget {
            baud,
            direction,
            bytes_per_s,
            allowed_per_s: allowed(baud),
            fits: BAUD_RATES.into_iter().find(|standard| fits(*standard, bytes_per_s)),
        })
    }

    const fn compute(baud: u32, channels: u8, telemetry_hz: u16) -> Self {
        let to_generator = GRANT_FRAME.saturating_mul(HOST_HZ).saturating_mul(channels as u32);
        let to_host = telemetry_frame(channels)
            .saturating_mul(telemetry_hz as u32)
            .saturating_add(REFUSED_FRAME.saturating_mul(REFUSALS_HZ));
        Self { baud, to_generator, to_host }
    }

    /// Line speed, baud.
    #[must_use]
    pub const fn baud(&self) -> u32 {
        self.baud
    }

    /// Bytes a second from controller to generator.
    #[must_use]
    pub const fn to_generator(&self) -> u32 {
        self.to_generator
    }

    /// Bytes a second from generator to controller.
    #[must_use]
    pub const fn to_host(&self) -> u32 {
        self.to_host
    }
}

/// Bytes a second that may be used at `baud`, rounded down.
fn allowed(baud: u32) -> u32 {
    let allowed_percent = u64::from(baud).saturating_mul(u64::from(SHARE_MAX_PERCENT));
    let bytes = allowed_percent / PERCENT_BITS_PER_BYTE;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn fits(baud: u32, bytes_per_s: u32) -> bool {
    bytes_per_s <= allowed(baud)
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ToGenerator => "to the generator",
            Self::ToHost => "from the generator",
        })
    }
}

impl fmt::Display for BudgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channels { channels } => {
                write!(f, "{channels} channels: a generator has 1 to 4")
            }
            Self::TelemetryRate { telemetry_hz } => write!(
                f,
                "telemetry rate {telemetry_hz} Hz is outside {TELEMETRY_HZ_MIN} to \
                 {TELEMETRY_HZ_MAX} Hz"
            ),
            Self::OverBudget { baud, direction, bytes_per_s, allowed_per_s, fits } => {
                write!(
                    f,
                    "{bytes_per_s} bytes/s {direction} do not fit {baud} baud, of which \
                     {allowed_per_s} bytes/s ({SHARE_MAX_PERCENT} %) may be used; "
                )?;
                match fits {
                    Some(fits) => write!(
                        f,
                        "use {fits} baud or more, fewer channels, or a lower telemetry rate"
                    ),
                    None => write!(f, "use fewer channels or a lower telemetry rate"),
                }
            }
        }
    }
}

impl core::error::Error for BudgetError {}
