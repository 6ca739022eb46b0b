//! Checks a WAV file as Asterisk reads it (`formats/format_wav.c`).
//!
//! Asterisk is stricter than other programs, and differs in places:
//!
//! ```text
//! chunks     the pad byte after an odd length is not skipped, so the rest is misread
//! lengths    signed: 0xFFFFFFFF, which streaming programs write, is an error
//! coding     1 (PCM) only; 65534 (extensible) is rejected, even for PCM
//! data       as many bytes are dropped at the end as precede the data
//! ```

const CONVERT: &str = "convert it with `sox IN.wav -r 8000 -c 1 -b 16 -e signed-integer OUT.wav`";
const CONVERT_STREAMED: &str = "convert it with \
    `sox --ignore-length IN.wav -r 8000 -c 1 -b 16 -e signed-integer OUT.wav`, or write it to a \
    file instead of a pipe";

/// Maximum bytes dropped at the end: a tenth of a second.
const DROPPED_MAX: usize = 1_600;

/// Returns what is wrong with a WAV file: Asterisk plays a `.wav` only as 8,000 Hz, mono, 16-bit PCM.
/// The text continues a sentence that begins with the file name.
pub fn problem(bytes: &[u8]) -> Option<String> {
    find_sound(bytes).and_then(|sound| check_sound(bytes, &sound)).err()
}

/// Position and length of the audio data, as in the file.
struct AudioData {
    at: usize,
    length: u32,
}

fn find_sound(bytes: &[u8]) -> Result<AudioData, String> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(foreign(bytes));
    }
    let mut at = 12;
    let mut is_described = false;
    let mut odd = None;
    loop {
        let Some((name, length)) = chunk_head(bytes, at) else {
            return Err(odd.unwrap_or_else(|| {
                format!("ends before its audio data (the copy is incomplete): {CONVERT}")
            }));
        };
        at += 8;
        match name {
            b"data" if is_described => return Ok(AudioData { at, length }),
            b"data" => return Err(format!("has no `fmt ` chunk before its audio data: {CONVERT}")),
            b"fmt " => {
                check_format(bytes, at, length).map_err(|wrong| odd.take().unwrap_or(wrong))?;
                is_described = true;
            }
            _ => {}
        }
        if length % 2 == 1 && odd.is_none() {
            odd = Some(odd_chunk(name, length));
        }
        // Asterisk reads a length above 2 GiB as a step backwards.
        let next = i32::try_from(length).ok().and_then(|_| at.checked_add(length as usize));
        let broken = || format!("has a chunk `{}` of invalid length: {CONVERT}", shown(name));
        at = next.ok_or_else(|| odd.take().unwrap_or_else(broken))?;
    }
}

fn check_sound(bytes: &[u8], sound: &AudioData) -> Result<(), String> {
    let available = bytes.len() - sound.at;
    if i32::try_from(sound.length).is_err() {
        return Err(format!(
            "has no valid audio length (0x{:08X}), as when it is written to a pipe: \
             {CONVERT_STREAMED}",
            sound.length
        ));
    }
    match (sound.length, available) {
        (_, 0) => return Err("has a header but no audio data: record it again".to_owned()),
        (0, _) => {
            return Err(format!("has an audio length of `0`: {CONVERT_STREAMED}"));
        }
        _ => {}
    }
    let length = sound.length as usize;
    let played = length.saturating_sub(sound.at).min(available);
    let dropped = length.min(available) - played;
    if played == 0 && dropped <= DROPPED_MAX {
        return Err("is too short for Asterisk to play: record it again".to_owned());
    }
    if dropped > DROPPED_MAX {
        let ms = dropped / 16;
        let before = sound.at;
        return Err(format!(
            "is played without its last {ms} ms: {before} bytes precede its audio data, and Asterisk \
             drops as many at the end: {CONVERT}"
        ));
    }
    Ok(())
}

/// Checks the `fmt ` chunk, `length` bytes at `at`.
fn check_format(bytes: &[u8], at: usize, length: u32) -> Result<(), String> {
    let word = |offset: usize| {
        let two = bytes.get(at + offset..at + offset + 2);
        two.map(|two| u16::from_le_bytes([two[0], two[1]]))
    };
    let rate = bytes.get(at + 4..at + 8).and_then(|four| four.first_chunk());
    let rate = rate.map(|four| u32::from_le_bytes(*four));
    let read = (word(0), word(2), rate, word(12), word(14));
    let (Some(coding), Some(channels), Some(rate), Some(frame), Some(bits)) = read else {
        return Err(format!("ends within its header (the copy is incomplete): {CONVERT}"));
    };
    if !(16..=i32::MAX as u32).contains(&length) {
        return Err(format!("has a header of invalid length `{length}`: {CONVERT}"));
    }
    if coding != 1 {
        return Err(format!(
            "is coded as {}, but Asterisk requires PCM: {CONVERT}",
            coding_name(coding)
        ));
    }
    // Asterisk checks the bytes of a sample, not its bits.
    if (channels, rate, frame) == (1, 8_000, 2) {
        return Ok(());
    }
    let channel = if channels == 1 { "channel" } else { "channels" };
    let hint = match rate {
        16_000 => " (16000 Hz only with the extension .wav16)",
        _ => "",
    };
    Err(format!(
        "is {rate} Hz with {channels} {channel} and {bits} bits, but Asterisk requires 8000, 1 and \
         16{hint}: {CONVERT}"
    ))
}

