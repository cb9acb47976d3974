//! Genuine and forged webhook requests of every provider, for tests.
//!
//! A service that verifies webhooks needs requests that verify in its own tests,
//! and others that must not get through. The kit makes both for every entry of the
//! catalogue and for schemes of one's own, without a secret: it comes with test
//! keys, and [`verifier`] gives the verifier that trusts them.
//!
//! ```
//! use hookward::{Code, providers};
//! use hookward::testing;
//!
//! let verifier = testing::verifier(providers::GITHUB);
//! let delivery = testing::request(providers::GITHUB)
//!     .json(&serde_json::json!({"ref": "refs/heads/main"}));
//!
//! let request = delivery.build_as::<Vec<u8>>();
//! assert!(verifier.verify(&request).is_ok());
//! let forged = delivery.tampered().build_as::<Vec<u8>>();
//! assert_eq!(verifier.verify(&forged).unwrap_err().code(), Code::SignatureMismatch);
//! ```
//!
//! The test keys are published with this crate. **A verifier made from them accepts
//! requests of anybody**: they belong into tests alone. Add the crate, or the feature
//! `testing` of `hookward`, to `[dev-dependencies]`, so that no release build has it.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// What a test asks for and cannot get fails the test.
#![allow(clippy::panic)]

#[cfg(feature = "actix-web")]
pub mod actix;
mod clock;
mod draft;
mod extra;
mod forge;
mod keys;
pub mod payload;
#[cfg(any(feature = "tower", feature = "actix-web"))]
mod protect;
mod request;
mod sign;
#[cfg(feature = "tower")]
mod tower;
mod wire;

use std::fmt;

use hookward_core::{Key, KeyRing, Scheme, Trust, Verifier};

pub use self::clock::Clock;
pub use self::keys::KEY_ID;
pub use self::payload::Sample;
#[cfg(any(feature = "tower", feature = "actix-web"))]
pub use self::protect::Route;
pub use self::request::TestRequest;
#[cfg(feature = "tower")]
pub use self::tower::{assert_handled_once, assert_protected};

/// Why the kit cannot do what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }

    pub(crate) fn none() -> Self {
        Self::new("there is nothing to make it from")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A delivery of a provider, to be filled in.
///
/// Without a body it carries the provider's [`sample`]. See [`TestRequest`].
pub fn request(scheme: Scheme) -> TestRequest {
    TestRequest::new(scheme)
}

/// A body that the provider sends, as [`request`] does without one. The time in it
/// is a fixed one.
#[must_use]
pub fn sample(scheme: Scheme) -> Sample {
    TestRequest::sample_of(&scheme)
}

/// The verifier that trusts the kit's keys.
///
/// What an operator has to decide is decided so that every delivery passes: any
/// recipient ([`Scheme::any_recipient`]), the body as it was sent
/// ([`Trust::AsSent`]) unless the scheme says otherwise, and the first form where
/// one has to be named.
///
/// # Panics
/// Where no verifier can be built from the scheme; mostly a feature is not enabled,
/// such as `rsa`.
#[track_caller]
#[must_use]
pub fn verifier(scheme: Scheme) -> Verifier {
    match try_verifier(&scheme) {
        Ok(verifier) => verifier,
        Err(error) => panic!("{}: {error}", scheme.name),
    }
}

pub(crate) fn try_verifier(scheme: &Scheme) -> Result<Verifier, Error> {
    let mut scheme = scheme.clone().any_recipient();
    if scheme.trust.is_none() {
        scheme = scheme.trust(Trust::AsSent);
    }
    let is_undecided = scheme.only.is_none() && scheme.accepted_forms().next().is_none();
    let first = scheme.form_names().next();
    if let Some(name) = first.filter(|_| is_undecided) {
        scheme = scheme.only(name);
    }
    let keys = keys::verifying(&scheme)?;
    Verifier::new(scheme, keys).map_err(Error::new)
}

/// The keys that verify the kit's requests, with the values that belong to them.
///
/// # Panics
/// Never for entries of the catalogue.
#[track_caller]
#[must_use]
pub fn keys(scheme: Scheme) -> KeyRing {
    match keys::verifying(&scheme) {
        Ok(keys) => keys,
        Err(error) => panic!("{}: {error}", scheme.name),
    }
}

/// The key that verifies the kit's requests: a shared secret, a public key or a
/// root certificate.
///
/// Where requests name their key, its id is [`KEY_ID`]; [`keys`] gives both.
///
/// # Panics
/// Never for entries of the catalogue.
#[track_caller]
#[must_use]
pub fn key(scheme: Scheme) -> Key {
    match Key::new(keys::verifying_text(&scheme)) {
        Ok(key) => key,
        Err(error) => panic!("{}: {error}", scheme.name),
    }
}

/// The text of the key, as the provider would show it: for a service that reads
/// its secret from the environment or from a file.
///
/// ```
/// use hookward::providers;
/// use hookward::testing;
///
/// let secret = testing::secret(providers::STANDARD_WEBHOOKS);
/// assert!(secret.starts_with("whsec_"));
/// ```
#[must_use]
pub fn secret(scheme: Scheme) -> String {
    keys::verifying_text(&scheme)
}
