//! Recordings: the same seed gives the same bytes; verify finds every change.
