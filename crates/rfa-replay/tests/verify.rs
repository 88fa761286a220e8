//! A recording verifies; one changed value anywhere is found at its tick and field.

#[path = "../../rfa-record/tests/support/mod.rs"]
mod support;

use rfa_interlock::State;
use rfa_record::{Clock, Header, Recorder, Topic, rewrite};
use rfa_replay::{Outcome, Part, ReplayError, Stopped, VerifyReport, verify};
use rfa_session::TickRecord;
use rfa_units::Span;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use support::Session;

fn record(path: &Path, header: &Header, ticks: impl IntoIterator<Item = TickRecord>) {
    let mut recorder = Recorder::create(path, header).expect("creates");
    for tick in ticks {
        recorder.write_tick(&tick).expect("writes");
    }
    recorder.finish(None).expect("finishes");
}

/// A whole treatment of two steps with a check between them, on disk.
static TREATMENT: LazyLock<(tempfile::TempDir, PathBuf, u64)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut ticks = Vec::new();
    while !session.complete() && ticks.len() < 6_000 {
        ticks.push(session.next());
    }
    assert!(session.complete(), "the treatment ends; {:?}", session.state());
    let count = ticks.len() as u64;
    record(&path, &header, ticks);
    (folder, path, count)
});

/// Verifies the treatment with every message of one topic changed by `edit`, checksums rewritten.
fn verify_edited(topic: Topic, mut edit: impl FnMut(&mut Value)) -> VerifyReport {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("edited.mcap");
    let mut apply = |of: Topic, data: &mut Vec<u8>| {
        if of == topic {
            let mut value: Value = serde_json::from_slice(data).expect("JSON");
            edit(&mut value);
            *data = serde_json::to_vec(&value).expect("JSON");
        }
    };
    rewrite(&TREATMENT.1, &out, &mut apply).expect("copies");
    verify(&out).expect("can be compared")
}

#[test]
fn a_treatment_verifies() {
    let (_, path, count) = &*TREATMENT;
    let report = verify(path).expect("can be compared");
    assert_eq!(report.first_difference, None);
    assert_eq!((report.outcome, report.equal), (Outcome::Equal, true));
    assert_eq!((report.ticks_compared, report.control_ticks_compared), (*count, *count));
    assert!(report.messages_compared > 10, "arm, start, stop, done, check, ...");
    assert!(report.summary_present && !report.truncated && report.warnings.is_empty());
    assert!(report.to_string().starts_with("equal: "), "{report}");
    let json = serde_json::to_value(&report).expect("JSON");
    assert_eq!((&json["equal"], &json["first_difference"]), (&json!(true), &Value::Null));
}

/// A JSON copy with its fields in another order is the same recording.
#[test]
fn an_edit_that_changes_nothing_is_equal() {
    let report = verify_edited(Topic::Tick, |_| {});
    assert!(report.equal, "{report}");
}

#[test]
fn a_trip_verifies() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 3);
    session.sensor_open_at = Some(400);
    session.miss = Some((450, 1));
    let ticks: Vec<_> = (0..600).map(|_| session.next()).collect();
    assert_eq!(session.state(), State::Tripped);
    record(&path, &header, ticks);
    let report = verify(&path).expect("can be compared");
    assert!(report.equal, "{report}");
    assert_eq!((report.ticks_compared, report.missed_ticks), (600, 1));
}

/// Every output field of control and interlock, changed alone at a tick of its own, is found at
/// exactly that tick under its own name: nothing recorded escapes the comparison.
#[test]
fn one_changed_output_is_found_at_its_tick_and_field() {
    let cases = [
        ("/outputs/permit/granted_mw", "outputs.permit.granted_mw", Part::Interlock),
        ("/outputs/permit/delivering", "outputs.permit.delivering", Part::Interlock),
        ("/outputs/grant/power_mw", "outputs.grant.power_mw", Part::Interlock),
        ("/outputs/grant/expires_us", "outputs.grant.expires_us", Part::Interlock),
        ("/outputs/k1", "outputs.k1", Part::Interlock),
        ("/outputs/energy_mj", "outputs.energy_mj", Part::Interlock),
        ("/outputs/time_on_us", "outputs.time_on_us", Part::Interlock),
        ("/outputs/check_due", "outputs.check_due", Part::Interlock),
        (
            "/control/0/outputs/request/power_mw",
            "control[0].outputs.request.power_mw",
            Part::Control,
        ),
        ("/control/0/outputs/held_us", "control[0].outputs.held_us", Part::Control),
        ("/control/0/outputs/target_mc", "control[0].outputs.target_mc", Part::Control),
        ("/control/0/outputs/i_w", "control[0].outputs.i_w", Part::Control),
        ("/control/0/outputs/phase", "control[0].outputs.phase", Part::Control),
    ];
    for (index, (pointer, field, part)) in cases.into_iter().enumerate() {
        // While delivering, so that every field is there.
        let tick = 400 + index as u64;
        let report = verify_edited(Topic::Tick, |value| {
            if value["inputs"]["tick"] == tick {
                let slot = value.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"));
                change(slot);
            }
        });
        assert_eq!((report.outcome, report.equal), (Outcome::Different, false), "{pointer}");
        let difference = report.first_difference.as_ref().expect("found");
        assert_eq!((difference.tick, difference.part), (tick, part), "{pointer}");
        let fields: Vec<_> = difference.fields.iter().map(|d| d.field.as_str()).collect();
        assert_eq!(fields, [field], "{report}");
        assert_ne!(difference.fields[0].recorded, difference.fields[0].reexecuted);
        assert!(report.to_string().contains(&format!("tick {tick} at ")), "{report}");
    }
}

