//! What is wrong with the files of TLS, in both languages.

use crate::runtime::language::texts;

texts! {
    DATES = "o certificado em {path} {problem}, e por isso os PBXs o recusam: renove-o, depois recarregue o bina", "the certificate in {path} {problem}, so PBXs reject it: renew it, then reload bina";
    EXPIRED = "venceu", "has expired";
    FILE = "tls.{setting}: {path} {problem}", "tls.{setting}: {path} {problem}";
    MISMATCH = "não corresponde ao certificado de cert_file", "does not match the certificate in cert_file";
    MISSING = "falta tls.{key}: indique o arquivo PEM, porque tls.cert_file precisa de tls.key_file e vice-versa", "tls.{key} is missing: name the PEM file, because tls.cert_file needs tls.key_file and vice versa";
    NOT_VALID_YET = "ainda não é válido", "is not valid yet";
    NO_CA = "não contém um certificado PEM válido de uma CA", "contains no valid PEM certificate of a CA";
    NO_CERTIFICATE = "não contém um certificado PEM válido", "contains no valid PEM certificate";
    NO_KEY = "não contém uma chave privada PEM válida e sem senha", "contains no valid PEM private key without a password";
    UNUSABLE = "não pode ser usado: {error}", "cannot be used: {error}";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["FILE"]);
    }
}
