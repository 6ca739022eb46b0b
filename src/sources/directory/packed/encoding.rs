//! Writes and reads columns of numbers, without trusting a length that is read.

use std::io::{self, Read, Write};

use super::texts::TextTable;

/// Numbers that are converted at once.
const CHUNK: usize = 8192;

/// A number of a fixed size, or several.
pub(super) trait Fixed: Copy {
    const BYTES: usize;

    fn put(self, bytes: &mut Vec<u8>);

    /// Reads the first bytes of `bytes`, which has at least so many.
    fn take(bytes: &[u8]) -> Self;
}

macro_rules! fixed {
    ($($number:ty),+) => {$(
        impl Fixed for $number {
            const BYTES: usize = size_of::<Self>();

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn take(bytes: &[u8]) -> Self {
                bytes.first_chunk().map(|first| Self::from_le_bytes(*first)).unwrap_or_default()
            }
        }
    )+};
}

fixed!(u8, u16, u32, u64);

impl<T: Fixed, const N: usize> Fixed for [T; N] {
    const BYTES: usize = N * T::BYTES;

    fn put(self, bytes: &mut Vec<u8>) {
        self.into_iter().for_each(|one| one.put(bytes));
    }

    fn take(bytes: &[u8]) -> Self {
        std::array::from_fn(|at| T::take(&bytes[at * T::BYTES..]))
    }
}

pub(super) fn write_one<T: Fixed>(to: &mut dyn Write, number: T) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(T::BYTES);
    number.put(&mut bytes);
    to.write_all(&bytes)
}

/// Writes the length, then the numbers.
pub(super) fn write_column<T: Fixed>(
    to: &mut dyn Write,
    length: usize,
    numbers: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    write_one(to, length as u64)?;
    let mut bytes = Vec::with_capacity(CHUNK * T::BYTES);
    for number in numbers {
        number.put(&mut bytes);
        if bytes.len() >= CHUNK * T::BYTES {
            to.write_all(&bytes)?;
            bytes.clear();
        }
    }
    to.write_all(&bytes)
}

pub(super) fn write_numbers<T: Fixed>(to: &mut dyn Write, numbers: &[T]) -> io::Result<()> {
    write_column(to, numbers.len(), numbers.iter().copied())
}

pub(super) fn write_texts(to: &mut dyn Write, texts: &TextTable) -> io::Result<()> {
    write_numbers(to, texts.ends())?;
    write_one(to, texts.text().len() as u64)?;
    to.write_all(texts.text().as_bytes())
}

pub(super) fn read_one<T: Fixed>(from: &mut dyn Read) -> io::Result<T> {
    let mut bytes = vec![0; T::BYTES];
    from.read_exact(&mut bytes)?;
    Ok(T::take(&bytes))
}

/// Reads a column. It grows with the bytes that come, not with the length that is stated.
pub(super) fn read_numbers<T: Fixed>(from: &mut dyn Read) -> io::Result<Vec<T>> {
    let mut left = read_one::<u64>(from)?;
    let mut numbers = Vec::new();
    let mut bytes = vec![0; CHUNK * T::BYTES];
    while left > 0 {
        let count = left.min(CHUNK as u64) as usize;
        let part = &mut bytes[..count * T::BYTES];
        from.read_exact(part)?;
        numbers.extend(part.chunks_exact(T::BYTES).map(T::take));
        left -= count as u64;
    }
    numbers.shrink_to_fit();
    Ok(numbers)
}

pub(super) fn read_texts(from: &mut dyn Read) -> io::Result<TextTable> {
    let ends = read_numbers(from)?;
    let text = String::from_utf8(read_numbers(from)?).map_err(|_| damaged())?;
    TextTable::of_parts(ends, text).ok_or_else(damaged)
}

pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the directory is damaged")
}

/// Returns an error unless the condition holds.
pub(super) fn ensure(holds: bool) -> io::Result<()> {
    if holds { Ok(()) } else { Err(damaged()) }
}
