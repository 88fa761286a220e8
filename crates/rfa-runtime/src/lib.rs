//! Threads, real-time set-up, channels, supervision. Holds no decisions.
//!
//! ```text
//!  console ──intents (rtrb)───────> INTERLOCK ──LinkTx──> generator      FIFO 80, +4 ms, 10 ms
//!     ^  └──stop flag, heartbeat──>  ^  │ ^  └──TickRecord (crossbeam)──> recorder (polls, 5 ms)
//!     │                              │  │ └──telemetry (rtrb)── link thread        FIFO 75
//!     └──newest TickRecord───────────┼──┘                           │
//!        (triple_buffer)             └──ControlTick (rtrb)── CONTROL <┘  FIFO 70, +0 ms, 10 ms
//! ```
//!
//! The two tasks, [`InterlockTask`] and [`ControlTask`], gather inputs, call the pure steps and
//! hand results on; [`Session`] runs them on real threads, [`virtual_time`] on a virtual clock.
#![cfg_attr(rtsan, feature(sanitize))]
#![deny(missing_docs)]
#![deny(unsafe_code)]

mod bare;
mod clock;
mod command;
mod console;
mod control_task;
mod cores;
mod interlock_task;
mod lesion;
mod limits;
mod log;
mod os;
mod pacer;
mod result;
mod session;
mod shared;
mod stall;
mod threads;
pub mod virtual_time;
mod wiring;

pub use bare::{BareStall, BareTick, BareTicks, WITNESS_PERIOD};
pub use clock::{Clock, MonotonicClock, VirtualClock};
pub use console::{ConsoleHandle, Stopper};
pub use control_task::ControlTask;
pub use cores::kept_core;
pub use interlock_task::{InterlockTask, Outlet};
pub use lesion::{LESION_BOUNDARY, LESION_THREAD};
pub use limits::{hard_limits_for, limits_for, tried_thresholds};
pub use os::{stand_beside, stand_for_hardware, stand_for_the_link};
pub use pacer::{Deadline, PHASE_CONTROL, PHASE_INTERLOCK, Pacer, TICK};
pub use result::{Ended, QuitReason, SessionResult, Status};
pub use rfa_figures::{Latencies, LatencySet, LatencyUs, QuantilesUs, summary};
pub use session::{
    Realtime, RunningSession, Session, SessionConfig, SessionError, activation_of, identity_of, now,
};
pub use shared::OFF_WAIT;
pub use stall::{LateTick, StallRecord, steal_by_core_ms, steal_so_far_ms};

#[cfg(test)]
mod tests;
