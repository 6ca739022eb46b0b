//! Agents' screens: calls at real telephones, in a queue and by Dial(), reported by bina-screen.conf.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use bina::simulator::{Fault, ScreenAction, Sim};
use serde_json::json;

use crate::calls::Call;
use crate::hostile_texts;
use crate::leash::Leash;
use crate::pbx::{Asterisk, asterisk, free_udp_port};
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::CURL;
use crate::{ALERT, QUIET, customers};

/// A trunk that puts the digit of the subscriber's category before the number.
const TRUNK: &str =
    "[[trunk]]\nname = \"e1\"\ndid = [\"3732001000\"]\ncategory_digit = \"first\"\n";
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/asterisk/sipp");
/// How long after the end of a call its reports may arrive: the end waits for the slow answer before it.
const REPORTED_MAX: Duration = Duration::from_secs(5);

/// An Asterisk with two agents: 1001 answers after two seconds, agente-2 does not.
struct Desk {
    asterisk: Asterisk,
    _agents: [Leash; 2],
}

impl Desk {
    fn open(shared: &Asterisk) -> Self {
        let ports = [free_udp_port(), free_udp_port()];
        let asterisk = shared.with(&|run| {
            let add = |file: &str, text: &str| {
                let file = OpenOptions::new().append(true).open(run.join("etc").join(file));
                file.unwrap().write_all(text.as_bytes()).unwrap();
            };
            for (name, port) in ["1001", "agente-2"].iter().zip(ports) {
                add("pjsip.conf", &telephone(name, port));
            }
            let members = "member = PJSIP/1001\nmember = PJSIP/agente-2\n";
            add("queues.conf", &format!("[telas]\nstrategy = ringall\ntimeout = 15\n{members}"));
        });
        let agents = ["agent.xml", "agent-silent.xml"];
        let agents = [0, 1].map(|index| agent(&asterisk, agents[index], ports[index]));
        Self { asterisk, _agents: agents }
    }
}

fn telephone(name: &str, port: u16) -> String {
    format!(
        "\n[{name}]\ntype = endpoint\naors = {name}\ndisallow = all\nallow = alaw\ndirect_media = no\n\
         media_address = 127.0.0.1\nbind_rtp_to_media_address = yes\n\
         [{name}]\ntype = aor\ncontact = sip:{name}@127.0.0.1:{port}\n"
    )
}

/// A telephone, played by sipp.
fn agent(asterisk: &Asterisk, scenario: &str, port: u16) -> Leash {
    let sipp = asterisk.command("usr/bin/sipp");
    let mut words = vec![sipp.get_program().to_owned()];
    words.extend(sipp.get_args().map(ToOwned::to_owned));
    let (port, media) = (port.to_string(), free_udp_port().to_string());
    let options = ["-i", "127.0.0.1", "-p", &port, "-mp", &media, "-nostdin", "-sf"];
    words.extend(options.map(Into::into));
    words.push(format!("{SCENARIOS}/{scenario}").into());
    Leash::start(&words, &asterisk.run.join(scenario), None)
}

/// The reports of each agent, with their time, once there are so many.
fn reported(hubsoft: &Sim, agent: &str, count: usize) -> Vec<(ScreenAction, SystemTime)> {
    let start = Instant::now();
    loop {
        let reports = hubsoft.screen_reports();
        let own = reports.iter().filter(|report| report.body["ramal"] == agent);
        let own: Vec<_> =
            own.map(|report| (report.action, SystemTime::now() - report.at.elapsed())).collect();
        if own.len() >= count || start.elapsed() > REPORTED_MAX {
            return own;
        }
        sleep(Duration::from_millis(20));
    }
}

const OPEN_AND_CLOSE: [ScreenAction; 2] = [ScreenAction::Open, ScreenAction::Close];

#[test]
fn a_page_opens_and_closes_with_a_call_though_hubsoft_is_slow() {
    let Some(shared) = asterisk() else { return };
    let desk = Desk::open(shared);
    let mut problems = Problems::default();
    for (context, silent) in [("tela-fila", true), ("tela-dial", true), ("tela-atende", false)] {
        let hubsoft = hubsoft(customers());
        let _bina = Program::start_at(desk.asterisk.globals_ports, shared, &hubsoft.base_url());
        hubsoft.set_screen_fault(Fault::Slow { first_byte: Duration::from_secs(1) });
        let call = Call::from(ALERT, &CURL, "globals").to(context).named(context);
        let call = &desk.asterisk.place(&[call])[0];
        let rang = call.arrived_at_time();
        for (agent, rings) in [("1001", true), ("agente-2", silent)] {
            let reports = reported(&hubsoft, agent, 2 * usize::from(rings));
            let actions: Vec<_> = reports.iter().map(|(action, _)| *action).collect();
            let expected = if rings { &OPEN_AND_CLOSE[..] } else { &[] };
            problems.check(actions == expected, || format!("{context} {agent}: {actions:?}"));
            let Some((_, opened)) = reports.first() else { continue };
            let after = opened.duration_since(rang).unwrap_or_default();
            println!("{context} {agent}: the open arrived {after:?} after it began to ring");
            // At the answer it is two seconds later.
            let latest = Duration::from_secs(if silent { 1 } else { 3 });
            problems.check(after < latest, || format!("{context} {agent}: after {after:?}"));
        }
        let body = json!({
            "ramal": "1001", "telefone": ALERT, "codigo_cliente": "1001", "id_cliente": "1"
        });
        let reports = hubsoft.screen_reports();
        let whole = reports.iter().any(|report| report.body == body);
        problems.check(whole, || format!("{context}: {reports:?}"));
        call.went_without_a_warning(&mut problems);
    }
    problems.none();
}

