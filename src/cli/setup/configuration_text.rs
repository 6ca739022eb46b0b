//! Changes single settings of a configuration file and leaves every other byte as it is.

use std::fmt::Write;

/// The marks of texts of several lines, between which no line is a setting.
const LONG_TEXTS: [&str; 2] = ["\"\"\"", "'''"];

/// The text of a configuration file.
pub(super) struct ConfigurationText {
    lines: Vec<String>,
}

/// Where a setting is, or would be.
#[derive(Default)]
struct SettingPlace {
    heading: Option<usize>,
    set: Option<usize>,
    example: Option<usize>,
}

impl ConfigurationText {
    pub(super) fn new(text: &str) -> Self {
        Self { lines: text.split_inclusive('\n').map(str::to_owned).collect() }
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.lines.concat()
    }

    /// Sets `key` in `section` to a text: in its line, in place of its commented example, or below the heading.
    pub(super) fn set(&mut self, section: &str, key: &str, value: &str) {
        self.set_raw(section, key, &quoted(value));
    }

    /// Sets `key` in `section` to what TOML has for true.
    pub(super) fn set_true(&mut self, section: &str, key: &str) {
        self.set_raw(section, key, "true");
    }

    fn set_raw(&mut self, section: &str, key: &str, value: &str) {
        let place = self.find(section, key);
        let line = format!("{key} = {value}\n");
        match place {
            SettingPlace { set: Some(at), .. } => {
                let old = &self.lines[at];
                let rest = behind_value(old).to_owned();
                let indent: String = old.chars().take_while(|c| c.is_whitespace()).collect();
                self.lines[at] = format!("{indent}{key} = {value}{rest}");
            }
            SettingPlace { example: Some(at), .. } => self.lines[at] = line,
            SettingPlace { heading: Some(at), .. } => {
                self.end_line(at);
                self.lines.insert(at + 1, line);
            }
            SettingPlace { .. } => {
                if let Some(last) = self.lines.len().checked_sub(1) {
                    self.end_line(last);
                    self.lines.push("\n".to_owned());
                }
                self.lines.extend([format!("[{section}]\n"), line]);
            }
        }
    }

    /// Removes the line of `key` in `section`, if there is one.
    pub(super) fn remove(&mut self, section: &str, key: &str) {
        if let Some(at) = self.find(section, key).set {
            self.lines.remove(at);
        }
    }

    fn end_line(&mut self, at: usize) {
        if !self.lines[at].ends_with('\n') {
            self.lines[at].push('\n');
        }
    }

    fn find(&self, section: &str, key: &str) -> SettingPlace {
        let mut place = SettingPlace::default();
        let (mut current, mut long) = (String::new(), None);
        for (at, line) in self.lines.iter().enumerate() {
            if let Some(mark) = long {
                long = Some(mark).filter(|mark| !line.contains(*mark));
                continue;
            }
            let trimmed = line.trim();
            let code = if trimmed.starts_with('#') { "" } else { trimmed };
            if let Some(name) = heading(code) {
                current = name;
                if current == section {
                    place.heading.get_or_insert(at);
                }
            } else if current == section {
                if is_setting(code, key) {
                    place.set.get_or_insert(at);
                } else if is_setting(trimmed.trim_start_matches(['#', ' ']), key) {
                    place.example.get_or_insert(at);
                }
            }
            let value = code.split_once('=').map_or("", |(_, value)| value.trim_start());
            let is_open =
                |mark: &&str| value.starts_with(*mark) && value.matches(*mark).count() == 1;
            long = LONG_TEXTS.into_iter().find(is_open);
        }
        place
    }
}

/// The name of the section that a line begins; `[[name]]` is another one than `[name]`.
fn heading(line: &str) -> Option<String> {
    let inner = line.strip_prefix('[')?;
    let (name, rest) = inner.split_once(']')?;
    if let Some(name) = name.strip_prefix('[') {
        return Some(format!("[{}]", name.trim()));
    }
    let rest = rest.trim();
    (rest.is_empty() || rest.starts_with('#')).then(|| name.trim().to_owned())
}

