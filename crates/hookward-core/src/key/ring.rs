//! Key rings: the keys of one endpoint, for rotation, with the parameters and recipients
//! of the subscription.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Key, KeyKind, public};
use crate::scheme::MeantFor;

/// The keys of one endpoint: one, or several while a secret is being rotated.
///
/// The first key is the primary one and is tried first, so that most deliveries hash
/// their body once. During rotation, put the new key first.
///
/// ```
/// use hookward::{Key, KeyRing};
///
/// let ring = KeyRing::from([Key::new("new secret")?, Key::new("old secret")?]);
/// assert_eq!(ring.len(), 2);
/// let named = KeyRing::default().with("2026-11", Key::new("new secret")?);
/// assert_eq!(named.ids().collect::<Vec<_>>(), ["2026-11"]);
/// # Ok::<(), hookward::KeyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: Vec<(Arc<str>, Key, bool)>,
    params: Vec<(Box<str>, Box<str>)>,
    meant_for: MeantFor,
}

impl KeyRing {
    /// Adds a key under an id: the one in requests if the scheme has key ids, otherwise
    /// any name for logs.
    #[must_use]
    pub fn with(mut self, id: impl Into<Arc<str>>, key: Key) -> Self {
        self.keys.push((id.into(), key, true));
        self
    }

    /// Adds a key under its position: `0`, `1`, …
    #[must_use]
    pub fn push(mut self, key: Key) -> Self {
        let id = self.keys.len().to_string();
        self.keys.push((id.into(), key, false));
        self
    }

    /// Sets a value of the subscription that the scheme signs as `{const:NAME}`: Trello's
    /// callback URL, PayPal's webhook id.
    #[must_use]
    pub fn param(mut self, name: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Accepts deliveries for this recipient, for a key source that serves several
    /// tenants. It replaces the scheme's values for the same recipient (see
    /// [`Scheme::recipient`](crate::Scheme::recipient) for the syntax); those for other
    /// recipients are kept.
    #[must_use]
    pub fn recipient(mut self, value: impl Into<Cow<'static, str>>) -> Self {
        self.meant_for.values.to_mut().push(value.into());
        self
    }

    /// Accepts deliveries for any recipient, except where a value is named.
    #[must_use]
    pub fn any_recipient(mut self) -> Self {
        self.meant_for.anyone = true;
        self
    }

    pub(crate) const fn meant_for(&self) -> &MeantFor {
        &self.meant_for
    }

    pub(crate) fn set_meant_for(&mut self, meant_for: MeantFor) {
        self.meant_for = meant_for;
    }

    /// The number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the ring has no keys; a verifier refuses such a ring.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The ids, primary key first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, ..)| &**id)
    }

    pub(crate) fn keys(&self) -> &[(Arc<str>, Key, bool)] {
        &self.keys
    }

    /// The ring with JWK sets replaced by their usable keys, each under its `kid`, or
    /// under its position if it has none. A set without a usable key is kept as it is.
    pub(crate) fn expanded(&self, fits: &dyn Fn(&Key) -> bool) -> Cow<'_, Self> {
        let sets: Vec<_> = self
            .keys
            .iter()
            .map(|(_, key, _)| key.given().and_then(public::key_set))
            .collect();
        if sets.iter().all(Option::is_none) {
            return Cow::Borrowed(self);
        }
        let mut ring = Self {
            keys: Vec::new(),
            params: self.params.clone(),
            meant_for: self.meant_for.clone(),
        };
        for ((id, key, named), set) in self.keys.iter().zip(sets) {
            let before = ring.len();
            for (kid, jwk) in set.unwrap_or_default() {
                let Some(jwk) = Self::fitting(jwk, key.kind, fits) else {
                    continue;
                };
                ring = match kid {
                    Some(kid) if ring.ids().any(|known| known == kid) => ring,
                    Some(kid) => ring.with(kid, jwk),
                    None => ring.push(jwk),
                };
            }
            if ring.len() == before {
                ring.keys.push((id.clone(), key.clone(), *named));
            }
        }
        Cow::Owned(ring)
    }

    fn fitting(jwk: String, kind: Option<KeyKind>, fits: &dyn Fn(&Key) -> bool) -> Option<Key> {
        let mut key = Key::new(jwk).ok()?;
        key.kind = kind;
        Some(key).filter(fits)
    }

    /// The values set with [`param`](Self::param), name first.
    #[must_use]
    pub fn params(&self) -> &[(Box<str>, Box<str>)] {
        &self.params
    }
}

impl From<Key> for KeyRing {
    fn from(key: Key) -> Self {
        Self::default().push(key)
    }
}

impl<const N: usize> From<[Key; N]> for KeyRing {
    fn from(keys: [Key; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl FromIterator<Key> for KeyRing {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        keys.into_iter().fold(Self::default(), Self::push)
    }
}
