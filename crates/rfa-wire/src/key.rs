//! Keys and the message authentication code.

use crate::Nonce;
use core::{fmt, hint::black_box};
use rfa_units::SessionId;
use siphasher::sip128::{Hasher128, SipHasher24};

/// Bytes of a message authentication code.
pub(crate) const MAC_LEN: usize = 16;

/// What separates a session key from every other use of the link key.
const SESSION_LABEL: &[u8; 13] = b"rfa-session-1";

/// The key that both ends are given when they are paired. Authenticates hello and identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LinkKey(pub [u8; 16]);

impl LinkKey {
    /// The published key of the simulator: it proves nothing, and a real generator must refuse
    /// to be paired with it.
    pub const DEVELOPMENT: Self = Self(*b"rfa-development!");
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys stay out of logs.
        f.write_str("LinkKey(..)")
    }
}

/// The key of one session, which no other session has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionKey([u8; 16]);

impl SessionKey {
    /// `SipHash-2-4-128(link key; "rfa-session-1" | host nonce | generator nonce | session)`.
    #[must_use]
    pub fn derive(link: &LinkKey, host: &Nonce, generator: &Nonce, session: SessionId) -> Self {
        let mut hasher = SipHasher24::new_with_key(&link.0);
        // Written in parts, the hash is that of the parts joined.
        core::hash::Hasher::write(&mut hasher, SESSION_LABEL);
        core::hash::Hasher::write(&mut hasher, host);
        core::hash::Hasher::write(&mut hasher, generator);
        core::hash::Hasher::write(&mut hasher, &session.0.to_le_bytes());
        Self(hasher.finish128().as_bytes())
    }

    /// The key's bytes, for test vectors. Never log them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

/// SipHash-2-4 with 128-bit output over `bytes`.
pub(crate) fn mac(key: &[u8; 16], bytes: &[u8]) -> [u8; MAC_LEN] {
    SipHasher24::new_with_key(key).hash(bytes).as_bytes()
}

/// Compares in a time that does not depend on where the first difference is.
pub(crate) fn same_mac(left: &[u8; MAC_LEN], right: &[u8; MAC_LEN]) -> bool {
    let difference = left.iter().zip(right).fold(0_u8, |all, (l, r)| black_box(all | (l ^ r)));
    black_box(difference) == 0
}
