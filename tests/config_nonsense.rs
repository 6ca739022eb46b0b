//! Configurations that are readable and make no sense: each is refused, or warned of, by name.

use std::path::Path;
use std::time::{Duration, Instant};

use bina::app::config::{Config, Invalid};

const GOOD: &str = r#"
[hubsoft]
base_url = "https://api.example.com"
client_id = "3"
client_secret = "segredo"
username = "bina@provedor.com.br"
password = "senha"
"#;

fn read(text: &str) -> Result<Config, Invalid> {
    Config::parse(text, Path::new("bina.toml"))
}

/// `line: text` of each problem of `text`, which need not be whole.
fn problems(text: &str) -> Vec<String> {
    let invalid = read(text).expect_err(text);
    let reported = invalid.problems.iter();
    reported.map(|problem| format!("{}: {}", problem.place.line, problem.text)).collect()
}

/// The problem of a file that is `GOOD` but for what is added.
fn one_problem(added: &str) -> String {
    let problems = problems(&format!("{GOOD}{added}"));
    assert_eq!(problems.len(), 1, "{added}: {problems:?}");
    problems[0].clone()
}

/// An unoptimised build takes five times as long.
const BUILD: u32 = if cfg!(debug_assertions) { 5 } else { 1 };

/// The file is read in a time that grows with its length only, on many lines or on one.
#[test]
fn ten_thousand_rules_are_read_within_a_second() {
    let prompts = "[prompts]\na = \"a\"\n";
    let rules: String = (0..10_000)
        .map(|at| format!("[[rule]]\nname = \"r{at}\"\ntext = \"x\"\nplay = \"a\"\n"))
        .collect();
    let inline: String =
        (0..10_000).map(|at| format!("{{name=\"r{at}\",text=\"x\",play=\"a\"}},")).collect();
    let many_lines = format!("{GOOD}{prompts}{rules}");
    let one_line = format!("rule = [{inline}]\n{GOOD}{prompts}");
    for text in [many_lines, one_line] {
        let start = Instant::now();
        read(&text).unwrap_or_else(|invalid| panic!("{invalid}"));
        let took = start.elapsed();
        assert!(took < Duration::from_secs(1) * BUILD, "{took:?}");
    }
}

