//! The tables of the documents are those of the code. `UPDATE_DOCS=1` writes the generated ones anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use bina::domain::answer::FIELDS;
use bina::domain::phone::NoNumber;
use bina::domain::speech_text::Refusal;
use bina::servers::endpoints;
use bina::sources::reasons;

use crate::program::Service;
use crate::{read, root};

/// Compares the generated block `name` of `document` with `table`, or writes it.
fn holds(document: &str, name: &str, table: &str) {
    let text = read(document);
    let start = format!("<!-- generated: {name} ");
    let (before, rest) = text.split_once(&start).expect("the block begins");
    let (head, rest) = rest.split_once("-->\n").expect("the comment ends");
    let (written, after) = rest.split_once("<!-- end -->").expect("the block ends");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let text = format!("{before}{start}{head}-->\n{table}<!-- end -->{after}");
        fs::write(root().join(document), text).expect("written");
    } else {
        assert_eq!(written, table, "{document}: UPDATE_DOCS=1 cargo test --test documents");
    }
}

/// The rows of the first table below `heading`, cell by cell, without backquotes around a cell.
fn rows(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let (_, section) = text.split_once(heading).unwrap_or_else(|| panic!("{document}: {heading}"));
    let table = section.lines().skip_while(|line| !line.starts_with("| "));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    rows.map(|row| {
        let row = row.replace("\\|", "\u{1}");
        row.trim_matches('|').split('|').map(cell).collect()
    })
    .collect()
}

fn first_cells(document: &str, heading: &str) -> Vec<String> {
    let rows = rows(document, heading);
    let meant = |row: &Vec<String>| row.iter().skip(1).all(|cell| cell.chars().count() > 1);
    assert!(rows.iter().all(meant), "{document}: {heading}: a cell is empty");
    rows.into_iter().map(|row| row[0].clone()).collect()
}

fn variables(key: &str) -> [String; 2] {
    [format!("BINA_{}", key.to_uppercase()), format!("bina_{key}")]
}

#[test]
fn the_table_of_fields_is_the_contracts() {
    let mut table = "| field | Asterisk | FreeSWITCH | meaning |\n|---|---|---|---|\n".to_owned();
    for field in &FIELDS {
        let [asterisk, freeswitch] = variables(field.key);
        let (key, meaning) = (field.key, field.meaning);
        table += &format!("| `{key}` | `{asterisk}` | `{freeswitch}` | {meaning} |\n");
    }
    holds("docs/fields.md", "fields", &table);
}

#[test]
fn the_portuguese_table_of_fields_has_the_same_rows() {
    let document = "docs/campos.pt-BR.md";
    let rows = rows(document, "# Campos");
    assert_eq!(rows.len(), FIELDS.len(), "{document}");
    for (row, field) in rows.iter().zip(&FIELDS) {
        let [asterisk, freeswitch] = variables(field.key);
        assert_eq!(row[..3], [field.key.to_owned(), asterisk, freeswitch], "{document}");
        assert!(row[3].len() > 10, "{document}: {} is not explained", field.key);
    }
}

#[test]
fn both_tables_of_endpoints_are_those_of_the_server() {
    let service = Service::start();
    let served: BTreeSet<_> = endpoints::paths().map(str::to_owned).collect();
    for (document, heading) in [
        ("docs/endpoints.md", "## HTTP endpoints"),
        ("docs/endpoints.pt-BR.md", "## Endpoints HTTP"),
    ] {
        let rows = rows(document, heading);
        assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<BTreeSet<_>>(), served);
        for row in rows {
            let [path, methods, .., listener] = &row[..] else { panic!("{document}: {row:?}") };
            for (name, address) in [("http", &service.http), ("metrics", &service.metrics)] {
                let is_here = listener == name || ["both", "ambos"].contains(&listener.as_str());
                let answer = Service::answer(address, &format!("PUT {path}"));
                let allowed = answer.lines().find_map(|line| line.strip_prefix("allow: "));
                let expected = is_here.then_some(methods.as_str());
                assert_eq!(allowed, expected, "{document}: {path} at listen.{name}");
            }
        }
    }
}

/// Name, type, labels and help of a metric.
type Metric = (String, String, BTreeSet<String>, String);

