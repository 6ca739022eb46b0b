//! The snippets under test: how each queries bina, and how long it may hold a call.

use std::fmt;
use std::time::Duration;

/// In which form a snippet wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    Agi,
    Hash,
    Json,
}

pub(crate) struct Snippet {
    /// The file below `dialplan/asterisk/`.
    pub(crate) file: &'static str,
    /// Its context, with the extension `lookup`.
    pub(crate) context: &'static str,
    pub(crate) speech: Speech,
    /// The longest it holds a call, as its comment states; none where the other side decides.
    pub(crate) hold_max: Option<Duration>,
}

const CURL_HOLD_MAX: Option<Duration> = Some(Duration::from_millis(1_200));

pub(crate) const CURL: Snippet =
    Snippet { file: "bina.conf", context: "bina", speech: Speech::Hash, hold_max: CURL_HOLD_MAX };
pub(crate) const AGI: Snippet =
    Snippet { file: "bina-agi.conf", context: "bina-agi", speech: Speech::Agi, hold_max: None };
pub(crate) const JSON: Snippet = Snippet {
    file: "bina-json.conf",
    context: "bina-json",
    speech: Speech::Json,
    hold_max: CURL_HOLD_MAX,
};
pub(crate) const AEL: Snippet = Snippet {
    file: "bina.ael",
    context: "bina-ael",
    speech: Speech::Hash,
    hold_max: CURL_HOLD_MAX,
};
pub(crate) const LUA: Snippet = Snippet {
    file: "bina.lua",
    context: "bina-lua",
    speech: Speech::Hash,
    hold_max: CURL_HOLD_MAX,
};

/// Every test of an answer goes through all of them.
pub(crate) const SNIPPETS: [Snippet; 5] = [CURL, AGI, JSON, AEL, LUA];

impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)
    }
}

/// Those with a context of their own: a dialplan in Lua leaves its own for no subroutine, and calls two functions.
pub(crate) fn with_contexts() -> impl Iterator<Item = &'static Snippet> {
    SNIPPETS.iter().filter(|snippet| snippet.context != "bina-lua")
}

/// What `make` makes for each snippet, one after the other.
pub(crate) fn each<T, I: IntoIterator<Item = T>>(make: impl Fn(&'static Snippet) -> I) -> Vec<T> {
    SNIPPETS.iter().flat_map(make).collect()
}
