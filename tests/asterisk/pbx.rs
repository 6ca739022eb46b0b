//! A real Asterisk 22, unpacked without root and booted once for all tests of this file.

use std::ffi::OsString;
use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs, io, process};

use crate::leash::Leash;

/// It boots in under a second; this is for a machine that is busy with other things.
const BOOT_MAX: Duration = Duration::from_secs(30);
/// A socket's path has at most 107 bytes.
const SOCKET_PATH_MAX: usize = 107;
/// The folder of the tests' own scripts and configuration.
const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/asterisk");
/// The folder under test.
pub(crate) const DIALPLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dialplan");

/// The ports that `BINA_URL` and `BINA_AGI` in `[globals]` name.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) http: u16,
    pub(crate) agi: u16,
}

impl Ports {
    /// Two ports that were free a moment ago, held together so that they are not the same.
    pub(crate) fn free() -> Self {
        let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [http, agi] = held.each_ref().map(|held| held.local_addr().unwrap().port());
        Self { http, agi }
    }
}

/// The Asterisk under test; it ends, and its folder with it, when the test program does.
pub(crate) struct Asterisk {
    tree: PathBuf,
    /// Everything it writes, and where tests may leave files of theirs.
    pub(crate) run: PathBuf,
    pub(crate) sip_port: u16,
    pub(crate) globals_ports: Ports,
    _leash: Leash,
}

/// The Asterisk that all tests share, or none on a machine where it cannot be unpacked. That is
/// printed, and is a failure where `BINA_REQUIRE_ASTERISK` is set.
pub(crate) fn asterisk() -> Option<&'static Asterisk> {
    static SHARED: OnceLock<Result<Asterisk, String>> = OnceLock::new();
    let required = env::var_os("BINA_REQUIRE_ASTERISK").is_some_and(|value| !value.is_empty());
    let shared = SHARED.get_or_init(|| {
        let asterisk = tree().map(|tree| Asterisk::boot(tree, &|_| ()));
        if let (Err(reason), false) = (&asterisk, required) {
            say_skipped(reason);
        }
        asterisk
    });
    match shared {
        Ok(asterisk) => Some(asterisk),
        Err(reason) if required => panic!("BINA_REQUIRE_ASTERISK is set, but: {reason}"),
        Err(_) => None,
    }
}

/// Written to the process's own stderr, because `eprintln!` is swallowed when a test passes.
fn say_skipped(reason: &str) {
    let line = "=".repeat(78);
    let text = format!(
        "\n{line}\n  SKIPPED: no test of tests/asterisk.rs ran, for want of an Asterisk.\n  {reason}\n  \
         Set BINA_REQUIRE_ASTERISK=1 to make this a failure.\n{line}\n"
    );
    io::stderr().write_all(text.as_bytes()).unwrap();
}

/// Unpacks Asterisk and sipp under target/ unless they are there; the error is the reason.
fn tree() -> Result<PathBuf, String> {
    let tree = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("asterisk-tree");
    let script = format!("{HERE}/make-tree.sh");
    let made = Command::new("sh").arg(script).arg(&tree).output();
    let made = made.map_err(|error| format!("sh: {error}"))?;
    if made.status.success() {
        return Ok(tree);
    }
    let log_text = String::from_utf8_lossy(&made.stderr);
    Err(log_text.trim().lines().last().unwrap_or("make-tree.sh printed nothing").to_owned())
}

impl Asterisk {
    /// Another Asterisk like this one, which lacks these modules.
    pub(crate) fn without(&self, modules: &[&str]) -> Self {
        self.with(&|run| leave_out(&run.join("etc/modules.conf"), modules))
    }

    /// Another Asterisk like this one, whose folder `change` has changed before it boots.
    pub(crate) fn with(&self, change: &dyn Fn(&Path)) -> Self {
        Self::boot(self.tree.clone(), change)
    }

    fn boot(tree: PathBuf, change: &dyn Fn(&Path)) -> Self {
        static BOOTED: AtomicUsize = AtomicUsize::new(0);
        let started = Instant::now();
        let number = BOOTED.fetch_add(1, Ordering::Relaxed);
        let run = env::temp_dir().join(format!("bina-asterisk-{}-{number}", process::id()));
        assert!(
            run.join("asterisk.ctl").as_os_str().len() <= SOCKET_PATH_MAX,
            "TMPDIR is too long"
        );
        let sip_port = free_udp_port();
        let globals_ports = Ports::free();
        furnish(&tree, &run, sip_port, globals_ports);
        change(&run);
        let words = program(&tree, "usr/sbin/asterisk");
        let words = [words, vec!["-f".into(), "-C".into(), run.join("etc/asterisk.conf").into()]];
        let leash = Leash::start(&words.concat(), &run.join("stdout"), Some(&run));
        let asterisk = Self { tree, run, sip_port, globals_ports, _leash: leash };
        while !asterisk.is_booted() {
            let output = || fs::read_to_string(asterisk.run.join("stdout")).unwrap_or_default();
            assert!(started.elapsed() < BOOT_MAX, "Asterisk did not boot:\n{}", output());
            sleep(Duration::from_millis(50));
        }
        let version = fs::read_to_string(asterisk.tree.join("VERSION")).unwrap_or_default();
        println!("{} booted in {} ms", version.trim(), started.elapsed().as_millis());
        asterisk
    }

    fn is_booted(&self) -> bool {
        let reply = self.cli("core waitfullybooted");
        reply.status.success() && reply.stdout.windows(12).any(|words| words == b"fully booted")
    }

