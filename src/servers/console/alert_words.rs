//! What the service states of alerts, in the words of the reader.

use crate::runtime::language::{Language, Text};
use crate::sources::alerts::{AlertEntry, SpeechEntry, StratumLine};

use super::texts;

/// Kinds of places, and of customers, as the service states them.
const KINDS: [(&str, Text); 10] = [
    ("box", texts::PLACE_BOX),
    ("called number", texts::CALLED_NUMBER),
    ("city", texts::PLACE_CITY),
    ("district", texts::PLACE_DISTRICT),
    ("equipment", texts::PLACE_EQUIPMENT),
    ("everyone", texts::EVERYONE),
    ("group", texts::KIND_GROUP),
    ("interface", texts::PLACE_INTERFACE),
    ("pop", texts::PLACE_POP),
    ("status", texts::KIND_STATUS),
];

/// A kind; one that is new in HubSoft keeps its own word.
fn kind(word: &str, language: Language) -> &str {
    let known = KINDS.iter().find(|(known, _)| *known == word);
    known.map_or(word, |(_, text)| text.of(language))
}

/// Several kinds: `interface + POP`.
pub(super) fn kinds(words: &[String], language: Language) -> String {
    if words.is_empty() {
        return texts::SET_OTHERS.of(language).to_owned();
    }
    words.iter().map(|word| kind(word, language)).collect::<Vec<_>>().join(" + ")
}

/// Whom an alert concerns.
pub(super) fn scope(entry: &AlertEntry, language: Language) -> String {
    if entry.everyone {
        return texts::EVERYONE.of(language).to_owned();
    }
    if entry.origin == "local" {
        return entry
            .scope
            .split("; ")
            .map(|part| place(part, language))
            .collect::<Vec<_>>()
            .join("; ");
    }
    let known = entry.kinds.iter().map(|word| kind(word, language).to_owned());
    let hidden = (!entry.hidden_kinds.is_empty())
        .then(|| format!("{} {}", texts::AND_HIDDEN.of(language), entry.hidden_kinds.join(", ")));
    let all: Vec<_> = known.chain(hidden).collect();
    if all.is_empty() { texts::NO_SCOPE.of(language).to_owned() } else { all.join(", ") }
}

/// `district Centro (Betim)`, with its kind in the reader's language.
fn place(part: &str, language: Language) -> String {
    let stated = |(word, text): &(&str, Text)| {
        let name =
            part.strip_prefix(word).filter(|name| name.is_empty() || name.starts_with(' '))?;
        Some(format!("{}{name}", text.of(language)))
    };
    KINDS.iter().find_map(stated).unwrap_or_else(|| part.to_owned())
}

/// What the evidence says of a set of customers.
pub(super) fn verdict(set: &StratumLine, language: Language) -> &'static str {
    let text = match set.verdict.as_str() {
        "alert" => texts::SET_ALERTED,
        "no_alert" => texts::SET_NOT_ALERTED,
        _ => texts::SET_UNDECIDED,
    };
    text.of(language)
}

/// What has become of the words of an alert.
pub(super) fn speech(entry: &SpeechEntry, language: Language) -> String {
    let text = match entry.state.as_str() {
        "spoken" => texts::SPEECH_SPOKEN,
        "waiting" => texts::SPEECH_WAITING,
        "failing" => texts::SPEECH_FAILING,
        "refused" => texts::SPEECH_REFUSED,
        "left_out" => texts::SPEECH_LEFT_OUT,
        other => return other.to_owned(),
    };
    match &entry.reason {
        Some(reason) => format!("{} ({reason})", text.of(language)),
        None => text.of(language).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::directory::{PlaceKind, ScopeKind};

    fn local(scope: &str) -> AlertEntry {
        AlertEntry { origin: "local".to_owned(), scope: scope.to_owned(), ..AlertEntry::default() }
    }

    #[test]
    fn each_kind_has_a_word_in_both_languages() {
        let scopes = ScopeKind::ALL.into_iter().map(ScopeKind::word);
        for word in scopes.chain(PlaceKind::ALL.into_iter().map(PlaceKind::word)) {
            assert!(KINDS.iter().any(|(known, _)| *known == word), "{word}");
        }
        let words = ["district".to_owned(), "zona".to_owned()];
        assert_eq!(kinds(&words, Language::Portuguese), "bairro + zona");
        assert_eq!(kinds(&[], Language::English), "others");
    }

    #[test]
    fn a_scope_is_in_the_words_of_the_reader() {
        let portuguese = |entry: &AlertEntry| scope(entry, Language::Portuguese);
        assert_eq!(
            portuguese(&local("city Betim; district Centro (Betim)")),
            "cidade Betim; bairro Centro (Betim)"
        );
        assert_eq!(portuguese(&local("cityscape")), "cityscape");
        let mut hubsofts = AlertEntry { origin: "hubsoft".to_owned(), ..AlertEntry::default() };
        assert_eq!(portuguese(&hubsofts), "sem alcance informado");
        hubsofts.kinds = vec!["interface".to_owned()];
        hubsofts.hidden_kinds = vec!["zonas".to_owned()];
        assert_eq!(portuguese(&hubsofts), "interface (PON), e o que o bina não localiza: zonas");
    }

    #[test]
    fn the_state_of_its_words_says_why() {
        let state = |state: &str, reason: Option<&str>| {
            let entry = SpeechEntry { state: state.to_owned(), reason: reason.map(str::to_owned) };
            speech(&entry, Language::Portuguese)
        };
        assert_eq!(state("spoken", None), "pronto para tocar");
        assert_eq!(state("refused", Some("forbidden_word")), "recusado (forbidden_word)");
        assert_eq!(state("other", None), "other");
    }
}
