//! Configurations that are readable and make no sense: each is refused, or warned of, by name.

use std::path::Path;
use std::time::{Duration, Instant};

use bina::config::{Config, Invalid};

const GOOD: &str = r#"
[hubsoft]
base_url = "https://api.example.com"
client_id = "3"
client_secret = "segredo"
username = "bina@example.com"
password = "senha"
"#;

fn read(text: &str) -> Result<Config, Invalid> {
    Config::parse(text, Path::new("bina.toml"))
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
