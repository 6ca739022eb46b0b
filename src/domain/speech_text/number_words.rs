//! Numbers in Portuguese words.

use crate::domain::alert_text::fold;

use super::gender::Gender;

/// Up to this, `um milhão` and below, numbers are said as one; longer ones digit by digit.
pub(super) const CARDINAL_MAX: u32 = 999_999_999;
/// Maximum of the ordinals; above it people say the cardinal.
pub(super) const ORDINAL_MAX: u32 = 1000;

const SMALL: [&str; 20] = [
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
];
const TENS: [&str; 10] = [
    "",
    "",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "setenta",
    "oitenta",
    "noventa",
];
/// The beginnings of the hundreds, which end in `os` or `as`.
const HUNDREDS: [&str; 10] = [
    "",
    "",
    "duzent",
    "trezent",
    "quatrocent",
    "quinhent",
    "seiscent",
    "setecent",
    "oitocent",
    "novecent",
];
/// The beginnings of the ordinals, which end in `o` or `a`.
const ORDINAL_UNITS: [&str; 10] =
    ["", "primeir", "segund", "terceir", "quart", "quint", "sext", "sétim", "oitav", "non"];
const ORDINAL_TENS: [&str; 10] = [
    "",
    "décim",
    "vigésim",
    "trigésim",
    "quadragésim",
    "quinquagésim",
    "sexagésim",
    "septuagésim",
    "octogésim",
    "nonagésim",
];
const ORDINAL_HUNDREDS: [&str; 10] = [
    "",
    "centésim",
    "ducentésim",
    "trecentésim",
    "quadringentésim",
    "quingentésim",
    "sexcentésim",
    "septingentésim",
    "octingentésim",
    "nongentésim",
];

/// Says a number up to [`CARDINAL_MAX`]: `vinte e uma`, `mil duzentos e cinquenta`.
pub(super) fn cardinal(number: u32, gender: Gender) -> String {
    let (millions, thousands, rest) = (number / 1_000_000, number / 1000 % 1000, number % 1000);
    let mut groups = Vec::new();
    match millions {
        0 => {}
        1 => groups.push((1, "um milhão".to_owned())),
        _ => groups.push((millions, below_thousand(millions, Gender::Masculine) + " milhões")),
    }
    match thousands {
        0 => {}
        1 => groups.push((1, "mil".to_owned())),
        _ => groups.push((thousands, below_thousand(thousands, gender) + " mil")),
    }
    if rest > 0 || number == 0 {
        groups.push((rest, below_thousand(rest, gender)));
    }
    // The last group is joined by "e" if it is one word or two: `mil e cem`, `mil cento e um`.
    let last = groups.len() - 1;
    let mut words = String::new();
    for (at, (value, group)) in groups.iter().enumerate() {
        let is_short = *value < 100 || value.is_multiple_of(100);
        words.push_str(match at {
            0 => "",
            at if at == last && is_short => " e ",
            _ => " ",
        });
        words.push_str(group);
    }
    words
}

/// Says an ordinal from 1 to [`ORDINAL_MAX`]: `vigésima primeira`.
pub(super) fn ordinal(number: u32, gender: Gender) -> String {
    let ending = gender.choose("o", "a");
    let parts = if number == ORDINAL_MAX {
        vec!["milésim"]
    } else {
        let digit = |value: u32| (value % 10) as usize;
        vec![
            ORDINAL_HUNDREDS[digit(number / 100)],
            ORDINAL_TENS[digit(number / 10)],
            ORDINAL_UNITS[digit(number)],
        ]
    };
    let said = parts.iter().filter(|part| !part.is_empty());
    said.map(|part| format!("{part}{ending}")).collect::<Vec<_>>().join(" ")
}

/// Whether `folded` is a word of a number, in either gender and in either spelling.
pub(super) fn is_number_word(folded: &str) -> bool {
    const OTHERS: [&str; 16] = [
        "bilhao", "bilhoes", "catorze", "cem", "cento", "centena", "centenas", "dezena", "dezenas",
        "duzia", "meia", "mil", "milhao", "milhar", "milhares", "milhoes",
    ];
    let is_small = |word: &str| fold(word) == folded;
    let genders = [Gender::Masculine, Gender::Feminine];
    let is_gendered = |value| genders.iter().any(|gender| below_hundred(value, *gender) == folded);
    let is_hundred = |beginning: &str| {
        let ending = folded.strip_prefix(beginning).filter(|_| !beginning.is_empty());
        matches!(ending, Some("os" | "as"))
    };
    let words = SMALL.iter().chain(&TENS).filter(|word| !word.is_empty());
    OTHERS.contains(&folded)
        || words.into_iter().any(|word| is_small(word))
        || is_gendered(1)
        || is_gendered(2)
        || HUNDREDS.iter().any(|beginning| is_hundred(beginning))
}

