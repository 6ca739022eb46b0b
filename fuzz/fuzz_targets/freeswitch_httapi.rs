//! mod_httapi: every request is a call or a farewell, and none is refused or panics.

#![no_main]

use bina::servers::endpoints;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|fields: &str| {
    let posted = endpoints::call("POST", "/freeswitch/httapi?did=3732221234", fields, "bina");
    let got = endpoints::call("get", &format!("/freeswitch/httapi?{fields}"), "", "bina");
    assert!(posted.is_some() || fields.contains("true") || fields.contains('%'));
    for call in posted.into_iter().chain(got) {
        assert_eq!(call.interface, "/freeswitch/httapi");
        let hidden = fields.split('&').any(|pair| pair == "Caller-Privacy-Hide-Number=true");
        assert!(!hidden || call.caller.is_none(), "the caller is shown");
        let _ = call.caller.map(|caller| bina::domain::phone::Phone::parse(&caller, None));
    }
});
