//! The text of the file of forgotten numbers: lines with a checksum each.
//!
//! ```text
//! key <64 hex digits> <checksum>               twice, because all else depends on it
//! gone <32 hex digits> <seconds> <checksum>
//! ```

use std::fmt::Write;

use crate::runtime::state_folder::{CheckedLine, checked_lines, write_checked_line};

/// Longest line: no line that is written comes near it.
const LINE_BYTES_MAX: usize = 128;

pub(super) const KEY_BYTES: usize = 32;

/// What a line states.
enum Line {
    Key([u8; KEY_BYTES]),
    Gone { hash: u128, at_s: u64 },
}

/// What a file states, in its order.
#[derive(Default)]
pub struct ForgottenFile {
    pub(super) key: Option<[u8; KEY_BYTES]>,
    /// Each hash, with the seconds since the epoch.
    pub gone: Vec<(u128, u64)>,
    /// Lines that mean nothing, and their bytes.
    pub damaged: usize,
    pub(super) damaged_bytes: usize,
}

impl ForgottenFile {
    pub fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        for line in checked_lines(bytes) {
            match read_line(line) {
                Some(Line::Key(key)) => file.key = Some(key),
                Some(Line::Gone { hash, at_s }) => file.gone.push((hash, at_s)),
                None => {
                    file.damaged += 1;
                    file.damaged_bytes += line.bytes();
                }
            }
        }
        file
    }
}

pub(super) fn write_key(key: &[u8; KEY_BYTES], text: &mut String) {
    let mut line = String::from("key ");
    for byte in key {
        let _ = write!(line, "{byte:02x}");
    }
    write_checked_line(&line, text);
    write_checked_line(&line, text);
}

pub(super) fn write_gone(hash: u128, at_s: u64, text: &mut String) {
    write_checked_line(&format!("gone {hash:032x} {at_s}"), text);
}

fn read_line(line: CheckedLine<'_>) -> Option<Line> {
    let content = line.content().filter(|_| line.bytes() <= LINE_BYTES_MAX)?;
    match content.split_once(' ')? {
        ("gone", rest) => {
            let (hash, at_s) = rest.split_once(' ')?;
            let hash = u128::from_str_radix(hash, 16).ok()?;
            Some(Line::Gone { hash, at_s: at_s.parse().ok()? })
        }
        ("key", digits) if digits.len() == 2 * KEY_BYTES => {
            let mut key = [0; KEY_BYTES];
            for (at, byte) in key.iter_mut().enumerate() {
                *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
            }
            Some(Line::Key(key))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        let mut text = String::new();
        write_key(&[0xa7; KEY_BYTES], &mut text);
        for (hash, at_s) in [(1, 10), (u128::MAX, u64::MAX), (3, 30)] {
            write_gone(hash, at_s, &mut text);
        }
        text
    }

    #[test]
    fn what_is_written_is_read() {
        let file = ForgottenFile::read(text().as_bytes());
        assert_eq!(file.key, Some([0xa7; KEY_BYTES]));
        assert_eq!(file.gone, [(1, 10), (u128::MAX, u64::MAX), (3, 30)]);
        assert_eq!(file.damaged, 0);
    }

    #[test]
    fn any_flipped_bit_costs_one_line_at_most() {
        let text = text().into_bytes();
        for bit in 0..text.len() * 8 {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let file = ForgottenFile::read(&damaged);
            assert_eq!(file.key, Some([0xa7; KEY_BYTES]), "bit {bit}");
            assert!(file.gone.len() >= 2, "bit {bit}: {}", file.gone.len());
        }
    }

    #[test]
    fn a_cut_line_costs_itself_and_not_the_next() {
        let text = text();
        for length in 0..text.len() {
            let mut cut = text[..length].to_owned();
            write_gone(4, 40, &mut cut);
            assert_eq!(ForgottenFile::read(cut.as_bytes()).gone.last(), Some(&(4, 40)));
        }
    }
}
