//! What a treatment came to: the summary for people and for machines, and the exit code.

use super::Finished;
use super::local_generator::LocalGenerator;
use super::rf_off::{Off, lasting, rf_offs};
use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::tables::alarm_name;
use rfa_interlock::{AlarmSet, State};
use rfa_plan::Plan;
use rfa_runtime::summary::Summary;
use rfa_runtime::{Ended, QuitReason, StallRecord};
use rfa_session::{Latency, QueueCounts};
use rfa_sim::pty::ServeReport;
use serde::Serialize;
use std::path::PathBuf;

/// The summary printed at the end of a headless treatment.
#[derive(Serialize)]
pub(crate) struct Report {
    plan: String,
    plan_hash: String,
    /// How the session ended, in one word or two.
    pub(crate) end: String,
    #[serde(flatten)]
    pub(crate) summary: Summary,
    /// Alarms latched or active at the end.
    pub(crate) alarms: Vec<String>,
    /// Why the newest command was refused, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<String>,
    /// The interlock's state at the end.
    state: Option<String>,
    /// The readback showed RF off before the session ended.
    pub(crate) off_confirmed: bool,
    pub(crate) stall: StallRecord,
    queues: Queues,
    /// When the simulated generator measured its output off, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rf_off: Option<Vec<Off>>,
    /// From the first fault to output measured off; absent where output was off and stayed off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rf_off_after_fault_ms: Option<f64>,
    /// How the simulated generator was served; absent on virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) served: Option<ServedRow>,
    recording: Option<PathBuf>,
    recording_error: Option<String>,
    warnings: Vec<String>,
    pub(crate) exit: u8,
}

/// Losses of the queues.
#[derive(Serialize)]
struct Queues {
    telemetry_to_interlock: u32,
    telemetry_to_control: u32,
    control_to_interlock: u32,
    ticks_to_recorder: u32,
    intents: u32,
    frames_out: u32,
    ticks_to_lesion: u32,
}

impl From<QueueCounts> for Queues {
    fn from(counts: QueueCounts) -> Self {
        Self {
            telemetry_to_interlock: counts.telemetry_to_interlock,
            telemetry_to_control: counts.telemetry_to_control,
            control_to_interlock: counts.control_to_interlock,
            ticks_to_recorder: counts.ticks_to_recorder,
            intents: counts.intents,
            frames_out: counts.frames_out,
            ticks_to_lesion: counts.ticks_to_lesion,
        }
    }
}

/// How a simulated generator was served: evidence that the machine stood still, or that it did
/// not.
#[derive(Serialize)]
pub(crate) struct ServedRow {
    bytes_dropped: u64,
    /// Turns of the serving loop that came later than 30 ms.
    stalls: u32,
    pub(crate) longest_turn_ms: f64,
}

impl From<ServeReport> for ServedRow {
    fn from(report: ServeReport) -> Self {
        Self {
            bytes_dropped: report.bytes_dropped,
            stalls: report.stalls,
            longest_turn_ms: report.longest_turn.as_secs_f64() * 1e3,
        }
    }
}

impl Report {
    pub(crate) fn new(plan: &Plan, finished: &Finished, recording: Option<PathBuf>) -> Self {
        let result = &finished.result;
        let outputs = result.last.as_ref().map(|tick| tick.interlock.outputs);
        let alarms = outputs.map_or(AlarmSet::NONE, |o| o.active.union(o.latched));
        let lost = result.recording.error.is_some() || result.queues.ticks_to_recorder > 0;
        Self {
            plan: plan.id.clone(),
            plan_hash: plan.hash.to_string(),
            end: end_words(&result.end, finished.gave_up),
            summary: result.summary.clone(),
            alarms: alarms.iter().map(alarm_name).collect(),
            refusal: finished.refusal.clone(),
            state: outputs.map(|o| state_word(o.state).to_owned()),
            off_confirmed: result.off_confirmed,
            stall: result.stall.clone(),
            queues: result.queues.into(),
            rf_off: None,
            rf_off_after_fault_ms: None,
            served: None,
            recording,
            recording_error: result.recording.error.clone(),
            warnings: result.warnings.clone(),
            exit: exit_of(&result.end, finished.gave_up, lost, result.off_confirmed).code(),
        }
    }

    /// Adds what the simulated generator itself knows.
    pub(crate) fn with_generator(mut self, local: &LocalGenerator) -> Self {
        let offs = rf_offs(local.generator());
        // Without a trip output ended as the plan has it, and no fault is behind it.
        let tripped = !self.summary.trips.is_empty();
        if let Some(fault) = local.first_fault().filter(|_| tripped) {
            let fault_s = fault.at.as_micros() as f64 / 1e6;
            let first = lasting(&offs).into_iter().find(|off| off.ends_what_was_on(fault_s));
            self.rf_off_after_fault_ms = first.map(|off| (off.at_s - fault_s) * 1e3);
        }
        self.warnings.extend(local.warnings());
        self.rf_off = Some(offs);
        self
    }

    /// Adds how the simulated generator was served.
    pub(crate) fn with_served(mut self, served: ServeReport) -> Self {
        self.served = Some(served.into());
        self
    }

