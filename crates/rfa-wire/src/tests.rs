//! Tests of the codec as a whole; the vector file is in `tests/vectors.rs`.

mod decisions;
mod gating;
mod handshaking;
mod malformed;
mod properties;
mod samples;
mod strategies;
mod vectors;
mod watching;
mod words;
