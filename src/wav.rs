//! Reads the head of a WAV file, and says why Asterisk would not play it.

const REMEDY: &str = "convert it with `sox IN.wav -r 8000 -c 1 -b 16 OUT.wav`";

/// What is wrong with the WAV file that `bytes` are: Asterisk plays a `.wav` only as 8,000 Hz,
/// mono, 16-bit PCM. The text goes on behind the file's name.
pub fn problem(bytes: &[u8]) -> Option<String> {
    let (Some(format), Some(data)) = (chunk(bytes, b"fmt "), chunk(bytes, b"data")) else {
        return Some(format!("is no WAV file: {REMEDY}"));
    };
    let word = |at: usize| format.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    // Coding, channels, rate (below 65,536), bits.
    match (word(0), word(2), word(4), word(14)) {
        (Some(1), Some(1), Some(8_000), Some(16)) if data.is_empty() => {
            Some("has a head but no sound: record it anew".to_owned())
        }
        (Some(1), Some(1), Some(8_000), Some(16)) => None,
        (_, channels, rate, bits) => Some(format!(
            "is {} Hz with {} channels and {} bits, Asterisk wants 8000, 1 and 16: {REMEDY}",
            rate.unwrap_or(0),
            channels.unwrap_or(0),
            bits.unwrap_or(0)
        )),
    }
}

/// The content of a chunk of a WAV file, as much of it as is there.
fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    loop {
        let (id, behind) = rest.split_first_chunk::<4>()?;
        let (length, behind) = behind.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if id == name {
            return Some(&behind[..length.min(behind.len())]);
        }
        // Chunks begin at even places.
        rest = behind.get(length.checked_add(length % 2)?..)?;
    }
}
