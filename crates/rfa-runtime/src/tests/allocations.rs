//! The real-time ticks allocate nothing: counted by the allocator itself, for one thread.
#![allow(unsafe_code, reason = "an allocator that counts is unsafe by its trait")]

use super::Rig;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the count beside it is a plain
// thread-local integer that needs no allocation and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the pointer came from `alloc` above, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() -> u64 {
    COUNT.with(Cell::get)
}

#[test]
fn the_count_sees_an_allocation() {
    let before = count();
    drop(std::hint::black_box(Box::new(1_u8)));
    assert_eq!(count() - before, 2);
}

/// Telemetry every tick, a full queue to the recorder, a stop and a late tick among them.
#[test]
fn a_thousand_ticks_allocate_nothing() {
    let mut rig = Rig::new();
    let before = count();
    for tick in 0..1_100 {
        rig.report();
        rig.control();
        let _ = rig.interlock();
        if tick == 500 {
            rig.wired.shared.raise_stop();
            rig.clock.advance_to(rig.interlock_pacer.next().plus(crate::TICK));
        }
    }
    assert_eq!(count() - before, 0);
    assert!(rig.wired.shared.queues().ticks_to_recorder > 0, "the full queue was met");
}
