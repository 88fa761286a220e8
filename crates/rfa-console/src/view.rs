//! What has been seen so far: the newest readings with their age, the trend, the steps' results.
//!
//! A screen sees few of the ticks, so everything here is derived from the difference between
//! two snapshots; no single tick has to be caught.

mod changes;
mod history;
mod steps;

pub(crate) use history::{History, Sample};
pub(crate) use steps::Steps;

use crate::log::Log;
use rfa_control::{ControlOutputs, Phase};
use rfa_interlock::{AlarmId, Outputs, Priority, State};
use rfa_plan::Plan;
use rfa_session::{AlarmContext, LatencyView, Snapshot};
use rfa_units::{
    ChannelReport, Footswitch, HostInstant, MilliCelsius, MilliWatts, OutputState, Span, Telemetry,
};

/// Older than this, a reading is shown as its age: three frames of a screen at 10 frames a
/// second, and five times the interlock's own limit (H-22).
pub(crate) const STALE: Span = Span::from_millis(300);

/// Power at and below this counts as none (hazards.md H-05).
const POWER_NONE: MilliWatts = MilliWatts::saturating(200);

/// A measured value, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading<T> {
    /// As reported, and recent.
    Live(T),
    /// The newest report is this old.
    Stale(Span),
    /// Nothing has been reported yet.
    Never,
}

impl<T> Reading<T> {
    /// The value, where it is live.
    pub(crate) fn live(self) -> Option<T> {
        match self {
            Self::Live(value) => Some(value),
            Self::Stale(_) | Self::Never => None,
        }
    }
}

/// Whether RF is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lamp {
    On,
    Off,
    Unknown,
}

impl Lamp {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::On => "RF ON",
            Self::Off => "RF OFF",
            Self::Unknown => "RF ?",
        }
    }
}

/// One alarm on show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) alarm: AlarmId,
    pub(crate) priority: Priority,
    pub(crate) active: bool,
    pub(crate) latched: bool,
}

/// Everything seen so far.
#[derive(Debug, Clone)]
pub(crate) struct View {
    plan: Plan,
    latest: Option<Box<Snapshot>>,
    telemetry: Option<(Telemetry, HostInstant)>,
    control: Option<ControlOutputs>,
    pub(crate) history: History,
    pub(crate) steps: Steps,
    pub(crate) log: Log,
    trips: u32,
}