fn metrics(text: &str) -> Vec<Metric> {
    let mut metrics: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|l| l.split_once(' ')) {
            metrics.entry(name).or_default().1 = help.trim_end_matches('.');
        } else if let Some((name, kind)) =
            line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' '))
        {
            metrics.entry(name).or_default().0 = kind;
        }
    }
    let labels = |name: &str| {
        let samples = text.lines().filter_map(|line| line.split_once('{'));
        let own = samples.filter(|(sample, _)| sample.trim_end_matches("_bucket") == name);
        let labels = own.flat_map(|(_, labels)| labels.split(','));
        let names = labels.filter_map(|label| Some(label.split_once("=\"")?.0.to_owned()));
        names.filter(|name| name != "le").collect()
    };
    let metric = |(name, (kind, help)): (&str, (&str, &str))| {
        (name.to_owned(), kind.to_owned(), labels(name), help.to_owned())
    };
    metrics.into_iter().map(metric).collect()
}

#[test]
fn both_tables_of_metrics_are_those_of_the_service() {
    let known = metrics(&Service::start().metrics());
    assert!(known.len() > 20, "{known:?}");
    let mut table = "| metric | type | labels | meaning |\n|---|---|---|---|\n".to_owned();
    for (name, kind, labels, help) in &known {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        table += &format!("| `{name}` | {kind} | {} | {help} |\n", labels.join(", "));
    }
    holds("docs/metrics.md", "metrics", &table);
    let document = "docs/metricas.pt-BR.md";
    let translated = rows(document, "# Métricas");
    for (row, (name, kind, labels, _)) in translated.iter().zip(&known) {
        let own: BTreeSet<_> = row[2].split(", ").map(|label| label.replace('`', "")).collect();
        let own: BTreeSet<_> = own.into_iter().filter(|label| !label.is_empty()).collect();
        assert_eq!((&row[0], &row[1], &own), (name, kind, labels), "{document}");
        assert!(row[3].len() > 10, "{document}: {name} is not explained");
    }
    assert_eq!(translated.len(), known.len(), "{document}");
}

#[test]
fn both_tables_of_alerts_are_those_of_the_rules() {
    let rules = read("systemd/prometheus/bina.rules.yml");
    let value = |line: &str, key: &str| {
        let (_, rest) = line.split_once(key)?;
        rest.split([' ', '}']).next().map(str::to_owned)
    };
    let names = rules.lines().filter_map(|line| value(line, "- alert: "));
    let severities = rules.lines().filter_map(|line| value(line, "labels: { severity: "));
    let alerts: Vec<_> = names.zip(severities).collect();
    assert!(alerts.len() > 8, "{alerts:?}");
    for (document, heading) in
        [("docs/metrics.md", "## Alerts"), ("docs/metricas.pt-BR.md", "## Alertas")]
    {
        let rows = rows(document, heading).into_iter();
        let written: Vec<_> = rows.map(|row| (row[0].clone(), row[1].clone())).collect();
        assert_eq!(written, alerts, "{document}");
    }
}

/// The values of the label `reason` of a metric, in alphabetical order.
fn label_values(metrics: &str, name: &str) -> Vec<String> {
    let start = format!("{name}{{reason=\"");
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(&start));
    let values = samples.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    values.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn both_documents_of_reasons_have_every_reason_once_and_no_other() {
    let metrics = Service::start().metrics();
    let words = |words: Vec<&'static str>| {
        words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let tables: [([&str; 2], Vec<String>); 7] = [
        (["## `status=unavailable`", "## `status=unavailable`"], words(reasons::labels())),
        (["## `status=no_number`", "## `status=no_number`"], words(NoNumber::LABELS.to_vec())),
        (
            ["## Refused HTTP requests", "## Pedidos HTTP recusados"],
            label_values(&metrics, "bina_http_refused_total"),
        ),
        (
            ["## FastAGI errors", "## Erros do FastAGI"],
            label_values(&metrics, "bina_agi_errors_total"),
        ),
        (
            ["## Closed connections", "## Conexões fechadas"],
            label_values(&metrics, "bina_connections_shed_total"),
        ),
        (
            ["## Texts of alerts that are not spoken", "## Textos de alertas que não são falados"],
            words(Refusal::LABELS.to_vec()),
        ),
        (
            ["## Failures of the speech engine", "## Falhas do motor de voz"],
            label_values(&metrics, "bina_speech_failures_total"),
        ),
    ];
    for ([english, portuguese], words) in tables {
        assert!(words.len() > 3, "{english}: {words:?}");
        assert_eq!(first_cells("docs/reasons.md", english), words, "docs/reasons.md: {english}");
        let document = "docs/motivos.pt-BR.md";
        assert_eq!(first_cells(document, portuguese), words, "{document}: {portuguese}");
    }
}
