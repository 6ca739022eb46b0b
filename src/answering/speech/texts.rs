//! What is wrong with `[speech]`, in both languages.

use crate::runtime::language::texts;

texts! {
    BASE_URL = "speech.base_url não é um endereço de gravações: escreva-o como \"http://10.0.0.5:8573/prompts/\", com `/` no fim", "speech.base_url is no address of recordings: write it like \"http://10.0.0.5:8573/prompts/\", with `/` at its end";
    BASE_URL_PORT = "speech.base_url: {problem}", "speech.base_url: {problem}";
    FOLDER_PROBLEM = "speech.folder: {problem}; as gravações ficam na memória", "speech.folder: {problem}; recordings are kept in memory";
    FOLDER_RELATIVE = "speech.folder: `{path}` não é um caminho absoluto: escreva o caminho inteiro, como \"/var/lib/bina/fala\"", "speech.folder: `{path}` is not an absolute path: write the whole path, such as \"/var/lib/bina/fala\"";
    LOOPBACK = "speech.base_url é um endereço desta máquina, mas listen.pbx indica outra, que não alcança as gravações ali: ponha em speech.base_url o endereço do bina como o PBX o alcança, como \"http://10.0.0.5:8573/prompts/\"", "speech.base_url is an address of this machine, but listen.pbx names another one, which cannot fetch recordings there: set speech.base_url to bina's address as the PBX reaches it, such as \"http://10.0.0.5:8573/prompts/\"";
    NO_ENGINE = "uma regra tem speak, mas [speech] não indica um motor: toca o play dela; configure speech.command ou speech.url", "a rule has speak, but [speech] names no engine: its play is heard; set speech.command or speech.url";
    NO_RULE = "[speech] indica um motor, mas nenhuma regra tem speak: nada é falado; ponha em uma regra `speak = [\"*\"]`, ao lado do play", "[speech] names an engine, but no rule has speak: nothing is spoken; give a rule `speak = [\"*\"]`, beside its play";
    REFUSED_ADDRESS = "o texto tem um endereço de site ou de e-mail, ou um @", "the text has a web or mail address, or an @";
    REFUSED_AMBIGUOUS = "o texto tem um sinal ou uma abreviação que se pode ler de dois modos", "the text has a sign or an abbreviation that can be read in two ways";
    REFUSED_DOCUMENT = "o texto tem um número que parece CPF ou CNPJ", "the text has a number that looks like a CPF or CNPJ";
    REFUSED_EMPTY = "o texto não tem nada que se possa falar", "the text has nothing that can be spoken";
    REFUSED_FORBIDDEN = "o texto tem uma palavra que nunca é falada (senhas, documentos, dívidas)", "the text has a word that is never spoken (credentials, documents, debts)";
    REFUSED_IP = "o texto tem um endereço IP", "the text has an IP address";
    REFUSED_LONG_NUMBER = "o texto tem um número ou código longo que não é telefone", "the text has a long number or code that is no telephone number";
    REFUSED_MAC = "o texto tem um endereço MAC", "the text has a MAC address";
    REFUSED_MONEY = "o texto tem um valor em dinheiro", "the text has an amount of money";
    REFUSED_NOT_SPEAKABLE = "o texto tem caracteres que não podem ser falados sem mudar o sentido", "the text has characters that cannot be spoken without a change of sense";
    REFUSED_PERSON = "o texto termina com o nome de uma pessoa", "the text ends in a person's name";
    REFUSED_PERSONAL = "o texto tem um número de pessoa, contrato, conta ou protocolo", "the text has a number of a person, a contract, an account or a ticket";
    REFUSED_TOO_LONG = "o texto é longo demais para ser falado (mais de 600 caracteres)", "the text is too long to be spoken (more than 600 characters)";
    TWINS = "speech.words: `{form}`: só difere de `{twin}` nas maiúsculas: remova um dos dois", "speech.words: `{form}`: it differs from `{twin}` in capitals only: remove one of them";
    WORD = "speech.words: `{written}`: {problem}", "speech.words: `{written}`: {problem}";
    WORD_CHANGED = "a forma falada também é alterada, para `{prepared}` (escreva-a como deve ser falada)", "the spoken form is itself changed, to `{prepared}` (write it as it is to be spoken)";
    WORD_CIRCULAR = "a forma falada contém a forma escrita `{written}` (seria trocada de novo)", "the spoken form contains the written form `{written}` (it would be replaced again)";
    WORD_FORM = "não é uma forma escrita (esperavam-se 1 a 100 caracteres que comecem e terminem em letra ou dígito)", "not a written form (expected 1 to 100 characters that begin and end in a letter or digit)";
    WORD_REPEATED = "a mesma forma escrita está duas vezes", "the same written form stands twice";
    WORD_TOO_MANY = "mais de 200 palavras", "more than 200 words";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["BASE_URL_PORT", "WORD"]);
    }
}
