//! A password or token that no log, error or debug output contains, and that is overwritten when
//! dropped.

use std::fmt;

use zeroize::Zeroize;

/// A secret. Only `reveal` returns its text, so that its uses can be found with grep.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text of the secret, for the request that carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_contain_the_secret() {
        assert!(!format!("{:?}", Secret::new("segredo".into())).contains("segredo"));
    }
}
