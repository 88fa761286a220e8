//! Whole sessions on virtual time: the real codec, tasks and queues, no thread, no wall clock.

mod common;

use common::{GoesOn, Simulated, connect, intent, plan, recorder, tracker};
use rfa_interlock::{RuleId, State};
use rfa_plan::Plan;
use rfa_record::{LATENCY_LOG, LesionMessage, Recorder, Recording, Topic};
use rfa_runtime::virtual_time::{Operator, VirtualConfig, VirtualSession};
use rfa_runtime::{Ended, QuitReason, SessionResult};
use rfa_session::{Action, Intent, Latency, NoLesion, Snapshot, StopSource};
use rfa_sim::{FaultSchedule, Generator};
use rfa_units::{HostInstant, MilliWatts, Span};

fn run(
    plan: &Plan,
    recorder: Option<Recorder>,
    operator: &mut dyn Operator,
    prepare: impl FnOnce(&mut Generator),
) -> (SessionResult, Simulated) {
    let mut connection = connect(plan, 7);
    prepare(&mut connection.generator_mut().0);
    let config = VirtualConfig {
        plan: plan.clone(),
        trips: 0,
        recorder,
        tracker: tracker(plan),
        end_on_trip: true,
        time_limit: Span::from_secs(200),
    };
    let session = VirtualSession::start(connection, config).expect("starts");
    session.run(operator)
}

#[test]
fn a_short_plan_runs_to_its_end() {
    let plan = plan(Span::from_secs(10));
    let mut operator = GoesOn::default();
    let (result, generator) = run(&plan, None, &mut operator, |_| {});
    assert_eq!(result.end, Ended::Complete, "{result:?}");
    assert!(result.off_confirmed && !generator.0.truth().rf_on);
    assert_eq!(result.missed_ticks, 0);
    let late = result.latency.view().of(Latency::InterlockLateness);
    assert_eq!((late.count > 500, late.max_ns), (true, 0), "virtual time is never late");
    assert_eq!(result.queues, rfa_session::QueueCounts::default(), "nothing was lost");
    assert_eq!((result.link.corrupt, result.link.refused, result.link.missing), (0, 0, 0));
    assert!(result.link.said_bye, "goodbye was answered");
    let [first, second] = result.summary.steps.as_slice() else { panic!("two steps") };
    for step in [first, second] {
        assert!(step.complete && step.held_s >= 10.0, "{step:?}");
        assert!(step.reached_s.is_some_and(|s| s > 1.0), "{step:?}");
        assert!(step.overshoot_c_true.is_some() && step.overshoot_c_sensed.is_some());
        assert!(step.mean_abs_error_c_true.is_some_and(|error| error < 2.0), "{step:?}");
        assert!(step.mean_abs_error_c_sensed.is_some_and(|error| error < 2.0), "{step:?}");
    }
    assert!(first.set_c < second.set_c);
    assert!(result.summary.peak_c.is_some_and(|peak| peak >= second.set_c - 2.0));
    assert!(result.summary.energy_j > 1.0 && result.summary.trips.is_empty());
    assert_eq!(operator.acts.iter().filter(|act| **act == Action::Start).count(), 2);
}

/// The same seed gives the same bytes.
#[test]
fn the_recording_is_byte_identical() {
    let plan = plan(Span::from_secs(5));
    let directory = tempfile::tempdir().expect("a directory");
    let [one, two] = ["one", "two"].map(|name| {
        let path = directory.path().join(name);
        let identity = connect(&plan, 7).identity;
        let recorder = recorder(&path, &plan, &identity);
        let (result, _) = run(&plan, Some(recorder), &mut GoesOn::default(), |_| {});
        assert_eq!(result.recording.file, path.display().to_string(), "a path to open it by");
        assert_eq!(result.recording.error, None);
        assert_eq!(result.recording.dropped, 0);
        let lesion = result.summary.lesion.expect("predicted");
        assert_grows(&path, lesion.width_mm);
        assert_has_histograms(&path);
        std::fs::read(path).expect("written")
    });
    assert!(one.len() > 10_000 && one == two);
}

/// The recording holds the histograms, and its summary the same in numbers.
fn assert_has_histograms(path: &std::path::Path) {
    let recording = Recording::open(path).expect("opens");
    let mut messages = recording.messages().expect("reads");
    while messages.next().expect("whole").is_some() {}
    assert_eq!(messages.files().last().map(String::as_str), Some(LATENCY_LOG));
    let bytes = std::fs::read(path).expect("reads");
    let index = mcap::Summary::read(&bytes).expect("whole").expect("an index").attachment_indexes;
    let log = mcap::read::attachment(&bytes, index.last().expect("a file")).expect("whole");
    let text = str::from_utf8(&log.data).expect("a text");
    let summary = recording.info().expect("reads").summary.expect("one").session.expect("one");
    for latency in Latency::ALL {
        let tag = format!("Tag={},", latency.name());
        assert_eq!(text.lines().filter(|line| line.starts_with(&tag)).count(), 1, "{text}");
        let count = &summary["timing_us"][latency.name()]["count"];
        assert!(count.as_u64().is_some_and(|count| count > 500), "{count} {}", latency.name());
    }
}

