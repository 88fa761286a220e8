//! What each step of the plan came to, for the end card.

use rfa_control::ControlOutputs;
use rfa_interlock::State;
use rfa_session::TickRecord;
use rfa_units::{ChannelId, MAX_STEPS, MilliCelsius, MilliJoules, Span};

/// One step's result so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct StepResult {
    /// Whether output was ever on in this step.
    pub(crate) begun: bool,
    /// Time to set - 2 C, once reached.
    pub(crate) reached: Option<Span>,
    /// Lesion time.
    pub(crate) held: Span,
    /// Highest valid reading on this screen while output was on or ending.
    pub(crate) peak: Option<MilliCelsius>,
    /// Energy by the interlock's own integral.
    pub(crate) energy: Option<MilliJoules>,
}

/// Every step's result so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Steps {
    results: [StepResult; MAX_STEPS],
}

impl Steps {
    pub(crate) fn get(&self, index: usize) -> StepResult {
        self.results.get(index).copied().unwrap_or_default()
    }

    /// Energy of all steps in millijoules.
    pub(crate) fn energy_mj(&self) -> u64 {
        self.results.iter().filter_map(|r| r.energy).map(|e| u64::from(e.get())).sum()
    }

    /// The highest reading of all steps.
    pub(crate) fn peak(&self) -> Option<MilliCelsius> {
        self.results.iter().filter_map(|r| r.peak).max()
    }

    pub(super) fn take(
        &mut self,
        tick: &TickRecord,
        control: Option<&ControlOutputs>,
        channel: ChannelId,
    ) {
        let outputs = &tick.interlock.outputs;
        if matches!(outputs.state, State::Delivering | State::Stopping)
            && let Some(result) = self.results.get_mut(outputs.permit.step.get())
        {
            result.begun = true;
            result.energy = result.energy.max(Some(outputs.energy));
            let tips = tick.interlock.inputs.telemetry.iter().filter_map(|t| t.channel(channel));
            let peak = tips.filter_map(|report| report.tip.valid()).max();
            result.peak = result.peak.max(peak);
        }
        if let Some(control) = control
            && let Some(result) = self.results.get_mut(control.step.get())
        {
            result.reached = result.reached.or(control.reached);
            result.held = result.held.max(control.held);
        }
    }
}
