//! Opens what a `SealedWriter` has sealed, piece by piece.

use std::io::{self, ErrorKind, Read};
use std::mem;

use ring::aead::LessSafeKey;
use zeroize::Zeroizing;

use super::super::keys::DirectoryKeys;
use super::head::{Head, SealedFacts, SealedKind};
use super::{Mark, PIECE_BYTES, PieceCounter, SealedError, TAG_BYTES};

const SEALED_BYTES: usize = PIECE_BYTES + TAG_BYTES;

/// Reads a sealed file. What it returns is genuine, but only [`SealedReader::finish`] knows that
/// nothing is missing.
pub struct SealedReader<R: Read> {
    from: R,
    key: LessSafeKey,
    places: PieceCounter,
    facts: SealedFacts,
    /// The open piece, of which `at` bytes were read.
    piece: Zeroizing<Vec<u8>>,
    at: usize,
    /// The next piece, still sealed; the open one is the last if it is empty.
    /// Wiped as well, because the two take turns.
    ahead: Zeroizing<Vec<u8>>,
    state: ReaderState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ReaderState {
    Reading,
    /// The last piece is open.
    Ended,
    /// Something was wrong, which a caller may have ignored.
    Failed,
}

impl<R: Read> SealedReader<R> {
    /// Reads the head, and refuses a file of another kind, tenant or secret.
    pub fn open(mut from: R, keys: &DirectoryKeys, kind: SealedKind) -> Result<Self, SealedError> {
        let head = Head::read(&mut from, keys, kind)?;
        let mut reader = Self {
            from,
            key: head.key,
            places: head.places,
            facts: head.facts,
            piece: Zeroizing::new(Vec::with_capacity(SEALED_BYTES)),
            at: 0,
            ahead: Zeroizing::new(Vec::with_capacity(SEALED_BYTES)),
            state: ReaderState::Reading,
        };
        reader.read_ahead()?;
        Ok(reader)
    }

    /// What the head states; it is as genuine as the content.
    pub fn facts(&self) -> SealedFacts {
        self.facts
    }

    /// Confirms that the file was whole, and that all of it was read.
    pub fn finish(mut self) -> Result<(), SealedError> {
        if self.state == ReaderState::Reading && self.at == self.piece.len() {
            self.open_next()?;
        }
        let is_read = self.at == self.piece.len();
        if self.state == ReaderState::Ended && is_read { Ok(()) } else { Err(SealedError::Damaged) }
    }

    fn read_ahead(&mut self) -> io::Result<()> {
        self.ahead.clear();
        let limit = SEALED_BYTES as u64;
        self.from.by_ref().take(limit).read_to_end(&mut self.ahead).map(drop)
    }

    fn open_next(&mut self) -> Result<(), SealedError> {
        self.state = ReaderState::Failed;
        mem::swap(&mut self.piece, &mut self.ahead);
        self.at = self.piece.len();
        self.read_ahead()?;
        let mark = if self.ahead.is_empty() { Mark::Last } else { Mark::More };
        let (nonce, data) = self.places.next(mark);
        let opened = self.key.open_in_place(nonce, data, &mut self.piece);
        let length = opened.map_err(|_| SealedError::Damaged)?.len();
        self.piece.truncate(length);
        self.at = 0;
        self.state = match mark {
            Mark::Last => ReaderState::Ended,
            Mark::More => ReaderState::Reading,
        };
        Ok(())
    }
}

impl<R: Read> Read for SealedReader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            match self.state {
                ReaderState::Reading => self.open_next().map_err(into_io)?,
                ReaderState::Ended => return Ok(0),
                ReaderState::Failed => return Err(into_io(SealedError::Damaged)),
            }
        }
        let count = (&self.piece[self.at..]).read(bytes)?;
        self.at += count;
        Ok(count)
    }
}

fn into_io(error: SealedError) -> io::Error {
    match error {
        SealedError::Io(error) => error,
        other => io::Error::new(ErrorKind::InvalidData, other),
    }
}
