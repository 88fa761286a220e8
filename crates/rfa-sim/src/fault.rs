//! Named faults, each with a twin just below what may trip.

use core::fmt;
use core::str::FromStr;
use thiserror::Error;

/// How strong a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The fault: its hazard row says what has to happen.
    Full,
    /// A little above the threshold: what its row says still has to happen.
    Small,
    /// Far above it.
    Large,
    /// The twin: like it, but below the threshold. Nothing may trip.
    Twin,
}

impl Severity {
    /// What stands behind a fault's name for it.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::Small => ":small",
            Self::Large => ":large",
            Self::Twin => ":twin",
        }
    }

    /// Below every threshold.
    #[must_use]
    pub const fn is_twin(self) -> bool {
        matches!(self, Self::Twin)
    }

    /// The magnitude of this severity.
    pub(crate) const fn of<T: Copy>(self, [small, full, large]: [T; 3], twin: T) -> T {
        match self {
            Self::Small => small,
            Self::Full => full,
            Self::Large => large,
            Self::Twin => twin,
        }
    }
}

/// A fault at a severity; its text is `runaway`, `runaway:small`, `runaway:large` or
/// `runaway:twin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultSetting {
    /// Which fault.
    pub fault: Fault,
    /// How strong.
    pub severity: Severity,
}

/// What a fault is, for help texts and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultInfo {
    /// Its name in commands and files.
    pub name: &'static str,
    /// What is broken.
    pub meaning: &'static str,
    /// The hazard row it comes from.
    pub hazard: &'static str,
    /// What that row demands.
    pub expected: &'static str,
    /// What its twin does.
    pub twin: &'static str,
    /// What it is when small and when large; `None`: it has one size.
    pub sizes: Option<[&'static str; 2]>,
}

/// Small and large, where a fault has them.
macro_rules! sizes {
    () => {
        None
    };
    ($small:literal $large:literal) => {
        Some([$small, $large])
    };
}

/// Declares each fault once: variant, name, meaning, hazard, demand, twin, and sizes if any.
macro_rules! faults {
    ($($variant:ident, $name:literal, $meaning:literal, $hazard:literal,
       $expected:literal, $twin:literal $(, [$small:literal, $large:literal])?;)*) => {
        /// Something that breaks while the generator runs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(#[doc = $meaning] $variant,)*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// What it is, what has to happen, and what its twin does.
            #[must_use]
            pub const fn info(self) -> FaultInfo {
                match self {
                    $(Self::$variant => FaultInfo {
                        name: $name, meaning: $meaning, hazard: $hazard,
                        expected: $expected, twin: $twin, sizes: sizes!($($small $large)?),
                    },)*
                }
            }
        }
    };
}

