//! The state of the directory, as operators see it.

use serde::{Deserialize, Serialize};

/// What the endpoint, the command and the doctor show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DirectoryStatus {
    pub activity: Activity,
    /// The generation that answers calls.
    pub generation: Option<GenerationStatus>,
    /// How many services join the scope tables, by kind.
    pub joins: Vec<KindStatus>,
    /// The walk that is under way.
    pub walk: Option<WalkProgress>,
    /// What was wrong with the last walk, with the remedy; none if nothing was.
    pub last_walk: Option<String>,
    /// Seconds until the next walk, while none is under way.
    pub next_walk_in_s: Option<u64>,
    /// The state folder; none if the directory is in memory only.
    pub folder: Option<String>,
    /// The last problem with the state folder, with its remedy.
    pub file_problem: Option<String>,
    /// Numbers that were forgotten at a customer's request.
    pub forgotten: u64,
}

/// What the directory is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// It opens its file.
    #[default]
    Opening,
    /// It waits for the next walk.
    Waiting,
    /// It reads the list of customers.
    Walking,
    /// It would read the list, but calls wait for HubSoft.
    Paused,
}

/// A generation in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationStatus {
    pub number: u64,
    pub age_s: u64,
    /// Whether the walk that made it saw every customer.
    pub is_whole: bool,
    pub customers: u64,
    pub numbers: u64,
    pub services: u64,
    /// Bytes in memory.
    pub bytes: u64,
}

/// How the names of one kind join their table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KindStatus {
    pub kind: String,
    /// Percent of the services that state a name of this kind whose name joins one entry of the table.
    pub percent: f64,
    /// The commonest names that join none, each with its number of services.
    pub unjoined: Vec<(String, u64)>,
    /// Whether the user of the API may not read the table.
    #[serde(default)]
    pub is_forbidden: bool,
}

/// How far a walk is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkProgress {
    /// Distinct customers that have been read.
    pub rows_done: u64,
    /// Customers in the whole list, once the first page has come.
    pub rows_total: Option<u64>,
    /// Pages that have been read, at the present size.
    pub pages_done: u64,
    pub pages_total: Option<u64>,
    /// What HubSoft's last answer failed with, until a page comes.
    #[serde(default)]
    pub failure: Option<String>,
}
