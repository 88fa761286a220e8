//! Numbers that several parts hold to, in one place.

use crate::{MilliCelsius, Span};

/// How long a grant lives, on the generator's clock, from the stamp of the telemetry it was made
/// on (hazards.md a.1, decision 6). The generator drops RF by itself when it has run out (H-21).
pub const GRANT_LIFE: Span = Span::from_millis(60);

/// No tip may be this hot, whatever the plan (hazards.md H-02: steam at 100 °C, less 5 K). The
/// interlock trips here, and so does the generator by its own hard limit.
pub const TIP_TEMPERATURE_MAX: MilliCelsius = MilliCelsius::saturating(95_000);

/// Line speeds a site may set, in baud: what serial ports offer and what carries the conversation
/// of one channel at the usual 100 Hz of telemetry (docs/protocol.md, line budget).
pub const BAUD_RATES: [u32; 8] =
    [230_400, 460_800, 500_000, 921_600, 1_000_000, 1_500_000, 2_000_000, 3_000_000];
