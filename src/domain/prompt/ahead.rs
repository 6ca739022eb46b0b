//! Distinguishes a fault that is over from one that is not, by the preceding words.

/// Folded words that, directly before one like "normalizado", mean that the fault persists.
const AHEAD: [&str; 53] = [
    "a ser",
    "aguardando ser",
    "ainda",
    "ainda nao",
    "ainda nao ficou",
    "assim que estiver",
    "assim que for",
    "assim que forem",
    "ate estar",
    "ate ser",
    "desde",
    "deve estar",
    "deve ser",
    "devem estar",
    "devem ser",
    "devera estar",
    "devera ser",
    "deverao estar",
    "deverao ser",
    "enquanto nao",
    "estara",
    "estarao",
    "ficara",
    "ira ser",
    "irao ser",
    "mesmo local da",
    "mesmo local do",
    "mesmo ponto da",
    "mesmo ponto do",
    "mesmo trecho da",
    "mesmo trecho do",
    "nao esta",
    "nao estao",
    "nao foi",
    "nao foram",
    "para estar",
    "para ser",
    "podera ser",
    "previsao",
    "previsao de",
    "previsao de ser",
    "previsao para",
    "quando estiver",
    "quando for",
    "quando forem",
    "seja",
    "sejam",
    "sendo",
    "sera",
    "serao",
    "vai estar",
    "vai ser",
    "vao ser",
];

/// Returns whether the folded words end in an entry of `AHEAD`.
pub(super) fn is_ahead(before: &str) -> bool {
    AHEAD.iter().any(|words| {
        let rest = before.strip_suffix(words);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_at_the_end_match() {
        for (before, ahead) in [
            (" rompimento ainda nao", true),
            (" sera", true),
            (" a espera", false),
            (" deve ser", true),
            (" apos ser", false),
            (" nao", false),
            (" ainda nao visto", false),
            ("", false),
        ] {
            assert_eq!(is_ahead(before), ahead, "{before}");
        }
    }
}
