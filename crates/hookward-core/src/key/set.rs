//! JWK sets (RFC 7517 section 5), where a key is given by its file.

use super::{Key, KeyError, KeyRing};

/// At most this many keys of a set are looked at.
const MAX_KEYS: usize = 32;

impl KeyRing {
    /// The ring with the members of JWK sets in the place of the sets, each under
    /// its `kid`; `None` where there is no set on it.
    ///
    /// A set also holds keys of other kinds and for other purposes: those that do
    /// not fit are passed over.
    pub(crate) fn unfolded(&self, fits: &dyn Fn(&Key) -> bool) -> Result<Option<Self>, KeyError> {
        let sets: Vec<_> = self.keys.iter().map(|(_, key, _)| members(key)).collect();
        if sets.iter().all(Option::is_none) {
            return Ok(None);
        }
        let mut ring = Self {
            keys: Vec::new(),
            params: self.params.clone(),
        };
        for ((id, key, named), set) in self.keys.iter().zip(sets) {
            let Some(set) = set else {
                ring = match named {
                    true => ring.with(id.clone(), key.clone()),
                    false => ring.push(key.clone()),
                };
                continue;
            };
            let before = ring.len();
            for jwk in set.iter().take(MAX_KEYS) {
                let member = |name| jwk.get(name).and_then(serde_json::Value::as_str);
                let key = Key::new(jwk.to_string())?;
                let unfit = member("use") == Some("enc") || member("kty") == Some("oct");
                if unfit || !fits(&key) {
                    continue;
                }
                ring = match member("kid") {
                    Some(id) if ring.ids().any(|known| known == id) => ring,
                    Some(id) => ring.with(id, key),
                    None => ring.push(key),
                };
            }
            if ring.len() == before {
                return Err(KeyError::WrongKind {
                    found: "a JWK set without a key that fits",
                    expected: "one of its algorithm",
                    help: "take the set that the provider's page names",
                });
            }
        }
        Ok(Some(ring))
    }
}

/// What stands in `keys`, if this is a set.
fn members(key: &Key) -> Option<Vec<serde_json::Value>> {
    let text = key.given()?.trim_ascii_start();
    if text.first() != Some(&b'{') {
        return None;
    }
    match serde_json::from_slice::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(mut set)) if !set.contains_key("kty") => {
            match set.remove("keys")? {
                serde_json::Value::Array(keys) => Some(keys),
                _ => None,
            }
        }
        _ => None,
    }
}
