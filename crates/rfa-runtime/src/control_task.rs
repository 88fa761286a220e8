//! The control tick: gathers, steps, hands on. Decides nothing.

use crate::clock::Clock;
use crate::interlock_task::nanos_since;
use crate::pacer::Deadline;
use crate::shared::Shared;
use rfa_control::{Control, ControlInputs, ControlOutputs, ControlTick};
use rfa_link::{Arrival, TELEMETRY_RING_FRAMES};
use rfa_units::{Bounded, Permit, Telemetry};
use rtrb::{Consumer, Producer};
use std::sync::Arc;
use triple_buffer::Output;

/// Control ticks that wait for the interlock at most: 160 ms of them, far beyond the 30 ms after
/// which it trips (H-20, H-44).
pub(crate) const CONTROL_RING_TICKS: usize = 16;

/// A control tick on its way to the interlock, with how late it began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) tick: ControlTick,
    pub(crate) late_us: u32,
    /// How long the step took.
    pub(crate) step_ns: u32,
}

/// The control loop with its ends of the channels.
pub struct ControlTask {
    control: Control,
    telemetry: Consumer<Arrival>,
    permit: Output<Option<Permit>>,
    to_interlock: Producer<Asked>,
    shared: Arc<Shared>,
}

impl ControlTask {
    pub(crate) fn new(
        control: Control,
        telemetry: Consumer<Arrival>,
        permit: Output<Option<Permit>>,
        to_interlock: Producer<Asked>,
        shared: Arc<Shared>,
    ) -> Self {
        Self { control, telemetry, permit, to_interlock, shared }
    }

    /// With another loop, before the first tick.
    pub(crate) fn with_control(self, control: Control) -> Self {
        Self { control, ..self }
    }

    /// One control tick.
    ///
    /// A missed deadline is not made up for (see [`crate::Pacer::begin`]): the next tick runs once,
    /// with all telemetry that came meanwhile, its newest four frames kept. The loop scales by
    /// the time that really passed. What the interlock thinks of a controller that is silent for
    /// 30 ms is H-20.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn tick(&mut self, deadline: Deadline, clock: &impl Clock) -> ControlOutputs {
        let inputs = ControlInputs {
            tick: deadline.number,
            now: clock.now(),
            telemetry: self.newest_telemetry(),
            permit: *self.permit.read(),
        };
        let before = clock.nanos();
        let outputs = self.control.tick(&inputs);
        let step_ns = nanos_since(before, clock);
        let late_us = u32::try_from(deadline.late().as_micros()).unwrap_or(u32::MAX);
        let asked = Asked { tick: ControlTick { inputs, outputs }, late_us, step_ns };
        if self.to_interlock.push(asked).is_err() {
            Shared::count(&self.shared.control_full);
        }
        outputs
    }

    fn newest_telemetry(&mut self) -> Bounded<Telemetry, 4> {
        let mut kept = Bounded::new();
        // Bounded by the ring's size: a flood cannot hold the tick up.
        let waiting = self.telemetry.slots().min(TELEMETRY_RING_FRAMES);
        for place in 0..waiting {
            let Ok(arrival) = self.telemetry.pop() else { break };
            if waiting.saturating_sub(place) <= 4 {
                // Cannot be full: at most four are kept.
                let _ = kept.push(arrival.telemetry);
            }
        }
        kept
    }
}
