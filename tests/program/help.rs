//! The help of the commands and what is wrong with a command line, in both languages.

use std::process::Output;

use bina::simulator::Sim;

use super::{File, app, bina, texts};

const BRAZIL: &str = "pt_BR.UTF-8";

/// Runs the program for a reader whose environment names `language`.
fn run_for(language: &str, arguments: &[&str]) -> Output {
    let mut command = bina(arguments);
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", language);
    command.output().expect("it starts")
}

fn is_in_portuguese(help: &str) -> bool {
    help.contains("\nUso: bina") && help.contains("\nOpções:\n") && !help.contains("Usage")
}

#[test]
fn the_help_is_in_the_language_of_the_option_or_of_the_environment() {
    let (help, _) = texts(&run_for("C", &["--help", "--lang", "pt"]));
    assert!(is_in_portuguese(&help) && help.contains("O PBX manda por HTTP"), "{help}");
    assert!(help.contains("Códigos de saída: 0 sucesso"), "{help}");
    let (help, _) = texts(&run_for(BRAZIL, &["rehearse", "--help"]));
    assert!(is_in_portuguese(&help) && help.contains("Ensaia o dia de uma massiva"), "{help}");
    assert!(help.contains("--customers <NÚMERO>") && help.contains("[padrão: 50000]"), "{help}");
    let (help, _) = texts(&run_for(BRAZIL, &["help", "alert", "add"]));
    assert!(is_in_portuguese(&help) && help.contains("Exemplos:\n  bina alert add"), "{help}");
    for arguments in [&["--help", "--lang", "en"][..], &["rehearse", "--lang=en", "-h"]] {
        let (help, _) = texts(&run_for(BRAZIL, arguments));
        assert!(help.contains("\nUsage: bina") && help.contains("\nOptions:\n"), "{help}");
        assert!(!help.contains("Opções"), "{help}");
    }
    // Without a command the help is what is wrong.
    let output = run_for(BRAZIL, &[]);
    let (out, help) = texts(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(2), ""));
    assert!(is_in_portuguese(&help), "{help}");
}

#[test]
fn what_is_wrong_with_the_command_line_is_said_in_portuguese() {
    for (arguments, said) in [
        (&["dance"][..], "erro: comando desconhecido: 'dance'"),
        (&["lookup", "1000", "--explian"], "dica: há um argumento parecido: '--explain'"),
        (&["lookup"], "erro: faltam argumentos obrigatórios: <NÚMERO>"),
        (&["demo", "--listen"], "erro: falta o valor de '--listen <ENDEREÇO:PORTA>'"),
        (&["--lang", "de"], "[valores possíveis: pt, en]"),
        (&["alert", "extend", "a1", "--for", "3"], "escreva um número com a unidade, p. ex. 90m"),
        (&["alert", "add", "Falha"], "o alerta não tem escopo: diga --city,"),
        (&["alert", "extend", "a1"], "não foi dado um fim: diga --until"),
        (&["directory", "walk", "--json"], "--json só vale para `bina directory status`"),
        (&["rehearse", "--over", "3"], "escreva um número com a unidade, p. ex. 60s"),
        (&["rehearse", "--affected", "0"], "escolha de 1 a 50000 chamadas"),
        (&["rehearse", "--window"], "diga quando é, com --ends-after"),
        (&["rehearse", "--late", "5s", "--lead", "5s"], "escolha um dos dois"),
    ] {
        let output = run_for(BRAZIL, arguments);
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{arguments:?}\n{err}");
        // Long lines are wrapped.
        let plain = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains(said), "{said}\n{err}");
        let wide = err.lines().find(|line| line.chars().count() > 140);
        assert_eq!(wide, None, "{err}");
        let (_, english) = texts(&run_for("C", arguments));
        assert!(!english.contains(said), "{english}");
    }
}

/// What a command reports when there is no service, and what of its own it cannot read.
#[tokio::test]
async fn what_fails_is_said_in_portuguese() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let text = format!("{}[service]\nstate_folder = \"/nowhere\"\n", app::connection(&sim));
    let file = File::new("failing", &text);
    for (arguments, code, said) in [
        (&["alert", "list"][..], 1, "o bina não responde em `127.0.0.1:"),
        (&["directory", "status"], 1, "inicie-o com `systemctl start bina`"),
        (&["forget", "37988242968"], 1, "o bina não responde em"),
        (&["report"], 1, "não há pasta de estado `/nowhere`: inicie-o"),
        (
            &["say", "senha 1234"],
            3,
            "o texto não é falado (forbidden_word): o texto tem uma palavra",
        ),
        (&["say", "Volta 18h30"], 2, "[speech] não indica um motor"),
    ] {
        let arguments = [arguments, &["-c", file.path()]].concat();
        let output = run_for(BRAZIL, &arguments);
        let (_, err) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{err}");
        assert!(err.contains(said), "{said}\n{err}");
    }
}
