//! `docs/safety/ceilings.md`: the table of power ceilings (hazards.md a.2) computed again with
//! `rfa-tissue`, in every shipped tissue, beside the table in use, and what the difference is from.

mod cells;
mod page;
mod rates;
mod setting;
mod stuck;
#[cfg(test)]
mod tests;
mod vary;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Runs `ceilings`.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if !arguments.is_empty() {
        eprintln!("usage: cargo run --release -p tools -- ceilings");
        return ExitCode::from(2);
    }
    match written() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn written() -> Result<(), String> {
    let rates = in_parallel(&setting::places(), |place| rates::Rates::new(*place))?;
    println!("rates are done");
    let varied = vary::rows()?;
    println!("variations are done");
    let cells = in_parallel(&cells::all(), |(place, set_c)| {
        let cell = cells::Cell::new(*place, *set_c);
        println!("{} at {set_c} °C", setting::name(*place));
        cell
    })?;
    page::write(&cells, &rates, &varied)
}

/// Works through a list with all cores; the order stays.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, String> + Sync,
) -> Result<Vec<R>, String> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { return };
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
