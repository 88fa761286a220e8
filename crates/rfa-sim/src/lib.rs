//! A simulated generator: firmware model, tissue, faults; in-process or on a pseudo-terminal.
