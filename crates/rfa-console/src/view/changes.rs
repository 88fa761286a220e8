//! The log's entries, from the difference between two snapshots.

use super::View;
use crate::{log::Log, words};
use rfa_control::Phase;
use rfa_interlock::{Outputs, State};
use rfa_session::{PowerVerdict, Snapshot, alarm_line};
use rfa_units::HostInstant;

impl View {
    /// Compares the newest snapshot with the one before it.
    pub(super) fn note_changes(&mut self, before: Option<&Snapshot>, now: HostInstant) {
        let context = self.alarm_context(now);
        let Some(snapshot) = self.latest.as_deref() else { return };
        let Some(tick) = snapshot.latest.as_ref() else { return };
        let at = tick.interlock.inputs.now;
        let outputs = &tick.interlock.outputs;
        let old = before.and_then(|s| s.latest.as_ref()).map(|tick| &tick.interlock.outputs);
        let log = &mut self.log;

        let standing = outputs.active.union(outputs.latched);
        let stood = old.map(|old| old.active.union(old.latched)).unwrap_or_default();
        for alarm in standing.iter().filter(|alarm| !stood.contains(*alarm)) {
            let line = alarm_line(alarm, outputs.trip.as_ref(), &context);
            let text = format!("AL-{:02} {line}", alarm.number());
            log.push_alarm(at, Some(alarm.priority_in(outputs.state)), text);
        }
        for alarm in stood.iter().filter(|alarm| !standing.contains(*alarm)) {
            log.push(at, format!("AL-{:02} cleared", alarm.number()));
        }
        if outputs.trip.is_some() && old.is_none_or(|old| old.trip.is_none()) {
            self.trips = self.trips.saturating_add(1);
        }
        note_outputs(log, at, old, outputs);
        let phase = tick.control.last().map(|control| control.outputs.phase);
        if let (Some(Phase::Hold), Some(control)) = (phase, self.control.as_ref())
            && control.phase == Phase::Ramp
        {
            log.push(at, "at temperature (set - 2 C), lesion timer runs");
        }
        note_power(log, at, before, snapshot);
        let error = snapshot.recording.error.as_ref();
        if error != before.and_then(|s| s.recording.error.as_ref()) {
            let text = error.map_or_else(
                || "recording works again".to_string(),
                |error| format!("recording failed: {error}"),
            );
            log.push(at, text);
        }
    }
}

/// Information, no alarm: nothing is decided by it.
fn note_power(log: &mut Log, at: HostInstant, before: Option<&Snapshot>, now: &Snapshot) {
    let power = |snapshot: &Snapshot| snapshot.lesion?.lesion.ok()?.power;
    let (old, Some(new)) = (before.and_then(power), power(now)) else { return };
    let stood = old.map(|power| power.verdict).unwrap_or_default();
    if stood == new.verdict {
        return;
    }
    match words::power(&new) {
        Some(text) => log.push(at, text),
        None if matches!(stood, PowerVerdict::Above | PowerVerdict::Below) => {
            log.push(at, "power is what the lesion's model allows again");
        }
        None => {}
    }
}

fn note_outputs(log: &mut Log, at: HostInstant, old: Option<&Outputs>, new: &Outputs) {
    let Some(old) = old else {
        log.push(at, format!("first report: {}", words::state(new.state, None)));
        return;
    };
    if new.acknowledged && !old.acknowledged {
        log.push(at, "alarm acknowledged");
    }
    if new.permit.step > old.permit.step {
        log.push(at, format!("step {} complete", old.permit.step.get() + 1));
    }
    if new.complete && !old.complete {
        log.push(at, "every step of the plan is complete");
    }
    if old.check_due && !new.check_due {
        log.push(at, "check between steps confirmed");
    }
    if new.state != old.state {
        log.push(at, change(old.state, new));
    }
    if new.check_due && !old.check_due {
        log.push(at, "check due before the next step");
    }
}

fn change(from: State, new: &Outputs) -> String {
    let step = new.permit.step.get() + 1;
    match (from, new.state) {
        (State::SelfTest, State::Idle) => "self-test passed".to_string(),
        (_, State::Armed) => format!("armed: step {step}"),
        (State::Armed, State::Idle) => "disarmed".to_string(),
        (_, State::Delivering) => format!("RF permitted: step {step}"),
        (State::Delivering, State::Stopping) => "RF stopped, waiting for 0 W measured".to_string(),
        (State::Tripped, State::Idle) => "reset after a trip".to_string(),
        (_, State::Idle) => "ready, RF measured off".to_string(),
        (_, to) => words::state(to, None).to_lowercase(),
    }
}
