//! `bina check --quiet`, as a reload runs it.

use std::fs;

use bina::simulator::{Sim, printed_example};

use super::{File, bina, texts};

#[tokio::test]
async fn a_quiet_check_prints_problems_only_and_finds_systemds_credentials() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let folder = std::env::temp_dir().join(format!("bina-{}-quiet", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["client_secret", "password"] {
        fs::write(folder.join(name), "segredo-1").expect("a file");
    }
    let hubsoft = format!(
        "[hubsoft]\nbase_url = \"{}\"\ninsecure_http = true\nclient_id = \"4\"\n\
         username = \"u@x\"\nclient_secret_file = \"client_secret\"\npassword_file = \"password\"\n",
        sim.base_url()
    );
    let quiet = |text: &str| {
        let file = File::new("quiet", text);
        let mut command = bina(&["check", "--quiet", "-c", file.path()]);
        command.env("CREDENTIALS_DIRECTORY", &folder).output().expect("it runs")
    };
    let valid = quiet(&hubsoft);
    assert_eq!(texts(&valid), (String::new(), String::new()));
    assert_eq!(valid.status.code(), Some(0));
    let broken = quiet(&format!("{hubsoft}[lookup]\ndeadlin_ms = 500\n"));
    let (printed, logged) = texts(&broken);
    assert_eq!(printed, "");
    assert!(logged.contains(":9:1: unknown setting `lookup.deadlin_ms`"), "{logged}");
    assert_eq!(broken.status.code(), Some(2));
    fs::remove_dir_all(&folder).expect("it is there");
}
