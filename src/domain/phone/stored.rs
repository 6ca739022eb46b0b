//! Extracts the numbers from a phone field as staff typed it: none, one or two, with text around them.
//!
//! ```text
//! "(37) 98824-2968 / 3222-1234 ramal 12"
//!  '------ a run -----'  '-- a run --' 'a run'     a run is groups of digits and gaps
//! ```
//! A run is a number only if its groups end where the parts of a number end. `(37) 9999-0001 2` is not
//! 37 99990-0012, which may be the number of another customer.

use std::iter::Peekable;
use std::str::Chars;

use super::{Ddd, Phone};

/// Maximum characters read of a field; the input field of HubSoft takes 20.
const FIELD_CHARS_MAX: usize = 512;
/// Maximum numbers read from one field.
const NUMBERS_MAX: usize = 4;
/// Digits of a label before a number, as in `1) 37 98824-2968`.
const LABEL: usize = 1;
/// Maximum digits of an extension after a number.
const EXTENSION_MAX: usize = 4;
/// The placeholder for a carrier code in `(0xx37) 98824-2968`.
const CARRIER: &str = "xx";
/// Words that may separate a number and its extension without a space.
const EXTENSION_WORDS: [&str; 6] = ["x", "r", "rm", "ramal", "ext", "extensão"];

impl Phone {
    /// Extracts the numbers from a stored field. No default area code is applied, because a stored
    /// number without one is ambiguous.
    pub fn stored(field: &str) -> Vec<Self> {
        let digits = field.strip_prefix('+').unwrap_or(field);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::parse(field, None).into_iter().collect();
        }
        let mut numbers: Vec<_> = runs(field).iter().flat_map(Run::numbers).collect();
        numbers.truncate(NUMBERS_MAX);
        numbers
    }

    /// Returns whether one of the stored `fields` of a customer contains this number.
    pub fn is_stored_in<'a>(&self, fields: impl IntoIterator<Item = &'a str>) -> bool {
        fields.into_iter().flat_map(Self::stored).any(|stored| stored == *self)
    }
}

/// Groups of digits that belong together, with an optional plus.
#[derive(Default)]
struct Run {
    plus: bool,
    groups: Vec<String>,
    /// A letter is between two digits, as in `119876543O1`: the run is not a number.
    spoilt: bool,
}

/// The meaning of one character of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Digit(char),
    /// Between the groups of one number.
    Gap,
    /// An invisible character, which is ignored.
    Invisible,
    Letter,
    Plus,
    /// Between two numbers, or after an area code: `37/98824-2968`, `37: 98824-2968`.
    Slash,
    /// The end of a number.
    Split,
}

fn sign(c: char) -> Sign {
    match c {
        '0'..='9' => Sign::Digit(c),
        // Full-width forms, as Asian keyboards write them.
        '０'..='９' => Sign::Digit(char::from(b'0' + (c as u32 - '０' as u32) as u8)),
        '+' | '＋' => Sign::Plus,
        '/' | '／' | ':' | ',' => Sign::Slash,
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Sign::Split,
        '-' | '.' | '(' | ')' | '[' | ']' | '_' | '·' | '•' | '（' | '）' | '．' => Sign::Gap,
        // Dashes, and the minus sign.
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '－' => {
            Sign::Gap
        }
        // Format characters and variation selectors, which come with pasted text.
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' => {
            Sign::Invisible
        }
        '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' => {
            Sign::Invisible
        }
        // Korean fillers and the Braille blank.
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}' => Sign::Invisible,
        '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{20E3}' | '\0' => Sign::Invisible,
        c if c.is_whitespace() => Sign::Gap,
        c if c.is_alphabetic() => Sign::Letter,
        _ => Sign::Split,
    }
}

/// Returns the runs of a field, in order.
fn runs(field: &str) -> Vec<Run> {
    let mut reader = Reader { runs: vec![Run::default()], joined: false };
    let mut chars = field.chars().peekable();
    for _ in 0..FIELD_CHARS_MAX {
        let Some(c) = chars.next() else { break };
        match sign(c) {
            Sign::Digit(digit) => reader.digit(digit),
            Sign::Gap => reader.joined = false,
            Sign::Invisible => {}
            Sign::Letter => reader.word(c, &mut chars),
            Sign::Plus => reader.plus(),
            Sign::Slash if reader.is_area_code() => reader.joined = false,
            Sign::Slash | Sign::Split => reader.split(),
        }
    }
    reader.runs
}

struct Reader {
    /// The last one is still open.
    runs: Vec<Run>,
    /// Whether the next digit belongs to the last group.
    joined: bool,
}

impl Reader {
    fn run(&mut self) -> &mut Run {
        self.runs.last_mut().expect("there is always a run")
    }

