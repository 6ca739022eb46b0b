//! Every endpoint, the tests that hold it and the snippet or guide that uses it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bina::app::config::AGI_DEFAULT;
use bina::servers::endpoints;

/// Path (or scheme) of an endpoint, the test that holds it, and who uses it below `dialplan/`. What is
/// for operation has no snippet: people and Prometheus use it.
const ENDPOINTS: [(&str, &str, &str); 29] = [
    (
        "/asterisk",
        "asterisk/other_servers.rs::an_answer_truncated_at_any_byte_is_rejected",
        "asterisk/bina.conf",
    ),
    (
        "/asterisk",
        "asterisk/hostile.rs::nothing_in_a_customers_name_or_alert_runs_or_hides_a_field",
        "asterisk/bina.ael",
    ),
    (
        "/cid",
        "plain_endpoints.rs::a_name_lookup_gets_the_name_or_nothing",
        "guides/freepbx-issabel.md",
    ),
    (
        "/freeswitch/dialplan",
        "freeswitch.rs::a_call_in_the_entry_context_gets_variables_and_goes_on",
        "freeswitch/autoload_configs/xml_curl.conf.xml",
    ),
    (
        "/freeswitch/httapi",
        "plain_endpoints.rs::httapi_says_farewell_without_a_lookup",
        "freeswitch/autoload_configs/httapi.conf.xml",
    ),
    (
        "/freeswitch/vars",
        "plain_endpoints.rs::the_curl_application_gets_pairs_for_multiset",
        "freeswitch/bina-curl.xml",
    ),
    ("/healthz", "endpoints.rs::health_does_not_depend_on_hubsoft", ""),
    ("/match", "plain_endpoints.rs::a_match_is_one_digit", "guides/vicidial.md"),
    ("/metrics", "operation.rs::calls_are_counted_by_their_result", ""),
    (
        "/prompts/",
        "plain_endpoints.rs::a_recording_is_served_whole_with_what_a_pbx_caches_it_by",
        "sounds/README.md",
    ),
    ("/readyz", "operation.rs::readiness_reports_the_state_of_hubsoft_and_does_not_require_it", ""),
    (
        "/route",
        "plain_endpoints.rs::a_route_is_that_of_the_rule_or_none",
        "guides/freepbx-issabel.md",
    ),
    ("/v1/alerts", "local_alerts/endpoint.rs::an_alert_is_added_listed_extended_and_ended", ""),
    (
        "/v1/alerts/extend",
        "local_alerts/endpoint.rs::an_alert_is_added_listed_extended_and_ended",
        "",
    ),
    (
        "/v1/calls/ended",
        "screen_pop.rs::a_ringing_telephone_opens_the_customers_page",
        "freeswitch/bina-screen-pop.xml",
    ),
    (
        "/v1/calls/ringing",
        "screen_pop.rs::a_ringing_telephone_opens_the_customers_page",
        "freeswitch/bina-screen-pop.xml",
    ),
    (
        "/v1/calls/ended",
        "asterisk/screens.rs::a_page_opens_and_closes_with_a_call_though_hubsoft_is_slow",
        "asterisk/bina-screen.conf",
    ),
    (
        "/v1/calls/ringing",
        "asterisk/screens.rs::a_page_opens_and_closes_with_a_call_though_hubsoft_is_slow",
        "asterisk/bina-screen.conf",
    ),
    ("/v1/directory", "directory/operated.rs::the_state_of_the_directory_is_json", ""),
    ("/v1/directory/clear", "directory/operated.rs::a_cleared_directory_is_read_again", ""),
    ("/v1/directory/walk", "directory/operated.rs::a_walk_is_started_on_request", ""),
    (
        "/v1/explain",
        "explain.rs::the_evidence_on_an_alert_is_explained_and_no_personal_data_is",
        "",
    ),
    ("/v1/forget", "operation.rs::a_number_is_purged_on_request", ""),
    (
        "/v1/forget/undo",
        "directory/operated.rs::a_number_that_was_purged_by_mistake_is_learnt_again",
        "",
    ),
    (
        "/v1/forget/verify",
        "directory.rs::a_forgotten_number_is_gone_from_memory_and_disk_and_stays_away",
        "",
    ),
    ("/v1/places", "explain.rs::every_place_that_is_listed_is_a_name_that_an_alert_takes", ""),
    (
        "/v1/report",
        "journal/reported.rs::the_endpoint_reports_in_each_form_and_says_what_is_wrong",
        "",
    ),
    ("/v1/watchdog", "operation.rs::systemd_is_notified_of_readiness_health_and_shutdown", ""),
    ("/v1/lookup", "endpoints.rs::json_is_an_object_of_strings", "asterisk/bina-json.conf"),
];

/// FastAGI is no path.
const AGI: (&str, &str) =
    ("agi.rs::each_conversation_is_answered_as_what_it_is", "asterisk/bina-agi.conf");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn holds(test: &str) {
    let (file, name) = test.split_once("::").expect("a file and a test");
    let text =
        fs::read_to_string(root().join("tests").join(file)).unwrap_or_else(|_| panic!("{file}"));
    assert!(text.contains(&format!("fn {name}(")), "{test} is not there");
}

fn read(snippet: &str) -> String {
    let path = root().join("dialplan").join(snippet);
    fs::read_to_string(Path::new(&path)).unwrap_or_else(|_| panic!("{snippet}"))
}

#[test]
fn every_endpoint_has_a_test_and_a_user() {
    let listed: BTreeSet<_> = ENDPOINTS.iter().map(|(path, ..)| *path).collect();
    assert_eq!(listed, endpoints::paths().collect(), "the table and the endpoints are the same");
    for (path, test, snippet) in ENDPOINTS {
        holds(test);
        assert!(
            snippet.is_empty() || read(snippet).contains(path),
            "{snippet} does not use {path}"
        );
    }
    holds(AGI.0);
    assert!(read(AGI.1).contains(AGI_DEFAULT), "{} does not use {AGI_DEFAULT}", AGI.1);
}
