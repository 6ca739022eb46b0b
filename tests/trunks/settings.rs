//! Settings of trunks that contradict themselves or each other are reported with a remedy.

use std::path::Path;

use bina::app::config::{Config, Invalid};

const GOOD: &str = "[hubsoft]\nbase_url = \"https://api.example.com\"\nclient_id = \"3\"\n\
    client_secret = \"segredo\"\nusername = \"bina@provedor.com.br\"\npassword = \"senha\"\n";

/// Reads a good configuration to which `added` is added.
pub(super) fn read(added: &str) -> Result<Config, Invalid> {
    Config::parse(&format!("{GOOD}{added}"), Path::new("bina.toml"))
}

/// The only problem of `added`, in English and Portuguese.
fn problem(added: &str) -> (String, String) {
    let invalid = read(added).expect_err(added);
    assert_eq!(invalid.problems.len(), 1, "{added}: {invalid}");
    let text = invalid.problems[0].text.clone();
    assert!(invalid.problems[0].place.line > 6, "{added}: it has a place");
    (text.english, text.portuguese)
}

#[test]
fn settings_of_one_trunk_that_cannot_be_are_reported() {
    let rows = [
        ("", "trunk[1].name", "name = \"other\"\n"),
        ("", "neither `other` nor an address", "name = \"192.0.2.7\"\n"),
        ("", "1 to 64 of", "name = \"e1 vivo\"\n"),
        ("name = \"e1\"\n", "trunk[1].did: `s` is not a called number", "did = [\"s\"]\n"),
        ("name = \"e1\"\n", "trunk[1].address: `gw` is not an IP address", "address = \"gw\"\n"),
        ("name = \"e1\"\n", "must be how many digits to cut", "strip = 9\n"),
        ("name = \"e1\"\n", "must be how many digits to cut", "strip = 0\n"),
        ("name = \"e1\"\n", "must be how many digits to cut", "strip = \"\"\n"),
        ("name = \"e1\"\n", "must be how many digits to cut", "strip = \"2a\"\n"),
        ("name = \"e1\"\n", "a whole number, or a text in quotes", "strip = true\n"),
        ("name = \"e1\"\n", "must be 1 to 8 digits in quotes", "prefix = \"+55\"\n"),
        ("name = \"e1\"\n", "a text in quotes", "prefix = 37\n"),
        ("name = \"e1\"\n", "`20` is not a Brazilian area code", "default_ddd = 20\n"),
        (
            "name = \"e1\"\n",
            "must be \"first\" or \"last\" or \"no\"",
            "category_digit = \"second\"\n",
        ),
        ("name = \"e1\"\n", "nothing changes: leave both out", "strip = \"0\"\nprefix = \"0\"\n"),
        ("name = \"e1\"\n", "keep one of the two", "prefix = \"37\"\ndefault_ddd = 31\n"),
        ("name = \"e1\"\n", "keep one of the two", "prefix = \"037\"\ndefault_ddd = 31\n"),
        ("name = \"e1\"\n", "unknown setting", "cut = 2\n"),
    ];
    for (name, expected, added) in rows {
        let (english, portuguese) = problem(&format!("[[trunk]]\n{name}{added}"));
        assert!(english.contains(expected), "{added}: {english}");
        assert_ne!(english, portuguese, "{added}");
    }
    let (english, portuguese) = problem("[[trunk]]\ndid = \"3732221000\"\n");
    assert!(english.contains("trunk[1].name is missing"), "{english}");
    assert!(portuguese.contains("p. ex. \"e1\""), "{portuguese}");
    for fine in ["prefix = \"37\"\ndefault_ddd = 37\n", "prefix = \"55\"\ndefault_ddd = 31\n"] {
        assert!(read(&format!("[[trunk]]\nname = \"e1\"\n{fine}")).is_ok(), "{fine}");
    }
}

#[test]
fn trunks_that_cannot_be_told_apart_are_reported() {
    let two = |first: &str, second: &str| {
        format!("[[trunk]]\nname = \"e1\"\n{first}\n[[trunk]]\n{second}\n")
    };
    let rows = [
        ("", "name = \"E1\"", "trunk[2].name: `e1` is the name of trunk[1] already"),
        (
            "did = \"3732221000\"",
            "name = \"e2\"\ndid = \"+55 37 3222-1000\"",
            "trunk[2].did: `3732221000` is that of trunk[1] already",
        ),
        (
            "address = \"192.0.2.7\"",
            "name = \"e2\"\naddress = [\"::ffff:192.0.2.7\"]",
            "trunk[2].address: `192.0.2.7` is that of trunk[1] already",
        ),
    ];
    for (first, second, expected) in rows {
        let (english, portuguese) = problem(&two(first, second));
        assert!(english.contains(expected), "{english}");
        assert!(portuguese.contains("já é"), "{portuguese}");
    }
    let by_did = "[numbers.default_ddd_by_did]\n\"3732221000\" = 37\n";
    let other = "[[trunk]]\nname = \"e1\"\ndid = \"3732221000\"\ndefault_ddd = 31\n";
    let (english, _) = problem(&format!("{by_did}{other}"));
    assert!(english.contains("numbers.default_ddd_by_did has \"37\""), "{english}");
}
