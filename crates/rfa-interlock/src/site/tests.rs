//! Tightening: never looser, and each threshold is one row's.

use super::{Threshold, Thresholds};
use crate::rules::RULES;
use std::collections::BTreeSet;
use std::vec::Vec;

#[test]
fn every_threshold_is_that_of_one_row() {
    for threshold in Threshold::ALL {
        let rows: Vec<_> = RULES.iter().filter(|rule| rule.site == Some(threshold)).collect();
        let told: Vec<_> = rows.iter().map(|rule| (rule.id, rule.threshold)).collect();
        assert_eq!(told, [(threshold.rule(), threshold.loosest())], "{threshold:?}");
    }
    let names: BTreeSet<_> = Threshold::ALL.iter().map(|threshold| threshold.name()).collect();
    assert_eq!(names.len(), Threshold::ALL.len());
}

#[test]
fn a_site_may_only_tighten() {
    for threshold in Threshold::ALL {
        let (loosest, tightest) = (threshold.loosest(), threshold.tightest());
        let looser = loosest + (loosest - tightest).signum();
        let too_tight = tightest - (loosest - tightest).signum();
        let at = |value| Thresholds::TABLE.with(threshold, value);
        assert_eq!(at(looser), None, "{threshold:?}");
        assert_eq!(at(too_tight), None, "{threshold:?}");
        for value in [loosest, tightest] {
            let set = at(value).expect("in range");
            assert_eq!(set.get(threshold), value);
            assert_eq!(set.iter().collect::<Vec<_>>(), [(threshold, value)]);
        }
        assert_eq!(Thresholds::TABLE.get(threshold), loosest);
    }
    assert_eq!(Thresholds::TABLE.iter().count(), 0);
}
