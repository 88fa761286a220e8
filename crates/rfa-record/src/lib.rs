//! Session recordings in MCAP: writing, reading, recovery.
