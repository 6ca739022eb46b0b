//! Files that cannot be read in time, signals at any moment, and what a reload does about them.

mod app;
#[allow(dead_code, reason = "the tests of operation use the rest")]
#[path = "operation/served.rs"]
mod served;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream as Blocking;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bina::simulator::{Fault, Sim, printed_example};
use served::{File, Served};

async fn sim() -> Sim {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim
}

fn pipe(path: &Path) {
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// Runs a command that is expected to end by itself; returns its code and its output.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("timeout");
    command.env("LC_ALL", "C.UTF-8");
    command.arg("10").arg(env!("CARGO_BIN_EXE_bina")).args(arguments).stdin(Stdio::null());
    let output = command.env_remove("CREDENTIALS_DIRECTORY").output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// A process that has a lease on a file, so that opening it blocks, as on a disk that is away.
struct Leased(Child);

impl Leased {
    /// None where there is no Python.
    fn hold(path: &Path) -> Option<Self> {
        const HOLD: &str = "import fcntl, os, signal, sys\n\
            signal.signal(signal.SIGIO, signal.SIG_IGN)\n\
            file = os.open(sys.argv[1], os.O_RDONLY)\n\
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)\n\
            print('held', flush=True)\n\
            sys.stdin.read()\n";
        let mut command = Command::new("python3");
        command.args(["-c", HOLD]).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().ok()?;
        let mut reported = String::new();
        let _ = BufReader::new(child.stdout.take()?).read_line(&mut reported);
        let held = Self(child);
        (reported == "held\n").then_some(held)
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_of_a_special_file_is_refused_at_once_and_the_shutdown_is_in_time() {
    let sim = sim().await;
    let file = File::new("fifo", &sim, app::RULES);
    let served = Served::start(&file);
    pipe(&file.0);
    served.signal("HUP");
    assert!(served.has_logged("configuration not reloaded"), "{}", served.log());
    assert!(served.has_logged("it is a pipe, socket or device"), "{}", served.log());
    let reported = Instant::now();
    served.stop();
    assert!(reported.elapsed() < Duration::from_secs(3), "{:?}", reported.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_waits_for_a_disk_delays_neither_calls_nor_the_shutdown() {
    let sim = sim().await;
    let file = File::new("leased", &sim, app::RULES);
    let served = Served::start(&file);
    let Some(leased) = Leased::hold(&file.0) else {
        println!("!!! NOT TRIED: there is no python3, or no lease is given here");
        return;
    };
    served.signal("HUP");
    std::thread::sleep(Duration::from_millis(200));
    served.signal("HUP");
    let request = b"GET /asterisk?caller=anonymous HTTP/1.0\r\n\r\n";
    assert!(app::exchange(served.http, request).await.contains("status=no_number"));
    assert!(!served.log().contains("reloaded"), "it waits: {}", served.log());
    let reported = "configuration not reloaded, the old one stays active: its files could not be read within 5s";
    let start = Instant::now();
    while !served.log().contains(reported) {
        assert!(start.elapsed() < Duration::from_secs(8), "{}", served.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(served.has_logged("the previous reload still waits for a file"), "{}", served.log());
    // It is still waiting when the end comes.
    let reported = Instant::now();
    served.stop();
    assert!(reported.elapsed() < Duration::from_secs(3), "{:?}", reported.elapsed());
    drop(leased);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_hangups_are_one_or_two_readings_and_the_last_change_counts() {
    let sim = sim().await;
    let file = File::new("hangups", &sim, app::RULES);
    let served = Served::start(&file);
    for _ in 0..40 {
        served.signal("HUP");
    }
    file.write(&sim, "[log]\nformat = \"json\"\n");
    served.signal("HUP");
    assert!(served.has_logged("\"message\":\"configuration reloaded"), "{}", served.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_of_a_configuration_has_to_be_a_plain_one() {
    let sim = sim().await;
    let folder = std::env::temp_dir().join(format!("bina-plain-files-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let fifo = folder.join("fifo");
    pipe(&fifo);
    let good = app::connection(&sim);
    let inline = good.lines().filter(|line| !line.starts_with("password"));
    let without: String = inline.map(|line| format!("{line}\n")).collect();
    let named = |text: String| {
        let path = folder.join("bina.toml");
        fs::write(&path, text).expect("a file");
        path
    };
    let mut broken: Vec<(&str, PathBuf)> = Vec::new();
    for (setting, text) in [
        ("hubsoft.password_file", format!("{without}password_file = \"fifo\"\n")),
        ("hubsoft.ca_file", format!("{good}ca_file = \"fifo\"\n")),
        ("access.token_files", format!("{good}[access]\ntoken_files = [\"fifo\"]\n")),
        ("access.basic_files", format!("{good}[access]\nbasic_files = \"fifo\"\n")),
        ("tls.cert_file", format!("{good}[tls]\ncert_file = \"fifo\"\nkey_file = \"fifo\"\n")),
    ] {
        let (code, reported) = run(&["check", "-c", &named(text).display().to_string()]);
        assert_eq!(code, Some(2), "{setting}: {reported}");
        let expected = format!("{setting}: cannot read {} (it is a pipe", fifo.display());
        assert!(reported.contains(&expected), "{setting}: {reported}");
        assert!(reported.contains("name a plain file"), "{setting}: {reported}");
    }
    broken.push(("the configuration", fifo.clone()));
    broken.push(("a device", PathBuf::from("/dev/zero")));
    for (what, path) in broken {
        let (code, reported) = run(&["check", "-c", &path.display().to_string()]);
        assert_eq!(code, Some(2), "{what}: {reported}");
        assert!(reported.contains("it is a pipe, socket or device"), "{what}: {reported}");
    }
    let long = named(format!("{good}{}", "#\n".repeat(3 << 20)));
    let (code, reported) = run(&["check", "-c", &long.display().to_string()]);
    assert_eq!(code, Some(2), "{reported}");
    assert!(reported.contains("it is longer than 4 MiB"), "{reported}");
    // The prompts: those that are no files are reported, the others served.
    let prompts = good.replacen("[listen]\n", "[listen]\nprompts_folder = \".\"\n", 1);
    pipe(&folder.join("aviso.wav"));
    let text = format!("{prompts}[prompts]\naviso = \"aviso\"\n");
    let (code, reported) = run(&["check", "-c", &named(text).display().to_string()]);
    assert_eq!(code, Some(0), "{reported}");
    assert!(reported.contains("recording not served: "), "{reported}");
    fs::remove_dir_all(&folder).expect("it is there");
}

/// The port is open before anything is logged, so a signal may come as soon as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_as_soon_as_the_port_is_open_is_handled() {
    let sim = sim().await;
    for round in 0..20 {
        let signal = if round % 2 == 0 { "-HUP" } else { "-TERM" };
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr();
        let address = port.expect("an address");
        let file = File::new(&format!("early-{round}"), &sim, app::RULES);
        let text = fs::read_to_string(&file.0).expect("a file");
        let text = text.replacen("http = \"127.0.0.1:0\"", &format!("http = \"{address}\""), 1);
        fs::write(&file.0, text).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.args(["serve", "-c"]).arg(&file.0).env_remove("CREDENTIALS_DIRECTORY");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = Leased(command.spawn().expect("it starts"));
        let start = Instant::now();
        while Blocking::connect(address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(10), "it does not listen");
        }
        let pid = child.0.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill").success());
        if signal == "-TERM" {
            assert_eq!(child.0.wait().expect("it ends").code(), Some(0), "round {round}");
            continue;
        }
        std::thread::sleep(Duration::from_millis(100));
        assert!(child.0.try_wait().expect("known").is_none(), "round {round}: SIGHUP ended it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ignored_signals_and_a_full_log_do_not_end_the_service() {
    let sim = sim().await;
    let file = File::new("signals", &sim, app::RULES);
    let served = Served::start(&file);
    for signal in ["USR1", "USR2", "ALRM", "XFSZ"] {
        served.signal(signal);
    }
    std::thread::sleep(Duration::from_millis(100));
    let request = b"GET /asterisk?caller=anonymous HTTP/1.0\r\n\r\n";
    assert!(app::exchange(served.http, request).await.contains("status=no_number"));
    // The log as a file that may not grow any more: 8 blocks of 512 or 1,024 bytes.
    let log = std::env::temp_dir().join(format!("bina-full-{}.log", std::process::id()));
    let line = format!(
        "ulimit -f 8; exec {} serve -c {} 2>{}",
        env!("CARGO_BIN_EXE_bina"),
        file.0.display(),
        log.display()
    );
    let address = "127.0.0.1:0".replace(":0", &format!(":{}", free_port()));
    let text = fs::read_to_string(&file.0).expect("a file");
    let text = text.replacen("http = \"127.0.0.1:0\"", &format!("http = \"{address}\""), 1);
    fs::write(&file.0, text).expect("a file");
    let mut command = Command::new("sh");
    command.args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = Leased(command.env_remove("CREDENTIALS_DIRECTORY").spawn().expect("it starts"));
    let start = Instant::now();
    let mut answered = 0;
    while answered < 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "{answered} calls answered");
        if let Ok(mut stream) = Blocking::connect(&address) {
            let _ = stream.write_all(request);
            let mut reported = String::new();
            let _ = std::io::Read::read_to_string(&mut stream, &mut reported);
            answered += usize::from(reported.contains("status=no_number"));
        }
    }
    assert!(child.0.try_wait().expect("known").is_none(), "the full log ended it");
    assert!(fs::metadata(&log).expect("a log").len() >= 4_096, "it is full");
    let _ = fs::remove_file(&log);
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absurd_number_of_sockets_does_not_delay_the_start() {
    let sim = sim().await;
    let file = File::new("sockets", &sim, app::RULES);
    for count in ["999999999", "-1", "99999999999999999999"] {
        let start = Instant::now();
        let line = format!("export LISTEN_PID=$$ LISTEN_FDS={count}; exec \"$@\"");
        let served = Served::in_shell(&file, &line);
        assert!(served.has_logged("sockets of systemd ignored"), "{}", served.log());
        let request = b"GET /asterisk?caller=anonymous HTTP/1.0\r\n\r\n";
        assert!(app::exchange(served.http, request).await.contains("status=no_number"));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
