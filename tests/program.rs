//! The program as a new user sees it: what it prints, how it ends, and with which exit code.

mod app;
#[path = "program/help.rs"]
mod help;
#[path = "program/language.rs"]
mod language;
#[path = "program/portuguese.rs"]
mod portuguese;
#[path = "program/quiet.rs"]
mod quiet;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use bina::simulator::{CANARIES, Fault, Sim, customer, printed_example, with_alert};

fn bina(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.env("LC_ALL", "C.UTF-8");
    command.args(arguments).env_remove("CREDENTIALS_DIRECTORY").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    bina(arguments).output().expect("it starts")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A configuration file of this test's own, removed at its end.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bina-{}-{name}.toml", std::process::id()));
        fs::write(&path, text).expect("a temporary file");
        Self(path)
    }

    fn for_sim(name: &str, sim: &Sim) -> Self {
        Self::new(name, &format!("{}{}", app::connection(sim), app::RULES))
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A program started by a test, ended with it.
struct Running(Child);

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = bina(arguments);
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts"))
    }

    fn signal(&self, signal: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }

    /// Reads standard error up to the line with `part`.
    fn logged(&mut self, part: &str) -> String {
        let log = self.0.stderr.as_mut().expect("piped");
        let mut lines = BufReader::new(log).lines();
        lines.find_map(|line| line.ok().filter(|line| line.contains(part))).expect(part)
    }

    fn end(mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if let Some(status) = self.0.try_wait().expect("it can be waited for") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The answer of the program at `address` for the customer of these tests.
async fn requested(address: &str) -> String {
    let request = b"GET /asterisk?caller=37999990001 HTTP/1.0\r\n\r\n";
    let answer = app::exchange(address.parse().expect("an address"), request).await;
    app::Reply::read(&answer).body
}

#[test]
fn the_help_has_examples_and_the_version_is_printed() {
    let (help, _) = texts(&run(&["--help"]));
    // Long lines are wrapped.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["before the phone is picked up", "bina demo", "check", "lookup", "serve", "Exit codes"]
    {
        assert!(help.contains(part), "{part}\n{help}");
    }
    let (version, _) = texts(&run(&["--version"]));
    let reported = format!("bina {} ({})", env!("CARGO_PKG_VERSION"), bina::app::COMMIT);
    assert_eq!(version.trim(), reported);
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(run(&["dance"]).status.code(), Some(2));
}

#[test]
fn the_manual_and_the_completions_are_written_for_the_packages() {
    let folder = std::env::temp_dir().join(format!("bina-{}-manual", std::process::id()));
    let reported = run(&["man", folder.to_str().expect("UTF-8")]);
    let mut pages: Vec<_> = fs::read_dir(&folder).expect("it was written").flatten().collect();
    pages.sort_by_key(fs::DirEntry::file_name);
    let names = pages.iter().map(|page| page.file_name().to_string_lossy().into_owned());
    let names: Vec<_> = names.collect();
    let page = fs::read_to_string(folder.join("bina.1")).expect("there is the program's page");
    fs::remove_dir_all(&folder).expect("it was ours");
    assert!(reported.status.success() && page.contains("bina rehearse"), "{page}");
    let alerts = ["alert-add", "alert-end", "alert-extend", "alert-list", "alert-places", "alert"];
    let others = [
        "check",
        "demo",
        "directory",
        "doctor",
        "forget",
        "lookup",
        "rehearse",
        "report",
        "say",
        "serve",
        "setup",
    ];
    let expected = alerts.iter().chain(&others).map(|command| format!("bina-{command}.1"));
    assert_eq!(names[..17], expected.collect::<Vec<_>>());
    assert_eq!(names[17..], ["bina.1", "bina.toml.5", "pt_BR"]);
    for shell in ["bash", "fish", "zsh"] {
        let (completions, _) = texts(&run(&["completions", shell]));
        assert!(completions.contains("rehearse"), "{shell}: {completions}");
    }
}

#[test]
fn a_wrong_configuration_exits_with_2_and_lists_every_problem() {
    let file =
        File::new("wrong", "[listen]\nhtp = \"x\"\n[hubsoft]\npassword_file = \"/nowhere/p\"\n");
    for command in ["check", "serve"] {
        let output = run(&[command, "-c", file.path()]);
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{err}");
        for part in [
            "unknown setting `listen.htp`",
            "cannot read /nowhere/p",
            "hubsoft.base_url is missing",
        ] {
            assert!(err.contains(part), "{part}\n{err}");
        }
        assert!(err.contains(&format!("{}:2:", file.path())), "{err}");
    }
    assert_eq!(run(&["serve", "-c", "/nowhere/bina.toml"]).status.code(), Some(2));
}

#[tokio::test]
async fn an_address_in_use_exits_with_1_and_suggests_ss() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = taken.local_addr().expect("an address").to_string();
    let sim = Sim::start(vec![]).await.expect("loopback");
    let text = app::connection(&sim).replacen("127.0.0.1:0", &address, 1);
    let file = File::new("taken", &text);
    let output = run(&["serve", "-c", file.path()]);
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(
        err.contains(&format!("cannot listen on {address}")) && err.contains("ss -ltnp"),
        "{err}"
    );
    assert_eq!(sim.requests().len(), 0, "nothing is half-started");
    let output = run(&["demo", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
}

/// systemd starts a service again 200 ms after its end, so the end comes late.
#[tokio::test]
async fn under_systemd_a_start_that_fails_is_held_for_seconds() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = taken.local_addr().expect("an address").to_string();
    let sim = Sim::start(vec![]).await.expect("loopback");
    let text = app::connection(&sim).replacen("127.0.0.1:0", &address, 1);
    let file = File::new("held", &text);
    let start = Instant::now();
    let mut serve = bina(&["serve", "-c", file.path()]);
    let output = serve.env("NOTIFY_SOCKET", "/nowhere/notify").output().expect("it runs");
    let (held, (_, err)) = (start.elapsed(), texts(&output));
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains(&format!("cannot listen on {address}")), "{err}");
    assert!(held >= Duration::from_secs(4), "{held:?}");
}

