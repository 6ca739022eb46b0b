//! Decodes the character references of HTML: `&ccedil;`, `&#231;`, `&#xE7;`.

/// The names of U+00A0 to U+00FF, in that order.
const LATIN: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
    "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
    "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute",
    "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute",
    "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
    "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
    "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];
/// Other names that editors and mail programs write.
const OTHERS: [(&str, char); 78] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("lowbar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("verbar", '|'),
    ("vert", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("NonBreakingSpace", '\u{A0}'),
    ("OElig", 'Œ'),
    ("oelig", 'œ'),
    ("Scaron", 'Š'),
    ("scaron", 'š'),
    ("Yuml", 'Ÿ'),
    ("fnof", 'ƒ'),
    ("circ", 'ˆ'),
    ("tilde", '˜'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("lrm", '\u{200E}'),
    ("rlm", '\u{200F}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("dagger", '†'),
    ("Dagger", '‡'),
    ("bull", '•'),
    ("hellip", '…'),
    ("permil", '‰'),
    ("prime", '′'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("euro", '€'),
    ("trade", '™'),
    ("larr", '←'),
    ("rarr", '→'),
    ("uarr", '↑'),
    ("darr", '↓'),
    ("minus", '−'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
];
/// Suffixes of the names of accented letters. Browsers decode them without `;`, too, whatever
/// follows: `JO&AtildeO`.
const MARKED: [&str; 8] = ["acute", "grave", "circ", "tilde", "uml", "cedil", "ring", "slash"];
/// Other names that are decoded without `;`. `&centro` stays, although a browser decodes `&cent`.
const LOOSE: [&str; 5] = ["nbsp", "amp", "quot", "ordf", "ordm"];
/// Longest name in bytes.
const NAME_MAX: usize = 16;
/// What the numbers 128 to 159 mean in HTML: the characters of Windows-1252.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// Decodes the references in `text` once; returns `None` if there are none.
pub(super) fn decoded(text: &str) -> Option<String> {
    if !text.contains('&') {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find('&') {
        let start = at + found;
        plain.push_str(&text[at..start]);
        let (length, c) = reference(&text[start + 1..]).unwrap_or((0, '&'));
        plain.push(c);
        at = start + 1 + length;
    }
    plain.push_str(&text[at..]);
    (plain != text).then_some(plain)
}

/// Returns the byte that encodes `c` in Windows-1252, if it is not ASCII.
pub(super) fn windows_byte(c: char) -> Option<u8> {
    if ('\u{80}'..='\u{FF}').contains(&c) {
        return u8::try_from(u32::from(c)).ok();
    }
    let at = WINDOWS.iter().position(|known| *known == c)?;
    u8::try_from(0x80 + at).ok()
}

/// Returns the length of the reference after an `&`, and its character.
fn reference(text: &str) -> Option<(usize, char)> {
    let Some(number) = text.strip_prefix('#') else { return named(text) };
    let hex = number.strip_prefix(['x', 'X']);
    let (digits, radix) = hex.map_or((number, 10), |hex| (hex, 16));
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let before = text.len() - digits.len();
    let value = u32::from_str_radix(&digits[..end], radix);
    if end == 0 {
        return None;
    }
    let semicolon = usize::from(digits[end..].starts_with(';'));
    Some((before + end + semicolon, character(value.unwrap_or(u32::MAX))))
}

fn character(value: u32) -> char {
    let windows = || WINDOWS.get(usize::try_from(value).ok()?.checked_sub(0x80)?).copied();
    let given = || char::from_u32(value).filter(|c| *c != '\0');
    windows().or_else(given).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn named(text: &str) -> Option<(usize, char)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
    let end = text.bytes().take(NAME_MAX + 1).take_while(is_part).count();
    let name = &text[..end];
    if text[end..].starts_with(';') {
        return Some((end + 1, exact(name).or_else(|| in_capitals(name))?));
    }
    if let Some(c) = exact(name).filter(|_| end <= NAME_MAX) {
        return Some((end, c));
    }
    // The longest name wins: `&notin` is not `&not`.
    let shorter = (2..end).rev().map(|length| &name[..length]);
    let mut loose = shorter.filter(|name| is_loose(name));
    loose.find_map(|name| Some((name.len(), exact(name)?)))
}

fn is_loose(name: &str) -> bool {
    let is_marked = |mark: &&str| name.len() == mark.len() + 1 && name.ends_with(*mark);
    LOOSE.contains(&name) || MARKED.iter().any(is_marked)
}

fn exact(name: &str) -> Option<char> {
    let at = LATIN.iter().position(|known| *known == name);
    let latin = at.and_then(|at| char::from_u32(0xA0 + u32::try_from(at).ok()?));
    latin.or_else(|| OTHERS.iter().find(|(known, _)| *known == name).map(|(_, c)| *c))
}

/// Finds a name in capitals. Upper-casing a whole text also changes its names: `MANUTEN&CCEDIL;`.
fn in_capitals(name: &str) -> Option<char> {
    if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let letter = name.get(..1)?.to_owned() + lower.get(1..)?;
    exact(&letter).or_else(|| exact(&lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        decoded(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn every_letter_of_portuguese_has_a_name() {
        let names = "&agrave;&aacute;&acirc;&atilde;&ccedil;&eacute;&ecirc;&iacute;&oacute;&ocirc;\
                     &otilde;&uacute;&uuml;&Agrave;&Aacute;&Acirc;&Atilde;&Ccedil;&Eacute;&Ecirc;\
                     &Iacute;&Oacute;&Ocirc;&Otilde;&Uacute;&Uuml;&ordf;&ordm;&deg;";
        assert_eq!(read(names), "àáâãçéêíóôõúüÀÁÂÃÇÉÊÍÓÔÕÚÜªº°");
        assert_eq!(read(&names.replace(';', "")), "àáâãçéêíóôõúüÀÁÂÃÇÉÊÍÓÔÕÚÜªº°");
    }

    #[test]
    fn references_are_read_as_browsers_read_them() {
        for (typed, plain) in [
            ("a&nbsp;b&nbspc", "a\u{A0}b\u{A0}c"),
            ("&#231;&#xE7;&#XE7;&#231 &#xe7x", "ççç\u{E7} çx"),
            ("&#150;&#8211;&ndash;", "–––"),
            ("&#0;&#xD800;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("JO&AtildeO &ampCIA", "JOÃO &CIA"),
            ("MANUTEN&CCEDIL;&ATILDE;O&NBSP;!", "MANUTENÇÃO\u{A0}!"),
            ("&quotrompimento&quot", "\"rompimento\""),
            ("&copy 2026 &copy2", "© 2026 &copy2"),
            ("&amp;ccedil;", "&ccedil;"),
        ] {
            assert_eq!(read(typed), plain, "{typed}");
        }
    }

    #[test]
    fn an_ampersand_that_is_none_stays() {
        for typed in [
            "a & b",
            "P&D",
            "&",
            "&;",
            "&#",
            "&#;",
            "&#x;",
            "&nada;",
            "norte&centro",
            "&ltda",
            "&é",
        ] {
            assert_eq!(read(typed), typed);
        }
    }
}
