//! Why a command was refused, in words.

use crate::alarm_text;
use alloc::format;
use alloc::string::{String, ToString};
use rfa_interlock::ArmRefusal;

/// Why the interlock refused, and what to do about it.
#[must_use]
pub fn refusal_text(reason: ArmRefusal) -> String {
    let text = match reason {
        ArmRefusal::WrongState => "not possible in this state",
        ArmRefusal::NotSignedIn => "nobody is signed in: press s",
        ArmRefusal::SelfTest => "self-test has not passed",
        ArmRefusal::HardLimits => "the generator has not confirmed its hard limits",
        ArmRefusal::Recorder => "the recording is not running",
        ArmRefusal::Checklist => "checklist not complete: screen 1",
        ArmRefusal::Sound => "alarms would not be heard: no player takes the sound",
        ArmRefusal::TipTemperature => {
            "tip not at 30 to 42 C: is it in the body, is it this sensor?"
        }
        ArmRefusal::LinkStale => "a link is silent: generator, controller or console",
        ArmRefusal::FaultPresent(alarm) => {
            let text = alarm_text(alarm);
            return format!("{} (AL-{:02}): {}", text.title, alarm.number(), text.act);
        }
        ArmRefusal::Footswitch => "footswitch pressed or contradicting itself",
        ArmRefusal::OutputMeasured => "RF power is measured although none is permitted",
        ArmRefusal::EmergencyStop => "the emergency stop is pressed",
        ArmRefusal::CheckDue => "the check before this step is due: press g",
        ArmRefusal::Complete => "every step of the plan is complete",
        ArmRefusal::UseFootswitch => "a footswitch is fitted: press and hold it",
        ArmRefusal::NotAcknowledged => "acknowledge the alarm first: press c",
        ArmRefusal::BudgetSpent => "this step's output time or energy is used up",
    };
    text.to_string()
}
