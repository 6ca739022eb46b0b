//! Every format of every kind of answer, byte for byte; `UPDATE_GOLDEN=1` writes the files anew.

mod formats;

use std::fs;
use std::path::PathBuf;

use bina::answering::render::{Format, Freeswitch, Handback, Play, render};
use bina::domain::alert_text::AlertText;
use bina::domain::answer::{Answer, FIELDS, Pbx};
use bina::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use bina::domain::phone::{NoNumber, Phone};
use bina::domain::reported::ReportedCustomer;
use bina::sources::reasons;
use formats::{actions, allowed, answer, fields_of, found, hedged_answer, local_answer, whole};
use proptest::prelude::*;

/// The nastiest strings both PBXs are known to be hurt by, in one name.
const HOSTILE: &str = "${SYSTEM(id)} $[1+1] \"aspas\" 'apos' \\barra; Set(X=1) , | & \
    <action application=\"system\" data=\"id\"/> ]]> <!--#set \"a=b\"--> x):System(touch x) \
    X-PRE-PROCESS $${hold_music} %{x} ARRAY::a|:b ^^:x:y \r\nHANGUP\n\0\u{7}\u{1b}[31m \
    \u{202e}OTNEMAGAP\u{202c} 😀🇧🇷 e\u{301} \u{feff}\u{2028} %0a %2522 ../../etc/passwd";

/// The only numbers FreeSWITCH hands on: one plain word.
const ONE_WORD: &str = r"^[A-Za-z0-9+*#][A-Za-z0-9+*#@_.;=-]*\z";

fn customer(name: &str, text: Option<&str>) -> ReportedCustomer {
    ReportedCustomer {
        id: "11201".into(),
        code: "421".into(),
        name: name.into(),
        alert: text.map(|text| AlertText::new(text).into_iter().collect()),
        service_status: Some("servico_habilitado".into()),
        connected: Some(true),
        ..ReportedCustomer::default()
    }
}

fn cases() -> Vec<(&'static str, Answer)> {
    let text = "Existe um rompimento de fibra no bairro Centro, na cidade Divinópolis";
    let alerted = customer("GUILHERME SILVA", Some(text));
    let quiet = customer("JOÃO D'ÁVILA & CIA", None);
    let hostile = ReportedCustomer {
        id: "1;2".into(),
        code: "${x}".into(),
        service_status: Some("a\"b".into()),
        ..customer(HOSTILE, Some(HOSTILE))
    };
    let unavailable = Finding::Unavailable(reasons::CONNECT.failure());
    let phone = Phone::parse("37988242968", None).expect("a number");
    vec![
        ("found_alert", answer(&found(vec![alerted.clone()]))),
        ("found_quiet", answer(&found(vec![quiet.clone()]))),
        ("hedged", hedged_answer(&found(vec![quiet.clone()]))),
        ("hostile", answer(&found(vec![hostile]))),
        ("local_found", local_answer(None, &found(vec![quiet.clone()]))),
        ("local_no_number", local_answer(None, &Finding::NoNumber(NoNumber::Anonymous))),
        ("local_unavailable", local_answer(Some(phone), &unavailable)),
        ("no_number", answer(&Finding::NoNumber(NoNumber::Anonymous))),
        ("nobody", answer(&Finding::NotFound(AnswerSource::Cache))),
        ("several", answer(&found(vec![quiet, alerted]))),
        ("unavailable", answer(&unavailable)),
    ]
}

