//! The loop closed again: control and interlock as they are, over the identified plant.
//!
//! Time goes by the recording's own ticks. Each run of ticks in one state of the interlock is a
//! segment; a tick that is run anew takes what is not modelled (commands, console, link, contacts,
//! and what the model left of each reading) from the tick of the recording's next segment of the
//! same state, as far from the segment's beginning. So an operator who armed half a second after a
//! step's end does so here, whenever that is. Behind a segment's end nobody commands anything and
//! the line is good; what the model left there stays as it was, with noise drawn anew.

use super::course::{Course, Tick};
use super::cursor::{Cursor, Place};
use super::figures::{Figures, Happened, Point, Watch};
use super::generator::{Generator, Orders, Plant};
use super::identify::Fit;
use super::rest::{FrameRest, TipRest, fault};
use super::settings::Setup;
use super::{Noise, WhatIfError};
use crate::Execution;
use rfa_control::{ControlInputs, ControlTick};
use rfa_interlock::{Command, Inputs, LinkReport, Outputs, State};
use rfa_session::{InterlockTick, TickRecord, Timing};
use rfa_sim::Random;
use rfa_units::{Bounded, ChannelReport, GeneratorInstant, HostInstant, Telemetry};

/// Ticks behind the recording's last segment, or in a state that is not in it, after which a run
/// is over once RF is off: one second.
const IDLE_TICKS: u32 = 100;
/// A period of the grid, in microseconds.
const TICK_US: u64 = 10_000;
/// A jump from one part of the recording to another is bridged with this time constant, s.
const BRIDGE_S: f64 = 1.0;
/// Ticks of a run at most: the interlock ends every step itself (H-30), so this is never met.
const TICKS_MAX: usize = 2 * super::course::TICKS_MAX;

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    /// In numbers.
    pub figures: Figures,
    /// Each tick.
    pub points: Vec<Point>,
    /// Each event.
    pub events: Vec<Happened>,
    /// It ended because no command of the recording was left for the state it was in.
    pub waited: Option<State>,
}

/// Runs the session anew. `also` sees every tick.
pub(super) fn run(
    course: &Course,
    fit: &Fit,
    setup: &Setup,
    noise: Noise,
    also: &mut dyn FnMut(&TickRecord),
) -> Result<Run, WhatIfError> {
    let mut rerun = Rerun::new(course, fit, setup, noise)?;
    let mut watch = Watch::new(&setup.header.program);
    while rerun.goes_on() {
        let record = rerun.tick();
        let granted = record.interlock.outputs.grant.as_ref().map(|grant| grant.power().get());
        watch.take(&record, granted);
        also(&record);
    }
    let (figures, points, events) = watch.finish();
    Ok(Run { figures, points, events, waited: rerun.waited() })
}

struct Rerun<'a> {
    course: &'a Course,
    fit: &'a Fit,
    plant: &'a Plant,
    noise: Noise,
    random: Random,
    execution: Execution,
    generator: Generator,
    newest: Option<Outputs>,
    cursor: Cursor,
    /// Ticks in a row behind the recording with RF off.
    idle: u32,
    last: Option<Place>,
    now_us: u64,
    tick: u64,
    control_tick: u64,
    sequence: u32,
    generator_us: u64,
    /// Frames of this record and the one before, with their recorded sequence number.
    seen: Vec<(u32, Telemetry)>,
    slow_k: f64,
    bridge_k: f64,
    count: usize,
}

impl<'a> Rerun<'a> {
    fn new(
        course: &'a Course,
        fit: &'a Fit,
        setup: &Setup,
        noise: Noise,
    ) -> Result<Self, WhatIfError> {
        let seed = match noise {
            Noise::Drawn(seed) => seed,
            Noise::Recorded | Noise::None => 1,
        };
        Ok(Self {
            course,
            fit,
            plant: &fit.plant,
            noise,
            random: Random::new(seed, 11),
            execution: Execution::tuned(&setup.header, setup.tuning)?,
            generator: Generator::new(),
            newest: None,
            cursor: Cursor::default(),
            idle: 0,
            last: None,
            now_us: 0,
            tick: 0,
            control_tick: 0,
            sequence: 0,
            generator_us: 0,
            seen: Vec::new(),
            slow_k: 0.0,
            bridge_k: 0.0,
            count: 0,
        })
    }

    fn state(&self) -> State {
        self.newest.as_ref().map_or(State::SelfTest, |outputs| outputs.state)
    }

    fn rf_may_be_on(&self) -> bool {
        matches!(self.state(), State::Delivering | State::Stopping)
    }

    fn goes_on(&self) -> bool {
        let at_the_end = self.last.is_some_and(|last| last.index + 1 == self.course.ticks.len());
        // A recording that stops in the middle of output says nothing of what came then.
        let cut_off = self.course.truncated && self.count >= self.course.ticks.len();
        let over = at_the_end && !self.rf_may_be_on();
        !over && !cut_off && self.idle < IDLE_TICKS && self.count < TICKS_MAX
    }

