//! Why calls are not written to the journal, and why there is no report of it.

use crate::runtime::language::sentences;

sentences! {
    FORM = "`{form}` não é uma forma de relatório; esperava-se text, csv ou json", "`{form}` is not a form of a report; expected text, csv or json";
    LANGUAGE = "`{language}` não é um idioma de relatório; esperava-se pt ou en", "`{language}` is not a language of a report; expected pt or en";
    NOT_WRITTEN = "as chamadas não são gravadas no journal: {error}", "calls are not written to the journal: {error}";
    NO_FOLDER = "não há pasta de estado, e nenhuma chamada fica guardada: use StateDirectory= do systemd, ou configure service.state_folder", "there is no state folder, so no call is kept: use StateDirectory= of systemd, or set service.state_folder";
    NO_FOLDER_FOR_CALLS = "não há pasta de estado (use StateDirectory= do systemd, ou configure service.state_folder)", "there is no state folder (use StateDirectory= of systemd, or set service.state_folder)";
    OCCUPIED = "`{path}` tem as chamadas de outro dia, que não são antigas (o relógio desta máquina pode estar errado: acerte-o)", "`{path}` has the calls of another day, which are not old (the clock of this machine may be wrong: set it)";
    ORDER = "o relatório terminaria antes de começar: `since` tem que ser anterior a `until`", "the report would end before it begins: `since` has to be earlier than `until`";
    PARAMETER = "`{key}` não é um parâmetro: esperava-se {keys}", "`{key}` is not a parameter: expected {keys}";
    PARAMETER_TWICE = "`{key}` está lá duas vezes: envie uma só", "`{key}` is there twice: send it once";
    TIME = "`{text}` não é uma hora: escreva-a como `2h`, `30m`, `7d`, `18:30`, `2026-11-30` ou `2026-11-30 18:30`", "`{text}` is not a time: write it like `2h`, `30m`, `7d`, `18:30`, `2026-11-30` or `2026-11-30 18:30`";
    UNREADABLE = "o journal não pode ser lido: {error}", "the journal cannot be read: {error}";
}
