//! The settings of access, and that no listener is open to every address by mistake.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use bina::simulator::Sim;

use crate::certificates::Authority;
use crate::folder::Folder;
use crate::served::{File, Served, WITH_SOCKETS};

const HUBSOFT: &str = "[hubsoft]\nbase_url = \"https://api.example.com\"\nclient_id = \"3\"\n\
                       client_secret = \"segredo\"\nusername = \"bina@provedor.com.br\"\npassword = \"senha\"\n";
const TOKENS: &str = "[access]\ntoken_files = \"token\"\n";
const PAIRS: &str = "[access]\nbasic_files = [\"pair\"]\n";
const NETWORKS: &str = "[access]\nnetworks = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n";
const CLIENTS: &str =
    "[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\nclient_ca_file = \"ca.pem\"\n";

/// A folder with every file that is named above.
fn folder() -> (Folder, Authority) {
    let (folder, authority) = (Folder::new(), Authority::new());
    folder.certify(&authority.good_pem("localhost"));
    folder.write("ca.pem", authority.pem());
    (folder, authority)
}

/// `line: text` of each problem with `settings`, and the warnings if there are none.
fn read(folder: &Folder, settings: &str) -> Result<Vec<String>, Vec<String>> {
    folder.write("bina.toml", &format!("{HUBSOFT}{settings}"));
    let shown = |config: bina::app::config::Config| {
        config.warnings.iter().map(ToString::to_string).collect()
    };
    let loaded = folder.load().map(shown);
    loaded.map_err(|invalid| {
        let problems = invalid.problems.iter();
        problems.map(|problem| format!("{}: {}", problem.place.line, problem.text)).collect()
    })
}

fn one_problem(folder: &Folder, settings: &str) -> String {
    let problems = read(folder, settings).expect_err(settings);
    assert_eq!(problems.len(), 1, "{settings}: {problems:?}");
    problems[0].clone()
}

#[test]
fn loopback_needs_nothing() {
    let (folder, _) = folder();
    let all = "http = \"127.0.0.1:1\"\nagi = \"[::1]:2\"\nmetrics = \"[::ffff:127.9.9.9]:3\"\n";
    assert_eq!(read(&folder, &format!("[listen]\n{all}")), Ok(Vec::new()));
}

#[test]
fn a_listener_on_the_network_requires_protection() {
    let (folder, _) = folder();
    for listener in ["http", "metrics", "agi"] {
        for address in ["0.0.0.0:9", "[::]:9", "192.0.2.1:9", "[2001:db8::1]:9", "[fe80::1]:9"] {
            let open = format!("[listen]\n{listener} = \"{address}\"\n");
            let problem = one_problem(&folder, &open);
            assert!(
                problem.starts_with(&format!("8: listen.{listener}: `{address}` would")),
                "{problem}"
            );
            assert!(problem.contains("name the PBX in access.networks"), "{problem}");
            assert!(problem.contains("listen on 127.0.0.1 only"), "{problem}");
            assert!(read(&folder, &format!("{open}{NETWORKS}")).is_ok(), "{listener}");
            for protection in [TOKENS, PAIRS, CLIENTS] {
                let protected = read(&folder, &format!("{open}{protection}"));
                assert_eq!(
                    protected.is_ok(),
                    listener != "agi",
                    "{listener} {protection}: {protected:?}"
                );
            }
        }
    }
    // A certificate alone excludes no client.
    let tls = CLIENTS.replace("client_ca_file = \"ca.pem\"\n", "");
    let problem = one_problem(&folder, &format!("{tls}[listen]\nhttp = \"0.0.0.0:9\"\n"));
    assert!(problem.contains("tls.client_ca_file"), "{problem}");
}

#[test]
fn every_unprotected_listener_is_reported_with_all_missing_settings() {
    let (folder, _) = folder();
    let all = "[listen]\nhttp = \"0.0.0.0:1\"\nagi = \"0.0.0.0:2\"\nmetrics = \"0.0.0.0:3\"\n";
    assert_eq!(read(&folder, all).expect_err("open").len(), 3);
    let broken = format!("{all}[access]\nnetworks = \"192.0.2.0/24\"\ntoken_files = \"nada\"\n");
    let problem = one_problem(&folder, &broken);
    assert!(problem.starts_with("13: access.token_files: cannot read"), "{problem}");
}

