//! A few ASCII digits stored inline, so that parsing a number does not allocate.

/// At most `MAX` ASCII digits. Unused bytes are zero, so that equal digits compare equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Digits<const MAX: usize> {
    bytes: [u8; MAX],
    length: u8,
}

impl<const MAX: usize> Digits<MAX> {
    pub(super) const EMPTY: Self = Self { bytes: [0; MAX], length: 0 };

    /// Joins the parts of a number; returns `None` if they are too long or not all digits.
    pub(super) fn joined(parts: &[&[u8]]) -> Option<Self> {
        let mut digits = Self::EMPTY;
        for part in parts {
            let begin = usize::from(digits.length);
            digits.bytes.get_mut(begin..begin + part.len())?.copy_from_slice(part);
            digits.length += u8::try_from(part.len()).ok()?;
        }
        digits.as_bytes().iter().all(u8::is_ascii_digit).then_some(digits)
    }

    /// Appends `byte`; returns `None` if it is not a digit or there is no space.
    pub(super) fn push(&mut self, byte: u8) -> Option<()> {
        let free = self.bytes.get_mut(usize::from(self.length))?;
        *free = byte.is_ascii_digit().then_some(byte)?;
        self.length += 1;
        Some(())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("push accepts only ASCII digits")
    }
}
