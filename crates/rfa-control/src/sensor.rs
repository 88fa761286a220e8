//! Telemetry intake: the filtered tip temperature, its age, and the power that was applied.

use rfa_units::{Bounded, ChannelId, GeneratorInstant, HostInstant, MilliWatts, Span, Telemetry};

/// A reading may be this old before the loop gives up. The 60 ms of H-08 and H-22 are the
/// interlock's to judge, with an alarm that names the cause; the loop's own limit lies two ticks
/// beyond, for telemetry that reaches the interlock and not the loop.
pub(crate) const AGE_MAX: Span = Span::from_millis(80);

/// Samples of 100 Hz telemetry further apart than this are two separate series.
const GAP_MAX: Span = Span::from_millis(100);

/// What the tip says in this tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// At least one new valid sample.
    New {
        /// Filtered temperature, °C.
        filtered: f64,
    },
    /// No new sample, but the last one is young enough to go on.
    Held {
        /// Filtered temperature as of the last sample, °C.
        filtered: f64,
    },
    /// No usable sample: none yet, or too old.
    Missing,
    /// The generator says the sensor is open or broken.
    Invalid,
}

impl Reading {
    /// The filtered temperature, where there is a usable one, °C.
    pub(crate) const fn filtered(self) -> Option<f64> {
        match self {
            Self::New { filtered } | Self::Held { filtered } => Some(filtered),
            Self::Missing | Self::Invalid => None,
        }
    }
}

/// The filtered tip reading and the applied power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sensor {
    /// Time constant of the filter, s.
    filter_s: f64,
    filtered: Option<f64>,
    sampled: Option<GeneratorInstant>,
    seen: HostInstant,
    applied: MilliWatts,
}

impl Sensor {
    pub(crate) const fn new(filter_s: f64) -> Self {
        let (seen, applied) = (HostInstant::ZERO, MilliWatts::MIN);
        Self { filter_s, filtered: None, sampled: None, seen, applied }
    }

    /// The set-point the generator's output stage works to: the power taken as applied.
    pub(crate) const fn applied(&self) -> MilliWatts {
        self.applied
    }

    /// Takes in one tick's telemetry.
    pub(crate) fn take(
        &mut self,
        channel: ChannelId,
        telemetry: &Bounded<Telemetry, 4>,
        now: HostInstant,
    ) -> Reading {
        let (mut fresh, mut invalid) = (false, false);
        for frame in telemetry.iter() {
            // A repeated or older frame says nothing new (H-08: stale is not fresh).
            if self.sampled.is_some_and(|last| frame.at <= last) {
                continue;
            }
            let Some(report) = frame.channel(channel) else { continue };
            match report.tip.valid() {
                Some(tip) => self.absorb(frame.at, tip.as_f64()),
                None => invalid = true,
            }
            // The set-point, not the measured power: an output stage that is merely weak has to
            // be asked for more, and one that is wrong is the interlock's business (H-04, H-18).
            self.applied = report.setpoint;
            self.sampled = Some(frame.at);
            self.seen = now;
            fresh = true;
        }
        if invalid {
            self.filtered = None;
        }
        match self.filtered {
            None if invalid => Reading::Invalid,
            None => Reading::Missing,
            Some(filtered) if fresh => Reading::New { filtered },
            Some(filtered) if now.since(self.seen) <= AGE_MAX => Reading::Held { filtered },
            Some(_) => {
                self.filtered = None;
                Reading::Missing
            }
        }
    }

    /// One valid sample into the first-order filter, in the generator's own time.
    fn absorb(&mut self, at: GeneratorInstant, tip: f64) {
        let gap = self.sampled.map_or(Span::ZERO, |last| at.since(last));
        self.filtered = Some(match self.filtered {
            Some(old) if gap <= GAP_MAX => {
                let dt = gap.as_secs_f64();
                old + (tip - old) * (dt / (self.filter_s + dt))
            }
            _ => tip,
        });
    }
}
