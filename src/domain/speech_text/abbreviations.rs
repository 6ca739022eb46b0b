//! Abbreviations of addresses, titles and of staff's shorthand.

use super::tokens::{Rewriting, SpeechRule, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[wireless, our_lady, weekdays, abbreviation];

/// Abbreviations that no other word is: read with and without their dot. One with a capital is read
/// as typed here only.
const ALWAYS: [(&str, &str); 79] = [
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
    ("equip", "equipamento"),
    ("etc", "etcétera"),
    ("hj", "hoje"),
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
const WITH_DOT: [(&str, &str); 28] = [
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
    let typed = view.lower_word(0).filter(|_| view.begins())?;
    let is_parted = typed == "wi" && (view.is_mark(1, '-') || view.is_gap(1));
    let is_parted = is_parted && view.lower_word(2).is_some_and(|word| word == "fi");
    let taken = if is_parted { 3 } else { 1 };
    (is_parted || typed == "wifi").then(|| Rewriting::spoken(taken, "uai fai"))
}

/// `N. Sra.`, `N. S.`
fn our_lady(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_our = view.lower_word(0)? == "n" && view.is_mark(1, '.');
    let at = view.past_gap(2);
    let is_lady = matches!(view.lower_word(at)?.as_str(), "s" | "sra" | "senhora");
    let end = at + 1 + usize::from(view.is_mark(at + 1, '.'));
    let precedes = view.is_content(view.past_gap(end));
    (is_our && is_lady && precedes).then(|| Rewriting::spoken(end, "Nossa Senhora"))
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
    let with_dot = || find(&WITH_DOT).filter(|_| has_dot && is_followed && !is_name);
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
    Some(Rewriting::spoken(1 + usize::from(has_dot && is_followed), words))
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
        for (typed, spoken) in always.chain(&WITH_DOT).chain(&WITH_MARK) {
            let expected = format!("Aviso: {spoken} aqui.");
            assert_eq!(said(&format!("aviso: {typed}. aqui")), expected, "{typed}");
            assert_eq!(said(&format!("aviso: {spoken} aqui")), expected, "{typed}");
            let sentences = said(&format!("aviso: {spoken}. Aqui"));
            assert_eq!(sentences, format!("Aviso: {spoken}. Aqui."), "{typed}");
        }
        for (_, spoken) in WEEKDAYS.iter().chain(&BEFORE_NUMBER) {
            assert_eq!(said(&format!("aviso: {spoken} 2")), format!("Aviso: {spoken} dois."));
        }
    }

    #[test]
    fn no_abbreviation_is_listed_twice_in_a_table() {
        for table in [&ALWAYS[..], &WITH_DOT, &WITH_MARK, &BEFORE_NUMBER, &WEEKDAYS] {
            for (at, (typed, _)) in table.iter().enumerate() {
                assert!(table[..at].iter().all(|(other, _)| other != typed), "{typed}");
            }
        }
    }
}
