//! Reads the configuration again while calls are answered, one reading at a time.
//!
//! A file may be on a file system that does not answer. So files are read on a thread of their own,
//! which is given up after a while; signals are heard and calls are answered meanwhile. A SIGHUP that
//! comes during a reading starts one more when that one has ended, as the file may have changed since.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::timeout;
use tracing::{error, info};

use super::config::Config;
use super::error::AppError;
use super::service::Service;

/// Longest time for all files of a configuration; they take milliseconds.
const READ_MAX: Duration = Duration::from_secs(5);

/// The readings of one service's configuration.
pub(super) struct Reloads {
    service: Arc<Service>,
    /// None when there is no file, as in the demonstration.
    path: Option<PathBuf>,
    running: JoinSet<()>,
    /// Whether another reading was asked for during this one.
    again: bool,
    /// Whether a thread reads files, perhaps one that was given up.
    reading: Arc<AtomicBool>,
}

impl Reloads {
    pub(super) fn new(service: Arc<Service>, path: Option<&Path>) -> Self {
        let path = path.map(Path::to_owned);
        Self { service, path, running: JoinSet::new(), again: false, reading: Arc::default() }
    }

    /// Starts a reading, or has one follow the present one.
    pub(super) fn start(&mut self) {
        let Some(path) = self.path.clone() else { return info!("there is no file to reload") };
        if !self.running.is_empty() {
            self.again = true;
            return;
        }
        let service = Arc::clone(&self.service);
        let reading = Arc::clone(&self.reading);
        self.running.spawn(async move {
            let files = read_within(READ_MAX, reading, move || Ok(Config::load(&path)?)).await;
            // A client of HubSoft may have to be made, for which certificates are read.
            tell(block_in_place(|| service.reload(files)));
        });
    }

    /// Waits for the end of the present reading; for ever when there is none.
    pub(super) async fn ended(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
        if std::mem::take(&mut self.again) {
            self.start();
        }
    }
}

/// Runs `read` on a thread of its own and waits for it, but no longer than `longest`. Sets `reading`
/// while the thread runs; there is one at a time.
async fn read_within<T: Send + 'static>(
    longest: Duration,
    reading: Arc<AtomicBool>,
    read: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let failed = |text: String| AppError::Runtime(text);
    if reading.swap(true, Ordering::AcqRel) {
        return Err(failed("the last reading still waits for a file: is a disk away?".to_owned()));
    }
    let (sender, read_through) = oneshot::channel();
    let flag = Arc::clone(&reading);
    let work = move || {
        let files = read();
        flag.store(false, Ordering::Release);
        // Nobody waits for it any more when it took too long.
        drop(sender.send(files));
    };
    if let Err(error) = thread::Builder::new().name("reload".to_owned()).spawn(work) {
        reading.store(false, Ordering::Release);
        return Err(failed(format!("no thread can be started to read files: {error}")));
    }
    match timeout(longest, read_through).await {
        Ok(Ok(files)) => files,
        Ok(Err(_)) => {
            reading.store(false, Ordering::Release);
            Err(failed("reading the files ended in a bug".to_owned()))
        }
        Err(_) => Err(failed(format!(
            "its files could not be read within {longest:?}: is a disk or network file system away?"
        ))),
    }
}

fn tell(reloaded: Result<(), AppError>) {
    match reloaded {
        Ok(()) => info!("configuration reloaded"),
        Err(error) => {
            for problem in error.to_string().lines() {
                error!("configuration not reloaded, the old one stays active: {problem}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_reading_that_hangs_is_given_up_and_no_second_thread_is_started() {
        let reading = Arc::new(AtomicBool::new(false));
        let (release, held) = mpsc::channel::<()>();
        let hangs = move || {
            let _ = held.recv();
            Ok(1)
        };
        let brief = Duration::from_millis(50);
        let text = |read: Result<i32, AppError>| read.expect_err("failed").to_string();
        let first = read_within(brief, Arc::clone(&reading), hangs).await;
        assert!(text(first).contains("could not be read within 50ms"));
        let second = read_within(brief, Arc::clone(&reading), || Ok(2)).await;
        assert!(text(second).contains("still waits for a file"));
        release.send(()).expect("it waits");
        while reading.load(Ordering::Acquire) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let third = read_within(Duration::from_secs(5), reading, || Ok(3)).await;
        assert_eq!(third.expect("read"), 3);
    }

    #[tokio::test]
    async fn a_reading_that_panics_is_told_of_and_the_next_one_is_read() {
        let reading = Arc::new(AtomicBool::new(false));
        let bug = || -> Result<i32, AppError> { std::panic::resume_unwind(Box::new("as a bug")) };
        let brief = Duration::from_secs(5);
        assert!(read_within(brief, Arc::clone(&reading), bug).await.is_err());
        assert_eq!(read_within(brief, reading, || Ok(2)).await.expect("read"), 2);
    }
}
