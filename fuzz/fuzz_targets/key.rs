//! Arbitrary keys: no panic, and no error that reveals the key.

#![no_main]

use hookward_core::{Key, Signer, Trust, Verifier, providers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(key) = Key::new(data) else {
        assert!(data.is_empty());
        return;
    };
    let shows = |text: String| {
        // Short keys are found in any sentence.
        data.len() >= 12
            && std::str::from_utf8(data)
                .is_ok_and(|key| !key.trim().is_empty() && text.contains(key))
    };
    assert!(!shows(format!("{key:?}")));
    for entry in providers::all() {
        if let Err(error) = Verifier::new(
            entry.scheme.clone().any_recipient().trust(Trust::AsSent),
            key.clone(),
        ) {
            assert!(!shows(error.to_string()));
        }
    }
    for scheme in [providers::ZENTITLE, providers::STANDARD_WEBHOOKS] {
        if let Err(error) = Signer::new(&scheme, key.clone()) {
            assert!(!shows(error.to_string()));
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Key::from_hex(text);
        let _ = Key::from_base64(text);
        let _ = Key::from_rsa_components(text, "AQAB");
    }
});
