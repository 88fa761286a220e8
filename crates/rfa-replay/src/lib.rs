//! Re-execution of recorded sessions; holds no link.