#[tokio::test]
async fn check_explains_a_valid_configuration() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let threads = "[service]\nworker_threads = 3\n";
    let text = format!("{}{threads}{}", app::connection(&sim), app::RULES);
    let file = File::new("good", &text);
    let output = run(&["check", "-c", file.path()]);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
    for part in [
        "valid",
        "threads     3",
        "rompimento plays bina/rompimento-fibra&bina/equipe-a-caminho",
        "in FreeSWITCH file_string://bina/rompimento-fibra.wav!bina/equipe-a-caminho.wav",
        "bina/aviso-geral",
        "in FreeSWITCH bina/aviso-geral.wav",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains(sim.credentials().password));
    assert_eq!(sim.requests().len(), 0, "check sends no request");
}

/// As in the unit's `ExecReload=`, where systemd hands over the secrets.
#[tokio::test]
async fn check_finds_missing_and_unplayable_prompt_files() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let file = File::for_sim("sounds", &sim);
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/dialplan/sounds/pt_BR");
    let output = run(&["check", "-c", file.path(), "--sounds", shipped]);
    assert_eq!(output.status.code(), Some(0), "{:?}", texts(&output));
    let folder = std::env::temp_dir().join(format!("bina-{}-sounds", std::process::id()));
    fs::create_dir_all(folder.join("bina")).expect("a folder");
    fs::write(folder.join("bina/aviso-geral.wav"), b"no wave").expect("a file");
    let output = run(&["check", "-c", file.path(), "--sounds", folder.to_str().expect("UTF-8")]);
    let _ = fs::remove_dir_all(&folder);
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("prompt geral:") && err.contains("is not a WAV file"), "{err}");
    assert!(err.contains("prompt rompimento: there is no"), "{err}");
    let output = run(&["check", "-c", file.path(), "--sounds", "/nowhere"]);
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
async fn lookup_answers_as_a_pbx_is_answered() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let file = File::for_sim("lookup", &sim);
    let query = |more: &[&str]| {
        let mut arguments = vec!["lookup", "+55 37 98824-2968", "-c", file.path()];
        arguments.extend(more);
        texts(&run(&arguments))
    };
    let (hash, _) = query(&[]);
    assert!(hash.starts_with("status=found&source=hubsoft&alerta=1&prompt=bina/"), "{hash}");
    let (json, _) = query(&["--format", "json"]);
    assert!(json.starts_with("{\"status\":\"found\""), "{json}");
    let (xml, _) = query(&["--format", "dialplan"]);
    assert!(xml.starts_with("<document type=\"freeswitch/xml\">"), "{xml}");
    let (_, explained) = query(&["--explain"]);
    for part in [
        "37988242968, searched as 37988242968 and 3788242968",
        "1 returned, 1 with this exact number",
        "rule        rompimento",
        "answered    found after",
    ] {
        assert!(explained.contains(part), "{part}\n{explained}");
    }
    assert!(!explained.contains("GUILHERME"), "{explained}");
    assert_eq!(
        run(&["lookup", "1", "-c", file.path(), "--format", "morse"]).status.code(),
        Some(2)
    );
}

