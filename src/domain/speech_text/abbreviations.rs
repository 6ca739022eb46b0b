//! Abbreviations of addresses, titles and of staff's shorthand.

use super::calendar::is_date;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] =
    &[wireless, weekdays, weekday, planned, next, school, abbreviation, cut_word];

/// Abbreviations that no other word is: read with and without their dot. One with a capital is read
/// as typed here only.
const ALWAYS: [(&str, &str); 88] = [
    ("Pq", "parque"),
    ("apt", "apartamento"),
    ("apto", "apartamento"),
    ("aptos", "apartamentos"),
    ("aprox", "aproximadamente"),
    ("att", "atenciosamente"),
    ("atend", "atendimento"),
    ("av", "avenida"),
    ("avs", "avenidas"),
    ("bco", "bloco"),
    ("blz", "beleza"),
    ("bro", "bairro"),
    ("cj", "conjunto"),
    ("cond", "condomínio"),
    ("conj", "conjunto"),
    ("cx", "caixa"),
    ("cxs", "caixas"),
    ("dr", "doutor"),
    ("dra", "doutora"),
    ("eh", "é"),
    ("equip", "equipamento"),
    ("esc", "escola"),
    ("esq", "esquina"),
    ("etc", "etcétera"),
    ("hab", "habitacional"),
    ("hj", "hoje"),
    ("hosp", "hospital"),
    ("igr", "igreja"),
    ("indisp", "indisponibilidade"),
    ("inst", "instalação"),
    ("jd", "jardim"),
    ("jds", "jardins"),
    ("jrd", "jardim"),
    ("km", "quilômetro"),
    ("lgo", "largo"),
    ("loteam", "loteamento"),
    ("ltda", "limitada"),
    ("manut", "manutenção"),
    ("mbps", "mega"),
    ("máx", "máximo"),
    ("mín", "mínimo"),
    ("msm", "mesmo"),
    ("mto", "muito"),
    ("nao", "não"),
    ("naum", "não"),
    ("obs", "observação"),
    ("ok", "oquei"),
    ("pov", "povoado"),
    ("pç", "praça"),
    ("pça", "praça"),
    ("pca", "praça"),
    ("pfv", "por favor"),
    ("pq", "porque"),
    ("pres", "presidente"),
    ("prev", "previsão"),
    ("profa", "professora"),
    ("prox", "próximo"),
    ("próx", "próximo"),
    ("pto", "ponto"),
    ("pts", "pontos"),
    ("q", "que"),
    ("qd", "quadra"),
    ("qdo", "quando"),
    ("qnd", "quando"),
    ("qto", "quanto"),
    ("qtd", "quantidade"),
    ("qtde", "quantidade"),
    ("rod", "rodovia"),
    ("sr", "senhor"),
    ("sra", "senhora"),
    ("sras", "senhoras"),
    ("srs", "senhores"),
    ("srta", "senhorita"),
    ("sta", "santa"),
    ("sto", "santo"),
    ("sáb", "sábado"),
    ("tb", "também"),
    ("tbm", "também"),
    ("tel", "telefone"),
    ("tels", "telefones"),
    ("trav", "travessa"),
    ("tv", "tê vê"),
    ("tvs", "tê vês"),
    ("téc", "técnica"),
    ("vc", "você"),
    ("vcs", "vocês"),
    ("vl", "vila"),
    ("zap", "zape"),
];
/// Abbreviations that are also words, letters or endings: read only before a dot and something more.
const WITH_DOT: [(&str, &str); 29] = [
    ("Tv", "travessa"),
    ("al", "alameda"),
    ("ap", "apartamento"),
    ("bl", "bloco"),
    ("cap", "capitão"),
    ("cel", "coronel"),
    ("cia", "companhia"),
    ("cs", "casa"),
    ("dist", "distrito"),
    ("ed", "edifício"),
    ("eng", "engenheiro"),
    ("est", "estrada"),
    ("gal", "general"),
    ("gov", "governador"),
    ("jr", "júnior"),
    ("lot", "loteamento"),
    ("lt", "lote"),
    ("mun", "município"),
    ("pe", "padre"),
    ("pq", "parque"),
    ("prof", "professor"),
    ("r", "rua"),
    ("res", "residencial"),
    ("s", "são"),
    ("st", "santo"),
    ("tec", "técnica"),
    ("trv", "travessa"),
    ("un", "unidade"),
    ("v", "vila"),
];
/// Shorthand that nobody types with a dot: the dot ends the sentence.
const DOTLESS: [&str; 24] = [
    "blz", "eh", "etc", "hj", "km", "mbps", "msm", "mto", "nao", "naum", "ok", "pfv", "pq", "q",
    "qdo", "qnd", "qto", "tb", "tbm", "tv", "tvs", "vc", "vcs", "zap",
];
/// Titles, which are words in small letters: `está mal.`
const TITLES: [(&str, &str); 17] = [
    ("Alm", "almirante"),
    ("Br", "barão"),
    ("Brg", "brigadeiro"),
    ("Brig", "brigadeiro"),
    ("Cons", "conselheiro"),
    ("Dep", "deputado"),
    ("Des", "desembargador"),
    ("Fr", "frei"),
    ("Maj", "major"),
    ("Mal", "marechal"),
    ("Mons", "monsenhor"),
    ("Sarg", "sargento"),
    ("Sen", "senador"),
    ("Sgt", "sargento"),
    ("Ten", "tenente"),
    ("Ver", "vereador"),
    ("Visc", "visconde"),
];
/// Streets, whose names begin with titles.
const STREETS: [&str; 8] = ["alameda", "av", "avenida", "praça", "r", "rodovia", "rua", "travessa"];
/// Words in small letters that end as no Portuguese word does.
const FOREIGN: [&str; 22] = [
    "backup", "chat", "club", "facebook", "feedback", "fiat", "hub", "internet", "link", "off",
    "pix", "pop", "rack", "router", "split", "stand", "switch", "tablet", "uplink", "web",
    "whatsapp", "workshop",
];
/// Abbreviations that a dot or a colon makes one.
const WITH_MARK: [(&str, &str); 3] = [("eq", "equipe"), ("ex", "exemplo"), ("ref", "referente")];
/// Nouns before a letter that is a name: `bloco R.` ends a sentence.
const NAMED_BY_LETTER: [&str; 10] =
    ["ala", "bloco", "grupo", "letra", "lote", "quadra", "rota", "setor", "torre", "zona"];
