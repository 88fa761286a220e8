//! The seam between the generator's firmware and whatever the needle sits in.

use rfa_units::Span;

/// What acts on the needle during one step.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Drive {
    /// RF voltage (rms) across the electrode and the tissue; 0 when output is off.
    pub volts: f64,
    /// Heat in W that reaches the tissue from elsewhere (hazards.md H-12: other diathermy).
    pub heat_w: f64,
}

impl Drive {
    /// Nothing acts.
    pub const OFF: Self = Self { volts: 0.0, heat_w: 0.0 };

    /// An RF voltage (rms) and no foreign heat.
    #[must_use]
    pub const fn voltage(volts: f64) -> Self {
        Self { volts, heat_w: 0.0 }
    }
}

/// A needle in tissue: temperatures and impedances under a drive.
///
/// An implementation gives the same bits for the same calls on every machine, and finite numbers
/// for any finite drive.
pub trait Plant {
    /// Lets `dt` pass with `drive` held constant.
    fn advance(&mut self, dt: Span, drive: Drive);

    /// True temperature at the sensor's place in the tip, in °C, before the sensor's own lag.
    fn tip_c(&self) -> f64;

    /// The hottest tissue, in °C.
    fn tissue_max_c(&self) -> f64;

    /// Impedance magnitude between the electrode and the return pad, in ohm.
    fn impedance_ohm(&self) -> f64;

    /// Impedance between the two halves of the return pad, in ohm.
    fn pad_ohm(&self) -> f64;

    /// Why what it gives is no longer its model's, in words; none while all is well.
    fn trouble(&self) -> Option<String> {
        None
    }
}
