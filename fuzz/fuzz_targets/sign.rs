//! Whatever the kit signs for an entry verifies, and does not any more once it is made
//! another request: for every entry, with any body.
//!
//! Input: two bytes for the entry, one for what is changed, then the body. To sign with a
//! private key takes a thousand times as long as with a secret: for entries with a public
//! key the body is one of a few, and each is signed once.

#![no_main]

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, OnceLock};

use hookward_core::{Algorithm, RequestPart, Scheme, UnixTime, Verifier, providers};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

struct Entry {
    scheme: Scheme,
    verifier: OnceLock<Verifier>,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    providers::all()
        .map(|entry| Entry {
            scheme: entry.scheme.clone(),
            verifier: OnceLock::new(),
        })
        .collect()
});

/// The bodies for entries with a public key.
const BODIES: [&[u8]; 5] = [
    b"",
    b"{}",
    br#"{"id": "evt_1", "n": [1.0, "\u00e4"]}"#,
    b"a=b&c=%20&a=",
    b"\x00\xff\r\n",
];

/// A request that verifies, and whether its whole body is covered.
type Genuine = (http::Request<bytes::Bytes>, bool);

static SIGNED: LazyLock<Mutex<HashMap<(usize, usize), Option<Genuine>>>> =
    LazyLock::new(Mutex::default);

/// Signs a body, if the scheme can sign it: some sign a value of the body.
fn genuine(entry: &Entry, verifier: &Verifier, body: &[u8]) -> Option<Genuine> {
    let draft = hookward_testing::request(entry.scheme.clone()).at(NOW);
    let request = draft.body(body).try_build().ok()?;
    match verifier.verify_at(&request, NOW) {
        Ok(verified) => {
            let is_covered = verified.covers().covers(&RequestPart::Body);
            Some((request, is_covered))
        }
        Err(rejection) => panic!("{}: {rejection}", entry.scheme.name),
    }
}

fuzz_target!(|data: &[u8]| {
    let [high, low, change, body @ ..] = data else {
        return;
    };
    let at = usize::from(u16::from_be_bytes([*high, *low])) % ENTRIES.len();
    let entry = &ENTRIES[at];
    let name = &entry.scheme.name;
    let verifier = entry
        .verifier
        .get_or_init(|| hookward_testing::verifier(entry.scheme.clone()));
    let has_secret = entry.scheme.forms().all(|form| {
        matches!(
            form.algorithm,
            Algorithm::Hmac(_) | Algorithm::Hash(_) | Algorithm::SharedSecret | Algorithm::Basic
        )
    });
    let signed = if has_secret {
        genuine(entry, verifier, body)
    } else {
        let which = usize::from(*body.first().unwrap_or(&0)) % BODIES.len();
        let mut signed = SIGNED.lock().unwrap();
        signed
            .entry((at, which))
            .or_insert_with(|| genuine(entry, verifier, BODIES[which]))
            .clone()
    };
    let Some((request, whole_body)) = signed else {
        return;
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
    if let (Ok(_), true, true) = (
        verifier.verify_parts(&head, &body, NOW),
        is_changed,
        whole_body,
    ) {
        panic!("{name}: another body is accepted");
    }
});