/// Whether `folded` is the name of one digit, as telephone numbers have them.
pub(super) fn is_digit_word(folded: &str) -> bool {
    const DIGITS: usize = 10;
    folded == "meia" || folded == "uma" || SMALL[..DIGITS].iter().any(|word| fold(word) == folded)
}

/// Says the parts of a telephone number digit by digit; there 6 is "meia".
pub(super) fn telephone_digits(digits: &str) -> String {
    spelled(digits, "meia")
}

/// Says a code digit by digit.
pub(super) fn code_digits(digits: &str) -> String {
    spelled(digits, "seis")
}

fn spelled(digits: &str, six: &str) -> String {
    let values = digits.chars().filter_map(|c| c.to_digit(10));
    let words = values.map(|value| if value == 6 { six } else { SMALL[value as usize] });
    words.collect::<Vec<_>>().join(" ")
}

fn below_thousand(number: u32, gender: Gender) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let hundred = match hundreds {
        0 => return below_hundred(rest, gender),
        1 if rest == 0 => "cem".to_owned(),
        1 => "cento".to_owned(),
        _ => format!("{}{}", HUNDREDS[hundreds as usize], gender.choose("os", "as")),
    };
    if rest == 0 { hundred } else { format!("{hundred} e {}", below_hundred(rest, gender)) }
}

fn below_hundred(number: u32, gender: Gender) -> String {
    match number {
        1 => gender.choose("um", "uma").to_owned(),
        2 => gender.choose("dois", "duas").to_owned(),
        0..20 => SMALL[number as usize].to_owned(),
        _ if number.is_multiple_of(10) => TENS[(number / 10) as usize].to_owned(),
        _ => format!("{} e {}", TENS[(number / 10) as usize], below_hundred(number % 10, gender)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals_are_said_as_people_say_them() {
        for (number, masculine, feminine) in [
            (0, "zero", "zero"),
            (1, "um", "uma"),
            (14, "quatorze", "quatorze"),
            (22, "vinte e dois", "vinte e duas"),
            (100, "cem", "cem"),
            (101, "cento e um", "cento e uma"),
            (200, "duzentos", "duzentas"),
            (999, "novecentos e noventa e nove", "novecentas e noventa e nove"),
            (1000, "mil", "mil"),
            (1001, "mil e um", "mil e uma"),
            (1100, "mil e cem", "mil e cem"),
            (1250, "mil duzentos e cinquenta", "mil duzentas e cinquenta"),
            (2000, "dois mil", "duas mil"),
            (2026, "dois mil e vinte e seis", "duas mil e vinte e seis"),
            (21_000, "vinte e um mil", "vinte e uma mil"),
            (1_000_000, "um milhão", "um milhão"),
            (1_500_000, "um milhão e quinhentos mil", "um milhão e quinhentas mil"),
            (2_000_001, "dois milhões e um", "dois milhões e uma"),
            (
                CARDINAL_MAX,
                "novecentos e noventa e nove milhões novecentos e noventa e nove mil \
                 novecentos e noventa e nove",
                "novecentos e noventa e nove milhões novecentas e noventa e nove mil \
                 novecentas e noventa e nove",
            ),
        ] {
            assert_eq!(cardinal(number, Gender::Masculine), masculine);
            assert_eq!(cardinal(number, Gender::Feminine), feminine);
        }
    }

    #[test]
    fn ordinals_reach_a_thousand() {
        for (number, masculine) in [
            (1, "primeiro"),
            (10, "décimo"),
            (21, "vigésimo primeiro"),
            (100, "centésimo"),
            (345, "trecentésimo quadragésimo quinto"),
            (1000, "milésimo"),
        ] {
            assert_eq!(ordinal(number, Gender::Masculine), masculine);
        }
        assert_eq!(ordinal(42, Gender::Feminine), "quadragésima segunda");
    }

    #[test]
    fn six_is_meia_in_telephone_numbers_only() {
        assert_eq!(telephone_digits("3060"), "três zero meia zero");
        assert_eq!(code_digits("006"), "zero zero seis");
    }
}
