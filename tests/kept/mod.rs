//! A directory in memory that has read a list.

use std::sync::Arc;

use bina::domain::zone::{TimeOfDay, Zone};
use bina::runtime::secret::Secret;
use bina::sources::directory::{
    CustomerList, Directory, DirectoryKeys, DirectoryMetrics, DirectoryPlace, Inputs, Schedule,
    Settings,
};

/// Starts it, and waits for its first walk.
pub(crate) async fn directory(list: Arc<dyn CustomerList>) -> Arc<Directory> {
    let walk_at: TimeOfDay = "03:00".parse().expect("a time");
    let schedule = Schedule { zone: Zone::default(), walk_at, seed: 1 };
    let inputs = Inputs { settings: Settings::default(), schedule, list };
    let secret = Secret::new("a secret of tests".to_owned());
    let keys = DirectoryKeys::new(secret, "https://a.example", "1");
    let metrics = DirectoryMetrics::default();
    let directory = Directory::new(inputs, keys, DirectoryPlace::Memory, metrics);
    let directory = Arc::new(directory.expect("a directory"));
    let mut states = directory.states();
    tokio::spawn(Arc::clone(&directory).keep());
    states.changed().await.expect("a walk");
    directory
}
