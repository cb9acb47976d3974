//! JWK sets (RFC 7517, section 5) at a URL configured by the operator.

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

/// Maximum number of keys used from a set.
const MAX_KEYS: usize = 32;

/// Key source for a JWK set.
///
/// A request names its key by `kid`. A `kid` that is not in the set triggers a refetch,
/// at most once a minute, so that a key rotation is noticed with the first request signed
/// by the new key. Keys that the scheme cannot use are ignored, and so are symmetric
/// keys.
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
    /// The keys of the set at `url`.
    ///
    /// # Errors
    /// [`SetupError`] if the scheme is not usable or the URL is not a plain `https` URL.
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
        // A symmetric key at a public URL is not a secret.
        let key = Key::public_key(jwk.to_string())?;
        // A key that does not fit the scheme's algorithm is for another purpose.
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
