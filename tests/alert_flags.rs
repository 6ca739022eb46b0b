//! Whether an alert is on, in each of the ways in which its flag may be written.

use bina::domain::phone::Phone;
use bina::sources::hubsoft::{Wanted, conclude};

const PHONE: &str = "37999990001";

/// Whether the alert is on when `alerta` is written like this, with texts written like that.
fn alerted(flag: &str, texts: &str) -> bool {
    let customer =
        format!(r#"{{"telefone_primario":"{PHONE}","alerta":{flag},"alerta_mensagens":{texts}}}"#);
    let body = format!(r#"{{"status":"success","clientes":[{customer}]}}"#);
    let phone = Phone::parse(PHONE, None).expect("a number");
    let record = conclude(body.as_bytes(), &phone, &Wanted::default()).expect(&body);
    record.customers()[0].alerted()
}

fn check(flags: &[&str], with_text: bool, without: bool) {
    for flag in flags {
        assert_eq!(alerted(flag, r#"["texto"]"#), with_text, "{flag} with a text");
        assert_eq!(alerted(flag, "[]"), without, "{flag} without a text");
        assert_eq!(alerted(flag, r#"["  "]"#), without, "{flag} with a blank text");
    }
}

#[test]
fn affirmative_flags_are_on_with_and_without_a_text() {
    let flags = [
        "true",
        "1",
        "1.0",
        "2",
        "7",
        "-1",
        "0.5",
        "1e3",
        "\"1\"",
        "\"1.0\"",
        "\"01\"",
        "\"1,0\"",
        "\"2\"",
        "\"true\"",
        "\"TRUE\"",
        "\"t\"",
        "\"T\"",
        "\"sim\"",
        "\"SIM\"",
        "\" Sim \"",
        "\"s\"",
        "\"S\"",
        "\" s\\n\"",
        "\"yes\"",
        "\"Yes\"",
        "\"y\"",
        "\"Y\"",
        "\"on\"",
        "\"ON\"",
        "\"v\"",
        "\"verdadeiro\"",
        "\"ativo\"",
        "\"ATIVA\"",
        "\"ativado\"",
        "\"habilitado\"",
        "\"ligada\"",
        "\"Ligado\"",
        "\"active\"",
        "\"enabled\"",
        "[1]",
        "[true]",
        "[\"S\"]",
        "{\"ativo\":true}",
        "{\"ativo\":\"sim\"}",
        "{\"ATIVO\":1}",
        "{\"0\":1}",
        "{\"enabled\":\"yes\"}",
    ];
    check(&flags, true, true);
}

const NO: &[&str] = &[
    "false",
    "0",
    "0.0",
    "-0",
    "-0.0",
    "0e5",
    "null",
    "[]",
    "{}",
    "\"\"",
    "\"  \"",
    "\"0\"",
    "\"0.0\"",
    "\"0,0\"",
    "\"00\"",
    "\"-0\"",
    "\"false\"",
    "\"FALSE\"",
    "\"f\"",
    "\"F\"",
    "\"nao\"",
    "\"não\"",
    "\"NÃO\"",
    "\"n\"",
    "\"N\"",
    "\" n \"",
    "\"no\"",
    "\"No\"",
    "\"off\"",
    "\"OFF\"",
    "\"falso\"",
    "\"inativo\"",
    "\"Inativa\"",
    "\"desativado\"",
    "\"desabilitado\"",
    "\"null\"",
    "\"NULL\"",
    "\"none\"",
    "\"nulo\"",
    "\"undefined\"",
    "\"falsa\"",
    "\"nenhuma\"",
    "\"desligada\"",
    "\"disabled\"",
    "\"inactive\"",
    "\"-\"",
    "\"N/A\"",
    "\"cancelado\"",
    "\"cancelada\"",
    "\"encerrado\"",
    "\"encerrada\"",
    "\"Nula\"",
    "\"vazia\"",
    "\"Concluído\"",
    "\"resolvida\"",
    "[0]",
    "[false]",
    "[\"N\"]",
    "[null]",
    "{\"ativo\":false}",
    "{\"ativo\":\"N\"}",
    "{\"ativo\":null}",
    "{\"0\":0}",
    "{\"status\":\"inativo\"}",
];

#[test]
fn negative_flags_are_off_with_and_without_a_text() {
    check(NO, false, false);
    assert!(!alerted("false,\"x\":1", r#"["texto"]"#));
}

#[test]
fn an_unreadable_flag_follows_the_texts() {
    let flags = [
        "\"talvez\"",
        "\"xyz\"",
        "\"nan\"",
        "\"inf\"",
        "\"1x\"",
        "\"sim e nao\"",
        "[1,2]",
        "[0,0]",
        "[[1]]",
        "[{}]",
        "{\"a\":1}",
        "{\"ativo\":true,\"b\":1}",
        "{\"ativo\":[1]}",
        "{\"ativo\":\"talvez\"}",
    ];
    check(&flags, true, false);
}

#[test]
fn a_missing_flag_is_off() {
    let body = format!(
        r#"{{"status":"success","clientes":[{{"telefone_primario":"{PHONE}","alerta_mensagens":["texto"]}}]}}"#
    );
    let phone = Phone::parse(PHONE, None).expect("a number");
    let record = conclude(body.as_bytes(), &phone, &Wanted::default()).expect("a success");
    assert!(!record.customers()[0].alerted());
}
