//! Validates users, clients and secrets, because HubSoft rejects them without a reason.

use crate::runtime::language::Text;

use super::texts;

/// Placeholders for secrets in examples.
const PLACEHOLDERS: [&str; 16] = [
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "password",
    "secret",
    "client_secret",
    "todo",
    "xxx",
    "xxxx",
    "...",
    "…",
    "trocar",
    "troque-me",
    "mude-me",
    "preencher",
];

/// Returns why `secret` is invalid. The text continues a sentence that begins with a setting or file.
pub(super) fn wrong_secret(secret: &str) -> Option<Text> {
    if secret.contains(['\n', '\r']) {
        return Some(texts::SECRET_LINES);
    }
    secret.contains(char::is_control).then_some(texts::SECRET_CONTROL)
}

/// Returns why `secret` is suspicious, though it may be intended.
pub(super) fn odd_secret(secret: &str) -> Option<Text> {
    if secret.trim() != secret {
        return Some(texts::SECRET_BLANK);
    }
    let lower = secret.to_lowercase();
    PLACEHOLDERS.contains(&lower.as_str()).then_some(texts::SECRET_EXAMPLE)
}

/// Returns why the name of a user or client is invalid.
pub(super) fn wrong_name(name: &str) -> Option<Text> {
    if name.contains(char::is_control) {
        return Some(texts::NAME_CONTROL);
    }
    (name.trim() != name).then_some(texts::NAME_BLANK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_mistakes_are_found() {
        for (secret, is_wrong, is_odd) in [
            ("s3gredo", false, false),
            ("com espaço no meio", false, false),
            ("one\ntwo", true, false),
            ("one\r\ntwo", true, false),
            ("one\0", true, false),
            ("blank ", false, true),
            ("\tblank", true, true),
            (" blank", false, true),
            ("\u{a0}blank", false, true),
            ("changeme", false, true),
            ("ChangeMe", false, true),
            ("…", false, true),
        ] {
            let found = (wrong_secret(secret).is_some(), odd_secret(secret).is_some());
            assert_eq!(found, (is_wrong, is_odd), "{secret:?}");
        }
        for (name, is_wrong) in
            [("a@b", false), ("a b", false), ("a\nb", true), ("a@b ", true), ("a\u{7f}", true)]
        {
            assert_eq!(wrong_name(name).is_some(), is_wrong, "{name:?}");
        }
    }
}
