//! Which language a person reads.

use bina::simulator::Sim;

use super::{File, bina, texts};

#[tokio::test]
async fn the_option_and_the_environment_choose_the_language_of_what_people_read() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let file = File::for_sim("language", &sim);
    let run = |variables: &[(&str, &str)], option: &[&str]| {
        let mut command = bina(&["lookup", "1000", "-c", file.path(), "--explain"]);
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        command.args(option).envs(variables.iter().copied()).output().expect("it starts")
    };
    let english = "number      none to look up: short; HubSoft is not contacted";
    let portuguese = "número      nenhum a procurar: short; o HubSoft não é consultado";
    let brazil = "pt_BR.UTF-8";
    let mut printed = Vec::new();
    for (variables, option, expected) in [
        (vec![], vec![], english),
        (vec![("LANG", brazil)], vec![], portuguese),
        (vec![("LC_MESSAGES", brazil), ("LANG", "en_US.UTF-8")], vec![], portuguese),
        (vec![("LC_ALL", "C.UTF-8"), ("LC_MESSAGES", brazil), ("LANG", brazil)], vec![], english),
        (vec![("LC_ALL", ""), ("LANG", brazil)], vec![], portuguese),
        (vec![("LC_ALL", "de_DE.UTF-8"), ("LANG", brazil)], vec![], english),
        (vec![("LC_ALL", brazil)], vec!["--lang", "en"], english),
        (vec![("LC_ALL", "C")], vec!["--lang", "pt"], portuguese),
    ] {
        let output = run(&variables, &option);
        let (answer, explained) = texts(&output);
        assert!(explained.contains(expected), "{variables:?} {option:?}\n{explained}");
        printed.push((output.status.code(), answer));
    }
    printed.dedup();
    assert_eq!(printed.len(), 1, "what programs read is the same in each language: {printed:?}");
    let unknown = run(&[], &["--lang", "de"]);
    assert_eq!(unknown.status.code(), Some(2));
}
