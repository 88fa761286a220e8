//! `rfa sim`: a simulated generator for another process.

use super::headless::on_signals;
use super::local_generator::LocalGenerator;
use super::opening;
use super::report::{ServedRow, rf_offs};
use crate::cli::{Format, Sim};
use crate::exit::{Exit, Stop};
use crate::{output, plans};
use rfa_sim::UnknownFault;
use rfa_sim::pty::Command;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// How often the end is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What can be done to the generator while it runs, a line each on standard input.
const ORDERS: &str = "fault NAME on|off, footswitch down|up, emergency-stop pressed|released";

/// Serves until its time is up or a signal comes; then says when output ended and why.
pub(crate) fn sim(arguments: &Sim) -> Result<Exit, Stop> {
    let site = plans::site(arguments.site.as_deref())?;
    let plan = plans::plan_at_site(&arguments.plan, &site)?;
    let interrupted = on_signals()?;
    let generator = LocalGenerator::build(
        &plan,
        &site,
        arguments.seed,
        arguments.footswitch,
        &arguments.faults,
        opening::random()?,
    )?;
    let pedal = Arc::new(AtomicBool::new(false));
    let served = generator.serve(Some(&arguments.link), arguments.speed, pedal)?;
    listen(served.orders());
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
    match arguments.output.format {
        Format::Json => output::json(&json!({
            "seed": arguments.seed,
            "rf_off": offs,
            "rf_on": rf_on,
            "served": ServedRow::from(report),
        }))?,
        Format::Text => {
            for off in &offs {
                output::line(&off.to_string())?;
            }
        }
    }
    Ok(Exit::Ok)
}

/// Takes orders from standard input, on a thread of its own that ends with the input.
fn listen(orders: mpsc::Sender<Command>) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            match order(&line) {
                Ok(None) => {}
                Ok(Some(order)) => {
                    if orders.send(order).is_err() {
                        return;
                    }
                }
                Err(why) => eprintln!("{line:?}: {why}; one of: {ORDERS}"),
            }
        }
    });
}

fn order(line: &str) -> Result<Option<Command>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let order = match words[..] {
        [] => return Ok(None),
        ["fault", name, state @ ("on" | "off")] => {
            let setting = name.parse().map_err(|e: UnknownFault| e.to_string())?;
            Command::Fault(setting, state == "on")
        }
        ["footswitch", state @ ("down" | "up")] => Command::Footswitch(state == "down"),
        ["emergency-stop", state @ ("pressed" | "released")] => {
            Command::EmergencyStop(state == "pressed")
        }
        _ => return Err("no such order".to_owned()),
    };
    Ok(Some(order))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_sim::Fault;

    #[test]
    fn orders_are_read_word_by_word() {
        let fault = Command::Fault(Fault::SensorOpen.full(), true);
        assert_eq!(order(" fault  sensor-open on "), Ok(Some(fault)));
        let twin = Command::Fault(Fault::LinkCut.twin(), false);
        assert_eq!(order("fault link-cut:twin off"), Ok(Some(twin)));
        assert_eq!(order("footswitch down"), Ok(Some(Command::Footswitch(true))));
        assert_eq!(order("emergency-stop released"), Ok(Some(Command::EmergencyStop(false))));
        assert_eq!(order(""), Ok(None));
        assert!(order("fault sensor-open maybe").is_err());
        assert!(order("fault nonsense on").is_err_and(|e| e.contains("nonsense")));
    }
}
