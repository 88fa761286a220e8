//! Bytes as the specification has them; `tests/dataset.sh` reads whole files with another program.

use super::*;
use rfa_session::{DeviceKind, Identity};

fn facts(identity: &Identity) -> Facts<'_> {
    Facts {
        identity,
        // 2023-11-14 22:13:20.250 UTC.
        started_unix_us: Some(1_700_000_000_250_000),
        records: 17,
        annotation_bytes: 90,
    }
}

fn identity() -> Identity {
    Identity {
        model: "Sim ü RF".to_owned(),
        serial: "1".to_owned(),
        firmware: "1".to_owned(),
        kind: DeviceKind::Live,
        channels: 1,
        footswitch: false,
    }
}

/// Fields by their places: the specification's table.
#[test]
fn the_header_has_its_fields_in_their_places() {
    let identity = identity();
    let bytes = header::bytes(&facts(&identity));
    let text = String::from_utf8(bytes).expect("ASCII");
    assert!(text.is_ascii() && text.len() == 256 * 8, "{} bytes", text.len());
    let at = |from: usize, width: usize| text[from..from + width].trim_end();
    assert_eq!([at(0, 8), at(8, 80)], ["0", "X X X X"]);
    assert_eq!(at(88, 80), "Startdate 14-NOV-2023 X X Sim____RF");
    assert_eq!([at(168, 8), at(176, 8), at(184, 8)], ["14.11.23", "22.13.20", "2048"]);
    assert_eq!([at(192, 44), at(236, 8), at(244, 8), at(252, 4)], ["EDF+C", "17", "1", "7"]);
    // Each field of all signals, then the next.
    let of =
        |before: usize, width: usize, signal: usize| at(256 + 7 * before + width * signal, width);
    assert_eq!([of(0, 16, 0), of(0, 16, 6)], ["Temp tip", "EDF Annotations"]);
    assert_eq!([of(96, 8, 0), of(96, 8, 2), of(96, 8, 6)], ["degC", "W", ""]);
    assert_eq!([of(104, 8, 2), of(112, 8, 2)], ["-0.001", "65.534"]);
    assert_eq!([of(120, 8, 2), of(128, 8, 2)], ["-32768", "32767"]);
    assert_eq!([of(216, 8, 0), of(216, 8, 6)], ["100", "45"]);
    let unknown = Facts { started_unix_us: None, ..facts(&identity) };
    let text = String::from_utf8(header::bytes(&unknown)).expect("ASCII");
    assert!(text[88..].starts_with("Startdate X X X Sim____RF "), "{text}");
    assert_eq!(&text[168..184], "01.01.8500.00.00");
}

/// The physical range in the header is what the samples are made with.
#[test]
fn samples_are_what_the_header_says() {
    for signal in &SIGNALS {
        let [low, high] = signal.range().map(|text| text.parse::<f64>().expect("a number"));
        let step = (high - low) / 65_535.0;
        assert!((step - signal.step).abs() < 1e-9, "{low} to {high}, {}", signal.step);
        assert!((low - signal.least_steps * signal.step).abs() < 1e-9, "{low}");
    }
}

fn first() -> First {
    First { number: 100, at_us: 0, log_time_ns: 0 }
}

/// Every annotation is in some record, none is torn, and each record begins with its own time.
#[test]
fn annotations_are_shared_out_among_the_records() {
    for (count, records) in [(0, 1), (1, 1), (3, 40), (500, 7), (64, 64)] {
        let told = (0..count).map(|n| annotations::Told::gap(100 + n * 3, 102 + n * 5)).collect();
        let mut all = Annotations::new(first(), Some(250_000), told, records);
        let bytes = all.record_bytes();
        assert_eq!(bytes % 2, 0);
        let mut found = 0;
        for record in 0..records {
            let taken = all.next_record();
            assert_eq!(taken.len(), bytes);
            let text = String::from_utf8(taken).expect("UTF-8");
            assert!(text.starts_with(&format!("+{record}.25\u{14}\u{14}\0")), "{text:?}");
            for list in text.split('\0').skip(1).filter(|list| !list.is_empty()) {
                assert!(list.contains("ticks not on record\u{14}"), "{list:?}");
                found += 1;
            }
        }
        assert_eq!(found, count, "{records} records");
    }
}

