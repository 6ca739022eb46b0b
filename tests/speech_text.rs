//! Texts of alerts as staff type them, and what a speech engine is given.

#[path = "speech_text/properties.rs"]
mod properties;

use bina::domain::speech_text::{Refusal, SpeechWords, prepare};

/// Each row: what is typed, a tab, what is spoken or `!` and the label of the refusal.
const ROWS: &str = include_str!("speech_text/pt_br.tsv");

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = ROWS.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(|line| line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}")))
}

fn said(typed: &str) -> String {
    match prepare(typed, &SpeechWords::default()) {
        Ok(prepared) => prepared.reveal().to_owned(),
        Err(refusal) => format!("!{}", refusal.label()),
    }
}

#[test]
fn each_text_is_spoken_or_refused_as_its_row_says() {
    let wrong: Vec<_> = rows()
        .filter(|(typed, expected)| said(typed) != *expected)
        .map(|(typed, expected)| {
            format!("{typed}\n  expected {expected}\n  found    {}", said(typed))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(rows().count() > 700, "the rows are found");
}

#[test]
fn a_prepared_row_stays_as_it_is() {
    for (_, spoken) in rows().filter(|(_, expected)| !expected.starts_with('!')) {
        assert_eq!(said(spoken), spoken);
    }
}

#[test]
fn each_kind_of_refusal_has_a_row() {
    let unreached = ["too_long"];
    for label in Refusal::LABELS.iter().filter(|label| !unreached.contains(label)) {
        let refused = format!("!{label}");
        assert!(rows().any(|(_, expected)| expected == refused), "{label}");
    }
}

/// "não", "sem" and "nem" are spoken, whatever stands around them, or the text is refused.
#[test]
fn no_negation_is_lost() {
    for negation in ["não", "NÃO", "nao", "ñ", "sem", "SEM", "s/", "S/", "s /", "s\\", "nem"] {
        for rest in
            ["sinal", "SINAL", "18h", "5 casas", "R. Goiás", "CTO 5", "(37) 3222-1234", "🚧 luz"]
        {
            for text in [format!("{negation} {rest}"), format!("Aviso: {negation} {rest}!")] {
                let spoken = said(&text).to_lowercase();
                let words = ["não ", "sem ", "nem "];
                let is_refused = spoken == "!ambiguous";
                let is_kept = is_refused || words.iter().any(|word| spoken.contains(word));
                assert!(is_kept, "{text}: {spoken}");
            }
        }
    }
}
