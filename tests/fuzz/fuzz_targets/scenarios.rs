//! Scenario files: any text is refused with words, or read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &str| {
    match rfa_scenario::parse_scenario("scenario.toml", text, Path::new("")) {
        Ok(scenario) => {
            assert!(!scenario.runs.is_empty() && scenario.runs.len() <= rfa_scenario::RUNS_MAX);
        }
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
});
