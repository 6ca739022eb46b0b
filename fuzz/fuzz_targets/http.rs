//! Every endpoint: method, target and body in three lines, of which none makes a panic.

#![no_main]

use bina::servers::endpoints;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|request: &str| {
    let mut lines = request.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (method, target, body) = (next(), next(), next());
    if let Some(call) = endpoints::call(method, target, body, "bina") {
        assert!(endpoints::paths().any(|path| path == call.interface), "{}", call.interface);
        let _ = call.caller.map(|caller| bina::domain::phone::Phone::parse(&caller, None));
    }
});
