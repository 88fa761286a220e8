//! The header: 256 bytes, and 256 for each signal, all ASCII.

use super::SAMPLES;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rfa_record::{Decimal, TickLine};
use rfa_session::Identity;

/// A signal. Its lowest sample means "not measured".
pub(super) struct Signal {
    label: &'static str,
    transducer: &'static str,
    unit: &'static str,
    /// What the lowest and the highest sample would be, in the unit.
    range: [&'static str; 2],
    /// A sample's step, in the unit.
    pub(super) step: f64,
    /// The lowest sample, in steps.
    pub(super) least_steps: f64,
    /// Of the table's unit in this one.
    pub(super) scale: f64,
    pub(super) value: fn(&TickLine) -> Option<f64>,
}

fn double<const DIGITS: usize>(of: Option<Decimal<DIGITS>>) -> Option<f64> {
    of.map(f64::from)
}

const fn signal(
    [label, transducer, unit]: [&'static str; 3],
    range: [&'static str; 2],
    step: f64,
    least_steps: f64,
    value: fn(&TickLine) -> Option<f64>,
) -> Signal {
    Signal { label, transducer, unit, range, step, least_steps, scale: 1.0, value }
}

const TEMPERATURES: [&str; 2] = ["-327.68", "327.67"];

/// The signals. A class of such generators ends at 50 W (hazards.md E1); a thermocouple's converter
/// has 0.01 °C.
pub(super) const SIGNALS: [Signal; 6] = [
    signal(["Temp tip", "tip's sensor", "degC"], TEMPERATURES, 0.01, -32_768.0, |line| {
        double(line.tip_c)
    }),
    signal(["Temp set", "ramped set-point", "degC"], TEMPERATURES, 0.01, -32_768.0, |line| {
        double(line.target_c)
    }),
    signal(["Power", "generator's meter", "W"], ["-0.001", "65.534"], 0.001, -1.0, |line| {
        double(line.power_w)
    }),
    signal(["Voltage rms", "generator's meter", "V"], ["-0.01", "655.34"], 0.01, -1.0, |line| {
        double(line.voltage_v)
    }),
    Signal {
        scale: 1_000.0,
        ..signal(
            ["Current rms", "generator's meter", "mA"],
            ["-0.1", "6553.4"],
            0.1,
            -1.0,
            |line| double(line.current_a),
        )
    },
    signal(["Impedance", "generator's meter", "Ohm"], ["-0.1", "6553.4"], 0.1, -1.0, |line| {
        double(line.impedance_ohm)
    }),
];

/// What the header says.
pub(super) struct Facts<'a> {
    pub(super) identity: &'a Identity,
    /// `None`: on virtual time.
    pub(super) started_unix_us: Option<u64>,
    pub(super) records: u64,
    /// Of each record.
    pub(super) annotation_bytes: usize,
}

#[cfg(test)]
impl Signal {
    /// What the lowest and the highest sample are, as the header says it.
    pub(super) fn range(&self) -> [&'static str; 2] {
        self.range
    }
}

/// Text of a fixed width, ASCII, cut where it is longer.
fn field(to: &mut Vec<u8>, text: &str, width: usize) {
    let ascii = text.bytes().map(|b| if (0x20..0x7f).contains(&b) { b } else { b'_' });
    to.extend(ascii.chain(std::iter::repeat(b' ')).take(width));
}

/// The header's bytes.
pub(super) fn bytes(facts: &Facts<'_>) -> Vec<u8> {
    let at = facts.started_unix_us.and_then(|us| i64::try_from(us).ok());
    let at = at.and_then(|us| Timestamp::from_microsecond(us).ok());
    let at = at.map(|at| at.to_zoned(TimeZone::UTC));
    let told = |form: &str, unknown: &str| {
        at.as_ref().map_or_else(|| unknown.to_owned(), |at| at.strftime(form).to_string())
    };
    let (date, time) = (told("%d.%m.%y", "01.01.85"), told("%H.%M.%S", "00.00.00"));
    let day = told("%d-%b-%Y", "X").to_uppercase();
    // Subfields stand between spaces; X: not known.
    let model = facts.identity.model.trim();
    let generator = if model.is_empty() { "X".to_owned() } else { model.replace(' ', "_") };
    let mut header = Vec::with_capacity(256 * (SIGNALS.len() + 2));
    let to = &mut header;
    field(to, "0", 8);
    // Who was treated is in no recording.
    field(to, "X X X X", 80);
    field(to, &format!("Startdate {day} X X {generator}"), 80);
    field(to, &date, 8);
    field(to, &time, 8);
    field(to, &(256 * (SIGNALS.len() + 2)).to_string(), 8);
    field(to, "EDF+C", 44);
    field(to, &facts.records.to_string(), 8);
    field(to, "1", 8);
    field(to, &(SIGNALS.len() + 1).to_string(), 4);
    let samples = SAMPLES.to_string();
    let annotations = (facts.annotation_bytes / 2).to_string();
    let mut column = |of: fn(&Signal) -> &str, last: &str, width: usize| {
        SIGNALS.iter().for_each(|signal| field(to, of(signal), width));
        field(to, last, width);
    };
    column(|signal| signal.label, "EDF Annotations", 16);
    column(|signal| signal.transducer, "", 80);
    column(|signal| signal.unit, "", 8);
    column(|signal| signal.range[0], "-1", 8);
    column(|signal| signal.range[1], "1", 8);
    column(|_| "-32768", "-32768", 8);
    column(|_| "32767", "32767", 8);
    column(|_| "", "", 80);
    SIGNALS.iter().for_each(|_| field(to, &samples, 8));
    field(to, &annotations, 8);
    field(to, "", 32 * (SIGNALS.len() + 1));
    header
}