    /// Prints it and gives the exit code.
    pub(super) fn print(self, format: Format, headless: bool) -> Result<Exit, Stop> {
        let printed = match format {
            Format::Json => output::json(&self),
            Format::Text => output::line(self.text().trim_end()),
        };
        if !headless && self.exit == Exit::Interrupted.code() {
            // A terminal that was closed takes no report: nothing failed.
            return Ok(Exit::Interrupted);
        }
        printed?;
        Ok(Exit::ALL.into_iter().find(|e| e.code() == self.exit).unwrap_or(Exit::Failure))
    }

    fn text(&self) -> String {
        use std::fmt::Write;
        let mut text = format!("{}: {}\n", self.plan, self.end);
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.2}"));
        for step in &self.summary.steps {
            let _ = writeln!(
                text,
                "  step {}  set {:.0} °C  reached {} s  held {:.1} s  overshoot {} °C true, {} °C \
                 sensed  error {} °C true, {} °C sensed",
                step.step,
                step.set_c,
                number(step.reached_s),
                step.held_s,
                number(step.overshoot_c_true),
                number(step.overshoot_c_sensed),
                number(step.mean_abs_error_c_true),
                number(step.mean_abs_error_c_sensed),
            );
        }
        if let Some(refusal) = &self.refusal {
            let _ = writeln!(text, "  refused: {refusal}");
        }
        let late = self.summary.timing_us.0.of(Latency::InterlockLateness);
        let _ = writeln!(
            text,
            "  peak {} °C  tissue {} °C true  energy {:.0} J  trips {}  missed ticks {}  \
             lateness p99 {} µs, max {} µs",
            number(self.summary.peak_c),
            number(self.summary.tissue_max_c_true),
            self.summary.energy_j,
            self.summary.trips_total,
            self.summary.missed_ticks,
            late.p99_ns / 1_000,
            late.max_ns / 1_000,
        );
        text.push_str(&self.lesion_text());
        for trip in &self.summary.trips {
            let _ = writeln!(text, "  trip {} {}: {}", trip.rule, trip.alarm, trip.text);
        }
        if let Some(path) = &self.recording {
            let _ = writeln!(text, "  recording {}", path.display());
        }
        text
    }

    fn lesion_text(&self) -> String {
        if let Some(why) = &self.summary.no_lesion {
            return format!("  no lesion predicted: {why}\n");
        }
        let Some(lesion) = &self.summary.lesion else { return String::new() };
        let [width, length] = [lesion.width_range_mm, lesion.length_range_mm];
        format!(
            "  lesion predicted {:.1} mm ({:.1} to {:.1}) x {:.1} mm ({:.1} to {:.1}), {}; power {}\n",
            lesion.width_mm,
            width[0],
            width[1],
            lesion.length_mm,
            length[0],
            length[1],
            lesion.boundary,
            lesion.power,
        )
    }
}

/// A trip and a lost link say themselves that RF may not have been seen off; nothing else ends
/// well without that.
fn exit_of(end: &Ended, gave_up: bool, lost: bool, off_confirmed: bool) -> Exit {
    match end {
        Ended::Complete | Ended::Quit(_) if !off_confirmed && !gave_up => Exit::Failure,
        Ended::Complete if lost => Exit::Loss,
        Ended::Complete => Exit::Ok,
        Ended::Tripped(_) | Ended::Lockout(_) => Exit::Tripped,
        Ended::LinkLost => Exit::NoDevice,
        Ended::Quit(_) if gave_up => Exit::Tripped,
        Ended::Quit(QuitReason::Operator | QuitReason::EndedAtCheck) if lost => Exit::Loss,
        Ended::Quit(QuitReason::Operator | QuitReason::EndedAtCheck) => Exit::Ok,
        Ended::Quit(QuitReason::Signal | QuitReason::ConsoleLost) => Exit::Interrupted,
        Ended::Quit(QuitReason::Panic | QuitReason::Caller) | Ended::InterlockDied => Exit::Failure,
    }
}

fn end_words(end: &Ended, gave_up: bool) -> String {
    match end {
        Ended::Complete => "complete".to_owned(),
        Ended::Tripped(trip) => format!("tripped, {}", alarm_name(trip.alarm)),
        Ended::Lockout(Some(trip)) => format!("locked out, {}", alarm_name(trip.alarm)),
        Ended::Lockout(None) => "locked out".to_owned(),
        Ended::LinkLost => "link lost while nothing was armed".to_owned(),
        Ended::Quit(_) if gave_up => "arming refused".to_owned(),
        Ended::Quit(QuitReason::Operator) => "ended by the operator".to_owned(),
        Ended::Quit(QuitReason::EndedAtCheck) => "ended at the check between steps".to_owned(),
        Ended::Quit(QuitReason::Signal) => "interrupted".to_owned(),
        Ended::Quit(QuitReason::ConsoleLost) => "console lost".to_owned(),
        Ended::Quit(QuitReason::Panic) => "console panicked".to_owned(),
        Ended::Quit(QuitReason::Caller) => "out of time".to_owned(),
        Ended::InterlockDied => "interlock thread died".to_owned(),
    }
}

const fn state_word(state: State) -> &'static str {
    match state {
        State::SelfTest => "self-test",
        State::Idle => "idle",
        State::Armed => "armed",
        State::Delivering => "delivering",
        State::Stopping => "stopping",
        State::Tripped => "tripped",
        State::Lockout => "lockout",
    }
}
