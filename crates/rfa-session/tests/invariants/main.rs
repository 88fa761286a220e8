//! Each invariant goes red: a tick of a good session with one thing in it made wrong breaks it by
//! name. That good sessions keep them all is shown by every test of `rfa-interlock`.

#[path = "../../../rfa-interlock/tests/bench/mod.rs"]
mod bench;
mod next;
mod output;
mod towards_energy;
mod trips;
