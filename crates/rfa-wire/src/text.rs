//! Device strings that can be shown: printable ASCII, no control codes.

use core::fmt;

/// A name of at most `N` printable ASCII characters (0x20 to 0x7E), zero-padded on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceText<const N: usize>([u8; N]);

impl<const N: usize> DeviceText<N> {
    /// No text: it fits everywhere.
    pub const EMPTY: Self = Self([0; N]);

    /// The text, or `None` when it is longer than `N` or holds anything but printable ASCII.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Self::from_bytes(bytes)
    }

    /// The text of zero-padded bytes, or `None` when they are not printable ASCII then zeros.
    #[must_use]
    pub fn from_bytes(bytes: [u8; N]) -> Option<Self> {
        let text = Self(bytes);
        let (shown, padding) = bytes.split_at_checked(text.len())?;
        let good = shown.iter().all(|byte| matches!(byte, 0x20..=0x7e))
            && padding.iter().all(|byte| *byte == 0);
        good.then_some(text)
    }

    /// The bytes as they travel.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// The text without its padding.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get(..self.len()).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    fn len(&self) -> usize {
        self.0.iter().position(|byte| *byte == 0).unwrap_or(N)
    }
}

impl<const N: usize> fmt::Display for DeviceText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for DeviceText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
