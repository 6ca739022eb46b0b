//! What `bina check` reports of rules that do not do what they were written for.

use std::path::Path;
use std::time::{Duration, Instant};

use bina::app::config::Config;

const GOOD: &str = "[hubsoft]\nbase_url = \"https://api.example.com\"\nclient_id = \"3\"\n\
    client_secret = \"x\"\nusername = \"x\"\npassword = \"x\"\n";

fn warnings(rules: &str) -> Vec<String> {
    let text = format!("{GOOD}{rules}");
    let config = Config::parse(&text, Path::new("/nowhere/bina.toml")).expect("good");
    config.warnings.iter().map(ToString::to_string).collect()
}

fn problems(text: &str) -> String {
    let read = Config::parse(text, Path::new("/nowhere/bina.toml"));
    read.expect_err("not good").to_string()
}

fn rule(name: &str, conditions: &str) -> String {
    format!("[[rule]]\nname = \"{name}\"\nplay = []\n{conditions}\n")
}

/// The warning about a rule with these conditions; empty when there is none.
fn warning(conditions: &str) -> String {
    let mut warnings = warnings(&rule("a", conditions));
    assert!(warnings.len() <= 1, "{warnings:?}");
    warnings.pop().unwrap_or_default()
}

const PROMPTS: &str = "[prompts]\nfibra = \"rompimento-fibra\"\n";

fn rule_problem(rule: &str) -> String {
    problems(&format!("{GOOD}{PROMPTS}[[rule]]\n{rule}"))
}

#[test]
fn problems_in_rules_are_reported() {
    for (rule, part) in [
        (
            "name = \"a\"\nplay = \"luz\"\n",
            "unknown prompt `luz`: add `luz = \"SOUND\"` to [prompts] (defined: fibra)",
        ),
        ("name = \"a\"\n", "the rule has no play"),
        ("play = \"fibra\"\n", "the rule has no name"),
        ("name = \"a b\"\nplay = \"fibra\"\n", "rule[1].name must be"),
        ("name = \"a\"\nplay = \"fibra\"\nroute = \"x,y\"\n", "rule[1].route must be"),
        ("name = \"a\"\nplay = \"fibra\"\ntext = \"\"\n", "rule[1].text is empty"),
        ("name = \"a\"\nplay = \"fibra\"\ntext = []\n", "rule[1].text is empty"),
        ("name = \"a\"\nplay = \"fibra\"\ntext = [\"x\", \" \"]\n", "rule[1].text is empty"),
        ("name = \"a\"\nplay = \"fibra\"\nalso = []\n", "rule[1].also is empty"),
        (
            "name = \"a\"\nplay = \"fibra\"\nover = \"*\"\n",
            "rule[1].over = \"*\" excludes every alert",
        ),
        ("name = \"a\"\nplay = \"fibra\"\nconectado = true\n", "hubsoft.ultima_conexao"),
        ("name = \"a\"\nplay = \"fibra\"\nservico_status = \"não\"\n", "rule[1].servico_status"),
        ("name = \"a\"\nplay = \"fibra\"\ndid = \"\"\n", "rule[1].did"),
        (
            "name = \"a\"\nplay = \"fibra\"\nalerta = \"sim\"\n",
            "rule[1].alerta must be true, false or \"any\"",
        ),
        (
            "name = \"a\"\nplay = \"fibra\"\nalerta = false\ntext = \"x\"\n",
            "rule[1].alerta needs no alert, so text has no text to match: remove text",
        ),
        (
            "name = \"a\"\nplay = \"fibra\"\nalerta = \"any\"\nover = \"x\"\n",
            "so over has no text to match: remove over",
        ),
        (
            "name = \"a\"\nplay = \"fibra\"\nspeak = \"*\"\nalerta = false\n",
            "rule[1].alerta needs no alert, so speak has no text to say: remove speak",
        ),
        ("name = \"a\"\nplay = \"fibra\"\ncolour = 1\n", "unknown setting `rule[1].colour`"),
        (
            "name = \"a\"\nplay = [\"fibra\",\"fibra\",\"fibra\",\"fibra\",\"fibra\",\"fibra\",\"fibra\",\"fibra\",\"fibra\"]\n",
            "at most 8 prompts",
        ),
        (
            "name = \"a\"\nplay = \"fibra\"\n[[rule]]\nname = \"a\"\nplay = \"fibra\"\n",
            "rule `a` is defined twice (first in line 9): give each rule a unique name",
        ),
        (
            "name = \"a\"\nplay = []\ntext = \"rom*ento\"\n",
            "rule[1].text `rom*ento`: a `*` must stand at an end of a word",
        ),
        ("name = \"a\"\nplay = []\ntext = \"queda.*\"\n", "rule[1].text `queda.*`: a `*`"),
        ("name = \"a\"\nplay = []\ntext = \"!!!\"\n", "punctuation alone matches nothing"),
        ("name = \"a\"\nplay = []\nexcept = []\n", "rule[1].except is empty"),
        ("name = \"a\"\nplay = []\nexcept = \"*\"\n", "excludes every alert"),
        ("name = \"a\"\nplay = []\nexcept = \"a*b\"\n", "rule[1].except `a*b`"),
    ] {
        let problem = rule_problem(rule);
        assert!(problem.contains(part), "{rule}: {problem}");
    }
}

