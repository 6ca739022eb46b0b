//! Formats and headers: the same speech gives the same prompt, and each fault is named.

use std::collections::BTreeSet;

use bina::domain::telephone_audio::{AudioError, BYTES_MAX, measured, telephone_prompt};

use crate::signals::{Wav, samples_of_prompt, silence, speech};

const RATE: u32 = 24_000;

fn prompt(wav: &Wav) -> Vec<u8> {
    telephone_prompt(&wav.of(&speech(0.5, RATE))).expect("speech")
}

fn fault(wav: &Wav) -> AudioError {
    telephone_prompt(&wav.of(&speech(0.5, RATE))).expect_err("unusable")
}

/// The largest difference of two prompts, in steps of 16 bits.
fn difference(one: &[u8], other: &[u8]) -> f64 {
    let (one, other) = (samples_of_prompt(one), samples_of_prompt(other));
    assert_eq!(one.len(), other.len());
    let steps = one.iter().zip(&other).map(|(one, other)| (one - other).abs() * 32_768.0);
    steps.fold(0.0, f64::max)
}

#[test]
fn every_coding_gives_the_same_prompt() {
    let expected = prompt(&Wav::plain(RATE));
    for (coding, bits) in [(1, 24), (1, 32), (3, 32), (3, 64)] {
        let difference = difference(&prompt(&Wav::coded(coding, bits, RATE)), &expected);
        assert!(difference <= 2.0, "{coding}, {bits} bits: {difference}");
    }
    // A step of 8 bits is 256 of 16; samples differ by half of one, which the gain doubles here.
    let difference = difference(&prompt(&Wav::coded(1, 8, RATE)), &expected);
    assert!(difference <= 512.0, "8 bits: {difference}");
}

#[test]
fn an_extensible_header_gives_the_same_bytes() {
    for (coding, bits) in [(1, 16), (1, 24), (3, 32)] {
        let plain = Wav::coded(coding, bits, RATE);
        let extensible = Wav { is_extensible: true, ..plain.clone() };
        assert!(prompt(&plain) == prompt(&extensible), "{coding}, {bits} bits");
    }
}

#[test]
fn an_extensible_header_of_another_family_is_rejected() {
    let extensible = Wav { is_extensible: true, ..Wav::plain(RATE) };
    let mut bytes = extensible.of(&speech(0.5, RATE));
    bytes[50] ^= 1;
    assert_eq!(telephone_prompt(&bytes), Err(AudioError::Coding(0xFFFE)));
}

#[test]
fn channels_are_mixed_down() {
    let expected = prompt(&Wav::plain(RATE));
    for channels in [vec![1.0, 1.0], vec![0.5, 0.0], vec![0.9, 0.6], vec![0.5; 8]] {
        let mixed = prompt(&Wav { channels: channels.clone(), ..Wav::plain(RATE) });
        assert!(difference(&mixed, &expected) <= 8.0, "{channels:?}");
    }
    let words = speech(0.5, RATE);
    let stereo = Wav { channels: vec![1.0, 1.0], ..Wav::plain(RATE) }.of(&words);
    assert_eq!(measured(&stereo), measured(&Wav::plain(RATE).of(&words)));
    assert_eq!(fault(&Wav { channels: vec![1.0, -1.0], ..Wav::plain(RATE) }), AudioError::Silent);
}

#[test]
fn the_header_of_a_stream_gives_the_bytes_of_a_true_header() {
    let expected = prompt(&Wav::plain(RATE));
    for stated in [
        (0x7FFF_F024, 0x7FFF_F000),
        (u32::MAX, u32::MAX),
        (0x8000_0024, 0x8000_0000),
        (0, 0),
        (36, 0),
    ] {
        let streamed = prompt(&Wav { stated: Some(stated), ..Wav::plain(RATE) });
        assert!(streamed == expected, "{stated:08X?}");
    }
}

#[test]
fn other_chunks_are_no_audio() {
    let expected = prompt(&Wav::plain(RATE));
    let list = b"LIST\x05\0\0\0noise\0".to_vec();
    let with_chunks = Wav { before: list.clone(), after: list.clone(), ..Wav::plain(RATE) };
    assert!(prompt(&with_chunks) == expected);
    let empty = Wav { after: list, ..Wav::plain(RATE) }.of(&[]);
    assert_eq!(telephone_prompt(&empty), Err(AudioError::Empty));
}

#[test]
fn an_incomplete_last_frame_is_dropped() {
    let stereo =
        Wav { channels: vec![1.0; 2], stated: Some((u32::MAX, u32::MAX)), ..Wav::plain(RATE) };
    let mut bytes = stereo.of(&speech(0.5, RATE));
    bytes.extend([0x55, 0x55, 0x55]);
    assert!(telephone_prompt(&bytes).expect("speech") == prompt(&stereo));
}

#[test]
fn audio_that_is_cut_short_is_rejected() {
    let whole = Wav::plain(RATE).of(&speech(0.5, RATE));
    let stated = 4 * RATE;
    let cut = &whole[..whole.len() - 5_000];
    let fault = telephone_prompt(cut).expect_err("5,000 of 48,000 bytes a second are missing");
    assert_eq!(fault, AudioError::Truncated { available: stated as usize - 5_000, stated });
    // An engine that counts its header as audio.
    let inexact = Wav { stated: Some((stated + 80, stated + 44)), ..Wav::plain(RATE) };
    assert!(prompt(&inexact) == prompt(&Wav::plain(RATE)));
}

