//! What the interlock remembers of its inputs from tick to tick.

use crate::contactors::Contactors;
use crate::cooling::Cooling;
use crate::history::{History, Sample, pad, tip};
use crate::machine::Foot;
use crate::response::{Heated, Response};
use crate::thresholds::{
    BAD_FRAME_WINDOW, BAD_FRAMES, BODY_MAX_MC, BODY_MIN_MC, DRIFT_DIVISOR, GENERATOR_SILENCE,
    GRANT_LIFE, LOST_FRAMES, OUTPUT_MARGIN_MIN_MW, PAD_MIN_MOHM, PRESS_DEBOUNCE, TICK_MISSED,
    WARMING_WINDOW, output_limit_mw,
};
use crate::trend::Trend;
use crate::{Activation, Inputs, Limits};
use rfa_units::{
    Contactor, EmergencyStop, Footswitch, GeneratorInstant, HostInstant, Span, StopReason, Supply,
    Telemetry,
};

/// Grants remembered: as many ticks as a grant lives, and two for a late one.
const GRANTS: usize = 8;

/// Samples that make a mean: at 0.3 K rms of noise it has 0.1 K (decision 2).
pub(crate) const MEAN_SAMPLES: usize = 10;

/// The clock of one tick, against the tick before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) now: HostInstant,
    /// Since the tick before; zero in the first.
    pub(crate) elapsed: Span,
    /// Tick number and time both went forward.
    pub(crate) forward: bool,
    /// Ticks missed, in all, before each of the newest ticks running (H-44).
    pub(crate) missed: u8,
}

/// The times of the newest `N` bad frames, as many as it takes to trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frames<const N: usize> {
    at: [Option<HostInstant>; N],
}

impl<const N: usize> Frames<N> {
    const NONE: Self = Self { at: [None; N] };

    fn add(&mut self, now: HostInstant, count: u8) {
        for _ in 0..usize::from(count).min(N) {
            self.at.rotate_right(1);
            if let Some(first) = self.at.first_mut() {
                *first = Some(now);
            }
        }
    }

    /// How many of them stand within the window.
    pub(crate) fn within(&self, now: HostInstant) -> i64 {
        let recent = |at: &&HostInstant| now.since(**at) <= BAD_FRAME_WINDOW;
        i64::try_from(self.at.iter().flatten().filter(recent).count()).unwrap_or(i64::MAX)
    }
}

/// The newest state of the generator's switches and supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panel {
    pub(crate) footswitch: Footswitch,
    pub(crate) emergency_stop: EmergencyStop,
    pub(crate) supply: Supply,
}

/// Everything remembered of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) history: History,
    pub(crate) trend: Trend,
    /// What the tip has shown since output began (H-11, H-38).
    pub(crate) response: Response,
    /// Power has been neither asked nor measured since then (H-12).
    pub(crate) quiet_since: Option<GeneratorInstant>,
    /// What it has shown since (H-13).
    pub(crate) cooling: Cooling,
    /// Output has begun once in this session: from then on the tip may be warm (H-09).
    pub(crate) delivered: bool,
    /// A return pad was measured once: from then on its absence is no good news (H-19).
    pub(crate) pad_measured: bool,
    /// The lowest return pad since arming (H-19), in milliohms.
    pub(crate) pad_lowest_mohm: Option<i64>,
    pub(crate) panel: Option<Panel>,
    /// When the newest sample that was newer than the one before arrived.
    pub(crate) heard: Option<HostInstant>,
    pub(crate) hung_up: bool,
    pub(crate) corrupt: Frames<BAD_FRAMES>,
    pub(crate) refused: Frames<BAD_FRAMES>,
    pub(crate) lost: Frames<LOST_FRAMES>,
    pub(crate) request: Option<HostInstant>,
    /// The controller says that it cannot go on.
    pub(crate) controller_fault: bool,
    pub(crate) console: Option<HostInstant>,
    /// The tip has read the same with power on since then (H-08).
    pub(crate) same_since: Option<GeneratorInstant>,
    /// The footswitch contacts have contradicted each other since then (H-28).
    pub(crate) disagree_since: Option<GeneratorInstant>,
    /// Impedance at arming (H-14, H-15), in milliohms.
    pub(crate) baseline_mohm: Option<u32>,
    pressed_since: Option<GeneratorInstant>,
    pub(crate) contactors: Contactors,
    grants: [Option<(HostInstant, u32)>; GRANTS],
    /// The least difference host clock - generator clock seen, let go by the drift, in µs.
    offset_us: Option<i64>,
    last: Option<(u64, HostInstant)>,
    missed: u8,
}

