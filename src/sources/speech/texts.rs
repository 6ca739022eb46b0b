//! What is wrong with the engine in `[speech]`, in both languages.

use crate::runtime::language::texts;

texts! {
    NO_EXECUTABLE = "speech.command: não há um programa `{program}` que se possa executar: instale-o, ou escreva o caminho inteiro dele", "speech.command: there is no program `{program}` that can be executed: install it, or write its whole path";
    NO_VOICE = "o RHVoice não tem a voz `{voice}`, e falaria com outra: instale o pacote dela, ou use uma de {installed}", "RHVoice has no voice `{voice}`, and would speak with another one: install its package, or use one of {installed}";
    BOTH = "speech.command e speech.url estão ambos configurados: deixe um dos dois", "speech.command and speech.url are both set: keep one of them";
    NO_ADDRESS = "speech.url não é um endereço: escreva-o como \"http://127.0.0.1:8880/v1/audio/speech\"", "speech.url is not an address: write it like \"http://127.0.0.1:8880/v1/audio/speech\"";
    NO_PROGRAM = "speech.command não indica um programa: escreva uma lista, o programa primeiro", "speech.command names no program: write it as a list, the program first";
    ONE_TEXT = "speech.command é um só texto: escreva uma lista, o programa e cada argumento, como [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]", "speech.command is one text: write a list, the program and each argument, such as [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]";
    PLAIN_TOKEN = "speech.token_file vai sem criptografia para outra máquina, e a rede pode lê-lo: faça speech.url começar com https", "speech.token_file is sent in plain text to another machine, where the network can read it: let speech.url begin with https";
    TOKEN_EMPTY = "está vazio: escreva o token nele", "it is empty: write the token into it";
    TWO_CREDENTIALS = "speech.url tem usuário ou senha, e speech.token_file um token, mas uma requisição tem uma só credencial: tire usuário e senha do endereço, ou remova token_file", "speech.url has a user or password, and speech.token_file a token, but a request has one credential: remove the user and password from the address, or remove token_file";
    URL_PORT = "speech.url: {problem}", "speech.url: {problem}";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["URL_PORT"]);
    }
}
