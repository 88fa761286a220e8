//! What is written is what is read, for people, for plotting tools, and for re-execution.

mod support;

use rfa_record::row::{EventRow, StateWord, TickRow};
use rfa_record::{
    ActionRow, Attached, Clock, End, EventMessage, IntentMessage, LesionMessage, Part, Recorder,
    Recording, SummaryMessage, Topic, TruthRow, cut,
};
use rfa_session::{
    Action, Answer, Finding, Intent, LesionView, NoLesion, OperatorName, StopSource, TickRecord,
};
use rfa_units::HostInstant;
use support::Session;

const WALL: Clock = Clock::Wall {
    started_unix_us: 1_790_000_000_000_000,
    started_at: HostInstant::from_micros(5_000_000),
};

fn treatment(clock: Clock) -> (rfa_record::Header, Vec<TickRecord>) {
    let header = support::header(clock);
    let mut session = Session::new(&header, 7);
    let mut ticks = Vec::new();
    while !session.complete() {
        ticks.push(session.next());
        assert!(ticks.len() < 6_000, "the treatment ends in a minute; {:?}", session.state());
    }
    (header, ticks)
}

fn record(path: &std::path::Path, header: &rfa_record::Header, ticks: &[TickRecord]) {
    let mut recorder = Recorder::create(path, header).expect("creates");
    for tick in ticks {
        recorder.write_tick(tick).expect("writes");
        if tick.interlock.inputs.tick.is_multiple_of(10) {
            let truth = TruthRow {
                at_us: 1,
                tip_c: 37.25,
                sensed_c: None,
                tissue_max_c: 38.5,
                power_w: 0.1,
                rf_on: false,
            };
            recorder.write_truth(&truth).expect("writes");
        }
    }
    recorder.write_lesion(&support::lesion()).expect("writes");
    let stop = Intent { action: Action::Stop(StopSource::Key), operator: None };
    recorder.write_intent(HostInstant::from_micros(1), &stop).expect("writes");
    recorder.finish(Some(serde_json::json!({"peak_c": 65.5}))).expect("finishes");
}

#[test]
fn a_treatment_comes_back_tick_for_tick() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let (header, ticks) = treatment(WALL);
    record(&path, &header, &ticks);
    let recording = Recording::open(&path).expect("opens");
    assert_eq!(recording.header(), &header);
    let mut expected = ticks.iter();
    let mut messages = recording.messages().expect("reads");
    let mut summary = None;
    let mut lesions = Vec::new();
    while let Some(message) = messages.next().expect("whole") {
        match message.topic {
            Topic::Tick => {
                let tick = expected.next().expect("no more ticks than written");
                let row: TickRow = message.parse().expect("a tick");
                assert_eq!(row, TickRow::from(tick));
                let now_us = tick.interlock.inputs.now.as_micros();
                let log_time_ns = (1_790_000_000_000_000 + now_us - 5_000_000) * 1_000;
                assert_eq!(message.log_time_ns, log_time_ns);
            }
            Topic::Summary => summary = Some(message.parse::<SummaryMessage>().expect("one")),
            Topic::Event | Topic::Alarm => {
                message.parse::<EventMessage>().expect("an event");
            }
            Topic::Intent => {
                message.parse::<IntentMessage>().expect("an intent");
            }
            Topic::Note => panic!("nobody wrote one"),
            Topic::Chain => {}
            Topic::Lesion => lesions.push(message.parse::<LesionMessage>().expect("a lesion")),
            Topic::Truth => assert_eq!(message.parse::<TruthRow>().expect("one").tip_c, 37.25),
        }
    }
    assert_eq!(messages.end(), Some(&End::Finished));
    assert!(expected.next().is_none(), "every tick is there");
    assert_eq!(lesions, [LesionMessage::from(&support::lesion())]);
    let views: Vec<_> = lesions.iter().map(LesionView::try_from).collect();
    assert_eq!(views, [Ok(support::lesion())]);
    let summary = summary.expect("a summary");
    assert_eq!(summary.ticks, ticks.len() as u64);
    assert_eq!(summary.session, Some(serde_json::json!({"peak_c": 65.5})));
}

#[test]
fn info_tells_the_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let (header, ticks) = treatment(Clock::Virtual);
    record(&path, &header, &ticks);
    let info = Recording::open(&path).expect("opens").info().expect("reads");
    assert_eq!(info.messages[&Topic::Tick], ticks.len() as u64);
    assert_eq!(info.lesion, Some(LesionMessage::from(&support::lesion())));
    assert_eq!(info.control_ticks, ticks.len() as u64);
    assert_eq!((info.first_tick, info.last_tick), (Some(1), Some(ticks.len() as u64)));
    assert_eq!((info.plan.as_str(), info.seed, info.virtual_time), ("two-steps", Some(7), true));
    assert!(info.complete && !info.truncated && info.gaps.is_empty() && info.trips.is_empty());
    assert_eq!(info.end_state, Some(StateWord::Idle));
    let json = serde_json::to_value(&info).expect("JSON");
    assert_eq!(json["messages"]["/tick"], ticks.len());
    assert_eq!(json["summary"]["session"]["peak_c"], 65.5);
}

