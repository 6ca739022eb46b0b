//! Describes a setting as its module reads it: what the documents and the remedies are made of.

/// A setting that a module reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The line above it in the file, like `[lookup]` or `[[rule]]`; empty for a whole section.
    pub heading: String,
    pub key: &'static str,
    pub kind: SettingKind,
    pub absent: Absent,
}

/// What a setting may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Flag,
    /// A text or several; at most so many where there is a limit.
    List { max: Option<usize> },
    /// A section whose keys are free.
    Map,
    /// A whole number.
    Number { least: String, most: String, unit: Unit },
    /// Any text; the module says what else it must be.
    Text,
    /// One of a few words.
    Word(Vec<&'static str>),
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Milliseconds,
    /// Things; the setting's name says which.
    One,
    Seconds,
}

/// What it means to leave a setting out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The same as this value, written as in the file.
    Default(String),
    /// Something else than any value.
    Nothing,
    /// A problem.
    Problem,
}

impl Absent {
    /// The default is a text.
    pub(super) fn text(default: &str) -> Self {
        Self::Default(format!("\"{default}\""))
    }
}
