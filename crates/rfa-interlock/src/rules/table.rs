//! The table itself, weightiest first: where two rules trip in one tick, the upper one is kept.

use super::{Cadence, Judge, Reaction, Rule, Scope};
use super::{judge, trends};
use crate::history::{impedance, nothing, pad, power, tip};
use crate::thresholds as t;
use crate::{AlarmId, RuleId, Threshold};
use rfa_units::Span;

const fn micros(span: Span) -> i64 {
    let us = span.as_micros();
    if us > i64::MAX as u64 { i64::MAX } else { us.cast_signed() }
}

/// A row of a rule on every sample, with what most of them share.
const fn sample_rule(id: RuleId, alarm: AlarmId, threshold: i64, votes: u8, judge: Judge) -> Rule {
    Rule {
        id,
        alarm,
        cadence: Cadence::Sample,
        scope: Scope::AfterSelfTest,
        threshold,
        votes,
        window: Span::ZERO,
        clear: Span::ZERO,
        reaction: Reaction::Fault,
        judge,
        site: None,
        samples: nothing,
    }
}

/// A row of a rule on every tick, with what most of them share.
const fn tick_rule(
    id: RuleId,
    alarm: AlarmId,
    threshold: i64,
    reaction: Reaction,
    judge: Judge,
) -> Rule {
    Rule { cadence: Cadence::Tick, reaction, ..sample_rule(id, alarm, threshold, 1, judge) }
}

const NO_RF: i64 = t::RF_MW as i64;
const BAD_FRAMES: i64 = t::BAD_FRAMES as i64;
const LOST_FRAMES: i64 = t::LOST_FRAMES as i64;
/// The threshold of what is either so or not.
const SO: i64 = 1;

