//! Restores readable text from HTML and wrong encodings.

mod entities;
mod markup;
mod mojibake;

use std::borrow::Cow;

/// Maximum passes over a text: enough for text that was escaped twice, and bounded work.
const PASSES_MAX: usize = 3;

/// Reads the text of an alert: removes tags, decodes character references, turns block tags into
/// line breaks, repairs UTF-8 that was decoded as Latin-1, and removes invisible characters.
pub fn of_html(typed: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(typed);
    for _ in 0..PASSES_MAX {
        let bare = markup::without_tags(&text);
        let plain = entities::decoded(bare.as_deref().unwrap_or(&text));
        let Some(changed) = plain.or(bare) else { break };
        text = changed.into();
    }
    visible(mended(text))
}

/// Reads a name like the text of an alert, but keeps what is between `<` and `>`.
pub fn of_name(typed: &str) -> Cow<'_, str> {
    visible(mended(repeated(typed.into(), entities::decoded)))
}

/// Returns whether `c` only controls layout and is invisible: soft hyphens, joiners, direction
/// marks, variation selectors, tags.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

fn mended(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() { text } else { repeated(text, mojibake::repaired) }
}

/// Applies `read` until it no longer changes the text.
fn repeated<'t>(mut text: Cow<'t, str>, read: fn(&str) -> Option<String>) -> Cow<'t, str> {
    for _ in 0..PASSES_MAX {
        let Some(changed) = read(&text) else { break };
        text = changed.into();
    }
    text
}

fn visible(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        return text;
    }
    text.chars().filter(|c| !is_invisible(*c)).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_tags_and_wrong_encodings_are_read_as_a_person_reads_them() {
        for (typed, read) in [
            ("Manuten&ccedil;&atilde;o", "Manutenção"),
            ("Manuten&amp;ccedil;&amp;atilde;o", "Manutenção"),
            ("Manuten&amp;amp;ccedil;&atilde;o", "Manutenção"),
            ("<p>Manuten&#231;&#xE3;o</p>", "\nManutenção\n"),
            ("&lt;p&gt;queda&lt;br/&gt;de energia&lt;/p&gt;", "\nqueda\nde energia\n"),
            ("Manuten&Atilde;&sect;&Atilde;&pound;o", "Manutenção"),
            ("queda&nbsp;de&nbsp;energia", "queda\u{A0}de\u{A0}energia"),
            (
                "rompi\u{202A}mento\u{202C} \u{2066}no\u{2069} cen\u{180E}tro",
                "rompimento no centro",
            ),
            ("✈\u{FE0F} sinal", "✈ sinal"),
            ("5 &lt; 10 e a > b, <3", "5 < 10 e a > b, <3"),
            ("sem nada disso & só texto", "sem nada disso & só texto"),
        ] {
            assert_eq!(of_html(typed), read, "{typed}");
        }
    }

    #[test]
    fn a_name_keeps_its_signs() {
        for (typed, read) in [
            ("JO&Atilde;O &amp; CIA", "JOÃO & CIA"),
            ("JO&amp;Atilde;O &amp;amp; CIA", "JOÃO & CIA"),
            ("JOÃƒO D'Ã\u{81}VILA", "JOÃO D'ÁVILA"),
            ("BAR <B> & P&D", "BAR <B> & P&D"),
            ("JOÃO", "JOÃO"),
        ] {
            assert_eq!(of_name(typed), read, "{typed}");
        }
    }

    #[test]
    fn what_is_plain_is_not_copied() {
        assert!(matches!(of_html("Rompimento no Centro, às 14h"), Cow::Borrowed(_)));
        assert!(matches!(of_name("JOÃO DA SILVA"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_work_grows_with_the_text_and_no_faster() {
        for piece in ["<", "<b", "<!--", "<style>", "&", "&#", "&amp;", "Ã", "Ãƒ", "â€", "ð"]
        {
            let text = piece.repeat(200_000 / piece.len());
            let start = std::time::Instant::now();
            assert!(of_html(&text).len() <= text.len());
            assert!(start.elapsed().as_secs() < 5, "{piece}");
        }
    }
}
