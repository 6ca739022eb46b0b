//! A sealed file: a head in the clear, then encrypted pieces that can be neither changed nor cut.
//!
//! ```text
//! head   magic, version, kind, generation, made at, rows, salt, check       in the clear
//! piece  64 KiB, AES-256-GCM, nonce = index                                 as many as needed
//! AAD    digest of the head, index, whether it is the last
//! ```
//! A flipped bit, a piece elsewhere, a missing end, bytes behind the end, another head: all are refused.

mod head;
mod reader;
mod writer;

use std::io;

pub use self::head::{SealedFacts, SealedKind};
pub use self::reader::SealedReader;
pub use self::writer::SealedWriter;

use ring::aead::{Aad, NONCE_LEN, Nonce};

/// The plain bytes of a piece; the last one may have fewer.
const PIECE_BYTES: usize = 64 << 10;
/// What the seal of a piece adds.
const TAG_BYTES: usize = 16;
/// Bytes of the additional data: the head's digest, the index, the mark.
const AAD_BYTES: usize = 32 + 8 + 1;

/// Why a sealed file is refused.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// A piece is not as it was written, or the end is missing.
    #[error("it is damaged or truncated")]
    Damaged,
    /// It is empty, another program's, or of another kind.
    #[error("it is not a file of this kind that bina wrote")]
    Foreign,
    /// The system cannot read it.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Another release of bina wrote it.
    #[error("it has format {found}, and this bina reads format {}", head::VERSION)]
    OtherVersion { found: u16 },
    /// The caller finds it too old; nothing else is wrong with it.
    #[error("it is {days} days old, more than directory.age_max_days ({max}) allows")]
    TooOld { days: u64, max: u64 },
    /// The secret or the tenant is another, or a bit of the head has flipped.
    #[error("it was sealed with another secret or for another HubSoft, or its head is damaged")]
    WrongKey,
}

/// Whether more pieces follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Last,
    More,
}

/// The pieces' places in the file.
struct PieceCounter {
    head: [u8; 32],
    index: u64,
}

impl PieceCounter {
    fn after(head: [u8; 32]) -> Self {
        Self { head, index: 0 }
    }

    /// Nonce and additional data of the next piece.
    fn next(&mut self, mark: Mark) -> (Nonce, Aad<[u8; AAD_BYTES]>) {
        let index = self.index.to_be_bytes();
        let mut nonce = [0; NONCE_LEN];
        nonce[NONCE_LEN - 8..].copy_from_slice(&index);
        let mut data = [0; AAD_BYTES];
        data[..32].copy_from_slice(&self.head);
        data[32..40].copy_from_slice(&index);
        data[40] = u8::from(mark == Mark::Last);
        // Within a file's limit there are a few thousand pieces; each file has a key of its own.
        self.index += 1;
        (Nonce::assume_unique_for_key(nonce), Aad::from(data))
    }
}
