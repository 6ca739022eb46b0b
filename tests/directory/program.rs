//! The real program with a directory, its configuration and its log in files.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bina::simulator::Sim;
use bina::sources::directory::DirectoryStatus;
use tokio::time::sleep;

use crate::app::{self, Reply};

const PATIENCE: Duration = Duration::from_secs(20);
/// A line is written at most so long after what it reports.
const LOG_WITHIN: Duration = Duration::from_secs(5);

/// A running `bina serve`; dropping it ends it and removes its files.
pub(crate) struct Program {
    child: Child,
    folder: PathBuf,
    pub(crate) http: SocketAddr,
    pub(crate) metrics: SocketAddr,
}

impl Program {
    /// Starts it and waits until it answers calls.
    pub(crate) fn start(name: &str, sim: &Sim, settings: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("bina-program-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let log = File::create(folder.join("log")).expect("a log");
        let file = folder.join("bina.toml");
        // The commands read the port from the configuration.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let metrics = format!("metrics = \"{}\"", free.expect("a free port"));
        let connection = app::connection(sim).replace("metrics = \"127.0.0.1:0\"", &metrics);
        fs::write(&file, format!("{connection}{settings}")).expect("a file");
        let child = Command::new(env!("CARGO_BIN_EXE_bina"))
            .args(["serve", "-c"])
            .arg(&file)
            .env("BINA_LOG", "debug")
            .env_remove("CREDENTIALS_DIRECTORY")
            .env_remove("STATE_DIRECTORY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it starts");
        let nowhere = ([127, 0, 0, 1], 0).into();
        let mut program = Self { child, folder, http: nowhere, metrics: nowhere };
        program.wait_until_announced();
        program
    }

    fn wait_until_announced(&mut self) {
        let start = Instant::now();
        loop {
            let log = self.log();
            let line = log.lines().find(|line| line.contains("bina answers calls"));
            let address = |name: &str| {
                let (_, rest) = line?.split_once(&format!("{name}="))?;
                rest.split_whitespace().next()?.parse().ok()
            };
            if let (Some(http), Some(metrics)) = (address("http"), address("metrics")) {
                (self.http, self.metrics) = (http, metrics);
                return;
            }
            assert!(start.elapsed() < PATIENCE, "it does not start: {log}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything logged so far.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits until the log holds `part`: a thread of its own writes it, so an answer may come first.
    pub(crate) fn has_logged(&self, part: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < LOG_WITHIN {
            if self.log().contains(part) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("bina.toml")
    }

    /// Ends it at once, as a loss of power does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
    }

    /// Ends it as systemd does; returns its exit code, and how long that took.
    pub(crate) fn stop(&mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let status = self.child.wait().expect("it can be waited for");
        (status.code(), start.elapsed())
    }

    pub(crate) async fn get(&self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Reply::read(&app::exchange(self.metrics, request.as_bytes()).await).body
    }

    /// Posts a number to the operations listener.
    pub(crate) async fn post(&self, path: &str, number: &str) -> (u16, String) {
        let form = format!("number={number}");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let reply = Reply::read(&app::exchange(self.metrics, request.as_bytes()).await);
        (reply.status, reply.body)
    }

    /// Asks as a PBX does.
    pub(crate) async fn ask(&self, phone: &str) -> String {
        let target = format!("/v1/lookup?caller={phone}");
        let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Reply::read(&app::exchange(self.http, request.as_bytes()).await).body
    }

    pub(crate) async fn status(&self) -> DirectoryStatus {
        serde_json::from_str(&self.get("/v1/directory").await).expect("a status")
    }

    /// Waits for a status.
    pub(crate) async fn when(&self, is_it: impl Fn(&DirectoryStatus) -> bool) -> DirectoryStatus {
        let start = Instant::now();
        loop {
            let status = self.status().await;
            if is_it(&status) {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "{status:?}\n{}", self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs a command with the program's configuration; returns its exit code and what it printed.
pub(crate) fn bina(program: &Program, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bina"))
        .env("LC_ALL", "C.UTF-8")
        .args(arguments)
        .arg("-c")
        .arg(program.config())
        .env_remove("CREDENTIALS_DIRECTORY")
        .env_remove("STATE_DIRECTORY")
        .output()
        .expect("it runs");
    let printed = [output.stdout, output.stderr].concat();
    let code = output.status.code().expect("it was not killed");
    (code, String::from_utf8_lossy(&printed).into_owned())
}
