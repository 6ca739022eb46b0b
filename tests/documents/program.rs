//! Runs the program for what the documents show of it: its metrics, and its demo's first answer.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A program that is ended with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file that is removed with the value.
pub(crate) struct Configuration(pub(crate) PathBuf);

impl Configuration {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("bina-{process}-{count}-{name}.toml"));
        fs::write(&path, text).expect("a file");
        Self(path)
    }
}

impl Drop for Configuration {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.env("LC_ALL", "C.UTF-8");
    command.args(arguments).stdin(Stdio::null());
    command.env_remove("CREDENTIALS_DIRECTORY").env_remove("BINA_LOG");
    command
}

/// What `bina check` prints for `file`.
pub(crate) fn checked(file: &Configuration) -> String {
    let output = program(&["check", "-c"]).arg(&file.0).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The first line of the demo's output that begins with `start`.
pub(crate) fn demo_line(start: &str) -> String {
    let mut command = program(&["demo", "--listen", "127.0.0.1:0"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    let mut running = Running(child);
    let output = BufReader::new(running.0.stdout.take().expect("piped"));
    let mut lines = output.lines().map(|line| line.expect("UTF-8"));
    lines.find(|line| line.starts_with(start)).expect("the demo prints it")
}

const SETTINGS: &str = r#"
[listen]
http = "127.0.0.1:0"
agi = "off"
metrics = "127.0.0.1:0"
[hubsoft]
base_url = "http://127.0.0.1:9"
insecure_http = true
client_id = "3"
client_secret = "invented"
username = "api@example.com"
password = "invented"
[[trunk]]
name = "e1"
"#;

/// A service without HubSoft, and the addresses of its two listeners.
pub(crate) struct Service {
    _running: Running,
    pub(crate) http: String,
    pub(crate) metrics: String,
}

impl Service {
    pub(crate) fn start() -> Self {
        let file = Configuration::new("documents", SETTINGS);
        let mut command = program(&["serve", "-c"]);
        let command = command.arg(&file.0).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut running = Running(command.spawn().expect("it runs"));
        let log = BufReader::new(running.0.stderr.take().expect("piped"));
        let mut lines = log.lines().map(|line| line.expect("UTF-8"));
        let line = lines.find(|line| line.contains(" metrics=")).expect("it names its listeners");
        let address = |key: &str| {
            let (_, rest) = line.split_once(key).expect("the line has it");
            rest.split_whitespace().next().expect("an address").to_owned()
        };
        Self { http: address(" http="), metrics: address(" metrics="), _running: running }
    }

    /// The whole answer to `request`, its method and path.
    pub(crate) fn answer(address: &str, request: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(stream, "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("UTF-8");
        answer
    }

    /// What `/metrics` has.
    pub(crate) fn metrics(&self) -> String {
        Self::answer(&self.metrics, "GET /metrics")
    }
}