    fn digit(&mut self, digit: char) {
        let joined = std::mem::replace(&mut self.joined, true);
        let groups = &mut self.run().groups;
        match groups.last_mut() {
            Some(group) if joined => group.push(digit),
            _ => groups.push(digit.to_string()),
        }
    }

    fn plus(&mut self) {
        self.split();
        self.run().plus = true;
    }

    fn split(&mut self) {
        self.joined = false;
        self.runs.push(Run::default());
    }

    /// Skips a word. A word between two digits spoils the run, unless it introduces an extension.
    fn word(&mut self, first: char, chars: &mut Peekable<Chars<'_>>) {
        let begins_after_digit = std::mem::replace(&mut self.joined, false);
        let mut word = first.to_lowercase().to_string();
        while let Some(c) = chars.next_if(|c| sign(*c) == Sign::Letter) {
            word.extend(c.to_lowercase());
        }
        let ends_before_digit = chars.peek().is_some_and(|c| matches!(sign(*c), Sign::Digit(_)));
        let is_inside = begins_after_digit && ends_before_digit;
        if is_inside && word == CARRIER {
            return;
        }
        let spoils = is_inside && !EXTENSION_WORDS.contains(&word.as_str());
        self.run().spoilt |= spoils;
        self.split();
        self.run().spoilt = spoils;
    }

    /// Returns whether only an area code was read, as `37` or `037`.
    fn is_area_code(&self) -> bool {
        let Some(Run { groups, plus: false, .. }) = self.runs.last() else { return false };
        let [group] = &groups[..] else { return false };
        let digits = group.strip_prefix('0').unwrap_or(group);
        Ddd::parse(digits).is_some()
    }
}

impl Run {
    /// Returns the number in the run, without its extension, or the two numbers in it.
    fn numbers(&self) -> Vec<Phone> {
        if self.spoilt {
            return Vec::new();
        }
        let groups = &self.groups[..];
        if self.parse(groups).is_some() {
            // The groups decide between two readings of the digits.
            return self.number(groups).into_iter().collect();
        }
        let mut splits = (1..groups.len()).rev().map(|at| groups.split_at(at));
        if let [label, number @ ..] = groups
            && label.len() == LABEL
            && let Some(labelled) = self.number(number)
        {
            return vec![labelled];
        }
        let read = splits.find_map(|(number, rest)| {
            let number = self.number(number)?;
            let second = Self::default().number(rest);
            let is_extension = rest.iter().map(String::len).sum::<usize>() <= EXTENSION_MAX;
            (is_extension || second.is_some()).then_some([Some(number), second])
        });
        read.into_iter().flatten().flatten().collect()
    }

    /// Returns the number in `groups`, if they are divided like a number.
    fn number(&self, groups: &[String]) -> Option<Phone> {
        self.parse(groups).filter(|phone| is_divided_as_a_number(groups, phone))
    }

    fn parse(&self, groups: &[String]) -> Option<Phone> {
        let plus = if self.plus { "+" } else { "" };
        Phone::parse(&format!("{plus}{}", groups.concat()), None).ok()
    }
}

/// Returns whether groups end only where parts of a number end: `37 98824-2968`, `37 9882-42968` as
/// many web forms format it, `37 988 242 968`, `3222-12-34`.
fn is_divided_as_a_number(groups: &[String], phone: &Phone) -> bool {
    /// Possible group starts for nine and eight digits, counted from the end of the number.
    const NINE: [&[usize]; 7] = [&[4], &[4, 8], &[8], &[5], &[3, 6], &[2, 4], &[4, 6]];
    const EIGHT: [&[usize]; 4] = [&[4], &[2, 4], &[4, 6], &[2, 4, 6]];
    let written = groups.concat();
    let is_nine = phone.reveal().len() == 11 && written.ends_with(&phone.reveal()[2..]);
    let (subscriber, known) = if is_nine { (9, &NINE[..]) } else { (8, &EIGHT[..]) };
    let lengths = groups.iter().rev().map(String::len);
    let mut begins: Vec<usize> = lengths.scan(0, start_from_end).collect();
    // The last one is the start of the whole number.
    begins.pop();
    let splits_area_code = begins.contains(&(subscriber + 1));
    let inside: Vec<_> = begins.into_iter().filter(|begin| *begin < subscriber).collect();
    !splits_area_code && (inside.is_empty() || known.contains(&&inside[..]))
}

