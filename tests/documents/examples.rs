//! What the documents show of the program's output is what it prints.

use bina::domain::answer::FIELDS;

use crate::program::{Configuration, checked, demo_line};
use crate::{blocks, read};

#[test]
fn the_readmes_answer_is_the_demos() {
    let answer = demo_line("status=");
    for document in ["README.md", "README.pt-BR.md", "docs/install.md", "docs/instalacao.pt-BR.md"]
    {
        let text = read(document);
        let shown = text.lines().find(|line| line.starts_with("status=")).expect("an answer");
        assert_eq!(shown, answer, "{document}");
    }
}

/// The same answer as JSON: the values of a hash have two characters encoded here.
#[test]
fn the_example_of_the_fields_is_the_same_answer() {
    let answer = demo_line("status=").replace("%26", "\u{1}").replace("%20", " ");
    let values = answer.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<_> = values.map(|(key, value)| format!("\"{key}\":\"{value}\"")).collect();
    assert_eq!(pairs.len(), FIELDS.len());
    let json = format!("{{{}}}\n", pairs.join(",")).replace('\u{1}', "&");
    for document in ["docs/fields.md", "docs/campos.pt-BR.md"] {
        assert_eq!(blocks(&read(document), "json"), [json.as_str()], "{document}");
    }
}

#[test]
fn the_output_of_check_is_that_of_the_shipped_configuration() {
    let shipped = read("systemd/bina.toml");
    let settings = shipped
        .replace("PROVIDER", "minhanet")
        .replace("api@example.com", "api@minhanet.example")
        .replace("client_secret_file = \"client_secret\"", "client_secret = \"invented\"")
        .replace("password_file = \"password\"", "password = \"invented\"");
    let file = Configuration::new("check", &settings);
    let output = checked(&file).replace(&file.0.display().to_string(), "/etc/bina/bina.toml");
    for document in ["docs/install.md", "docs/instalacao.pt-BR.md"] {
        let text = read(document);
        let shown = blocks(&text, "text").into_iter().find(|block| block.contains(": valid"));
        assert_eq!(shown, Some(output.as_str()), "{document}");
    }
}
