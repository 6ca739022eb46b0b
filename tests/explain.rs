//! What an operator learns about the next call of a number from the running service.

mod app;
#[path = "directory/program.rs"]
#[allow(dead_code, reason = "the directory's tests use the rest")]
mod program;
#[path = "directory/scene.rs"]
#[allow(dead_code, reason = "the directory's tests use the rest")]
mod scene;

use std::fs;
use std::time::Duration;

use bina::answering::explanation::CallExplanation;
use bina::answering::lookup::{Outlook, OutlookClass, OutlookWay};
use bina::domain::prompt::RuleVerdict;
use bina::simulator::{Fault, ScopeEntry, Sim, SimAlert, SimScope, customer, with_alert};
use bina::sources::alerts::CallerStanding;
use tokio::time::{Instant, sleep};

use program::{Program, bina};
use scene::{Scene, settings};

const TEXT: &str = "Rompimento CANARINHO-91";
/// An alert is read within a second and its probes are answered at once; this is for a busy machine.
const DECIDED_WITHIN: Duration = Duration::from_secs(30);

/// bina with a directory, and two interfaces of its customers with an alert.
struct Outage {
    scene: Scene,
    program: Program,
    alert: u64,
}

impl Outage {
    async fn start(name: &str) -> Self {
        let scene = Scene::before_start(name).await;
        let settings = format!("{}[alerts]\npoll_s = 1\n", settings(&scene.folder, ""));
        let program = Program::start(name, &scene.sim, &settings);
        program.when(|status| status.generation.as_ref().is_some_and(|it| it.is_whole)).await;
        let interfaces = vec![ScopeEntry::Id(70_001), ScopeEntry::Id(70_002)];
        let scope = SimScope { interfaces, ..SimScope::default() };
        let alert = SimAlert { text: TEXT.to_owned(), scope, ..SimAlert::default() };
        let alert = scene.sim.publish_alerts(vec![alert]).expect("a scope")[0];
        Self { scene, program, alert }
    }

    async fn explained(&self, phone: &str) -> CallExplanation {
        explanation(&self.program, phone).await
    }