/// Abbreviations that only a number makes one: `ap 301`, `bl 2`.
const BEFORE_NUMBER: [(&str, &str); 7] = [
    ("ap", "apartamento"),
    ("bl", "bloco"),
    ("cel", "celular"),
    ("cs", "casa"),
    ("ed", "edifício"),
    ("lt", "lote"),
    ("tel", "telefone"),
];
/// Days of the week, read as such only two together: `seg a sex`.
const WEEKDAYS: [(&str, &str); 8] = [
    ("seg", "segunda"),
    ("ter", "terça"),
    ("qua", "quarta"),
    ("qui", "quinta"),
    ("sex", "sexta"),
    ("sab", "sábado"),
    ("sáb", "sábado"),
    ("dom", "domingo"),
];

/// `Wi-Fi`, `wifi`, `wi fi`.
fn wireless(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0)?;
    let is_parted = typed == "wi" && (view.is_mark(1, '-') || view.is_gap(1));
    let is_parted = is_parted && view.lower_word(2).is_some_and(|word| word == "fi");
    let taken = if is_parted { 3 } else { 1 };
    (is_parted || typed == "wifi").then(|| Rewriting::spoken(taken, "uai fai"))
}

/// `seg a sex`, `seg. à sex`.
fn weekdays(view: &TokenView<'_>) -> Option<Rewriting> {
    let day = |at: usize| {
        let typed = view.lower_word(at)?;
        WEEKDAYS.iter().find(|(known, _)| *known == typed).map(|(_, words)| *words)
    };
    let first = day(0)?;
    let at = view.past_gap(1 + usize::from(view.is_mark(1, '.')));
    let joining = view.lower_word(at).filter(|word| matches!(word.as_str(), "a" | "à" | "e"))?;
    let end = view.past_gap(at + 1);
    let second = day(end)?;
    Some(Rewriting::spoken(end + 1, format!("{first} {joining} {second}")))
}