faults! {
    SensorOpen, "sensor-open",
        "The thermocouple's lead is broken; burnout detection says so after 10 ms.",
        "H-06", "off, B50", "the reading steps down by 1.5 K and stays there";
    SensorShort, "sensor-short",
        "The sensor's cable is crushed; the channel reads the cable's 28 °C.",
        "H-07", "off, B100; no arm", "the reading sags 3 K at 5 K/s and comes back in 3 s",
        ["29 °C", "22 °C"];
    SensorFrozen, "sensor-frozen",
        "The converter repeats its last code.",
        "H-08", "off in 0.5 s", "it repeats a code for 200 ms in each second";
    SensorNoise, "sensor-noise",
        "The reading carries 5 K rms of noise.",
        "H-56", "off, B100: single samples of it cross other limits first", "0.25 K rms",
        ["1.5 K", "15 K"];
    SensorInterference, "sensor-interference",
        "Another source couples 4 K peak to peak into the sensor, 47 Hz once sampled.",
        "H-56", "off in 200 ms, then B100; no arm", "1.2 K peak to peak",
        ["3 K", "8 K"];
    NoResponse, "no-response",
        "The sensor has left the tissue: it reads body temperature whatever the power.",
        "H-11", "off after 3 s of power; where the tip was warm, as a fall", "it lags by 0.3 s";
    Runaway, "runaway",
        "The reading runs away by 30 K at 20 K/s.",
        "H-03", "off, B100; where RF is off as H-12", "by 1.8 K at 5 K/s, and comes back",
        ["12 K/s", "50 K/s"];
    ImpedanceHigh, "impedance-high",
        "The tip loses contact: impedance climbs to 3500 ohm in 0.5 s.",
        "H-14", "off, B100", "it climbs to 1.8 times itself, 1450 ohm at most, in 5 s",
        ["in 2 s", "in 50 ms"];
    ImpedanceLow, "impedance-low",
        "Metal touches the tip: the generator sees 20 ohm.",
        "H-15", "off, B50", "it falls to 0.75 of itself in 2 s",
        ["38 ohm", "5 ohm"];
    ImpedanceStep, "impedance-step",
        "Tissue at the tip dries at once: impedance steps to 3 times itself.",
        "H-14", "off, B100", "it steps to 1.8 times itself, 1450 ohm at most",
        ["2.2 times", "8 times"];
    RollOff, "roll-off",
        "Tissue at the tip dries: impedance climbs to 1.9 times itself in 1 s.",
        "H-16", "off, B100, where the tip is above 70 °C", "to 1.2 times itself",
        ["1.7 times in 1 s", "1.9 times in 0.3 s"];
    InsulationFault, "insulation-fault",
        "The shaft's insulation breaks down: impedance falls to 0.65 of itself in 20 ms.",
        "H-17", "off, B100", "to 0.8 of itself",
        ["0.68 of itself", "0.3 of itself"];
    MeterError, "meter-error",
        "The voltage meter shows 0.7 of what there is.",
        "H-18", "off in three samples, where the power passes 0.2 W", "0.9 of it",
        ["0.8 of what there is", "0.4 of it"];
    OutputStuckOn, "output-stuck-on",
        "The output stage delivers 5 W past K1, whatever it is told; K2 still stops it.",
        "H-05", "off+K2, Lockout, B50", "0.1 W leaks past K1",
        ["1 W", "10 W"];
    HiddenOutput, "hidden-output",
        "Told to stop, the output stage goes on as before, past K1, and its meters show nothing.",
        "H-13", "off+K2, Lockout, 3.5 s after output should have ended above 60 °C",
        "with a quarter of the power",
        ["0.9 of the power", "1.5 times the power"];
    OutputGain, "output-gain-1.5",
        "The output stage delivers 1.5 times the power it is told.",
        "H-04", "off, B100, where the excess passes 0.5 W", "1.15 times",
        ["1.3 times", "3 times"];
    OverTemperature, "over-temperature",
        "Another source heats the tissue with 3 W.",
        "H-01, H-12", "off, B100; where RF is off K2 opens too", "0.1 W",
        ["2 W", "6 W"];
    LinkCut, "link-cut",
        "The cable is pulled: no byte passes either way.",
        "H-22", "off; RF off by the generator's dead-man in 100 ms", "it drops out for 20 ms";
    LinkSilent, "link-silent",
        "The generator sends nothing, but still hears.",
        "H-22", "off, B100", "it sends nothing for 20 ms";
    FrameCorruption, "frame-corruption",
        "A bit of every second frame flips on the line, both ways.",
        "H-24", "off, B100", "two telemetry frames in a second",
        ["a bit of every eighth frame", "of every frame"];
    FrameRepeat, "frame-repeat",
        "Every telemetry frame is sent twice.",
        "H-24", "off, B100", "one frame in 600 ms is sent twice",
        ["every eighth frame", "every frame four times"];
    FrameLoss, "frame-loss",
        "The line loses every second telemetry frame.",
        "H-22", "off, B100 from the eleventh in a second", "nine frames in a second";
    FrameOrder, "frame-order",
        "Of every two telemetry frames the second overtakes the first.",
        "H-24", "off, B100", "one pair in 600 ms";
    FrameInsertion, "frame-insertion",
        "Another generator's telemetry, of another session, comes after each frame.",
        "H-24", "off, B100", "one such frame in 600 ms";
    FrameMasquerade, "frame-masquerade",
        "Somebody without the key forges telemetry of this session after each frame.",
        "H-24", "off, B100", "one such frame in 600 ms";
    FrameAddressing, "frame-addressing",
        "The line brings the controller back what it sent to the generator.",
        "H-24", "off, B100", "one such frame in 600 ms";
    FrameDelay, "frame-delay",
        "Telemetry leaves 200 ms late.",
        "H-22, H-24", "off, B100", "12 ms late",
        ["100 ms", "1 s"];
    FootswitchStuck, "footswitch-stuck",
        "The footswitch stays pressed whatever the foot does.",
        "H-26", "no arm", "a release shows 30 ms late";
    FootswitchBroken, "footswitch-broken",
        "The footswitch's two contacts contradict each other.",
        "H-28", "off; no arm", "they contradict each other for 20 ms";
    EmergencyStop, "emergency-stop",
        "The emergency stop is pressed.",
        "H-49", "off+K2, 20 ms", "both its contacts bounce for 2 ms";
    EmergencyStopWire, "emergency-stop-wire",
        "One wire of the emergency stop is broken.",
        "H-49", "off+K2", "one contact bounces for 2 ms";
    BrownOut, "brown-out",
        "The supply fails: flagged at once, output and contactors die after 20 ms.",
        "H-55", "off", "the supply sags by 8 %, inside its limits";
    PadLoss, "pad-loss",
        "The return pad peels off: its impedance climbs to 400 ohm in 0.5 s.",
        "H-19", "off in 500 ms; no arm", "it climbs to 1.3 times itself",
        ["in 2 s", "in 50 ms"];
    PadCreep, "pad-creep",
        "The return pad peels off slowly: its impedance climbs to 100 ohm in 5 s.",
        "H-19", "off in 500 ms from 1.4 times the lowest since arming", "to 80 ohm",
        ["in 10 s", "in 2 s"];
    K1Welded, "k1-welded",
        "K1's contact stays shut when told to open.",
        "H-54, H-50", "no arm; self-test fails", "it takes 18 ms to open instead of 10";
}

