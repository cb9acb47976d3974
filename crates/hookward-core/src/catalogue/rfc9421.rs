//! Message signatures under a policy of the operator's.

use std::sync::Arc;

use super::providers;
use crate::key::KeyRing;
use crate::message_signatures::MessageSignatures;
use crate::verify::config::ConfigError;
use crate::verify::verifier::{Setup, Verifier};

impl Verifier {
    /// A verifier of HTTP message signatures (RFC 9421) under a policy.
    ///
    /// A key's id on the ring is the `keyid` that requests name; keys without
    /// ids are each tried. A shared secret is the text itself, or the bytes
    /// behind it where it is base64; public keys are PEM, DER, JWK or, for
    /// Ed25519, `whpk_` and base64. A bare text that could be either is an
    /// error, since the algorithm follows from the kind: it takes
    /// [`Key::shared_secret`](crate::Key::shared_secret) or [`Key::public_key`](crate::Key::public_key). [`Verifier::new`] with
    /// [`providers::RFC9421`] is the same under the default policy.
    ///
    /// # Errors
    /// [`ConfigError`] for invalid components and unknown algorithms, and for
    /// keys that no allowed algorithm goes with.
    pub fn message_signatures(
        policy: MessageSignatures,
        keys: impl Into<KeyRing>,
    ) -> Result<Self, ConfigError> {
        let mut scheme = if policy.created_is_optional {
            providers::RFC9421.optional_timestamp()
        } else {
            providers::RFC9421
        };
        scheme.trust = policy.trust;
        let compiled = policy.compile()?;
        let setup = Setup::with_policy(&scheme, Arc::new(compiled))?;
        let verifier = Self::prepare(Arc::new(setup), &keys.into())?;
        verifier.with_tolerance(policy.tolerance)
    }
}