/// Every rule.
pub(crate) static RULES: [Rule; 45] = [
    Rule {
        scope: Scope::SelfTest,
        reaction: Reaction::Stuck,
        samples: power,
        ..sample_rule(RuleId::H50, AlarmId::Al13, NO_RF, 1, judge::without_permission)
    },
    Rule {
        scope: Scope::Always,
        reaction: Reaction::Stuck,
        samples: power,
        ..sample_rule(RuleId::H05, AlarmId::Al03, NO_RF, 1, judge::without_permission)
    },
    Rule {
        scope: Scope::Always,
        reaction: Reaction::Hard,
        samples: power,
        ..sample_rule(RuleId::H05, AlarmId::Al03, NO_RF, 2, judge::foreign_channel)
    },
    Rule {
        reaction: Reaction::Hard,
        ..sample_rule(RuleId::H54, AlarmId::Al03, SO, 2, judge::welded)
    },
    Rule {
        window: t::COOLING_WINDOW,
        reaction: Reaction::Hard,
        samples: tip,
        site: Some(Threshold::Cooling),
        ..sample_rule(RuleId::H13, AlarmId::Al03, t::COOLING_MK, 1, trends::does_not_cool)
    },
    Rule {
        scope: Scope::Always,
        reaction: Reaction::EmergencyStop,
        ..sample_rule(RuleId::H49, AlarmId::Al18, SO, 1, judge::emergency_stop)
    },
    Rule {
        window: t::WARMING_WINDOW,
        clear: t::SETTLED,
        reaction: Reaction::Disconnect,
        samples: tip,
        site: Some(Threshold::Warming),
        ..sample_rule(RuleId::H12, AlarmId::Al07, t::WARMING_MK, 1, trends::warms_without_power)
    },
    Rule {
        clear: t::SETTLED,
        samples: tip,
        ..sample_rule(RuleId::H06, AlarmId::Al04, 0, 1, judge::tip_missing)
    },
    Rule {
        window: t::JUMP_WINDOW,
        clear: t::SETTLED,
        samples: tip,
        site: Some(Threshold::Jump),
        ..sample_rule(RuleId::H06, AlarmId::Al04, t::JUMP_MK, 1, judge::tip_jump)
    },
    Rule {
        samples: tip,
        ..sample_rule(RuleId::H02, AlarmId::Al01, t::BOILING_MC, 1, judge::boiling)
    },
    Rule {
        samples: tip,
        site: Some(Threshold::OverSet),
        ..sample_rule(RuleId::H01, AlarmId::Al01, t::OVER_SET_MK, 2, judge::over_set)
    },
    // Five windows of one sample after another: a ramp that the loop drives at half again its rate
    // leaves 4.6 times the rms of a slope, and five running are passed far more rarely than one.
    Rule {
        scope: Scope::Output,
        window: t::SLOPE_WINDOW,
        samples: tip,
        site: Some(Threshold::Runaway),
        ..sample_rule(RuleId::H03, AlarmId::Al01, t::RUNAWAY_MK_S, 5, trends::runs_away)
    },
    // Above all that a stall makes by itself: after one, grants have expired under the power that
    // is measured (H-04), samples waited (H-08), the generator's dead-man opened K1 (H-54), frames
    // were thrown away (H-22) and requests are old (H-20). Below what it cannot make: a sensor's
    // break, a temperature, RF without permission, a contact that does not open.
    Rule {
        scope: Scope::Live,
        ..tick_rule(
            RuleId::H44,
            AlarmId::Al12,
            micros(t::TICK_GAP),
            Reaction::Fault,
            judge::tick_gap,
        )
    },
    Rule {
        scope: Scope::Live,
        ..tick_rule(
            RuleId::H44,
            AlarmId::Al12,
            t::MISSED_TICKS,
            Reaction::Fault,
            judge::ticks_missed,
        )
    },
    Rule {
        scope: Scope::Output,
        samples: power,
        site: Some(Threshold::OutputMargin),
        ..sample_rule(
            RuleId::H04,
            AlarmId::Al02,
            t::OUTPUT_MARGIN_MIN_MW as i64,
            2,
            judge::above_request,
        )
    },
    Rule {
        scope: Scope::Output,
        samples: power,
        site: Some(Threshold::PowerApart),
        ..sample_rule(
            RuleId::H18,
            AlarmId::Al02,
            t::POWER_APART_PERCENT,
            3,
            judge::power_contradicted,
        )
    },
    Rule {
        scope: Scope::Output,
        samples: impedance,
        site: Some(Threshold::ImpedanceApart),
        ..sample_rule(
            RuleId::H18,
            AlarmId::Al02,
            t::IMPEDANCE_APART_PERCENT,
            3,
            judge::impedance_contradicted,
        )
    },
    Rule {
        clear: t::SETTLED,
        samples: tip,
        site: Some(Threshold::Cold),
        ..sample_rule(RuleId::H07, AlarmId::Al04, t::SHORT_MC, 2, judge::tip_cold)
    },
    // A slope over 200 ms has 1.08 K/s rms at 0.3 K rms of noise: -3 K/s is 2.8 times that, and
    // the windows of one sample after another are nearly the same. 10 of them in a row: no false
    // trip in 4 simulated hours at a level temperature below 40 °C (20 an hour with 5); a ramp is
    // there for about 1 s.
    Rule {
        window: t::SLOPE_WINDOW,
        clear: t::SETTLED,
        samples: tip,
        ..sample_rule(RuleId::H07, AlarmId::Al04, t::FALL_MK_S, 10, judge::tip_falls_cold)
    },
    // 14 times the rms of a slope: two are enough.
    Rule {
        window: t::SLOPE_WINDOW,
        clear: t::SETTLED,
        samples: tip,
        ..sample_rule(RuleId::H07, AlarmId::Al04, t::FAST_FALL_MK_S, 2, judge::falls)
    },
    Rule {
        window: t::FROZEN,
        clear: t::SETTLED,
        samples: tip,
        ..sample_rule(RuleId::H08, AlarmId::Al04, micros(t::FROZEN), 1, judge::tip_frozen)
    },
    Rule {
        clear: t::SETTLED,
        samples: tip,
        site: Some(Threshold::Spread),
        ..sample_rule(RuleId::H56, AlarmId::Al04, t::SPREAD_MK, t::SPREAD_VOTES, trends::disturbed)
    },
    Rule {
        clear: t::SETTLED,
        samples: impedance,
        ..sample_rule(RuleId::H15, AlarmId::Al09, 0, 2, judge::impedance_low)
    },
    Rule {
        clear: t::SETTLED,
        samples: impedance,
        ..sample_rule(RuleId::H14, AlarmId::Al08, 0, 2, judge::impedance_high)
    },
    // A needle that is moved changes its impedance: only output makes the next two a fault.
    Rule {
        scope: Scope::Output,
        window: t::SUDDEN_WINDOW,
        samples: impedance,
        site: Some(Threshold::SuddenFall),
        ..sample_rule(RuleId::H17, AlarmId::Al09, t::SUDDEN_FALL_PERCENT, 3, trends::falls_suddenly)
    },
    Rule {
        scope: Scope::Output,
        window: t::ROLL_OFF_WINDOW,
        samples: impedance,
        site: Some(Threshold::RollOff),
        ..sample_rule(RuleId::H16, AlarmId::Al08, t::ROLL_OFF_PERCENT, 2, trends::rolls_off)
    },
    Rule {
        clear: t::SETTLED,
        samples: pad,
        site: Some(Threshold::PadMax),
        ..sample_rule(RuleId::H19, AlarmId::Al10, t::PAD_MAX_MOHM, t::PAD_VOTES, judge::pad_high)
    },
    Rule {
        clear: t::SETTLED,
        samples: pad,
        site: Some(Threshold::PadMin),
        ..sample_rule(RuleId::H19, AlarmId::Al10, t::PAD_MIN_MOHM, t::PAD_VOTES, judge::pad_low)
    },
    sample_rule(RuleId::H55, AlarmId::Al11, SO, 1, judge::brown_out),
    sample_rule(RuleId::H54, AlarmId::Al11, SO, 2, judge::dropped_out),
    // Below every rule on what a fault does to the tip: those name it better.
    Rule {
        scope: Scope::Output,
        samples: tip,
        site: Some(Threshold::Response),
        ..sample_rule(RuleId::H38, AlarmId::Al06, t::RESPONSE_PERCENT, 5, trends::answers_too_much)
    },
    Rule {
        scope: Scope::Output,
        samples: tip,
        site: Some(Threshold::Unanswered),
        ..sample_rule(RuleId::H11, AlarmId::Al06, micros(t::UNANSWERED), 1, trends::unanswered)
    },
    link_rule(RuleId::H22, SO, judge::hung_up),
    link_rule(RuleId::H22, micros(t::GENERATOR_SILENCE), judge::generator_silent),
    // No readback shows RF off: the way that is left is K2, whose order may still be heard.
    Rule {
        scope: Scope::Tripped,
        reaction: Reaction::Disconnect,
        ..link_rule(RuleId::H22, micros(t::UNCONFIRMED), judge::generator_silent)
    },
    // The same where nothing was armed: an output that sticks then is seen by nobody.
    Rule {
        scope: Scope::Idle,
        reaction: Reaction::Isolate,
        ..link_rule(RuleId::H22, micros(t::UNCONFIRMED), judge::generator_silent)
    },
    Rule { window: t::BAD_FRAME_WINDOW, ..link_rule(RuleId::H22, BAD_FRAMES, judge::corrupt) },
    Rule { window: t::BAD_FRAME_WINDOW, ..link_rule(RuleId::H24, BAD_FRAMES, judge::refused) },
    Rule {
        clear: t::SETTLED,
        samples: tip,
        ..tick_rule(
            RuleId::H08,
            AlarmId::Al04,
            micros(t::SAMPLE_AGE),
            Reaction::Fault,
            judge::sample_old,
        )
    },
    Rule { window: t::BAD_FRAME_WINDOW, ..link_rule(RuleId::H22, LOST_FRAMES, judge::lost) },
    tick_rule(
        RuleId::H20,
        AlarmId::Al12,
        micros(t::CONTROLLER_SILENCE),
        Reaction::Controller,
        judge::controller_silent,
    ),
    Rule {
        scope: Scope::Live,
        ..tick_rule(RuleId::H20, AlarmId::Al12, SO, Reaction::Controller, judge::controller_faulted)
    },
    Rule {
        site: Some(Threshold::ConsoleSilence),
        ..tick_rule(
            RuleId::H23,
            AlarmId::Al19,
            micros(t::CONSOLE_SILENCE),
            Reaction::Console,
            judge::console_silent,
        )
    },
    sample_rule(
        RuleId::H28,
        AlarmId::Al14,
        micros(t::CONTACTS_DISAGREE),
        1,
        judge::contacts_disagree,
    ),
    sample_rule(RuleId::H28, AlarmId::Al14, SO, 2, judge::footswitch_fitted),
];

const fn link_rule(id: RuleId, threshold: i64, judge: Judge) -> Rule {
    Rule {
        clear: t::SETTLED,
        ..tick_rule(id, AlarmId::Al11, threshold, Reaction::Generator, judge)
    }
}
