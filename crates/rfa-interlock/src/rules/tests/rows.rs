//! The table a second time, taken from the table itself: it guards against change and derives
//! nothing. Whoever changes a row, a threshold or the order of rows has to mean it twice.

use super::super::Cadence::{self, Sample as EverySample, Tick as EveryTick};
use super::super::Reaction::{
    self, Console, Controller, Disconnect, EmergencyStop, Fault, Generator, Hard, Isolate, Stuck,
};
use super::super::Scope::{self, AfterSelfTest, Always, Idle, Live, Output, SelfTest, Tripped};
use super::super::{RULES, Rule};
use crate::AlarmId::{self, *};
use crate::RuleId;
use crate::contactors::Followed;
use crate::history::Sample;
use Kept::{Impedance, No, Pad, Power, Tip};
use rfa_units::GeneratorInstant;

/// Which reading of four samples is kept with a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    No,
    Tip,
    Power,
    Impedance,
    Pad,
}

impl Kept {
    fn by(rule: &Rule) -> Self {
        let sample = Sample {
            at: GeneratorInstant::ZERO,
            tip_mc: Some(1),
            power_mw: Some(2),
            voltage_mv: None,
            current_ua: None,
            impedance_mohm: Some(3),
            pad_mohm: Some(4),
            output_on: false,
            foreign_mw: 0,
            asked_mw: 0,
            followed: Followed { off_due: false, welded: false, dropped: false },
        };
        match (rule.samples)(&sample) {
            None => No,
            Some(1) => Tip,
            Some(2) => Power,
            Some(3) => Impedance,
            other => {
                assert_eq!(other, Some(4));
                Pad
            }
        }
    }
}

/// Threshold, votes, window in ms, and how many seconds its condition has to be gone.
type Row = (RuleId, AlarmId, Cadence, Scope, i64, u8, u64, u64, Reaction, Kept);

