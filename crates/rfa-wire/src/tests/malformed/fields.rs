//! Fields at and beyond the ends of their ranges, and bodies of the wrong length.

use super::{BODY, Case, Receiver, case, generator, host, renumber, resealed, standby};
use crate::tests::samples::*;
use std::format;
use std::string::String;
use std::vec::Vec;

/// A field that has a range: where it is, how wide, its ends, and whether the sample is still a
/// good message with the field at its lower and at its upper end.
struct Ranged {
    sample: &'static str,
    field: &'static str,
    at: usize,
    size: usize,
    ends: (i64, i64),
    good: (bool, bool),
}

const POWER: (i64, i64) = (0, 500_000);
const VOLTAGE: (i64, i64) = (0, 1_000_000);
const CURRENT: (i64, i64) = (0, 10_000_000);
const IMPEDANCE: (i64, i64) = (0, 100_000_000);
const ENERGY: (i64, i64) = (0, 100_000_000);
const TEMPERATURE: (i64, i64) = (-100_000, 400_000);
const LIFE: (i64, i64) = (20_000, 60_000);
const PERIOD: (i64, i64) = (1, 10_000_000);

const fn ranged(
    sample: &'static str,
    field: &'static str,
    at: usize,
    size: usize,
    ends: (i64, i64),
) -> Ranged {
    Ranged { sample, field, at, size, ends, good: (true, true) }
}

/// Every ranged field of every message (docs/protocol.md, section 5).
fn all_ranged() -> Vec<Ranged> {
    let report = "telemetry-one-channel";
    let mut all = Vec::from([
        ranged("hello", "channels", 16, 1, (1, 4)),
        ranged("hello", "telemetry_hz", 17, 2, (50, 200)),
        ranged("standby-k2-open", "k2", 8, 1, (0, 1)),
        ranged("grant-pulsed", "power_mw", 24, 4, POWER),
        // The lowest is thermal, which has no pulses.
        Ranged { good: (false, true), ..ranged("grant-pulsed", "mode", 28, 1, (1, 4)) },
        ranged("grant-pulsed", "channel", 29, 1, (1, 4)),
        ranged("grant-pulsed", "amplitude_mv", 30, 4, VOLTAGE),
        // Never longer than the period, which is 500 ms in this sample.
        ranged("grant-pulsed", "pulse_width_us", 34, 4, (1, 500_000)),
        // Never shorter than the width.
        Ranged { good: (false, true), ..ranged("grant-pulsed", "pulse_period_us", 38, 4, PERIOD) },
        ranged("identity", "flags", 72, 1, (0, 7)),
        ranged("identity", "channels", 81, 1, (1, 4)),
        ranged("identity", "modes", 82, 1, (0, 15)),
        ranged("identity", "power_max_mw", 83, 4, POWER),
        ranged("self-test-passed", "passed", 0, 1, (0, 31)),
        ranged("refused", "code", 0, 1, (1, 18)),
        ranged(report, "k1", 0, 1, (0, 1)),
        ranged(report, "k2", 1, 1, (0, 1)),
        ranged(report, "emergency_stop", 2, 1, (0, 2)),
        ranged(report, "footswitch", 3, 1, (0, 3)),
        ranged(report, "supply", 4, 1, (0, 1)),
        ranged(report, "pad_impedance_mohm", 7, 4, IMPEDANCE),
        // Blocks are missing then.
        Ranged { good: (false, false), ..ranged(report, "channel_count", 11, 1, (1, 4)) },
        ranged(report, "channel", 12, 1, (1, 4)),
        ranged(report, "output", 13, 1, (0, 4)),
        // A broken sensor has no temperature, and the sample has one.
        Ranged { good: (false, false), ..ranged(report, "tip_state", 14, 1, (0, 2)) },
        ranged(report, "tip_temperature_mc", 15, 4, TEMPERATURE),
        ranged(report, "power_mw", 19, 4, POWER),
        ranged(report, "voltage_mv", 23, 4, VOLTAGE),
        ranged(report, "current_ua", 27, 4, CURRENT),
        ranged(report, "impedance_mohm", 31, 4, IMPEDANCE),
        ranged(report, "setpoint_mw", 35, 4, POWER),
        ranged(report, "energy_mj", 39, 4, ENERGY),
    ]);
    for limits in ["set-limits", "limits-set"] {
        all.extend([
            ranged(limits, "channel", 0, 1, (1, 4)),
            ranged(limits, "power_max_mw", 1, 4, POWER),
            ranged(limits, "voltage_max_mv", 5, 4, VOLTAGE),
            ranged(limits, "temperature_max_mc", 9, 4, TEMPERATURE),
            ranged(limits, "grant_life_us", 13, 4, LIFE),
        ]);
    }
    all
}

