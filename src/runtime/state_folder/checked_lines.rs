//! Lines with a checksum each, for files that are read line by line: damage costs only the lines it hits.
//!
//! ```text
//! <content> <16 hex digits>
//! ```
//! A line begins and ends with a line break, so that damage to one break, or a line that a crash cut,
//! costs no other line.

use ring::digest::{SHA256, digest};

/// Appends a line. `content` has no line break.
pub fn write_checked_line(content: &str, text: &mut String) {
    text.push('\n');
    text.push_str(content);
    text.push(' ');
    text.extend(checksum(content.as_bytes()).map(char::from));
    text.push('\n');
}

/// Appends a line whose content `write` appends, without a line break.
pub fn append_checked_line(text: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    text.push(b'\n');
    let begin = text.len();
    write(text);
    let sum = checksum(&text[begin..]);
    text.push(b' ');
    text.extend_from_slice(&sum);
    text.push(b'\n');
}

/// The lines of a file, with the bytes of each as they stand there.
pub fn checked_lines(bytes: &[u8]) -> impl Iterator<Item = CheckedLine<'_>> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(CheckedLine)
}

/// One line of a file, which may be damaged.
#[derive(Clone, Copy)]
pub struct CheckedLine<'a>(&'a [u8]);

impl<'a> CheckedLine<'a> {
    /// The content, if it is as it was written.
    pub fn content(self) -> Option<&'a str> {
        let (content, sum) = str::from_utf8(self.0).ok()?.rsplit_once(' ')?;
        (*sum.as_bytes() == checksum(content.as_bytes())).then_some(content)
    }

    /// Its length, without the line breaks.
    pub fn bytes(self) -> usize {
        self.0.len()
    }
}

/// Digits of a checksum: the first 64 bits of the hash.
const SUM_DIGITS: usize = 16;

fn checksum(content: &[u8]) -> [u8; SUM_DIGITS] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hash = digest(&SHA256, content);
    let mut sum = [0; SUM_DIGITS];
    for (pair, byte) in sum.chunks_exact_mut(2).zip(hash.as_ref()) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xF)];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(bytes: &[u8]) -> Vec<Option<&str>> {
        checked_lines(bytes).map(CheckedLine::content).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let mut text = String::new();
        let written = ["one", "", "with blanks  and ünïcode", r#"{"json":" "}"#];
        written.iter().for_each(|content| write_checked_line(content, &mut text));
        assert_eq!(contents(text.as_bytes()), written.map(Some));
        let mut appended = Vec::new();
        for content in written {
            append_checked_line(&mut appended, |text| text.extend_from_slice(content.as_bytes()));
        }
        assert_eq!(appended, text.into_bytes());
        // printf one | sha256sum
        let mut one = String::new();
        write_checked_line("one", &mut one);
        assert_eq!(one, "\none 7692c3ad3540bb80\n");
    }

    #[test]
    fn a_line_without_its_checksum_is_damaged() {
        for line in ["one", "one 0000000000000000", "", "one two"] {
            let bytes = format!("\n{line}\n");
            assert!(contents(bytes.as_bytes()).iter().all(Option::is_none), "{line}");
        }
        assert_eq!(contents(b"\n\xff\xfe 0000000000000000\n"), [None]);
    }
}
