//! Whom an alert reaches: the customers of its places in the directory, and nobody else.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use bina::domain::call::Did;
use bina::sources::alerts::{
    ActiveAlert, AlertRequest, LocalAlertError, LocalAlerts, LocalSource, PlaceNameError, Reach,
    RequestContext,
};
use bina::sources::directory::{DirectoryView, PlaceKind};
use serde_json::Value;

use crate::kept::NOW_S;
use crate::scene::Scene;

fn context(scene: &Scene) -> RequestContext {
    let view = scene.app().service.app().directory().and_then(|directory| directory.view());
    RequestContext { now_s: NOW_S, from: Ipv4Addr::LOCALHOST.into(), view }
}

fn request() -> AlertRequest {
    AlertRequest { text: "Rompimento de fibra".to_owned(), ..AlertRequest::default() }
}

/// The codes of the customers whom an alert reaches by its places.
fn reached(active: &ActiveAlert, view: &DirectoryView) -> BTreeSet<String> {
    let Reach::Local(reach) = &active.reach else { panic!("{active:?}") };
    reach.rows.iter().filter_map(|row| view.customer(*row)).map(|it| it.code()).collect()
}

/// Every customer's code, and the services that the list has of him.
fn customers(scene: &Scene) -> Vec<(String, Vec<Value>)> {
    let services = |index| {
        let customer = scene.population.customer(index);
        let services = customer["servicos"].as_array().cloned().unwrap_or_default();
        let is_listed = |service: &Value| service["status_prefixo"] != "cancelado";
        services.into_iter().filter(is_listed).collect()
    };
    let all = 0..scene.population.customers;
    all.map(|index| (scene.population.code(index).to_string(), services(index))).collect()
}

fn folded(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_lowercase()
}

fn is_at(service: &Value, kind: PlaceKind, path: &[String]) -> bool {
    match (kind, path) {
        (PlaceKind::Box, [name]) => folded(&service["porta_atendimento"]["equipamento"]) == *name,
        (PlaceKind::Interface, [name, device, address]) => {
            folded(&service["interface"]["nome"]) == *name
                && folded(&service["equipamento_conexao"]["nome"]) == *device
                && folded(&service["equipamento_conexao"]["ipv4"]) == *address
        }
        _ => panic!("{path:?}"),
    }
}

/// Adds an alert for a place, and reads whom it reaches; nobody if the name is refused as a double.
fn reached_at(
    alerts: &LocalAlerts,
    context: &RequestContext,
    kind: PlaceKind,
    path: &[String],
) -> Option<BTreeSet<String>> {
    let names = vec![path.join(", ")];
    let wanted = match kind {
        PlaceKind::Box => AlertRequest { boxes: names, ..request() },
        _ => AlertRequest { interfaces: names, ..request() },
    };
    let change = match alerts.add(&wanted, context) {
        Err(LocalAlertError::Place(PlaceNameError::Doubled { .. })) => return None,
        other => other.unwrap_or_else(|error| panic!("{path:?}: {error}")),
    };
    let view = context.view.as_ref().expect("it was read");
    let active = alerts.active(NOW_S, Some(view)).pop().expect("it was added");
    let found = reached(&active, view);
    assert_eq!(change.alert.customers, Some(found.len() as u64), "{path:?}");
    alerts.end(&change.alert.id, "ana", context).expect("it is active");
    Some(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_reaches_the_customers_of_its_places_and_nobody_else() {
    let scene = Scene::start("places").await;
    scene.walked().await;
    let (app, context, customers) = (scene.app().service.app(), context(&scene), customers(&scene));
    let view = context.view.clone().expect("it was read");
    for kind in [PlaceKind::Box, PlaceKind::Interface] {
        let (mut seen, mut doubles) = (BTreeSet::new(), 0);
        for path in view.known_places(kind).paths {
            let found = reached_at(app.local_alerts(), &context, kind, &path);
            let Some(found) = found else {
                doubles += 1;
                continue;
            };
            let is_there = |services: &[Value]| services.iter().any(|it| is_at(it, kind, &path));
            let expected = customers.iter().filter(|(_, services)| is_there(services));
            assert_eq!(found, expected.map(|(code, _)| code.clone()).collect(), "{path:?}");
            seen.extend(found);
        }
        assert!(seen.len() > 850 && doubles < 10, "{kind:?}: {} customers, {doubles}", seen.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_state_of_the_directory_is_scanned_again() {
    let scene = Scene::start("states").await;
    scene.walked().await;
    let app = scene.app().service.app();
    let before = context(&scene);
    let wanted = AlertRequest { pops: vec!["pop 000".to_owned()], ..request() };
    let added = app.local_alerts().add(&wanted, &before).expect("added");
    let count = |context: &RequestContext| {
        app.local_alerts().list(NOW_S, context.view.as_ref()).alerts[0].customers
    };
    assert_eq!(count(&before), added.alert.customers);
    assert_eq!(scene.post("/v1/forget", &scene.phone()).await.0, 200);
    assert_eq!(count(&context(&scene)), added.alert.customers.map(|customers| customers - 1));
    let active = app.local_alerts().active(NOW_S, None);
    let Reach::Local(reach) = &active[0].reach else { panic!("{active:?}") };
    assert!(reach.rows.is_empty(), "without a directory");
}

#[test]
fn called_numbers_and_everyone_need_no_directory() {
    let alerts = LocalAlerts::open(Default::default(), NOW_S);
    let from = Ipv4Addr::LOCALHOST.into();
    let context = RequestContext { now_s: NOW_S, from, view: None };
    let wanted = AlertRequest { dids: vec!["(37) 3222-1234".to_owned()], ..request() };
    let change = alerts.add(&wanted, &context).expect("added");
    assert!(
        change.message.contains("callers of called number (37) 3222-1234 hear it"),
        "{change:?}"
    );
    alerts.add(&AlertRequest { everyone: true, ..request() }, &context).expect("added");
    let active = alerts.active(NOW_S, None);
    let [Reach::Local(number), Reach::Local(everyone)] = [&active[0].reach, &active[1].reach]
    else {
        panic!("{active:?}");
    };
    assert_eq!(number.dids, [Did::new("+553732221234").expect("a number")]);
    assert!(!number.is_everyone && everyone.is_everyone && everyone.rows.is_empty());
}
