//! Finds what is wrong with a user, a client or a secret before HubSoft refuses them without a reason.

/// Words that stand for a secret in examples.
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

/// What makes `secret` unusable. The text goes on behind the name of a setting or file.
pub(super) fn wrong_secret(secret: &str) -> Option<&'static str> {
    if secret.contains(['\n', '\r']) {
        return Some("has more than one line: write the secret alone on the first");
    }
    secret
        .contains(char::is_control)
        .then_some("has a control character, which editors do not show: write the secret anew")
}

/// What is odd about `secret` and may be meant.
pub(super) fn odd_secret(secret: &str) -> Option<&'static str> {
    if secret.trim() != secret {
        return Some("begins or ends with a blank, which counts: remove it, unless it is meant");
    }
    let lower = secret.to_lowercase();
    PLACEHOLDERS
        .contains(&lower.as_str())
        .then_some("still holds an example: write what HubSoft shows")
}

/// What makes a name like that of a user unusable.
pub(super) fn wrong_name(name: &str) -> Option<&'static str> {
    if name.contains(char::is_control) {
        return Some("has a line break or another control character: write it anew");
    }
    (name.trim() != name).then_some("begins or ends with a blank: remove it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_wrongly_is_found() {
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
