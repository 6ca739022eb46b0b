//! A rehearsal as a reader of Portuguese sees it.

use super::{COLUMNS_MAX, Report, SMALL, alone, rehearse};

/// Words of the English report and advice. Names of options, settings and commands are in English.
const ENGLISH: [&str; 29] = [
    "the",
    "of",
    "and",
    "with",
    "calls",
    "answered",
    "within",
    "guarantee",
    "right",
    "placed",
    "wrong",
    "plays",
    "affected",
    "callers",
    "told",
    "recognised",
    "noticed",
    "judged",
    "customers",
    "asked",
    "requests",
    "lookups",
    "probes",
    "average",
    "refused",
    "memory",
    "start",
    "would",
    "passed",
];

fn portuguese(arguments: &[&str]) -> String {
    let output = rehearse(&[&SMALL, arguments, &["--lang", "pt"]].concat()).output();
    let output = output.expect("it starts");
    let screen = [output.stdout, output.stderr].concat();
    String::from_utf8(screen).expect("UTF-8")
}

#[test]
fn the_whole_screen_is_in_portuguese() {
    let _alone = alone();
    for (arguments, parts) in [
        (
            &["--affected", "300", "--cached", "0.5", "--late", "3s"][..],
            [
                "deles estão no cache",
                "antes do alerta",
                "clientes afetados ligaram antes de o alerta",
            ],
        ),
        (
            &["--affected", "300", "--without-directory", "--hubsoft-ms", "1200"],
            [
                "O bina não tem diretório",
                "a chamada segue sem áudio",
                "directory.enabled e alerts.enabled",
            ],
        ),
    ] {
        let screen = portuguese(arguments);
        let joined = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(joined.contains(part), "{part}\n{screen}");
        }
        let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let words = joined.split(|c| !is_part(c)).map(str::to_lowercase);
        let found: Vec<_> = words.filter(|word| ENGLISH.contains(&word.as_str())).collect();
        assert_eq!(found, Vec::<String>::new(), "{screen}");
        // What ends a command is one line.
        let mut report = screen.lines().filter(|line| !line.starts_with("bina: "));
        let wide = report.find(|line| line.chars().count() > COLUMNS_MAX);
        assert_eq!(wide, None, "{screen}");
        assert!(joined.contains("Passou: todas as") || joined.contains("falhou: "), "{screen}");
    }
    let numbers = Report(portuguese(&["--affected", "50", "--lead", "5s"]));
    assert_eq!(numbers.number("\nchamadas"), numbers.number("\nrespondidas"), "{}", numbers.0);
    assert!(numbers.0.contains("100,0 %"), "{}", numbers.0);
}