#[test]
fn a_missing_snippet_and_an_unknown_caller_ring_the_agents_all_the_same() {
    let Some(shared) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let poor = shared.with(&|run| {
        let file = run.join("etc/extensions.conf");
        let text = fs::read_to_string(&file).unwrap();
        let line = text.lines().find(|line| line.ends_with("/bina-screen.conf")).unwrap();
        fs::write(&file, text.replace(line, "")).unwrap();
    });
    let mut problems = Problems::default();
    let mut rings = |asterisk: &Asterisk, user: &str| {
        let _bina = Program::start_at(asterisk.globals_ports, shared, &hubsoft.base_url());
        let call = Call::from(user, &CURL, "globals").to("tela-com").named(user);
        let call = &asterisk.place(&[call])[0];
        let rang = call.until("rang");
        problems.check(rang < Duration::from_secs(2), || format!("{user}: {rang:?}"));
    };
    rings(&poor, QUIET);
    rings(shared, "anonymous");
    sleep(Duration::from_millis(300));
    let reports = hubsoft.screen_reports();
    problems.check(reports.is_empty(), || format!("{reports:?}"));
    problems.none();
}

#[test]
fn nothing_of_a_callers_text_runs_or_is_reported() {
    let Some(shared) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let _bina = Program::start_at(shared.globals_ports, shared, &hubsoft.base_url());
    let canary = shared.run.join("canary-screen");
    let texts = hostile_texts::texts(&canary);
    let escape = |raw: &str| raw.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let calls = texts.iter().filter(|(raw, _)| !raw.contains('\0')).map(|(raw, _)| {
        Call::from(QUIET, &CURL, "globals").calling(&escape(raw)).to("tela-hostil").named(raw)
    });
    let calls: Vec<_> = calls.collect();
    let records = shared.place(&calls);
    let mut problems = Problems::default();
    for record in &records {
        let given = record.get("arrived");
        let tame =
            given.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_=&%".contains(&byte));
        problems.check(tame, || format!("{}: {given:?}", record.name));
        let odd = record.get("done") == "1";
        problems.check(odd, || format!("{}: did not end", record.name));
    }
    problems.check(!canary.exists(), || "a text was run".to_owned());
    sleep(Duration::from_millis(300));
    // The one that is an extension, as HubSoft might have it, has no dollar and no bracket.
    for report in hubsoft.screen_reports() {
        let extension = report.body["ramal"].as_str().unwrap_or_default().to_owned();
        let plain =
            extension.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        problems.check(plain, || format!("reported {extension:?}"));
    }
    problems.none();
}

#[test]
fn a_page_is_that_of_the_caller_as_the_trunk_presents_him() {
    let Some(shared) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let asterisk = shared.with(&|_| ());
    let ports = asterisk.globals_ports;
    let _bina = Program::start_at_with(ports, shared, &hubsoft.base_url(), TRUNK);
    let calls = [
        ("137999990001", "tela-tronco", "37999990001"),
        // A lookup that found no number by the trunk: the raw digits are another customer's.
        ("11988242968", "tela-tronco", ""),
        ("137999990002", "tela-sem-consulta", "37999990002"),
        ("11988242967", "tela-sem-consulta", ""),
        ("137999990003", "tela-falhou", "37999990003"),
        ("137999990004", "tela-discado", "37999990004"),
    ];
    let mut problems = Problems::default();
    for (user, context, number) in calls {
        let before = hubsoft.screen_reports().len();
        let call = Call::from(user, &CURL, "globals").to(context).named(context);
        asterisk.place(&[call]);
        let expected = if number.is_empty() { 0 } else { 2 };
        reported(&hubsoft, "1001", before + expected);
        if expected == 0 {
            sleep(Duration::from_millis(500));
        }
        let reports = hubsoft.screen_reports().split_off(before);
        let is_it = reports.len() == expected
            && reports.iter().all(|report| report.body["telefone"] == number);
        problems.check(is_it, || format!("{user} {context}: {reports:?}"));
    }
    problems.none();
}