fn is_setting(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// What follows the value in the line of a setting: a comment, and the end of the line.
fn behind_value(line: &str) -> &str {
    let value = line.split_once('=').map_or("", |(_, value)| value.trim_start_matches([' ', '\t']));
    let end = match value.chars().next() {
        Some('"') => end_of_text(value),
        Some('\'') => value[1..].find('\'').map(|at| at + 2),
        _ => value.find(|c: char| c.is_whitespace() || c == '#'),
    };
    end.map_or("\n", |end| &value[end..])
}

/// Where a text in double quotes ends.
fn end_of_text(value: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in value.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return Some(at + 1),
            '\\' if !is_escaped => is_escaped = true,
            _ => is_escaped = false,
        }
    }
    None
}

/// A text as TOML writes it, whatever it contains.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, section: &str, key: &str, value: &str) -> String {
        let mut text = ConfigurationText::new(text);
        text.set(section, key, value);
        text.text()
    }

    #[test]
    fn one_line_changes_and_the_others_stay() {
        let text = "# a\n[x]\nkey = \"1\"\n[hubsoft] # b\n  key = \"o\\\"l\" # why\nkeys = 1\r\n[[rule]]\nkey = 'r'";
        let expected = text.replace("\"o\\\"l\"", "\"new\"");
        assert_eq!(set(text, "hubsoft", "key", "new"), expected);
        assert_eq!(set(text, "x", "key", "new"), text.replace("\"1\"", "\"new\""));
        assert_eq!(set("[x]\nkey = 3\n", "x", "key", "4"), "[x]\nkey = \"4\"\n");
        assert_eq!(set("[x]\nkey = 'a' # b", "x", "key", "4"), "[x]\nkey = \"4\" # b");
    }

    #[test]
    fn what_is_not_there_is_added_where_its_example_is_or_below_the_heading() {
        assert_eq!(
            set("[x]\n# Why.\n# key = \"1\"\nb = 1\n", "x", "key", "2"),
            "[x]\n# Why.\nkey = \"2\"\nb = 1\n"
        );
        assert_eq!(set("[x]\nb = 1\n[y]", "y", "key", "2"), "[x]\nb = 1\n[y]\nkey = \"2\"\n");
        assert_eq!(set("a = 1", "x", "key", "2"), "a = 1\n\n[x]\nkey = \"2\"\n");
        assert_eq!(set("", "x", "key", "2"), "[x]\nkey = \"2\"\n");
    }

    #[test]
    fn a_text_of_several_lines_is_no_setting() {
        let text = "[x]\na = \"\"\"\n[y]\nkey = \"in\"\n\"\"\"\nkey = \"1\"\n";
        assert_eq!(set(text, "x", "key", "2"), text.replace("\"1\"", "\"2\""));
    }

    #[test]
    fn a_value_stays_a_value_whatever_it_contains() {
        for value in ["a\"b", "a\\", "a\nb = 1", "\u{7f}", "\"\"\"", "'''", "é]", "# x", "'"] {
            let text = set("[x]\nkey = \"1\"\nz = 1\n", "x", "key", value);
            assert_eq!(text.lines().count(), 3, "{text}");
            let again = set(&text, "x", "key", "1");
            assert_eq!(again, "[x]\nkey = \"1\"\nz = 1\n", "{text}");
        }
    }

    #[test]
    fn a_removed_setting_is_gone_and_its_neighbours_are_not() {
        let mut text = ConfigurationText::new("[x]\nkey = \"1\"\nkey_file = \"2\"\n[y]\nkey = 1\n");
        text.remove("x", "key");
        text.remove("x", "absent");
        assert_eq!(text.text(), "[x]\nkey_file = \"2\"\n[y]\nkey = 1\n");
    }
}