/// `sex. 18h`, `ter, 01/12`: one day, of which the dot, the date or the time tells.
fn weekday(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0)?;
    let (_, words) = WEEKDAYS.iter().find(|(known, _)| *known == typed)?;
    let sign = usize::from(view.is_mark(1, '.') || view.is_mark(1, ','));
    let next = view.rest.get(view.past_gap(1 + sign)).filter(|next| next.is_content())?;
    let precedes_date = next.kind == TokenKind::Numeral && is_date(&next.text);
    let is_verb = typed == "ter" || typed == "seg";
    let precedes_time = !is_verb && is_time(view, view.past_gap(1 + sign));
    // `seg.` may be seconds, `ter.` the end of a sentence.
    let is_cut = view.is_mark(1, '.') && !matches!(typed.as_str(), "seg" | "ter");
    let is_day = precedes_date || precedes_time || is_cut && is_small(next) && !view.is_shouted;
    let taken = 1 + usize::from(view.is_mark(1, '.'));
    is_day.then(|| Rewriting::spoken(taken, *words))
}

/// Whether a time stands at `at`, with or without its article.
fn is_time(view: &TokenView<'_>, at: usize) -> bool {
    let article = view.rest.get(at).map(|token| token.text.to_lowercase()).unwrap_or_default();
    let is_article = matches!(article.as_str(), "às" | "as" | "à" | "das" | "da");
    let time = view.rest.get(if is_article { view.past_gap(at + 1) } else { at });
    time.is_some_and(|time| {
        let is_hour = time.text.contains("hora") || time.text.starts_with("meia-noite");
        time.kind == TokenKind::Numeral && is_hour
    })
}

/// `nas próx. 24h`: in the form that its article tells.
fn next(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_next = matches!(view.lower_word(0)?.as_str(), "prox" | "próx");
    let words = match view.last_word(&[])?.as_str() {
        "às" | "as" | "das" | "nas" | "pelas" => "próximas",
        "a" | "à" | "da" | "na" | "pela" => "próxima",
        "aos" | "dos" | "nos" | "os" | "pelos" => "próximos",
        _ => return None,
    };
    let dot = usize::from(view.is_mark(1, '.') && view.is_content(view.past_gap(2)));
    is_next.then(|| Rewriting::spoken(1 + dot, words))
}

/// `Manut. prog.`, `desligamento prog.`
fn planned(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_planned = view.lower_word(0)? == "prog";
    let last = view.last_word(&['.']).unwrap_or_default();
    let is_masculine = last.ends_with('o') && !last.ends_with("ão");
    let is_cut = view.is_mark(1, '.') && view.is_content(view.past_gap(2));
    let words = if is_masculine { "programado" } else { "programada" };
    is_planned.then(|| Rewriting::spoken(1 + usize::from(is_cut), words))
}

/// `Esc. Est.`, `Esc. Mun.`
fn school(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_school = view.follows(&["escola", "hospital"]) && view.is_mark(1, '.');
    let words = match view.lower_word(0)?.as_str() {
        "est" => "estadual",
        "mun" => "municipal",
        _ => return None,
    };
    is_school.then(|| Rewriting::spoken(2, words))
}

/// `desc. hoje`: a word that ends as only cut ones do, before a small letter, ends no sentence.
fn cut_word(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0).filter(|_| !view.is_shouted && view.is_mark(1, '.'))?;
    let lower = typed.to_lowercase();
    let is_word = typed.chars().skip(1).all(char::is_lowercase) && lower.chars().count() > 2;
    let is_cut = lower.ends_with(|c| "bcdfghjkpqtvw".contains(c));
    let next = view.rest.get(view.past_gap(2)).filter(|next| next.is_content())?;
    let goes_on = is_small(next);
    let tokens = || vec![SpeechToken::new(TokenKind::Word, typed), SpeechToken::gap()];
    (is_word && is_cut && goes_on && !FOREIGN.contains(&lower.as_str()))
        .then(|| Rewriting { taken: 2, tokens: tokens() })
}

/// `Rua Sgt Lima`: titles and the like without their dot, between a street and its name.
fn is_street_title(view: &TokenView<'_>, last: &str) -> bool {
    let is_capital =
        |at: usize| view.word(at).is_some_and(|word| word.starts_with(char::is_uppercase));
    let is_long = view.word(0).is_some_and(|word| word.chars().count() > 1);
    STREETS.contains(&last) && is_long && is_capital(0) && view.is_gap(1) && is_capital(2)
}

/// Whether `token` begins with a small letter.
fn is_small(token: &SpeechToken) -> bool {
    token.text.starts_with(char::is_lowercase)
}

