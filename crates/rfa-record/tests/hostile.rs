//! Files that were made to take memory, or to pass for something else.

#[path = "support/raw.rs"]
mod raw;
mod support;

use rfa_record::{
    Attached, Clock, Part, Recorder, Recording, SigningKey, Topic, attach, check, cut, deidentify,
    each, merge, recover,
};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use support::Session;

/// Half a second of a session, in records.
static GOOD: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..50 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    raw::records(&std::fs::read(&path).expect("reads"))
});

/// The good records with others behind them.
fn with(folder: &Path, more: &[Vec<u8>]) -> PathBuf {
    let path = folder.join("hostile.mcap");
    std::fs::write(&path, raw::file(&[&GOOD[..], more].concat())).expect("writes");
    path
}

/// Every record would once have been given a name of its own.
#[test]
fn a_long_name_is_told_short_and_kept_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "x".repeat(1 << 20);
    let message = raw::message(900, 0, 0, b"");
    let few = with(folder.path(), &[raw::channel(900, 0, &long, &[]), message.clone()]);
    let misfit = check(&few, None).expect("a chain").misfit.expect("told");
    assert!(misfit.name.chars().count() < 120, "{} characters", misfit.name.len());
    let many = vec![message; 1 << 18];
    let all = [vec![raw::channel(900, 0, &long, &[])], many].concat();
    let misfit = check(with(folder.path(), &all), None).expect("a chain").misfit.expect("told");
    assert!(misfit.what.contains("no checkpoint for too long"), "{misfit}");
}

/// What is wrong quotes the file; whoever keeps a list of it would keep the file.
#[test]
fn a_long_reason_is_told_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let recording = rfa_record::Recording::open(with(folder.path(), &[])).expect("a recording");
    let mut messages = recording.messages().expect("reads");
    let message = messages.next().expect("reads").expect("a message");
    let told = message.damaged("unknown variant `".to_owned() + &"x".repeat(1 << 20)).to_string();
    assert!(told.contains("unknown variant") && told.len() < 1_000, "{} bytes", told.len());
}

/// The writer of a copy keeps every definition: together they are limited.
#[test]
fn definitions_beyond_their_limit_are_left_out_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = "x".repeat(5 << 20);
    let more: Vec<_> = (900..910).map(|id| raw::schema(id, "big", &data)).collect();
    let from = with(folder.path(), &more);
    let report = recover(&from, folder.path().join("to")).expect("copies");
    let why = &report.damage.first().expect("told").why;
    assert!(why.contains("schema 903 \"big\"") && why.contains("16777216"), "{why}");
    assert_eq!(report.damage.len(), 7);
}

/// What a file says of its own making is kept in memory.
#[test]
fn marks_beyond_their_limit_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = "x".repeat(700_000);
    let mark = |name: &str| raw::metadata(name, &[("a", &data)]);
    let records = [vec![mark("rfa.a")], GOOD.clone()].concat();
    let path = folder.path().join("s.mcap");
    std::fs::write(&path, raw::file(&records)).expect("writes");
    Recording::open(&path).expect("one is taken");
    let records = [vec![mark("rfa.a"), mark("rfa.b")], GOOD.clone()].concat();
    std::fs::write(&path, raw::file(&records)).expect("writes");
    let why = Recording::open(&path).expect_err("refused").to_string();
    assert!(why.contains("1048576 bytes"), "{why}");
}

struct Nobody;

impl rfa_record::Take for Nobody {
    fn take(&mut self, _: i64, _: &rfa_record::Message<'_>) -> Result<(), rfa_record::ExportError> {
        Ok(())
    }

    fn wait(&mut self) -> Result<bool, rfa_record::ExportError> {
        Ok(false)
    }
}

#[test]
fn damage_is_counted_and_not_kept_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = with(folder.path(), &vec![raw::message(901, 0, 0, b""); 200]);
    let recording = Recording::open(from).expect("opens");
    let exported = each(&recording, Part::default(), &[Topic::Tick], &mut Nobody).expect("reads");
    assert!(!exported.whole());
    assert_eq!(exported.damage.len(), 64);
    assert!(format!("{exported:?}").contains("damaged: 200"));
}