impl Fault {
    /// The fault itself.
    #[must_use]
    pub const fn full(self) -> FaultSetting {
        FaultSetting { fault: self, severity: Severity::Full }
    }

    /// Its twin, just below what may trip.
    #[must_use]
    pub const fn twin(self) -> FaultSetting {
        FaultSetting { fault: self, severity: Severity::Twin }
    }

    /// The fault at a severity; `None`: it has one size, and that is another.
    #[must_use]
    pub const fn at(self, severity: Severity) -> Option<FaultSetting> {
        let one_size = self.info().sizes.is_none();
        match severity {
            Severity::Small | Severity::Large if one_size => None,
            _ => Some(FaultSetting { fault: self, severity }),
        }
    }

    /// Whether it shows only on a generator with a footswitch.
    #[must_use]
    pub const fn needs_footswitch(self) -> bool {
        matches!(self, Self::FootswitchStuck | Self::FootswitchBroken)
    }

    const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.info().name)
    }
}

impl fmt::Display for FaultSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.fault, self.severity.suffix())
    }
}

/// Why a text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "there is no fault {text:?}; add :twin for the harmless twin of one of these, :small or :large \
     where `rfa faults` names sizes: {}",
    names()
)]
pub struct UnknownFault {
    /// The text offered.
    pub text: String,
}

/// One line for each fault: name, meaning, hazard row and its demand; for a command's help.
#[must_use]
pub fn fault_help() -> String {
    let line = |fault: &Fault| {
        let info = fault.info();
        format!("{:<20} {} [{}: {}]", info.name, info.meaning, info.hazard, info.expected)
    };
    Fault::ALL.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Every fault's name, separated by commas.
fn names() -> String {
    Fault::ALL.iter().map(|fault| fault.info().name).collect::<Vec<_>>().join(", ")
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.iter().copied().find(|fault| fault.info().name == text);
        found.ok_or_else(|| UnknownFault { text: text.to_owned() })
    }
}

impl FromStr for FaultSetting {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let severities = [Severity::Small, Severity::Large, Severity::Twin];
        let named = severities
            .into_iter()
            .find_map(|severity| text.strip_suffix(severity.suffix()).map(|name| (name, severity)));
        let (name, severity) = named.unwrap_or((text, Severity::Full));
        let fault = name.parse::<Fault>().ok().and_then(|fault| fault.at(severity));
        fault.ok_or_else(|| UnknownFault { text: text.to_owned() })
    }
}

/// Which faults are on, and since when (in microseconds of the generator's clock).
#[derive(Debug, Clone)]
pub(crate) struct ActiveFaults {
    since: [Option<(Severity, u64)>; Fault::ALL.len()],
}

impl ActiveFaults {
    /// None is on.
    pub(crate) const NONE: Self = Self { since: [None; Fault::ALL.len()] };

    /// Switches one fault; switching on again at the same severity keeps its start.
    pub(crate) fn set(&mut self, setting: FaultSetting, on: bool, now_us: u64) {
        let Some(slot) = self.since.get_mut(setting.fault.index()) else { return };
        if !on {
            *slot = None;
        } else if slot.is_none_or(|(severity, _)| severity != setting.severity) {
            *slot = Some((setting.severity, now_us));
        }
    }

    /// The severity of a fault that is on.
    pub(crate) fn get(&self, fault: Fault) -> Option<Severity> {
        self.since.get(fault.index()).copied().flatten().map(|(severity, _)| severity)
    }

    /// The severity of a fault that is on, and how long it has been, in seconds.
    pub(crate) fn get_since(&self, fault: Fault, now_us: u64) -> Option<(Severity, f64)> {
        let (severity, since_us) = self.since.get(fault.index()).copied().flatten()?;
        Some((severity, now_us.saturating_sub(since_us) as f64 / 1e6))
    }

    /// Whether a fault is on that is not its twin.
    pub(crate) fn is_real(&self, fault: Fault) -> bool {
        self.get(fault).is_some_and(|severity| !severity.is_twin())
    }
}