#[test]
fn an_invalid_network_or_credential_is_reported_with_its_line() {
    let (folder, _) = folder();
    folder.write("short", "0123456789abcde\n");
    folder.write("blank", " \n");
    folder.write("words", "one token with spaces\n");
    let many: Vec<_> = (0..65).map(|last| format!("\"192.0.2.{last}\"")).collect();
    let many = format!("networks = [{}]", many.join(","));
    for (setting, part) in [
        ("networks = []", "access.networks is empty"),
        ("networks = \"0.0.0.0/0\"", "`0.0.0.0/0` admits every address"),
        ("networks = \"192.0.2.7/24\"", "write 192.0.2.0/24"),
        ("networks = [\"::1\", \"pbx\"]", "`pbx` is not a network (expected e.g."),
        ("networks = 7", "access.networks must be a text in quotes, or a list"),
        (&many, "has 65 entries: use at most 64"),
        ("token_files = []", "access.token_files is empty"),
        ("token_files = \"short\"", "short needs at least 16 bytes"),
        ("token_files = \"blank\"", "blank is empty: write the secret into it"),
        ("token_files = \"words\"", "words must be one word"),
        ("token_files = [\"token\", \"/nada\"]", "cannot read /nada"),
        ("basic_files = \"token\"", "token must be one line `user:password`"),
        ("tokens = \"x\"", "expected one of networks, token_files, basic_files"),
    ] {
        let problem = one_problem(&folder, &format!("[access]\n{setting}\n"));
        assert!(problem.starts_with("8: ") && problem.contains(part), "{setting}: {problem}");
        assert!(!problem.contains("0123456789abcde"), "{problem}");
    }
}

#[test]
fn an_invalid_certificate_is_reported_with_its_line() {
    let (folder, authority) = folder();
    folder.write("odd.pem", "nothing\n");
    let other = Folder::new();
    other.certify(&authority.good_pem("localhost"));
    std::fs::copy(other.path("key.pem"), folder.path("other.pem")).expect("a file");
    for (old, new, part) in [
        ("cert.pem", "odd.pem", "9: tls.cert_file: "),
        ("cert.pem", "odd.pem", "odd.pem contains no valid PEM certificate"),
        ("cert.pem", "nada.pem", "nada.pem (No such file"),
        ("key.pem", "odd.pem", "odd.pem contains no valid PEM private key"),
        ("key.pem", "other.pem", "10: tls.key_file: "),
        ("key.pem", "other.pem", "other.pem does not match the certificate"),
        ("ca.pem", "odd.pem", "11: tls.client_ca_file: "),
        ("ca.pem", "key.pem", "key.pem contains no valid PEM certificate of a CA"),
        ("key_file = \"key.pem\"\n", "", "8: tls.key_file is missing"),
        ("cert_file = \"cert.pem\"\n", "", "8: tls.cert_file is missing"),
    ] {
        let problem = one_problem(&folder, &format!("\n{}", CLIENTS.replace(old, new)));
        assert!(problem.contains(part), "{new}: {problem}");
    }
    let alone = read(&folder, "[tls]\nclient_ca_file = \"ca.pem\"\n").expect_err("alone");
    assert_eq!(alone.len(), 2, "{alone:?}");
}