#[test]
fn each_toml_mistake_is_reported_with_its_remedy() {
    let rule = "name = \"a\"\n";
    for (text, expected) in [
        (
            "[log]\nlevel = \"info\"\n[log]\n",
            "3: [log] is defined twice (first in line 1): keep one section",
        ),
        (
            "[log]\nlevel = \"a\"\nlevel = \"b\"\n",
            "3: `level` is defined twice (first in line 2): keep one",
        ),
        ("a = 1\n[log]\na = 1\n\"a\" = 2\n", "4: `a` is defined twice (first in line 3)"),
        ("[x]\na = {b = 1, b = 2}\n", "2: `b` is defined twice: keep one"),
        (&format!("[rule]\n{rule}[rule]\n{rule}"), "3: [rule] is defined twice (first in line 1)"),
        (
            &format!("[[rule]]\n{rule}[rule]\n{rule}"),
            "write [[rule]], in two brackets, above each rule",
        ),
        (
            &format!("[rule]\n{rule}[[rule]]\n{rule}"),
            "write [[rule]], in two brackets, above each rule",
        ),
        (
            "[log]\nlevel = “info”\n",
            "2: not TOML: string values must be quoted, expected literal string: replace the typographic quotes",
        ),
        ("[log]\nlevel = ‘info’\n", "replace the typographic quotes"),
        ("[log]\nlevel = \"info”\n", "replace the typographic quotes"),
        ("[log]\nlevel = info\n", "put quotes around a text"),
        ("[log]\nlevel = debug\n", "put quotes around a text"),
        ("[log]\nlevel =\n", "write a value after the ="),
        ("[log]\nlevel = \"info\n", "close the text with a quote"),
        ("[log]\nlevel \"info\"\n", "write key = \"value\""),
        ("[log]\nlevel: \"info\"\n", "write key = \"value\""),
        ("log:\n", "write key = \"value\""),
        ("[x]\nplay = [\"a\" \"b\"]\n", "put a comma between"),
        ("[x]\nplay = [\"a\", \"b\"\n", "close the list with ]"),
        ("[log]\n// words\n", "a comment begins with #"),
        ("[log]\n; words\n", "a comment begins with #"),
        ("[log]\nlevel = \"info\" // words\n", "a comment begins with #"),
        ("[log]\nlevel = \"info\"; words\n", "a comment begins with #"),
        ("[log]\nlevel = \"a\" format = \"b\"\n", "write one setting per line"),
        ("[limiter]\nrate = 1,5\n", "write whole numbers only"),
        ("[numbers]\ndefault_ddd = 037\n", "put quotes around the number"),
        ("[hubsoft]\ninsecure_http = True\n", "true or false in lower case"),
        ("[limiter\nrate = 1\n", "close the section's name"),
        ("limiter]\nrate = 1\n", "write sections in brackets"),
        ("[prompts]\nação = \"x\"\n", "remove accents and spaces"),
        ("[prompts]\na b = \"x\"\n", ""),
        ("{\"log\": 1}", "this looks like JSON"),
        ("[log]\nlevel = \"in\u{0}fo\"\n", "an invisible control character"),
        ("[x]\npath = \"C:\\dir\"\n", "for a backslash"),
    ] {
        let problems = problems(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert!(problems[0].contains(expected), "{text}: {}", problems[0]);
    }
    let secret = problems("[hubsoft]\npassword = segredo\npassword “segredo”\n");
    assert!(!secret.concat().contains("segredo"), "{secret:?}");
}

#[test]
fn an_unknown_setting_is_reported_with_the_nearest_known_one() {
    for (added, expected) in [
        ("[lookup]\ndeadlin_ms = 500\n", "did you mean `deadline_ms`?"),
        ("[lokup]\n", "did you mean `lookup`?"),
        ("[[rules]]\nname = \"a\"\n", "did you mean `rule`?"),
        ("[listen]\nnetworks = [\"192.0.2.0/24\"]\n", "; it belongs in [access]"),
        ("networks = [\"192.0.2.0/24\"]\n", "; it belongs in [access]"),
        ("[lookup]\nrate = 5\n", "; it belongs in [limiter]"),
        ("[general]\nroute = \"x\"\n", "; it belongs in [[rule]]"),
    ] {
        let problem = one_problem(added);
        assert!(problem.contains("; expected one of "), "{problem}");
        assert!(problem.contains(expected), "{added}: {problem}");
    }
    let unlike = one_problem("[log]\ncolour = 1\n");
    assert!(unlike.ends_with("unknown setting `log.colour`; expected one of format, level"));
}

#[test]
fn a_setting_in_the_wrong_section_is_reported_with_its_own() {
    let settings = Config::settings();
    let inside = || settings.iter().filter(|setting| !setting.heading.is_empty());
    let mut seen = 0;
    for setting in inside() {
        let is_unique = inside().filter(|other| other.key == setting.key).count() == 1;
        let elsewhere = if setting.heading == "[log]" { "[limiter]" } else { "[log]" };
        if !is_unique {
            continue;
        }
        let problem = one_problem(&format!("{elsewhere}\n{} = 1\n", setting.key));
        let expected = format!("; it belongs in {}", setting.heading);
        assert!(problem.ends_with(&expected), "{problem}");
        seen += 1;
    }
    assert!(seen > 40, "only {seen} settings");
}

#[test]
fn terminal_control_characters_are_escaped() {
    for (added, expected) in [
        ("[log]\n\"lev\\u001b[31mel\" = 1\n", "log.lev\\u{1b}[31mel"),
        ("[log]\n\"a\\u0000b\" = 1\n", "log.a\\u{0}b"),
        ("[prompts]\n\"a\\nb\" = \"x\"\n", "prompt name `a\\u{a}b`"),
        ("[listen]\nhttp = \"\\u202e1\"\n", "`\\u{202e}1` is not an address"),
    ] {
        let problem = one_problem(added);
        assert!(problem.contains(expected), "{problem}");
        assert!(!problem.contains(char::is_control), "{problem:?}");
    }
}
