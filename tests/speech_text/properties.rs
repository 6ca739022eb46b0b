//! Properties that every text keeps.

use proptest::prelude::*;

use bina::domain::speech_text::{Refusal, SPEECH_CHARS_MAX, SpeechWords, prepare};

/// Pieces of which hostile and ordinary texts are made.
const PIECES: &[&str] = &[
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    ".",
    ",",
    ":",
    ";",
    "!",
    "?",
    "!!!",
    "-",
    "–",
    "/",
    "(",
    ")",
    "º",
    "ª",
    "°",
    "%",
    "#",
    "*",
    "_",
    "+",
    "<",
    ">",
    "->",
    "&",
    "~",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "'",
    "=",
    "0",
    "1",
    "2",
    "05",
    "12",
    "18",
    "24",
    "30",
    "100",
    "2026",
    "3222",
    "1234",
    "0800",
    "37",
    "98888",
    "35500",
    "000",
    "1.250",
    "2,5",
    "18h30",
    "8-10h",
    "05/12",
    "h",
    "H",
    "min",
    "x",
    "Mbps",
    "GB",
    "km",
    "dBm",
    "C",
    "às ",
    "das ",
    "de ",
    "a ",
    "e ",
    "não ",
    "R",
    "Av",
    "Eq",
    "S",
    "N",
    "n",
    "Sra",
    "bloco ",
    "CTO",
    "ONUs",
    "POP",
    "BR",
    "MG",
    "se",
    "BRT",
    "ç",
    "é",
    "Prev",
    "🚧",
    "ñ",
    "DIVINÓPOLIS",
    "al",
    "pe",
    "res",
    "ap ",
    "lt",
    "q",
    "seg",
    "sex",
    "dom",
    "ex",
    "C.",
    "wi",
    "fi",
    "ip",
    "los",
    "id",
    "IDs",
    "tel",
    "ok",
    "cel",
    "nº",
    "s/",
    "c/",
    "(s)",
    "uf",
    "ms",
    "CEP ",
    "ligue ",
    "dia ",
    "aviso",
    "N ",
    "nn ",
    "tem ",
    "normalizado ",
    "s / ",
    "s-",
    "(s) ",
    "\\",
    "sinal ",
    "30m",
    "24h",
    "pm",
    "em ",
    "30'",
    "1/2",
    "II",
    "XV ",
    "Pio ",
    "D.",
    "D. Ana",
    "Q ",
    "R ",
    "cx",
    "Srª",
    "Nª ",
    "prog.",
    "desc. ",
    "Mal.",
    "✅",
    "Att, ",
    "João",
    "conta ",
    "mil ",
    "2ªf",
    "1a. ",
    "<p>",
    "</p>",
    ">=",
    "%-",
    "LTE",
    "CE",
    "Belém - PA",
    "/SE",
    "0800/",
    "*144",
    " - ",
    "WhatsApp ",
    "ETA ",
    "00:30",
    "12A",
    "2a",
    "300M",
    "plano ",
    "½ hora",
    "45°",
    "3/4",
    "2026/2027",
    "18h~19h",
    "CTO 1A, 2A",
    "qua ",
];

fn typed() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(PIECES);
    prop_oneof![
        4 => prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat()),
        1 => "\\PC{0,80}",
        1 => "[ -~áéíóúâêôãõçÁÉÍÓÚÂÊÔÃÕÇºª°]{0,120}",
    ]
}

fn is_letter(c: char) -> bool {
    "abcdefghijklmnopqrstuvwxyzáàâãéêíóôõúüç".contains(&c.to_lowercase().to_string())
}

fn is_speakable(c: char) -> bool {
    is_letter(c) || matches!(c, ' ' | '-' | ',' | '.' | '?' | '!' | ':' | ';')
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_prepared_text_is_speakable_bounded_and_stays_as_it_is(text in typed()) {
        let words = SpeechWords::default();
        if let Ok(prepared) = prepare(&text, &words) {
            let said = prepared.reveal();
            prop_assert!(said.chars().all(is_speakable), "{said}");
            prop_assert!(said.chars().any(is_letter) && said.ends_with(['.', '!', '?']), "{said}");
            prop_assert!(said.chars().count() <= SPEECH_CHARS_MAX);
            prop_assert!(!said.contains("  ") && !said.contains(" ,") && !said.starts_with(' '));
            let again = prepare(said, &words).map(|again| again.reveal().to_owned());
            prop_assert_eq!(again.as_deref(), Ok(said));
        }
    }

    #[test]
    fn a_providers_words_keep_a_prepared_text_as_it_is(text in typed()) {
        let own = [("POP", "central"), ("cto", "caixa"), ("24h", "dia e noite"), ("c-1", "célula um")];
        let own = own.map(|(written, spoken)| (written.to_owned(), spoken.to_owned()));
        let words = SpeechWords::new(&own).expect("valid");
        if let Ok(prepared) = prepare(&text, &words) {
            let again = prepare(prepared.reveal(), &words);
            let again = again.map(|again| again.reveal().to_owned());
            prop_assert_eq!(again.as_deref(), Ok(prepared.reveal()));
        }
    }

    #[test]
    fn a_refusal_holds_nothing_of_the_text(text in "[a-z]{12,30}", number in "[1-9][0-9]{11,13}") {
        let text = format!("{text} {number} {text}");
        let refusal = prepare(&text, &SpeechWords::default()).expect_err("a long number");
        let printed = format!("{refusal} {refusal:?} {}", refusal.label());
        prop_assert!(!printed.contains(&text[..12]) && !printed.contains(&number));
    }
}

/// What is too long costs nothing, and what is just short enough no more than a moment. The bound is
/// far above what a busy machine takes, and far below what work that doubles with each sign would.
#[test]
fn hostile_texts_take_a_bounded_time() {
    let words = SpeechWords::default();
    for piece in [
        "0", "1.", "1,", "1-", "1/", "1 ", "(1)", "a.", "a ", "-", ">", "~", "h", "\u{301}", "1h",
        "+55 ", "n ", "s/", "s - ", "1'", "*12", "1m ", "I ", "(s) ", "12 34 ", "ab ", "att, ",
        "conta 1 ", "a . ", "✓ ", "<p>",
    ] {
        let many = piece.repeat(10_000 / piece.len());
        assert_eq!(prepare(&many, &words), Err(Refusal::TooLong));
        let begun = std::time::Instant::now();
        let limit: String = many.chars().take(SPEECH_CHARS_MAX).collect();
        // What becomes of it does not matter here.
        let _ = prepare(&limit, &words);
        assert!(begun.elapsed() < std::time::Duration::from_millis(500), "{piece}");
    }
}
