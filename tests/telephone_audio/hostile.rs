//! No bytes make it panic, and what it accepts is always a prompt.

use bina::domain::telephone_audio::{measured, telephone_prompt};
use proptest::prelude::*;

use crate::signals::{Wav, samples_of_prompt, tone};

/// What holds for every input: a reason, or a prompt whose header and peak are right. Returns whether it is
/// a prompt.
fn check(bytes: &[u8]) -> bool {
    if let Err(fault) = measured(bytes) {
        assert!(!fault.to_string().is_empty());
    }
    match telephone_prompt(bytes) {
        Ok(prompt) => {
            let samples = samples_of_prompt(&prompt);
            assert!(samples.len() > 2_400);
            assert!(samples.iter().all(|sample| sample.abs() < 0.708));
            true
        }
        Err(fault) => {
            assert!(!fault.label().is_empty());
            false
        }
    }
}

/// Short files in several formats.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let formats = [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)];
    let format = prop::sample::select(formats.to_vec());
    let rate = prop::sample::select(vec![4_000, 8_000, 22_050, 24_000]);
    let streamed = prop::sample::select(vec![None, Some((u32::MAX, u32::MAX))]);
    (format, rate, 1..=3_usize, any::<bool>(), streamed).prop_map(
        |((coding, bits), rate, channels, is_extensible, stated)| {
            let plain = Wav::coded(coding, bits, rate);
            let wav = Wav { channels: vec![0.9; channels], is_extensible, stated, ..plain };
            wav.of(&tone(300.0, 0.7, rate, 0.03))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_give_a_prompt_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        check(&bytes);
    }

    #[test]
    fn any_bytes_after_a_header_give_a_prompt_or_a_reason(
        whole in file(),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        check(&[&whole[..44], &bytes[..]].concat());
    }

    #[test]
    fn a_header_with_other_bytes_gives_a_prompt_or_a_reason(
        mut whole in file(),
        changes in prop::collection::vec((0..80_usize, any::<u8>()), 1..4),
    ) {
        for (at, byte) in changes {
            whole[at] = byte;
        }
        check(&whole);
    }

    #[test]
    fn any_part_of_a_file_gives_a_prompt_or_a_reason(whole in file(), end in 0..2_000_usize) {
        check(&whole[..end.min(whole.len())]);
    }
}

#[test]
fn each_byte_of_a_header_may_be_any_other() {
    let whole = Wav::plain(24_000).of(&tone(300.0, 0.7, 24_000, 0.02));
    let mut accepted = 0;
    for at in 0..44 {
        for byte in [0, 1, 2, 3, 8, 0x7F, 0x80, 0xFE, 0xFF] {
            let mut odd = whole.clone();
            odd[at] = byte;
            accepted += usize::from(check(&odd));
        }
    }
    assert!((100..300).contains(&accepted), "{accepted}");
}