fn result_name(sample: &str) -> &str {
    match sample {
        "standby-k2-open" => "standby",
        "grant-pulsed" | "grant-thermal" => "grant",
        "self-test-passed" => "self-test-result",
        "telemetry-one-channel" | "telemetry-four-channels" => "telemetry",
        other => other,
    }
}

/// A sample with some body bytes overwritten and everything else right, as the second frame of
/// its session, or the first where it opens one.
fn overwritten(sample: &str, at: usize, bytes: &[u8]) -> (Receiver, bool, Vec<u8>) {
    let opens = matches!(sample, "hello" | "identity");
    let key = if opens { LINK.0 } else { *session_key().as_bytes() };
    let from_host = host_samples().iter().any(|known| known.name == sample);
    let (to, frame) = if from_host {
        (Receiver::Generator, host(sample))
    } else {
        (Receiver::Host, generator(sample))
    };
    let frame = resealed(&frame, &key, |payload| {
        renumber(payload, if opens { 1 } else { 2 });
        payload[BODY + at..BODY + at + bytes.len()].copy_from_slice(bytes);
    });
    (to, !opens, frame)
}

fn field_case(name: String, sample: &str, at: usize, bytes: &[u8], result: &str) -> Case {
    let (to, open, bytes) = overwritten(sample, at, bytes);
    Case { open, ..case(&name, to, bytes, &[result]) }
}

fn range_cases(ranged: &Ranged) -> Vec<Case> {
    let Ranged { sample, field, at, size, ends: (min, max), good } = *ranged;
    let error = format!("error:field:{field}");
    let make = |word: &str, value: i64, result: &str| {
        let name = format!("{word}-{sample}-{field}");
        field_case(name, sample, at, &value.to_le_bytes()[..size], result)
    };
    let mut cases = Vec::from([make("above", max + 1, &error)]);
    if good.1 {
        cases.push(make("highest", max, result_name(sample)));
    }
    if min != 0 {
        cases.push(make("below", min - 1, &error));
        if good.0 {
            cases.push(make("lowest", min, result_name(sample)));
        }
    }
    cases
}

pub(super) fn cases() -> Vec<Case> {
    let key = *session_key().as_bytes();
    let longer = resealed(&standby(2), &key, |payload| payload.push(0));
    let shorter = resealed(&standby(2), &key, |payload| payload.truncate(payload.len() - 1));
    let mut cases = Vec::from([
        case("body-too-long", Receiver::Generator, longer, &["error:length"]),
        case("body-too-short", Receiver::Generator, shorter, &["error:length"]),
    ]);
    let twice = 12 + 31;
    let wide = 10_000_001_u32.to_le_bytes();
    let singles: [(&str, &str, usize, &[u8], &str); 9] = [
        ("above-grant-maximum-pulse_width_us", "grant-pulsed", 34, &wide, "pulse_width_us"),
        ("thermal-with-amplitude", "grant-thermal", 30, &[1], "amplitude_mv"),
        ("thermal-with-pulse-width", "grant-thermal", 34, &[1], "pulse_width_us"),
        ("thermal-with-pulse-period", "grant-thermal", 38, &[1], "pulse_period_us"),
        ("open-sensor-with-temperature", "telemetry-one-channel", 14, &[1], "tip_temperature_mc"),
        ("channel-reported-twice", "telemetry-four-channels", twice, &[1], "channel"),
        ("escape-in-model", "identity", 32, &[0x1b], "model"),
        ("text-after-padding", "identity", 63, b"x", "serial"),
        ("seed-without-simulation", "identity", 72, &[6], "seed"),
    ];
    cases.extend(singles.into_iter().map(|(name, sample, at, bytes, field)| {
        let name = String::from(name);
        field_case(name, sample, at, bytes, &format!("error:field:{field}"))
    }));
    let (to, open, counted) = overwritten("telemetry-one-channel", 11, &[2]);
    cases.push(Case { open, ..case("count-without-block", to, counted, &["error:length"]) });
    cases.extend(all_ranged().iter().flat_map(range_cases));
    cases
}
