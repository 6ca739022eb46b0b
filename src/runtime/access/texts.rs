//! What is wrong with a network or a credential, in both languages.

use crate::runtime::language::texts;

texts! {
    CREDENTIAL = "{setting}: o conteúdo de {path} {problem}", "{setting}: the content of {path} {problem}";
    CREDENTIAL_LONG = "não pode passar de {max} bytes", "must not exceed {max} bytes";
    CREDENTIAL_NO_PAIR = "tem que ser uma linha `user:password`, sem outros caracteres de controle", "must be one line `user:password`, without other control characters";
    CREDENTIAL_NO_TOKEN = "tem que ser uma palavra de A-Z a-z 0-9 . _ ~ + / = -: gere uma com `openssl rand -hex 24`", "must be one word of A-Z a-z 0-9 . _ ~ + / = -: generate one with `openssl rand -hex 24`";
    CREDENTIAL_SHORT = "precisa de pelo menos {min} bytes: gere 48 com `openssl rand -hex 24`", "needs at least {min} bytes: generate 48 with `openssl rand -hex 24`";
    NETWORK = "access.networks: `{text}` {problem}", "access.networks: `{text}` {problem}";
    NETWORKS = "access.networks: {problem}", "access.networks {problem}";
    NETWORK_ALL = "permite todos os endereços: remova a lista, ou indique a rede do PBX", "admits every address: remove the list, or name the PBX's network";
    NETWORK_BITS = "tem bits fora do prefixo da rede: escreva {network}, ou o endereço sem a barra", "has bits outside the network's prefix: write {network}, or the address without a slash";
    NETWORK_MALFORMED = "não é uma rede (esperava-se p. ex. \"192.0.2.0/24\", ou \"192.0.2.7\" para um só endereço)", "is not a network (expected e.g. \"192.0.2.0/24\", or \"192.0.2.7\" for one address)";
    NETWORK_TOGETHER = "as redes juntas permitem todos os endereços: indique só a rede do PBX", "together admit every address: name only the PBX's network";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["NETWORK"]);
    }
}
