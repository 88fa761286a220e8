//! What a recording tells of its session, in the numbers that a scenario is made from.

use super::signs::{Signs, Spans};
use rfa_interlock::State;
use rfa_record::row::{
    CommandWord, ContactorWord, EventRow, OutputWord, OutputsRow, StateWord, StopCauseWord,
    TelemetryRow, TickRow, TripRow,
};
use rfa_record::{ActionRow, End, IntentMessage, ReadError, Recording, Topic, TruthRow};

/// Power that is measured and is none, as the session's own readback has it.
const RF_OFF_MAX_MW: u32 = 200;
/// A readback older than this shows nothing.
const READBACK_AGE_MAX_US: u64 = 60_000;

/// One session. Times ending in `_us` are the generator's clock, in microseconds; those of
/// `steps` and `ticks_us` count from the first tick.
pub(super) struct Story {
    /// The operator's steps, each with when and who.
    pub(super) steps: Vec<(u64, ActionRow, Option<String>)>,
    /// From the first tick to the last.
    pub(super) ticks_us: u64,
    /// The generator's clock at the first tick.
    pub(super) at_first_us: u64,
    /// The generator's clock at the last tick: a silent one's goes on.
    pub(super) newest_us: u64,
    /// How often delivery began.
    pub(super) starts: usize,
    /// A grant was made.
    pub(super) granted: bool,
    /// When RF was on.
    pub(super) rf: Spans,
    /// RF was on and off as the simulator knows it, not as the generator measured it.
    pub(super) truth: bool,
    /// Trips, each with its time.
    pub(super) trips: Vec<(u64, TripRow)>,
    /// When output of a step was complete.
    pub(super) steps_done_us: Vec<u64>,
    /// The first step was held to its end.
    pub(super) first_step_held: bool,
    /// The first stop after the first grant.
    pub(super) stop_us: Option<u64>,
    /// The newest order was refused: nothing was armed or started after it.
    pub(super) refused: bool,
    /// What the last tick decided.
    pub(super) last: OutputsRow,
    /// The readback showed RF off in it.
    pub(super) off_confirmed: bool,
    /// The hottest tissue, as the simulator knows it, °C.
    pub(super) hottest_c: Option<f64>,
    /// What the telemetry shows of faults.
    pub(super) signs: Signs,
    /// The session came to its own end.
    pub(super) finished: bool,
    /// Recovery wrote the file.
    pub(super) recovered: bool,
}

impl Story {
    /// Reads all of it. A recording that is cut or damaged is refused.
    pub(super) fn read(recording: &Recording) -> Result<Self, String> {
        let told = |e: ReadError| e.to_string();
        if !recording.from_start() {
            let path = recording.path().display();
            return Err(format!(
                "{path}: is cut out of another recording, behind its first tick; take that one"
            ));
        }
        let mut reader = Reader::new(recording);
        let mut messages = recording.messages().map_err(told)?;
        loop {
            let message = match messages.next() {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(e) => return Err(format!("{e}; {}", recover_hint(recording))),
            };
            match message.topic {
                Topic::Tick => reader.tick(message.parse().map_err(told)?),
                Topic::Truth => reader.truth(&message.parse().map_err(told)?),
                Topic::Intent => reader.intents.push(message.parse().map_err(told)?),
                Topic::Summary => reader.finished = true,
                Topic::Event | Topic::Alarm | Topic::Lesion | Topic::Note | Topic::Chain => {}
            }
        }
        if let Some(End::Truncated { at, why }) = messages.end() {
            let path = recording.path().display();
            let hint = recover_hint(recording);
            return Err(format!("{path}: byte {at}: the recording is not finished: {why}; {hint}"));
        }
        let recovered = messages.recovered();
        reader.story(recovered).ok_or_else(|| {
            let path = recording.path().display();
            format!(
                "{path}: no tick with telemetry is in it, so nothing happened that a scenario \
                 could repeat; take a recording in which the session went on"
            )
        })
    }

    /// Where the interlock was in the last tick.
    pub(super) fn state(&self) -> State {
        self.last.state.into()
    }
}

fn recover_hint(recording: &Recording) -> String {
    let path = crate::scenario::shell_word(&recording.path().display().to_string());
    format!("`rfa rec recover {path} whole.mcap` makes a whole recording of what is there")
}

struct Reader {
    channel: u8,
    first_hold_us: u64,
    intents: Vec<IntentMessage>,
    first_now_us: Option<u64>,
    last_now_us: u64,
    at_first_us: Option<u64>,
    /// The newest telemetry and when it came.
    newest: Option<(TelemetryRow, u64)>,
    starts: usize,
    granted: bool,
    truths: Option<Spans>,
    measured: Spans,
    trips: Vec<(u64, TripRow)>,
    steps_done_us: Vec<u64>,
    first_step_held: bool,
    stop_us: Option<u64>,
    refused: bool,
    last: Option<OutputsRow>,
    hottest_c: Option<f64>,
    signs: Signs,
    finished: bool,
}

