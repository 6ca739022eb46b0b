//! Rules against alerts that many calls share: what an alert caches never changes a choice.

use std::sync::Arc;

use bina::domain::alert::Alert;
use bina::domain::alert_text::AlertText;
use bina::domain::call::Did;
use bina::domain::found::FoundCustomer;
use bina::domain::prompt::{Phrase, Rule, Rules};
use bina::domain::reported::ReportedCustomer;
use proptest::prelude::*;
use proptest::sample::select;

const TEXTS: [&str; 5] =
    ["Rompimento no Centro", "Rompimento resolvido", "Boleto em aberto", "POP 12 fora", "!!!"];
const PHRASES: [&str; 6] = ["rompimento", "boleto*", "pop 12", "centro", "resolvid*", "*"];
const STATUSES: [&str; 2] = ["servico_habilitado", "suspenso_debito"];

fn phrases(most: usize) -> impl Strategy<Value = Vec<Phrase>> {
    let read = |phrases: Vec<&str>| phrases.into_iter().flat_map(Phrase::parse).collect();
    prop::collection::vec(select(&PHRASES[..]), 0..=most).prop_map(read)
}

fn rule() -> impl Strategy<Value = Rule> {
    let exception = select(vec![None, None, Some("resolvid*"), Some("centro")]);
    let status = select(vec![None, None, Some(STATUSES[0]), Some(STATUSES[1])]);
    let did = select(vec![None, None, Some("3732221234"), Some("3732225678")]);
    (phrases(2), phrases(1), exception, status, did).prop_map(
        |(text, also, exception, status, did)| Rule {
            text,
            also,
            except: exception.into_iter().flat_map(Phrase::parse).collect(),
            service_status: status.into_iter().map(str::to_owned).collect(),
            did: did.into_iter().filter_map(Did::new).collect(),
            expose: true,
            ..Rule::default()
        },
    )
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let named = |(at, rule)| Rule { name: format!("r{at}").into(), ..rule };
    let named = move |list: Vec<Rule>| list.into_iter().enumerate().map(named).collect();
    prop::collection::vec(rule(), 0..6).prop_map(named)
}

/// What is reported of one customer: the texts if there is an alert, and the status.
type StoredCustomer = (Option<Vec<&'static str>>, &'static str);

fn stored_customer() -> impl Strategy<Value = StoredCustomer> {
    let texts = prop::collection::vec(select(&TEXTS[..]), 0..4);
    (prop::option::weighted(0.8, texts), select(&STATUSES[..]))
}

fn customer(texts: Option<&[&str]>, status: &str) -> FoundCustomer {
    let read = |texts: &[&str]| texts.iter().filter_map(|text| AlertText::new(text)).collect();
    FoundCustomer::new(ReportedCustomer {
        alert: texts.map(read),
        service_status: Some(status.to_owned()),
        ..ReportedCustomer::default()
    })
}

/// The name of the rule and the text, of the first rule that by itself chooses for a customer with
/// one text that is new.
fn expected(
    list: &[Rule],
    stored_customer: &[StoredCustomer],
    did: Option<&Did>,
) -> Option<(String, String)> {
    list.iter().find_map(|rule| {
        let alone = Rules::new(vec![rule.clone()], None);
        stored_customer.iter().find_map(|(texts, status)| {
            let texts = texts.as_ref()?;
            let none = texts.is_empty().then_some(&[][..]);
            let mut one_by_one = texts.chunks(1).chain(none);
            let text = one_by_one
                .find(|text| alone.choose(&[customer(Some(text), status)], did).rule.is_some())?;
            let text = text.first().map_or("", |text| text);
            Some((rule.name.to_string(), text.to_owned()))
        })
    })
}

fn chosen(rules: &Rules, found: &[FoundCustomer], did: Option<&Did>) -> Option<(String, String)> {
    let choice = rules.choose(found, did);
    let text = choice.message.map_or("", Alert::reveal);
    choice.rule.map(|rule| (rule.to_string(), text.to_owned()))
}

proptest! {
    #[test]
    fn what_an_alert_caches_never_changes_a_choice(
        before in rules(),
        after in rules(),
        customers in prop::collection::vec(stored_customer(), 1..4),
    ) {
        let found: Vec<_> =
            customers.iter().map(|(texts, status)| customer(texts.as_deref(), status)).collect();
        let dids = [None, Did::new("3732221234"), Did::new("3732225678")];
        let (one, other) = (Rules::new(before.clone(), None), Rules::new(after.clone(), None));
        // Twice, and one set of rules after the other, as calls are answered during a reload.
        for did in dids.iter().chain(&dids) {
            let did = did.as_ref();
            prop_assert_eq!(chosen(&one, &found, did), expected(&before, &customers, did));
            prop_assert_eq!(chosen(&other, &found, did), expected(&after, &customers, did));
        }
    }
}

#[test]
fn a_hundred_customers_with_one_alert_are_matched_with_one_search() {
    let texts = ["Rompimento no Centro"];
    let first = customer(Some(&texts), STATUSES[0]);
    let alert = first.alerts().next().expect("a text");
    let carriers: Vec<_> = (0..100)
        .map(|_| customer(Some(&texts), STATUSES[0]).map_alerts(|_| Arc::clone(alert)))
        .collect();
    let text = Phrase::parse("rompimento").into_iter().collect();
    let rules = Rules::new(vec![Rule { text, ..Rule::default() }], None);
    assert!(
        carriers.iter().all(|one| rules.choose(std::slice::from_ref(one), None).rule.is_some())
    );
    let searched = || panic!("it was searched for again");
    assert_eq!(alert.first_rule(rules.id(), searched), Some(0));
}
