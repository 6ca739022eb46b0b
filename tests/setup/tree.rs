//! A folder that stands for a machine, with the files and programs of a PBX, and what setup did there.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use bina::simulator::{CANARIES, CLIENT_SECRET, PASSWORD, Sim, TOKEN_PREFIX, USERNAME};

/// The extensions.conf of the trees: not UTF-8, as old ones are, and without a newline at its end.
pub(crate) const DIALPLAN: &[u8] = b"[entrada]\n; \xe9\nexten => _X.,1,Goto(fila,1,1)";

/// A fake root, removed at its end.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
}

/// How a setup ended.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
}

impl Outcome {
    /// Sees that it ended with `code` and printed each of `parts`.
    #[track_caller]
    pub(crate) fn have(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.printed);
        for part in parts {
            assert!(self.printed.contains(part), "{part} is not in\n{}", self.printed);
        }
    }
}

impl Tree {
    /// An empty machine with two recordings of the package.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("bina-{}-setup-{count}", std::process::id()));
        let tree = Self { root };
        tree.put("etc/bina/.keep", b"");
        tree.put("usr/share/bina/sounds/pt_BR/bina/aviso-geral.wav", b"RIFF a");
        tree.put("usr/share/bina/sounds/pt_BR/bina/massiva.wav", b"RIFF m");
        tree
    }

    /// A plain Asterisk that runs.
    pub(crate) fn asterisk() -> Self {
        let tree = Self::new();
        tree.put("etc/asterisk/extensions.conf", DIALPLAN);
        tree.put("var/lib/data/sounds/en/hello.gsm", b"");
        tree.program(
            "asterisk",
            "case \"$2\" in\n\
             'core show settings') echo '  Data directory:              /var/lib/data' ;;\n\
             'core show version') echo 'No ethernet interface found'; echo 'Asterisk 22.10.1 built by root' ;;\n\
             'dialplan show s@bina') [ -e \"$(dirname \"$0\")/not-included\" ] && echo There is no existence of bina ;;\n\
             'dialplan reload') echo reloaded >> \"$(dirname \"$0\")/reloads\" ;;\n\
             esac",
        );
        tree
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }

    /// A shell script below /usr/sbin.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let file = format!("usr/sbin/{name}");
        self.put(&file, format!("#!/bin/sh\n{script}\n").as_bytes());
        fs::set_permissions(self.path(&file), fs::Permissions::from_mode(0o755)).expect("ours");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.path(name)).expect(name)).into_owned()
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).expect(name).permissions().mode() & 0o7777
    }

    /// Every file with its content.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.root, &mut files);
        files
    }

    /// `bina setup` in this tree, in English.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.arg("setup").arg("--root").arg(&self.root).args(arguments);
        command.env("LC_ALL", "C.UTF-8").env_remove("CREDENTIALS_DIRECTORY").stdin(Stdio::null());
        command
    }

    /// Runs setup with a file of answers, and sees that no secret is printed.
    pub(crate) fn answered(&self, answers: &str, arguments: &[&str]) -> Outcome {
        let file = std::env::temp_dir().join(format!(
            "{}.answers.toml",
            self.root.file_name().expect("a name").to_string_lossy()
        ));
        fs::write(&file, answers).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
        let output = self.command(arguments).arg("--answers").arg(&file).output().expect("it runs");
        fs::remove_file(file).expect("it is there");
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        lacks_secrets(&printed);
        Outcome { code: output.status.code(), printed }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
}

/// Nothing secret, and nothing of a customer, is in what is printed.
#[track_caller]
pub(crate) fn lacks_secrets(printed: &str) {
    let canaries = CANARIES.iter().filter(|canary| **canary != USERNAME);
    for secret in [CLIENT_SECRET, PASSWORD, TOKEN_PREFIX, "JOANA"].iter().chain(canaries) {
        assert!(!printed.contains(secret), "{secret} in\n{printed}");
    }
}

/// The answers for `sim`; a test adds to them.
pub(crate) fn answers(sim: &Sim) -> String {
    let who = sim.credentials();
    format!(
        "base_url = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\nusername = \"{}\"\n\
         password = \"{}\"\n",
        sim.base_url(),
        who.client_id,
        who.client_secret,
        who.username,
        who.password,
    )
}