    /// The state in which a run ended that met no command for it any more.
    fn waited(&self) -> Option<State> {
        let idle = self.idle >= IDLE_TICKS;
        let complete = self.newest.as_ref().is_some_and(|outputs| outputs.complete);
        let waits = matches!(self.state(), State::Idle | State::Armed);
        (idle && waits && !complete).then_some(self.state())
    }

    fn tick(&mut self) -> TickRecord {
        let newest = self.last.map_or(0, |last| last.index);
        let place = self.cursor.place(&self.course.segments, self.state(), newest);
        let course = self.course;
        // The place is always one of the recording's, which holds a tick.
        let like = course.ticks.get(place.index).or(course.ticks.last());
        let like = like.cloned().unwrap_or_else(nothing);
        let follows = self.last.is_some_and(|l| !place.beyond && l.index + 1 == place.index);
        self.clock(&like, follows || self.last.is_none());
        self.bridge(place, follows);
        let frames = self.frames(&like, place);
        let control = self.control(&like, place, &frames);
        let inputs = self.inputs(&like, place, &frames, &control);
        let outputs = self.execution.interlock(&inputs);
        let granted_mw = outputs.grant.as_ref().map(|grant| grant.power().get());
        self.generator.obey(Orders { granted_mw, k1: outputs.k1, k2: outputs.k2 });
        self.newest = Some(outputs);
        let off = place.beyond && !self.rf_may_be_on();
        self.idle = if off { self.idle.saturating_add(1) } else { 0 };
        self.last = Some(place);
        self.count += 1;
        let missed_ticks = if place.beyond { 0 } else { like.missed_ticks };
        let timing = Timing { missed_ticks, ..Timing::default() };
        TickRecord { interlock: InterlockTick { inputs, outputs }, control, timing }
    }

    /// The tick's number and time: the recording's steps where it is followed.
    fn clock(&mut self, like: &Tick, follows: bool) {
        let before = self.last.and_then(|last| self.course.ticks.get(last.index));
        let (ticks, us) = match before {
            None => (like.tick, like.now_us),
            Some(before) if follows => {
                (like.tick.saturating_sub(before.tick), like.now_us.saturating_sub(before.now_us))
            }
            Some(_) => (1, TICK_US),
        };
        self.tick = self.tick.saturating_add(ticks);
        self.now_us = self.now_us.saturating_add(us);
    }

    /// Where the recording is left and met again elsewhere, the disturbance does not jump.
    fn bridge(&mut self, place: Place, follows: bool) {
        let dt_s = TICK_US as f64 * 1e-6;
        self.bridge_k *= 1.0 - dt_s / (BRIDGE_S + dt_s);
        let frames = self.course.ticks.get(place.index).map_or(0..0, |tick| tick.frames.clone());
        let here = self.fit.slow.get(frames).unwrap_or_default().iter().rev().flatten();
        let here = here.filter_map(FrameRest::tip_k).next();
        if let Some(here_k) = here {
            let jumped = !follows && !place.beyond && self.last.is_some();
            if jumped && self.noise != Noise::None {
                self.bridge_k += self.slow_k - here_k;
            }
            self.slow_k = here_k;
        }
    }

    fn frames(&mut self, like: &Tick, place: Place) -> Bounded<Telemetry, 4> {
        let mut made = Bounded::new();
        let course = self.course;
        let old = self.seen.len().saturating_sub(rfa_interlock::TELEMETRY_PER_TICK_MAX);
        self.seen.drain(..old);
        let last = like.frames.end.saturating_sub(1).min(course.frames.len().saturating_sub(1));
        // Behind the end there is one frame a tick.
        let places = if place.beyond { last..last + 1 } else { like.frames.clone() };
        for index in places {
            let Some(recorded) = course.frames.get(index) else { continue };
            self.stamp(like, recorded, index);
            let frame = match course.report(recorded) {
                Some(report) => self.frame(place, index, recorded, report),
                None => *recorded,
            };
            let at = GeneratorInstant::from_micros(self.generator_us);
            let frame = Telemetry { sequence: self.sequence, at, ..frame };
            self.seen.push((recorded.sequence, frame));
            // Cannot be full: a record holds four at most.
            let _ = made.push(frame);
        }
        made
    }

    /// Sequence number and time of the next frame: as far before its tick as the recorded one.
    fn stamp(&mut self, like: &Tick, recorded: &Telemetry, index: usize) {
        let before = index.checked_sub(1).and_then(|before| self.course.frames.get(before));
        let step = before.map_or(1, |before| recorded.sequence.wrapping_sub(before.sequence));
        let first = self.generator_us == 0;
        let own = self
            .seen
            .last()
            .is_some_and(|(last, _)| before.is_some_and(|before| before.sequence == *last));
        let step = if own { step } else { 1 };
        self.sequence = if first { recorded.sequence } else { self.sequence.wrapping_add(step) };
        let at_us = self.now_us.saturating_add(recorded.at.as_micros());
        let at_us = at_us.saturating_sub(like.now_us);
        let earliest_us = if first { 0 } else { self.generator_us + 1_000 };
        self.generator_us = at_us.max(earliest_us);
    }