/// Returns the name of a coding that is not PCM, with its number.
pub(super) fn coding_name(coding: u16) -> String {
    let name = match coding {
        0x0002 => "Microsoft ADPCM",
        0x0003 => "floating-point numbers",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM, which requires the extension .WAV or .wav49",
        0x0050 | 0x0055 => "MP3",
        0xFFFE => "WAVE_FORMAT_EXTENSIBLE",
        _ => return format!("format {coding}"),
    };
    format!("{name} (format {coding})")
}

fn odd_chunk(name: &[u8; 4], length: u32) -> String {
    format!(
        "has a chunk `{}` of {length} bytes before its audio data, and Asterisk misreads the file \
         after an odd number of bytes: {CONVERT}",
        shown(name)
    )
}

/// Describes a file that is not a WAV file.
fn foreign(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "is empty: copy it again".to_owned();
    }
    match other_kind(bytes) {
        Some(kind) => format!("is not a WAV file but {kind}: {CONVERT}"),
        None => format!("is not a WAV file: {CONVERT}"),
    }
}

/// Returns what a file is that is not a WAV file, if its first bytes show it.
pub(super) fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [b'R', b'F', b'6', b'4', ..] => "an RF64 file",
        [b'R', b'I', b'F', b'X', ..] => "a WAV file in big-endian byte order (RIFX)",
        [b'r', b'i', b'f', b'f', ..] => "a Wave64 file",
        [b'R', b'I', b'F', b'F', ..] => "another RIFF file",
        [b'F', b'O', b'R', b'M', ..] => "an AIFF file",
        [b'O', b'g', b'g', b'S', ..] => "an Ogg file",
        [b'f', b'L', b'a', b'C', ..] => "a FLAC file",
        [b'I', b'D', b'3', ..] | [0xFF, 0xE0..=0xFF, ..] => "an MP3 file",
        _ => return None,
    })
}