    /// Waits until the next call of `phone` is answered like that.
    async fn when(&self, phone: &str, is_it: impl Fn(&Outlook) -> bool) -> CallExplanation {
        let start = Instant::now();
        loop {
            let explained = self.explained(phone).await;
            if explained.outlook.as_ref().is_some_and(&is_it) {
                return explained;
            }
            assert!(start.elapsed() < DECIDED_WITHIN, "{explained:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_on_an_alert_is_explained_and_no_personal_data_is() {
    let outage = Outage::start("explain").await;
    let sim = &outage.scene.sim;
    let affected = sim.affected_callers(outage.alert, 1, 1).remove(0);
    let explained =
        outage.when(&affected.phone, |outlook| outlook.way == OutlookWay::Evidence).await;
    let [alert] = &explained.caller.alerts[..] else { panic!("{explained:?}") };
    assert_eq!((alert.standing, &*alert.alert.origin), (CallerStanding::Alert, "hubsoft"));
    let [line] = &alert.alert.strata[..] else { panic!("{explained:?}") };
    assert_eq!(line.kinds, ["interface"]);
    assert!(line.answers >= 10 && line.confirmed == line.answers, "{line:?}");
    let other = sim.unaffected_callers(&[outage.alert], 1, 1).remove(0);
    let is_expected = |outlook: &Outlook| outlook.class == Some(OutlookClass::Expected);
    let explained = outage.when(&other.phone, is_expected).await;
    assert_eq!(explained.caller.alerts[0].standing, CallerStanding::NoAlert);

    let (code, printed) = bina(&outage.program, &["lookup", &affected.phone, "--explain"]);
    assert_eq!(code, 0, "{printed}");
    for part in [
        "service     answers at once, from the directory and the evidence below".to_owned(),
        "directory   1 customer has this number".to_owned(),
        format!("alert       {} (HubSoft, ", outage.alert),
        "answer      status=found source=directory with an alert, nothing is played: no rule"
            .to_owned(),
        "the caller has it\nevidence    set interface: ".to_owned(),
        "changes     the alert's end".to_owned(),
    ] {
        assert!(printed.contains(&part), "{part}\n{printed}");
    }
    let (_, explanation) = outage.program.post("/v1/explain", &affected.phone).await;
    assert!(!explanation.contains("CANARINHO") && !explanation.contains(&affected.phone));
    let _ = fs::remove_dir_all(&outage.scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nothing_is_known_of_is_queried_first() {
    let outage = Outage::start("explain-unknown").await;
    outage.scene.sim.set_fault(Fault::HangUp);
    let explained = outage.explained("11987650000").await;
    assert_eq!(explained.caller.customers, 0);
    assert_eq!(explained.outlook.expect("a number").way, OutlookWay::Hubsoft);
    assert_eq!(explained.answer.status, "not_found", "the directory is whole");
    let (_, printed) = bina(&outage.program, &["lookup", "11987650000", "--explain"]);
    assert!(printed.contains("queries HubSoft"), "{printed}");
    assert!(printed.contains("directory   does not have this number"), "{printed}");
    let explained = outage.explained("1000").await;
    assert_eq!((explained.no_number.as_deref(), explained.outlook), (Some("short"), None));
    assert_eq!(explained.answer.status, "no_number");
    let _ = fs::remove_dir_all(&outage.scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn hubsoft_is_queried_on_request_only_and_the_rules_are_explained() {
    let phone = "37988887777";
    let ana = with_alert(customer(1, "Ana", phone), &[TEXT]);
    let sim = Sim::start(vec![ana]).await.expect("loopback");
    let rules = "[general]\nprompt = \"\"\n\
        [[rule]]\nname = \"luz\"\ntext = \"queda de energia\"\nplay = \"luz\"\n\
        [[rule]]\nname = \"fibra\"\ntext = [\"massiva\", \"rompimento*\"]\nplay = \"fibra\"\n\
        [prompts]\nluz = \"luz\"\nfibra = \"fibra\"\n";
    let settings = "[directory]\nenabled = false\n[alerts]\nenabled = false\n".to_owned() + rules;
    let program = Program::start("explain-rules", &sim, &settings);
    let explained = explanation(&program, phone).await;
    assert!(sim.lookups() == 0 && explained.rules.is_empty());
    assert!(explained.hubsoft.is_empty());
    let explained = explanation(&program, &format!("{phone}&query=1")).await;
    assert!(sim.lookups() > 0);
    // Both forms of the number are queried at once; either may be answered first.
    let step = explained.hubsoft.iter().find(|step| step.digits == phone.len());
    let step = step.expect("it was queried");
    assert!(step.own == 1 && step.failure.is_empty(), "{step:?}");
    let verdicts: Vec<_> = explained.rules.iter().map(|judged| &judged.verdict).collect();
    let by = vec!["rompimento*".to_owned()];
    assert_eq!(verdicts, [&RuleVerdict::NoText, &RuleVerdict::Chosen(by)]);
    assert_eq!((&*explained.answer.rule, &*explained.answer.source), ("fibra", "hubsoft"));
    assert!(
        program
            .get("/metrics")
            .await
            .contains("bina_calls_total{door=\"/v1/lookup\",status=\"found\"} 0")
    );
}

/// What `/v1/explain` returns; `number` may have further fields.
async fn explanation(program: &Program, number: &str) -> CallExplanation {
    let (status, body) = program.post("/v1/explain", number).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_running_service_the_command_says_what_is_not_shown() {
    let scene = Scene::before_start("explain-alone").await;
    let mut program = Program::start("explain-alone", &scene.sim, &settings(&scene.folder, ""));
    program.stop();
    let (code, printed) = bina(&program, &["lookup", "11987650000", "--explain"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("service     cannot reach bina at"), "{printed}");
    assert!(printed.contains("systemctl start bina"), "{printed}");
    let (code, printed) = bina(&program, &["lookup", "11987650000", "--explain", "--lang", "pt"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("serviço     o bina não responde em `127."), "{printed}");
    let _ = fs::remove_dir_all(&scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_place_that_is_listed_is_a_name_that_an_alert_takes() {
    let outage = Outage::start("explain-places").await;
    let mut listed = 0;
    for kind in ["city", "district", "equipment", "interface", "pop"] {
        let (code, printed) = bina(&outage.program, &["alert", "places", kind]);
        assert_eq!(code, 0, "{printed}");
        let places = printed.lines().skip(1).filter_map(|line| line.trim().split_once("  "));
        let places: Vec<_> = places.collect();
        assert!(!places.is_empty(), "{kind}: {printed}");
        for (customers, name) in places.iter().take(3) {
            let option = format!("--{kind}");
            let (code, added) =
                bina(&outage.program, &["alert", "add", "Teste", &option, name, "--for", "5m"]);
            assert_eq!(code, 0, "{kind} {name}: {added}");
            let noun = if *customers == "1" { "customer" } else { "customers" };
            assert!(added.contains(&format!("{customers} {noun} in this scope")), "{added}");
            listed += 1;
        }
        let (name, part) = (places[0].1, places[0].1.chars().take(4).collect::<String>());
        let (_, printed) = bina(&outage.program, &["alert", "places", kind, &part.to_uppercase()]);
        assert!(printed.contains(name), "{part}: {printed}");
    }
    assert!(listed >= 5);
    let (_, printed) = bina(&outage.program, &["alert", "places", "district", "no such one"]);
    assert_eq!(printed, "no district of this name: give less of it, or none\n");
    let (code, printed) = bina(&outage.program, &["alert", "places", "street"]);
    assert_eq!(code, 2);
    assert!(printed.contains("possible values: box, city, district, equipment"), "{printed}");
    let _ = fs::remove_dir_all(&outage.scene.folder);
}
