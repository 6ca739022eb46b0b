//! Runs background tasks under supervision: named, restarted after a panic, counted, stopped at
//! shutdown.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, warn};

use crate::runtime::metrics::{ByWords, Counter, Registry};

/// First and longest pause before a task that has panicked is started again.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// After this runtime without a panic, the pause is back at its minimum.
const RECOVERED: Duration = Duration::from_secs(10 * 60);
/// Longest wait of a shutdown for tasks to end.
const SHUTDOWN_MAX: Duration = Duration::from_secs(1);

/// What tasks count.
#[derive(Clone, Debug)]
pub struct TaskMetrics {
    restarts: ByWords<1>,
}

impl Default for TaskMetrics {
    fn default() -> Self {
        Self { restarts: ByWords::new(["task"]) }
    }
}

impl TaskMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Restarts of background tasks after a panic, by task";
        registry.register("task_restarts", help, &self.restarts);
    }
}

/// The tasks of one application. Clones share them; dropping the last clone stops them.
#[derive(Clone)]
pub struct Tasks(Arc<Supervision>);

struct Supervision {
    running: Mutex<JoinSet<()>>,
    stop: watch::Sender<bool>,
    metrics: TaskMetrics,
}

/// A handle to a running task; dropping it stops the task.
#[derive(Debug)]
pub struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Default for Tasks {
    /// Tasks whose restarts are registered nowhere.
    fn default() -> Self {
        Self::new(TaskMetrics::default())
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tasks({} running)", self.0.running.lock().len())
    }
}

impl Tasks {
    /// Tasks whose restarts are counted in `metrics`.
    pub fn new(metrics: TaskMetrics) -> Self {
        let stop = watch::Sender::new(false);
        Self(Arc::new(Supervision { running: Mutex::default(), stop, metrics }))
    }

    /// Runs the future that `make` returns; after a panic, runs a new one. Requires tokio's runtime.
    #[must_use = "the task ends when its handle is dropped"]
    pub fn start<F, Work>(&self, name: &'static str, make: F) -> Task
    where
        F: Fn() -> Work + Send + 'static,
        Work: Future<Output = ()> + Send + 'static,
    {
        let stop = self.0.stop.subscribe();
        let restarts = self.0.metrics.restarts.of([name]);
        let mut running = self.0.running.lock();
        // Remove finished tasks, so that they do not accumulate with reloads.
        while running.try_join_next().is_some() {}
        Task(running.spawn(supervise(name, make, stop, restarts)))
    }

    /// Stops all tasks, each at its next await point, and waits for what they do when they are dropped.
    /// Tasks that do not stop in time end with the program.
    pub async fn shut_down(&self) {
        self.0.stop.send_replace(true);
        let mut running = mem::take(&mut *self.0.running.lock());
        let all_ended = async { while running.join_next().await.is_some() {} };
        if timeout(SHUTDOWN_MAX, all_ended).await.is_err() {
            warn!("background tasks did not end within {SHUTDOWN_MAX:?}");
        }
    }
}

async fn supervise<F, Work>(
    name: &'static str,
    make: F,
    mut stop: watch::Receiver<bool>,
    restarts: Counter,
) where
    F: Fn() -> Work,
    Work: Future<Output = ()> + Send + 'static,
{
    let mut pause = PAUSE_MIN;
    while !*stop.borrow() {
        let start = Instant::now();
        // A set of one, so that dropping the supervisor aborts the work.
        let mut work = JoinSet::new();
        work.spawn(make());
        let ended = tokio::select! {
            ended = work.join_next() => ended,
            () = stopped(&mut stop) => {
                work.shutdown().await;
                return;
            }
        };
        if !ended.is_some_and(|ended| ended.is_err_and(|error| error.is_panic())) {
            return;
        }
        if start.elapsed() >= RECOVERED {
            pause = PAUSE_MIN;
        }
        error!(task = name, "background task panicked: restarted in {} s", pause.as_secs());
        restarts.inc();
        tokio::select! {
            () = sleep(pause) => {}
            () = stopped(&mut stop) => return,
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Without its sender, nobody needs the task.
    let _ = stop.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    type Work = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Work that panics the first `panics` times and then waits forever, with a counter of its
    /// starts.
    fn failing(panics: u32) -> (Arc<AtomicU32>, impl Fn() -> Work) {
        let made = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&made);
        let make = move || {
            let before = counter.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                assert!(before >= panics, "as planned");
                pending::<()>().await;
            }) as Work
        };
        (made, make)
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_restarted_later_each_time_and_counted() {
        let metrics = TaskMetrics::default();
        let tasks = Tasks::new(metrics.clone());
        let (made, make) = failing(3);
        let start = Instant::now();
        let _task = tasks.start("walk", make);
        // Pauses of 1, 2 and 4 s.
        for (ms, times) in [(500, 1), (1_500, 2), (2_500, 2), (3_500, 3), (6_500, 3), (7_500, 4)] {
            sleep(Duration::from_millis(ms).saturating_sub(start.elapsed())).await;
            assert_eq!(made.load(Ordering::SeqCst), times, "after {ms} ms");
        }
        sleep(PAUSE_MAX).await;
        assert_eq!(made.load(Ordering::SeqCst), 4);
        assert_eq!(metrics.restarts.of(["walk"]).get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_returns_is_not_restarted() {
        let runs = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&runs);
        let make = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            ready(())
        };
        let tasks = Tasks::default();
        let _task = tasks.start("once", make);
        sleep(PAUSE_MAX).await;
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    /// Counts its drops.
    struct Dropped(Arc<AtomicU32>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn waiting(dropped: &Arc<AtomicU32>) -> impl Fn() -> Work + use<> {
        let dropped = Arc::clone(dropped);
        move || {
            let held = Dropped(Arc::clone(&dropped));
            Box::pin(async move {
                let _held = held;
                pending::<()>().await;
            })
        }
    }

    /// Takes a while to be dropped, as what ends a process does.
    struct SlowlyDropped(Arc<AtomicU32>);

    impl Drop for SlowlyDropped {
        fn drop(&mut self) {
            std::thread::park_timeout(Duration::from_millis(100));
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_shutdown_waits_for_what_tasks_do_when_they_are_dropped() {
        let dropped = Arc::new(AtomicU32::new(0));
        let (started, mut is_started) = watch::channel(false);
        let tasks = Tasks::default();
        let counter = Arc::clone(&dropped);
        let _task = tasks.start("one", move || {
            let held = SlowlyDropped(Arc::clone(&counter));
            let started = started.clone();
            async move {
                let _held = held;
                started.send_replace(true);
                pending::<()>().await;
            }
        });
        is_started.wait_for(|is_started| *is_started).await.expect("it starts");
        tasks.shut_down().await;
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_ends_with_its_handle_and_all_end_at_shutdown() {
        let dropped = Arc::new(AtomicU32::new(0));
        let tasks = Tasks::default();
        let one = tasks.start("one", waiting(&dropped));
        let _two = tasks.start("two", waiting(&dropped));
        sleep(Duration::from_millis(1)).await;
        drop(one);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        tasks.shut_down().await;
        assert_eq!(dropped.load(Ordering::SeqCst), 2);
    }
}
