//! The real program, with its log in a file.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long it may take to start or to end on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running `bina serve`; dropping it ends it and removes its files.
pub(crate) struct Program {
    child: Child,
    folder: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts it with `config` and waits until it answers calls.
    pub(crate) fn start(config: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("bina-chaos-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("bina.toml");
        fs::write(&file, config).expect("a file");
        let log = File::create(log_file(&folder)).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_bina"))
            .args(["serve", "-c"])
            .arg(&file)
            .env("BINA_LOG", "debug")
            .env_remove("CREDENTIALS_DIRECTORY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it starts");
        let address = ([127, 0, 0, 1], 0).into();
        let mut program = Self { child, folder, address };
        let start = Instant::now();
        while program.address.port() == 0 {
            assert!(start.elapsed() < PATIENCE, "it does not start: {}", program.log());
            sleep(Duration::from_millis(10));
            program.address = program.reported_address().unwrap_or(program.address);
        }
        program
    }

    /// Everything logged so far.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(log_file(&self.folder)).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Stops it and returns its exit code; `None` if a signal ended it.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status.code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            sleep(Duration::from_millis(10));
        }
    }

    /// Bytes it has in memory, at their most.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes * 1_024)
    }

    fn reported_address(&self) -> Option<SocketAddr> {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("bina answers calls"))?;
        line.split_once("http=")?.1.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("log")
}
