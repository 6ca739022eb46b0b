//! Functions: how long those of the tests are, and what is passed to functions of ours.

use std::collections::BTreeSet;

use regex_lite::Regex;

use crate::{Source, none, sources, tests};

/// What a test should fit in: arrange, act, assert. A table of cases may take more.
const TEST_LINES: usize = 20;

/// A function in the text of a source, the tests at its end included.
struct Function {
    lines: usize,
    is_test: bool,
}

fn functions(text: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    let mut open: Option<(usize, usize, bool)> = None;
    let mut is_test = false;
    for (at, line) in text.lines().enumerate() {
        let code = line.trim();
        let indent = line.len() - line.trim_start().len();
        let begins = code.contains("fn ") && !code.starts_with("//") && !code.ends_with(';');
        if open.is_none() && begins {
            open = Some((at, indent, is_test));
        } else if let Some((start, depth, is_test)) = open
            && indent == depth
            && code == "}"
        {
            functions.push(Function { lines: at - start + 1, is_test });
            open = None;
        }
        if code.ends_with('}') && open.is_some_and(|(start, ..)| start == at) {
            open = None;
        }
        let is_attribute = code.starts_with("#[") || code.starts_with("//");
        is_test = code.contains("test]") || code.contains("::test(") || is_test && is_attribute;
    }
    functions
}

#[test]
fn four_in_five_tests_fit_in_twenty_lines() {
    let all: Vec<_> = sources().into_iter().chain(tests()).collect();
    let tests = || all.iter().flat_map(|source| functions(&source.text)).filter(|own| own.is_test);
    let (count, long) = (tests().count(), tests().filter(|own| own.lines > TEST_LINES).count());
    assert!(count > 500, "the tests are found: {count}");
    assert!(long * 5 <= count, "{long} of {count} tests have more than {TEST_LINES} lines");
}

/// The text between the parenthesis at `start` and its counterpart.
fn within(text: &str, start: usize) -> &str {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return &text[start + 1..at],
            b')' => depth -= 1,
            _ => {}
        }
    }
    ""
}

/// `open(true)` does not show what is true. A variable has a name; two functions, or an enum, are
/// better still.
#[test]
fn no_function_of_ours_is_given_a_bare_true_or_false() {
    let sources = sources();
    let code = |source: &Source| source.code().map(|(_, line)| format!("{line}\n")).collect();
    let texts: Vec<(&str, String)> =
        sources.iter().map(|source| (source.path.as_str(), code(source))).collect();
    let head = Regex::new(r"fn (\w+)(?:<[^(]*>)?\(").expect("a pattern");
    let takes_bool = |text: &str| -> Vec<String> {
        let heads = head.captures_iter(text);
        let with_end =
            heads.map(|found| (found[1].to_owned(), found.get(0).map_or(0, |m| m.end())));
        let taking = with_end.filter(|(_, end)| within(text, end - 1).contains(": bool"));
        taking.map(|(name, _)| name).collect()
    };
    let names: BTreeSet<_> = texts.iter().flat_map(|(_, text)| takes_bool(text)).collect();
    assert!(names.len() > 5, "{names:?}");
    let bare = Regex::new(r"(?:^|, |\n\s*)(true|false)(?:,|$|\n)").expect("a pattern");
    let mut wrong = Vec::new();
    // `new` is also that of atomic flags.
    for name in names.iter().filter(|name| *name != "new") {
        let call = format!("{name}(");
        for (path, text) in &texts {
            for (at, _) in text.match_indices(&call) {
                let begins = text[..at].ends_with(|c: char| ".: (\n".contains(c));
                let arguments = within(text, at + name.len());
                if begins && bare.is_match(arguments) {
                    wrong.push(format!("{path}: {name}({arguments})"));
                }
            }
        }
    }
    none(&wrong);
}
