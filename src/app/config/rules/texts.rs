//! What is wrong with a rule, in both languages.

use crate::runtime::language::texts;

texts! {
    ABOVE_OUTAGES = "a regra `{name}` (alerta = \"any\") está antes da regra `{later}`: os clientes dela não ouvem a queda que essa avisa; ponha-a depois", "rule `{name}` (alerta = \"any\") stands before rule `{later}`: its customers do not hear of the outage that this one announces; put it after";
    CALLED_NUMBERS = "{path} tem que ser de números chamados entre aspas, só dígitos", "{path} must be called numbers in quotes, of digits alone";
    DEFINED_NONE = "nenhum", "none";
    EMPTY = "{path} está vazio: escreva palavras a procurar, ou \"*\" para todas (só pontuação não corresponde a nada)", "{path} is empty: name words to match, or \"*\" for all (punctuation alone matches nothing)";
    EVERY_CUSTOMER = "a regra `{name}` vale para todo cliente sem alerta: acrescente servico_status, conectado ou did", "rule `{name}` applies to every customer without an alert: add servico_status, conectado or did";
    EXCLUDES_ALL = "{path} = \"*\" exclui todos os alertas: escreva palavras", "{path} = \"*\" excludes every alert: name words";
    HIDDEN = "a regra `{name}` nunca é alcançada: a regra `{first}`, antes dela, casa tudo o que ela casa", "rule `{name}` is unreachable: rule `{first}` before it matches everything it matches";
    HIDES_ITSELF = "a regra `{name}` nunca casa: o except dela cobre o text", "rule `{name}` never matches: its except covers its text";
    LABEL = "{path} tem que ter 1 a 64 caracteres de A-Z a-z 0-9 _ -", "{path} must be 1 to 64 of A-Z a-z 0-9 _ -";
    LIKELY_MISTAKE = "{path} (linha {line}): `{text}` {warning}", "{path} (line {line}): `{text}` {warning}";
    NO_CONDITION = "a regra `{name}` não tem condição, e toca para qualquer alerta: acrescente text, ou escreva text = \"*\" se é isso que se quer", "rule `{name}` has no condition, so it plays for every alert: add text, or write text = \"*\" if that is intended";
    NO_DATA = "{path} não tem dados: configure hubsoft.ultima_conexao = \"sim\"", "{path} has no data: set hubsoft.ultima_conexao = \"sim\"";
    NO_NAME = "a regra não tem nome: acrescente name = \"…\"", "the rule has no name: add name = \"…\"";
    NO_PLAY = "a regra não tem play: acrescente play = \"PROMPT\", ou play = [] para silêncio", "the rule has no play: add play = \"PROMPT\", or play = [] for silence";
    NO_TEXT_TO_MATCH = "{path} dispensa o alerta, e {key} não tem texto para comparar: retire {key}", "{path} needs no alert, so {key} has no text to match: remove {key}";
    NO_TEXT_TO_SAY = "{path} dispensa o alerta, e speak não tem texto para falar: retire speak", "{path} needs no alert, so speak has no text to say: remove speak";
    NO_STATUS = "o HubSoft não tem o status `{word}`: esperava-se um de {names}", "HubSoft has no status `{word}`: expected one of {names}";
    NO_STATUS_NEAR = "o HubSoft não tem o status `{word}`: você quis dizer `{nearest}`?", "HubSoft has no status `{word}`: did you mean `{nearest}`?";
    ONE_PHRASE = "é uma só expressão e só casa inteira: para casar qualquer parte dela, escreva [{list}]", "is one phrase and matches only as a whole: to match any of its parts, write [{list}]";
    PHRASE_TOO_LONG = "é mais longa que qualquer texto de alerta", "is longer than any alert text";
    PLAYLIST_TOO_LONG = "a lista de áudios é longa demais: use no máximo {sounds} prompts e {bytes} bytes", "the playlist is too long: use at most {sounds} prompts and {bytes} bytes";
    REGEX = "parece uma expressão regular: só palavras e um `*` numa ponta de palavra funcionam", "looks like a regular expression: only words and a `*` at an end of a word are supported";
    SPEAK_NEEDS_PLAY = "{path} também precisa de play: ele toca até que o texto tenha sido falado", "{path} needs play, too: it is heard until the text has been spoken";
    SPEAK_NO_TEXT = "{path} não tem \"*\", que é o texto do alerta: acrescente-o, ou use play", "{path} has no \"*\", which is the alert's text: add it, or use play";
    STAR = "{path} `{text}`: um `*` tem que estar numa ponta de palavra, como em \"rompi*\"", "{path} `{text}`: a `*` must stand at an end of a word, as in \"rompi*\"";
    STATUSES = "{path} tem que indicar prefixos do HubSoft, como suspenso_debito", "{path} must name HubSoft's prefixes, like suspenso_debito";
    STATUS_CASE = "`{word}` não casa nada, porque o HubSoft usa minúsculas: `{lower}`", "`{word}` matches nothing, because HubSoft uses lower case: `{lower}`";
    STATUS_LINE = "{path} (linha {line}): {problem}", "{path} (line {line}): {problem}";
    TWICE = "a regra `{name}` está definida duas vezes (primeiro na linha {first}): dê a cada regra um nome único", "rule `{name}` is defined twice (first in line {first}): give each rule a unique name";
    UNKNOWN_PROMPT = "prompt desconhecido `{name}`: acrescente `{name} = \"SOM\"` em [prompts] (definidos: {defined})", "unknown prompt `{name}`: add `{name} = \"SOUND\"` to [prompts] (defined: {defined})";
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
