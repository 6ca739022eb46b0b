//! Reads a WAV file as Asterisk does (`formats/format_wav.c`), and says why it would not play it.
//!
//! Asterisk is stricter than other programs, and other in places:
//!
//! ```text
//! chunks     the pad byte behind one of odd length is not skipped, so what follows is misread
//! lengths    signed: 0xFFFFFFFF, which programs write that do not know it yet, is an error
//! coding     1 (PCM) only; 65534 (extensible) is none, also where PCM is in it
//! data       as many bytes are left out at its end as stand in front of it
//! ```

const CONVERT: &str = "convert it with `sox IN.wav -r 8000 -c 1 -b 16 -e signed-integer OUT.wav`";
const CONVERT_STREAMED: &str = "convert it with \
    `sox --ignore-length IN.wav -r 8000 -c 1 -b 16 -e signed-integer OUT.wav`, or have it written to a \
    file instead of a pipe";

/// Most bytes that may be left out at the end: a tenth of a second.
const CUT_MAX: usize = 1_600;

/// What is wrong with the WAV file that `bytes` are: Asterisk plays a `.wav` only as 8,000 Hz,
/// mono, 16-bit PCM. The text goes on behind the file's name.
pub fn problem(bytes: &[u8]) -> Option<String> {
    find_sound(bytes).and_then(|sound| check_sound(bytes, &sound)).err()
}

/// Where the sound is, as the file says.
struct Sound {
    at: usize,
    length: u32,
}

fn find_sound(bytes: &[u8]) -> Result<Sound, String> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(foreign(bytes));
    }
    let mut at = 12;
    let mut is_described = false;
    let mut odd = None;
    loop {
        let Some((name, length)) = chunk_head(bytes, at) else {
            return Err(odd.unwrap_or_else(|| {
                format!("ends before its sound begins, it was copied in part: {CONVERT}")
            }));
        };
        at += 8;
        match name {
            b"data" if is_described => return Ok(Sound { at, length }),
            b"data" => return Err(format!("does not say how its sound is coded: {CONVERT}")),
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
        let broken = || format!("has a part (`{}`) of impossible length: {CONVERT}", shown(name));
        at = next.ok_or_else(|| odd.take().unwrap_or_else(broken))?;
    }
}

fn check_sound(bytes: &[u8], sound: &Sound) -> Result<(), String> {
    let there = bytes.len() - sound.at;
    if i32::try_from(sound.length).is_err() {
        return Err(format!(
            "does not tell the length of its sound (0x{:08X}), as programs write it into a pipe: \
             {CONVERT_STREAMED}",
            sound.length
        ));
    }
    match (sound.length, there) {
        (_, 0) => return Err("has a head but no sound: record it anew".to_owned()),
        (0, _) => {
            return Err(format!("says that its sound has no bytes: {CONVERT_STREAMED}"));
        }
        _ => {}
    }
    let length = sound.length as usize;
    let played = length.saturating_sub(sound.at).min(there);
    let cut = length.min(there) - played;
    if played == 0 && cut <= CUT_MAX {
        return Err("is too short, Asterisk plays nothing of it: record it anew".to_owned());
    }
    if cut > CUT_MAX {
        let ms = cut / 16;
        let before = sound.at;
        return Err(format!(
            "is played without its last {ms} ms, as {before} bytes stand in front of its sound \
             and Asterisk leaves out as many at its end: {CONVERT}"
        ));
    }
    Ok(())
}

