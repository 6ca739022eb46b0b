//! `bina serve` as a child process, as systemd would start it: with sockets, and a manager to notify.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bina::simulator::Sim;
use parking_lot::Mutex;

/// Runs the program in the shell's own process, with the sockets that came as its input and output
/// where systemd puts them.
pub(crate) const WITH_SOCKETS: &str = r#"
export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=http:agi
exec "$@" 3<&0 4<&1 0</dev/null 1>/dev/null
"#;

/// A configuration file of a test's own, removed at its end.
pub(crate) struct File(pub PathBuf);

impl File {
    pub(crate) fn new(name: &str, sim: &Sim, settings: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bina-{}-{name}.toml", std::process::id()));
        let file = Self(path);
        file.write(sim, settings);
        file
    }

    /// Writes it anew, with `settings` behind the part that names `sim`.
    pub(crate) fn write(&self, sim: &Sim, settings: &str) {
        fs::write(&self.0, format!("{}{settings}", crate::app::connection(sim))).expect("a file");
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A running service; it is ended with this.
pub(crate) struct Served {
    child: Ended,
    pub(crate) http: SocketAddr,
    pub(crate) agi: SocketAddr,
    pub(crate) metrics: SocketAddr,
    log: Arc<Mutex<String>>,
}

/// Where systemd would listen for news.
pub(crate) struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Manager {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bina-{}-{name}.sock", std::process::id()));
        let _ = fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
        Self { socket, path }
    }

    /// The next notification but for lines of status, and how long that took.
    pub(crate) fn reported(&self) -> (String, Duration) {
        let start = Instant::now();
        loop {
            let news = self.received();
            if !news.starts_with("STATUS=") {
                return (news, start.elapsed());
            }
        }
    }

    /// The next line of status.
    #[allow(dead_code, reason = "the tests of access have no use for it")]
    pub(crate) fn status(&self) -> String {
        loop {
            if let Some(line) = self.received().strip_prefix("STATUS=") {
                return line.trim_end().to_owned();
            }
        }
    }

    fn received(&self) -> String {
        let mut news = [0; 512];
        let length = self.socket.recv(&mut news).expect("news within ten seconds");
        String::from_utf8_lossy(&news[..length]).into_owned()
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Served {
    /// Starts it with the configuration in `file`.
    pub(crate) fn start(file: &File) -> Self {
        Self::with(file, |command| command)
    }

    /// The same with what `change` adds to its environment.
    pub(crate) fn with(file: &File, change: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.args(["serve", "-c"]).arg(&file.0).stdin(Stdio::null()).stdout(Stdio::null());
        change(&mut command);
        Self::run(command)
    }

    /// The same by a line of a shell that ends with `exec "$@"`, for an environment of its own.
    #[allow(dead_code, reason = "the tests of operation have no use for it")]
    pub(crate) fn in_shell(file: &File, line: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", line, "sh", env!("CARGO_BIN_EXE_bina"), "serve", "-c"]);
        command.arg(&file.0).stdin(Stdio::null()).stdout(Stdio::null());
        Self::run(command)
    }

    /// Starts it with two sockets of another process.
    pub(crate) fn on(file: &File, http: &TcpListener, agi: &TcpListener) -> Self {
        let handed = |socket: &TcpListener| OwnedFd::from(socket.try_clone().expect("a socket"));
        let mut command = Command::new("sh");
        command.args(["-c", WITH_SOCKETS, "sh", env!("CARGO_BIN_EXE_bina"), "serve", "-c"]);
        command.arg(&file.0).stdin(handed(http)).stdout(handed(agi));
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        command.env_remove("CREDENTIALS_DIRECTORY").env_remove("BINA_LOG");
        let mut child = Ended(command.stderr(Stdio::piped()).spawn().expect("it starts"));
        let mut lines = BufReader::new(child.0.stderr.take().expect("piped")).lines();
        let mut first_lines = String::new();
        let announced = loop {
            let line =
                lines.next().unwrap_or_else(|| panic!("it ended:\n{first_lines}")).expect("UTF-8");
            first_lines += &format!("{line}\n");
            if line.contains("bina answers calls") {
                break line;
            }
        };
        let log = Arc::new(Mutex::new(first_lines));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().push_str(&format!("{line}\n"));
            }
        });
        let address = |name: &str| {
            // As text it is `http=127.0.0.1:8573`, as JSON `"http":"127.0.0.1:8573"`.
            let plain = announced.replace("\":\"", "=").replace('"', " ");
            let (_, rest) = plain.split_once(&format!("{name}=")).expect("it is announced");
            rest.split_whitespace().next().and_then(|word| word.parse().ok()).expect("an address")
        };
        let (http, agi, metrics) = (address("http"), address("agi"), address("metrics"));
        Self { child, http, agi, metrics, log }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().clone()
    }

    /// Waits for up to five seconds until the log holds `part`.
    pub(crate) fn has_logged(&self, part: &str) -> bool {
        self.has_logged_times(part, 1)
    }

    pub(crate) fn has_logged_times(&self, part: &str, times: usize) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if self.log().matches(part).count() >= times {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    pub(crate) fn signal(&self, name: &str) {
        let signal = format!("-{name}");
        let sent = Command::new("kill").args([&signal, &self.pid().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    /// Ends it as systemd does, and waits for that.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let start = Instant::now();
        while self.child.0.try_wait().expect("it can be waited for").is_none() {
            assert!(start.elapsed() < Duration::from_secs(6), "it does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A process that ends with its owner, also when a test fails before it is of use.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What is at `path` of the socket directory, for `NOTIFY_SOCKET`.
impl AsRef<Path> for Manager {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
