//! The program itself as a child process, and what the system reports about it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bina::simulator::Sim;
use parking_lot::Mutex;

/// `bina serve` in a process of its own, which ends with it.
pub(super) struct Program {
    child: Child,
    pub(super) address: SocketAddr,
    /// The address of the FastAGI listener.
    pub(super) agi: SocketAddr,
    /// Standard error, until a reader takes it.
    log: Option<BufReader<ChildStderr>>,
    /// What was read of it.
    pub(super) read: Arc<Mutex<String>>,
    /// The configuration file, removed at the end.
    file: PathBuf,
}

impl Program {
    /// Starts in front of `sim`, with `settings` behind the part that names it.
    pub(super) fn start(name: &str, sim: &Sim, settings: &str) -> Self {
        Self::limited(name, sim, settings, None)
    }

    /// The same with a limit of open files.
    pub(super) fn limited(name: &str, sim: &Sim, settings: &str, files: Option<usize>) -> Self {
        let file = format!("bina-faults-{}-{name}.toml", std::process::id());
        let file = std::env::temp_dir().join(file);
        let text = format!("{}{settings}", crate::app::connection(sim));
        fs::write(&file, text).expect("a temporary file");
        let program = env!("CARGO_BIN_EXE_bina");
        let limit = files.map_or_else(String::new, |files| format!("ulimit -n {files}; "));
        let line = format!("{limit}exec {program} serve -c {}", file.display());
        let mut command = Command::new("sh");
        command.args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null());
        command.env_remove("CREDENTIALS_DIRECTORY").env_remove("BINA_LOG");
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let mut log = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        while !line.contains("http=") {
            line.clear();
            assert!(log.read_line(&mut line).expect("UTF-8") > 0, "it ended before it listened");
        }
        let announced = |name: &str| {
            let (_, rest) = line.split_once(&format!("{name}=")).expect("it is announced");
            let word = rest.split_whitespace().next().expect("an address");
            word.parse().expect("an address")
        };
        let (address, agi) = (announced("http"), announced("agi"));
        Self { child, address, agi, log: Some(log), read: Arc::default(), file }
    }

    /// Reads standard error from now on, as a journal does.
    pub(super) fn keep_reading(&mut self) {
        let (mut log, read) = (self.log.take().expect("not read yet"), Arc::clone(&self.read));
        std::thread::spawn(move || {
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|length| length > 0) {
                read.lock().push_str(&line);
                line.clear();
            }
        });
    }

    /// Reads standard error up to the line with `part`, and leaves the rest in the pipe.
    pub(super) fn logged(&mut self, part: &str) -> String {
        let log = self.log.as_mut().expect("not read yet");
        let mut line = String::new();
        while log.read_line(&mut line).is_ok_and(|length| length > 0) && !line.contains(part) {
            line.clear();
        }
        line
    }

    /// Closes the reading end of standard error.
    pub(super) fn close_log(&mut self) {
        self.log = None;
    }

    /// Waits up to two seconds for lines that were read to hold `part`.
    pub(super) fn has_logged(&self, part: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(2) {
            if self.read.lock().contains(part) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    pub(super) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    }

    /// Its exit code once it has ended; `None` while it has not, and when a signal ended it.
    pub(super) fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().expect("it can be waited for").and_then(|status| status.code())
    }

    /// Waits for the end, for at most `longest`.
    pub(super) fn end(&mut self, longest: Duration) -> Option<i32> {
        let start = Instant::now();
        loop {
            let ended = self.ended();
            if ended.is_some() || start.elapsed() > longest {
                return ended;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn reported(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(path).expect("Linux lists its processes")
    }

    /// Resident memory in kB.
    pub(super) fn memory_kb(&self) -> u64 {
        let reported = self.reported("status");
        let line = reported.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    pub(super) fn threads(&self) -> usize {
        let reported = self.reported("status");
        let line = reported.lines().find_map(|line| line.strip_prefix("Threads:")).expect("a line");
        line.trim().parse().expect("a number")
    }

    /// Open descriptors.
    pub(super) fn descriptors(&self) -> usize {
        let path = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(path).expect("Linux lists its processes").count()
    }

    /// Processor time used so far. `stat` has it to the hundredth of a second only, which is one
    /// per cent of a second; `schedstat` of each thread has it to the nanosecond.
    pub(super) fn processor_time(&self) -> Duration {
        let tasks = format!("/proc/{}/task", self.child.id());
        let tasks = fs::read_dir(tasks).expect("Linux lists its processes");
        let used = tasks.map(|task| {
            let path = task.expect("readable").path().join("schedstat");
            let reported = fs::read_to_string(path).expect("a kernel with schedstat");
            reported.split(' ').next().and_then(|used| used.parse::<u64>().ok()).expect("a number")
        });
        Duration::from_nanos(used.sum())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.file);
    }
}

/// How many files this process may open.
pub(super) fn own_files_max() -> usize {
    let reported = fs::read_to_string("/proc/self/limits").expect("Linux lists its limits");
    let line =
        reported.lines().find_map(|line| line.strip_prefix("Max open files")).expect("a line");
    line.split_whitespace().next().and_then(|soft| soft.parse().ok()).unwrap_or(usize::MAX)
}

/// Runs a command that is expected to end by itself, whose standard error is a pipe that is full
/// and not read; returns how it ended and how long that took.
pub(super) fn with_full_log(arguments: &str) -> (Option<i32>, Duration) {
    let line = format!(
        "timeout 0.3 head -c 2000000 /dev/zero >&2; exec {} {arguments} >/dev/null",
        env!("CARGO_BIN_EXE_bina")
    );
    let mut command = Command::new("sh");
    command.env("LC_ALL", "C.UTF-8");
    command.args(["-c", &line]).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let start = Instant::now();
    let mut code = None;
    while code.is_none() && start.elapsed() < Duration::from_secs(5) {
        code = child.try_wait().expect("it can be waited for").map(|status| status.code());
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = start.elapsed();
    let _ = child.kill();
    let _ = child.wait();
    let mut filling = Vec::new();
    let _ = child.stderr.take().map(|mut log| log.read_to_end(&mut filling));
    assert!(filling.iter().filter(|byte| **byte == 0).count() >= 4_096, "the pipe was full");
    (code.flatten(), took)
}
