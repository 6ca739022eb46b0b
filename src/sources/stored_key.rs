//! The key under which a record is kept: a number, or the keyed hash of a document or code.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use crate::domain::phone::Phone;

use super::source::Key;

/// Bytes of a hash: as many as fit beside a number.
const HASH_BYTES: usize = 15;

/// Known to this run of the program alone.
static SEEDS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);

/// The key of a kept record. What a caller types to be identified by is kept nowhere, not even in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoredKey(Stored);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stored {
    Phone(Phone),
    Hash([u8; HASH_BYTES]),
}

impl StoredKey {
    /// Whether it stands for a document or a code.
    pub fn is_hash(&self) -> bool {
        matches!(self.0, Stored::Hash(_))
    }
}

impl From<&Key> for StoredKey {
    fn from(key: &Key) -> Self {
        match key {
            Key::Phone(phone) => Self(Stored::Phone(*phone)),
            Key::Code(_) | Key::Document(_) => {
                let halves = SEEDS.each_ref().map(|seed| seed.hash_one(key).to_ne_bytes());
                let mut hash = [0; HASH_BYTES];
                hash.iter_mut().zip(halves.concat()).for_each(|(byte, of_half)| *byte = of_half);
                Self(Stored::Hash(hash))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer_code::CustomerCode;
    use crate::domain::document::Document;

    #[test]
    fn documents_and_codes_are_kept_as_hashes() {
        let document = Key::from(Document::parse("52998224725").expect("valid"));
        let code = Key::from(CustomerCode::parse("421").expect("a code"));
        let phone = Key::from(Phone::parse("37988242968", None).expect("a mobile"));
        let stored = [&document, &code, &phone].map(StoredKey::from);
        assert_eq!(stored.map(|key| key.is_hash()), [true, true, false]);
        assert!(stored[0] != stored[1] && stored[0] == StoredKey::from(&document));
        assert_eq!(size_of::<StoredKey>(), size_of::<Key>());
    }
}
