//! Reads settings of each kind: numbers within limits, times, words, texts, lists.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::runtime::language::{Message, Text};

use super::catalogue::{Absent, SettingKind, Unit};
use super::place::Place;
use super::section::Section;
use super::texts;
use super::tree::{Marked, TomlValue};

/// Each method also declares its setting, from which the documents are generated.
impl Section<'_> {
    /// A whole number within `range`.
    pub fn number<T: Whole>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<T>,
        default: T,
    ) -> T {
        let absent = || Absent::Default(default.to_string());
        self.whole(key, range, Unit::One, absent).unwrap_or(default)
    }

    /// A whole number within `range`, if the setting is present.
    pub fn number_if_set<T: Whole>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        self.whole(key, range, Unit::One, || Absent::Nothing)
    }

    /// A number of bytes.
    pub fn bytes(
        &mut self,
        key: &'static str,
        range: RangeInclusive<usize>,
        default: usize,
    ) -> usize {
        let absent = || Absent::Default(default.to_string());
        self.whole(key, range, Unit::Bytes, absent).unwrap_or(default)
    }

    /// A duration in milliseconds.
    pub fn millis(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: Duration,
    ) -> Duration {
        let absent = || Absent::Default(default.as_millis().to_string());
        let millis = self.whole(key, range, Unit::Milliseconds, absent);
        millis.map_or(default, Duration::from_millis)
    }

    /// A duration in seconds.
    pub fn seconds(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: Duration,
    ) -> Duration {
        let absent = || Absent::Default(default.as_secs().to_string());
        let seconds = self.whole(key, range, Unit::Seconds, absent);
        seconds.map_or(default, Duration::from_secs)
    }

    fn whole<T: Whole>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<T>,
        unit: Unit,
        absent: impl FnOnce() -> Absent,
    ) -> Option<T> {
        let (least, most) = range.clone().into_inner();
        let kind =
            || SettingKind::Number { least: least.to_string(), most: most.to_string(), unit };
        let Marked { value, place } = self.take(key, || (kind(), absent()))?;
        let number = match value {
            TomlValue::Number(number) => number.value.and_then(|number| T::try_from(number).ok()),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(place, key, texts::A_NUMBER.message(&[("least", &least), ("most", &most)]));
        }
        number
    }

    /// A boolean; false when it is absent.
    pub fn flag(&mut self, key: &'static str) -> bool {
        let absent = || Absent::Default("false".to_owned());
        self.yes_or_no(key, absent).is_some_and(|flag| flag.value)
    }

    /// A boolean, if the setting is present.
    pub fn flag_if_set(&mut self, key: &'static str) -> Option<Marked<bool>> {
        self.yes_or_no(key, || Absent::Nothing)
    }

    /// A boolean or one word, with what each means, if the setting is present.
    pub fn flag_or_word<T: Copy>(
        &mut self,
        key: &'static str,
        (on, off): (T, T),
        (word, other): (&'static str, T),
    ) -> Option<Marked<T>> {
        let kind = || (SettingKind::FlagOr(word), Absent::Default("true".to_owned()));
        let Marked { value, place } = self.take(key, kind)?;
        let value = match value.into_text_or_flag().as_deref() {
            Some("true") => on,
            Some("false") => off,
            Some(text) if text == word => other,
            _ => {
                self.wrong(place, key, texts::TRUE_FALSE_OR.message(&[("word", &word)]));
                return None;
            }
        };
        Some(Marked { value, place })
    }

    fn yes_or_no(
        &mut self,
        key: &'static str,
        absent: impl FnOnce() -> Absent,
    ) -> Option<Marked<bool>> {
        let Marked { value, place } = self.take(key, || (SettingKind::Flag, absent()))?;
        if let TomlValue::Flag(value) = value {
            return Some(Marked { value, place });
        }
        self.wrong(place, key, texts::TRUE_OR_FALSE);
        None
    }

    /// One of a fixed set of words.
    pub fn word<T: Copy + PartialEq>(
        &mut self,
        key: &'static str,
        values: &[(&'static str, T)],
        default: T,
    ) -> T {
        let name = || values.iter().find(|(_, value)| *value == default).map(|(word, _)| *word);
        let absent = || Absent::text(name().unwrap_or_default());
        self.one_of(key, values, absent).unwrap_or(default)
    }

    /// One of a fixed set of words, if the setting is present.
    pub fn word_if_set<T: Copy>(
        &mut self,
        key: &'static str,
        values: &[(&'static str, T)],
    ) -> Option<T> {
        self.one_of(key, values, || Absent::Nothing)
    }

    fn one_of<T: Copy>(
        &mut self,
        key: &'static str,
        values: &[(&'static str, T)],
        absent: impl FnOnce() -> Absent,
    ) -> Option<T> {
        let words = || values.iter().map(|(word, _)| *word);
        let entry = self.take(key, || (SettingKind::Word(words().collect()), absent()))?;
        let Marked { value, place } = self.as_text(key, entry)?;
        let found = values.iter().find(|(word, _)| *word == value);
        if found.is_none() {
            let words: Vec<_> = words().map(|word| format!("\"{word}\"")).collect();
            self.wrong(
                place,
                key,
                Message {
                    portuguese: words.join(texts::OR.portuguese),
                    english: words.join(texts::OR.english),
                },
            );
        }
        found.map(|(_, value)| *value)
    }

    /// A text, if the setting is present.
    pub fn text(&mut self, key: &'static str) -> Option<Marked<String>> {
        let entry = self.take(key, || (SettingKind::Text, Absent::Nothing))?;
        self.as_text(key, entry)
    }

    /// A text; `default` when it is absent.
    pub fn text_or(&mut self, key: &'static str, default: &str) -> Marked<String> {
        let entry = self.take(key, || (SettingKind::Text, Absent::text(default)));
        let text = entry.and_then(|entry| self.as_text(key, entry));
        text.unwrap_or_else(|| Marked { value: default.to_owned(), place: Place::default() })
    }

    /// A text, or a number as text: `37` and `"37"` are equivalent.
    pub fn text_or_number(&mut self, key: &'static str) -> Option<Marked<String>> {
        let Marked { value, place } = self.take(key, || (SettingKind::Text, Absent::Nothing))?;
        let text = value.into_text_or_number();
        if text.is_none() {
            self.wrong(place, key, texts::A_QUOTED_TEXT);
        }
        text.map(|value| Marked { value, place })
    }

    /// A whole number, or a text of another meaning: `2` and `"2"` are different.
    pub fn number_or_text(&mut self, key: &'static str) -> Option<Marked<Result<u64, String>>> {
        let Marked { value, place } = self.take(key, || (SettingKind::Text, Absent::Nothing))?;
        let value = match value {
            TomlValue::Number(number) => number.value.map(Ok),
            value => value.into_text().map(Err),
        };
        if value.is_none() {
            self.wrong(place, key, texts::A_NUMBER_OR_TEXT);
        }
        value.map(|value| Marked { value, place })
    }

    /// A text that is required and not blank.
    pub fn needed(&mut self, key: &'static str, remedy: Text) -> Option<Marked<String>> {
        let entry = self.take(key, || (SettingKind::Text, Absent::Problem));
        let is_missing = entry.is_none();
        let text = entry.and_then(|entry| self.as_text(key, entry));
        let is_blank = text.as_ref().is_some_and(|text| text.value.trim().is_empty());
        if is_missing || is_blank {
            let place = text.as_ref().map_or(self.place, |text| text.place);
            let parts: [(&str, &dyn Display); 2] = [("path", &self.path(key)), ("remedy", &remedy)];
            self.report(place, texts::MISSING.message(&parts));
        }
        text.filter(|_| !is_blank)
    }

    fn as_text(&self, key: &str, entry: Marked<TomlValue>) -> Option<Marked<String>> {
        let place = entry.place;
        let text = entry.value.into_text();
        if text.is_none() {
            self.wrong(place, key, texts::A_QUOTED_TEXT);
        }
        text.map(|value| Marked { value, place })
    }

    /// One text or a list of texts, if the setting is present.
    pub fn texts(&mut self, key: &'static str) -> Option<Marked<Vec<String>>> {
        self.list(key, None, || Absent::Nothing)
    }

    /// One text or a list of texts; `default` when it is absent.
    pub fn texts_or(&mut self, key: &'static str, default: &[String]) -> Marked<Vec<String>> {
        let absent = || Absent::Default(format!("{default:?}"));
        let texts = self.list(key, None, absent);
        texts.unwrap_or_else(|| Marked { value: default.to_vec(), place: Place::default() })
    }

    /// One text or a list of 1 to `max` texts, if the setting is present.
    pub fn texts_up_to(&mut self, key: &'static str, max: usize) -> Option<Marked<Vec<String>>> {
        let list = self.list(key, Some(max), || Absent::Nothing)?;
        let path = self.path(key);
        match list.value.len() {
            0 => self.report(list.place, texts::EMPTY.message(&[("path", &path)])),
            count if count > max => {
                let parts: [(&str, &dyn Display); 3] =
                    [("path", &path), ("count", &count), ("max", &max)];
                self.report(list.place, texts::TOO_MANY.message(&parts));
            }
            _ => {}
        }
        Some(list)
    }

    fn list(
        &mut self,
        key: &'static str,
        max: Option<usize>,
        absent: impl FnOnce() -> Absent,
    ) -> Option<Marked<Vec<String>>> {
        let Marked { value, place } = self.take(key, || (SettingKind::List { max }, absent()))?;
        let texts = match value {
            TomlValue::List(list) => list.into_iter().map(|item| item.value.into_text()).collect(),
            value => value.into_text().map(|text| vec![text]),
        };
        if texts.is_none() {
            self.wrong(place, key, texts::A_LIST);
        }
        texts.map(|value| Marked { value, place })
    }

    /// Every entry of the section `key`, which has arbitrary keys: texts, or numbers as texts.
    pub fn map(&mut self, key: &'static str) -> Vec<(Marked<String>, String)> {
        self.declare(key, || (SettingKind::Map, Absent::Nothing));
        self.read(key, |section| {
            let mut texts = Vec::new();
            for (key, Marked { value, place }) in std::mem::take(&mut section.entries) {
                match value.into_text_or_number() {
                    Some(text) => texts.push((Marked { value: key, place }, text)),
                    None => section.wrong(place, &key, texts::A_QUOTED_TEXT),
                }
            }
            texts
        })
    }
}

/// An integer type.
pub trait Whole: TryFrom<u64> + Copy + Display + PartialOrd {}

impl<T: TryFrom<u64> + Copy + Display + PartialOrd> Whole for T {}

#[cfg(test)]
mod tests {
    use super::super::{File, Folders, Problem};
    use super::*;

    /// The result of `read` for the section `[a]` of a file, and the problems as `line:column: text`.
    fn read<T>(text: &str, read: impl FnOnce(&mut Section<'_>) -> T) -> (T, Vec<String>) {
        let file = File::new(text, Folders::default());
        let mut root = Section::root(&file).expect("it is TOML");
        let value = root.read("a", read);
        let format_problem =
            |Problem { place, text }: &Problem| format!("{}:{}: {text}", place.line, place.column);
        (value, file.problems(Vec::new).iter().map(format_problem).collect())
    }

    #[test]
    fn an_invalid_setting_is_reported_and_the_default_returned() {
        let text = "[a]\nx_s = 9\n  x_ms = \"9\"\nlimit = 300\nflag = 1\nword = \"c\"\nzz = 1\n";
        let second = Duration::from_secs(1);
        let (values, problems) = read(text, |section| {
            (
                section.seconds("x_s", 1..=8, second),
                section.millis("x_ms", 1..=8, second),
                section.number("limit", 1..=100_u8, 20),
                section.flag("flag"),
                section.word("word", &[("a", 1), ("b", 2)], 2),
            )
        });
        assert_eq!(values, (second, second, 20, false, 2));
        let expected = [
            "2:1: a.x_s must be a whole number from 1 to 8",
            "3:3: a.x_ms must be a whole number from 1 to 8",
            "4:1: a.limit must be a whole number from 1 to 100",
            "5:1: a.flag must be true or false",
            "6:1: a.word must be \"a\" or \"b\"",
            "7:1: unknown setting `a.zz`; expected one of x_s, x_ms, limit, flag, word",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn the_catalogue_holds_each_setting_as_it_was_read() {
        let file = File::new("", Folders::default()).described();
        let mut root = Section::root(&file).expect("it is TOML");
        root.read("a", |section| {
            section.bytes("body_bytes_max", 1..=9, 5);
            section.word("word", &[("a", 1), ("b", 2)], 2);
            section.number_if_set("threads", 1..=64);
        });
        let catalogue = file.catalogue();
        let shown: Vec<_> =
            catalogue.iter().map(|setting| (setting.key, &setting.absent)).collect();
        let expected = [
            ("body_bytes_max", &Absent::Default("5".to_owned())),
            ("word", &Absent::Default("\"b\"".to_owned())),
            ("threads", &Absent::Nothing),
        ];
        assert_eq!(shown, expected);
        let kind = |least: &str, most: &str, unit| SettingKind::Number {
            least: least.to_owned(),
            most: most.to_owned(),
            unit,
        };
        assert_eq!(catalogue[0].kind, kind("1", "9", Unit::Bytes));
        assert_eq!(catalogue[1].kind, SettingKind::Word(vec!["a", "b"]));
    }
}
