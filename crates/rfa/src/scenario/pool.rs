//! Many runs at once, their results in the order asked for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// As many at once as there are processors.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `work` on every task, on this many threads; its results in the tasks' order.
pub(crate) fn all<T: Sync, R: Send>(
    threads: usize,
    tasks: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(tasks.len()));
    let run = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(index) else { return };
            let result = work(task);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, tasks.len().max(1)) {
            scope.spawn(run);
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_tasks() {
        let tasks: Vec<u64> = (0..100).collect();
        let work = |task: &u64| {
            // The first are the slowest.
            std::thread::sleep(std::time::Duration::from_micros(500 - task * 5));
            task * 2
        };
        let expected: Vec<u64> = tasks.iter().map(|task| task * 2).collect();
        for threads in [0, 1, 7, 1_000] {
            assert_eq!(all(threads, &tasks, work), expected);
        }
        assert!(all(3, &[], work).is_empty());
    }
}
