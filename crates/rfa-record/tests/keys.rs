//! Key files.

use rfa_record::{PublicKey, SigningKey};

fn signing(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// Keys are files as OpenSSL has them; one that others may read signs nothing.
#[test]
#[cfg(unix)]
fn keys_are_read_back_and_guarded() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.pem");
    let public = signing(7).write(&path).expect("writes");
    assert_eq!(SigningKey::read(&path).expect("reads").public(), signing(7).public());
    assert_eq!(PublicKey::read(&public).expect("reads"), signing(7).public());
    let text = std::fs::read_to_string(&path).expect("reads");
    // RFC 8410: what `openssl genpkey -algorithm ed25519` writes, 48 bytes of DER.
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"), "{text}");
    assert!(signing(8).write(&path).is_err(), "overwritten");
    let why = SigningKey::read(&public).expect_err("others may read it").to_string();
    assert!(why.contains("mode 644") && why.contains("chmod 600"), "{why}");
    std::fs::set_permissions(&public, PermissionsExt::from_mode(0o600)).expect("chmod");
    let why = SigningKey::read(&public).expect_err("not secret").to_string();
    assert!(why.contains("not an Ed25519 secret key in PEM"), "{why}");
    assert!(PublicKey::read(&path).expect_err("not public").to_string().contains("public key"));
}