#[test]
fn every_format_writes_every_case_as_in_its_golden_file() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for (case, answer) in cases() {
        for (name, format) in Format::VALUES {
            let file = folder.join(format!("{case}.{name}"));
            let body = render(format, &answer, &Freeswitch::default()).body;
            if update {
                fs::write(&file, &body).expect("the folder is there");
            }
            if fs::read_to_string(&file).unwrap_or_default() != body {
                wrong.push(format!("{}\n{body}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these differ:\n{}", wrong.join("\n\n"));
}

#[test]
fn every_golden_file_belongs_to_a_case_and_a_format() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let count = fs::read_dir(folder).expect("the folder is there").count();
    assert_eq!(count, cases().len() * Format::VALUES.len());
}

#[test]
fn an_expired_alert_is_silent_and_the_customer_is_still_named() {
    let customer = customer("ANA", Some("rompimento"));
    let record = Record::new(vec![customer]);
    let stale =
        Finding::Found { record, source: AnswerSource::Stale, alerts: AlertCertainty::Expired };
    let body = render(Format::Hash, &answer(&stale), &Freeswitch::default()).body;
    assert!(body.starts_with("status=found&source=stale&alerta=0&prompt=&rule=&route=&nome=ANA"));
    assert!(body.contains("&mensagem=&avisado=0&previsao=&matches=1&"));
}

#[test]
fn an_alert_of_the_administrators_own_reaches_callers_of_any_status() {
    for (finding, status) in [
        (Finding::NoNumber(NoNumber::Anonymous), "no_number"),
        (Finding::NotFound(AnswerSource::Hubsoft), "not_found"),
        (Finding::Unavailable(reasons::DEADLINE.failure()), "unavailable"),
        (found(vec![customer("", None)]), "found"),
    ] {
        let body = render(Format::Hash, &local_answer(None, &finding), &Freeswitch::default()).body;
        let head = format!("status={status}&source=local&alerta=1&prompt=bina/rompimento-fibra");
        assert!(body.starts_with(&head), "{body}");
        let tail = "&mensagem=Queda%20geral%20na%20cidade&avisado=1&previsao=2026-11-30_18h00&";
        assert!(body.contains("&rule=aviso-geral&route=suporte&nome=&") && body.contains(tail));
    }
}

#[test]
fn a_hedged_prompt_is_played_without_an_alert_and_to_found_customers_only() {
    let written = |finding| render(Format::Hash, &hedged_answer(&finding), &Freeswitch::default());
    let body = written(found(vec![customer("ANA", None)])).body;
    assert!(body.starts_with("status=found&source=hubsoft&alerta=0&prompt=bina/rompimento-fibra"));
    assert!(body.contains("&rule=&route=&nome=ANA&"), "{body}");
    let body = written(Finding::NotFound(AnswerSource::Hubsoft)).body;
    assert!(body.contains("&alerta=0&prompt=&"), "{body}");
}

#[test]
fn the_dialplan_plays_only_with_the_setting() {
    let alerted = answer(&found(vec![customer("ANA", Some("x"))]));
    let quiet = answer(&found(vec![customer("ANA", None)]));
    let written = |answer, play| {
        let dialplan = Freeswitch { play, ..Freeswitch::default() };
        render(Format::Dialplan, answer, &dialplan).body
    };
    for (play, answers, plays) in
        [(Play::Never, false, false), (Play::Early, false, true), (Play::Answer, true, true)]
    {
        let body = written(&alerted, play);
        assert_eq!(body.contains("application=\"answer\""), answers);
        assert_eq!(body.contains("application=\"playback\""), plays);
        assert!(!written(&quiet, play).contains("playback"));
        assert!(!written(&quiet, play).contains("\"answer\""));
    }
}

#[test]
fn httapi_plays_only_with_the_setting_and_always_breaks_at_the_end() {
    let alerted = answer(&found(vec![customer("ANA", Some("x"))]));
    let quiet = answer(&found(vec![customer("ANA", None)]));
    let work = |answer, play| {
        let freeswitch = Freeswitch { play, ..Freeswitch::default() };
        let body = render(Format::Httapi, answer, &freeswitch).body;
        let names = formats::elements(&body).into_iter().map(|element| element.name);
        names.skip_while(|name| name != "work").skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(work(&alerted, Play::Never), "break");
    assert_eq!(work(&alerted, Play::Early), "playback break");
    assert_eq!(work(&alerted, Play::Answer), "execute pause playback break");
    for play in [Play::Never, Play::Early, Play::Answer] {
        assert_eq!(work(&quiet, play), "break");
    }
}

#[test]
fn a_plain_answer_is_one_word_or_the_name() {
    let written = |answer: &Answer| {
        let body = |format| render(format, answer, &Freeswitch::default()).body;
        [body(Format::Cid), body(Format::Route), body(Format::Match)]
    };
    let alerted = answer(&found(vec![customer("ANA D'ÁVILA", Some("x"))]));
    assert_eq!(written(&alerted), ["ANA D ÁVILA", "suporte", "1"]);
    let quiet = answer(&found(vec![customer("ANA", None)]));
    assert_eq!(written(&quiet), ["ANA", "none", "1"]);
    let several = answer(&found(vec![customer("ANA", None), customer("EVA", None)]));
    assert_eq!(written(&several), ["", "none", "1"]);
    for finding in [
        Finding::NotFound(AnswerSource::Hubsoft),
        Finding::NoNumber(NoNumber::Anonymous),
        Finding::Unavailable(reasons::DEADLINE.failure()),
    ] {
        assert_eq!(written(&answer(&finding)), ["", "none", "0"]);
    }
}

#[test]
fn the_call_can_go_on_in_a_file_without_a_second_request() {
    let handback =
        Handback { context: "ura".into(), file: Some("/etc/freeswitch/bina-ura.xml".into()) };
    let dialplan = Freeswitch { handback, ..Freeswitch::default() };
    let body = render(Format::Dialplan, &answer(&found(vec![])), &dialplan).body;
    let transfer = transfer_of(&body);
    assert_eq!(transfer, "${destination_number} XML:/etc/freeswitch/bina-ura.xml ura");
}

/// FreeSWITCH splits what it transfers to at spaces and quotes, and a caller may dial both: the
/// number `'system:touch /x' inline x` would run a command, `1000 XML default` choose a context.
#[test]
fn a_call_goes_on_only_to_a_number_that_is_one_plain_word() {
    let body = render(Format::Dialplan, &answer(&found(vec![])), &Freeswitch::default()).body;
    let condition = format!("<condition field=\"destination_number\" expression=\"{ONE_WORD}\">");
    assert_eq!(body.matches("<condition").count(), 1);
    assert!(body.contains(&condition), "{body}");
}

fn transfer_of(body: &str) -> String {
    actions(body).into_iter().find(|(name, _)| name == "transfer").expect("a transfer").1
}

#[test]
fn every_answer_of_every_format_has_every_field_in_order_within_its_alphabet() {
    for (case, answer) in cases() {
        for (name, format) in whole() {
            let fields = fields_of(format, &render(format, &answer, &Freeswitch::default()).body);
            let keys: Vec<_> = fields.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(keys, FIELDS.map(|field| field.key), "{case} {name}");
            for (key, value) in &fields {
                assert!(allowed(key, value), "{case} {name}: {key}={value}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_byte_outside_the_allowed_set_ever_leaves(
        name in "\\PC{0,300}|[\\x00-\\x7f]{0,300}|.{0,80}",
        text in "\\PC{0,600}|[\\x00-\\x7f]{0,600}",
        id in ".{0,30}|[0-9]{0,30}",
        status in ".{0,80}|[a-z_]{0,80}",
    ) {
        let odd = ReportedCustomer { id: id.clone(), code: id, service_status: Some(status), ..customer(&name, Some(&text)) };
        let answer = answer(&found(vec![odd]));
        for (format_name, format) in whole() {
            let body = render(format, &answer, &Freeswitch::default()).body;
            let fields = fields_of(format, &body);
            prop_assert_eq!(fields.len(), FIELDS.len());
            for (key, value) in &fields {
                prop_assert!(allowed(key, value), "{} {}={:?}", format_name, key, value);
            }
            let body = body.replace(ONE_WORD, "");
            prop_assert!(!body.contains(['\0', '\u{1b}', '\r', '\\']), "{}", body);
        }
        let cid = render(Format::Cid, &answer, &Freeswitch::default()).body;
        prop_assert!(allowed("nome", &cid), "{}", cid);
        let hash = render(Format::Hash, &answer, &Freeswitch::default()).body;
        prop_assert!(hash.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./%&=".contains(&b)));
        let decoded: usize = FIELDS.iter().map(|f| f.key.len() + 2 + f.value(&answer, Pbx::Asterisk).len()).sum();
        prop_assert!(decoded < 4_000, "Asterisk cuts at 4,095 bytes");
        prop_assert!(hash.len() < 4_000, "the snippet reads it encoded");
    }

    #[test]
    fn every_line_of_a_document_survives_freeswitchs_line_reader(name in ".{0,200}|[<?!$A-Z-]{0,200}") {
        let answer = answer(&found(vec![customer(&name, Some(&name))]));
        let written = |format| render(format, &answer, &Freeswitch::default()).body;
        for line in written(Format::Dialplan).lines() {
            prop_assert!(line.matches('<').count() <= 1, "one element a line: {}", line);
        }
        let both = written(Format::Dialplan) + &written(Format::Httapi);
        for line in both.lines() {
            for trap in ["<?", "<include>", "</include>", "$${", "<!--"] {
                prop_assert!(!line.contains(trap), "{}", line);
            }
            prop_assert!(!line.to_uppercase().contains("X-PRE-PROCESS"), "{}", line);
        }
    }
}

#[test]
fn a_pbx_does_not_receive_the_reason() {
    let late = answer(&Finding::Unavailable(reasons::DEADLINE.failure()));
    let never = answer(&Finding::Unavailable(reasons::CONNECT.failure()));
    for (_, format) in Format::VALUES {
        let written = |answer| render(format, answer, &Freeswitch::default());
        assert_eq!(written(&late), written(&never));
    }
}
