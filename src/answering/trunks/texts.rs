//! What is wrong with the sections `[[trunk]]`, in both languages.

use crate::runtime::language::texts;

texts! {
    ADDRESS_TWICE = "{path}.address: `{value}` já é de {first}: deixe o endereço em um só, e no outro escreva did, ou faça o PBX mandar trunk=NOME", "{path}.address: `{value}` is that of {first} already: keep the address in one of them, and in the other set did, or have the PBX send trunk=NAME";
    DDD_AND_PREFIX = "{path}.default_ddd é \"{ddd}\", mas o prefix põe o DDD \"{prefix}\" na frente de todo número: deixe um dos dois", "{path}.default_ddd is \"{ddd}\", but prefix puts the area code \"{prefix}\" before every number: keep one of the two";
    DDD_BY_DID = "{path}.default_ddd é \"{ddd}\", mas numbers.default_ddd_by_did diz \"{other}\" para o número chamado {did}: deixe um dos dois", "{path}.default_ddd is \"{ddd}\", but numbers.default_ddd_by_did has \"{other}\" for the called number {did}: keep one of the two";
    DID_TWICE = "{path}.did: `{value}` já é de {first}: deixe o número chamado em um só", "{path}.did: `{value}` is that of {first} already: keep the called number in one of them";
    NAME = "{path}.name: `{name}` tem que ter 1 a 64 caracteres de A-Z a-z 0-9 _ . -, e não ser `other` nem um endereço (que vai em address)", "{path}.name: `{name}` must be 1 to 64 of A-Z a-z 0-9 _ . -, and neither `other` nor an address (which belongs into address)";
    NAME_IT = "escreva o nome que o PBX manda em trunk=, p. ex. \"e1\"", "write the name that the PBX sends in trunk=, e.g. \"e1\"";
    NAME_TWICE = "{path}.name: `{value}` já é o nome de {first}: dê a cada tronco um nome próprio", "{path}.name: `{value}` is the name of {first} already: give each trunk its own";
    NOT_AN_ADDRESS = "{path}: `{text}` não é um endereço IP (esperava-se p. ex. \"192.0.2.7\")", "{path}: `{text}` is not an IP address (expected e.g. \"192.0.2.7\")";
    NOT_A_DDD = "{path}: `{text}` não é um DDD (esperava-se p. ex. \"37\")", "{path}: `{text}` is not a Brazilian area code (expected e.g. \"37\")";
    NOT_CALLED = "{path}: `{text}` não é um número chamado (esperavam-se dígitos)", "{path}: `{text}` is not a called number (expected digits)";
    PREFIX = "{path} tem que ter 1 a 8 dígitos entre aspas, p. ex. \"37\"", "{path} must be 1 to 8 digits in quotes, e.g. \"37\"";
    PUT_BACK = "{path}: prefix põe de volta \"{digits}\", o que strip corta, e nada muda: tire os dois", "{path}: prefix puts \"{digits}\" back, which strip cuts, so nothing changes: leave both out";
    STRIP = "{path} tem que ser quantos dígitos cortar, de 1 a 8 e sem aspas, ou o próprio começo entre aspas, p. ex. \"021\" ou \"+\"", "{path} must be how many digits to cut, 1 to 8 and without quotes, or the beginning itself in quotes, e.g. \"021\" or \"+\"";
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
