//! The operator console: ratatui screens that read a snapshot and send an intent.
