//! JWK sets (RFC 7517 section 5) behind a URL that the operator gives.

use std::fmt;

use hookward_core::{
    ConfigError, Key, KeyNames, KeySource, Lookup, Rejection, RequestHead, Verifier,
};
use http::Uri;
use serde_json::Value;

use crate::allowed::parse;
use crate::cache::{Built, Cache, Origin, Remote, unavailable};
use crate::fetch::Fetched;
use crate::template::{SetupError, Template};

/// At most this many keys of a set are used.
const MAX_KEYS: usize = 32;

/// The keys of a JWK set.
///
/// A request names its key by `kid`. A name that the set does not have makes
/// it be fetched again, once a minute at the most, so that a rotation at the
/// provider is noticed when the first request with the new key arrives. Keys
/// of the set that the scheme cannot use are ignored, and so are shared secrets.
#[derive(Clone)]
pub struct JwksKeys {
    cache: Cache,
    names: KeyNames,
    url: Uri,
    outline: Verifier,
}

impl fmt::Debug for JwksKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksKeys")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl JwksKeys {
    /// The keys of the set behind `url`.
    ///
    /// # Errors
    /// [`SetupError`] for a scheme that is not usable or text that is no plain
    /// `https` URL.
    pub fn new(
        remote: Remote,
        template: impl Into<Template>,
        url: &str,
    ) -> Result<Self, SetupError> {
        let template = template.into();
        let names = KeyNames::new(&template.scheme)
            .map_err(|error| SetupError::Scheme(ConfigError::Scheme(error)))?;
        let url = parse(url).ok_or_else(|| SetupError::Url(url.to_owned()))?;
        let outline = template.outline()?;
        let cache = Cache::new(remote, move |fetched, _| build(&template, fetched));
        Ok(Self {
            cache,
            names,
            url,
            outline,
        })
    }
}

impl KeySource for JwksKeys {
    fn verifier(&self, head: &dyn RequestHead) -> Lookup {
        let wanted = self.names.of(head);
        self.cache
            .get(&self.url, Origin::Operator, wanted.as_deref())
    }

    fn outline(&self) -> Option<Verifier> {
        Some(self.outline.clone())
    }
}

fn build(template: &Template, fetched: &Fetched) -> Result<Built, Rejection> {
    let set: Value = serde_json::from_slice(&fetched.body)
        .map_err(|_| unavailable("the key set is not JSON".into()))?;
    let keys = set
        .get("keys")
        .and_then(Value::as_array)
        .ok_or_else(|| unavailable("the key set has no `keys`".into()))?;
    let mut ring = template.ring();
    for jwk in keys.iter().take(MAX_KEYS) {
        if jwk.get("use").and_then(Value::as_str) == Some("enc") {
            continue;
        }
        // What a URL tells everyone is no secret.
        let key = Key::public_key(jwk.to_string())?;
        // One that does not fit the scheme's algorithm is another's.
        if template
            .verifier(template.ring().push(key.clone()))
            .is_err()
        {
            continue;
        }
        ring = match jwk.get("kid").and_then(Value::as_str) {
            Some(id) if ring.ids().any(|known| known == id) => continue,
            Some(id) => ring.with(id, key),
            None => ring.push(key),
        };
    }
    if ring.is_empty() {
        return Err(unavailable(
            "the key set has no key that the scheme can use".into(),
        ));
    }
    Ok(Built {
        verifier: template.verifier(ring)?,
        recheck: None,
    })
}