#[rustfmt::skip]
const ROWS: [Row; 45] = [
    (RuleId::H50, Al13, EverySample, SelfTest, 200, 1, 0, 0, Stuck, Power),
    (RuleId::H05, Al03, EverySample, Always, 200, 1, 0, 0, Stuck, Power),
    (RuleId::H05, Al03, EverySample, Always, 200, 2, 0, 0, Hard, Power),
    (RuleId::H54, Al03, EverySample, AfterSelfTest, 1, 2, 0, 0, Hard, No),
    (RuleId::H13, Al03, EverySample, AfterSelfTest, 600, 1, 3_000, 0, Hard, Tip),
    (RuleId::H49, Al18, EverySample, Always, 1, 1, 0, 0, EmergencyStop, No),
    (RuleId::H12, Al07, EverySample, AfterSelfTest, 2_000, 1, 1_000, 2, Disconnect, Tip),
    (RuleId::H06, Al04, EverySample, AfterSelfTest, 0, 1, 0, 2, Fault, Tip),
    (RuleId::H06, Al04, EverySample, AfterSelfTest, 8_000, 1, 20, 2, Fault, Tip),
    (RuleId::H02, Al01, EverySample, AfterSelfTest, 95_000, 1, 0, 0, Fault, Tip),
    (RuleId::H01, Al01, EverySample, AfterSelfTest, 5_000, 2, 0, 0, Fault, Tip),
    (RuleId::H03, Al01, EverySample, Output, 10_000, 5, 200, 0, Fault, Tip),
    (RuleId::H44, Al12, EveryTick, Live, 30_000, 1, 0, 0, Fault, No),
    (RuleId::H44, Al12, EveryTick, Live, 2, 1, 0, 0, Fault, No),
    (RuleId::H04, Al02, EverySample, Output, 500, 2, 0, 0, Fault, Power),
    (RuleId::H18, Al02, EverySample, Output, 15, 3, 0, 0, Fault, Power),
    (RuleId::H18, Al02, EverySample, Output, 20, 3, 0, 0, Fault, Impedance),
    (RuleId::H07, Al04, EverySample, AfterSelfTest, 30_000, 2, 0, 2, Fault, Tip),
    (RuleId::H07, Al04, EverySample, AfterSelfTest, 3_000, 10, 200, 2, Fault, Tip),
    (RuleId::H07, Al04, EverySample, AfterSelfTest, 15_000, 2, 200, 2, Fault, Tip),
    (RuleId::H08, Al04, EverySample, AfterSelfTest, 500_000, 1, 500, 2, Fault, Tip),
    (RuleId::H56, Al04, EverySample, AfterSelfTest, 2_000, 20, 0, 2, Fault, Tip),
    (RuleId::H15, Al09, EverySample, AfterSelfTest, 0, 2, 0, 2, Fault, Impedance),
    (RuleId::H14, Al08, EverySample, AfterSelfTest, 0, 2, 0, 2, Fault, Impedance),
    (RuleId::H17, Al09, EverySample, Output, 30, 3, 200, 0, Fault, Impedance),
    (RuleId::H16, Al08, EverySample, Output, 25, 2, 500, 0, Fault, Impedance),
    (RuleId::H19, Al10, EverySample, AfterSelfTest, 120_000, 40, 0, 2, Fault, Pad),
    (RuleId::H19, Al10, EverySample, AfterSelfTest, 20_000, 40, 0, 2, Fault, Pad),
    (RuleId::H55, Al11, EverySample, AfterSelfTest, 1, 1, 0, 0, Fault, No),
    (RuleId::H54, Al11, EverySample, AfterSelfTest, 1, 2, 0, 0, Fault, No),
    (RuleId::H38, Al06, EverySample, Output, 200, 5, 0, 0, Fault, Tip),
    (RuleId::H11, Al06, EverySample, Output, 3_000_000, 1, 0, 0, Fault, Tip),
    (RuleId::H22, Al11, EveryTick, AfterSelfTest, 1, 1, 0, 2, Generator, No),
    (RuleId::H22, Al11, EveryTick, AfterSelfTest, 60_000, 1, 0, 2, Generator, No),
    (RuleId::H22, Al11, EveryTick, Tripped, 160_000, 1, 0, 2, Disconnect, No),
    (RuleId::H22, Al11, EveryTick, Idle, 160_000, 1, 0, 2, Isolate, No),
    (RuleId::H22, Al11, EveryTick, AfterSelfTest, 3, 1, 1_000, 2, Generator, No),
    (RuleId::H24, Al11, EveryTick, AfterSelfTest, 3, 1, 1_000, 2, Generator, No),
    (RuleId::H08, Al04, EveryTick, AfterSelfTest, 60_000, 1, 0, 2, Fault, Tip),
    (RuleId::H22, Al11, EveryTick, AfterSelfTest, 11, 1, 1_000, 2, Generator, No),
    (RuleId::H20, Al12, EveryTick, AfterSelfTest, 30_000, 1, 0, 0, Controller, No),
    (RuleId::H20, Al12, EveryTick, Live, 1, 1, 0, 0, Controller, No),
    (RuleId::H23, Al19, EveryTick, AfterSelfTest, 500_000, 1, 0, 0, Console, No),
    (RuleId::H28, Al14, EverySample, AfterSelfTest, 50_000, 1, 0, 0, Fault, No),
    (RuleId::H28, Al14, EverySample, AfterSelfTest, 1, 2, 0, 0, Fault, No),
];

#[test]
fn every_row_is_as_it_was_meant() {
    for (rule, expected) in RULES.iter().zip(ROWS) {
        let Rule { id, alarm, cadence, scope, threshold, votes, reaction, .. } = *rule;
        let window_ms = rule.window.as_micros() / 1_000;
        let clear_s = rule.clear.as_micros() / 1_000_000;
        let kept = Kept::by(rule);
        let row: Row =
            (id, alarm, cadence, scope, threshold, votes, window_ms, clear_s, reaction, kept);
        assert_eq!(row, expected);
    }
}
