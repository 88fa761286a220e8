//! Commands, exit codes, help and its examples.
