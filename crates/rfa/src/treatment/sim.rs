//! `rfa sim`: a simulated generator for another process.

use super::headless::on_signals;
use super::local_generator::{self, Individual, LocalGenerator};
use super::report::ServedRow;
use super::rf_off::rf_offs;
use super::{opening, orders};
use crate::cli::{Format, Sim};
use crate::exit::{Exit, Stop};
use crate::{output, plans};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the end is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Serves until its time is up or a signal comes; then says when output ended and why.
pub(crate) fn sim(arguments: &Sim) -> Result<Exit, Stop> {
    let site = plans::site(arguments.site.as_deref())?;
    let plan = plans::plan_at_site(&arguments.plan, &site)?;
    let interrupted = on_signals()?;
    let individual = Individual {
        sensor_noise_c: None,
        seed: arguments.seed,
        footswitch: arguments.footswitch,
        faults: local_generator::parse_faults(&arguments.faults, arguments.footswitch)?,
        nonce_salt: opening::random()?,
    };
    let tissue = local_generator::fitted(local_generator::setting(&plan, None, None)?)?;
    let generator = LocalGenerator::new(&plan, &site, &tissue, individual)?;
    let pedal = Arc::new(AtomicBool::new(false));
    let served = generator.serve(Some(&arguments.link), arguments.speed, pedal)?;
    orders::listen(served.orders());
    eprintln!("simulated generator at {}; Ctrl-C ends it", arguments.link.display());
    let until = arguments.for_s.map(|s| Instant::now() + Duration::from_secs(s));
    while !interrupted.load(Ordering::Relaxed)
        && !served.is_finished()
        && until.is_none_or(|until| Instant::now() < until)
    {
        std::thread::sleep(LOOK_EVERY);
    }
    let (local, report) = served.stop()?;
    let offs = rf_offs(local.generator());
    let rf_on = local.generator().truth().rf_on;
    let warnings = local.warnings();
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    match arguments.output.format {
        Format::Json => output::json(&json!({
            "seed": arguments.seed,
            "rf_off": offs,
            "rf_on": rf_on,
            "served": ServedRow::from(report),
            "warnings": warnings,
        }))?,
        Format::Text => {
            for off in &offs {
                output::line(&off.to_string())?;
            }
        }
    }
    Ok(Exit::Ok)
}
