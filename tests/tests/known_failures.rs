//! Failures of other software, each as a test that is named after its source: the
//! advisory, or the description where there is no advisory. What a whole receiver got
//! wrong is tried against whole receivers, one per adapter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "known_failures/jwt.rs"]
mod jwt;
#[path = "known_failures/public_keys.rs"]
mod public_keys;
#[path = "known_failures/receivers.rs"]
mod receivers;
#[path = "known_failures/secrets.rs"]
mod secrets;
#[path = "known_failures/sns.rs"]
mod sns;

use hookward::UnixTime;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The published test keys of the kit.
macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../crates/hookward-testing/keys/",
            $name,
            ".pem"
        ))
    };
}
pub(crate) use pem;
