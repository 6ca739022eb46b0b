//! A sealed file is read as it was written, or refused.

use std::io::{self, Read, Write};

use bina::sources::directory::{
    DirectoryKeys, SealedError, SealedKind, SealedReader, SealedWriter,
};

use crate::scratch::{FACTS, keys, keys_of, read_all};

const HEAD: usize = 100;
const PIECE: usize = (64 << 10) + 16;
const CANARY: &str = "CLIENTE INVENTADO 37999990001";

pub(crate) fn seal(content: &[u8]) -> Vec<u8> {
    let writer = SealedWriter::new(Vec::new(), &keys(), SealedKind::Directory, FACTS);
    let mut writer = writer.expect("a head");
    writer.write_all(content).expect("memory");
    writer.finish().expect("memory")
}

fn unseal_with(
    bytes: &[u8],
    keys: &DirectoryKeys,
    kind: SealedKind,
) -> Result<Vec<u8>, SealedError> {
    let mut reader = SealedReader::open(bytes, keys, kind)?;
    let content = read_all(&mut reader).map_err(|_| SealedError::Damaged)?;
    reader.finish().map(|()| content)
}

fn unseal(bytes: &[u8]) -> Result<Vec<u8>, SealedError> {
    unseal_with(bytes, &keys(), SealedKind::Directory)
}

/// Several pieces, none like another.
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at / 251 + at % 251) as u8).collect()
}

#[test]
fn any_length_is_read_as_it_was_written() {
    let piece = 64 << 10;
    for bytes in [0, 1, piece - 1, piece, piece + 1, 2 * piece, 3 * piece + 7] {
        let content = content(bytes);
        assert_eq!(unseal(&seal(&content)).expect("whole"), content, "{bytes}");
    }
}

#[test]
fn the_head_states_what_was_given() {
    let sealed = seal(b"x");
    let reader = SealedReader::open(&sealed[..], &keys(), SealedKind::Directory);
    assert_eq!(reader.ok().map(|reader| reader.facts()), Some(FACTS));
}

#[test]
fn writing_in_any_parts_is_the_same() {
    let content = content(150_000);
    for part in [1, 4_099, 70_000] {
        let writer = SealedWriter::new(Vec::new(), &keys(), SealedKind::Directory, FACTS);
        let mut writer = writer.expect("a head");
        for part in content.chunks(part) {
            writer.write_all(part).expect("memory");
            writer.flush().expect("memory");
        }
        let sealed = writer.finish().expect("memory");
        assert_eq!(unseal(&sealed).expect("whole"), content);
    }
}

#[test]
fn every_flipped_bit_of_a_small_file_is_refused() {
    let sealed = seal(CANARY.as_bytes());
    for bit in 0..sealed.len() * 8 {
        let mut damaged = sealed.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(unseal(&damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn flipped_bits_of_a_large_file_are_refused() {
    let sealed = seal(&content(200_000));
    for at in (0..sealed.len()).step_by(1_499) {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(unseal(&damaged).is_err(), "byte {at}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let sealed = seal(CANARY.as_bytes());
    for length in 0..sealed.len() {
        assert!(unseal(&sealed[..length]).is_err(), "{length} bytes");
    }
    let sealed = seal(&content(3 * (64 << 10)));
    for pieces in 0..3 {
        for length in [0, 1, 15, 16, 17] {
            let length = HEAD + pieces * PIECE + length;
            assert!(unseal(&sealed[..length]).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn appended_bytes_are_refused() {
    for bytes in [0, 64 << 10, 100_000] {
        for more in [1, 16, PIECE, PIECE + 1] {
            let mut longer = seal(&content(bytes));
            longer.extend(vec![0; more]);
            assert!(unseal(&longer).is_err(), "{bytes} and {more}");
        }
    }
}

#[test]
fn pieces_in_another_order_are_refused() {
    let sealed = seal(&content(4 * (64 << 10)));
    let (head, pieces) = sealed.split_at(HEAD);
    let pieces: Vec<_> = pieces.chunks(PIECE).collect();
    for order in [[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2], [0, 0, 2, 3], [0, 1, 1, 3]] {
        let pieces = order.iter().flat_map(|piece| pieces[*piece].iter().copied());
        let swapped: Vec<_> = head.iter().copied().chain(pieces).collect();
        assert!(unseal(&swapped).is_err(), "{order:?}");
    }
}

#[test]
fn pieces_under_the_head_of_another_file_are_refused() {
    let (one, other) = (seal(b"one"), seal(b"two"));
    let mixed = [&one[..HEAD], &other[HEAD..]].concat();
    assert!(matches!(unseal(&mixed), Err(SealedError::Damaged)));
}

#[test]
fn another_secret_or_tenant_cannot_open_it() {
    let sealed = seal(CANARY.as_bytes());
    let others = [
        keys_of("outro-segredo-inventado", "https://api.example"),
        keys_of("um-segredo-inventado", "https://outra.example"),
    ];
    for keys in others {
        let opened = unseal_with(&sealed, &keys, SealedKind::Directory);
        assert!(matches!(opened, Err(SealedError::WrongKey)));
    }
}

#[test]
fn another_kind_version_or_program_is_named() {
    let mut sealed = seal(CANARY.as_bytes());
    let opened = unseal_with(&sealed, &keys(), SealedKind::Walk);
    assert!(matches!(opened, Err(SealedError::Foreign)));
    for foreign in [&b""[..], b"binasea", b"SQLite format 3\0", &[0; 4_096]] {
        assert!(matches!(unseal(foreign), Err(SealedError::Foreign)));
    }
    sealed[8..10].copy_from_slice(&0_u16.to_le_bytes());
    let error = unseal(&sealed).expect_err("an older version");
    assert_eq!(error.to_string(), "it has format 0, and this bina reads format 1");
}

#[test]
fn nothing_of_the_content_is_in_the_file() {
    let sealed = seal(CANARY.repeat(5_000).as_bytes());
    for part in CANARY.as_bytes().windows(6) {
        assert!(!sealed.windows(part.len()).any(|bytes| bytes == part));
    }
}

#[test]
fn one_content_is_never_sealed_twice_with_one_key() {
    let (one, other) = (seal(CANARY.as_bytes()), seal(CANARY.as_bytes()));
    assert_ne!(one[36..], other[36..]);
}

/// Fails once, after so many bytes.
struct FailsOnce {
    left: usize,
    has_failed: bool,
}

impl Write for FailsOnce {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.left && !self.has_failed {
            self.has_failed = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.left = self.left.saturating_sub(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Who writes may lose an error, as `BufWriter` does when it is dropped.
#[test]
fn a_file_without_one_piece_gets_no_end() {
    let to = FailsOnce { left: HEAD + PIECE, has_failed: false };
    let mut writer = SealedWriter::new(to, &keys(), SealedKind::Directory, FACTS).expect("a head");
    for part in content(300_000).chunks(10_000) {
        let _ = writer.write_all(part);
    }
    assert!(writer.finish().is_err());
}

#[test]
fn what_was_not_read_to_the_end_is_not_confirmed() {
    let sealed = seal(&content(100_000));
    let reader = SealedReader::open(&sealed[..], &keys(), SealedKind::Directory);
    let mut reader = reader.unwrap_or_else(|error| panic!("{error}"));
    reader.read_exact(&mut [0; 99_999]).expect("it is there");
    assert!(matches!(reader.finish(), Err(SealedError::Damaged)));
}
