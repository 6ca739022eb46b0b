//! bina itself, started as an administrator would: `bina serve` with a file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::process::{Process, free_port, wait_for};

/// A running bina and its addresses.
pub struct Bina {
    pub process: Process,
    pub http: u16,
    pub agi: u16,
    /// Its settings.
    pub file: PathBuf,
}

/// The rules of README's example, a cache that stays fresh, and HubSoft queried as often as needed.
const SETTINGS: &str = r#"
[prompts]
rompimento = "rompimento-fibra"
equipe = "equipe-a-caminho"
[[rule]]
name = "rompimento"
text = "rompimento"
play = ["rompimento", "equipe"]
route = "suporte"
[limiter]
rate = 1000
burst = 10000
[lookup]
fresh_s = 86400
stale_s = 86400
flights_max = 1000
"#;

impl Bina {
    /// Starts `program` in front of the HubSoft at `hubsoft`; its file, with `more` settings, is written
    /// into `dir`. Its log is on, each call a line, and goes to /dev/null.
    pub fn start(program: &Path, dir: &Path, hubsoft: u16, more: &str) -> io::Result<Self> {
        let (http, agi) = (free_port()?, free_port()?);
        let file = dir.join(format!("bina-{http}.toml"));
        fs::write(&file, settings(http, agi, hubsoft) + more)?;
        let process = Process::start(program, &["serve", "-c", &file.to_string_lossy()], &[])?;
        wait_for(http)?;
        wait_for(agi)?;
        Ok(Self { process, http, agi, file })
    }
}

/// The number of caller `index`, another one for each; `series` keeps measurements apart.
pub fn number(series: u32, index: u32) -> String {
    format!("{}9{:08}", 31 + series, 80_000_000 + index)
}

/// The whole file.
pub fn settings(http: u16, agi: u16, hubsoft: u16) -> String {
    format!(
        "[listen]\nhttp = \"127.0.0.1:{http}\"\nagi = \"127.0.0.1:{agi}\"\n\
         metrics = \"127.0.0.1:0\"\nconsole = \"off\"\n\
         [hubsoft]\nbase_url = \"http://127.0.0.1:{hubsoft}\"\ninsecure_http = true\n\
         client_id = \"3\"\nusername = \"api@example.com\"\nclient_secret = \"invented\"\n\
         password = \"invented\"\n{SETTINGS}"
    )
}
