//! What is wrong with a file or a setting, in both languages.

use crate::runtime::language::texts;

texts! {
    A_COMMA = "ponha uma vírgula entre os itens", "put a comma between the entries";
    A_COMMENT = "um comentário começa com #", "a comment begins with #";
    A_HIDDEN_CHARACTER = "a linha tem um caractere de controle invisível: digite-a de novo", "the line contains an invisible control character: type it again";
    A_LIST = "um texto entre aspas, ou uma lista deles", "a text in quotes, or a list of them";
    A_NUMBER = "um número inteiro de {least} a {most}", "a whole number from {least} to {most}";
    A_NUMBER_OR_TEXT = "um número inteiro, ou um texto entre aspas", "a whole number, or a text in quotes";
    A_QUOTED_TEXT = "um texto entre aspas", "a text in quotes";
    A_REPEATED_SECTION = "uma seção repetida: {heading}", "a repeated section: {heading}";
    A_SECTION = "uma seção: {heading}", "a section: {heading}";
    BELONGS = "o lugar dela é em {heading}", "it belongs in {heading}";
    DID_YOU_MEAN = "você quis dizer `{nearest}`?", "did you mean `{nearest}`?";
    EMPTY = "{path} está vazio: remova a configuração, ou ponha um item", "{path} is empty: remove it, or add an entry";
    END_LIST = "feche a lista com ]", "close the list with ]";
    END_SECTION = "feche o nome da seção com ]; nele não pode haver espaços", "close the section's name with ]; it must not contain spaces";
    END_TEXT = "feche o texto com aspas na mesma linha", "close the text with a quote on the same line";
    ESCAPE = "escreva \\\\ para uma barra invertida, ou ponha o texto entre aspas simples", "write \\\\ for a backslash, or put single quotes around the text";
    FILE_CREATE = "crie-o (`sudo install -m 600 /dev/null ARQUIVO`) e escreva nele", "create it (`sudo install -m 600 /dev/null FILE`) and write into it";
    FILE_EMPTY = "{setting}: {path} está vazio: escreva o segredo nele", "{setting}: {path} is empty: write the secret into it";
    FILE_NAMED_HERE = "{problem}, e escreva aqui o nome dele; o segredo mesmo vai nesse arquivo", "{problem}, and name it here; the secret itself goes into that file";
    FILE_NOT_PLAIN = "indique um arquivo comum", "name a plain file";
    FILE_NOT_PERMITTED = "permita que o usuário do bina o leia; em um terminal, use sudo", "let bina's user read it; at a terminal, use sudo";
    FILE_NO_TEXT = "tem que ser um arquivo de texto", "it must be a text file";
    FILE_SHOWN = "{path} contém um segredo que outros usuários podem ler: execute `chmod 600 {path}`", "{path} contains a secret that other users can read: run `chmod 600 {path}`";
    FILE_TOO_LARGE = "confira se é o arquivo certo", "check that it is the right file";
    FILE_UNREADABLE = "{setting}: não foi possível ler {path} ({error}): {remedy}", "{setting}: cannot read {path} ({error}): {remedy}";
    FIRST_IN_LINE = " (primeiro na linha {line})", " (first in line {line})";
    IN_TWO_BRACKETS = "uma seção repetida: escreva {heading}, com dois colchetes", "a repeated section: write {heading}, in two brackets";
    JSON = "isto parece JSON: escreva chave = \"valor\" abaixo de [seção]", "this looks like JSON: write key = \"value\" below [section]";
    KEEP_ONE_SECTION = "deixe uma só seção, com as configurações das duas", "keep one section, with the settings of both";
    LOWER_CASE = "escreva true ou false em minúsculas, sem aspas", "write true or false in lower case, without quotes";
    MISSING = "falta {path}: {remedy}", "{path} is missing: {remedy}";
    MUST_BE = "{path} tem que ser {wanted}", "{path} must be {wanted}";
    NOT_TOML = "não é TOML: {message}", "not TOML: {message}";
    NOT_TOML_REMEDY = "não é TOML: {message}: {remedy}", "not TOML: {message}: {remedy}";
    ONE_PER_LINE = "escreva uma configuração por linha", "write one setting per line";
    OR = " ou ", " or ";
    PLAIN_NAME = "tire acentos e espaços do nome", "remove accents and spaces from the name";
    PORT = "a porta {port} não existe: a última é a 65535", "there is no port {port}: the last one is 65535";
    QUOTES = "ponha aspas no texto: chave = \"valor\"", "put quotes around a text: key = \"value\"";
    RULE_BRACKETS = "escreva [[rule]], com dois colchetes, acima de cada regra", "write [[rule]], in two brackets, above each rule";
    SECTION_BRACKETS = "escreva as seções entre colchetes: [seção]", "write sections in brackets: [section]";
    SETTING = "escreva chave = \"valor\"", "write key = \"value\"";
    SOURCE_NEWER = "{path} mudou depois que o bina iniciou, e o systemd só o entrega no início: execute `sudo systemctl restart bina`", "{path} has changed since bina was started, and systemd hands it over at the start only: run `sudo systemctl restart bina`";
    STRAIGHT_QUOTES = "troque as aspas curvas por aspas retas (\")", "replace the typographic quotes with straight ones (\")";
    TOO_MANY = "{path} tem {count} itens: use no máximo {max}", "{path} has {count} entries: use at most {max}";
    TRUE_FALSE_OR = "true, false ou \"{word}\"", "true, false or \"{word}\"";
    TRUE_OR_FALSE = "true ou false", "true or false";
    TWICE = "`{name}` está definido duas vezes{first}: deixe um", "`{name}` is defined twice{first}: keep one";
    TWICE_SECTION = "[{section}] está definida duas vezes{first}: {remedy}", "[{section}] is defined twice{first}: {remedy}";
    UNKNOWN = "configuração desconhecida `{path}`; esperava-se uma de {expected}", "unknown setting `{path}`; expected one of {expected}";
    UNKNOWN_NEAR = "configuração desconhecida `{path}`; esperava-se uma de {expected}; {suggestion}", "unknown setting `{path}`; expected one of {expected}; {suggestion}";
    VALUE = "escreva um valor depois do =", "write a value after the =";
    WHOLE_NUMBERS = "escreva só números inteiros, e listas entre [ ]", "write whole numbers only, and lists in [ ]";
    WITHOUT_ZERO = "tire o zero, ou ponha aspas no número", "remove the zero, or put quotes around the number";
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
