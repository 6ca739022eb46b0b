//! Why a caller ID contains no number to look up.

use std::fmt;

/// Why there is no number to look up; printed as one word, for the log and as a metric label.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NoNumber {
    /// The caller is withheld, or the PBX sent its default: no digits, or only zeros.
    Anonymous,
    /// A number from another country.
    International,
    /// Not a number, or not one of the Brazilian plan.
    Invalid,
    /// A number without DDD: set `numbers.default_ddd` or `numbers.default_ddd_by_did`.
    LocalWithoutDdd,
    /// A number that is not a subscriber line: 0800, 4004 and similar.
    Nongeographic,
    /// An extension, a feature code, or a service of three to five digits.
    Short,
    /// Digits that are not as the `[[trunk]]` of the call states, or can be read in two ways.
    Trunk,
}

impl NoNumber {
    /// All values of `label`.
    pub const LABELS: [&'static str; 7] =
        ["anonymous", "international", "invalid", "local_no_ddd", "nongeo", "short", "trunk"];

    /// One word for the log and for metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::International => "international",
            Self::Invalid => "invalid",
            Self::LocalWithoutDdd => "local_no_ddd",
            Self::Nongeographic => "nongeo",
            Self::Short => "short",
            Self::Trunk => "trunk",
        }
    }
}

impl fmt::Display for NoNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl std::error::Error for NoNumber {}
