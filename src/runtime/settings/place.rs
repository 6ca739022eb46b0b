//! Finds the line and column of a byte of the file, in a time independent of the file's size.

/// A place in the file; line and column count from 1, and are 0 for the whole file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    /// In characters, as in editors.
    pub column: usize,
}

/// Bytes per block, for which characters are counted once: a file may be a single line.
const BLOCK: usize = 256;

/// An index of a text.
pub(super) struct Index<'t> {
    text: &'t [u8],
    /// The byte at which each line starts.
    lines: Vec<usize>,
    /// The number of characters before each block.
    blocks: Vec<usize>,
}

impl<'t> Index<'t> {
    /// Reads `text` once.
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.as_bytes();
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let mut before = 0;
        let mut blocks = Vec::with_capacity(text.len() / BLOCK + 1);
        for block in text.chunks(BLOCK) {
            blocks.push(before);
            before += characters(block);
        }
        blocks.push(before);
        Self { text, lines, blocks }
    }

    /// The place of the byte at `at`, or of the text's end.
    pub(super) fn place(&self, at: usize) -> Place {
        let at = at.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines[line - 1];
        Place { line, column: 1 + self.characters_before(at) - self.characters_before(start) }
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK;
        self.blocks[block] + characters(&self.text[block * BLOCK..at])
    }
}

/// Counts the bytes that begin a character of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slow reference implementation of `Index::place`.
    fn counted(text: &str, at: usize) -> Place {
        let before = &text[..at];
        let begun = before.rfind('\n').map_or(before, |end| &before[end + 1..]);
        Place { line: 1 + before.matches('\n').count(), column: 1 + begun.chars().count() }
    }

    #[test]
    fn every_character_has_the_place_of_the_reference() {
        let lines = "prompt = \"ação\"\n\n[rule]\r\n".repeat(40);
        for text in ["", "\n", "a", "não", &lines, &"é€😀x".repeat(300), &"x".repeat(2 * BLOCK)]
        {
            let index = Index::new(text);
            let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            for at in starts {
                assert_eq!(index.place(at), counted(text, at), "byte {at} of {text:?}");
            }
            assert_eq!(index.place(usize::MAX), counted(text, text.len()));
        }
    }
}
