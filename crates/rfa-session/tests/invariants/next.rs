//! A tick of a good session, to be made wrong.

use crate::bench::{self, Bench};
use rfa_interlock::{Inputs, Outputs};
use rfa_session::Invariants;
use rfa_units::{Bounded, ChannelReport, MilliCelsius, MilliWatts, Span, Telemetry, TipReading};

/// The next tick of a session, shown with something wrong in it to what has watched the session.
pub(crate) struct Next {
    pub(crate) watch: Invariants,
    pub(crate) inputs: Inputs,
    pub(crate) outputs: Outputs,
}

impl Next {
    pub(crate) fn of(bench: &mut Bench) -> Self {
        Self::watched_by(bench.invariants, bench)
    }

    pub(crate) fn watched_by(watch: Invariants, bench: &mut Bench) -> Self {
        bench.tick += 1;
        bench.now_us += bench::TICK_US;
        let inputs = bench.inputs();
        Self { watch, inputs, outputs: bench.feed(&inputs) }
    }

    pub(crate) fn late(&mut self, ms: u64) {
        self.inputs.now = self.inputs.now.plus(Span::from_millis(ms));
    }

    pub(crate) fn frame(&mut self, edit: impl Fn(&mut Telemetry)) {
        let mut frames = Bounded::new();
        for frame in self.inputs.telemetry.iter() {
            let mut frame = *frame;
            edit(&mut frame);
            frames.push(frame).expect("room");
        }
        self.inputs.telemetry = frames;
    }

    /// Power and tip of every channel of the frame.
    pub(crate) fn reads(&mut self, power_mw: i64, tip: TipReading) {
        self.frame(|frame| {
            let mut channels = Bounded::new();
            for report in frame.channels.iter() {
                let power = MilliWatts::saturating(power_mw);
                channels.push(ChannelReport { power, tip, ..*report }).expect("room");
            }
            frame.channels = channels;
        });
    }

    pub(crate) fn broken(mut self) -> Option<&'static str> {
        let broken = self.watch.look(&self.inputs, &self.outputs).err()?;
        assert_eq!((broken.tick, broken.to), (self.inputs.tick, self.outputs.state));
        Some(broken.invariant)
    }
}

pub(crate) const WARM: TipReading = TipReading::Valid(MilliCelsius::saturating(38_000));

pub(crate) type Case = (&'static str, fn(&mut Next));

/// Asks each case of a fresh `Next`, which as it is breaks nothing.
#[track_caller]
pub(crate) fn red(next: impl Fn() -> Next, cases: &[Case]) {
    assert_eq!(next().broken(), None);
    for (words, spoil) in cases {
        let mut next = next();
        spoil(&mut next);
        assert_eq!(next.broken(), Some(*words));
    }
}