/// The recording holds the lesion as it grew to the summary's.
fn assert_grows(path: &std::path::Path, width_mm: f64) {
    let mut messages = Recording::open(path).expect("opens").messages().expect("reads");
    let (mut told, mut newest_um) = (0, 0);
    while let Some(message) = messages.next().expect("whole") {
        if message.topic == Topic::Lesion {
            let message: LesionMessage = message.parse().expect("a lesion");
            assert_eq!(message.boundary, "arrhenius:nerve");
            let Some(lesion) = message.lesion else {
                assert_eq!((told, message.no_lesion.as_deref()), (0, Some("RF was not on yet")));
                continue;
            };
            assert!(lesion.width.value_um >= newest_um, "a lesion never shrinks: {lesion:?}");
            assert!(lesion.outline_um.is_empty() == (lesion.width.value_um == 0), "{lesion:?}");
            newest_um = lesion.width.value_um;
            told += 1;
        }
    }
    assert!(told >= 10, "{told} messages");
    assert!(newest_um > 1_000 && (f64::from(newest_um) / 1e3 - width_mm).abs() < 1e-9);
}

/// Without a tissue there is no lesion, and the screen is told why.
#[test]
fn a_plan_without_a_tissue_predicts_no_lesion() {
    struct Looks(GoesOn, Option<NoLesion>);
    impl Operator for Looks {
        fn step(&mut self, now: HostInstant, snapshot: &Snapshot) -> Option<Intent> {
            self.1 = snapshot.lesion.expect("told").lesion.err();
            self.0.step(now, snapshot)
        }
    }
    let mut spec = plan(Span::from_secs(10)).spec();
    spec.tissue = None;
    let plan = Plan::new(spec).expect("a good plan");
    let mut operator = Looks(GoesOn::default(), None);
    let (result, _) = run(&plan, None, &mut operator, |_| {});
    assert_eq!(result.end, Ended::Complete);
    assert_eq!(operator.1, Some(NoLesion::NoTissue));
    assert_eq!(result.summary.lesion, None);
    assert_eq!(result.summary.no_lesion.as_deref(), Some("the plan names no tissue"));
}

/// Stops as soon as power is granted.
#[derive(Default)]
struct StopsWhenHot {
    starts: GoesOn,
    stopped: Option<HostInstant>,
}

impl Operator for StopsWhenHot {
    fn step(&mut self, now: HostInstant, snapshot: &Snapshot) -> Option<Intent> {
        if self.stopped.is_some() {
            return (now.since(self.stopped?) > Span::from_secs(1)).then(|| intent(Action::Quit));
        }
        let granted = snapshot.latest.as_ref()?.interlock.outputs.permit.granted;
        if granted > MilliWatts::new(100).expect("in range") {
            self.stopped = Some(now);
            return Some(Intent { action: Action::Stop(StopSource::Key), operator: None });
        }
        self.starts.step(now, snapshot)
    }
}

#[test]
fn a_stop_key_ends_output_and_not_the_session() {
    let plan = plan(Span::from_secs(10));
    let mut operator = StopsWhenHot::default();
    let (result, _) = run(&plan, None, &mut operator, |_| {});
    assert!(operator.stopped.is_some(), "power was granted");
    assert_eq!(result.end, Ended::Quit(QuitReason::Operator));
    assert!(result.off_confirmed);
    let last = result.last.expect("ticks ran");
    assert_eq!(last.interlock.outputs.state, State::Idle);
}

/// the controller's side: a generator that falls silent trips it.
#[test]
fn a_silent_generator_trips() {
    let plan = plan(Span::from_secs(10));
    let (result, _) = run(&plan, None, &mut GoesOn::default(), |generator| {
        let fault = "link-cut@8s".parse().expect("a fault");
        generator.set_schedule(FaultSchedule::new(vec![fault]));
    });
    let Ended::Tripped(trip) = result.end else { panic!("{:?}", result.end) };
    assert_eq!(trip.rule, RuleId::H22);
    assert!(!result.off_confirmed, "no readback, so nothing is confirmed");
    assert_eq!(result.summary.trips.first().map(|trip| trip.rule.as_str()), Some("H-22"));
}

/// H-23: an operator who does nothing arms nothing, and the session ends by its time limit.
#[test]
fn nobody_at_the_console_starts_nothing() {
    struct Nobody;
    impl Operator for Nobody {
        fn step(&mut self, _: HostInstant, _: &Snapshot) -> Option<Intent> {
            None
        }
    }
    let (result, generator) = run(&plan(Span::from_secs(10)), None, &mut Nobody, |_| {});
    assert_eq!(result.end, Ended::Quit(QuitReason::Caller));
    assert!(result.summary.energy_j < 0.001 && !generator.0.truth().rf_on);
}

/// Takes the header and then no more.
struct FullDisk(usize);

impl std::io::Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_sub(bytes.len());
        if self.0 == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// H-45: a recording that fails is shown and refuses arming; what runs goes on to its end.
#[test]
fn a_recording_that_fails_refuses_the_next_arming() {
    let plan = plan(Span::from_secs(5));
    let identity = connect(&plan, 7).identity;
    let header = common::header(&plan, &identity);
    let whole = Recorder::to_sink("x", Box::new(FullDisk(1 << 20)), &header).expect("room");
    let taken = usize::try_from(whole.bytes()).expect("small");
    // Full at the first chunk, before arming; and full while the first step delivers.
    for (room, steps_done) in [(200, 0), (15_000, 1)] {
        let disk = Box::new(FullDisk(taken + room));
        let recorder = Recorder::to_sink("full.mcap", disk, &header).expect("header fits");
        let (result, _) = run(&plan, Some(recorder), &mut GoesOn::default(), |_| {});
        assert!(result.recording.error.is_some(), "{:?}", result.recording);
        assert_eq!(result.end, Ended::Quit(QuitReason::Caller), "never complete");
        let done = result.summary.steps.iter().filter(|step| step.complete).count();
        assert_eq!(done, steps_done, "room for {room} bytes: {:?}", result.recording);
        assert!(result.off_confirmed);
    }
}
