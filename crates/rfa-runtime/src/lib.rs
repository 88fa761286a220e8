//! Threads, real-time set-up, channels, supervision, histograms.
