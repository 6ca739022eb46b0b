//! What identified callers get, and how often they may try: `[identify]`.

use crate::runtime::settings::Section;

/// Callers without a number share so many times the tries of one caller.
const ANONYMOUS_CALLERS: u32 = 5;

/// What identified callers get, and how often they may try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether the customer's name is returned.
    pub names: bool,
    /// Different documents and codes that one caller may try within ten minutes.
    pub caller_tries: u32,
    /// The same for all callers of one PBX.
    pub client_tries: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { names: false, caller_tries: 6, client_tries: 300 }
    }
}

impl Settings {
    /// Reads `[identify]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default = Self::default();
        Self {
            names: section.flag("names"),
            caller_tries: section.number("caller_tries", 1..=100, default.caller_tries),
            client_tries: section.number("client_tries", 1..=10_000, default.client_tries),
        }
    }

    /// The tries of all callers without a number.
    pub(super) fn anonymous_tries(&self) -> u32 {
        self.caller_tries.saturating_mul(ANONYMOUS_CALLERS).min(self.client_tries)
    }
}
