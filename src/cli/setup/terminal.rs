//! Reads lines from a terminal, secrets without showing them.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Longest line: a terminal ends one at 4 KiB.
const LINE_BYTES_MAX: u64 = 4 << 10;

/// Whether somebody can answer.
pub(super) fn is_present() -> bool {
    io::stdin().is_terminal()
}

/// Reads a line; none at the end of the input.
pub(super) async fn line() -> io::Result<Option<Zeroizing<String>>> {
    let (send, receive) = oneshot::channel();
    // Dropped at an interrupt, while the thread waits for a line: the end of the process ends it.
    tokio::task::spawn_blocking(move || {
        let mut line = Zeroizing::new(String::with_capacity(LINE_BYTES_MAX as usize));
        let read = io::stdin().lock().take(LINE_BYTES_MAX).read_line(&mut line);
        let _ = send.send(read.map(|bytes| (bytes > 0).then_some(line)));
    });
    let read = receive.await.map_err(io::Error::other)??;
    Ok(read.map(|line| Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned())))
}

/// Shows a question and reads a line that the terminal does not show.
pub(super) async fn hidden_line(question: &str) -> io::Result<Option<Zeroizing<String>>> {
    // Before the question: who sees it may type at once.
    let hidden = HiddenEcho::begin()?;
    show(question);
    let line = line().await;
    drop(hidden);
    line
}

/// A terminal that does not show what is typed, until this is dropped.
struct HiddenEcho(Termios);

impl HiddenEcho {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // The end of the line is shown.
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
        Ok(Self(before))
    }
}

impl Drop for HiddenEcho {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Shows a question; the answer follows on its line.
pub(super) fn show(text: &str) {
    let mut output = io::stdout();
    let _ = write!(output, "{text}");
    let _ = output.flush();
}

/// Shows `text` if `work` takes longer than a second.
pub(super) async fn with_progress<T>(text: &str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    match tokio::time::timeout(Duration::from_secs(1), &mut work).await {
        Ok(done) => done,
        Err(_) => {
            show(&format!("{text}\n"));
            work.await
        }
    }
}
