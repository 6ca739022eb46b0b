//! The `curl` application: a query is a call or refused, and a repeated caller is no number.

#![no_main]

use bina::servers::endpoints;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    let call = endpoints::call("GET", &format!("/freeswitch/vars?{query}"), "", "bina");
    let pairs = || query.split('&').filter(|pair| pair.starts_with("caller="));
    if pairs().count() > 1 {
        assert!(call.is_none_or(|call| call.caller.is_none()));
    } else if let Some(caller) = call.and_then(|call| call.caller) {
        let _ = bina::domain::phone::Phone::parse(&caller, None);
    }
});
