//! Says why a caller ID holds no number to look up.

use std::fmt;

/// Why there is nothing to look up; printed as one word for the log and the metric's label.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NoNumber {
    /// The caller is withheld, or the PBX put its own default there: no digit, or only zeros.
    Anonymous,
    /// A number of another country.
    International,
    /// Not a number, or none of the Brazilian plan.
    Invalid,
    /// A number without DDD: set `numbers.default_ddd`, or the called number's own.
    LocalWithoutDdd,
    /// A number that is nobody's line: 0800 and its kin, 4004 and its kin.
    Nongeographic,
    /// An extension, a feature code or a three to five digit service.
    Short,
}

impl NoNumber {
    /// Every word `label` can say.
    pub const LABELS: [&'static str; 6] =
        ["anonymous", "international", "invalid", "local_no_ddd", "nongeo", "short"];

    /// One word for the log and for metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::International => "international",
            Self::Invalid => "invalid",
            Self::LocalWithoutDdd => "local_no_ddd",
            Self::Nongeographic => "nongeo",
            Self::Short => "short",
        }
    }
}

impl fmt::Display for NoNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl std::error::Error for NoNumber {}
