//! What every FreeSWITCH snippet has to hold: neutral first, a limit, no stranger's text.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bina::answer::FIELDS;
use bina::lookup::Settings;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplan/freeswitch")
}

/// A snippet without its comments.
fn code(name: &str) -> String {
    let text = fs::read_to_string(folder().join(name)).expect(name);
    let parts =
        text.split("<!--").map(|part| part.split_once("-->").map_or(part, |(_, rest)| rest));
    parts.collect()
}

/// What stands behind each `before`, up to the next quote.
fn values<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The value of a field when bina could not be asked.
fn neutral(key: &str) -> &'static str {
    match key {
        "status" => "unavailable",
        "source" => "none",
        "alerta" | "matches" => "0",
        "end" => "1",
        _ => "",
    }
}

#[test]
fn every_field_is_neutral_before_bina_is_asked() {
    for (name, asks) in [("bina-curl.xml", "\"curl\""), ("bina-httapi.xml", "\"httapi\"")] {
        let text = code(name);
        let (before, _) = text.split_once(asks).expect("it asks");
        for key in FIELDS.map(|field| field.key) {
            // Half an answer counts with mod_httapi, so its last field is not 1 beforehand.
            let value = if (name, key) == ("bina-httapi.xml", "end") { "" } else { neutral(key) };
            let action = format!("<action application=\"set\" data=\"bina_{key}={value}\"");
            assert!(before.contains(&action), "{name}: {action}");
        }
    }
}

#[test]
fn what_has_come_of_half_an_answer_is_taken_back() {
    let text = code("bina-then.xml");
    for key in FIELDS.map(|field| field.key) {
        let set = format!("set\" data=\"bina_{key}={}\" inline=\"true\"", neutral(key));
        let action = format!("<anti-action application=\"{set}/>");
        assert!(text.contains(&action), "{action}");
    }
}

#[test]
fn the_httapi_profile_permits_the_fields_and_answering_and_nothing_else() {
    let text = code("autoload_configs/httapi.conf.xml");
    let fields = FIELDS.map(|field| format!("bina_{}", field.key));
    assert_eq!(values(&text, "<variable name=\""), fields);
    assert_eq!(values(&text, "<application name=\""), ["answer"]);
    assert_eq!(values(&text, "<permission name=\""), ["all", "set-vars", "execute-apps"]);
    assert!(text.contains("<permission name=\"all\" value=\"false\"/>"));
    let reads = [
        "Caller-Caller-ID-Number",
        "Caller-Destination-Number",
        "Caller-Privacy-Hide-Number",
        "exiting",
    ];
    assert_eq!(values(&text, "\"enable-post-var\" value=\""), reads);
}

/// FreeSWITCH takes a limit that is absent, 0 or a fraction for none.
#[test]
fn every_limit_is_in_whole_seconds_and_above_the_deadline() {
    let deadline = Settings::default().deadline;
    for (name, before) in [
        ("autoload_configs/httapi.conf.xml", "name=\"timeout\" value=\""),
        ("autoload_configs/xml_curl.conf.xml", "name=\"timeout\" value=\""),
        ("bina-curl.xml", "data=\"curl_timeout="),
    ] {
        let text = code(name);
        let seconds: Vec<u64> =
            values(&text, before).iter().filter_map(|value| value.parse().ok()).collect();
        assert_eq!(seconds.len(), 1, "{name}");
        assert!(Duration::from_secs(seconds[0]) > deadline, "{name}: {} s", seconds[0]);
    }
}

#[test]
fn no_strangers_text_is_evaluated_or_handed_on_unguarded() {
    let names = ["bina.xml", "bina-curl.xml", "bina-httapi.xml", "bina-then.xml", "bina-ura.xml"];
    for name in names.into_iter().chain(["public-example.xml"]) {
        let text = code(name);
        // Only bina.xml hands the number on, and guards it; bina-curl.xml captures digits.
        let guarded = usize::from(name == "bina.xml");
        assert_eq!(text.matches("${destination_number}").count(), guarded, "{name}");
        for trap in ["${caller_id", "${sip_", "${effective_", "${ani", "${api", "${system"] {
            assert!(!text.contains(trap), "{name}: {trap}");
        }
    }
}

/// FreeSWITCH's own example routes numbers in `00_inbound_did.xml`, and the first extension that
/// routes ends the choice.
#[test]
fn the_files_are_read_in_their_order_and_before_the_examples_routes() {
    let place = |name: &str| {
        let text = fs::read_to_string(folder().join(name)).expect(name);
        let path = text.lines().next().and_then(|line| line.strip_prefix("<!-- /etc/freeswitch/"));
        path.expect("its first line names its place").trim_end_matches(" -->").to_owned()
    };
    let (asks, then) = (place("bina-curl.xml"), place("public-example.xml"));
    assert!(asks < then, "{asks} {then}");
    for name in ["bina-curl.xml", "bina-httapi.xml", "public-example.xml"] {
        assert!(place(name).as_str() < "dialplan/public/00_inbound_did.xml", "{}", place(name));
    }
}
