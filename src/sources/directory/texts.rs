//! What is wrong with `[directory]`, in both languages.

use crate::runtime::language::texts;

texts! {
    KEY_SHORT = "directory.key_file: a chave tem {bytes} bytes, menos que {min} (execute `openssl rand -base64 32`)", "directory.key_file: the key has {bytes} bytes, fewer than {min} (run `openssl rand -base64 32`)";
    WALK_AT = "directory.walk_at: `{text}` não é uma hora do dia; esperava-se uma de `00:00` a `23:59`", "directory.walk_at: `{text}` is not a time of day; expected one from `00:00` to `23:59`";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }
}
