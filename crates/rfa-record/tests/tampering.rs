//! A signed recording in hands that know the format and lack the key: every single edit, deletion,
//! swap, truncation or addition of a record is found, and at its place. The files are taken apart
//! and written again by the `mcap` crate, with good checksums and a good index.

mod apart;
mod support;

use apart::{copies, copy, edit, file, records};
use mcap::records::{MessageHeader, Metadata, Record};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use rfa_record::{
    Attached, CheckReport, Clock, NoteMessage, PublicKey, Recorder, SigningKey, TruthRow, annotate,
    attach, check, recover, sign,
};
use std::cell::Cell;
use std::sync::LazyLock;
use support::Session;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// Two seconds of a signed session, and its records in their order.
static SIGNED: LazyLock<(Vec<u8>, Vec<Record<'static>>)> = LazyLock::new(|| {
    let bytes = recorded(Some(key(7)));
    let records = records(&bytes);
    (bytes, records)
});

fn recorded(key: Option<SigningKey>) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create_signed(&path, &header, key).expect("creates");
    for _ in 0..200 {
        recorder.write_tick(&session.next()).expect("writes");
        let truth = TruthRow {
            at_us: 1,
            tip_c: session.tip_c(),
            sensed_c: None,
            tissue_max_c: 38.5,
            power_w: 0.1,
            rf_on: false,
        };
        recorder.write_truth(&truth).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    std::fs::read(&path).expect("reads")
}

fn checked(records: &[Record<'_>], key: Option<&PublicKey>) -> Option<Result<CheckReport, String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    file(&path, records)?;
    Some(check(&path, key).map_err(|error| error.to_string()))
}

/// The number of the channel on which the checkpoints are.
fn chain_id() -> u16 {
    let mut ids = SIGNED.1.iter().filter_map(|record| match record {
        Record::Channel(channel) if channel.topic == "/chain" => Some(channel.id),
        _ => None,
    });
    ids.next_back().expect("a chain")
}

fn is_checkpoint(record: &Record<'_>) -> bool {
    matches!(record, Record::Message { header, .. } if header.channel_id == chain_id())
}

/// One act of tampering on a copy of the records.
fn tamper(act: usize, places: (usize, usize), which: usize, bit: u8) -> Vec<Record<'static>> {
    let mut records = copies(&SIGNED.1);
    let (a, b) = (places.0 % records.len(), places.1 % records.len());
    match act {
        0 => edit(&mut records[a], which, bit),
        1 => drop(records.remove(a)),
        2 => records.swap(a, b),
        3 => records.truncate(a),
        4 => {
            let record = copy(&records[a]);
            records.insert(b, record);
        }
        5 => {
            let record = copy(&records[a]);
            records.push(record);
        }
        _ => {
            // A stranger's message, metadata or file.
            let stranger = match which % 3 {
                0 => Record::Message {
                    header: MessageHeader {
                        channel_id: 1,
                        sequence: 9_999,
                        log_time: u64::from(bit),
                        publish_time: 0,
                    },
                    data: b"{}".to_vec().into(),
                },
                1 => Record::Metadata(Metadata {
                    name: "stranger".to_owned(),
                    metadata: [("x".to_owned(), "y".to_owned())].into(),
                }),
                _ => {
                    let of = records.iter().find(|r| matches!(r, Record::Attachment { .. }));
                    let mut copy = copy(of.expect("a file"));
                    edit(&mut copy, 2, 0);
                    copy
                }
            };
            records.insert(b, stranger);
        }
    }
    records
}

/// Where two rows of records part.
struct Parting {
    /// The record, counted without checkpoints.
    at: u64,
    /// Those that the newest checkpoint before it covers.
    covered: u64,
    /// A checkpoint is what differs.
    of_checkpoint: bool,
}

