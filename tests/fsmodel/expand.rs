//! Evaluates `${…}` as FreeSWITCH does: again and again, and calling functions on the way.

use super::call::Call;

/// Deeper than this FreeSWITCH does not evaluate.
const DEPTH_MAX: u32 = 100;

/// Whether FreeSWITCH sees a reference: a `$`, any backslashes, and a `{`.
pub fn holds_reference(text: &str) -> bool {
    let mut dollar = false;
    for c in text.chars() {
        match c {
            '$' => dollar = true,
            '{' if dollar => return true,
            '\\' => {}
            _ => dollar = false,
        }
    }
    false
}

fn holds_escape(text: &str) -> bool {
    let after = text.chars().zip(text.chars().skip(1));
    let mut pairs = after.filter(|(c, _)| *c == '\\');
    pairs.any(|(_, next)| "\\nst'".contains(next))
}

/// Evaluates `text` for `call`, with functions if `functions` are permitted.
pub fn expand(call: &mut Call, text: &str, functions: bool) -> String {
    Expansion { call, functions }.text(text, 0)
}

struct Expansion<'c> {
    call: &'c mut Call,
    functions: bool,
}

impl Expansion<'_> {
    fn text(&mut self, text: &str, depth: u32) -> String {
        let plain = text.bytes().all(|byte| byte != b'$' && byte != b'\\');
        if plain || depth > DEPTH_MAX || !(holds_reference(text) || holds_escape(text)) {
            return text.to_owned();
        }
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::new();
        let mut at = 0;
        while at < chars.len() {
            let next = chars.get(at + 1).copied();
            match (chars[at], next) {
                ('\\', Some('$')) => {
                    at += if chars.get(at + 2) == Some(&'$') { 3 } else { 2 };
                    out.push('$');
                }
                ('\\', Some('\'')) => at += 2,
                ('\\', Some('\\')) => {
                    out.push('\\');
                    at += 2;
                }
                ('$', next) => {
                    let sign = if next == Some('$') { at + 1 } else { at };
                    if chars.get(sign + 1) == Some(&'{') {
                        let (inner, end) = braces(&chars, sign + 2);
                        out.push_str(&self.reference(&inner, depth + 1));
                        at = end;
                        // What follows a reference is copied, even a backslash.
                        if chars.get(at).is_some_and(|c| *c != '$') {
                            out.push(chars[at]);
                            at += 1;
                        }
                    } else {
                        out.push('$');
                        at = sign + 1;
                    }
                }
                (c, _) => {
                    out.push(c);
                    at += 1;
                }
            }
        }
        out
    }

    /// The value of what stands between the braces.
    fn reference(&mut self, inner: &str, depth: u32) -> String {
        match inner.find([' ', '(']) {
            Some(at) => self.function(&inner[..at], &inner[at..], depth),
            None => self.variable(inner, depth),
        }
    }

    fn function(&mut self, name: &str, rest: &str, depth: u32) -> String {
        let mut arguments = &rest[1..];
        if rest.starts_with('(') {
            let mut open = 1;
            let closing = arguments.char_indices().find(|(_, c)| {
                open += i32::from(*c == '(') - i32::from(*c == ')');
                open == 0
            });
            arguments = &arguments[..closing.map_or(arguments.len(), |(at, _)| at)];
        }
        let (name, arguments) = (self.text(name, depth), self.text(arguments, depth));
        if !self.functions {
            return "<API Execute Permission Denied>".to_owned();
        }
        self.call.ran.push(format!("{name} {arguments}"));
        String::new()
    }

    fn variable(&mut self, name: &str, depth: u32) -> String {
        let name = self.text(name, depth);
        let mut parts = name.split(':');
        let name = parts.next().unwrap_or_default();
        let number = |part: Option<&str>| part.and_then(|n| n.parse().ok()).unwrap_or(0_usize);
        let (offset, length) = (number(parts.next()), number(parts.next()));
        let stored = self.call.value(name).unwrap_or_default();
        let value = self.text(&stored, depth);
        let rest = value.chars().skip(offset);
        if length > 0 { rest.take(length).collect() } else { rest.collect() }
    }
}

/// What stands between braces from `start` on, and where it goes on behind them.
fn braces(chars: &[char], start: usize) -> (String, usize) {
    let mut open = 1;
    for (at, c) in chars.iter().enumerate().skip(start) {
        if *c == '}' {
            open -= 1;
            if open == 0 {
                return (chars[start..at].iter().collect(), at + 1);
            }
        } else if *c == '{' && at > start {
            open += 1;
        }
    }
    (chars[start..].iter().collect(), chars.len())
}