/// Names of what is left out are told short, and the first of them.
#[test]
fn names_of_what_is_left_out_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "y".repeat(1 << 20);
    let more: Vec<_> = (0..100)
        .map(|n| raw::attachment(&format!("{n:03}{}", if n == 3 { &long } else { "" })))
        .collect();
    let from = with(folder.path(), &more);
    let report = deidentify(from, folder.path().join("to")).expect("copies");
    let files = report.removed.iter().find(|line| line.starts_with("files")).expect("told");
    assert!(files.len() < 8_000, "{} bytes", files.len());
    assert!(files.ends_with("and 38 more"), "{files}");
}

/// The chain does not cover MCAP's own header: a second one has no place anywhere.
#[test]
fn a_second_header_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(check(with(folder.path(), &[]), None).expect("a chain").intact);
    let from = with(folder.path(), &[GOOD[0].clone()]);
    let misfit = check(&from, None).expect("a chain").misfit.expect("told");
    assert!(misfit.what.contains("a second header"), "{misfit}");
}

/// A record of a kind that MCAP leaves to others is left out of a copy, and that is told.
#[test]
fn foreign_records_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = with(folder.path(), &[raw::record(0x80, b"hello")]);
    let report = recover(&from, folder.path().join("to")).expect("copies");
    assert!(!report.whole && report.damage.len() == 1, "{report:?}");
    assert!(report.damage[0].why.contains("of a kind that no rfa writes"), "{report:?}");
}

/// A reader looks at 64 files; one more would be out of its sight.
#[test]
fn no_file_is_attached_beyond_what_a_reader_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let more: Vec<_> = (0..64).map(|n| raw::attachment(&format!("{n}"))).collect();
    let from = with(folder.path(), &more);
    let file =
        Attached { name: "x".to_owned(), media_type: "text/plain".to_owned(), data: vec![1] };
    let refused = attach(&from, folder.path().join("to"), &file, None).expect_err("refused");
    assert!(refused.to_string().contains("at most 64"), "{refused}");
}

/// A secret key without its public half beside it is of no use, and in the way.
#[test]
fn no_secret_key_is_left_where_the_public_one_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let [secret, public] = ["k.pem", "k.pem.pub"].map(|name| folder.path().join(name));
    let key = SigningKey::from_seed(&[7; 32]);
    std::fs::write(&public, "mine").expect("writes");
    key.write(&secret).expect_err("the public half is there");
    assert!(!secret.exists());
    std::fs::remove_file(&public).expect("removes");
    std::fs::write(&secret, "mine").expect("writes");
    key.write(&secret).expect_err("the secret half is there");
    assert!(!public.exists());
}

/// Recordings of before the chain: what is made of them has one that fits.
#[test]
fn parts_of_a_recording_without_a_chain_have_one_that_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    let [good, a, b, merged, both, nameless] =
        ["g", "a", "b", "m", "both", "d"].map(|name| folder.path().join(name));
    std::fs::write(&good, raw::file(&raw::unchained(&GOOD))).expect("writes");
    let told = check(&good, None).expect_err("no chain").to_string();
    assert!(told.contains("holds no chain"), "{told}");
    cut(&good, &a, Part { from_us: None, until_us: Some(350_000) }).expect("cuts");
    cut(&good, &b, Part { from_us: Some(300_000), until_us: None }).expect("cuts");
    merge(&[a.clone(), b.clone()], &merged).expect("merges");
    merge(&[a.clone(), good.clone()], &both).expect("merges");
    deidentify(&good, &nameless).expect("copies");
    for path in [a, b, merged, both, nameless] {
        let report = check(&path, None).expect("a chain");
        assert!(report.intact, "{}: {:?}", path.display(), report.misfit);
    }
}