/// Checks the description of the sound, `length` bytes at `at`.
fn check_format(bytes: &[u8], at: usize, length: u32) -> Result<(), String> {
    let word = |offset: usize| {
        let two = bytes.get(at + offset..at + offset + 2);
        two.map(|two| u16::from_le_bytes([two[0], two[1]]))
    };
    let rate = bytes.get(at + 4..at + 8).and_then(|four| four.first_chunk());
    let rate = rate.map(|four| u32::from_le_bytes(*four));
    let read = (word(0), word(2), rate, word(12), word(14));
    let (Some(coding), Some(channels), Some(rate), Some(frame), Some(bits)) = read else {
        return Err(format!("ends within its head, it was copied in part: {CONVERT}"));
    };
    if !(16..=i32::MAX as u32).contains(&length) {
        return Err(format!("has a head of impossible length ({length}): {CONVERT}"));
    }
    if coding != 1 {
        return Err(format!("is coded as {}, Asterisk wants PCM: {CONVERT}", coding_name(coding)));
    }
    // Asterisk does not look at the bits of a sample, but at the bytes it takes.
    if (channels, rate, frame) == (1, 8_000, 2) {
        return Ok(());
    }
    let channel = if channels == 1 { "channel" } else { "channels" };
    let hint = match rate {
        16_000 => " (16000 Hz only with the ending .wav16)",
        _ => "",
    };
    Err(format!(
        "is {rate} Hz with {channels} {channel} and {bits} bits, Asterisk wants 8000, 1 and \
         16{hint}: {CONVERT}"
    ))
}

fn coding_name(coding: u16) -> String {
    let name = match coding {
        0x0002 => "Microsoft ADPCM",
        0x0003 => "floating-point numbers",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM, which only the ending .WAV or .wav49 may have",
        0x0050 | 0x0055 => "MP3",
        0xFFFE => "WAVE_FORMAT_EXTENSIBLE",
        _ => return format!("format {coding}"),
    };
    format!("{name} (format {coding})")
}

fn odd_chunk(name: &[u8; 4], length: u32) -> String {
    format!(
        "has a part (`{}`) of {length} bytes in front of its sound, and Asterisk loses its way \
         behind an odd number of bytes: {CONVERT}",
        shown(name)
    )
}

/// What a file is that is no WAV file.
fn foreign(bytes: &[u8]) -> String {
    let kind = match bytes {
        [] => return "is empty: copy it again".to_owned(),
        [b'R', b'F', b'6', b'4', ..] => "an RF64 file",
        [b'R', b'I', b'F', b'X', ..] => "a WAV file with its bytes the other way round (RIFX)",
        [b'r', b'i', b'f', b'f', ..] => "a Wave64 file",
        [b'R', b'I', b'F', b'F', ..] => "another RIFF file",
        [b'F', b'O', b'R', b'M', ..] => "an AIFF file",
        [b'O', b'g', b'g', b'S', ..] => "an Ogg file",
        [b'f', b'L', b'a', b'C', ..] => "a FLAC file",
        [b'I', b'D', b'3', ..] | [0xFF, 0xE0..=0xFF, ..] => "an MP3 file",
        _ => return format!("is no WAV file: {CONVERT}"),
    };
    format!("is no WAV file but {kind}: {CONVERT}")
}

