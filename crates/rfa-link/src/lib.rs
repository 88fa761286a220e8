//! The serial link: owns the port.
//!
//! ```text
//!  Port::open ──> Port::connect (handshake, blocking, with a deadline) ──> Connection
//!                                                                            │      │
//!     telemetry rings, counts <── link thread (tokio-serial) <── LinkRx <────┘      └──> LinkTx
//! ```
//!
//! [`LinkRx`] runs on a thread of its own: it reads, decodes, stamps each arrival and hands
//! telemetry to the interlock and to the control loop through two bounded rings. [`LinkTx`] is
//! the only thing that can write a frame; it cannot be cloned and belongs to the interlock.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod clock;
mod connect;
mod counts;
mod error;
mod inbound;
mod port;
mod rx;
mod tx;

pub use clock::{monotonic_nanos, monotonic_now};
pub use connect::{Connection, Opening};
pub use counts::{LinkCounts, Tally};
pub use error::LinkError;
pub use inbound::{Arrival, Ends, Inbound, TELEMETRY_RING_FRAMES};
pub use port::Port;
pub use rx::{LinkRx, LinkThread};
pub use tx::{LinkTx, Outbound, SendResult};
