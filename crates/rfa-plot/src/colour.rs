//! Colours, and the scale of temperatures.

/// A colour without transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

impl Colour {
    /// Paper.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// Words and axes.
    pub const INK: Self = Self::new(32, 34, 38);
    /// Lines that only help the eye.
    pub const GREY: Self = Self::new(120, 124, 130);
    /// The one line that matters.
    pub const ACCENT: Self = Self::new(0, 70, 170);
    /// Metal.
    pub const STEEL: Self = Self::new(206, 210, 216);
    /// Insulation.
    pub const SLEEVE: Self = Self::new(58, 62, 70);

    /// A colour from its parts.
    #[must_use]
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }

    /// Cold to hot: white, yellow, orange, red, dark red. Its lightness falls all the way, so it
    /// reads in grey and without red or green sight too.
    #[must_use]
    pub fn heat(share: f64) -> Self {
        const STOPS: [[f64; 3]; 6] = [
            [255.0, 255.0, 255.0],
            [255.0, 246.0, 205.0],
            [254.0, 217.0, 118.0],
            [253.0, 141.0, 60.0],
            [215.0, 48.0, 31.0],
            [120.0, 0.0, 24.0],
        ];
        let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
        let from = (place as usize).min(STOPS.len() - 2);
        let part = place - from as f64;
        let [r, g, b] = [0, 1, 2].map(|i| {
            let (a, b) = (STOPS[from][i], STOPS[from + 1][i]);
            (a + (b - a) * part).round() as u8
        });
        Self { r, g, b }
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}