#[test]
fn annotations_say_when_how_long_and_what() {
    let told = vec![annotations::Told::gap(200, 356)];
    let mut all = Annotations::new(first(), None, told, 1);
    let text = String::from_utf8(all.next_record()).expect("UTF-8");
    let expected = "+0\u{14}\u{14}\0+1.01\u{15}1.55\u{14}155 ticks not on record\u{14}\0";
    assert_eq!(text.trim_end_matches('\0'), expected.trim_end_matches('\0'));
}

/// What is kept of a text is bounded before thousands of them are.
#[test]
fn a_long_note_is_cut() {
    let long = annotations::Told::note(0, &"ü".repeat(10_000));
    let mut all = Annotations::new(first(), None, vec![long], 1);
    assert!(all.record_bytes() < 500, "{} bytes", all.record_bytes());
    let text = String::from_utf8(all.next_record()).expect("UTF-8");
    assert_eq!(text.chars().filter(|one| *one == 'ü').count(), 120 - "note: ".len());
}

/// No value, one below, one above, and both ends of what can be.
#[test]
fn a_value_beyond_its_range_is_its_end_and_told() {
    let power = &SIGNALS[2];
    assert_eq!(power.digital(None), (NOT_MEASURED, false));
    assert_eq!(power.digital(Some(0.0)), (NOT_MEASURED + 1, false));
    assert_eq!(power.digital(Some(-0.001)), (NOT_MEASURED + 1, true));
    assert_eq!(power.digital(Some(65.534)), (i16::MAX, false));
    assert_eq!(power.digital(Some(65.535)), (i16::MAX, true));
    // Its table has amperes.
    assert_eq!(SIGNALS[4].digital(Some(0.001)), (NOT_MEASURED + 11, false));
}

/// Ticks 100, 102 and 250 of 100 to 250: two records, the second filled up.
#[test]
fn every_slot_has_its_samples() {
    let mut bytes = Vec::new();
    let told = Annotations::new(first(), None, Vec::new(), 2);
    let record_bytes = 2 * SAMPLES * SIGNALS.len() + told.record_bytes();
    let mut writer = Writer::new(&mut bytes, told, 1, 100, 151);
    let values = |power_w| [None, None, Some(power_w), None, None, None];
    for (slot, power_w) in [(0, 0.0), (2, 1.0), (150, 99.0)] {
        writer.tick(slot, &values(power_w)).expect("writes");
    }
    assert_eq!(writer.ticks, 3);
    assert_eq!(writer.finish().expect("ends"), (1, 148));
    assert_eq!(bytes.len(), 2 * record_bytes);
    let power = |slot: usize| {
        let (record, place) = (slot / SAMPLES, slot % SAMPLES);
        let at = record * record_bytes + 2 * (2 * SAMPLES + place);
        i16::from_le_bytes([bytes[at], bytes[at + 1]])
    };
    let least = NOT_MEASURED + 1;
    let expected = [least, NOT_MEASURED, least + 1_000, NOT_MEASURED];
    assert_eq!([0, 1, 2, 3].map(power), expected);
    let expected = [NOT_MEASURED, i16::MAX, NOT_MEASURED, NOT_MEASURED];
    assert_eq!([149, 150, 151, 199].map(power), expected);
}

/// A place that both passes could not read counts once; what only the first looked at counts too.
#[test]
fn both_passes_tell_their_damage() {
    let of = |damaged: u64, lines| Exported {
        lines,
        damage: (0..damaged).map(|at| rfa_record::Damage { at, why: String::new() }).collect(),
        damaged,
        end: rfa_record::End::Finished,
        recovery_lost: false,
    };
    assert_eq!(both(of(2, 500), of(1, 300), 300), of(2, 300));
    assert_eq!(both(of(1, 500), of(1, 300), 300), of(1, 300));
}
