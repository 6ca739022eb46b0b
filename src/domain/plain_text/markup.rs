//! Removes HTML tags from a text.

/// Inline elements, which leave no gap: `<b>rompi</b>mento` is one word.
const INLINE: [&str; 34] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "label", "mark", "nobr", "o:p", "q", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];
/// Block elements, each on its own line.
const BLOCK: [&str; 53] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "img",
    "input",
    "legend",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
/// Table cells: a gap within the line.
const CELL: [&str; 2] = ["td", "th"];
/// Elements whose content is not displayed, with their end tags.
const HIDDEN: [(&str, &str); 3] =
    [("script", "</script"), ("style", "</style"), ("title", "</title")];

/// Removes tags and comments; returns `None` if there are none. What only looks like a tag
/// (`a < b`, `<3`, `<cliente>`) stays.
pub(super) fn without_tags(text: &str) -> Option<String> {
    if !text.contains('<') {
        return None;
    }
    let mut bare = String::with_capacity(text.len());
    let mut ends = Ends::default();
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        bare.push_str(&text[at..start]);
        let rest = &text[start..];
        let (length, gap) = tag(rest, &mut ends).unwrap_or((1, "<"));
        bare.push_str(gap);
        at = start + length;
    }
    bare.push_str(&text[at..]);
    (bare != text).then_some(bare)
}

/// The end tags that are known to be missing. Searching for them again would make the work
/// quadratic.
#[derive(Default)]
struct Ends {
    missing: Vec<&'static str>,
}

impl Ends {
    /// Returns where `end` begins in `text`, ignoring case.
    fn find(&mut self, text: &str, end: &'static str) -> Option<usize> {
        if self.missing.contains(&end) {
            return None;
        }
        let is_end = |part: &[u8]| part.eq_ignore_ascii_case(end.as_bytes());
        let found = text.as_bytes().windows(end.len()).position(is_end);
        if found.is_none() {
            self.missing.push(end);
        }
        found
    }
}

/// Returns the length of the tag or comment at the start of `text`, and its replacement.
fn tag(text: &str, ends: &mut Ends) -> Option<(usize, &'static str)> {
    if text.starts_with("<!--") {
        return Some((ends.find(text, "-->")? + "-->".len(), ""));
    }
    let length = closed(text)?;
    let inside = &text[1..length - 1];
    if inside.starts_with('?')
        || inside.get(..8).is_some_and(|d| d.eq_ignore_ascii_case("!doctype"))
    {
        return Some((length, ""));
    }
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let end = name.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(name.len());
    let name = name[..end].to_ascii_lowercase();
    let is_one = |names: &[&str]| names.contains(&&*name);
    if let Some((_, end)) = HIDDEN.iter().find(|(hidden, _)| *hidden == name) {
        let content = if inside.starts_with('/') { None } else { ends.find(text, end) };
        return Some((content.unwrap_or(length), "\n"));
    }
    match () {
        () if is_one(&INLINE) => Some((length, "")),
        () if is_one(&BLOCK) => Some((length, "\n")),
        () if is_one(&CELL) => Some((length, " ")),
        () => None,
    }
}

/// Returns the length up to the closing `>`, if no other `<` comes first.
fn closed(text: &str) -> Option<usize> {
    let end = 1 + text[1..].find(['<', '>'])?;
    text[end..].starts_with('>').then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        without_tags(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn block_tags_are_gaps_and_inline_tags_vanish() {
        for (typed, bare) in [
            ("queda<br>de<br/>energia<BR />já", "queda\nde\nenergia\njá"),
            ("<b>rompi</b>mento", "rompimento"),
            ("<div class=\"x\">um</div><div>dois</div>", "\num\n\ndois\n"),
            ("<ul><li>um<li>dois</ul>", "\n\num\ndois\n"),
            ("<tr><td>um</td><td>dois</td></tr>", "\n um  dois \n"),
            ("<span style='color:red'>falta</span> <o:p></o:p>de luz", "falta de luz"),
            ("um<!-- nota <b> -->dois", "umdois"),
            ("<!DOCTYPE html><style>p { color: red }</style>um", "\n\num"),
            ("<?xml version=\"1.0\"?>um", "um"),
        ] {
            assert_eq!(read(typed), bare, "{typed}");
        }
    }

    #[test]
    fn what_only_looks_like_a_tag_stays() {
        for typed in [
            "a < b",
            "<3",
            "a<b",
            "x < y > z",
            "<cliente>",
            "<fulano@example.com>",
            "<",
            "<>",
            "</>",
            "<b",
            "<!-- sem fim",
            "< b>",
            "->",
            "<=>",
        ] {
            assert_eq!(read(typed), typed);
        }
        assert_eq!(read("<style>sem fim"), "\nsem fim");
    }
}
