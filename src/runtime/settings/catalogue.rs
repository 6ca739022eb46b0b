//! Describes the settings that modules read, for documents and error remedies.

/// A setting that a module reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its section heading, like `[lookup]` or `[[rule]]`; empty for a section.
    pub heading: String,
    pub key: &'static str,
    pub kind: SettingKind,
    pub absent: Absent,
}

/// The kind of a setting's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Flag,
    /// `true`, `false` or this word.
    FlagOr(&'static str),
    /// A text or a list of texts, with at most `max` entries.
    List { max: Option<usize> },
    /// A section with arbitrary keys.
    Map,
    /// A whole number.
    Number { least: String, most: String, unit: Unit },
    /// Any text; its module validates it.
    Text,
    /// One of a fixed set of words.
    Word(Vec<&'static str>),
}

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Milliseconds,
    /// A count of what the setting's name states.
    One,
    Seconds,
}

/// The meaning of an absent setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The same as this value, in the file's notation.
    Default(String),
    /// Different from every value.
    Nothing,
    /// A problem.
    Problem,
}

impl Absent {
    /// A default that is a text.
    pub(super) fn text(default: &str) -> Self {
        Self::Default(format!("\"{default}\""))
    }
}
