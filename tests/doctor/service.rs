//! What `bina doctor` learns of the running service.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use bina::simulator::{Fault, Sim};

use crate::{Setup, sim};

/// A service that is ended with its test.
pub(crate) struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Served {
    /// Starts it with the configuration of `setup`, which has its addresses afterwards, and waits for the
    /// line `logged`.
    pub(crate) fn start(setup: &Setup, logged: &str) -> Self {
        let mut serve = setup.command(&["serve"]);
        let mut served = Self(serve.stderr(Stdio::piped()).spawn().expect("it starts"));
        let mut log = BufReader::new(served.0.stderr.take().expect("piped")).lines();
        let mut lines = Vec::new();
        let mut read = String::new();
        while !(read.contains("answers calls") && read.contains(logged)) {
            let line = log.next().expect("it logs both").expect("UTF-8");
            read += &line;
            lines.push(line);
        }
        let line = lines.iter().find(|line| line.contains("answers calls")).expect("it is there");
        let text = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
        let text = ["http", "agi", "metrics"].iter().fold(text, |text, name| {
            let reported = line.split(&format!("{name}=")).nth(1).expect("where");
            let address = reported.split_whitespace().next().expect("an address");
            text.replace(&format!("{name} = \"127.0.0.1:0\""), &format!("{name} = \"{address}\""))
        });
        setup.put("bina.toml", &text, 0o600);
        // Its log is read to the end, so that it never waits for it.
        std::thread::spawn(move || log.map_while(Result::ok).for_each(drop));
        served
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_service_reports_breaker_token_and_list_of_alerts() {
    let sim = sim().await;
    let setup = Setup::of(&sim, "");
    let _served = Served::start(&setup, "answers calls");
    let listed = || {
        let findings = setup.examined(&[]);
        findings.printed.contains("HubSoft's list of alerts was read").then_some(findings)
    };
    let findings = (0..20).find_map(|_| listed()).expect("the list is read within seconds");
    findings.have(0, "ok", "service", "circuit breaker closed: HubSoft is queried");
    findings.have(0, "ok", "service", "it has a token");
    findings.have(0, "ok", "service", "s ago");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_with_the_secrets_of_its_start_is_to_be_restarted() {
    let sim = sim().await;
    sim.set_token_fault(Fault::WrongPassword);
    let setup = Setup::of(&sim, "");
    let _served = Served::start(&setup, "no HubSoft token");
    // The doctor's own request has the new secret.
    sim.set_token_fault(Fault::Normal);
    let findings = setup.examined(&[]);
    findings.have(1, "ok", "token", "received after");
    findings.have(1, "failed", "service", "it has no token (refused): if the line `token` is ok");
    findings.have(1, "warning", "service", "list of alerts was not read yet");
}

#[tokio::test]
async fn a_service_that_does_not_run_is_one_line_and_no_failure() {
    let sim: Sim = sim().await;
    let findings = Setup::of(&sim, "").examined(&[]);
    findings.have(0, "-", "service", "does not run here: `sudo systemctl start bina`");
    assert_eq!(findings.printed.matches(" service ").count(), 1, "{}", findings.printed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_whose_callers_are_nobody_is_a_warning_with_a_remedy() {
    let sim = sim().await;
    let setup = Setup::of(&sim, "[[trunk]]\nname = \"e1\"\ncategory_digit = \"first\"\n");
    let _served = Served::start(&setup, "answers calls");
    let text = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
    let (_, rest) = text.split_once("http = \"").expect("its address");
    let (address, _) = rest.split_once('"').expect("it ends");
    let call = |trunk: &str| {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let target = format!("/asterisk?caller=37988242968&trunk={trunk}");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.contains("status="), "{answer}");
    };
    (0..49).for_each(|_| call("e1"));
    assert!(!setup.examined(&[]).printed.contains("trunks"), "fewer calls say nothing");
    call("e1");
    let findings = setup.examined(&[]);
    findings.have(0, "warning", "trunks", "e1: 100% of 50 calls without a customer");
    findings.have(0, "warning", "trunks", "strip, prefix, category_digit or default_ddd");
}
