//! Processes that were started here, and end with what started them.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a process may take to open its listener, or to end when it is stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running program, ended when this is dropped.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts `program`. Should this process be killed, the kernel ends it.
    pub fn start(program: &Path, arguments: &[&str], set: &[(&str, &str)]) -> io::Result<Self> {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--"]).arg(program).args(arguments);
        command.envs(set.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { child: command.spawn()? })
    }

    /// Starts another subcommand of this program.
    pub fn own(arguments: &[&str]) -> io::Result<Self> {
        Self::start(&std::env::current_exe()?, arguments, &[])
    }

    /// Starts another subcommand of this program, which leaves the cores to the others.
    pub fn aside(arguments: &[&str]) -> io::Result<Self> {
        let own = std::env::current_exe()?.to_string_lossy().into_owned();
        let words = [&["-n", "10", own.as_str()], arguments].concat();
        Self::start(Path::new("nice"), &words, &[])
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) -> io::Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-s", name, &id]).status().map(|_| ())
    }

    /// Time on a CPU so far, of every thread of it and of its children.
    pub fn cpu(&self) -> Duration {
        let all = family(self.child.id());
        Duration::from_nanos(all.iter().flat_map(|id| threads(*id)).sum())
    }

    /// Memory it holds, in KiB.
    pub fn resident(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // TERM first, for those who have children of their own to end.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process and its children; none of ours has grandchildren.
fn family(id: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    std::iter::once(id).chain(children).collect()
}

/// Nanoseconds on a CPU of each thread.
fn threads(id: u32) -> Vec<u64> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{id}/task")) else { return Vec::new() };
    let spent = |task: fs::DirEntry| {
        let reported = fs::read_to_string(task.path().join("schedstat")).ok()?;
        reported.split_whitespace().next()?.parse().ok()
    };
    tasks.flatten().filter_map(spent).collect()
}

/// A port of this machine without a listener.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Waits until there is a listener on `port`. Without a connection: one without a byte makes
/// one of the peers spin for ever.
pub fn wait_for(port: u16) -> io::Result<()> {
    // As /proc/net/tcp writes a socket that listens, behind its address.
    let listening = format!(":{port:04X} 00000000:0000 0A ");
    let start = Instant::now();
    while !fs::read_to_string("/proc/net/tcp")?.contains(&listening) {
        if start.elapsed() > PATIENCE {
            return Err(io::Error::other(format!("no listener on port {port}")));
        }
        sleep(Duration::from_millis(5));
    }
    Ok(())
}
