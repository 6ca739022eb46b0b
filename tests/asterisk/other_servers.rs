//! Other servers at bina's address, and truncated answers, through every snippet.

use std::time::Duration;

use crate::calls::Call;
use crate::other_server::{Behaviour, HOLD, cut_page, page, stand, written};
use crate::pbx::asterisk;
use crate::record::{Problems, Record};
use crate::snippets::{SNIPPETS, Snippet, Speech, each};
use crate::{ALERT, SLACK};

/// An answer whose prompt would be played if it were accepted.
const WHOLE: [(&str, &str); 17] = [
    ("status", "found"),
    ("source", "hubsoft"),
    ("alerta", "1"),
    ("prompt", "bina/aviso-geral"),
    ("rule", "r"),
    ("route", "suporte"),
    ("nome", "JOÃO LUZ"),
    ("codigo_cliente", "1"),
    ("id_cliente", "1"),
    ("servico_status", "x"),
    ("conectado", "1"),
    ("mensagem", "x"),
    ("avisado", "1"),
    ("previsao", "18h00"),
    ("matches", "1"),
    ("telefone", "37999990001"),
    ("end", "1"),
];

#[test]
fn an_answer_that_is_foreign_or_truncated_is_rejected() {
    let Some(asterisk) = asterisk() else { return };
    let calls = each(|snippet| {
        let call =
            |(name, manner)| Call::from(ALERT, snippet, &stand(snippet.speech, manner)).named(name);
        other_servers(snippet.speech).into_iter().map(call).collect::<Vec<_>>()
    });
    let calls = asterisk.place(&calls);
    let mut problems = Problems::default();
    for snippet in &SNIPPETS {
        // Where Asterisk has no limit, the other server decides.
        let hold_max = snippet.hold_max.unwrap_or(HOLD);
        let own = |call: &&Record| call.name.starts_with(&format!("{}:", snippet.context));
        let own: Vec<_> = calls.iter().filter(own).collect();
        for call in &own {
            call.is_neutral(&mut problems);
            call.went_on_untouched(&mut problems);
            call.took_at_most(hold_max + SLACK, &mut problems);
        }
        let longest = own.iter().map(|call| call.took()).max();
        println!("{snippet}: {} other servers, held {longest:?} at the most", own.len());
    }
    problems.none();
}

/// What may stand at bina's address.
fn other_servers(speech: Speech) -> Vec<(&'static str, Behaviour)> {
    let mut other_servers = vec![
        ("silent", Behaviour::SayAndHold(vec![])),
        ("closes at once", Behaviour::Close),
        ("resets", Behaviour::Reset),
        ("speaks another protocol", Behaviour::Say(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())),
        ("a megabyte of broken UTF-8", Behaviour::Say(broken_megabyte())),
        ("500 with a body", Behaviour::Say(page("500 No", "alerta=1&prompt=bina/aviso-geral"))),
        ("404", Behaviour::Say(page("404 No", "not found"))),
        ("redirects", Behaviour::Say(b"HTTP/1.1 302 No\r\nLocation: /x\r\n\r\n".to_vec())),
        ("empty", Behaviour::Say(page("200 OK", ""))),
        ("a megabyte without a field", Behaviour::Say(page("200 OK", &"A".repeat(1_000_000)))),
    ];
    let whole = written(speech, &WHOLE);
    other_servers.extend(match speech {
        Speech::Agi => agi_servers(&whole),
        Speech::Hash => hash_servers(&whole),
        Speech::Json => json_servers(&whole),
    });
    other_servers
}

fn broken_megabyte() -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".to_vec();
    bytes.extend(vec![0xE9; 1_000_000]);
    bytes
}

/// Those that begin an HTTP answer and do not end it.
fn truncating_servers(whole: &str) -> Vec<(&'static str, Behaviour)> {
    let cut = |kept| cut_page("200 OK", whole, kept);
    vec![
        ("cut body, closes", Behaviour::Say(cut(100))),
        ("cut body, holds", Behaviour::SayAndHold(cut(100))),
        ("cut by one byte", Behaviour::Say(cut(whole.len() - 1))),
        ("cut by one byte, holds", Behaviour::SayAndHold(cut(whole.len() - 1))),
        ("drips", Behaviour::Drip(page("200 OK", whole))),
    ]
}

fn hash_servers(whole: &str) -> Vec<(&'static str, Behaviour)> {
    let ok = |body: &str| Behaviour::Say(page("200 OK", body));
    let longer = format!("nome={}&{whole}", "A".repeat(4_000));
    let fields: Vec<_> = (0..300).map(|field| format!("field{field}=1")).collect();
    let mut other_servers = truncating_servers(whole);
    other_servers.extend([
        ("500 with a page", Behaviour::Say(page("500 No", "<a href=\"?x=1&end=1\">(oops</a>"))),
        ("longer than Asterisk reads", ok(&longer)),
        ("300 fields", ok(&format!("{}&{whole}", fields.join("&")))),
        ("end=0", ok(&whole.replace("end=1", "end=0"))),
        ("end=10", ok(&format!("{whole}0"))),
        ("end is 1 and more", ok(&format!("{whole}):0:1"))),
        ("end not last", ok(&format!("end=1&{}", whole.replace("&end=1", "")))),
        ("quotes in it", ok(&format!("x=\"a\"&{whole}"))),
        ("JSON", ok(&written(Speech::Json, &WHOLE))),
    ]);
    other_servers
}