/// Returns the name and the length of the chunk at `at`.
pub(super) fn chunk_head(bytes: &[u8], at: usize) -> Option<(&[u8; 4], u32)> {
    let (name, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    Some((name, u32::from_le_bytes(*length)))
}

/// Returns the name of a chunk in printable form; it may be any bytes.
fn shown(name: &[u8; 4]) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    name.iter().map(|byte| if is_plain(*byte) { char::from(*byte) } else { '.' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: [u8; 4_800] = [0; 4_800];

    fn chunk(name: &[u8; 4], length: u32, content: &[u8]) -> Vec<u8> {
        [&name[..], &length.to_le_bytes(), content].concat()
    }

    /// A `fmt ` chunk: coding, channels, rate, bytes of a frame, bits, and extra bytes.
    fn format(coding: u16, channels: u16, rate: u32, bits: u16, more: &[u8]) -> Vec<u8> {
        let frame = channels * bits.div_ceil(8);
        let mut content = [coding.to_le_bytes(), channels.to_le_bytes()].concat();
        content.extend(rate.to_le_bytes());
        content.extend((rate * u32::from(frame)).to_le_bytes());
        content.extend(frame.to_le_bytes());
        content.extend(bits.to_le_bytes());
        content.extend(more);
        chunk(b"fmt ", content.len() as u32, &content)
    }

    fn pcm() -> Vec<u8> {
        format(1, 1, 8_000, 16, &[])
    }

    fn data() -> Vec<u8> {
        chunk(b"data", SOUND.len() as u32, &SOUND)
    }

    fn file(parts: &[Vec<u8>]) -> Vec<u8> {
        let body = parts.concat();
        [b"RIFF", &(4 + body.len() as u32).to_le_bytes()[..], b"WAVE", &body].concat()
    }

    #[test]
    fn playable_files_have_no_problem() {
        let list = |length: usize| chunk(b"LIST", length as u32, &vec![b'x'; length]);
        for (name, parts) in [
            ("plain", vec![pcm(), data()]),
            ("longer description", vec![format(1, 1, 8_000, 16, &[0, 0]), data()]),
            ("even chunk before the audio data", vec![pcm(), list(26), data()]),
            ("even chunk before all", vec![list(602), pcm(), data()]),
            ("odd chunk after the audio data", vec![pcm(), data(), list(25), vec![0]]),
            // Asterisk does not expect the pad byte, so it reads a file that lacks it.
            ("odd chunk without its pad byte", vec![pcm(), list(25), data()]),
            ("length of sox in a pipe", vec![pcm(), chunk(b"data", 0x7FFF_F000, &SOUND)]),
            ("cut short", vec![pcm(), chunk(b"data", 16_000, &SOUND)]),
        ] {
            assert_eq!(problem(&file(&parts)), None, "{name}");
        }
    }

    #[test]
    fn each_fault_is_named_with_its_remedy() {
        let list = |length: usize| chunk(b"LIST", length as u32, &vec![b'x'; length]);
        let bext = chunk(b"bext", 603, &[0; 603]);
        let extensible = format(0xFFFE, 1, 8_000, 16, &[22, 0, 16, 0, 4, 0, 0, 0, 1, 0]);
        let many = chunk(b"LIST", 3_000, &[0; 3_000]);
        for (parts, expected) in [
            (vec![pcm(), chunk(b"data", u32::MAX, &SOUND)], "no valid audio length (0xFFFFFFFF)"),
            (vec![pcm(), chunk(b"data", 0x8000_0000, &SOUND)], "sox --ignore-length"),
            (vec![pcm(), chunk(b"data", 0, &SOUND)], "sox --ignore-length"),
            (vec![pcm(), list(25), vec![0], data()], "`LIST` of 25 bytes"),
            (vec![pcm(), bext.clone(), vec![0], data()], "`bext` of 603 bytes"),
            (vec![bext, vec![0], pcm(), data()], "`bext` of 603 bytes"),
            (vec![format(1, 1, 8_000, 16, &[0]), vec![0], data()], "`fmt ` of 17 bytes"),
            (vec![extensible, data()], "is coded as WAVE_FORMAT_EXTENSIBLE (format 65534)"),
            (vec![format(6, 1, 8_000, 8, &[]), data()], "is coded as A-law (format 6)"),
            (vec![format(7, 1, 8_000, 8, &[]), data()], "is coded as mu-law (format 7)"),
            (
                vec![format(0x31, 1, 8_000, 16, &[]), data()],
                "GSM, which requires the extension .WAV",
            ),
            (vec![format(3, 1, 8_000, 32, &[]), data()], "floating-point numbers (format 3)"),
            (vec![format(77, 1, 8_000, 16, &[]), data()], "is coded as format 77, but Asterisk"),
            (vec![format(1, 1, 96_000, 16, &[]), data()], "is 96000 Hz with 1 channel and 16"),
            (vec![format(1, 1, 73_536, 16, &[]), data()], "is 73536 Hz"),
            (vec![format(1, 1, 16_000, 16, &[]), data()], "only with the extension .wav16"),
            (vec![format(1, 2, 8_000, 16, &[]), data()], "with 2 channels and 16 bits"),
            (vec![format(1, 1, 8_000, 8, &[]), data()], "1 channel and 8 bits"),
            (vec![format(1, 1, 8_000, 24, &[]), data()], "1 channel and 24 bits"),
            (vec![pcm(), many, data()], "without its last 190 ms: 3052 bytes"),
            (vec![pcm(), chunk(b"data", 10, &[0; 10])], "is too short for Asterisk to play"),
            (vec![pcm(), chunk(b"LIST", u32::MAX, &[0; 9])], "`LIST` of 4294967295 bytes"),
            (vec![pcm(), chunk(b"LIST", u32::MAX - 1, &[0; 9])], "of invalid length"),
            (vec![chunk(b"fmt ", 14, &[1, 0, 1, 0]), data()], "a header of invalid length"),
            (vec![data(), pcm()], "has no `fmt ` chunk before its audio data"),
            (vec![pcm()], "ends before its audio data"),
            (vec![pcm(), chunk(b"data", 0, &[])], "has a header but no audio data"),
            (vec![pcm()[..12].to_vec()], "ends within its header"),
        ] {
            let problem = problem(&file(&parts)).unwrap_or_else(|| panic!("good, not: {expected}"));
            assert!(problem.contains(expected), "{problem}\nnot: {expected}");
            let has_remedy = problem.contains("sox ") || problem.contains("record it");
            assert!(has_remedy, "{problem}");
        }
    }

    #[test]
    fn other_file_types_are_named() {
        for (bytes, expected) in [
            (&b""[..], "is empty"),
            (b"RIFF", "another RIFF file"),
            (b"RIFF\x10\0\0\0AVI LIST", "another RIFF file"),
            (b"RIFX\x10\0\0\0WAVE", "big-endian byte order"),
            (b"RF64\xff\xff\xff\xffWAVE", "an RF64 file"),
            (b"ID3\x04", "an MP3 file"),
            (&[0xFF, 0xFB, 0x90, 0x64], "an MP3 file"),
            (b"OggS", "an Ogg file"),
            (b"fLaC", "a FLAC file"),
            (b"FORM\0\0\0\0AIFF", "an AIFF file"),
            (b"hello", "is not a WAV file: convert it"),
        ] {
            let problem = problem(bytes).expect("not a WAV file");
            assert!(problem.contains(expected), "{problem}");
        }
    }

    #[test]
    fn no_input_causes_a_panic() {
        let whole = file(&[pcm(), chunk(b"LIST", 25, &[b'x'; 25]), vec![0], data()]);
        for end in 0..120 {
            let _ = problem(&whole[..end]);
        }
        for at in 0..100 {
            for byte in [0, 1, 0x7F, 0x80, 0xFF] {
                let mut odd = whole.clone();
                odd[at] = byte;
                let _ = problem(&odd);
            }
        }
    }
}