    fn frame(
        &mut self,
        place: Place,
        index: usize,
        recorded: &Telemetry,
        report: &ChannelReport,
    ) -> Telemetry {
        let rest = self.rest(place, index);
        let source = super::generator::Source::Model(&rest);
        let at_us = self.generator_us;
        let made = self.generator.frame(self.plant, at_us, (recorded, report), source);
        let (mut frame, report, _) = made;
        let mut channels = Bounded::new();
        for known in frame.channels.iter() {
            let own = known.channel == report.channel;
            let _ = channels.push(if own { report } else { *known });
        }
        frame.channels = channels;
        frame
    }

    /// What is added to the model in a frame.
    fn rest(&mut self, place: Place, index: usize) -> FrameRest {
        let recorded = self.fit.rests.get(index).copied().flatten().unwrap_or(FrameRest::NONE);
        let slow = self.fit.slow.get(index).copied().flatten().unwrap_or(FrameRest::NONE);
        let drawn_k = self.random.normal() * self.plant.noise_k;
        let mut rest = match (self.noise, place.beyond) {
            // A sensor without any noise is a frozen one, which H-08 ends.
            (Noise::None, _) => {
                FrameRest { tip: fault(recorded.tip), ..FrameRest::NONE }.with_noise(drawn_k)
            }
            (Noise::Recorded, false) => recorded,
            (Noise::Drawn(_), false) => slow.with_noise(drawn_k),
            (Noise::Recorded | Noise::Drawn(_), true) => slow.settled().with_noise(drawn_k),
        };
        if let TipRest::Valid(k) = &mut rest.tip {
            *k += self.bridge_k;
        }
        rest
    }

    /// The control ticks of the record.
    fn control(
        &mut self,
        like: &Tick,
        place: Place,
        frames: &Bounded<Telemetry, 4>,
    ) -> Bounded<ControlTick, 4> {
        let mut made = Bounded::new();
        let course = self.course;
        let all = course.controls.get(like.controls.clone()).unwrap_or_default();
        // Behind the end there is one control tick a record, like the last one's, or the first of
        // all.
        let one = || all.get(..1).or(course.controls.get(..1)).unwrap_or_default();
        for seen in if place.beyond { one() } else { all } {
            let step = match self.control_tick {
                0 => seen.tick,
                _ if place.beyond => 1,
                _ => self.control_step(seen),
            };
            self.control_tick += step;
            let early_us = like.now_us.saturating_sub(seen.now_us);
            let early_us = if place.beyond { early_us.min(TICK_US) } else { early_us };
            let now = HostInstant::from_micros(self.now_us.saturating_sub(early_us));
            let telemetry = match seen.own.as_ref().filter(|_| !place.beyond) {
                None => *frames,
                Some(own) => self.of_sequence(own),
            };
            let permit = self.newest.map(|outputs| outputs.permit).filter(|_| seen.permit);
            let inputs = ControlInputs { tick: self.control_tick, now, telemetry, permit };
            let outputs = self.execution.control(&inputs);
            // Cannot be full: a record holds four at most.
            let _ = made.push(ControlTick { inputs, outputs });
        }
        made
    }

    /// By how much a control tick's number is above the one before it.
    fn control_step(&self, seen: &super::course::ControlSeen) -> u64 {
        let controls = &self.course.controls;
        let at = controls.partition_point(|known| known.tick < seen.tick);
        let before = at.checked_sub(1).and_then(|before| controls.get(before));
        before.map_or(1, |before| seen.tick.saturating_sub(before.tick)).max(1)
    }

    /// The frames that were recorded under these numbers, newest runs of them.
    fn of_sequence(&self, own: &[u32]) -> Bounded<Telemetry, 4> {
        let mut found = Bounded::new();
        for (_, frame) in self.seen.iter().filter(|(sequence, _)| own.contains(sequence)) {
            if found.push(*frame).is_err() {
                break;
            }
        }
        found
    }

    fn inputs(
        &self,
        like: &Tick,
        place: Place,
        frames: &Bounded<Telemetry, 4>,
        control: &Bounded<ControlTick, 4>,
    ) -> Inputs {
        let clean = LinkReport { hung_up: like.link.hung_up, ..LinkReport::default() };
        Inputs {
            tick: self.tick,
            now: HostInstant::from_micros(self.now_us),
            telemetry: *frames,
            link: if place.beyond { clean } else { like.link },
            request: control.last().map(|tick| tick.outputs.request),
            console_alive: place.beyond || like.console_alive,
            command: if place.beyond { Command::None } else { like.command },
            authorised: !place.beyond && like.authorised,
            ready: like.ready,
        }
    }
}

/// A recording without a tick is refused before.
fn nothing() -> Tick {
    Tick {
        tick: 1,
        now_us: 0,
        granted_mw: None,
        k1: rfa_units::Contactor::Open,
        k2: rfa_units::Contactor::Open,
        link: LinkReport::default(),
        console_alive: false,
        command: Command::None,
        authorised: false,
        ready: rfa_interlock::Readiness::default(),
        missed_ticks: 0,
        frames: 0..0,
        controls: 0..0,
    }
}
