//! What can be drawn, by name.

/// A signal of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "Name::words tells what each is")]
pub enum Name {
    Tip,
    Set,
    Reference,
    Limit,
    Truth,
    Hottest,
    Measured,
    Granted,
    Asked,
    Ceiling,
    Impedance,
    Pad,
    Voltage,
    Current,
    Energy,
    Lateness,
    State,
}

impl Name {
    /// Every one, in the order of the panels and, in each, from the uppermost line down.
    pub const ALL: [Self; 17] = [
        Self::Tip,
        Self::Reference,
        Self::Set,
        Self::Limit,
        Self::Truth,
        Self::Hottest,
        Self::Measured,
        Self::Granted,
        Self::Asked,
        Self::Ceiling,
        Self::Impedance,
        Self::Pad,
        Self::Voltage,
        Self::Current,
        Self::Energy,
        Self::Lateness,
        Self::State,
    ];

    /// What a figure shows where nothing else is asked for.
    pub const USUAL: [Self; 10] = [
        Self::Tip,
        Self::Reference,
        Self::Set,
        Self::Limit,
        Self::Measured,
        Self::Granted,
        Self::Asked,
        Self::Ceiling,
        Self::Impedance,
        Self::State,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tip => "tip",
            Self::Set => "set",
            Self::Reference => "reference",
            Self::Limit => "limit",
            Self::Truth => "truth",
            Self::Hottest => "hottest",
            Self::Measured => "measured",
            Self::Granted => "granted",
            Self::Asked => "asked",
            Self::Ceiling => "ceiling",
            Self::Impedance => "impedance",
            Self::Pad => "pad",
            Self::Voltage => "voltage",
            Self::Current => "current",
            Self::Energy => "energy",
            Self::Lateness => "lateness",
            Self::State => "state",
        }
    }

    /// What it is, for the key of a figure.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Tip => "tip",
            Self::Set => "set",
            Self::Reference => "reference (ramp)",
            Self::Limit => "trip limit H-01",
            Self::Truth => "tip, simulator's own",
            Self::Hottest => "hottest tissue, simulator's own",
            Self::Measured => "measured",
            Self::Granted => "granted",
            Self::Asked => "asked",
            Self::Ceiling => "ceiling",
            Self::Impedance => "impedance",
            Self::Pad => "return pad",
            Self::Voltage => "voltage (rms)",
            Self::Current => "current (rms)",
            Self::Energy => "energy",
            Self::Lateness => "interlock tick began late by",
            Self::State => "state",
        }
    }

    /// The names that `text` stands for: one signal, or the four of power, or the four of
    /// temperature.
    ///
    /// # Errors
    /// A sentence with the names there are.
    pub fn parse(text: &str) -> Result<Vec<Self>, String> {
        match text {
            "power" => Ok(vec![Self::Measured, Self::Granted, Self::Asked, Self::Ceiling]),
            "temperature" => Ok(vec![Self::Tip, Self::Reference, Self::Set, Self::Limit]),
            one => Self::ALL.into_iter().find(|name| name.name() == one).map_or_else(
                || {
                    let names: Vec<_> = Self::ALL.iter().map(|name| name.name()).collect();
                    Err(format!(
                        "there is no signal of that name; there are temperature (tip, reference, \
                         set, limit), power (measured, granted, asked, ceiling), {}",
                        names.join(", ")
                    ))
                },
                |name| Ok(vec![name]),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_others_are_refused() {
        for name in Name::ALL {
            assert_eq!(Name::parse(name.name()), Ok(vec![name]));
        }
        assert_eq!(Name::parse("power").map(|names| names.len()), Ok(4));
        assert_eq!(Name::parse("temperature").map(|names| names.len()), Ok(4));
        let error = Name::parse("tipp").expect_err("no signal");
        assert!(error.contains("tip, ") && error.contains("lateness"), "{error}");
    }
}
