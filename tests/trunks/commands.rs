//! What `bina lookup --trunk` prints, in both languages.

use std::fs;
use std::process::Command;

use bina::simulator::{Sim, customer};

use crate::app::connection;

/// The answer and the explanation of `bina lookup` with `arguments`, and whether it succeeded.
fn looked_up(arguments: &[&str], trunks: &str, sim: &Sim) -> (bool, String, String) {
    let name = arguments.join("").replace(|c: char| !c.is_ascii_alphanumeric(), "");
    let file = std::env::temp_dir().join(format!("bina-trunk-{}-{name}", std::process::id()));
    fs::write(&file, format!("{}{trunks}", connection(sim))).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_bina"))
        .args(["lookup", "-c"])
        .arg(&file)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("it starts");
    let _ = fs::remove_file(&file);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

const E1: &str = "[[trunk]]\nname = \"e1\"\naddress = \"192.0.2.7\"\ncategory_digit = \"first\"\n\
    strip = 1\nprefix = \"3\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn lookup_explains_how_a_number_was_read() {
    let sim = Sim::start(vec![customer(1, "ANA", "37988240001")]).await.expect("loopback");
    for trunk in ["e1", "192.0.2.7"] {
        let arguments = ["107988240001", "--trunk", trunk, "--explain"];
        let (_, answer, explained) = looked_up(&arguments, E1, &sim);
        assert!(answer.contains("ANA"), "{answer}\n{explained}");
        let expected = "trunk       e1: presented 107988240001 -> without category digit 07988240001 \
            -> stripped 7988240001 -> prefixed 37988240001 -> 37988240001";
        assert!(explained.contains(expected), "{explained}");
    }
    let arguments = ["107988240001", "--trunk", "e1", "--explain", "--lang", "pt"];
    let (_, _, explained) = looked_up(&arguments, E1, &sim);
    let expected = "tronco      e1: apresentado 107988240001 -> sem o dígito de categoria 07988240001 \
        -> cortado 7988240001 -> com prefixo 37988240001 -> 37988240001";
    assert!(explained.contains(expected), "{explained}");
    let (_, answer, explained) =
        looked_up(&["+5537988240001", "--trunk", "e1", "--explain"], E1, &sim);
    assert!(answer.contains("no_number"), "{answer}");
    assert!(
        explained.contains("trunk: the digits are not what the [[trunk]] states"),
        "{explained}"
    );
    let (_, _, explained) = looked_up(&["37988240001", "--explain"], E1, &sim);
    assert!(!explained.contains("\ntrunk  "), "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lookup_refuses_a_trunk_that_is_not_configured() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let (is_good, _, said) = looked_up(&["1000", "--trunk", "e2"], E1, &sim);
    assert!(!is_good && said.contains("there is no trunk `e2`: write one of these (e1)"), "{said}");
    let (is_good, _, said) = looked_up(&["1000", "--trunk", "e2", "--lang", "pt"], "", &sim);
    assert!(!is_good && said.contains("não há tronco `e2`, porque a configuração não"), "{said}");
}
