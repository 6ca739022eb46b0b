//! A gzip body, small on the wire, that unpacks to a hundred megabytes of valid JSON.
//!
//! One deflate block with the fixed codes of RFC 1951, 3.2.6 needs no compressor: every literal
//! below 144 has eight bits, and "the last byte, 258 times more" has thirteen.

use std::sync::LazyLock;

/// A success without customers, so that a client that unpacks it all gets a wrong answer.
const BEFORE: &str = r#"{"status":"success","msg":""#;
const AFTER: &str = r#"","clientes":[]}"#;
/// How often "258 times more" is repeated: 104,857,651 letters, 100 MiB.
const REPEATS: usize = 406_425;
const REPEAT: usize = 258;
/// The letters between `BEFORE` and `AFTER`: one literal and its repetitions.
const LETTERS: usize = 1 + REPEATS * REPEAT;
/// Of the unpacked text; worked out once, because a debug build would need seconds each time.
const CRC: u32 = 0xc627_e5be;

/// The bytes of the gzip file, 660 kB.
pub(super) fn bomb() -> &'static [u8] {
    static BOMB: LazyLock<Vec<u8>> = LazyLock::new(build);
    &BOMB
}

fn build() -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with fixed codes.
    bits.push(0b110, 3);
    BEFORE.bytes().chain([b'a']).for_each(|byte| bits.literal(byte));
    // Length 258 is code 285, 11000101; distance 1 is code 0, 00000.
    (0..REPEATS).for_each(|_| bits.push(0b1_1000_1010_0000, 13));
    AFTER.bytes().for_each(|byte| bits.literal(byte));
    // The end of the block, and of the byte.
    bits.push(0, 7 + 7);
    let length = BEFORE.len() + LETTERS + AFTER.len();
    let length = u32::try_from(length).expect("a constant of 100 MiB");
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    [&header, bits.bytes.as_slice(), &CRC.to_le_bytes(), &length.to_le_bytes()].concat()
}

/// Bits written first to last, filling each byte from its low end.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u8,
    count: u32,
}

impl Bits {
    /// Huffman codes go out with their high bit first.
    fn push(&mut self, code: u32, length: u32) {
        for place in (0..length).rev() {
            self.pending |= u8::from(code >> place & 1 == 1) << self.count;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.pending);
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    fn literal(&mut self, byte: u8) {
        self.push(0x30 + u32::from(byte), 8);
    }
}
