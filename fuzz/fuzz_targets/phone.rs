//! Caller IDs: any text is one canonical number or none, and reading that again changes nothing.

#![no_main]

use bina::domain::call::Did;
use bina::domain::phone::{Ddd, Phone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Did::new(text);
    for ddd in [None, Ddd::parse("37")] {
        let Ok(phone) = Phone::parse(text, ddd) else { continue };
        let digits = phone.reveal();
        assert!(matches!(digits.len(), 10 | 11) && digits.bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(Phone::parse(digits, None).ok(), Some(phone));
        assert!((1..=2).contains(&phone.candidates().len()));
        assert!(!format!("{phone:?}").contains(&digits[..8]), "it is masked");
    }
});