/// The smallest change there is in a value of its kind.
fn change(slot: &mut Value) {
    *slot = match &*slot {
        Value::Bool(on) => json!(!on),
        Value::Number(number) if number.is_f64() => {
            json!(f64::from_bits(number.as_f64().expect("a float").to_bits() ^ 1))
        }
        Value::Number(number) => json!(number.as_i64().expect("an integer") + 1),
        Value::String(word) if word == "shut" => json!("open"),
        Value::String(_) => json!("gate"),
        other => panic!("{other}"),
    };
}

/// A changed input is a different history: found where it first decides something.
#[test]
fn a_changed_input_is_found() {
    let report = verify_edited(Topic::Tick, |value| {
        if value["inputs"]["tick"] == 400 {
            let tip = &mut value["inputs"]["telemetry"][0]["channels"][0]["tip_mc"];
            *tip = json!(tip.as_i64().expect("a temperature") + 1_500);
        }
    });
    let difference = report.first_difference.expect("found");
    assert!(difference.tick >= 400, "{}", difference.tick);
}

/// An alarm or event that the ticks do not tell, and one that is missing.
#[test]
fn a_changed_event_message_is_found() {
    let report = verify_edited(Topic::Event, |value| {
        if value["event"]["changed"]["to"] == "armed" {
            value["event"]["changed"]["to"] = json!("lockout");
        }
    });
    let difference = report.first_difference.as_ref().expect("found");
    assert_eq!(difference.part, Part::Message);
    assert_eq!(difference.fields[0].field, "/event.event.changed.to", "{report}");
}

/// Another program or other limits in the header, recorded outputs unchanged: different.
#[test]
fn other_settings_give_a_difference() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let ticks: Vec<_> = (0..800).map(|_| session.next()).collect();
    let other = support::header_with(Clock::Virtual, support::program(Span::from_secs(6)));
    record(&path, &other, ticks);
    let report = verify(&path).expect("can be compared");
    let difference = report.first_difference.expect("found");
    assert_eq!((difference.tick, difference.part), (1, Part::Control), "{:?}", difference.fields);
    assert_eq!(difference.fields[0].field, "control[0].outputs.left_us");
}

#[test]
fn compared_nothing_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.mcap");
    let header = support::header(Clock::Virtual);
    record(&path, &header, []);
    let error = verify(&path).expect_err("fails");
    assert!(
        error.to_string().ends_with("empty.mcap: compared nothing: the recording holds no tick"),
        "{error}"
    );
    let path = folder.path().join("half.mcap");
    let mut session = Session::new(&header, 7);
    let ticks = (0..5).map(|_| TickRecord { control: Default::default(), ..session.next() });
    record(&path, &header, ticks);
    let error = verify(&path).expect_err("fails");
    assert!(matches!(error, ReplayError::Nothing { what: "control tick", .. }), "{error}");
}

/// Ticks that are lost end the comparison with their numbers; missed deadlines do not.
#[test]
fn lost_ticks_stop_and_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut ticks: Vec<_> = (0..200).map(|_| session.next()).collect();
    ticks.drain(100..103);
    record(&path, &header, ticks);
    let report = verify(&path).expect("can be compared");
    assert_eq!((report.outcome, report.equal), (Outcome::Broken, false));
    assert!(matches!(report.stopped, Some(Stopped::Lost(gap)) if gap.lost == 3));
    assert!(report.to_string().contains("3 ticks between tick 100 and tick 104"), "{report}");
    assert_eq!(report.ticks_compared, 100);
}

/// A file cut short is equal as far as it goes, and says that it is short.
#[test]
fn a_truncated_recording_is_equal_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.mcap");
    let bytes = std::fs::read(&TREATMENT.1).expect("reads");
    std::fs::write(&path, &bytes[..bytes.len() * 2 / 3]).expect("writes");
    let report = verify(&path).expect("can be compared");
    assert_eq!((report.outcome, report.equal), (Outcome::EqualAsFarAsItGoes, true));
    assert!(report.truncated && !report.summary_present && report.ticks_compared > 100);
    assert!(report.to_string().contains("the recording was not finished"), "{report}");
}

#[test]
fn a_recording_of_another_version_is_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let mut header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    header.rfa_version = "0.0.9".to_owned();
    record(&path, &header, (0..20).map(|_| session.next()));
    let report = verify(&path).expect("can be compared");
    assert!(report.equal);
    let ours = env!("CARGO_PKG_VERSION");
    assert_eq!(report.warnings, [format!("recorded by rfa 0.0.9, re-executed by rfa {ours}")]);
}
