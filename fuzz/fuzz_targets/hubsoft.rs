//! HubSoft's answers: any bytes are customers who have the number, none, or a failure.

#![no_main]

use bina::domain::answer::{AlertFacts, Answer, FIELDS, Pbx};
use bina::domain::finding::{AlertCertainty, AnswerSource, Finding};
use bina::domain::phone::Phone;
use bina::domain::prompt::Choice;
use bina::sources::hubsoft::{Wanted, conclude};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let phone = Phone::parse("37988242968", None).expect("a number");
    let wanted = Wanted { ultima_conexao: true, ..Wanted::default() };
    let Ok(record) = conclude(body, &phone, &wanted) else { return };
    let _ = record.weight();
    let (source, alerts) = (AnswerSource::Hubsoft, AlertCertainty::Certain);
    let finding = Finding::Found { record, source, alerts };
    let answer = Answer::new(Some(phone), &finding, &Choice::default(), AlertFacts::default());
    for field in &FIELDS {
        let value = field.value(&answer, Pbx::Freeswitch);
        let safe = |c: char| c.is_alphanumeric() || " ._/+-".contains(c);
        assert!(value.chars().all(safe), "{}: {value:?}", field.key);
    }
});
