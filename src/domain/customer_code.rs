//! A customer's code as a caller types it: the number that HubSoft shows on bills.

use std::fmt;

/// A customer code, without leading zeros. It masks itself wherever it is printed;
/// [`CustomerCode::reveal`] shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomerCode([u8; 8]);

/// Most digits with which a code is typed; HubSoft's are 64-bit numbers.
const DIGITS_MAX: usize = 20;

impl CustomerCode {
    /// Parses digits; `None` for anything else, and for zero.
    pub fn parse(text: &str) -> Option<Self> {
        let is_valid = text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
        let code: u64 = is_valid.then(|| text.parse().ok())??;
        (code > 0).then(|| Self(code.to_ne_bytes()))
    }

    /// The digits.
    pub fn reveal(&self) -> String {
        u64::from_ne_bytes(self.0).to_string()
    }
}

impl fmt::Display for CustomerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code")
    }
}

impl fmt::Debug for CustomerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_digits_without_leading_zeros() {
        for (text, read) in [
            ("421", Some("421")),
            ("000421", Some("421")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", None),
            ("000000000000000000421", None),
            ("0", None),
            ("", None),
            ("+421", None),
            ("4 21", None),
            ("42a", None),
            ("\u{664}", None),
        ] {
            let code = CustomerCode::parse(text).map(|code| code.reveal());
            assert_eq!(code.as_deref(), read, "{text}");
        }
    }

    #[test]
    fn it_masks_itself_wherever_it_is_printed() {
        let code = CustomerCode::parse("421").expect("a code");
        assert_eq!(format!("{code} {code:?}"), "a code a code");
    }
}
