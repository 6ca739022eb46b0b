//! Reloads the configuration while calls are answered, one reload at a time.
//!
//! A file may be on a file system that does not respond. So files are read on a separate thread,
//! which is abandoned after a timeout; signals and calls are handled meanwhile. A SIGHUP during a
//! reload starts another one after it, because the file may have changed since.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::timeout;
use tracing::{error, info};

use crate::runtime::language::Message;

use super::config::Config;
use super::error::AppError;
use super::service::Service;
use super::texts;

/// Longest time to read all files of a configuration; it takes milliseconds.
const READ_MAX: Duration = Duration::from_secs(5);

/// The reloads of one service.
pub(super) struct Reloads {
    service: Arc<Service>,
    /// None when there is no file, as in the demo.
    path: Option<PathBuf>,
    running: JoinSet<()>,
    /// Whether another reload was requested during this one.
    is_requested: bool,
    /// Whether a thread is reading files, possibly an abandoned one.
    is_reading: Arc<AtomicBool>,
}

impl Reloads {
    pub(super) fn new(service: Arc<Service>, path: Option<&Path>) -> Self {
        let path = path.map(Path::to_owned);
        Self {
            service,
            path,
            running: JoinSet::new(),
            is_requested: false,
            is_reading: Arc::default(),
        }
    }

    /// Starts a reload, or schedules one after the present one.
    pub(super) fn start(&mut self) {
        let Some(path) = self.path.clone() else {
            return info!("configuration not reloaded: there is no file");
        };
        if !self.running.is_empty() {
            self.is_requested = true;
            return;
        }
        let service = Arc::clone(&self.service);
        let is_reading = Arc::clone(&self.is_reading);
        self.running.spawn(async move {
            let files =
                read_within(READ_MAX, is_reading, move || Ok(Config::load_for_service(&path)?))
                    .await;
            // It may build a new HubSoft client, which reads certificates.
            log_result(block_in_place(|| service.reload(files)));
        });
    }

    /// Waits for the end of the present reload; forever when there is none.
    pub(super) async fn ended(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
        if std::mem::take(&mut self.is_requested) {
            self.start();
        }
    }
}

/// Runs `read` on a separate thread and waits for it, but no longer than `longest`. `is_reading` is
/// set while the thread runs; there is one at a time.
async fn read_within<T: Send + 'static>(
    longest: Duration,
    is_reading: Arc<AtomicBool>,
    read: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let failed = |message: Message| AppError::Runtime(message);
    if is_reading.swap(true, Ordering::AcqRel) {
        return Err(failed(texts::STILL_READING.into()));
    }
    let (sender, receiver) = oneshot::channel();
    let flag = Arc::clone(&is_reading);
    let work = move || {
        let files = read();
        flag.store(false, Ordering::Release);
        // The receiver is gone after the timeout.
        drop(sender.send(files));
    };
    if let Err(error) = thread::Builder::new().name("reload".to_owned()).spawn(work) {
        is_reading.store(false, Ordering::Release);
        return Err(failed(texts::NO_THREAD.message(&[("error", &error)])));
    }
    match timeout(longest, receiver).await {
        Ok(Ok(files)) => files,
        Ok(Err(_)) => {
            is_reading.store(false, Ordering::Release);
            Err(failed(texts::BUG.into()))
        }
        Err(_) => {
            let longest = format!("{longest:?}");
            Err(failed(texts::TOO_LATE.message(&[("longest", &longest)])))
        }
    }
}

fn log_result(reloaded: Result<(), AppError>) {
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
    async fn a_read_that_hangs_is_abandoned_and_no_second_thread_is_started() {
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
    async fn a_read_that_panics_is_an_error_and_the_next_one_succeeds() {
        let reading = Arc::new(AtomicBool::new(false));
        let bug = || -> Result<i32, AppError> { std::panic::resume_unwind(Box::new("as a bug")) };
        let brief = Duration::from_secs(5);
        assert!(read_within(brief, Arc::clone(&reading), bug).await.is_err());
        assert_eq!(read_within(brief, reading, || Ok(2)).await.expect("read"), 2);
    }
}
