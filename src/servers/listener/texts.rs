//! What is wrong with `[listen]`, in both languages.

use crate::runtime::language::texts;

texts! {
    ADDRESS_PORT = "{path}: {problem}", "{path}: {problem}";
    NOT_AN_ADDRESS = "{path}: `{value}` não é um endereço com porta (esperava-se p. ex. {default})", "{path}: `{value}` is not an address with a port (expected e.g. {default})";
    OVERLAP = "listen.{key}: `{address}` coincide com o endereço de outra escuta: dê a cada uma a sua porta", "listen.{key}: `{address}` overlaps the address of another listener: give each its own port";
    PBX_EMPTY = "listen.pbx está vazio: indique o endereço do PBX, ou remova a configuração", "listen.pbx is empty: name the PBX's address, or remove the setting";
    PBX_NOT_AN_ADDRESS = "listen.pbx: `{text}` não é um endereço IP (esperava-se p. ex. \"127.0.0.1\")", "listen.pbx: `{text}` is not an IP address (expected e.g. \"127.0.0.1\")";
    PBX_NO_SOURCE = "listen.pbx: `{text}` não pode ser o endereço de um PBX: indique o dele", "listen.pbx: `{text}` cannot be the address of a PBX: name its own";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["ADDRESS_PORT"]);
    }
}
