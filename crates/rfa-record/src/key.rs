//! Ed25519 keys that sign recordings: files as OpenSSL writes and reads them.

use crate::chain::hex;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes,
};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A key's file is a few hundred bytes long.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it.
    #[error(
        "{}: others than its owner may read this key (mode {mode:03o}); chmod 600 it, and if they \
         may have read it, make a new one",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds something else.
    #[error("{}: not an Ed25519 {wanted} key in PEM; make one with {mend}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Which key it should be.
        wanted: &'static str,
        /// What makes one.
        mend: &'static str,
    },
}

/// A secret key that signs.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey(of {})", self.public())
    }
}

impl SigningKey {
    /// The key of 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Reads the PKCS #8 PEM file at `path`, which nobody but its owner may read.
    ///
    /// # Errors
    /// [`KeyError`] names the file, what is wrong with it, and the mend.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let (text, mode) = text(path)?;
        if mode & 0o077 != 0 {
            return Err(KeyError::Open { path: path.to_owned(), mode });
        }
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(&text);
        let bad = |_| KeyError::Bad {
            path: path.to_owned(),
            wanted: "secret",
            mend: "`rfa rec key NEW` or `openssl genpkey -algorithm ed25519`",
        };
        key.map(Self).map_err(bad)
    }

    /// Writes the key to the new file `path`, which only its owner may read, and its public half
    /// beside it, under the same name with `.pub` behind it. Gives that name.
    ///
    /// # Errors
    /// [`KeyError::Io`]; nothing is overwritten.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<PathBuf, KeyError> {
        let path = path.as_ref();
        let public = PathBuf::from(format!("{}.pub", path.display()));
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyError::Io { path, source }
        };
        let failed = |error: &dyn std::fmt::Display| io::Error::other(error.to_string());
        // Without the public half inside, as OpenSSL writes it: not every version reads the other.
        let pair = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let secret = pair.to_pkcs8_pem(LineEnding::LF).map_err(|e| failed(&e));
        let shown = self.0.verifying_key().to_public_key_pem(LineEnding::LF);
        let secret = secret.map_err(io(path))?;
        let shown = shown.map_err(|e| failed(&e)).map_err(io(&public))?;
        // The public half first: a secret one is never there without it.
        write_new(&public, 0o644, shown.as_bytes()).map_err(io(&public))?;
        if let Err(error) = write_new(path, 0o600, secret.as_bytes()) {
            let _ = std::fs::remove_file(&public);
            return Err(io(path)(error));
        }
        Ok(public)
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

/// A public key, which tells whose signature one is. Written as 64 hexadecimal digits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads the PEM file at `path`.
    ///
    /// # Errors
    /// [`KeyError`] names the file, what is wrong with it, and the mend.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let key = VerifyingKey::from_public_key_pem(&text(path)?.0);
        let bad = |_| KeyError::Bad {
            path: path.to_owned(),
            wanted: "public",
            mend: "`rfa rec key NEW` or `openssl pkey -in KEY -pubout`",
        };
        key.map(|key| Self(key.to_bytes())).map_err(bad)
    }

    pub(crate) const fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Whether `signature`, in hexadecimal digits, is this key's of `bytes`.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        let mut raw = [0; 64];
        let key = VerifyingKey::from_bytes(&self.0);
        match (unhex(signature, &mut raw), key) {
            (Some(()), Ok(key)) => key.verify_strict(bytes, &Signature::from_bytes(&raw)).is_ok(),
            _ => false,
        }
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        unhex(&text, &mut bytes).ok_or("64 hexadecimal digits are wanted")?;
        Ok(Self(bytes))
    }
}

/// Bytes of lower-case hexadecimal digits, exactly as many as there is room for.
fn unhex(text: &str, bytes: &mut [u8]) -> Option<()> {
    let digits = text.as_bytes();
    if digits.len() != bytes.len().checked_mul(2)? {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(())
}

/// A small file's text and permission bits.
fn text(path: &Path) -> Result<(String, u32), KeyError> {
    let read = || -> io::Result<(String, u32)> {
        let file = File::open(path)?;
        let mode = mode(&file)?;
        let mut text = String::new();
        file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
        Ok((text, mode))
    };
    read().map_err(|source| KeyError::Io { path: path.to_owned(), source })
}

#[cfg(unix)]
fn mode(file: &File) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &File) -> io::Result<u32> {
    Ok(0)
}

fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)?.write_all(bytes)
}
