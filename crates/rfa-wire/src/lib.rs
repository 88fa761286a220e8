//! The wire protocol between controller and generator; sans-I/O.