/// Returns where a group begins, counted from the end of the number.
fn start_from_end(digits: &mut usize, length: usize) -> Option<usize> {
    *digits += length;
    Some(*digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str) -> Vec<String> {
        Phone::stored(field).iter().map(|phone| phone.reveal().to_owned()).collect()
    }

    #[test]
    fn a_number_is_read_in_every_common_format() {
        for field in [
            "37988242968",
            "3788242968",
            "+5537988242968",
            "55 37 98824-2968",
            "(37) 98824-2968",
            "(37)9 8824-2968",
            "(37) 9882-42968",
            "[37] 988 242 968",
            "37/98824-2968",
            "037/98824-2968",
            "0 37 98824 2968",
            "0 15 37 98824-2968",
            "37_98824_2968",
            "37.98824.2968.",
            "37 98824-2968-",
            "37 8824-2968",
            "３７ ９８８２４－２９６８",
            "\u{202a}+55 37 98824-2968\u{202c}",
            "+55\u{a0}37\u{a0}98824-2968",
            "37 98824\u{2011}2968",
            "37 98824\u{2013}2968",
            "37 98824\u{2212}2968",
            "37\u{200b}98824\u{200e}2968",
            "\u{feff}37988242968",
            "\u{2066}37988242968\u{2069}",
            "37988242968\u{fe0f}",
            "3\u{ad}7988242968",
            "37\u{2009}98824\u{3000}2968",
            "tel:+55-37-98824-2968",
            "sip:+5537988242968@10.0.0.1;user=phone",
            "(0xx37) 98824-2968",
            "0XX37988242968",
            "0xx 37 98824-2968",
            "37: 98824-2968",
            "37,98824-2968",
            "37\u{3164}98824-2968",
        ] {
            assert_eq!(read(field), ["37988242968"], "{field:?}");
        }
    }

    #[test]
    fn words_and_extensions_around_a_number_are_not_part_of_it() {
        for field in [
            "37 98824-2968 WhatsApp",
            "37988242968 (WhatsApp)",
            "(37) 98824-2968 - João",
            "João: 37 98824-2968",
            "Zap37988242968",
            "37988242968w",
            "37 98824-2968 ramal 12",
            "37 98824-2968 r. 12",
            "37988242968x12",
            "37988242968ramal12",
            "(37) 98824-2968 12",
            "37 98824-2968, 2",
            "1º: 37 98824-2968",
            "1- 37 98824-2968",
            "1. 37988242968",
            "1) 37 98824-2968",
        ] {
            assert_eq!(read(field), ["37988242968"], "{field:?}");
        }
    }

    #[test]
    fn two_numbers_in_one_field_are_both_read() {
        for field in [
            "37 98824-2968 / 37 3222-1234",
            "37988242968,3732221234",
            "37988242968;3732221234",
            "37988242968/3732221234",
            "37988242968 ou 3732221234",
            "+5537988242968+553732221234",
            "37 98824-2968 (Ana) (37) 3222-1234 (casa)",
            "37 98824-2968 37 3222-1234",
            "37988242968\n3732221234",
            "37988242968 | 3732221234",
        ] {
            assert_eq!(read(field), ["37988242968", "3732221234"], "{field:?}");
        }
        // The second one has no area code of its own.
        assert_eq!(read("(37) 98824-2968 / 3222-1234"), ["37988242968"]);
    }

    #[test]
    fn groups_that_are_not_divided_like_a_number_are_rejected() {
        for field in [
            "(37) 9999-0001 2",
            "(37) 9999-0001-2",
            "37 999 9000 12",
            "3 7 98824-2968",
            "37 98824-296 8",
            "37 9882 4296 8",
            "12 37 98824-2968",
            "119.876.543-21",
            "11.22.333.444",
            "1198765432O1",
            "37 988a24 2968",
            "98824-2968",
            "+47 22 33 44 55",
            "0800 777 1234",
            "",
            " - ",
            "não tem",
            "٣٧98824-2968",
        ] {
            assert_eq!(read(field), Vec::<String>::new(), "{field:?}");
        }
    }

    #[test]
    fn landlines_have_their_own_groupings() {
        for field in ["37 3222-1234", "3732 22-12 34", "37 3222-12-34", "(37) 3222 1234 123"] {
            assert_eq!(read(field), ["3732221234"], "{field:?}");
        }
    }

    #[test]
    fn a_customer_has_the_numbers_of_all_fields_and_no_others() {
        let fields = ["3732221234", "", "(37) 98824-2968 / (11) 98765-4321"];
        for (number, expected) in [
            ("3732221234", true),
            ("37988242968", true),
            ("11987654321", true),
            ("37988242967", false),
            ("11988242968", false),
        ] {
            let phone = Phone::parse(number, None).expect("a number");
            assert_eq!(phone.is_stored_in(fields), expected, "{number}");
        }
    }

    #[test]
    fn a_long_field_is_read_to_its_limit() {
        let field = format!("37 98824-2968{}3732221234", " ".repeat(2 * FIELD_CHARS_MAX));
        assert_eq!(read(&field), ["37988242968"]);
        assert_eq!(read(&"37988242968,".repeat(40)).len(), NUMBERS_MAX);
    }
}
