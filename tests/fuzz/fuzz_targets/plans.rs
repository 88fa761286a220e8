//! Plans, site limits and tissues: any text is refused with words, or read; a plan that was read
//! and written again is the same plan.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match rfa_plan::parse_plan("plan.toml", text) {
        Ok(plan) => {
            let again = rfa_plan::parse_plan("again.toml", &rfa_plan::plan_toml(&plan));
            assert_eq!(again.map(|again| again.hash).ok(), Some(plan.hash));
        }
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
    if let Err(errors) = rfa_plan::parse_site("site.toml", text) {
        assert!(!errors.to_string().is_empty());
    }
    if let Err(errors) = rfa_plan::parse_tissue("tissue.toml", text) {
        assert!(!errors.to_string().is_empty());
    }
});
