//! What tells one session from every other.

use super::Header;

/// Separates this use of the hash from every other.
const DOMAIN: &str = "rfa session key 1";

impl Header {
    /// The session's name among all others: its id (eight hexadecimal digits), a hyphen, and the
    /// first eight bytes of a BLAKE3 hash over everything that stands before the first tick. The id
    /// alone is not enough: of a hundred thousand sessions two have the same, and on virtual time
    /// it comes from the seed. Copies have the same key, recovered, cut or with notes; one that
    /// names nobody (`rfa rec deidentify`) has another, for a way back is what it must not have.
    ///
    /// # Errors
    /// The header cannot be written as JSON: never of one that was read.
    pub fn key(&self) -> serde_json::Result<String> {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        let mut put = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        for (name, value) in self.session_map()?.iter().chain(&self.clock_map()) {
            put(name.as_bytes());
            put(value.as_bytes());
        }
        for file in self.files() {
            put(file.name.as_bytes());
            put(&file.data);
        }
        let hash = hasher.finalize().to_hex();
        let short = hash.get(..16).unwrap_or_default();
        Ok(format!("{:08x}-{short}", self.limits.session.0))
    }
}
