//! Two processes on a real pseudo-terminal; either is killed at any moment.
