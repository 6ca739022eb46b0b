//! What choosing a rule costs with the longest texts a record can hold, and many rules.

use std::path::Path;
use std::time::{Duration, Instant};

use bina::app::config::Config;
use bina::domain::alert_text::AlertText;
use bina::domain::finding::Record;
use bina::domain::reported::ReportedCustomer;

const GOOD: &str = "[hubsoft]\nbase_url = \"https://api.example.com\"\nclient_id = \"3\"\n\
    client_secret = \"x\"\nusername = \"x\"\npassword = \"x\"\n";

/// Three customers of 64 texts of 15 kB each, in which `words` come again and again.
fn worst(words: &str) -> Record {
    let text = words.repeat(15_000 / words.len());
    let texts: Vec<_> = (0..64).filter_map(|_| AlertText::new(&text)).collect();
    let one = ReportedCustomer { alert: Some(texts), ..ReportedCustomer::default() };
    Record::new(vec![one.clone(), one.clone(), one])
}

/// A thousand rules of which none fits.
fn rules(text: &str) -> Config {
    let rule = |at: usize| {
        let text = text.replace("AT", &at.to_string());
        format!("[[rule]]\nname = \"r{at}\"\nplay = []\ntext = [{text}]\nexcept = \"pop*\"\n")
    };
    let rules: String = (0..1_000).map(rule).collect();
    Config::parse(&format!("{GOOD}{rules}"), Path::new("/nowhere/bina.toml")).expect("good")
}

#[test]
#[ignore = "measures a release build: cargo test --release --test rules_cost -- --ignored --nocapture"]
fn a_thousand_rules_cost_a_call_at_most_20_ms() {
    for (words, text) in [
        ("rompimento de fibra no bairro numero 7 da cidade ", "\"bairro numero AT x\""),
        ("rompimento de fibra no bairro numero 7 da cidade ", "\"numer* AT x\""),
        ("rompimento de fibra no bairro numero 7 da cidade ", "\"zona AT\""),
        ("a b ", "\"a AT\""),
        ("rompimento de fibra ", "\"rompimento* de fibras AT\""),
        ("bairro numero 7 pop 1 ", "\"bairro numero 7\""),
    ] {
        // An alert caches what was found, so that each round needs one of its own.
        let (records, config) = ([(); 5].map(|()| worst(words)), rules(text));
        let start = Instant::now();
        for record in &records {
            let choice = config.rules.choose(record.customers(), None);
            assert!(choice.rule.is_none(), "{text}");
        }
        let took = start.elapsed() / 5;
        println!("{took:?} for {text} in {words}");
        assert!(took <= Duration::from_millis(20), "{took:?} for {text} in {words}");
    }
}
