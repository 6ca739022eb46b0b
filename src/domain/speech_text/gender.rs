//! The gender that a number takes from the noun it counts.

/// Grammatical gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    Feminine,
    Masculine,
}

/// Feminine nouns whose ending does not tell.
const FEMININE_ONES: [&str; 32] = [
    "árvore", "base", "chave", "classe", "cruz", "cto", "cx", "equipe", "fase", "fonte", "frente",
    "haste", "lente", "luz", "mãe", "mão", "manhã", "matriz", "noite", "olt", "ont", "onu",
    "ordem", "parte", "ponte", "rede", "sede", "série", "torre", "tarde", "vez", "voz",
];
/// Their plurals.
const FEMININE_MANY: [&str; 34] = [
    "árvores", "bases", "chaves", "classes", "cruzes", "ctos", "cx", "cxs", "equipes", "eq",
    "fases", "fontes", "frentes", "hastes", "lentes", "luzes", "mãos", "matrizes", "noites",
    "olts", "onts", "onus", "ordens", "partes", "res", "pontes", "redes", "sedes", "séries",
    "tardes", "torres", "un", "vezes", "vozes",
];
/// Endings of feminine nouns.
const ENDINGS_ONE: [&str; 8] = ["a", "ção", "gião", "nião", "são", "xão", "ade", "gem"];
/// Endings of their plurals.
const ENDINGS_MANY: [&str; 8] = ["as", "ções", "giões", "niões", "sões", "xões", "ades", "gens"];
/// Masculine words with a feminine ending, and words that count nothing.
const NOT_FEMININE: [&str; 22] = [
    "a", "as", "agora", "ainda", "apenas", "contra", "da", "das", "dia", "dias", "entra", "fica",
    "fora", "mapa", "mapas", "mas", "na", "nas", "para", "pela", "pelas", "são",
];
/// Endings of masculine nouns with a feminine ending: `problemas`, `programas`, `idiomas`.
const MASCULINE_ENDINGS: [&str; 8] = ["ema", "emas", "ama", "amas", "oma", "omas", "ista", "istas"];
/// Articles before a number that counts something feminine; "a" is a preposition as often.
const ARTICLES: [&str; 8] = ["à", "às", "as", "das", "nas", "pelas", "umas", "ambas"];
/// Nouns that a number or letter after them names: `CTO 2` and `rua 1` are "dois" and "um".
const NAMED_BY_NUMBER: [&str; 35] = [
    "apartamento",
    "apto",
    "bloco",
    "caixa",
    "canal",
    "casa",
    "circuito",
    "cto",
    "etapa",
    "fase",
    "km",
    "linha",
    "lote",
    "número",
    "olt",
    "ont",
    "onu",
    "opção",
    "placa",
    "pon",
    "pop",
    "porta",
    "poste",
    "protocolo",
    "quadra",
    "ramal",
    "rota",
    "rua",
    "sala",
    "setor",
    "slot",
    "switch",
    "torre",
    "turno",
    "zona",
];

impl Gender {
    /// Returns the form for this gender.
    pub(super) fn choose(self, masculine: &'static str, feminine: &'static str) -> &'static str {
        match self {
            Self::Feminine => feminine,
            Self::Masculine => masculine,
        }
    }

    /// The gender of the noun `word`, in lower case, of which there are `count`.
    pub(super) fn of_noun(word: &str, count: u32) -> Self {
        let (known, endings): (&[&str], _) = if count == 1 {
            (&FEMININE_ONES, &ENDINGS_ONE)
        } else {
            (&FEMININE_MANY, &ENDINGS_MANY)
        };
        let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
        let is_exception = NOT_FEMININE.contains(&word) || ends(&MASCULINE_ENDINGS);
        let is_feminine = known.contains(&word) || ends(endings) && !is_exception;
        if is_feminine { Self::Feminine } else { Self::Masculine }
    }
}

/// Whether `word`, in lower case, is an article of feminine nouns: `às 2`.
pub(super) fn is_feminine_article(word: &str) -> bool {
    ARTICLES.contains(&word)
}

/// Whether a number or letter after `word`, in lower case, is a name and counts nothing.
pub(super) fn is_named_by_number(word: &str) -> bool {
    NAMED_BY_NUMBER.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_are_feminine_by_their_ending_with_exceptions() {
        for word in ["casas", "ruas", "regiões", "conexões", "cidades", "onus", "vezes", "tardes"]
        {
            assert_eq!(Gender::of_noun(word, 2), Gender::Feminine, "{word}");
        }
        for word in ["casa", "rua", "região", "cidade", "onu", "vez"] {
            assert_ne!(Gender::of_noun(word, 2), Gender::of_noun(word, 1), "{word}");
        }
        for word in ["dias", "problemas", "bairros", "postes", "mas", "para", "programas", "dia"] {
            assert_eq!(Gender::of_noun(word, 2), Gender::Masculine, "{word}");
            assert_eq!(Gender::of_noun(word, 1), Gender::Masculine, "{word}");
        }
    }
}