/// Whether no sentence ends at `before`.
fn goes_on(before: &SpeechToken) -> bool {
    !['.', '!', '?'].iter().any(|mark| before.is_mark(*mark))
}

fn abbreviation(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0)?;
    let lower = typed.to_lowercase();
    let find = |table: &[(&'static str, &'static str)]| {
        let exact = table.iter().find(|(known, _)| *known == typed);
        let found = exact.or_else(|| table.iter().find(|(known, _)| *known == lower));
        found.map(|(_, words)| *words)
    };
    let has_dot = view.is_mark(1, '.');
    let is_followed = view.is_content(view.past_gap(2));
    let last = view.last_word(&[]).unwrap_or_default();
    let is_name = lower.len() == 1 && NAMED_BY_LETTER.contains(&last.as_str());
    // In capitals only a street's name tells `MAL.` from the word.
    let is_street = view.is_shouted && STREETS.contains(&last.as_str());
    let is_title = is_street || typed != lower && view.before.last().is_some_and(goes_on);
    let title = || {
        let is_same =
            |known: &str| if is_street { known.to_lowercase() == lower } else { known == typed };
        let found = TITLES.iter().find(|(known, _)| is_title && is_same(known));
        found.map(|(_, words)| *words)
    };
    let has_dot_or_street = has_dot && is_followed || is_street_title(view, &last);
    let with_dot = || find(&WITH_DOT).or_else(title).filter(|_| has_dot_or_street && !is_name);
    let has_mark = (has_dot || view.is_mark(1, ':')) && is_followed;
    let with_mark = || find(&WITH_MARK).filter(|_| has_mark);
    let after = view.past_gap(1 + usize::from(has_dot || view.is_mark(1, ':')));
    let is_number = view.rest.get(after).is_some_and(|token| token.kind == TokenKind::Numeral);
    let before_number = find(&BEFORE_NUMBER).filter(|_| is_number);
    let words = before_number.or_else(with_dot).or_else(with_mark).or_else(|| find(&ALWAYS))?;
    let is_part = view.is_mark(1, '-') || view.before.last().is_some_and(|last| last.is_mark('-'));
    if is_part && !view.is_shouted && words.len() < typed.len() {
        return None;
    }
    // `ok. Equipe` ends a sentence, `av. Brasil` does not.
    let goes_on = !DOTLESS.contains(&lower.as_str())
        || with_dot().is_some()
        || !view.is_shouted && view.rest[after..].first().is_some_and(is_small);
    Some(Rewriting::spoken(1 + usize::from(has_dot && is_followed && goes_on), words))
}

#[cfg(test)]
mod tests {
    use crate::domain::speech_text::{SpeechWords, prepare};

    use super::*;

    #[test]
    fn each_abbreviation_is_one_once_and_its_words_are_none() {
        let words = SpeechWords::default();
        let said = |text: &str| prepare(text, &words).expect("spoken").reveal().to_owned();
        let differs_with_dot = |typed: &str| WITH_DOT.iter().any(|(other, _)| *other == typed);
        let always = ALWAYS.iter().filter(|(typed, _)| !differs_with_dot(typed));
        for (typed, spoken) in always.chain(&WITH_DOT).chain(&WITH_MARK).chain(&TITLES) {
            let expected = format!("Aviso: {spoken} aqui.");
            assert_eq!(said(&format!("aviso: {typed}. aqui")), expected, "{typed}");
            assert_eq!(said(&format!("aviso: {spoken} aqui")), expected, "{typed}");
            // After this one a capital begins the name of who wrote the text.
            if *typed != "att" {
                let sentences = said(&format!("aviso: {spoken}. Aqui"));
                assert_eq!(sentences, format!("Aviso: {spoken}. Aqui."), "{typed}");
            }
        }
        for (_, spoken) in WEEKDAYS.iter().chain(&BEFORE_NUMBER) {
            assert_eq!(said(&format!("aviso: {spoken} 2")), format!("Aviso: {spoken} dois."));
        }
    }

    #[test]
    fn no_abbreviation_is_listed_twice_in_a_table() {
        for table in [&ALWAYS[..], &WITH_DOT, &TITLES, &WITH_MARK, &BEFORE_NUMBER, &WEEKDAYS] {
            for (at, (typed, _)) in table.iter().enumerate() {
                assert!(table[..at].iter().all(|(other, _)| other != typed), "{typed}");
            }
        }
    }
}
