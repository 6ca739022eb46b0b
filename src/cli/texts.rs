//! The sentences of the commands that are no error, in both languages.
//!
//! Words of a PBX's answer, names of settings and of commands are the same in both.

use crate::runtime::language::{Language, Text, texts};

texts! {
    ALERTS_NONE = "nenhum está ativo", "none is active";
    ALERTS_UNREAD = "a lista do HubSoft está desligada, ou não foi lida há pouco", "HubSoft's list is off, or was not read lately";
    ALERT_HELD = "{id} ({origin}, há {age} s, {until}, mantido sem lista legível): {standing}", "{id} ({origin}, {age} s ago, {until}, kept without a readable list): {standing}";
    ALERT_NO_END = "não foi dado um fim: diga --until com a hora, ou --for com a duração", "no end is given: say --until when, or --for how long";
    ALERT_NO_SCOPE = "o alerta não tem escopo: diga --city, --district, --equipment, --interface, --box, --pop ou --did com um nome, ou --everyone", "the alert has no scope: say --city, --district, --equipment, --interface, --box, --pop or --did with a name, or --everyone";
    ALERT_NO_TIME = "escreva um número com a unidade, p. ex. 90m, 2h ou 1h30", "write a number with its unit, e.g. 90m, 2h or 1h30";
    ALERT_OPEN = "sem fim marcado", "open";
    ALERT_SEEN = "{id} ({origin}, há {age} s, {until}): {standing}", "{id} ({origin}, {age} s ago, {until}): {standing}";
    ALERT_UNTIL = "até {time}", "until {time}";
    AND = " e ", " and ";
    ANSWER_ALERTED = "status={status} source={source} com alerta", "status={status} source={source} with an alert";
    ANSWER_FOR_HUBSOFT = " pelo alerta {id} do HubSoft", " for HubSoft's alert {id}";
    ANSWER_FOR_LOCAL = " pelo alerta local {id}", " for local alert {id}";
    ANSWER_FOR_UNLISTED = " por um alerta que não está na lista do HubSoft", " for an alert that HubSoft's list does not have";
    ANSWER_NOTHING = "{answer}, nada toca", "{answer}, nothing is played";
    ANSWER_NO_ALERT = "status={status} source={source} sem alerta", "status={status} source={source} without an alert";
    ANSWER_NO_RULE = "{answer}, nada toca: nenhuma regra casa, e general.prompt não está configurado", "{answer}, nothing is played: no rule matches, and general.prompt is not set";
    ANSWER_PLAYS = "{answer}, toca {prompt}", "{answer}, plays {prompt}";
    ANSWER_RULE = " (regra {rule})", " (rule {rule})";
    ANSWER_TOLD = ", que quem liga já ouviu", ", which the caller has heard already";
    ANSWER_WITHOUT_HUBSOFT = "sem a resposta do HubSoft: {answer}", "without HubSoft's answer: {answer}";
    CALLER_ALERTED = "vale para quem liga", "the caller has it";
    CALLER_NOT_ALERTED = "não vale para quem liga", "the caller does not have it";
    CALLER_NOT_PLACED = "não se sabe onde quem liga está ligado à rede", "the caller cannot be placed";
    CALLER_UNDECIDED = "ainda não se sabe se vale para quem liga", "not decided for this caller";
    CHANGES_ANSWER = "a resposta do HubSoft, um alerta novo, ou um local (`bina alert add`)", "HubSoft's answer, a new alert, or a local one (`bina alert add`)";
    CHANGES_CALLERS = "o fim do alerta, ou chamadas que mostrem que ele não vale: menos de 85 % de 10 ou mais", "the alert's end, or callers who turn out not to have it: fewer than 85 % of 10 or more";
    CHANGES_EVIDENCE = "{answers} de cerca de {wanted} clientes do conjunto foram consultados: os próximos decidem", "{answers} of about {wanted} customers of the set were asked: the next decide it";
    CHANGES_NUMBER = "um número que possa ser procurado, ou um alerta local (`bina alert add`)", "a number that can be looked up, or a local alert (`bina alert add`)";
    CHANGES_QUERY = "em {left} s o HubSoft é consultado de novo", "in {left} s HubSoft is queried again";
    CHANGES_WALK = "a resposta do HubSoft, a próxima leitura do diretório, ou um alerta local (`bina alert add`)", "HubSoft's answer, the next walk of the directory, or a local alert (`bina alert add`)";
    CHANGE_ADDED = "alerta `{id}` criado: {audience} até {until}", "alert `{id}` added: {audience} until {until}";
    CHANGE_CALLED = "as chamadas para {scope} o ouvem", "callers of {scope} hear it";
    CHANGE_CUSTOMERS = "{customers} neste escopo ({scope})", "{customers} in this scope ({scope})";
    CHANGE_ENDED = "alerta `{id}` encerrado", "alert `{id}` ended";
    CHANGE_EVERYONE = "todas as chamadas o ouvem", "every caller hears it";
    CHANGE_EXTENDED = "alerta `{id}` vale agora até {until}", "alert `{id}` ends {until}";
    CHANGE_EXTENDED_FROM = "alerta `{id}` vale agora até {until} (antes: {before})", "alert `{id}` ends {until} (before: {before})";
    CHANGE_NO_CUSTOMER = "não há cliente neste escopo agora", "no customer is in this scope now";
    COUNT_CUSTOMER = "1 cliente", "1 customer";
    COUNT_CUSTOMERS = "{count} clientes", "{count} customers";
    CUSTOMERS_MANY = "{count} clientes têm este número", "{count} customers have this number";
    CUSTOMERS_NONE = "não tem este número, ou está desligado (veja `bina directory`)", "does not have this number, or is off (see `bina directory`)";
    CUSTOMERS_ONE = "1 cliente tem este número", "1 customer has this number";
    DIRECTORY_BAR = "{done} % de {total} clientes", "{done} % of {total} customers";
    DIRECTORY_CLEARED = "esvaziado", "cleared";
    DIRECTORY_CONTENT = "diretório: {customers} clientes, {numbers} números, {services} serviços; geração {number}, {extent}, de {age} atrás, {megabytes} MB", "directory: {customers} customers, {numbers} numbers, {services} services; generation {number}, {extent}, {age} old, {megabytes} MB";
    DIRECTORY_DAYS = "{days} dias", "{days} days";
    DIRECTORY_EMPTY = "diretório: vazio: por ele ainda não se reconhece quem liga", "directory: empty: callers are not recognised from it yet";
    DIRECTORY_FOLDER = "pasta de estado: {folder}", "state folder: {folder}";
    DIRECTORY_FORBIDDEN = "; o HubSoft não permite ler essa tabela", "; HubSoft does not permit its table";
    DIRECTORY_FORGOTTEN = "números esquecidos: {count}", "forgotten numbers: {count}";
    DIRECTORY_JOINED = "{kind}: {percent} % se ligam", "{kind}: {percent} % join";
    DIRECTORY_LAST_WALK = "última leitura: {problem}", "last walk: {problem}";
    DIRECTORY_NEXT_WALK = "próxima leitura: {at}, em {span}", "next walk: {at}, in {span}";
    DIRECTORY_NO_FOLDER = "pasta de estado: nenhuma: depois de um reinício a lista é lida de novo", "state folder: none: after a restart the list is read again";
    DIRECTORY_OPENING = "diretório: abrindo o arquivo", "directory: opening its file";
    DIRECTORY_PAGE = ", página {page} de {pages}", ", page {page} of {pages}";
    DIRECTORY_PARTIAL = "incompleta", "not whole";
    DIRECTORY_PAUSED = "em pausa: há chamadas à espera do HubSoft", "paused: calls wait for HubSoft";
    DIRECTORY_REQUESTED = "leitura pedida", "walk requested";
    DIRECTORY_UNJOINED = "  sem ligação: {names}", "  without a join: {names}";
    DIRECTORY_WAITING = "à espera do HubSoft", "waiting for HubSoft";
    DIRECTORY_WAITING_AFTER = "à espera do HubSoft: {failure}", "waiting for HubSoft: {failure}";
    DIRECTORY_WALK = "leitura: {progress}", "walk: {progress}";
    DIRECTORY_WHOLE = "completa", "whole";
    EVIDENCE_CALLERS = ", chamadas {confirmed}/{answers}", ", callers {confirmed}/{answers}";
    EVIDENCE_EARLIER = ", e alertas anteriores contam", ", and earlier alerts count";
    EVIDENCE_NO_KIND = "sem tipo", "no kind";
    EVIDENCE_REVOKED = ", desmentido uma vez pelas chamadas", ", revoked once by callers";
    EVIDENCE_SET = "conjunto {set}: {confirmed}/{answers} consultados o têm, de {customers} clientes", "set {set}: {confirmed}/{answers} of {customers} customers asked have it";
    FORGET_DONE = "esquecido", "forgotten";
    FORGET_KEPT_OUT = "nada estava guardado; o número fica fora das próximas leituras", "nothing was stored; the number is kept out of later walks";
    FORGET_NOTHING = "nada estava guardado", "nothing was stored";
    FORGET_NOT_THERE = "o número não estava esquecido", "the number was not forgotten";
    FORGET_NO_TRACE = "{place}: nada", "{place}: nothing";
    FORGET_UNDONE = "a próxima leitura pode aprender o número de novo", "the next walk may learn the number again";
    KIND_BOX = "caixa óptica", "box";
    KIND_CITY = "cidade", "city";
    KIND_DID = "número chamado", "called number";
    KIND_DISTRICT = "bairro", "district";
    KIND_EQUIPMENT = "equipamento", "equipment";
    KIND_EVERYONE = "todos", "everyone";
    LABEL_ALERT = "alerta", "alert";
    LABEL_ALERTS = "alertas", "alerts";
    LABEL_ANSWER = "resposta", "answer";
    LABEL_ANSWERED = "respondido", "answered";
    LABEL_BELOW = "abaixo", "below";
    LABEL_CHANGES = "mudaria", "changes";
    LABEL_DIRECTORY = "diretório", "directory";
    LABEL_EVIDENCE = "evidências", "evidence";
    LABEL_HUBSOFT = "HubSoft", "HubSoft";
    LABEL_NUMBER = "número", "number";
    LABEL_RULE = "regra", "rule";
    LABEL_SERVICE = "serviço", "service";
    LABEL_TOKEN = "token", "token";
    LABEL_TRUNK = "tronco", "trunk";
    LIST_BY = "por {by} ({from})", "by {by} ({from})";
    LIST_EVERYONE = "todas as chamadas", "every caller";
    LIST_FORECAST = "previsão {forecast}", "forecast {forecast}";
    LIST_MAYBE_OVER = "(acabou?)", "(over?)";
    LIST_NONE = "nenhum alerta ativo", "no alert is active";
    LIST_READ = "a lista de alertas do HubSoft foi lida há {age} s", "HubSoft's list of alerts was read {age} s ago";
    LIST_RULE = "regra {rule}", "rule {rule}";
    LIST_SINCE = "desde {since}", "since {since}";
    LIST_UNREAD = "a lista de alertas do HubSoft ainda não foi lida", "HubSoft's list of alerts has not been read yet";
    LIST_UNTIL = "até {until}", "until {until}";
    LIST_UNTIL_DEFAULT = "{until} (padrão)", "{until} (default)";
    LOOKUP_ANSWERED = "{status} após {ms} ms de {deadline} ms", "{status} after {ms} ms of {deadline} ms";
    LOOKUP_BELOW = "a resposta do HubSoft sozinha, sem diretório e sem alertas", "HubSoft's answer alone, without directory and alerts";
    LOOKUP_NO_NUMBER = "nenhum a procurar: {reason}; o HubSoft não é consultado", "none to look up: {reason}; HubSoft is not contacted";
    LOOKUP_NO_RULE = "nenhuma", "none";
    LOOKUP_NO_TRUNK = "não há tronco `{name}`: escreva um destes ({names}), ou acrescente um [[trunk]] com esse nome", "there is no trunk `{name}`: write one of these ({names}), or add a [[trunk]] of that name";
    LOOKUP_NO_TRUNKS = "não há tronco `{name}`, porque a configuração não tem [[trunk]]: acrescente um com esse nome", "there is no trunk `{name}`, as the configuration has no [[trunk]]: add one of that name";
    LOOKUP_RETURNED = "{term} -> devolvidos: {returned}; com este número exato: {own}; {ms} ms", "{term} -> {returned} returned, {own} with this exact number, {ms} ms";
    LOOKUP_SEARCHED = "{number}, procurado como {forms}", "{number}, searched as {forms}";
    LOOKUP_TOKEN_READY = "pronto em {ms} ms", "ready after {ms} ms";
    PLACES_HEADING = "clientes  nome", "customers name";
    PLACES_MORE = "estes são os primeiros {max}: dê uma parte do nome, p. ex. `bina alert places {kind} centro`", "these are the first {max}: name a part, e.g. `bina alert places {kind} centro`";
    PLACES_NONE = "nenhum lugar do tipo {kind} com este nome: dê menos letras dele, ou nenhuma", "no {kind} of this name: give less of it, or none";
    PROBLEM = "problema: {problem}", "problem: {problem}";
    RULE_ANY_TEXT = "para qualquer texto", "for any text";
    RULE_BY = "por `{phrases}`", "by `{phrases}`";
    RULE_CALLED_NUMBER = "é para outros números chamados", "is for other called numbers";
    RULE_CHOSEN = "escolhida {by}", "chosen {by}";
    RULE_CUSTOMER = "seu servico_status ou conectado não corresponde", "its servico_status or conectado does not fit";
    RULE_EXCEPT = "`{phrase}`, do seu `except`, está no alerta", "`{phrase}` of its `except` is in the alert";
    RULE_LATER = "serviria {by}, mas vem depois", "fits {by}, but comes later";
    RULE_NEEDS_ALERT = "é para quem tem alerta", "it is for customers with an alert";
    RULE_NEEDS_NONE = "é para quem não tem alerta", "it is for customers without an alert";
    RULE_NAMED = "escolhida: o alerta a nomeia", "chosen: the alert names it";
    RULE_NO_ALSO = "nada do seu `also` está no alerta", "none of its `also` is in the alert";
    RULE_NO_TEXT = "nada do seu `text` está no alerta", "none of its `text` is in the alert";
    RULE_OVER = "`{phrase}`, do seu `over`, está no alerta", "`{phrase}` of its `over` is in the alert";
    SAY_RECORDING = "gravação: {seconds} s, {level} dBFS, pico {peak} dBFS, em {ms} ms", "recording: {seconds} s, {level} dBFS, peak {peak} dBFS, after {ms} ms";
    SAY_SPOKEN = "falado como: {text}", "spoken as: {text}";
    SAY_WRITTEN = "gravado em {file}", "written to {file}";
    SERVICE_CACHE = "responde da memória: {stored}", "answers from its cache: {stored}";
    SERVICE_EVIDENCE = "responde na hora, pelo diretório e pelas evidências abaixo", "answers at once, from the directory and the evidence below";
    SERVICE_FIRST = "consulta o HubSoft antes de todas as outras chamadas; sem a resposta dele: {stored}", "queries HubSoft before all other callers; without its answer: {stored}";
    SERVICE_LAST = "consulta o HubSoft se sobrar tempo; sem a resposta dele: {stored}", "queries HubSoft if HubSoft has time left; without its answer: {stored}";
    SERVICE_LATER = "consulta o HubSoft antes de quem tem resposta prevista; sem a resposta dele: {stored}", "queries HubSoft before callers whose answer is foreseen; without its answer: {stored}";
    SERVICE_NO_NUMBER = "nada procura: não há número ({reason})", "looks nothing up: there is no number ({reason})";
    SET_ALERTED = "eles o têm", "they have it";
    SET_NOT_ALERTED = "eles não o têm", "they do not have it";
    SET_OTHERS = "outros", "others";
    SET_UNDECIDED = "ainda não se sabe", "undecided";
    SPEECH_FAILING = "o texto não é falado: o motor falha ({reason}), veja o log", "its words are not spoken: the engine fails ({reason}), see the log";
    SPEECH_LEFT_OUT = "o texto não é falado: há alertas ativos demais", "its words are not spoken: too many alerts are active";
    SPEECH_OTHER = "o texto: {state}", "its words: {state}";
    SPEECH_REFUSED = "o texto não é falado: recusado ({reason}), veja `bina say`", "its words are not spoken: refused ({reason}), see `bina say`";
    SPEECH_SPOKEN = "o texto é falado", "its words are spoken";
    SPEECH_WAITING = "o texto ainda não é falado", "its words are not spoken yet";
    STORED_ALERTED = "encontrado com alerta", "found with an alert";
    STORED_FOUND = "encontrado sem alerta", "found without an alert";
    STORED_INCOMPLETE = "{what}, há {age} s, sem procura completa", "{what}, {age} s ago, not searched completely";
    STORED_LISTED = "{what}, pelo diretório", "{what}, by the directory";
    STORED_NONE = "indisponível", "unavailable";
    STORED_NOT_FOUND = "não encontrado", "not found";
    STORED_RECENT = "{what}, há {age} s", "{what}, {age} s ago";
    TRUNK_READ = "{trunk}: apresentado {presented} -> sem o dígito de categoria {category} -> cortado {strip} -> com prefixo {prefix} -> {outcome}", "{trunk}: presented {presented} -> without category digit {category} -> stripped {strip} -> prefixed {prefix} -> {outcome}";
    TRUNK_UNREAD = "{trunk}: apresentado {presented} -> {outcome}: os dígitos não são o que o [[trunk]] diz", "{trunk}: presented {presented} -> {outcome}: the digits are not what the [[trunk]] states";
    WARNING = "aviso: {warning}", "warning: {warning}";
}