fn parting(old: &[Record<'_>], new: &[Record<'_>]) -> Option<Parting> {
    let same = |at: usize| match (old.get(at), new.get(at)) {
        (
            Some(Record::Message { header: a, data: x }),
            Some(Record::Message { header: b, data: y }),
        ) => a == b && x == y,
        (a, b) => format!("{a:?}") == format!("{b:?}"),
    };
    let place = (0..old.len().max(new.len())).find(|at| !same(*at))?;
    let before = &new[..place.min(new.len())];
    let count =
        |records: &[Record<'_>]| records.iter().filter(|r| !is_checkpoint(r)).count() as u64;
    let newest = before.iter().rposition(is_checkpoint).unwrap_or(0);
    let of_checkpoint = [old.get(place), new.get(place)].into_iter().flatten().any(is_checkpoint);
    Some(Parting { at: count(before), covered: count(&before[..newest]), of_checkpoint })
}

/// What is tried at random: an act, two places, a field and a bit.
type Try = (usize, (usize, usize), usize, u8);

/// Judges one change; `judged` counts those that change something and can be written as a file.
fn found_and_located((act, places, which, bit): Try, judged: &Cell<u32>) -> TestCaseResult {
    let (_, old) = &*SIGNED;
    let new = tamper(act, places, which, bit);
    let Some(Parting { at, covered, of_checkpoint }) = parting(old, &new) else {
        return Ok(());
    };
    // A definition written twice in the same words is not written twice.
    let Some(found) = checked(&new, None) else { return Ok(()) };
    judged.set(judged.get() + 1);
    // Refused as a whole: nothing of it is taken for a recording with a chain.
    let Ok(report) = found else { return Ok(()) };
    if act >= 4 && report.intact {
        let again = |r: &Record<'_>| matches!(r, Record::Schema { .. } | Record::Channel(_));
        prop_assert!(again(&old[places.0 % old.len()]) && act < 6, "added and not found");
        return Ok(());
    }
    prop_assert!(!report.intact && !report.signed, "act {act} at {at}: not found");
    let misfit = report.misfit.expect("named");
    if act == 3 || of_checkpoint {
        // What the lost or changed checkpoint covered is doubtful as a whole.
        prop_assert!(covered <= misfit.record && misfit.record <= at, "{misfit} and not {at}");
    } else {
        prop_assert_eq!(misfit.record, at, "act {}: {}", act, misfit);
    }
    Ok(())
}

/// `RFA_TAMPERINGS` changes instead of 400.
#[test]
fn every_single_change_is_found_and_located() {
    let cases = std::env::var("RFA_TAMPERINGS").map_or(400, |text| text.parse().expect("a number"));
    let judged = Cell::new(0);
    let tries = (0_usize..7, any::<(usize, usize)>(), any::<usize>(), any::<u8>());
    TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..Default::default() })
        .run(&tries, |tried| found_and_located(tried, &judged))
        .unwrap_or_else(|why| panic!("{why}"));
    println!("{} of {cases} changes judged, all found at their place", judged.get());
    assert!(judged.get() >= cases * 4 / 5, "{} of {cases}", judged.get());
}

#[test]
fn a_signed_recording_is_intact_and_says_by_whom() {
    let (bytes, old) = &*SIGNED;
    let report = checked(old, Some(&key(7).public())).expect("a file").expect("a chain");
    assert!(report.intact && report.signed && report.ended, "{report:?}");
    assert_eq!(report.keys, [key(7).public()]);
    let checkpoints = old.iter().filter(|record| is_checkpoint(record)).count() as u64;
    assert_eq!((report.checkpoints, report.added), (checkpoints, 0));
    assert_eq!(report.records + checkpoints, old.len() as u64);
    let other = checked(old, Some(&key(8).public())).expect("a file").expect("a chain");
    let why = other.misfit.expect("refused").to_string();
    assert!(why.contains("not by the key given"), "{why}");
    assert_eq!(*bytes, recorded(Some(key(7))), "the same session and key give the same bytes");
}

/// Whoever has no key can take the signatures off and write another chain: asked for the site's
/// key, the file does not pass.
#[test]
fn a_chain_written_anew_does_not_pass_the_site_key() {
    let records = records(&recorded(None));
    let report = checked(&records, None).expect("a file").expect("a chain");
    assert!(report.intact && !report.signed && report.keys.is_empty(), "{report:?}");
    let report = checked(&records, Some(&key(7).public())).expect("a file").expect("a chain");
    assert!(report.misfit.expect("refused").what.starts_with("is not signed"));
}