#[test]
fn a_rule_may_play_nothing() {
    let text = format!("{GOOD}{PROMPTS}[[rule]]\nname = \"divida\"\ntext = \"*\"\nplay = []\n");
    let read = Config::parse(&text, Path::new("/nowhere/bina.toml"));
    let config = read.expect("good");
    assert_eq!(config.rules.list()[0].play.asterisk, "");
}

#[test]
fn a_phrase_that_was_meant_as_a_list_or_an_expression_is_warned_of() {
    for (conditions, parts) in [
        (
            r#"text = "rompimento, fibra""#,
            &["rule[1].text (line 10): `rompimento, fibra`", r#"write ["rompimento", "fibra"]"#][..],
        ),
        (r#"text = "a|b""#, &[r#"write ["a", "b"]"#]),
        (r#"text = ["x", "a; b;"]"#, &["`a; b;`", r#"write ["a", "b"]"#]),
        (
            r#"except = "resolvido,normalizado""#,
            &["rule[1].except", r#"["resolvido", "normalizado"]"#],
        ),
        (r#"text = '\bfibra\b'"#, &["looks like a regular expression"]),
        (r#"text = "^fibra""#, &["looks like a regular expression"]),
        (r#"text = "fibra$""#, &["looks like a regular expression"]),
        (r#"text = "queda.+luz""#, &["looks like a regular expression"]),
        (r#"text = "[Ff]ibra""#, &["looks like a regular expression"]),
    ] {
        let warning = warning(conditions);
        for part in parts {
            assert!(warning.contains(part), "{conditions}: {warning}");
        }
    }
    for good in ["1,5 km", "R$ 240", "sem internet?", "(LOS)", "queda de energia", "rompi*", "a/b"]
    {
        assert_eq!(warning(&format!("text = \"{good}\"")), "", "{good}");
    }
}

#[test]
fn a_phrase_longer_than_any_text_is_warned_of_and_not_repeated() {
    let warning = warning(&format!("text = \"{}\"", "palavra ".repeat(3_000)));
    assert!(warning.contains("is longer than any alert text") && warning.len() < 200, "{warning}");
}

#[test]
fn a_status_hubsoft_does_not_have_is_warned_of_with_the_nearest() {
    for (status, part) in [
        ("SUSPENSO_DEBITO", "HubSoft uses lower case: `suspenso_debito`"),
        ("Cancelado", "HubSoft uses lower case: `cancelado`"),
        ("suspenso_debitos", "did you mean `suspenso_debito`?"),
        ("suspenso", "expected one of agendado_para_instalacao, "),
        ("canselado", "did you mean `cancelado`?"),
        ("habilitado", "expected one of agendado_para_instalacao, "),
        ("xyz", "expected one of agendado_para_instalacao, "),
    ] {
        let warning = warning(&format!("servico_status = \"{status}\""));
        assert!(warning.contains(part), "{status}: {warning}");
        assert!(warning.starts_with("rule[1].servico_status (line 10)"), "{warning}");
    }
    assert_eq!(warning("servico_status = [\"suspenso_debito\", \"cancelado\"]"), "");
}

#[test]
fn a_rule_that_is_never_chosen_is_warned_of() {
    let two = |first: &str, second: &str| warnings(&(rule("a", first) + &rule("b", second)));
    let hidden = ["rule `b` is unreachable: rule `a` before it matches everything it matches"];
    assert_eq!(two("text = \"*\"", "text = \"fibra\""), hidden);
    assert_eq!(two("", "text = \"fibra\""), hidden);
    assert_eq!(two("text = [\"Fibra\", \"cabo\"]", "text = \"fibra\""), hidden);
    assert_eq!(two("text = \"fibra\"\nexcept = \"x\"", "text = \"fibra\""), [""; 0]);
    assert_eq!(two("servico_status = \"cancelado\"", "text = \"fibra\""), [""; 0]);
    let never = warning("text = \"fibra\"\nexcept = \"FIBRA\"");
    assert_eq!(never, "rule `a` never matches: its except covers its text");
}

#[test]
fn the_same_phrase_twice_is_harmless() {
    assert_eq!(warning("text = [\"manutenção\", \"MANUTENCAO\"]"), "");
}

#[test]
fn a_rule_in_single_brackets_is_reported_with_the_right_syntax() {
    let one = "[rule]\nname = \"a\"\nplay = []\n";
    let once = problems(&format!("{GOOD}{one}"));
    assert!(once.contains(":7:2: rule must be a repeated section: write [[rule]]"), "{once}");
    let twice = problems(&format!("{GOOD}{one}{one}"));
    assert_eq!(
        twice,
        "/nowhere/bina.toml:10:2: [rule] is defined twice (first in line 7): write [[rule]], in two \
         brackets, above each rule"
    );
}

#[test]
fn a_duplicate_setting_or_section_is_reported_with_the_first_line() {
    let setting = problems(&format!("{GOOD}username = \"senha\"\n"));
    assert_eq!(
        setting,
        "/nowhere/bina.toml:7:1: `username` is defined twice (first in line 5): keep one"
    );
    let section = problems(&format!("{GOOD}[log]\n[lookup]\n[log]\nlevel = \"info\"\n"));
    assert!(section.contains(":9:2: [log] is defined twice (first in line 7): keep one section"));
}

/// Ten times as many rules may take some more than ten times as long, and not a hundred times.
#[test]
fn the_time_to_read_rules_grows_with_their_number_and_no_faster() {
    let file = |count: usize, on_lines: bool| {
        let rule = |at: usize| {
            let text = format!("text = [\"bairro numero {at}\", \"rua*\"]");
            if on_lines {
                return rule(&format!("r{at}"), &format!("{text}\nexcept = \"normalizad*\""));
            }
            format!("{{ name = \"r{at}\", play = [], {text}, except = \"x{at}\" }},")
        };
        let rules: String = (0..count).map(rule).collect();
        if on_lines { format!("{GOOD}{rules}") } else { format!("rule = [{rules}]\n{GOOD}") }
    };
    for on_lines in [true, false] {
        let read = |count: usize| {
            let text = file(count, on_lines);
            let start = Instant::now();
            Config::parse(&text, Path::new("/nowhere/bina.toml")).expect("good");
            start.elapsed()
        };
        let (few, many) = (read(1_000), read(10_000));
        assert!(many < few * 30 + Duration::from_millis(500), "{few:?} and {many:?}: {on_lines}");
    }
}

#[test]
fn a_rule_with_also_or_over_hides_no_rule_but_one_with_the_same() {
    for condition in ["also = \"bairro\"", "over = \"normalizad*\""] {
        let first = rule("a", &format!("text = \"sinal\"\n{condition}"));
        let plain = rule("b", "text = \"sinal\"");
        assert_eq!(warnings(&format!("{first}{plain}")), [""; 0], "{condition}");
        let same = first.replace("name = \"a\"", "name = \"b\"");
        let reported = warnings(&format!("{first}{same}"));
        assert!(
            reported.len() == 1 && reported[0].contains("rule `b` is unreachable"),
            "{reported:?}"
        );
    }
}

#[test]
fn a_rule_without_a_condition_that_plays_is_warned_of() {
    let plays = |conditions: &str| {
        let rule = format!("[[rule]]\nname = \"a\"\nplay = \"p\"\n{conditions}\n");
        warnings(&format!("[prompts]\np = \"p\"\n{rule}"))
    };
    let warned = plays("");
    assert!(warned.iter().any(|text| text.contains("rule `a` has no condition")), "{warned:?}");
    for conditions in ["text = \"*\"", "did = \"1234\"", "servico_status = \"suspenso_debito\""] {
        assert_eq!(plays(conditions), [""; 0], "{conditions}");
    }
    assert_eq!(warnings(&rule("a", "")), [""; 0], "a silent one is no news");
}

#[test]
fn a_rule_for_all_customers_without_an_alert_is_warned_of() {
    for alerta in ["false", "\"any\""] {
        let text = warning(&format!("alerta = {alerta}"));
        assert!(text.contains("applies to every customer without an alert: add"), "{text}");
        for other in ["servico_status = \"suspenso_debito\"", "did = \"3732221234\""] {
            assert_eq!(warning(&format!("alerta = {alerta}\n{other}")), "", "{other}");
        }
    }
    assert_eq!(warning("alerta = true\ntext = \"x\""), "");
}

#[test]
fn a_rule_hides_only_rules_for_the_customers_whom_it_takes() {
    let status = "servico_status = \"suspenso_debito\"";
    for (first, second, is_hidden) in [
        ("true", "true", true),
        ("true", "false", false),
        ("true", "\"any\"", false),
        ("false", "true", false),
        ("false", "false", true),
        ("false", "\"any\"", false),
        ("\"any\"", "true", true),
        ("\"any\"", "false", true),
        ("\"any\"", "\"any\"", true),
    ] {
        let [first, second] = [("a", first), ("b", second)]
            .map(|(name, alerta)| rule(name, &format!("alerta = {alerta}\n{status}")));
        let warnings = warnings(&format!("{first}{second}"));
        assert_eq!(!warnings.is_empty(), is_hidden, "{first}{second}: {warnings:?}");
    }
}

#[test]
fn a_rule_that_does_not_read_the_alert_is_warned_of_above_one_that_does() {
    let suspended = |name| rule(name, "alerta = \"any\"\nservico_status = \"suspenso_debito\"");
    let fibre = rule("fibra", "text = \"fibra\"");
    let above = warnings(&format!("{}{fibre}", suspended("suspenso")));
    assert_eq!(above.len(), 1, "{above:?}");
    assert!(above[0].contains("rule `suspenso` (alerta = \"any\") stands before rule `fibra`"));
    assert_eq!(warnings(&format!("{fibre}{}", suspended("suspenso"))), [""; 0]);
    let off = rule("livre", "alerta = false\nservico_status = \"suspenso_debito\"");
    assert_eq!(warnings(&format!("{off}{fibre}")), [""; 0], "it takes nobody with an alert");
}
