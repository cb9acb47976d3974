//! Whatever the kit signs for an entry verifies, and does not any more once it is made
//! another request: for every entry, with any body.
//!
//! Input: two bytes for the entry, one for what is changed, then the body.

#![no_main]

use std::sync::LazyLock;

use hookward_core::{RequestPart, UnixTime, Verifier, providers};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

static ENTRIES: LazyLock<Vec<(hookward_core::Scheme, Verifier)>> = LazyLock::new(|| {
    providers::all()
        .map(|entry| {
            let scheme = entry.scheme.clone();
            (scheme.clone(), hookward_testing::verifier(scheme))
        })
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let [high, low, change, body @ ..] = data else {
        return;
    };
    let entry = usize::from(u16::from_be_bytes([*high, *low]));
    let (scheme, verifier) = &ENTRIES[entry % ENTRIES.len()];
    let name = &scheme.name;
    let draft = hookward_testing::request(scheme.clone()).at(NOW).body(body);
    // Some schemes sign a value of the body.
    let Ok(request) = draft.try_build() else {
        return;
    };
    let genuine = match verifier.verify_at(&request, NOW) {
        Ok(verified) => verified,
        Err(rejection) => panic!("{name}: {rejection}"),
    };
    let (mut head, body) = request.into_parts();
    let mut body = body.to_vec();
    match change % 4 {
        0 => {
            let at = usize::from(change / 4) % (body.len() + 1);
            body.insert(at, b' ');
        }
        1 => {
            let at = usize::from(change / 4);
            let Some(byte) = body.get_mut(at) else { return };
            *byte ^= 1;
        }
        2 => {
            if body.pop().is_none() {
                return;
            }
        }
        _ => {
            let names: Vec<_> = head.headers.keys().cloned().collect();
            let Some(name) = names.get(usize::from(change / 4)) else {
                return;
            };
            head.headers.remove(name);
        }
    }
    let is_changed = change % 4 != 3;
    let whole_body = genuine.covers().covers(&RequestPart::Body);
    if let (Ok(_), true, true) = (
        verifier.verify_parts(&head, &body, NOW),
        is_changed,
        whole_body,
    ) {
        panic!("{name}: another body is accepted");
    }
});