impl Memory {
    pub(crate) const fn new() -> Self {
        Self {
            history: History::new(),
            trend: Trend::new(),
            response: Response::NONE,
            quiet_since: None,
            cooling: Cooling::NONE,
            delivered: false,
            pad_measured: false,
            pad_lowest_mohm: None,
            panel: None,
            heard: None,
            hung_up: false,
            corrupt: Frames::NONE,
            refused: Frames::NONE,
            lost: Frames::NONE,
            request: None,
            controller_fault: false,
            console: None,
            same_since: None,
            disagree_since: None,
            baseline_mohm: None,
            pressed_since: None,
            contactors: Contactors::new(),
            grants: [None; GRANTS],
            offset_us: None,
            last: None,
            missed: 0,
        }
    }

    /// Reads the clock of this tick.
    pub(crate) fn clock(&mut self, tick: u64, now: HostInstant) -> Clock {
        let (elapsed, forward, skipped) = match self.last {
            None => (Span::ZERO, true, 0),
            Some((last_tick, last_now)) => {
                let elapsed = now.since(last_now);
                let jumped = tick.saturating_sub(last_tick).saturating_sub(1);
                let skipped = jumped.max(u64::from(elapsed >= TICK_MISSED));
                (elapsed, tick > last_tick && now > last_now, skipped)
            }
        };
        let skipped = u8::try_from(skipped).unwrap_or(u8::MAX);
        self.missed = if skipped > 0 { self.missed.saturating_add(skipped) } else { 0 };
        self.last = Some((tick, now));
        if let Some(offset) = self.offset_us {
            let drift = i64::try_from(elapsed.as_micros() / DRIFT_DIVISOR).unwrap_or(i64::MAX);
            self.offset_us = Some(offset.saturating_add(drift));
        }
        Clock { now, elapsed, forward, missed: self.missed }
    }

    /// Takes in what is not telemetry.
    pub(crate) fn hear(&mut self, inputs: &Inputs) {
        self.hung_up |= inputs.link.hung_up;
        self.controller_fault =
            inputs.request.is_some_and(|request| request.stop == Some(StopReason::Fault));
        self.corrupt.add(inputs.now, inputs.link.corrupt);
        self.refused.add(inputs.now, inputs.link.refused);
        self.lost.add(inputs.now, inputs.link.missing);
        // Silence counts from the first tick on: nothing could be heard before it (H-23).
        if inputs.console_alive || self.console.is_none() {
            self.console = Some(inputs.now);
        }
    }

    /// Takes in one frame; `false` where it is not newer than the one before and says nothing.
    pub(crate) fn sample(&mut self, limits: &Limits, frame: &Telemetry, now: HostInstant) -> bool {
        if self.history.newest().is_some_and(|newest| frame.at <= newest.at) {
            return false;
        }
        let asked_mw = self.asked_mw(now);
        let before = self.newest_at();
        let followed = self.contactors.compare(frame, before);
        let sample = Sample::of(frame, limits.spec().channel, asked_mw, followed);
        self.watch_tip(&sample);
        self.watch_footswitch(frame);
        self.history.push(sample);
        self.trend.push(&sample);
        let mean = self.history.mean(MEAN_SAMPLES, tip);
        self.cooling.look(self.quiet_since, sample.at, mean);
        self.watch_response(limits, &sample, before);
        self.watch_pad(&sample);
        self.panel = Some(Panel {
            footswitch: frame.footswitch,
            emergency_stop: frame.emergency_stop,
            supply: frame.supply,
        });
        self.heard = Some(now);
        let offset = difference_us(now, frame.at);
        self.offset_us = Some(self.offset_us.map_or(offset, |least| least.min(offset)));
        true
    }

