//! The head of a sealed file: what can be known of it without its key.

use std::io::{self, Read};

use ring::aead::LessSafeKey;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::super::keys::DirectoryKeys;
use super::{PieceCounter, SealedError};

/// The format that this program writes, and the only one that it reads.
pub(super) const VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"binaseal";
const SALT_BYTES: usize = 32;
/// Magic, version, kind, a zero, three numbers, the salt.
const OPEN_BYTES: usize = 8 + 2 + 1 + 1 + 3 * 8 + SALT_BYTES;
/// The same and the check of it.
pub(super) const HEAD_BYTES: usize = OPEN_BYTES + 32;

/// What a sealed file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedKind {
    /// A generation of the directory.
    Directory,
    /// A walk in progress.
    Walk,
}

impl SealedKind {
    fn byte(self) -> u8 {
        match self {
            Self::Directory => 1,
            Self::Walk => 2,
        }
    }
}

/// What the head states of the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealedFacts {
    /// Counts the walks that were completed.
    pub generation: u64,
    /// When the content was complete, in seconds since the epoch.
    pub made_at_s: u64,
    pub rows: u64,
}

/// The head, and the key and places of the pieces after it.
pub(super) struct Head {
    pub(super) facts: SealedFacts,
    pub(super) bytes: [u8; HEAD_BYTES],
    pub(super) key: LessSafeKey,
    pub(super) places: PieceCounter,
}

impl Head {
    /// Makes a head with a new salt, and thereby a new key.
    pub(super) fn new(
        keys: &DirectoryKeys,
        kind: SealedKind,
        facts: SealedFacts,
    ) -> io::Result<Self> {
        let mut open = [0; OPEN_BYTES];
        open[..8].copy_from_slice(MAGIC);
        open[8..10].copy_from_slice(&VERSION.to_le_bytes());
        open[10] = kind.byte();
        open[12..20].copy_from_slice(&facts.generation.to_le_bytes());
        open[20..28].copy_from_slice(&facts.made_at_s.to_le_bytes());
        open[28..36].copy_from_slice(&facts.rows.to_le_bytes());
        let random = SystemRandom::new().fill(&mut open[36..]);
        random.map_err(|_| io::Error::other("the system has no random numbers"))?;
        Ok(Self::of(keys, facts, &open))
    }

    /// Reads a head, and accepts that of a file of `kind` that was written with `keys`.
    pub(super) fn read(
        from: &mut impl Read,
        keys: &DirectoryKeys,
        kind: SealedKind,
    ) -> Result<Self, SealedError> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES);
        from.take(HEAD_BYTES as u64).read_to_end(&mut bytes)?;
        if !bytes.starts_with(MAGIC) {
            return Err(SealedError::Foreign);
        }
        let (open, check) = bytes.split_first_chunk().ok_or(SealedError::Damaged)?;
        let version = u16::from_le_bytes([open[8], open[9]]);
        if version != VERSION {
            return Err(SealedError::OtherVersion { found: version });
        }
        if open[10] != kind.byte() {
            return Err(SealedError::Foreign);
        }
        let facts = SealedFacts {
            generation: number(open, 12),
            made_at_s: number(open, 20),
            rows: number(open, 28),
        };
        let head = Self::of(keys, facts, open);
        match check.len() {
            32 if head.bytes[OPEN_BYTES..] == *check => Ok(head),
            32 => Err(SealedError::WrongKey),
            _ => Err(SealedError::Damaged),
        }
    }

    fn of(keys: &DirectoryKeys, facts: SealedFacts, open: &[u8; OPEN_BYTES]) -> Self {
        let salt = &open[OPEN_BYTES - SALT_BYTES..];
        let mut bytes = [0; HEAD_BYTES];
        bytes[..OPEN_BYTES].copy_from_slice(open);
        bytes[OPEN_BYTES..].copy_from_slice(&keys.head_check(salt, open));
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &bytes).as_ref());
        let key = keys.file_key(salt, open);
        Self { facts, bytes, key, places: PieceCounter::after(hash) }
    }
}

fn number(open: &[u8; OPEN_BYTES], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&open[at..at + 8]);
    u64::from_le_bytes(bytes)
}
