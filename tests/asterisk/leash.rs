//! Holds a program on a leash: it ends when the test lets go of it, and also when the test dies.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program is a child of this shell, which waits for its own standard input to end. A test that
/// is killed cannot clean up after itself, but the system closes its end of the pipe. Only this one
/// process is ended, by its number; `$0` is a folder to remove afterwards, or empty.
const HOLD: &str = r#"
"$@" &
child=$!
trap 'kill -KILL $child; wait $child; [ -z "$0" ] || rm -rf "$0"' EXIT
trap 'exit' INT TERM HUP
read -r _
"#;

pub(crate) struct Leash(Child);

impl Leash {
    /// Starts `words`, whose output goes to `output`; `folder` goes with it.
    pub(crate) fn start(words: &[OsString], output: &Path, folder: Option<&Path>) -> Self {
        let output = File::create(output).unwrap();
        let child = Command::new("sh")
            .args(["-c", HOLD])
            .arg(folder.map(Path::as_os_str).unwrap_or_default())
            .args(words)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, name: &str) {
        let shell = self.0.id();
        let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        let kill = Command::new("kill").arg(format!("-{name}")).arg(children.trim()).status();
        assert!(kill.unwrap().success(), "kill -{name} {children}");
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // The shell has ended its child by then, so that the child's port is free again.
        let _ = self.0.wait();
    }
}