    pub(crate) fn watch_tip(&mut self, sample: &Sample) {
        let last = self.history.newest();
        let same = sample.rf() && last.is_some_and(|l| l.rf() && l.tip_mc == sample.tip_mc);
        let since = last.map(|l| l.at);
        self.same_since = if same { self.same_since.or(since) } else { None };
        self.quiet_since = sample.quiet().then(|| self.quiet_since.unwrap_or(sample.at));
    }

    /// H-11, H-38: the tip's answer to the power behind it.
    fn watch_response(
        &mut self,
        limits: &Limits,
        sample: &Sample,
        before: Option<GeneratorInstant>,
    ) {
        if !self.contactors.delivering() {
            return;
        }
        let heated = Heated {
            tip_mc: self.history.mean(MEAN_SAMPLES, tip),
            power_mw: sample
                .power_mw
                .unwrap_or(0)
                .min(output_limit_mw(sample.asked_mw, OUTPUT_MARGIN_MIN_MW.into())),
            span: before.map_or(Span::ZERO, |before| sample.at.since(before)),
        };
        let spec = limits.spec();
        self.response.look(&heated, spec.start_ceiling.get(), spec.warming);
    }

    fn watch_pad(&mut self, sample: &Sample) {
        self.pad_measured |= sample.pad_mohm.is_some();
        let newest = self.trend.within(sample.at, WARMING_WINDOW).next();
        // Halves that touch are no pad to compare with, nor is a block they are part of.
        let touches = |pad: i64| pad < PAD_MIN_MOHM;
        let touched = self.history.iter().filter_map(pad).any(touches);
        let block = newest.and_then(|block| block.pad.get()).filter(|_| !touched);
        let lower = self.pad_lowest_mohm.zip(block).map(|(lowest, block)| lowest.min(block));
        self.pad_lowest_mohm = lower.or(self.pad_lowest_mohm);
    }

    fn watch_footswitch(&mut self, frame: &Telemetry) {
        let since = |kept: Option<GeneratorInstant>, is: Footswitch| {
            (frame.footswitch == is).then(|| kept.unwrap_or(frame.at))
        };
        self.pressed_since = since(self.pressed_since, Footswitch::Pressed);
        self.disagree_since = since(self.disagree_since, Footswitch::Disagree);
    }

    /// The newest sample's time on the generator's clock.
    pub(crate) fn newest_at(&self) -> Option<GeneratorInstant> {
        self.history.newest().map(|sample| sample.at)
    }

    /// How old the newest sample is, beyond the shortest way a sample has taken (H-08), in µs.
    pub(crate) fn sample_age_us(&self, now: HostInstant) -> Option<i64> {
        let offset = difference_us(now, self.newest_at()?);
        Some(offset.saturating_sub(self.offset_us?))
    }

    /// Silence of the generator, in µs; the longest where it was never heard.
    pub(crate) fn generator_silence_us(&self, now: HostInstant) -> i64 {
        silence_us(self.heard, now)
    }

    /// Whether RF is measured, or not known to be off.
    pub(crate) fn rf_or_unknown(&self, now: HostInstant) -> bool {
        let limit_us = i64::try_from(GENERATOR_SILENCE.as_micros()).unwrap_or(0);
        let silent = self.generator_silence_us(now) >= limit_us;
        silent || self.history.newest().is_none_or(|s| s.rf() || s.output_on)
    }

    /// The activation as the machine reads it.
    pub(crate) fn foot(&self, activation: Activation) -> Foot {
        match (activation, self.panel.map(|panel| panel.footswitch)) {
            (Activation::Key, Some(Footswitch::NotFitted))
            | (Activation::Pedal, Some(Footswitch::Released)) => Foot::Up,
            (Activation::Pedal, Some(Footswitch::Pressed)) if self.press_counts() => Foot::Down,
            _ => Foot::Between,
        }
    }

