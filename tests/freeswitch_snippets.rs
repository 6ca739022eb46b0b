//! What every FreeSWITCH snippet has to hold: neutral first, a limit, no untrusted text.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bina::answering::lookup::Settings;
use bina::domain::answer::FIELDS;

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

/// The value of a field when bina could not be queried.
fn neutral(key: &str) -> &'static str {
    match key {
        "status" => "unavailable",
        "source" => "none",
        "alerta" | "matches" => "0",
        "end" => "1",
        _ => "",
    }
}

/// What the actions in `text` set, in their order, those of `multiset` one by one.
fn assignments(text: &str) -> Vec<(&str, &str)> {
    let single = values(text, "\"set\" data=\"").into_iter();
    let lists = values(text, "\"multiset\" data=\"^^|").into_iter();
    let pairs = single.chain(lists.flat_map(|list| list.split('|')));
    pairs.filter_map(|pair| pair.split_once('=')).collect()
}

#[test]
fn every_field_is_neutral_before_the_request() {
    for (name, requesting) in [
        ("bina-curl.xml", "\"curl\""),
        ("bina-identify.xml", "\"curl\""),
        ("bina-httapi.xml", "\"httapi\""),
        ("bina.xml", "\"transfer\""),
    ] {
        let text = code(name);
        let (before, _) = text.split_once(requesting).expect("it sends a request");
        let set = assignments(before);
        for key in FIELDS.map(|field| field.key) {
            // Half an answer counts with mod_httapi, so its last field is not 1 beforehand.
            let value = if (name, key) == ("bina-httapi.xml", "end") { "" } else { neutral(key) };
            let field = format!("bina_{key}");
            assert!(set.contains(&(&field, value)), "{name}: {field}={value}");
        }
    }
}

#[test]
fn the_fields_of_half_an_answer_are_reset() {
    let text = code("bina-then.xml");
    let (cut, _) = text.split_once("bina-play").expect("it plays");
    let set = assignments(cut);
    for key in FIELDS.map(|field| field.key) {
        let field = format!("bina_{key}");
        assert!(set.contains(&(&field, neutral(key))), "{field}");
    }
    let actions = cut.matches("application=").count();
    assert_eq!(cut.matches("<anti-action application=\"multiset\"").count(), actions);
    assert_eq!(cut.matches("inline=\"true\"").count(), actions);
}

#[test]
fn a_prompt_is_removed_behind_its_playback() {
    for name in ["bina-then.xml", "bina-ura.xml", "public-example.xml"] {
        let text = code(name);
        let (_, behind) = text.split_once("data=\"${bina_prompt}\"/>").expect("it plays");
        let removes = "<action application=\"set\" data=\"bina_prompt=\"/>";
        assert!(behind.trim_start().starts_with(removes), "{name}");
    }
}

#[test]
fn the_httapi_profile_permits_the_fields_and_answering_and_nothing_else() {
    let whole = code("autoload_configs/httapi.conf.xml");
    let (_, text) = whole.split_once("<profile name=\"bina\">").expect("the profile");
    let fields = FIELDS.map(|field| format!("bina_{}", field.key));
    assert_eq!(values(text, "<variable name=\""), fields);
    assert_eq!(values(text, "<application name=\""), ["answer"]);
    assert_eq!(values(text, "<permission name=\""), ["all", "set-vars", "execute-apps"]);
    assert!(text.contains("<permission name=\"all\" value=\"false\"/>"));
    let reads = [
        "Caller-Caller-ID-Number",
        "Caller-Destination-Number",
        "Caller-Privacy-Hide-Number",
        "exiting",
    ];
    assert_eq!(values(text, "\"enable-post-var\" value=\""), reads);
}

/// FreeSWITCH takes a limit that is absent, 0 or a fraction for none.
#[test]
fn every_limit_is_in_whole_seconds_and_above_the_deadline() {
    let deadline = Settings::default().deadline;
    for (name, before, times) in [
        // The profile for requests, and the one that fetches recordings.
        ("autoload_configs/httapi.conf.xml", "name=\"timeout\" value=\"", 2),
        ("autoload_configs/httapi.conf.xml", "name=\"connect-timeout\" value=\"", 2),
        ("autoload_configs/xml_curl.conf.xml", "name=\"timeout\" value=\"", 1),
    ] {
        let text = code(name);
        let seconds: Vec<u64> =
            values(&text, before).iter().filter_map(|value| value.parse().ok()).collect();
        assert_eq!(seconds.len(), times, "{name}");
        for seconds in seconds {
            assert!(Duration::from_secs(seconds) > deadline, "{name}: {seconds} s");
        }
    }
    for name in ["bina-curl.xml", "bina-identify.xml"] {
        let text = code(name);
        let (before, _) = text.split_once("\"curl\"").expect("it sends a request");
        let limit = assignments(before).into_iter().rfind(|(name, _)| *name == "curl_timeout");
        let limit = limit.and_then(|(_, seconds)| seconds.parse().ok()).expect("whole seconds");
        assert!(Duration::from_secs(limit) > deadline, "{name}");
    }
}

/// Both profiles, so that a limit is not taken for one of the other's.
#[test]
fn recordings_are_fetched_within_a_limit_and_no_answer_is_written_to_freeswitchs_log() {
    let text = code("autoload_configs/httapi.conf.xml");
    let (before, _) = text.split_once("<profile name=\"bina\">").expect("the profile");
    let (settings, default) = before.split_once("<profile name=\"default\">").expect("it fetches");
    assert!(settings.contains("<param name=\"debug\" value=\"false\"/>"));
    for limit in ["timeout\" value=\"2\"", "connect-timeout\" value=\"1\"", "gateway-url\""] {
        assert!(default.contains(&format!("<param name=\"{limit}")), "{limit}");
    }
    assert!(default.contains("<permission name=\"all\" value=\"false\"/>"));
}

/// With such a list FreeSWITCH frees it before look-ups in progress have read it, and is gone.
#[test]
fn the_binding_of_mod_xml_curl_names_no_fields() {
    let text = fs::read_to_string(folder().join("autoload_configs/xml_curl.conf.xml"));
    assert!(!text.expect("it is there").contains("enable-post-var"));
}

#[test]
fn an_agents_transfer_leaves_the_file_of_transfer_file() {
    let text = code("bina-ura.xml");
    let (before, _) = text.split_once("\"bridge\"").expect("it bridges");
    let set = assignments(before);
    assert!(set.contains(&("force_transfer_dialplan", "XML")));
    assert!(set.contains(&("force_transfer_context", "default")));
}

#[test]
fn no_untrusted_text_is_evaluated_or_passed_on_unguarded() {
    for name in [
        "bina.xml",
        "bina-curl.xml",
        "bina-httapi.xml",
        "bina-identify.xml",
        "bina-screen-pop.xml",
        "bina-screen.xml",
        "bina-then.xml",
        "bina-ura.xml",
        "public-example.xml",
    ] {
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
    let order =
        ["bina-curl.xml", "bina-identify.xml", "bina-screen.xml", "public-example.xml"].map(place);
    assert!(order.is_sorted(), "{order:?}");
    for name in ["bina-curl.xml", "bina-httapi.xml", "public-example.xml"] {
        assert!(place(name).as_str() < "dialplan/public/00_inbound_did.xml", "{}", place(name));
    }
}
