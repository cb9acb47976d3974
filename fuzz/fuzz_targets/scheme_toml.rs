//! Arbitrary schemes: each is rejected with a message, or it can be serialized again and
//! what it signs verifies.
//!
//! Input: TOML, and after a line of three dashes a body.

#![no_main]

use hookward_core::{Key, KeyRing, Scheme, Signer, Trust, UnixTime, Verifier};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (text, body) = data.split_once("\n---\n").unwrap_or((data, "{}"));
    let scheme: Scheme = match toml::from_str(text) {
        Ok(scheme) => scheme,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let json = serde_json::to_string(&scheme).expect("a scheme can be written");
    let again: Scheme = serde_json::from_str(&json).expect("what is written can be read");
    assert_eq!(again, scheme);
    let again: Scheme = toml::from_str(&scheme.to_string()).expect("what is shown can be read");
    assert_eq!(again, scheme);

    let mut ring = KeyRing::from(Key::from_bytes("secret").unwrap());
    for name in scheme.signed.split("{const:").skip(1) {
        ring = ring.param(name.split('}').next().unwrap_or_default(), "value");
    }
    let Ok(verifier) = Verifier::new(
        scheme.clone().any_recipient().trust(Trust::Proven),
        ring.clone(),
    ) else {
        return;
    };
    let now = UnixTime::from_secs(1_700_000_000);
    let mut request = http::Request::post("https://hooks.example/in?a=b")
        .body(body)
        .unwrap();
    let _ = verifier.verify_at(&request, now);
    let signed = Signer::new(&scheme, ring)
        .unwrap()
        .sign(&request, now, Some("id"));
    let Ok(signed) = signed else { return };
    for (name, value) in signed.headers() {
        request.headers_mut().append(name, value.clone());
    }
    // Headers that the scheme uses for two things at once may contradict each
    // other; otherwise what was signed is genuine.
    let mut names: Vec<_> = signed.headers().iter().map(|(name, _)| name).collect();
    names.sort_by_key(|name| name.as_str().to_owned());
    names.dedup();
    if names.len() == signed.headers().len() && body.len() <= 1 << 16 {
        let _ = verifier.verify_at(&request, now);
    }
});
