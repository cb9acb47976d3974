//! Constructor of verifiers for HTTP Message Signatures (RFC 9421) under a policy. It is
//! part of the catalogue because it starts from an entry, [`providers::RFC9421`].

use std::sync::Arc;

use super::providers;
use crate::key::KeyRing;
use crate::message_signatures::MessageSignatures;
use crate::verify::config::ConfigError;
use crate::verify::setup::Setup;
use crate::verify::verifier::Verifier;

impl Verifier {
    /// Builds a verifier for HTTP Message Signatures (RFC 9421) under a policy.
    ///
    /// The id of a key on the ring is the `keyid` that requests name; keys without ids
    /// are tried in turn. A shared secret is the text itself or, if it is base64, the
    /// decoded bytes. Public keys are PEM, DER, JWK or, for Ed25519, `whpk_` followed by
    /// base64. A bare text that could be either is an error, since the algorithm follows
    /// from the kind of key: use [`Key::shared_secret`](crate::Key::shared_secret) or
    /// [`Key::public_key`](crate::Key::public_key). [`Verifier::new`] with
    /// [`providers::RFC9421`] is equivalent under the default policy.
    ///
    /// # Errors
    /// [`ConfigError`] for invalid components, unknown algorithms, and keys that fit no
    /// allowed algorithm.
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