impl Reader {
    fn new(recording: &Recording) -> Self {
        let program = &recording.header().program;
        let hold = program.steps.iter().next().map(|step| step.hold.as_micros());
        Self {
            channel: program.channel.number(),
            first_hold_us: hold.unwrap_or(u64::MAX),
            intents: Vec::new(),
            first_now_us: None,
            last_now_us: 0,
            at_first_us: None,
            newest: None,
            starts: 0,
            granted: false,
            truths: None,
            measured: Spans::default(),
            trips: Vec::new(),
            steps_done_us: Vec::new(),
            first_step_held: false,
            stop_us: None,
            refused: false,
            last: None,
            hottest_c: None,
            signs: Signs::default(),
            finished: false,
        }
    }

    fn tick(&mut self, row: TickRow) {
        let now_us = row.inputs.now_us;
        let first_us = *self.first_now_us.get_or_insert(now_us);
        self.last_now_us = now_us;
        for telemetry in row.inputs.telemetry {
            let since_first_us = now_us.saturating_sub(first_us);
            let at_us = telemetry.at_us;
            self.at_first_us.get_or_insert(at_us.saturating_sub(since_first_us));
            if let Some(report) = telemetry.channels.iter().find(|r| r.channel == self.channel) {
                let on = report.output != OutputWord::Off || report.power_mw > RF_OFF_MAX_MW;
                self.measured.see(on, at_us);
                self.signs.see(&telemetry, report, since_first_us);
            }
            self.newest = Some((telemetry, now_us));
        }
        let newest_us = self.newest.as_ref().map_or(0, |(telemetry, _)| telemetry.at_us);
        self.granted |= row.outputs.grant.is_some();
        if self.granted && row.inputs.command == CommandWord::Stop {
            self.stop_us.get_or_insert(newest_us);
        }
        if matches!(row.outputs.state, StateWord::Armed | StateWord::Delivering) {
            self.refused = false;
        }
        self.refused |= row.outputs.refusal.is_some();
        for event in &row.outputs.events {
            match event {
                EventRow::Changed { to: StateWord::Delivering, .. } => self.starts += 1,
                EventRow::Tripped(trip) => self.trips.push((newest_us, trip.clone())),
                EventRow::StepDone | EventRow::Stopped(StopCauseWord::StepDone) => {
                    self.steps_done_us.push(newest_us);
                }
                _ => {}
            }
        }
        let held = row.control.iter().filter(|tick| tick.outputs.step == 0);
        let held_us = held.map(|tick| tick.outputs.held_us).max().unwrap_or(0);
        self.first_step_held |= held_us >= self.first_hold_us;
        self.last = Some(row.outputs);
    }

    fn truth(&mut self, row: &TruthRow) {
        self.truths.get_or_insert_default().see(row.rf_on, row.at_us);
        let hottest = self.hottest_c.map_or(row.tissue_max_c, |c| c.max(row.tissue_max_c));
        self.hottest_c = Some(hottest);
    }

    fn story(self, recovered: bool) -> Option<Story> {
        let first_us = self.first_now_us?;
        let (newest, came_us) = self.newest?;
        let (last, at_first_us) = (self.last?, self.at_first_us?);
        let ticks_us = self.last_now_us.saturating_sub(first_us);
        let channels_off = newest
            .channels
            .iter()
            .all(|report| report.output == OutputWord::Off && report.power_mw <= RF_OFF_MAX_MW);
        let fresh = self.last_now_us.saturating_sub(came_us) <= READBACK_AGE_MAX_US;
        let off = channels_off && fresh && newest.k1 == ContactorWord::Open;
        let steps = self
            .intents
            .into_iter()
            .map(|intent| (intent.at_us.saturating_sub(first_us), intent.action, intent.operator));
        Some(Story {
            steps: steps.collect(),
            ticks_us,
            at_first_us,
            newest_us: newest.at_us.max(at_first_us.saturating_add(ticks_us)),
            starts: self.starts,
            granted: self.granted,
            truth: self.truths.is_some(),
            rf: self.truths.unwrap_or(self.measured),
            trips: self.trips,
            steps_done_us: self.steps_done_us,
            first_step_held: self.first_step_held,
            stop_us: self.stop_us,
            refused: self.refused,
            off_confirmed: off && last.grant.is_none(),
            last,
            hottest_c: self.hottest_c,
            signs: self.signs,
            finished: self.finished,
            recovered,
        })
    }
}
