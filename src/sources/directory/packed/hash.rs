//! Hashes phone numbers with a secret key, so that the directory holds none of them.

use std::fmt;

use ring::hmac;

use crate::domain::phone::Phone;

/// The hash of a number: the first 64 bits of its HMAC-SHA256.
///
/// Two of a million numbers have the same hash with a chance of one in 37 million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneHash(pub u64);

impl fmt::Debug for PhoneHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneHash(masked)")
    }
}

/// Hashes numbers with one key, whose schedule is computed once.
#[derive(Clone)]
pub struct PhoneHasher(hmac::Key);

impl PhoneHasher {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    pub fn hash(&self, phone: &Phone) -> PhoneHash {
        let tag = hmac::sign(&self.0, phone.reveal().as_bytes());
        let first = tag.as_ref().iter().take(size_of::<u64>());
        PhoneHash(first.fold(0, |hash, byte| hash << 8 | u64::from(*byte)))
    }
}

impl fmt::Debug for PhoneHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneHasher(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_beginning_of_the_hmac() {
        let phone = Phone::parse("37999990001", None).expect("a number");
        // printf 37999990001 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…
        assert_eq!(PhoneHasher::new(&[7; 32]).hash(&phone).0, 0x05ae443fbcfc4523);
        assert_ne!(
            PhoneHasher::new(&[8; 32]).hash(&phone),
            PhoneHasher::new(&[7; 32]).hash(&phone)
        );
    }

    #[test]
    fn neither_hash_nor_key_is_printed() {
        let hasher = PhoneHasher::new(&[7; 32]);
        let printed = format!("{hasher:?} {:?}", PhoneHash(4711));
        assert_eq!(printed, "PhoneHasher(masked) PhoneHash(masked)");
    }
}
