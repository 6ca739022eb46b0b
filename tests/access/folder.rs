//! A folder with a configuration, credentials and certificates of a test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use bina::app::config::{Config, Invalid};
use bina::simulator::Sim;

pub(crate) const TOKEN: &str = "um-token-que-ninguem-adivinha";
pub(crate) const NEXT_TOKEN: &str = "e-o-que-vem-depois-dele-0123";
pub(crate) const PAIR: &str = "pbx:uma senha bem comprida";
/// `PAIR` as clients write it.
pub(crate) const PAIR_BASE64: &str = "cGJ4OnVtYSBzZW5oYSBiZW0gY29tcHJpZGE=";

/// Removed at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// With the credentials above in `token`, `next` and `pair`.
    pub(crate) fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name =
            format!("bina-access-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).expect("a temporary folder");
        for (file, text) in [("token", TOKEN), ("next", NEXT_TOKEN), ("pair", PAIR)] {
            folder.write(file, &format!("{text}\n"));
        }
        folder
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Writes a file that no other user can read.
    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).expect("a file");
        self.mode(file, 0o600);
    }

    pub(crate) fn mode(&self, file: &str, mode: u32) {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.path(file), permissions).expect("its own file");
    }

    /// Writes a certificate with its key, as `authority` gives them, into `cert.pem` and `key.pem`.
    pub(crate) fn certify(&self, pair: &str) {
        let key = pair.find("-----BEGIN PRIVATE KEY").expect("the key is behind");
        self.write("cert.pem", &pair[..key]);
        self.write("key.pem", &pair[key..]);
    }

    /// Writes `bina.toml`: what names `sim`, then `settings`.
    pub(crate) fn configure(&self, sim: &Sim, settings: &str) -> PathBuf {
        self.write("bina.toml", &format!("{}{settings}", crate::app::connection(sim)));
        self.path("bina.toml")
    }

    /// The same for the test's own process.
    pub(crate) fn config(&self, sim: &Sim, settings: &str) -> Config {
        self.configure(sim, settings);
        self.load().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    pub(crate) fn load(&self) -> Result<Config, Invalid> {
        Config::load(&self.path("bina.toml"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