/// The name and the length of the chunk at `at`.
fn chunk_head(bytes: &[u8], at: usize) -> Option<(&[u8; 4], u32)> {
    let (name, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    Some((name, u32::from_le_bytes(*length)))
}

/// A chunk's name, which may be any bytes.
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

    /// A description: coding, channels, rate, bytes of a frame, bits, and what stands behind it.
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
    fn what_asterisk_plays_is_good() {
        let list = |length: usize| chunk(b"LIST", length as u32, &vec![b'x'; length]);
        for (name, parts) in [
            ("plain", vec![pcm(), data()]),
            ("longer description", vec![format(1, 1, 8_000, 16, &[0, 0]), data()]),
            ("even chunk before the sound", vec![pcm(), list(26), data()]),
            ("even chunk before all", vec![list(602), pcm(), data()]),
            ("odd chunk behind the sound", vec![pcm(), data(), list(25), vec![0]]),
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
            (vec![pcm(), chunk(b"data", u32::MAX, &SOUND)], "length of its sound (0xFFFFFFFF)"),
            (vec![pcm(), chunk(b"data", 0x8000_0000, &SOUND)], "sox --ignore-length"),
            (vec![pcm(), chunk(b"data", 0, &SOUND)], "sox --ignore-length"),
            (vec![pcm(), list(25), vec![0], data()], "(`LIST`) of 25 bytes"),
            (vec![pcm(), bext.clone(), vec![0], data()], "(`bext`) of 603 bytes"),
            (vec![bext, vec![0], pcm(), data()], "(`bext`) of 603 bytes"),
            (vec![format(1, 1, 8_000, 16, &[0]), vec![0], data()], "(`fmt `) of 17 bytes"),
            (vec![extensible, data()], "is coded as WAVE_FORMAT_EXTENSIBLE (format 65534)"),
            (vec![format(6, 1, 8_000, 8, &[]), data()], "is coded as A-law (format 6)"),
            (vec![format(7, 1, 8_000, 8, &[]), data()], "is coded as mu-law (format 7)"),
            (vec![format(0x31, 1, 8_000, 16, &[]), data()], "GSM, which only the ending .WAV"),
            (vec![format(3, 1, 8_000, 32, &[]), data()], "floating-point numbers (format 3)"),
            (vec![format(77, 1, 8_000, 16, &[]), data()], "is coded as format 77, Asterisk"),
            (vec![format(1, 1, 96_000, 16, &[]), data()], "is 96000 Hz with 1 channel and 16"),
            (vec![format(1, 1, 73_536, 16, &[]), data()], "is 73536 Hz"),
            (vec![format(1, 1, 16_000, 16, &[]), data()], "only with the ending .wav16"),
            (vec![format(1, 2, 8_000, 16, &[]), data()], "with 2 channels and 16 bits"),
            (vec![format(1, 1, 8_000, 8, &[]), data()], "1 channel and 8 bits"),
            (vec![format(1, 1, 8_000, 24, &[]), data()], "1 channel and 24 bits"),
            (vec![pcm(), many, data()], "without its last 190 ms, as 3052 bytes"),
            (vec![pcm(), chunk(b"data", 10, &[0; 10])], "is too short, Asterisk plays nothing"),
            (vec![pcm(), chunk(b"LIST", u32::MAX, &[0; 9])], "(`LIST`) of 4294967295 bytes"),
            (vec![pcm(), chunk(b"LIST", u32::MAX - 1, &[0; 9])], "of impossible length"),
            (vec![chunk(b"fmt ", 14, &[1, 0, 1, 0]), data()], "a head of impossible length"),
            (vec![data(), pcm()], "does not say how its sound is coded"),
            (vec![pcm()], "ends before its sound begins"),
            (vec![pcm(), chunk(b"data", 0, &[])], "has a head but no sound"),
            (vec![pcm()[..12].to_vec()], "ends within its head"),
        ] {
            let told = problem(&file(&parts)).unwrap_or_else(|| panic!("good, not: {expected}"));
            assert!(told.contains(expected), "{told}\nnot: {expected}");
            assert!(told.contains("sox ") || told.contains("record it"), "a remedy: {told}");
        }
    }

    #[test]
    fn other_files_are_called_what_they_are() {
        for (bytes, expected) in [
            (&b""[..], "is empty"),
            (b"RIFF", "another RIFF file"),
            (b"RIFF\x10\0\0\0AVI LIST", "another RIFF file"),
            (b"RIFX\x10\0\0\0WAVE", "the other way round"),
            (b"RF64\xff\xff\xff\xffWAVE", "an RF64 file"),
            (b"ID3\x04", "an MP3 file"),
            (&[0xFF, 0xFB, 0x90, 0x64], "an MP3 file"),
            (b"OggS", "an Ogg file"),
            (b"fLaC", "a FLAC file"),
            (b"FORM\0\0\0\0AIFF", "an AIFF file"),
            (b"hello", "is no WAV file: convert it"),
        ] {
            let told = problem(bytes).expect("no WAV file");
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn no_bytes_whatever_end_in_a_panic() {
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