#[test]
fn a_trip_is_told_once_on_alarm_and_in_info() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    session.sensor_open_at = Some(500);
    let ticks: Vec<_> = (0..600).map(|_| session.next()).collect();
    record(&path, &header, &ticks);
    let recording = Recording::open(&path).expect("opens");
    let info = recording.info().expect("reads");
    assert_eq!(info.trips.len(), 1);
    assert_eq!(info.end_state, Some(StateWord::Tripped));
    let mut messages = recording.messages().expect("reads");
    let mut trips = 0;
    while let Some(message) = messages.next().expect("whole") {
        if message.topic == Topic::Alarm {
            let event: EventMessage = message.parse().expect("an event");
            trips += usize::from(matches!(event.event, EventRow::Tripped(_)));
        }
    }
    assert_eq!(trips, 1);
}

#[test]
fn missed_deadlines_and_lost_ticks_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    session.miss = Some((50, 3));
    let mut ticks: Vec<_> = (0..200).map(|_| session.next()).collect();
    ticks.drain(120..125);
    record(&path, &header, &ticks);
    let info = Recording::open(&path).expect("opens").info().expect("reads");
    let gaps: Vec<_> = info.gaps.iter().map(|g| (g.after, g.missed, g.lost)).collect();
    assert_eq!(gaps, [(49, 3, 0), (123, 0, 5)]);
    assert_eq!((info.missed_ticks, info.lost_ticks), (3, 5));
}

/// The same seed gives the same bytes; there is no wall clock in a virtual-time file.
#[test]
fn virtual_time_gives_the_same_bytes_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    for path in &paths {
        let (header, ticks) = treatment(Clock::Virtual);
        record(path, &header, &ticks);
    }
    let [a, b] = paths.map(|path| std::fs::read(path).expect("reads"));
    assert!(a == b, "the files differ");
}

#[test]
fn a_recording_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    std::fs::write(&path, "precious").expect("writes");
    let error = Recorder::create(&path, &support::header(WALL)).err().expect("refuses");
    assert!(error.exists());
    let text = error.to_string();
    assert!(text.contains("s.mcap: cannot create the recording:"), "{text}");
    assert_eq!(std::fs::read(&path).expect("reads"), b"precious");
}

/// A file attached at the end is there, for other tools too, and a copy of the recording has it.
#[test]
fn a_file_may_come_behind_the_messages() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let (header, ticks) = treatment(Clock::Virtual);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    ticks.iter().for_each(|tick| recorder.write_tick(tick).expect("writes"));
    let last_us = ticks.last().expect("ticks").interlock.inputs.now.as_micros();
    assert_eq!(recorder.span_us(), (0, last_us));
    let file = Attached {
        name: "latency.hlog".to_owned(),
        media_type: "text/plain".to_owned(),
        data: b"#[a log]".to_vec(),
    };
    recorder.keep_file(&file).expect("keeps");
    recorder.finish(None).expect("finishes");
    let copy = folder.path().join("copy.mcap");
    rfa_record::recover(&path, &copy).expect("copies");
    for path in [&path, &copy] {
        let recording = Recording::open(path).expect("opens");
        assert_eq!(recording.header(), &header, "it is none of the header's files");
        let info = recording.info().expect("reads");
        assert_eq!(info.files.last(), Some(&file.name));
        assert!(!info.truncated, "{:?}", info.damage);
        let bytes = std::fs::read(path).expect("reads");
        let summary = mcap::Summary::read(&bytes).expect("whole").expect("an index");
        let index = summary.attachment_indexes.last().expect("the last file");
        let read = mcap::read::attachment(&bytes, index).expect("whole");
        assert_eq!((read.name.as_str(), &*read.data), ("latency.hlog", &file.data[..]));
    }
    // It speaks of the whole session: a part that lacks a tick of it has none.
    for (until_us, kept) in [(None, true), (Some(500_000), false)] {
        let part = folder.path().join(format!("part-{kept}.mcap"));
        cut(&path, &part, Part { from_us: None, until_us }).expect("cuts");
        let files = Recording::open(&part).expect("opens").info().expect("reads").files;
        assert_eq!(files.contains(&file.name), kept, "{files:?}");
    }
}

/// Other tools read the file: the mcap crate's own reader sees every message as JSON under a
/// JSON schema, through the index too.
#[test]
fn the_mcap_crate_reads_every_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let (header, ticks) = treatment(WALL);
    record(&path, &header, &ticks);
    let bytes = std::fs::read(&path).expect("reads");
    let summary = mcap::Summary::read(&bytes).expect("whole").expect("an index");
    let stats = summary.stats.expect("statistics");
    let mut counted = 0;
    for message in mcap::MessageStream::new(&bytes).expect("whole") {
        let message = message.expect("whole");
        let schema = message.channel.schema.as_ref().expect("a schema");
        assert_eq!(schema.encoding, "jsonschema");
        assert_eq!(message.channel.message_encoding, "json");
        serde_json::from_slice::<serde_json::Value>(&message.data).expect("JSON");
        counted += 1;
    }
    assert_eq!(stats.message_count, counted);
    assert_eq!(stats.attachment_count, 3, "plan, site, script");
}