fn json_servers(whole: &str) -> Vec<(&'static str, Behaviour)> {
    let ok = |body: &str| Behaviour::Say(page("200 OK", body));
    let longer = whole.replacen('{', &format!("{{\"x\":\"{}\",", "A".repeat(4_000)), 1);
    let mut other_servers = truncating_servers(whole);
    other_servers.extend([
        ("longer than Asterisk reads", ok(&longer)),
        ("end is 0", ok(&whole.replace("\"end\":\"1\"", "\"end\":\"0\""))),
        ("end is 10", ok(&whole.replace("\"end\":\"1\"", "\"end\":\"10\""))),
        ("no end", ok(&whole.replace(",\"end\":\"1\"", ""))),
        ("end is an object", ok(&whole.replace("\"end\":\"1\"", "\"end\":{\"a\":\"1\"}"))),
        ("an object in an object", ok(&format!("{{\"answer\":{whole}}}"))),
        ("an object in a list", ok(&format!("[{whole}]"))),
        ("an object and more", ok(&format!("{whole}x"))),
        ("an object twice", ok(&format!("{whole}{whole}"))),
        ("a string", ok("\"end\"")),
        ("deep", ok(&"[".repeat(4_000))),
        ("hash", ok(&written(Speech::Hash, &WHOLE))),
    ]);
    other_servers
}

fn agi_servers(whole: &str) -> Vec<(&'static str, Behaviour)> {
    let say = |text: &str| Behaviour::Say(text.as_bytes().to_vec());
    let end = "SET VARIABLE BINA_END \"1\"\n";
    let longer = whole.replace("JOÃO", &"A".repeat(10_000)).replace(end, "");
    vec![
        ("cut, closes", say(&whole[..100])),
        ("cut, holds", Behaviour::SayAndHold(whole[..100].into())),
        ("no end", say(&whole.replace(end, ""))),
        ("no end, holds", Behaviour::SayAndHold(whole.replace(end, "").into())),
        ("end is 0", say(&whole.replace(end, "SET VARIABLE BINA_END \"0\"\n"))),
        ("end is 10", say(&whole.replace(end, "SET VARIABLE BINA_END \"10\"\n"))),
        ("end is empty", say(&whole.replace(end, "SET VARIABLE BINA_END \"\"\n"))),
        ("a line longer than Asterisk reads", say(&longer)),
        ("unknown commands", say(&"FROBNICATE \"\n".repeat(1_000))),
        ("hash", say(&written(Speech::Hash, &WHOLE))),
    ]
}

#[test]
fn an_answer_truncated_at_any_byte_is_rejected() {
    let Some(asterisk) = asterisk() else { return };
    let calls = each(|snippet| {
        let address = stand(snippet.speech, Behaviour::Cut(stream_of(snippet)));
        let call = Call::from(ALERT, snippet, &address).to("cuts");
        [call.again(stream_of(snippet).len()).named("cut at every byte")]
    });
    let calls = asterisk.place(&calls);
    let mut problems = Problems::default();
    for (snippet, call) in SNIPPETS.iter().zip(&calls) {
        let length = stream_of(snippet).len();
        // Asterisk takes FastAGI's last line as it is when the closing quote and newline are missing.
        let spared = if snippet.speech == Speech::Agi { 2 } else { 0 };
        for at in 0..=length {
            let noted = call.get(&format!("cut{at}"));
            let whole = noted == whole_noted();
            let good = if at == length { whole } else { noted == NEUTRAL_NOTED };
            let good = good || (whole && at + spared >= length);
            problems.check(good, || format!("{snippet}: cut at {at} of {length}: {noted:?}"));
        }
        let each = call.took() / (length as u32 + 1);
        println!("{snippet}: {length} cuts, {each:?} each");
        problems.check(each < Duration::from_millis(100), || format!("{snippet}: {each:?} a cut"));
    }
    problems.none();
}

/// What goes over the wire. No Content-Length: only the answer itself shows that it was truncated.
fn stream_of(snippet: &Snippet) -> Vec<u8> {
    let head = if snippet.speech == Speech::Agi { "" } else { "HTTP/1.1 200 OK\r\n\r\n" };
    format!("{head}{}", written(snippet.speech, &WHOLE)).into_bytes()
}

/// The variables in the contract's order, as the tests' dialplan notes them.
const NEUTRAL_NOTED: &str = "unavailable|none|0||||||||||||0|";

fn whole_noted() -> String {
    let values = WHOLE.iter().filter(|(key, _)| *key != "end").map(|(_, value)| *value);
    values.collect::<Vec<_>>().join("|")
}
