//! Derives the directory's keys from one secret: those of its files, and that of the hashes of numbers.
//!
//! ```text
//! secret --HKDF-SHA256--> salt of a file, its head ---> key of the file, check of the head
//!          with tenant    fixed salt -----------------> key of the hashes of numbers
//! ```
//! The tenant is HubSoft's address and the client id, so one tenant's file is never read as another's.

use std::fmt;
use std::io;

use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::digest::{Context, SHA256};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::runtime::secret::Secret;

/// Shortest content of a key file: 128 bits, as random bytes.
pub const KEY_FILE_BYTES_MIN: usize = 16;

/// Labels keep the keys apart. They have one length, so that no label and data equal another's.
const FILE_KEY: &[u8] = b"bina/1/file-key.";
const HEAD_CHECK: &[u8] = b"bina/1/filehead.";
const PHONES: &[u8] = b"bina/1/phonehash";

/// The secret and the tenant, from which all keys are derived.
#[derive(Clone)]
pub struct DirectoryKeys {
    secret: Secret,
    tenant: [u8; 32],
}

impl DirectoryKeys {
    /// `secret` is the client secret, or the content of a key file that [`check_key_file`] accepts.
    pub fn new(secret: Secret, base_url: &str, client_id: &str) -> Self {
        let mut digest = Context::new(&SHA256);
        for part in [base_url.trim_end_matches('/'), client_id] {
            // With its length, as else the parts could be split elsewhere.
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut tenant = [0; 32];
        tenant.copy_from_slice(digest.finish().as_ref());
        Self { secret, tenant }
    }

    /// The key of the hashes of numbers, which is always the same for this secret and tenant.
    pub fn phone_key(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.fill(&[], PHONES, &[], &mut key);
        key
    }

    /// The key of the file with this head.
    pub(super) fn file_key(&self, salt: &[u8], head: &[u8]) -> LessSafeKey {
        let secret = self.extract(salt);
        let info = [&self.tenant, FILE_KEY, head];
        let output = secret.expand(&info, &AES_256_GCM).expect("32 bytes are not too many");
        LessSafeKey::new(UnboundKey::from(output))
    }

    /// Proves that this head was written with this secret, for this tenant.
    pub(super) fn head_check(&self, salt: &[u8], head: &[u8]) -> [u8; 32] {
        let mut check = [0; 32];
        self.fill(salt, HEAD_CHECK, head, &mut check);
        check
    }

    fn extract(&self, salt: &[u8]) -> Prk {
        Salt::new(HKDF_SHA256, salt).extract(self.secret.reveal().as_bytes())
    }

    fn fill(&self, salt: &[u8], label: &[u8], data: &[u8], key: &mut [u8; 32]) {
        let secret = self.extract(salt);
        let info = [&self.tenant, label, data];
        let filled = secret.expand(&info, HKDF_SHA256).and_then(|output| output.fill(key));
        filled.expect("32 bytes are the length of the hash");
    }
}

impl fmt::Debug for DirectoryKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DirectoryKeys(masked)")
    }
}

/// A key that depends on nothing.
pub fn random_key() -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    let filled = SystemRandom::new().fill(&mut key);
    filled.map_err(|_| io::Error::other("the system has no random numbers"))?;
    Ok(key)
}

/// Says what is wrong with the content of a key file, as a setting's check does.
pub fn check_key_file(text: &str) -> Result<(), String> {
    if text.len() >= KEY_FILE_BYTES_MIN {
        return Ok(());
    }
    Err(format!(
        "the key has {} bytes, fewer than {KEY_FILE_BYTES_MIN} (run `openssl rand -base64 32`)",
        text.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: &str, base_url: &str, client_id: &str) -> DirectoryKeys {
        DirectoryKeys::new(Secret::new(secret.into()), base_url, client_id)
    }

    #[test]
    fn the_key_of_numbers_depends_on_secret_and_tenant_alone() {
        let own = keys("segredo", "https://a.example", "7").phone_key();
        assert_eq!(own, keys("segredo", "https://a.example/", "7").phone_key());
        for other in [
            keys("segredO", "https://a.example", "7"),
            keys("segredo", "https://b.example", "7"),
            keys("segredo", "https://a.example", "8"),
            keys("segredo", "https://a.example7", ""),
        ] {
            assert_ne!(own, other.phone_key());
        }
    }

    #[test]
    fn no_two_keys_are_equal() {
        let keys = keys("segredo", "https://a.example", "7");
        let check = keys.head_check(&[1; 32], b"head");
        assert_ne!(check, *keys.phone_key());
        assert_ne!(check, keys.head_check(&[2; 32], b"head"));
        assert_ne!(check, keys.head_check(&[1; 32], b"heaD"));
    }

    #[test]
    fn a_key_file_has_at_least_sixteen_bytes() {
        assert!(check_key_file("0123456789abcdef").is_ok());
        let short = check_key_file("0123456789abcde").expect_err("too short");
        assert!(short.contains("15 bytes") && !short.contains("0123"), "{short}");
    }

    #[test]
    fn debug_output_contains_no_key() {
        let shown = format!("{:?}", keys("segredo", "https://a.example", "7"));
        assert_eq!(shown, "DirectoryKeys(masked)");
    }
}
