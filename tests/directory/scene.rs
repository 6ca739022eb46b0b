//! A simulated HubSoft with generated customers, and bina with a directory in a folder of its own.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bina::runtime::state_folder::StateFolder;
use bina::simulator::{ListFault, Population, Sim};
use bina::sources::directory::{Activity, DirectoryStatus};
use tokio::time::{Instant, sleep};

use crate::app::{self, Reply, TestApp};

/// The settings of a service with a directory, with more lines of `[directory]`.
pub(crate) fn settings(folder: &Path, more: &str) -> String {
    format!(
        "[service]\nstate_folder = \"{}\"\n[limiter]\nrate = 1000\nburst = 1000\n\
         [directory]\nenabled = true\nduty_percent = 100\n{more}",
        folder.display()
    )
}

/// The customers who call.
pub(crate) const CALLERS: Range<u32> = 0..60;

const CUSTOMERS: u32 = 1_000;
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Scene {
    pub(crate) sim: Sim,
    pub(crate) population: Population,
    pub(crate) folder: PathBuf,
    /// Lines of `[directory]`, or of sections after it.
    settings: String,
    app: Option<TestApp>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        if self.app.is_some() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Scene {
    /// Starts HubSoft only.
    pub(crate) async fn before_start(name: &str) -> Self {
        Self::with_customers(name, CUSTOMERS).await
    }

    /// Starts HubSoft only, with so many customers.
    pub(crate) async fn with_customers(name: &str, customers: u32) -> Self {
        let population = Population { customers, seed: 7 };
        let sim = Sim::start_generated(population).await.expect("loopback");
        let folder =
            std::env::temp_dir().join(format!("bina-directory-{name}-{}", std::process::id()));
        // A process of the same number may have left one.
        let _ = fs::remove_dir_all(&folder);
        Self { sim, population, folder, settings: String::new(), app: None }
    }

    /// From now on, HubSoft takes so long for each page of the list.
    pub(crate) fn slow_pages(&self, ms: u64) {
        let (page, no) = (Duration::from_millis(ms), Duration::ZERO);
        self.sim.set_list_faults(vec![ListFault::SlowPage { page, relation: no, row: no }]);
    }

    pub(crate) async fn start(name: &str) -> Self {
        Self::before_start(name).await.restarted().await
    }

    /// Starts bina with lines of `[directory]`.
    pub(crate) async fn restarted_with(mut self, settings: &str) -> Self {
        settings.clone_into(&mut self.settings);
        self.restarted().await
    }

    /// Ends bina, and starts it with the same folder.
    pub(crate) async fn restarted(mut self) -> Self {
        if let Some(app) = self.app.take() {
            app.service.app().tasks().shut_down().await;
            drop(app);
            self.closed().await;
        }
        let settings = settings(&self.folder, &self.settings);
        self.app = Some(TestApp::with(&self.sim, &settings).await);
        self
    }

    /// Waits until the folder is free: in this process, the last connection ends after its answer.
    async fn closed(&self) {
        let start = Instant::now();
        while let Err(error) = StateFolder::open(&self.folder) {
            assert!(start.elapsed() < PATIENCE, "{error}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) fn app(&self) -> &TestApp {
        self.app.as_ref().expect("it was started")
    }

    pub(crate) fn status(&self) -> DirectoryStatus {
        self.app().service.app().directory().expect("it is on").status()
    }

    /// Waits for a status.
    pub(crate) async fn when(&self, is_it: impl Fn(&DirectoryStatus) -> bool) -> DirectoryStatus {
        let start = Instant::now();
        loop {
            let status = self.status();
            if is_it(&status) {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "{status:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the list has been read.
    pub(crate) async fn walked(&self) -> DirectoryStatus {
        let has_all = |status: &DirectoryStatus| {
            status.activity == Activity::Waiting && status.generation.is_some()
        };
        self.when(has_all).await
    }

    pub(crate) async fn opened(&self) {
        self.when(|status| status.generation.is_some()).await;
    }

    /// Reads the list again.
    pub(crate) async fn walk_again(&self) {
        let number =
            |status: &DirectoryStatus| status.generation.as_ref().map_or(0, |it| it.number);
        let before = number(&self.status());
        assert_eq!(self.post("/v1/directory/walk", "").await.0, 200);
        self.when(|status| number(status) > before).await;
    }

    /// A number that one customer has.
    pub(crate) fn phone(&self) -> String {
        let alone = |index: &u32| self.population.shares_phone_with(*index).is_none();
        let mut phones = CALLERS.filter(alone).filter_map(|index| self.population.phone(index));
        phones.next().expect("most customers have one")
    }

    /// Asks as a PBX does.
    pub(crate) async fn ask(&self, phone: &str) -> HashMap<String, String> {
        let target = format!("/v1/lookup?caller={phone}");
        let reply = self.app().get(&target).await;
        serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.body))
    }

    /// Posts a number to the operations listener.
    pub(crate) async fn post(&self, path: &str, number: &str) -> (u16, String) {
        let form = format!("number={number}");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        self.operate(&request).await
    }

    /// Gets a page of the operations listener.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        self.operate(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
    }

    async fn operate(&self, request: &str) -> (u16, String) {
        let reply = Reply::read(&app::exchange(self.app().metrics, request.as_bytes()).await);
        (reply.status, reply.body)
    }
}