#[tokio::test]
async fn lookup_explains_an_invalid_number_and_a_failing_hubsoft() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let file = File::for_sim("explain", &sim);
    let (out, err) = texts(&run(&["lookup", "1000", "-c", file.path(), "--explain"]));
    assert!(out.starts_with("status=no_number"), "{out}");
    assert!(err.contains("none to look up: short"), "{err}");
    sim.set_token_fault(Fault::Normal);
    sim.set_fault(Fault::StatusError);
    let (out, err) = texts(&run(&["lookup", "37988242968", "-c", file.path(), "--explain"]));
    assert!(out.starts_with("status=unavailable"), "{out}");
    assert!(err.contains("HubSoft refused the lookup"), "{err}");
}

#[tokio::test]
async fn serve_answers_logs_one_masked_line_a_call_and_stops_cleanly() {
    let alerted = with_alert(customer(7, "ANA DAS DORES", "37999990001"), &["Rompimento"]);
    let sim = Sim::start(vec![alerted]).await.expect("loopback");
    let file = File::for_sim("serve", &sim);
    let mut program = Running::start(&["serve", "-c", file.path()]);
    let line = program.logged("bina answers calls");
    let address = line.split("http=").nth(1).expect("where").trim().to_owned();
    let body = requested(&address).await;
    assert!(body.contains("status=found") && body.ends_with("&end=1"), "{body}");
    let line = program.logged("call answered");
    assert!(line.contains("*********01") && line.contains("rompimento"), "{line}");
    let secrets =
        ["37999990001", "ANA", sim.credentials().password, sim.credentials().client_secret];
    assert!(secrets.iter().chain(&CANARIES).all(|secret| !line.contains(secret)), "{line}");
    program.signal("-TERM");
    assert_eq!(program.end(), Some(0));
}

/// FreeSWITCH posts the whole channel, of which five fields are read.
#[tokio::test]
async fn nothing_of_a_whole_channel_is_in_the_log() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let debug = "[log]\nlevel = \"debug\"\n";
    let text = format!("{}{}{debug}", app::connection(&sim), app::RULES);
    let file = File::new("channel", &text);
    let mut program = Running::start(&["serve", "-c", file.path()]);
    let line = program.logged("bina answers calls");
    let address = line.split("http=").nth(1).expect("where").trim().to_owned();
    let request = include_bytes!("wire/freeswitch/xml_sip_full.http");
    let request =
        str::from_utf8(request).expect("UTF-8").replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let answer = app::exchange(address.parse().expect("an address"), request.as_bytes()).await;
    assert!(app::Reply::read(&answer).body.contains("bina_status=found"));
    program.signal("-TERM");
    let mut log = String::new();
    program.0.stderr.take().expect("piped").read_to_string(&mut log).expect("UTF-8");
    assert!(log.contains("call answered"), "{log}");
    let private =
        ["988242968", "553732001000", "192.0.2.50", "0b1f6a52", "operadora-teste", "PCMA"];
    assert!(private.iter().all(|text| request.contains(text)), "they are in the request");
    assert!(private.iter().all(|text| !log.contains(text)), "{log}");
    assert_eq!(program.end(), Some(0));
}

