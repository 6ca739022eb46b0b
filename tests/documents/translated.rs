//! The configuration, the alert rules and the dashboard in Portuguese do what those in English do: they
//! differ in what people read, and in nothing else.

use serde_json::Value;

use crate::read;

const CONFIGURATION: [&str; 2] = ["systemd/bina.toml", "systemd/bina.pt-BR.toml"];
const DASHBOARD: [&str; 2] = ["systemd/grafana/bina.json", "systemd/grafana/bina.pt-BR.json"];
const RULES: [&str; 2] =
    ["systemd/prometheus/bina.rules.yml", "systemd/prometheus/bina.rules.pt-BR.yml"];

/// A file as a sequence of what has to be the same, each with the text before it.
type Pieces = Vec<(String, String)>;

/// Compares the fixed pieces of two files, and returns their texts in pairs.
fn texts([english, portuguese]: [Pieces; 2]) -> Vec<[String; 2]> {
    for ((one, _), (other, _)) in english.iter().zip(&portuguese) {
        assert_eq!(one, other);
    }
    assert_eq!(english.len(), portuguese.len());
    let pairs = english.into_iter().zip(portuguese).map(|((_, one), (_, other))| [one, other]);
    pairs.filter(|pair| pair.iter().any(|text| !text.is_empty())).collect()
}

/// What stands in `text` between `start` and `end`.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    let parts = text.split(start).skip(1);
    parts.filter_map(|rest| rest.split_once(end).map(|(part, _)| part)).collect()
}

fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<_> = text.split(|c: char| !c.is_ascii_digit()).collect();
    numbers.retain(|number| !number.is_empty());
    numbers.sort_unstable();
    numbers
}

/// Both say something, in two languages, and what is no language is in both.
fn assert_translated(pair: &[String; 2]) {
    let [english, portuguese] = pair;
    assert!(!english.is_empty() && !portuguese.is_empty(), "{pair:?}");
    let has_words = english.chars().filter(|c| c.is_alphabetic()).count() > 15;
    assert!(!has_words || english != portuguese, "not translated: {english}");
    assert_eq!(numbers(english), numbers(portuguese), "{pair:?}");
    let [one, other] = [english, portuguese].map(|text| {
        let mut values = between(text, "{{", "}}");
        values.sort_unstable();
        values
    });
    assert_eq!(one, other, "{pair:?}");
}

/// A comment that is prose, not a setting that is commented out.
fn is_prose(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix('#') else { return false };
    let Some((key, _)) = comment.trim_start().split_once(" = ") else {
        return !comment.starts_with(" [");
    };
    key.contains([' ', ','])
}

#[test]
fn the_portuguese_configuration_has_the_same_settings() {
    let pieces = CONFIGURATION.map(|file| {
        let mut pieces = Pieces::new();
        let mut comment = String::new();
        for line in read(file).lines() {
            if is_prose(line) {
                comment = comment + line.trim_start_matches([' ', '#']) + " ";
            } else {
                pieces.push((line.to_owned(), std::mem::take(&mut comment)));
            }
        }
        assert!(pieces.len() > 400, "{file}: the settings are found");
        pieces
    });
    let comments = texts(pieces);
    assert!(comments.len() > 80, "the comments are found");
    comments.iter().for_each(assert_translated);
}

/// The lines of a file of rules, each with the summary or the description that it begins.
fn rules(file: &str) -> Pieces {
    let text = read(file);
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#')).peekable();
    let mut pieces = Pieces::new();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        let depth = line.len() - start.len();
        let annotation = ["summary: ", "description: "]
            .into_iter()
            .find_map(|key| Some((key, start.strip_prefix(key)?)));
        let Some((key, value)) = annotation else {
            pieces.push((line.to_owned(), String::new()));
            continue;
        };
        let mut value = value.trim_start_matches(">-").to_owned();
        let is_deeper = |next: &&str| next.len() - next.trim_start().len() > depth;
        while let Some(more) = lines.next_if(is_deeper) {
            value = value + " " + more.trim();
        }
        pieces.push((key.to_owned(), value.trim().to_owned()));
    }
    pieces
}

#[test]
fn the_portuguese_rules_fire_as_the_others_do() {
    let annotations = texts(RULES.map(rules));
    let alerts = read(RULES[0]).matches("- alert: ").count();
    assert_eq!(annotations.len(), 2 * alerts, "a summary and a description each");
    annotations.iter().for_each(assert_translated);
}

/// A command or a panel that an alert names is there in its language.
#[test]
fn the_rules_name_panels_of_the_dashboard_in_their_language() {
    for (file, dashboard) in RULES.into_iter().zip(DASHBOARD) {
        let titles = read(dashboard);
        let named: Vec<_> = rules(file)
            .into_iter()
            .flat_map(|(_, text)| {
                let quoted = between(&text, " \"", "\"");
                quoted.into_iter().map(str::to_owned).collect::<Vec<_>>()
            })
            .filter(|name| name.ends_with('?'))
            .collect();
        assert!(!named.is_empty(), "{file} names a panel");
        for name in named {
            let title = format!("\"title\": \"{name}\"");
            assert!(titles.contains(&title), "{file}: {dashboard} has no panel {name:?}");
        }
    }
}

/// Keys of a dashboard whose values are for people.
const FOR_PEOPLE: [&str; 5] = ["description", "label", "legendFormat", "text", "title"];

/// The values of a dashboard, depth first, each with its way, and what is for people apart.
fn values(way: &str, value: &Value, pieces: &mut Pieces) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                values(&format!("{way}.{key}"), member, pieces);
            }
        }
        Value::Array(members) => {
            for (index, member) in members.iter().enumerate() {
                values(&format!("{way}.{index}"), member, pieces);
            }
        }
        Value::String(text) if FOR_PEOPLE.iter().any(|key| way.ends_with(&format!(".{key}"))) => {
            pieces.push((way.to_owned(), text.clone()));
        }
        // Below: two dashboards with one uid would replace each other.
        Value::String(_) if way == ".uid" => {}
        _ => pieces.push((format!("{way} = {value}"), String::new())),
    }
}

#[test]
fn the_portuguese_dashboard_shows_the_same_panels() {
    let pieces = DASHBOARD.map(|file| {
        let mut pieces = Pieces::new();
        values("", &serde_json::from_str(&read(file)).expect("JSON"), &mut pieces);
        assert!(pieces.len() > 500, "{file}: the panels are found");
        pieces
    });
    let texts = texts(pieces);
    assert!(texts.len() > 100, "the texts are found");
    texts.iter().for_each(assert_translated);
    let uid = |file| {
        let dashboard: Value = serde_json::from_str(&read(file)).expect("JSON");
        dashboard["uid"].as_str().expect("a uid").to_owned()
    };
    let [one, other] = DASHBOARD.map(uid);
    assert_ne!(one, other, "both can be imported");
}