/// A full disk is an error with its reason, and every later write fails too.
#[test]
fn a_full_disk_is_told() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
            if self.0 < buffer.len() {
                return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
            }
            self.0 -= buffer.len();
            Ok(buffer.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (header, ticks) = treatment(WALL);
    let sink = Box::new(Full(64 << 10));
    let mut recorder = Recorder::to_sink("s.mcap", sink, &header).expect("the header fits");
    let error = ticks.iter().find_map(|tick| recorder.write_tick(tick).err()).expect("full");
    assert_eq!(error.to_string(), "s.mcap: cannot write: no storage space");
    let again = recorder.write_tick(&ticks[0]).and_then(|()| recorder.flush());
    assert!(again.is_err(), "a later write fails too");
}

/// Every intent comes back as it was asked, and a name that is none is refused by its field.
#[test]
fn intents_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let mut recorder = Recorder::create(&path, &support::header(WALL)).expect("creates");
    let sources = [
        StopSource::Key,
        StopSource::ConsoleLost,
        StopSource::Signal,
        StopSource::Script,
        StopSource::Panic,
        StopSource::TimeLimit,
    ];
    let mut actions: Vec<Action> = sources.map(Action::Stop).to_vec();
    actions.extend([true, false].map(|complete| Action::Checklist { complete }));
    actions.extend([Answer::GoOn, Answer::End].map(Action::SensoryCheck));
    actions.extend(Finding::ALL.map(Action::Found));
    actions.extend([Action::Arm, Action::Start, Action::Acknowledge, Action::Reset]);
    actions.extend([Action::Mark, Action::Quit]);
    let names = [OperatorName::new("km"), None].into_iter().cycle();
    let asked: Vec<Intent> = actions
        .into_iter()
        .zip(names)
        .map(|(action, operator)| Intent { action, operator })
        .collect();
    for intent in &asked {
        recorder.write_intent(HostInstant::from_micros(5), intent).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    let mut messages = Recording::open(&path).and_then(|r| r.messages()).expect("opens");
    let mut found = Vec::new();
    while let Some(message) = messages.next().expect("reads") {
        if message.topic == Topic::Intent {
            let message: IntentMessage = message.parse().expect("an intent");
            found.push(message.intent().expect("asked by somebody who can be"));
        }
    }
    assert_eq!(found, asked);
    let nobody = IntentMessage { at_us: 1, action: ActionRow::Mark, operator: Some(String::new()) };
    assert!(nobody.intent().is_err_and(|error| error.field == "operator"));
}

/// What no model ever said is refused by its field; a reason in other words stays one.
#[test]
fn a_lesion_that_cannot_be_is_refused() {
    let good = LesionMessage::from(&support::lesion());
    let reason = |words: &str| LesionMessage {
        lesion: None,
        no_lesion: Some(words.to_owned()),
        ..good.clone()
    };
    for why in [NoLesion::NoTissue, NoLesion::NotBegun, NoLesion::Stopped] {
        let view = LesionView::try_from(&reason(why.as_str())).expect("a view");
        assert_eq!(view.lesion, Err(why));
    }
    let view = LesionView::try_from(&reason("too hot for the model")).expect("a view");
    assert_eq!(view.lesion.expect_err("none").as_str(), "too hot for the model");
    let mut long = good.clone();
    long.lesion.as_mut().expect("one").outline_um = vec![(0, 0); 49];
    let edge = LesionMessage { boundary: "isotherm:50".to_owned(), ..good.clone() };
    let cold = LesionMessage { baseline_mc: Some(i32::MIN), ..good };
    for (bad, field) in [(long, "outline_um"), (edge, "boundary"), (cold, "baseline_mc")] {
        let error = LesionView::try_from(&bad).expect_err("refused");
        assert_eq!(error.field, field);
    }
}

/// A reader that goes to a chunk reads on as one that came there.
#[test]
fn reading_goes_on_at_any_chunk() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let (header, ticks) = treatment(WALL);
    record(&path, &header, &ticks);
    let recording = Recording::open(&path).expect("opens");
    let mut messages = recording.messages().expect("opens");
    let mut all = Vec::new();
    while let Some(message) = messages.next().expect("reads") {
        all.push((message.chunk_at, message.topic, message.data.to_vec()));
    }
    let mut chunks: Vec<u64> = all.iter().map(|(chunk, ..)| *chunk).collect();
    chunks.dedup();
    assert!(chunks.len() > 10, "{chunks:?}");
    for chunk in chunks.into_iter().rev().step_by(3) {
        messages.seek(chunk).expect("goes there");
        let mut read = Vec::new();
        while let Some(message) = messages.next().expect("reads, the data's CRC not judged") {
            read.push((message.chunk_at, message.topic, message.data.to_vec()));
        }
        let expected: Vec<_> = all.iter().filter(|(at, ..)| *at >= chunk).cloned().collect();
        assert!(read == expected, "from byte {chunk}: {} of {}", read.len(), expected.len());
        assert_eq!(messages.end(), Some(&rfa_record::End::Finished));
    }
}
