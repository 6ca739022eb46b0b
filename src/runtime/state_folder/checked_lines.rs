//! Lines with a checksum each, for files that are read line by line: damage costs only the lines it hits.
//!
//! ```text
//! <content> <16 hex digits>
//! ```
//! A line begins and ends with a line break, so that damage to one break, or a line that a crash cut,
//! costs no other line.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

/// Appends a line. `content` has no line break.
pub fn write_checked_line(content: &str, text: &mut String) {
    let _ = write!(text, "\n{content} {}\n", checksum(content));
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
        (sum == checksum(content)).then_some(content)
    }

    /// Its length, without the line breaks.
    pub fn bytes(self) -> usize {
        self.0.len()
    }
}

fn checksum(content: &str) -> String {
    let hash = digest(&SHA256, content.as_bytes());
    let sum = hash.as_ref().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{sum:016x}")
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
