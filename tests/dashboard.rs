//! The alert rules and the dashboard use existing metrics, by their names.

mod app;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use app::TestApp;
use bina::simulator::Sim;
use bina::sources::reasons;
use serde_json::Value;

const RULES: &str = "systemd/prometheus/bina.rules.yml";
const DASHBOARD: &str = "systemd/grafana/bina.json";

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).expect(name)
}

/// The expression of each alert: a line, or the deeper lines below `>-`.
fn alert_queries() -> Vec<String> {
    let text = read(RULES);
    let mut lines = text.lines().peekable();
    let mut queries = Vec::new();
    while let Some(line) = lines.next() {
        let Some(query) = line.trim_start().strip_prefix("expr: ") else { continue };
        let depth = line.len() - line.trim_start().len();
        let mut query = query.trim_start_matches(">-").to_owned();
        while let Some(more) = lines.next_if(|next| next.len() - next.trim_start().len() > depth) {
            query = query + " " + more.trim();
        }
        queries.push(query);
    }
    assert!(queries.len() > 8, "the rules are found");
    queries
}

fn dashboard() -> Value {
    serde_json::from_str(&read(DASHBOARD)).expect("JSON")
}

/// Every panel that shows something.
fn panels(dashboard: &Value) -> Vec<&Value> {
    let panels = dashboard["panels"].as_array().expect("panels");
    panels.iter().filter(|panel| panel["type"] != "row").collect()
}

fn dashboard_queries() -> Vec<String> {
    let dashboard = dashboard();
    let mut queries = Vec::new();
    for panel in panels(&dashboard) {
        for target in panel["targets"].as_array().expect("targets") {
            queries.push(target["expr"].as_str().expect("a query").to_owned());
        }
    }
    let instances = dashboard["templating"]["list"][1]["query"]["query"].as_str();
    queries.push(instances.expect("the variable's query").to_owned());
    assert!(queries.len() > 20, "the panels are found");
    queries
}

/// The names of metrics in a query: words in front of `{`, `[`, a comparison, … that begin like one.
fn metrics_in(query: &str) -> impl Iterator<Item = &str> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("bina_") || word.starts_with("process_"))
}

/// Every name a query can use.
async fn names() -> BTreeSet<String> {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let page = TestApp::with(&sim, "[directory]\nenabled = true\n").await.metrics_text();
    let mut names = BTreeSet::new();
    for line in page.lines() {
        let Some(reported) = line.strip_prefix("# TYPE ") else { continue };
        let (name, kind) = reported.split_once(' ').expect("a name and a type");
        if kind == "histogram" {
            names.extend(["bucket", "count", "sum"].map(|part| format!("{name}_{part}")));
        } else {
            names.insert(name.to_owned());
        }
    }
    names
}

#[tokio::test]
async fn every_query_uses_existing_metrics() {
    let names = names().await;
    for query in alert_queries().iter().chain(&dashboard_queries()) {
        let mut requested = metrics_in(query).peekable();
        assert!(requested.peek().is_some() || query.contains("up{job=\"bina\""), "{query}");
        for name in requested {
            assert!(names.contains(name), "{name} is no metric of bina: {query}");
        }
    }
}

#[test]
fn the_alerts_use_existing_label_values() {
    let rules = read(RULES);
    assert!(rules.contains(&format!("result=\"{}\"", reasons::TOKEN.failure().label())));
    for status in ["unavailable", "no_number"] {
        assert!(rules.contains(&format!("=\"{status}\"")), "{status}");
    }
    assert!(rules.contains(&format!("[\"{}\"]", bina::app::config::METRICS_DEFAULT)));
}

#[test]
fn every_panel_has_a_title_of_its_own() {
    let dashboard = dashboard();
    let mut titles = BTreeSet::new();
    for panel in panels(&dashboard) {
        let title = panel["title"].as_str().expect("a title");
        assert!(title.len() > 8 && titles.insert(title), "{title}");
    }
}