#[test]
fn the_access_settings_are_logged_at_the_start() {
    let (folder, authority) = folder();
    let warnings = |settings: &str| read(&folder, settings).expect(settings);
    let tls = CLIENTS.replace("client_ca_file = \"ca.pem\"\n", "");
    assert_eq!(warnings(&format!("{TOKENS}{tls}")), Vec::<String>::new());
    for (file, settings) in [("token", TOKENS), ("pair", PAIRS), ("key.pem", CLIENTS)] {
        folder.mode(file, 0o640);
        let warned = warnings(settings);
        assert!(warned.len() == 1 && warned[0].contains("chmod 600"), "{file}: {warned:?}");
        folder.mode(file, 0o600);
    }
    for (change, part) in [("expired", "has expired"), ("early", "is not valid yet")] {
        let pair =
            if change == "expired" { authority.expired_pem() } else { authority.early_pem() };
        folder.certify(&pair);
        let warned = warnings(&tls);
        assert!(warned.len() == 1 && warned[0].contains(part), "{warned:?}");
        assert!(warned[0].contains("cert.pem") && warned[0].contains("renew it"), "{warned:?}");
    }
    let open = format!("{TOKENS}[listen]\nhttp = \"0.0.0.0:1\"\nmetrics = \"0.0.0.0:2\"\n");
    let warned = warnings(&open);
    assert_eq!(warned.len(), 3, "{warned:?}");
    assert!(warned[0].contains("listen.http answers other machines in plain text"), "{warned:?}");
    assert!(warned[1].contains("listen.pbx names none of them"), "{warned:?}");
    assert!(warned[2].contains("listen.metrics answers other machines in plain"), "{warned:?}");
    assert_eq!(warnings(&format!("{open}pbx = \"192.0.2.7\"\n")).len(), 2);
}

#[test]
fn no_credential_is_printed() {
    let (folder, _) = folder();
    folder
        .write("bina.toml", &format!("{HUBSOFT}{TOKENS}{}{CLIENTS}", &PAIRS["[access]\n".len()..]));
    let config = folder.load().unwrap_or_else(|invalid| panic!("{invalid}"));
    let shown = format!("{config:?}");
    for secret in [crate::folder::TOKEN, "senha bem", crate::folder::PAIR_BASE64, "PRIVATE"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

fn serve(folder: &Folder, sockets: Option<&TcpListener>) -> Output {
    let handed = |socket: &TcpListener| OwnedFd::from(socket.try_clone().expect("a socket"));
    let mut command = Command::new("sh");
    command.args(["-c", if sockets.is_some() { WITH_SOCKETS } else { "exec \"$@\"" }, "sh"]);
    command.args([env!("CARGO_BIN_EXE_bina"), "serve", "-c"]).arg(folder.path("bina.toml"));
    command.env_remove("CREDENTIALS_DIRECTORY").stdin(Stdio::null());
    if let Some(socket) = sockets {
        command.stdin(handed(socket)).stdout(handed(socket)).stderr(Stdio::piped());
    }
    let mut child = command.spawn().expect("it starts");
    let start = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() {
        if start.elapsed() > Duration::from_secs(10) {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("it has ended")
}

#[tokio::test]
async fn the_service_does_not_start_with_an_unprotected_listener() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    for listener in ["http", "agi", "metrics"] {
        let folder = Folder::new();
        folder.configure(&sim, "");
        let text = std::fs::read_to_string(folder.path("bina.toml")).expect("it is there");
        let loopback = format!("{listener} = \"127.0.0.1:0\"");
        let open = text.replacen(&loopback, &format!("{listener} = \"0.0.0.0:0\""), 1);
        folder.write("bina.toml", &open);
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.args(["serve", "-c"]).arg(folder.path("bina.toml"));
        let output = command.output().expect("it ends");
        let reported = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{reported}");
        assert!(
            reported
                .contains(&format!("listen.{listener}: `0.0.0.0:0` would expose customer data")),
            "{reported}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_systemd_socket_is_judged_by_its_address() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let everywhere = TcpListener::bind("0.0.0.0:0").expect("a socket");
    let (folder, _) = folder();
    folder.configure(&sim, TOKENS);
    let output = serve(&folder, Some(&everywhere));
    let reported = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{reported}");
    assert!(
        reported.contains("listen.agi: `0.0.0.0:") && reported.contains("no password"),
        "{reported}"
    );
    assert!(!reported.contains("listen.http"), "{reported}");
    let file = File::new("handed", &sim, NETWORKS);
    let served = Served::on(&file, &everywhere, &everywhere);
    assert_eq!(served.http.port(), everywhere.local_addr().expect("an address").port());
}
