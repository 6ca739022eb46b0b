//! Seals what is written to it.

use std::io::{self, Write};

use ring::aead::LessSafeKey;
use zeroize::Zeroizing;

use super::super::keys::DirectoryKeys;
use super::head::{Head, SealedFacts, SealedKind};
use super::{Mark, PIECE_BYTES, PieceCounter, TAG_BYTES};

/// Writes a sealed file. Without [`SealedWriter::finish`] the file has no end and is refused.
pub struct SealedWriter<W: Write> {
    to: W,
    key: LessSafeKey,
    places: PieceCounter,
    /// Plain bytes that were not sealed yet.
    piece: Zeroizing<Vec<u8>>,
    /// A piece is missing, so the file must not get an end, whatever the caller made of the error.
    is_broken: bool,
}

impl<W: Write> SealedWriter<W> {
    /// Writes the head.
    pub fn new(
        mut to: W,
        keys: &DirectoryKeys,
        kind: SealedKind,
        facts: SealedFacts,
    ) -> io::Result<Self> {
        let head = Head::new(keys, kind, facts)?;
        to.write_all(&head.bytes)?;
        // Full capacity at once: a growing buffer would leave plain copies behind.
        let piece = Zeroizing::new(Vec::with_capacity(PIECE_BYTES + TAG_BYTES));
        Ok(Self { to, key: head.key, places: head.places, piece, is_broken: false })
    }

    /// Writes the last piece, and flushes.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(Mark::Last)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn seal(&mut self, mark: Mark) -> io::Result<()> {
        if self.is_broken {
            return Err(io::Error::other("a piece before this one was not written"));
        }
        self.is_broken = true;
        let (nonce, data) = self.places.next(mark);
        let sealed = self.key.seal_in_place_append_tag(nonce, data, &mut *self.piece);
        sealed.map_err(|_| io::Error::other("a piece cannot be sealed"))?;
        self.to.write_all(&self.piece)?;
        self.piece.clear();
        self.is_broken = false;
        Ok(())
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits for a byte after it, as else it is the last one.
        if self.piece.len() >= PIECE_BYTES && !bytes.is_empty() {
            self.seal(Mark::More)?;
        }
        let taken = bytes.len().min(PIECE_BYTES.saturating_sub(self.piece.len()));
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Does not end the piece: all but the last have one length.
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