    /// The output of `asterisk -rx WORDS`.
    pub(crate) fn cli(&self, words: &str) -> Output {
        let config = self.run.join("etc/asterisk.conf");
        let mut command = self.command("usr/sbin/asterisk");
        command.arg("-C").arg(config).args(["-rx", words]).output().unwrap()
    }

    /// A program of the unpacked tree, ready for its arguments.
    pub(crate) fn command(&self, path: &str) -> Command {
        let words = program(&self.tree, path);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }

    /// The words that start espeak-ng of the tree.
    pub(crate) fn speaker(&self) -> Vec<OsString> {
        let folder = libraries(&self.tree);
        let mut words = program(&self.tree, "usr/bin/espeak-ng");
        // It can play sound by itself, and so it is linked with a library in a folder below.
        words[2].push(":");
        words[2].push(folder.join("pulseaudio"));
        let mut data = OsString::from("--path=");
        data.push(folder);
        words.push(data);
        words
    }

    /// Asterisk's log from that byte on.
    pub(crate) fn log_from(&self, start: u64) -> String {
        let log = fs::read(self.log_file()).unwrap();
        String::from_utf8_lossy(&log[start as usize..]).into_owned()
    }

    pub(crate) fn log_length(&self) -> u64 {
        fs::metadata(self.log_file()).unwrap().len()
    }

    fn log_file(&self) -> PathBuf {
        self.run.join("log/full.log")
    }
}

/// The words that run a program of the tree through the tree's own C library.
fn program(tree: &Path, path: &str) -> Vec<OsString> {
    let libraries = libraries(tree);
    let loader = entry(&libraries, "ld-linux");
    let path = tree.join(path);
    vec![loader.into(), "--library-path".into(), libraries.into(), path.into()]
}

/// `usr/lib/x86_64-linux-gnu`, or what it is called on this machine.
fn libraries(tree: &Path) -> PathBuf {
    let folders = fs::read_dir(tree.join("usr/lib")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders =
        folders.filter(|folder| folder.as_os_str().as_bytes().ends_with(b"-linux-gnu"));
    folders.next().unwrap()
}

fn entry(folder: &Path, start: &str) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.find(|entry| entry.file_name().to_string_lossy().starts_with(start)).unwrap().path()
}

/// Makes the folder Asterisk lives in: its configuration, with the paths of this run written in,
/// and the shipped sounds.
fn furnish(tree: &Path, run: &Path, sip_port: u16, globals_ports: Ports) {
    // Left by a test that was killed and whose number this process has now.
    let _ = fs::remove_dir_all(run);
    for folder in ["cache", "calls", "data/sounds", "etc", "lib", "log", "spool/tmp"] {
        fs::create_dir_all(run.join(folder)).unwrap();
    }
    let link = |to: PathBuf, from: &str| std::os::unix::fs::symlink(to, run.join(from)).unwrap();
    link(tree.join("usr/share/asterisk/documentation"), "data/documentation");
    link(Path::new(DIALPLAN).join("sounds/pt_BR"), "data/sounds/pt_BR");
    // Below the ports the system hands out by itself; Asterisk passes over those in use.
    // Two for each call; tests that run side by side place hundreds.
    let rtp_first = 12_000 + process::id() % 20 * 800;
    let places = [
        ("@DIALPLAN@", format!("{DIALPLAN}/asterisk")),
        ("@GLOBALS_AGI_PORT@", globals_ports.agi.to_string()),
        ("@GLOBALS_PORT@", globals_ports.http.to_string()),
        ("@MODULES@", libraries(tree).join("asterisk/modules").display().to_string()),
        ("@RTP_FIRST@", rtp_first.to_string()),
        ("@RTP_LAST@", (rtp_first + 799).to_string()),
        ("@RUN@", run.display().to_string()),
        ("@SIP_PORT@", sip_port.to_string()),
    ];
    for template in fs::read_dir(format!("{HERE}/etc")).unwrap().map(|entry| entry.unwrap()) {
        let mut text = fs::read_to_string(template.path()).unwrap();
        for (mark, place) in &places {
            text = text.replace(mark, place);
        }
        fs::write(run.join("etc").join(template.file_name()), text).unwrap();
    }
}

/// Takes modules off the list of those to load.
fn leave_out(list: &Path, modules: &[&str]) {
    let mut text = fs::read_to_string(list).unwrap();
    for module in modules {
        let line = format!("load = {module}\n");
        assert!(text.contains(&line), "{module} is loaded otherwise");
        text = text.replace(&line, "");
    }
    fs::write(list, text).unwrap();
}

/// A port that was free a moment ago.
pub(crate) fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A port that was free a moment ago.
pub(crate) fn free_tcp_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Writes a recording of a fifth of a second, 8 kHz mono as Asterisk wants it.
pub(crate) fn silence(file: &Path) {
    const SAMPLES: u32 = 1_600;
    let head = [36 + 2 * SAMPLES, 16, 0x0001_0001, 8_000, 16_000, 0x0010_0002, 2 * SAMPLES];
    let [riff, format, channels, rate, bytes, bits, data] = head.map(u32::to_le_bytes);
    let parts = [*b"RIFF", riff, *b"WAVE", *b"fmt ", format, channels, rate, bytes, bits];
    let head = [&parts.concat()[..], b"data", &data].concat();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, [head, vec![0; 2 * SAMPLES as usize]].concat()).unwrap();
}
