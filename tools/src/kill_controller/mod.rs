//! `kill-controller`: kill -9 of the controller's process at random moments of a treatment; the
//! simulated generator, a process of its own, measures when its RF is off (H-21).

mod numbers;
mod treatment;

use numbers::{Steal, quantile};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use treatment::{Bench, Killed, PHASES};

const USAGE: &str = "usage: cargo run --release -p tools -- kill-controller \
    [--count N] [--parallel N] [--seed N], after cargo build --release -p rfa";

/// A treatment that a stall of the machine ended before its kill is tried again, so often in all.
const ATTEMPTS: u64 = 5;

/// How often, how many at once, and the seed of the moments.
struct Asked {
    count: u64,
    parallel: u64,
    seed: u64,
}

/// Runs `kill-controller`: exit 0 where every kill went as it must.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let Some(asked) = asked(arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match measure(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn asked(arguments: &[String]) -> Option<Asked> {
    let mut asked = Asked { count: 1_000, parallel: 4, seed: 1 };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let place = match word.as_str() {
            "--count" => &mut asked.count,
            "--parallel" => &mut asked.parallel,
            "--seed" => &mut asked.seed,
            _ => return None,
        };
        *place = words.next()?.parse().ok()?;
    }
    Some(asked)
}

fn measure(asked: &Asked) -> Result<bool, String> {
    let bench = Bench::new()?;
    let (next, done) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let steal = Steal::watch();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= asked.count {
                return;
            }
            for again in 0..ATTEMPTS {
                let killed = bench.kill(number, asked.seed.wrapping_add(again));
                let made = matches!(killed, Ok(Killed { wrong: None, .. }));
                if let Err(why) | Ok(Killed { wrong: Some(why), .. }) = &killed {
                    eprintln!("{number}: {why}");
                }
                if let Ok(mut done) = done.lock() {
                    done.push(killed);
                }
                if made {
                    break;
                }
            }
        }
    };
    scope(|scope| (0..asked.parallel).for_each(|_| drop(scope.spawn(work))));
    let Asked { parallel, seed, .. } = asked;
    println!("kill -9 of the controller, seed {seed}, {parallel} pairs at once: {}", steal.told());
    Ok(told(&done.into_inner().map_err(|e| e.to_string())?, asked.count))
}

/// Prints what it came to; whether all kills were made and went as they must.
fn told(done: &[Result<Killed, String>], count: u64) -> bool {
    let good: Vec<&Killed> = done.iter().filter_map(|killed| killed.as_ref().ok()).collect();
    println!("\n| phase | kills | RF on at the kill | off after, ms: median | p99 | max |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for phase in PHASES.map(|phase| phase.name).into_iter().chain(["all"]) {
        let of: Vec<_> = good.iter().filter(|k| phase == "all" || k.phase == phase).collect();
        let offs: Vec<f64> = of.iter().filter_map(|killed| killed.off_ms).collect();
        let shares = [0.5, 0.99, 1.0].map(|share| quantile(&offs, share));
        let times = shares.map(|ms| ms.map_or("-".to_owned(), |ms| format!("{ms:.1}")));
        println!("| {phase} | {} | {} | {} |", of.len(), offs.len(), times.join(" | "));
    }
    let wrong = good.iter().filter(|killed| killed.wrong.is_some()).count();
    let turns: Vec<f64> = good.iter().map(|killed| killed.turn_ms).collect();
    let turn = |share| quantile(&turns, share).unwrap_or(f64::NAN);
    println!(
        "\n{wrong} wrong; {} treatments ended before their kill. Longest turn of the simulators' own \
         loops, ms: median {:.1}, p99 {:.1}, max {:.1}.",
        done.len() - good.len(),
        turn(0.5),
        turn(0.99),
        turn(1.0),
    );
    wrong == 0 && good.len() as u64 == count
}