    fn press_counts(&self) -> bool {
        let newest = self.newest_at().zip(self.pressed_since);
        newest.is_some_and(|(newest, since)| newest.since(since) >= PRESS_DEBOUNCE)
    }

    /// How long the footswitch contacts have contradicted each other, in µs.
    pub(crate) fn disagree_us(&self) -> i64 {
        span_us(self.newest_at(), self.disagree_since)
    }

    /// How long the tip has read the same with power on, in µs.
    pub(crate) fn same_us(&self) -> i64 {
        span_us(self.newest_at(), self.same_since)
    }

    /// The most granted in the last [`GRANT_LIFE`]: a generator may still be obeying it, so a
    /// request that has just fallen is no fault of the output (H-04). A longer look back would
    /// not leave the two samples and the turn-off inside 100 ms.
    fn asked_mw(&self, now: HostInstant) -> u32 {
        let alive = |at: &HostInstant| now.since(*at) <= GRANT_LIFE;
        let granted = self.grants.iter().flatten().filter(|(at, _)| alive(at));
        granted.map(|(_, power)| *power).max().unwrap_or(0)
    }

    /// Remembers what this tick granted.
    pub(crate) fn granted(&mut self, now: HostInstant, power_mw: u32) {
        self.grants.rotate_right(1);
        if let Some(first) = self.grants.first_mut() {
            *first = Some((now, power_mw));
        }
    }

    /// What this tick commands.
    pub(crate) fn command(&mut self, k1: Contactor, k2: Contactor, now: HostInstant) {
        let newest = self.newest_at();
        let silence = self.heard.map_or(Span::ZERO, |heard| now.since(heard));
        let delivered = self.contactors.delivering();
        self.contactors.command(k1, k2, newest, silence);
        self.delivered |= self.contactors.delivering();
        if self.contactors.delivering() != delivered {
            self.response = Response::NONE;
        }
    }

    /// Whether the newest sample has an impedance: the baseline an arming would take.
    pub(crate) fn impedance_measured(&self) -> bool {
        self.history.newest().is_some_and(|sample| sample.impedance_mohm.is_some())
    }

    /// Whether the tip may be in a body that nothing has warmed (H-09). A reading that is missing
    /// is another rule's.
    pub(crate) fn tip_plausible(&self) -> bool {
        let mean = self.history.mean(MEAN_SAMPLES, tip);
        self.delivered || mean.is_none_or(|mean| (BODY_MIN_MC..=BODY_MAX_MC).contains(&mean))
    }

    /// Arming: impedance and return pad of now are what later ones are compared with.
    pub(crate) fn take_baseline(&mut self) {
        let newest = self.history.newest();
        self.baseline_mohm = newest.and_then(|sample| sample.impedance_mohm);
        let mean = self.history.mean(MEAN_SAMPLES, pad);
        self.pad_lowest_mohm = mean.or(newest.and_then(pad));
    }

    /// Disarmed: there is nothing to compare with.
    pub(crate) const fn drop_baseline(&mut self) {
        self.baseline_mohm = None;
        self.pad_lowest_mohm = None;
    }
}

/// From `last` to `now` in µs; the longest time there is where nothing was ever heard.
pub(crate) fn silence_us(last: Option<HostInstant>, now: HostInstant) -> i64 {
    let silence = last.map(|last| now.since(last).as_micros());
    silence.and_then(|us| i64::try_from(us).ok()).unwrap_or(i64::MAX)
}

fn span_us(newest: Option<GeneratorInstant>, since: Option<GeneratorInstant>) -> i64 {
    let span = newest.zip(since).map(|(newest, since)| newest.since(since).as_micros());
    i64::try_from(span.unwrap_or(0)).unwrap_or(i64::MAX)
}

fn difference_us(now: HostInstant, at: GeneratorInstant) -> i64 {
    let host = i128::from(now.as_micros());
    let difference = host.saturating_sub(i128::from(at.as_micros()));
    i64::try_from(difference).unwrap_or(i64::MAX)
}
