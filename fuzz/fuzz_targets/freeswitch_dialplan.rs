//! mod_xml_curl: no fields make a panic, and only the entry context is answered.

#![no_main]

use bina::servers::endpoints;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|fields: &str| {
    let posted = endpoints::call("POST", "/freeswitch/dialplan", fields, "bina");
    // Without a `?` in them the fields of a GET are the same.
    let got = endpoints::call("GET", &format!("/freeswitch/dialplan?{fields}"), "", "bina");
    if !fields.contains("did=") && !fields.contains("deadline") && !fields.contains('%') {
        assert_eq!(posted.is_some(), got.is_some());
    }
    for call in posted.into_iter().chain(got) {
        assert!(fields.contains("dialplan") || fields.contains('%'));
        assert_eq!(call.interface, "/freeswitch/dialplan");
        let _ = call.caller.map(|caller| bina::domain::phone::Phone::parse(&caller, None));
    }
});
