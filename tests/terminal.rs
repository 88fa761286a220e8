//! The console in a real terminal: STOP first, then the terminal restored.
