//! Splits an application's data into words, with FreeSWITCH's quotes and backslashes.

/// Splits `text` at `delimiter`, at most into `max` words; the rest is lost, as it is there.
pub fn split(text: &str, delimiter: char, max: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    let (mut quoted, mut at) = (false, 0);
    while at < chars.len() {
        let c = chars[at];
        if c == '\\' {
            words.last_mut().expect("there is one").push(c);
            at += 1;
        } else if c == '\'' && (delimiter == ' ' || quoted || chars[at + 1..].contains(&c)) {
            // Only where the delimiter is no blank must a quote have its like behind it.
            quoted = !quoted;
        } else if c == delimiter && !quoted {
            at += 1;
            while delimiter == ' ' && chars.get(at) == Some(&' ') {
                at += 1;
            }
            if at < chars.len() {
                words.push(String::new());
            }
            continue;
        }
        if let Some(c) = chars.get(at) {
            words.last_mut().expect("there is one").push(*c);
        }
        at += 1;
    }
    words.truncate(max);
    words
        .iter()
        .map(|word| cleaned(word, delimiter))
        .filter(|w| delimiter != ' ' || !w.is_empty())
        .collect()
}

/// Takes quotes, escapes and outer blanks off a word.
fn cleaned(word: &str, delimiter: char) -> String {
    let chars: Vec<char> = word.trim_start_matches(' ').chars().collect();
    let mut out = String::new();
    let (mut quoted, mut keep, mut at) = (false, 0, 0);
    while at < chars.len() {
        let next = chars.get(at + 1).copied();
        let unescaped = match next {
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('s') => Some(' '),
            Some(c) if "'\"\\".contains(c) || delimiter != ' ' && c == delimiter => Some(c),
            _ => None,
        };
        match (chars[at], unescaped) {
            ('\\', Some(c)) => {
                out.push(c);
                keep = out.len();
                at += 1;
            }
            ('\'', _) if quoted || chars[at + 1..].contains(&'\'') => {
                quoted = !quoted;
                keep = out.len();
            }
            (c, _) => {
                out.push(c);
                if c != ' ' || quoted {
                    keep = out.len();
                }
            }
        }
        at += 1;
    }
    out.truncate(keep);
    out
}
