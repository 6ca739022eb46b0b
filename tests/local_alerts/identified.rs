//! Whom a local alert for a place concerns when the caller types a code: the customer with it, not who calls.

use serde_json::Value;
use tokio::time::{Duration, Instant, sleep};

use crate::program::{Program, bina};
use crate::scene::{CALLERS, Scene, settings};

const RULE: &str = "[prompts]\nqueda = \"queda\"\n[[rule]]\nname = \"queda\"\ntext = \"queda\"\nplay = \"queda\"\n\
    [identify]\ncaller_tries = 100\n";
const UNKNOWN: &str = "37999990000";
/// An alert is placed within moments; this is for a busy machine.
const PLACED_WITHIN: Duration = Duration::from_secs(20);

async fn answer(program: &Program, query: &str) -> Value {
    let body = program.ask(query).await;
    let (_, json) = body.split_once("\r\n\r\n").unwrap_or(("", &body));
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn of<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key].as_str().expect("a text")
}

/// A number and the code of its only customer, of whom the alert is, and of whom it is not.
async fn two_customers(program: &Program, scene: &Scene) -> [(String, String); 2] {
    let start = Instant::now();
    loop {
        let [mut placed, mut other] = [None, None];
        for phone in CALLERS.filter_map(|index| scene.population.phone(index)) {
            let answer = answer(program, &phone).await;
            let code = of(&answer, "codigo_cliente").to_owned();
            if of(&answer, "status") == "found" && !code.is_empty() {
                let slot = if of(&answer, "rule") == "queda" { &mut placed } else { &mut other };
                slot.get_or_insert((phone, code));
            }
        }
        if let (Some(placed), Some(other)) = (placed, other) {
            return [placed, other];
        }
        assert!(start.elapsed() < PLACED_WITHIN, "no two such customers");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_code_hears_of_the_place_of_its_customer() {
    let scene = Scene::before_start("alert-identified").await;
    let settings = format!("{}{RULE}", settings(&scene.folder, ""));
    let program = Program::start("alert-identified", &scene.sim, &settings);
    program.when(|status| status.generation.as_ref().is_some_and(|it| it.is_whole)).await;
    let add = ["alert", "add", "Queda", "--district", "Centro (Monte do Canário)", "--for", "2h"];
    let (code, added) = bina(&program, &add);
    assert_eq!(code, 0, "{added}");
    let [placed, other] = two_customers(&program, &scene).await;
    for (caller, code, rule) in [
        (UNKNOWN, &placed.1, "queda"),
        (UNKNOWN, &other.1, ""),
        // Where the caller himself is does not matter.
        (&placed.0, &other.1, ""),
        (&other.0, &placed.1, "queda"),
    ] {
        let answer = answer(&program, &format!("{caller}&codigo={code}")).await;
        assert_eq!((of(&answer, "status"), of(&answer, "rule")), ("found", rule), "{answer}");
    }
    let _ = std::fs::remove_dir_all(&scene.folder);
}