#[tokio::test]
async fn serve_starts_and_answers_while_hubsoft_is_down() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let file = File::for_sim("down", &sim);
    drop(sim);
    let mut program = Running::start(&["serve", "-c", file.path()]);
    let line = program.logged("bina answers calls");
    let address = line.split("http=").nth(1).expect("where").trim().to_owned();
    let body = requested(&address).await;
    assert!(body.starts_with("status=unavailable"), "{body}");
    program.signal("-INT");
    assert_eq!(program.end(), Some(0));
}

#[test]
fn the_quiet_demonstration_announces_no_outage() {
    let mut program = Running::start(&["demo", "--quiet", "--listen", "127.0.0.1:0"]);
    let out = program.0.stdout.take().expect("piped");
    let lines = BufReader::new(out).lines().map(|line| line.expect("UTF-8"));
    let printed: Vec<_> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
    assert!(printed.iter().any(|line| line.contains("/asterisk?caller=")), "{printed:?}");
    assert!(!printed.iter().any(|line| line.contains("outage begins")), "{printed:?}");
}

#[test]
fn the_demonstration_prints_what_it_promises() {
    let mut program = Running::start(&["demo", "--listen", "127.0.0.1:0"]);
    let out = program.0.stdout.take().expect("piped");
    let mut printed = String::new();
    for line in BufReader::new(out).lines() {
        let line = line.expect("UTF-8");
        printed += &line;
        printed.push('\n');
        if line.contains("Ctrl-C") {
            break;
        }
    }
    for part in [
        "/asterisk?caller=%2B5537988242968'\nstatus=found&source=hubsoft&alerta=1&prompt=bina/",
        "/asterisk?caller=37999450812'\nstatus=found&source=hubsoft&alerta=0&prompt=&",
        "/asterisk?caller=37911112222'\nstatus=not_found&",
        "GosubIf(",
        "/freeswitch/vars?caller=%2B5537988242968'\nbina_status=found|bina_source=hubsoft|",
        "<action application=\"playback\" data=\"${bina_prompt}\"/>",
        "/sim/fault",
        "bina alert add \"Rompimento de fibra\" --everyone",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
    // Without a port there is no console to watch it in.
    let [console, outage] = ["Console: ", "an outage begins"].map(|part| printed.contains(part));
    assert_eq!(console, outage, "{printed}");
    let shipped = include_str!("../dialplan/freeswitch/public-example.xml");
    let lines = printed.lines().skip_while(|line| !line.starts_with("FreeSWITCH:")).skip(1);
    let lines: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines {
        assert!(shipped.contains(line.trim()), "{line}");
    }
    let settings = printed.lines().skip_while(|line| !line.starts_with("[listen]"));
    let settings: Vec<_> = settings.take_while(|line| !line.is_empty()).collect();
    let file = File::new("try", &settings.join("\n"));
    let file = file.0.to_str().expect("UTF-8");
    let (_, problem) = texts(&run(&["alert", "add", "Rompimento", "--everyone", "-c", file]));
    assert_eq!(problem, "");
    let (_, explained) = texts(&run(&["lookup", "anonymous", "--explain", "-c", file]));
    assert!(
        explained.contains("status=no_number source=local with an alert, plays "),
        "{explained}"
    );
    program.signal("-INT");
    assert_eq!(program.end(), Some(0));
}