impl View {
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            plan,
            latest: None,
            telemetry: None,
            control: None,
            history: History::default(),
            steps: Steps::default(),
            log: Log::default(),
            trips: 0,
        }
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        self.latest.as_deref()
    }

    /// When the newest tick ran.
    pub(crate) fn newest_at(&self) -> Option<HostInstant> {
        self.latest.as_ref()?.latest.as_ref().map(|tick| tick.interlock.inputs.now)
    }

    /// What the times of the ticks so far come to.
    pub(crate) fn set_latency(&mut self, latency: LatencyView) {
        if let Some(latest) = &mut self.latest {
            latest.latency = latency;
        }
    }

    /// Memory that it takes beside itself, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Snapshot>() + self.history.bytes() + self.log.bytes()
    }

    /// The newest decision of the interlock, however old.
    pub(crate) fn outputs(&self) -> Option<&Outputs> {
        self.latest.as_ref()?.latest.as_ref().map(|tick| &tick.interlock.outputs)
    }

    /// The newest decision of the controller, however old.
    pub(crate) fn control(&self) -> Option<&ControlOutputs> {
        self.control.as_ref()
    }

    /// Age of the newest tick.
    pub(crate) fn tick_age(&self, now: HostInstant) -> Reading<()> {
        match self.latest.as_ref().and_then(|s| s.latest.as_ref()) {
            None => Reading::Never,
            Some(tick) => aged((), tick.interlock.inputs.now, now),
        }
    }

    /// The interlock's state, where its newest tick is recent.
    pub(crate) fn state(&self, now: HostInstant) -> Option<State> {
        self.tick_age(now).live()?;
        self.outputs().map(|outputs| outputs.state)
    }

    /// The newest telemetry.
    pub(crate) fn telemetry(&self, now: HostInstant) -> Reading<&Telemetry> {
        match &self.telemetry {
            None => Reading::Never,
            Some((telemetry, at)) => aged(telemetry, *at, now),
        }
    }

    /// The newest report of the plan's channel.
    pub(crate) fn report(&self, now: HostInstant) -> Reading<&ChannelReport> {
        match self.telemetry(now) {
            Reading::Live(t) => {
                t.channel(self.plan.program.channel).map_or(Reading::Never, Reading::Live)
            }
            Reading::Stale(age) => Reading::Stale(age),
            Reading::Never => Reading::Never,
        }
    }

    /// Whether RF is measured on any channel. Not known to be off is not off.
    pub(crate) fn lamp(&self, now: HostInstant) -> Lamp {
        match self.telemetry(now) {
            Reading::Live(t) if t.channels.is_empty() => Lamp::Unknown,
            Reading::Live(t) => {
                if rf_measured(t) {
                    Lamp::On
                } else {
                    Lamp::Off
                }
            }
            Reading::Stale(_) | Reading::Never => Lamp::Unknown,
        }
    }

    /// Whether a footswitch is fitted, as identified or as reported.
    pub(crate) fn footswitch_fitted(&self) -> bool {
        let identified = self.latest.as_ref().is_some_and(|s| s.identity.footswitch);
        let reported =
            self.telemetry.as_ref().is_some_and(|(t, _)| t.footswitch != Footswitch::NotFitted);
        identified || reported
    }

    /// Alarms on show: highest priority first, then lowest number.
    pub(crate) fn alarms(&self) -> Vec<Shown> {
        let Some(outputs) = self.outputs() else { return Vec::new() };
        let mut shown: Vec<Shown> = outputs
            .active
            .union(outputs.latched)
            .iter()
            .map(|alarm| Shown {
                alarm,
                priority: alarm.priority_in(outputs.state),
                active: outputs.active.contains(alarm),
                latched: outputs.latched.contains(alarm),
            })
            .collect();
        shown.sort_by_key(|s| (core::cmp::Reverse(s.priority), s.alarm));
        shown
    }

    /// What stands in an alarm's line.
    pub(crate) fn alarm_context(&self, now: HostInstant) -> AlarmContext {
        let report = self.report(now).live();
        AlarmContext {
            tip: report.and_then(|r| r.tip.valid()),
            set: self.set(),
            power: report.map(|r| r.power),
            ceiling: self.outputs().map(|o| o.permit.ceiling),
            impedance: report.and_then(|r| r.impedance),
        }
    }

    /// Where the program is.
    pub(crate) fn phase(&self) -> Option<Phase> {
        self.control.map(|control| control.phase)
    }

    /// The step in force, counted from 0: the interlock's own count.
    pub(crate) fn step(&self) -> usize {
        let last = self.plan.program.steps.len().saturating_sub(1);
        self.outputs().map_or(0, |outputs| outputs.permit.step.get().min(last))
    }

    /// Set temperature of the step in force.
    pub(crate) fn set(&self) -> Option<MilliCelsius> {
        self.plan.program.steps.get(self.step()).map(|step| step.set)
    }

    /// Trips since the session began.
    pub(crate) fn trips(&self) -> u32 {
        self.trips
    }

    /// Session time, from the first tick seen.
    pub(crate) fn since_start(&self, at: HostInstant) -> Span {
        at.since(self.history.first().unwrap_or(at))
    }

    /// Output or its end is under way, or RF is measured.
    pub(crate) fn rf_under_way(&self, now: HostInstant) -> bool {
        let state = self.outputs().map(|outputs| outputs.state);
        matches!(state, Some(State::Delivering | State::Stopping)) || self.lamp(now) == Lamp::On
    }

    /// Takes a new snapshot in, and says what changed in the log.
    pub(crate) fn take(&mut self, snapshot: Box<Snapshot>, now: HostInstant) {
        let before = self.latest.take();
        self.latest = Some(snapshot);
        self.note_changes(before.as_deref(), now);
        let Some(tick) = self.latest.as_ref().and_then(|s| s.latest) else { return };
        let at = tick.interlock.inputs.now;
        if let Some(telemetry) = tick.interlock.inputs.telemetry.last() {
            self.telemetry = Some((*telemetry, at));
        }
        if let Some(control) = tick.control.last() {
            self.control = Some(control.outputs);
        }
        self.steps.take(&tick, self.control.as_ref(), self.plan.program.channel);
        self.history.take(&tick, self.plan.program.channel);
    }
}

/// Whether a report shows RF on any channel.
#[must_use]
pub fn rf_measured(telemetry: &Telemetry) -> bool {
    let on = |c: &ChannelReport| c.output != OutputState::Off || c.power > POWER_NONE;
    telemetry.channels.iter().any(on)
}

fn aged<T>(value: T, at: HostInstant, now: HostInstant) -> Reading<T> {
    let age = now.since(at);
    if age > STALE { Reading::Stale(age) } else { Reading::Live(value) }
}