/// The sentences of the service that a command prints as they are.
const ANSWERS: [Text; 7] = [
    DIRECTORY_CLEARED,
    DIRECTORY_REQUESTED,
    FORGET_DONE,
    FORGET_KEPT_OUT,
    FORGET_NOTHING,
    FORGET_NOT_THERE,
    FORGET_UNDONE,
];

/// The answer of the service, which is in English, in `language`: what is no sentence of `ANSWERS` stays as it is.
pub(super) fn answer(answer: &str, language: Language) -> String {
    let line = |line: &str| {
        if let Some(text) = ANSWERS.iter().find(|text| text.english == line) {
            return text.of(language).to_owned();
        }
        match line.strip_suffix(": nothing") {
            Some(place) => FORGET_NO_TRACE.filled(language, &[("place", &place)]),
            None => line.to_owned(),
        }
    };
    answer.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A number or a time with the decimal point of the language.
pub(super) fn decimal(number: impl std::fmt::Display, language: Language) -> String {
    let number = number.to_string();
    match language {
        Language::English => number,
        Language::Portuguese => number.replace('.', ","),
    }
}

/// The scope of an alert as the service states it, with its kinds of places in `language`.
pub(super) fn scope(scope: &str, language: Language) -> String {
    let part = |part: &str| {
        let kinds = [KIND_BOX, KIND_CITY, KIND_DID, KIND_DISTRICT, KIND_EQUIPMENT, KIND_EVERYONE];
        let known =
            kinds.into_iter().find_map(|kind| Some((kind, part.strip_prefix(kind.english)?)));
        match known {
            Some((kind, name)) if name.is_empty() || name.starts_with(' ') => {
                format!("{}{name}", kind.of(language))
            }
            _ => part.to_owned(),
        }
    };
    scope.split("; ").map(part).collect::<Vec<_>>().join("; ")
}

/// `1 customer`, `48 customers`.
pub(super) fn customers(count: u64, language: Language) -> String {
    match count {
        1 => COUNT_CUSTOMER.of(language).to_owned(),
        many => COUNT_CUSTOMERS.filled(language, &[("count", &many)]),
    }
}

/// The width of the words before the lines of an explanation.
const LABEL: usize = 12;

/// A line of an explanation: what it is about, then `text`.
pub(super) fn labelled(label: Text, language: Language, text: impl std::fmt::Display) -> String {
    format!("{:<LABEL$}{text}", label.of(language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    /// Texts that are the same in both languages.
    const SAME: [&str; 2] = ["LABEL_HUBSOFT", "LABEL_TOKEN"];

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &SAME);
    }

    #[test]
    fn what_the_service_says_is_translated_and_names_stay() {
        let said = "cache: nothing\ndirectory: nothing\nforgotten\nanother version\n";
        let portuguese = answer(said, Language::Portuguese);
        assert_eq!(portuguese, "cache: nada\ndirectory: nada\nesquecido\nanother version");
        assert_eq!(answer(said, Language::English), said.trim_end());
        let places = "district Centro (Betim); called number 3732221111; boxes; interface city 1";
        let expected = "bairro Centro (Betim); número chamado 3732221111; boxes; interface city 1";
        assert_eq!(scope(places, Language::Portuguese), expected);
        assert_eq!(scope(places, Language::English), places);
    }

    #[test]
    fn a_label_leaves_a_gap_before_its_text() {
        for (name, text) in ALL.iter().filter(|(name, _)| name.starts_with("LABEL")) {
            let long =
                [text.portuguese, text.english].into_iter().find(|it| it.chars().count() >= LABEL);
            assert_eq!(long, None, "{name}");
        }
    }
}
