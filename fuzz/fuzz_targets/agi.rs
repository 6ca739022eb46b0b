//! FastAGI: any bytes, in any pieces, keep the limits of a conversation.

#![no_main]

use std::time::Instant;

use bina::domain::phone::Phone;
use bina::servers::fastagi::Conversation;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((size, bytes)) = input.split_first() else { return };
    let mut whole = Conversation::default();
    let result = whole.receive(bytes);
    let mut pieces = Conversation::default();
    let mut result_in_pieces = Ok(());
    for piece in bytes.chunks(usize::from(*size).max(1)) {
        result_in_pieces = result_in_pieces.and_then(|()| pieces.receive(piece));
    }
    assert_eq!(result, result_in_pieces, "the pieces make a difference");
    let now = Instant::now();
    let (call, again) = (whole.call(now), pieces.call(now));
    if result.is_ok() {
        assert_eq!(whole.replies(), pieces.replies());
        assert_eq!(whole.is_hostile(), pieces.is_hostile());
        assert_eq!(call.is_some(), again.is_some());
    }
    if let Some(call) = call {
        assert!(call.caller.is_none() || !whole.is_hostile());
        let _ = whole.is_lookup();
        if let Some(caller) = call.caller {
            assert!(caller.len() <= 3 * 2_048 && !caller.contains('\n'));
            let _ = Phone::parse(&caller, None);
        }
    }
});