#[test]
fn each_fault_of_the_header_is_named() {
    let plain = || Wav::plain(RATE);
    for (wav, text) in [
        (Wav { rate: 3_999, ..plain() }, "rate is `3999` Hz"),
        (Wav { rate: 192_001, ..plain() }, "rate is `192001` Hz"),
        (Wav { channels: vec![0.1; 9], ..plain() }, "has `9` channels"),
        (Wav { coding: 7, ..plain() }, "coded as mu-law (format 7)"),
        (Wav { coding: 85, is_extensible: true, ..plain() }, "coded as MP3 (format 85)"),
        (Wav { bits: 12, ..plain() }, "a sample has `12` bits"),
        (Wav { coding: 3, bits: 16, ..plain() }, "(format 3), expected 16"),
    ] {
        let fault = fault(&wav).to_string();
        assert!(fault.contains(text), "{fault}\nnot: {text}");
    }
    let mut bytes = Wav::plain(RATE).of(&speech(0.5, RATE));
    bytes[32] = 4;
    let fault = telephone_prompt(&bytes).expect_err("unusable");
    assert_eq!(fault, AudioError::FrameLength { frame: 4, channels: 1, bits: 16 });
    bytes[22] = 0;
    assert_eq!(telephone_prompt(&bytes), Err(AudioError::Channels(0)));
}

#[test]
fn what_is_no_wav_file_is_named() {
    for (bytes, text) in [
        (&b"ID3\x04"[..], "an MP3 file"),
        (b"OggS", "an Ogg file"),
        (b"{\"error\":\"no such voice\"}", "a JSON text"),
        (b"\n<html>", "an HTML or XML text"),
        (b"no language resources", "an unknown kind of file"),
        (b"RIFF\x10\0\0\0AVI LIST", "another RIFF file"),
    ] {
        let fault = telephone_prompt(bytes).expect_err("no WAV file");
        assert_eq!(fault.label(), "not_wav");
        assert!(fault.to_string().contains(text), "{fault}");
    }
    assert_eq!(telephone_prompt(b""), Err(AudioError::Empty));
}

#[test]
fn a_header_that_ends_early_is_named() {
    let whole = Wav::plain(RATE).of(&[0.5; 100]);
    for end in 4..44 {
        assert_eq!(telephone_prompt(&whole[..end]), Err(AudioError::Header), "{end}");
    }
    let streamed = Wav { stated: Some((u32::MAX, u32::MAX)), ..Wav::plain(RATE) }.of(&[]);
    assert_eq!(telephone_prompt(&streamed), Err(AudioError::Empty));
}

#[test]
fn silence_and_samples_that_are_no_numbers_are_named() {
    for words in [silence(RATE, 1.0), vec![0.25; 24_000], vec![0.0005; 1]] {
        let bytes = Wav::plain(RATE).of(&words);
        assert_eq!(telephone_prompt(&bytes), Err(AudioError::Silent));
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e7, 1e300] {
        for bits in [32, 64] {
            let mut words = speech(0.5, RATE);
            words[777] = value;
            let bytes = Wav::coded(3, bits, RATE).of(&words);
            assert_eq!(telephone_prompt(&bytes), Err(AudioError::Sample(777)), "{value}");
            assert_eq!(measured(&bytes), Err(AudioError::Sample(777)), "{value}");
        }
    }
}

#[test]
fn integers_that_are_written_as_floating_point_are_levelled() {
    let words: Vec<_> = speech(0.5, RATE).iter().map(|sample| sample * 32_768.0).collect();
    let prompt = telephone_prompt(&Wav::coded(3, 32, RATE).of(&words)).expect("speech");
    let level = measured(&prompt).expect("a prompt");
    assert!((level.active_dbfs + 19.0).abs() < 0.25, "{level:?}");
}

#[test]
fn more_than_two_minutes_or_64_mib_are_rejected() {
    let count = 4_000 * 120;
    let longest = Wav::coded(1, 8, 4_000).of(&vec![0.5; count]);
    assert_eq!(telephone_prompt(&longest), Err(AudioError::Silent), "the length is accepted");
    let longer = Wav::coded(1, 8, 4_000).of(&vec![0.5; count + 1]);
    assert_eq!(telephone_prompt(&longer), Err(AudioError::TooLong(121)));
    let larger = vec![0; BYTES_MAX + 1];
    assert_eq!(telephone_prompt(&larger), Err(AudioError::TooLarge(BYTES_MAX + 1)));
}

#[test]
fn every_fault_has_a_label_of_its_own() {
    let faults = [
        AudioError::Channels(0),
        AudioError::Coding(7),
        AudioError::Empty,
        AudioError::FrameLength { frame: 1, channels: 1, bits: 16 },
        AudioError::Header,
        AudioError::NotWav("an MP3 file"),
        AudioError::Rate(1),
        AudioError::Sample(1),
        AudioError::SampleBits { coding: 1, bits: 12 },
        AudioError::Silent,
        AudioError::TooLarge(1),
        AudioError::TooLong(121),
        AudioError::Truncated { available: 1, stated: 2 },
    ];
    let labels: BTreeSet<_> = faults.iter().map(AudioError::label).collect();
    assert_eq!(labels.len(), faults.len());
}