/// Nor with signatures that only look like the key's: one digit of each in turn.
#[test]
fn a_signature_that_another_made_is_found() {
    let signed = SIGNED.1.iter().enumerate().filter(|(_, record)| is_checkpoint(record));
    for (place, _) in signed {
        let mut forged = copies(&SIGNED.1);
        let Record::Message { data, .. } = &mut forged[place] else { panic!("a message") };
        let name = b"\"signature\":\"";
        let at = data.windows(name.len()).position(|part| part == name).expect("a signature");
        let digit = &mut data.to_mut()[at + name.len() + place % 128];
        *digit = if *digit == b'0' { b'1' } else { b'0' };
        let report = checked(&forged, None).expect("a file").expect("a chain");
        let misfit = report.misfit.expect("refused");
        assert_eq!(misfit.what, "its signature is wrong", "record {place}: {misfit}");
    }
}

/// Every prefix of the bytes, as a killed program or a torn disk leaves it.
#[test]
fn every_torn_end_is_found() {
    let (bytes, old) = &*SIGNED;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let mut most = 0;
    for length in (bytes.len() / 3..bytes.len()).step_by(131).chain([bytes.len() - 1]) {
        std::fs::write(&path, &bytes[..length]).expect("writes");
        let report = check(&path, None).expect("a header and a checkpoint");
        assert!(!report.intact, "{length}");
        most = most.max(report.records);
    }
    let ours = old.iter().filter(|record| !is_checkpoint(record)).count();
    assert_eq!(most, ours as u64, "with only the index lost every record is covered");
    std::fs::write(&path, [&bytes[..], b"x"].concat()).expect("writes");
    let misfit = check(&path, None).expect("reads").misfit.expect("found");
    assert!(misfit.what.contains("bytes behind the closing magic bytes"), "{misfit}");
}

/// The tick is named in which a number was changed.
#[test]
fn a_changed_tick_is_named() {
    let mut records = copies(&SIGNED.1);
    let tick = records.iter_mut().find_map(|record| match record {
        Record::Message { header, data } if header.channel_id == 1 && header.sequence == 122 => {
            Some(data)
        }
        _ => None,
    });
    let data = tick.expect("a tick").to_mut();
    let text = String::from_utf8(data.clone()).expect("UTF-8");
    assert!(text.contains("\"tick\":123"), "{text}");
    *data = text.replacen("\"command\":\"none\"", "\"command\":\"stop\"", 1).into_bytes();
    assert_ne!(*data, text.into_bytes());
    let misfit = checked(&records, None).expect("a file").expect("a chain").misfit.expect("found");
    assert_eq!((misfit.tick, misfit.name.as_str()), (Some(123), "/tick message 122"));
    assert!(misfit.to_string().contains(", tick 123, /tick message 122: was changed"), "{misfit}");
}

/// Notes, files and later signatures go on from the chain; what is added without the key is told.
#[test]
fn what_is_added_is_covered_by_its_own_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let [s, noted, kept, unsigned, signed, cut, recovered] =
        ["s", "noted", "kept", "unsigned", "signed", "cut", "recovered"]
            .map(|name| folder.path().join(name));
    std::fs::write(&s, &SIGNED.0).expect("writes");
    let note = NoteMessage { text: "pad dry".to_owned(), author: None, written_unix_us: None };
    let file = Attached {
        name: "x.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        data: b"x".to_vec(),
    };
    annotate(&s, &noted, &note, None, Some(key(7))).expect("adds");
    attach(&noted, &kept, &file, Some(key(8))).expect("adds");
    let report = check(&kept, None).expect("a chain");
    assert!(report.intact && report.signed && report.added == 2, "{report:?}");
    assert_eq!(report.keys, [key(7).public(), key(8).public()]);

    annotate(&s, &unsigned, &note, None, None).expect("adds");
    let misfit = check(&unsigned, None).expect("a chain").misfit.expect("told");
    // The note's schema is the first record that came with it.
    assert!(misfit.only_unsigned() && misfit.name == "schema rfa.Note", "{misfit}");
    sign(&unsigned, &signed, key(7)).expect("signs");
    assert!(check(&signed, Some(&key(7).public())).expect("a chain").intact);

    std::fs::write(&cut, &SIGNED.0[..SIGNED.0.len() * 2 / 5]).expect("writes");
    let why = sign(&cut, folder.path().join("no"), key(7)).expect_err("refuses").to_string();
    assert!(why.contains("would vouch for what does not fit"), "{why}");
    recover(&cut, &recovered).expect("recovers");
    let report = check(&recovered, None).expect("a chain");
    let misfit = report.misfit.expect("the end is lost");
    assert!(misfit.what.contains("the session's end is missing"), "{misfit}");
    assert!(report.checkpoints > 2 && !report.ended);
}
