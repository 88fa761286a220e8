//! TickRecord -> row -> JSON -> row -> TickRecord is the identity, over any record; over the
//! header's limits and program too. A grant alone does not come back: nobody but the interlock
//! makes one.

mod any_tick;

use any_tick::record;
use proptest::prelude::*;
use rfa_control::{ControlTick, Terms};
use rfa_record::row::TickRow;
use rfa_session::TickRecord;
use rfa_units::Bounded;

/// Equality to the last bit of the loop's terms.
fn bits(record: &TickRecord) -> Vec<[u64; 4]> {
    let terms = |tick: &ControlTick| {
        let Terms { p, i, d, feed_forward } = tick.outputs.terms;
        [p, i, d, feed_forward].map(f64::to_bits)
    };
    record.control.iter().map(terms).collect()
}

/// The record with terms that compare: not-a-number is not equal to itself.
fn without_terms(record: &TickRecord) -> TickRecord {
    let mut control = Bounded::new();
    for tick in record.control.iter() {
        let mut tick = *tick;
        tick.outputs.terms = Terms::default();
        control.push(tick).expect("room");
    }
    TickRecord { control, ..*record }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_tick_survives_the_recording(record in record()) {
        let row = TickRow::from(&record);
        let text = serde_json::to_vec(&row).expect("writes");
        let back: TickRow = serde_json::from_slice(&text).expect("reads");
        prop_assert_eq!(&back, &row);
        let record_back = back.without_grant().expect("a record");
        prop_assert_eq!(bits(&record_back), bits(&record));
        prop_assert_eq!(without_terms(&record_back), without_terms(&record));
    }
}

/// A value outside its type is refused by name, never taken.
#[test]
fn a_value_out_of_range_is_named() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = record().new_tree(&mut runner).expect("a record");
    let mut row = TickRow::from(&proptest::strategy::ValueTree::current(&tree));
    row.inputs.request =
        Some(rfa_record::row::RequestRow { power_mw: 500_001, step: 0, stop: None });
    let error = row.without_grant().expect_err("refuses");
    assert_eq!(error.to_string(), "power_mw 500001 is not allowed; allowed: 0 to 500000");
    row.inputs.request = Some(rfa_record::row::RequestRow { power_mw: 5, step: 8, stop: None });
    let error = row.without_grant().expect_err("refuses");
    assert_eq!(error.to_string(), "step 8 is not allowed; allowed: 0 to 7");
}

/// A program whose electrode cannot be one of a plan is refused by name.
#[test]
fn a_response_of_no_electrode_is_named() {
    let program = |response_mk_j: u32| {
        let text = format!(
            r#"{{"channel":1,"mode":"thermal","steps":[],"ceilings_mw":[],"response_mk_j":{response_mk_j}}}"#
        );
        let row: rfa_record::row::ProgramRow = serde_json::from_str(&text).expect("reads");
        rfa_plan::Program::try_from(&row).map_err(|error| error.to_string())
    };
    for good in [500, 50_000] {
        assert_eq!(program(good).expect("a program").response_mk_j, good);
    }
    for bad in [0, 499, 50_001, u32::MAX] {
        let told = format!("response_mk_j {bad} is not allowed; allowed: 500 to 50000");
        assert_eq!(program(bad).expect_err("refuses"), told);
    }
}

/// A field nobody knows is an error: it might be one that decided something.
#[test]
fn an_unknown_field_is_refused() {
    let text = r#"{"power_mw":1,"step":0,"torque_nm":3}"#;
    let error = serde_json::from_str::<rfa_record::row::RequestRow>(text).expect_err("refuses");
    assert!(error.to_string().contains("unknown field `torque_nm`"), "{error}");
}
