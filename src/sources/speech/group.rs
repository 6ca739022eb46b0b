//! Ends an engine together with the processes that it has started.
//!
//! A script that starts the program that speaks has a child of its own, and only a process group has both.
//! Neither Rust nor tokio ends a group without unsafe code, so the shell's `kill` does.

use std::process::{Command, Stdio};

use tokio::process::Child;
use tokio::task::spawn_blocking;

/// What is given to a shell; the group is its argument.
const END: &str = "kill -s KILL -- \"-$1\"";

/// The processes of one engine. They are ended when this is dropped, unless it was released.
pub(super) struct EngineGroup(Option<u32>);

impl EngineGroup {
    /// The group that `child` was started as.
    pub(super) fn of(child: &Child) -> Self {
        Self(child.id())
    }

    /// Ends the group, and waits until that is done.
    pub(super) async fn end(self) {
        // If the service stops just now, the group is ended by the drop all the same.
        let _ = spawn_blocking(move || drop(self)).await;
    }

    /// The engine has ended by itself and left nobody: there is nothing to end.
    pub(super) fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for EngineGroup {
    fn drop(&mut self) {
        let Some(id) = self.0 else { return };
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", END, "sh", &id.to_string()]).env_clear().current_dir("/");
        kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group without a process is none; then nothing has to be ended.
        let _ = kill.status();
    }
}
