//! The serial link: owns the port.
