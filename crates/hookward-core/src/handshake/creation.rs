//! User callbacks of a validation: storing a secret and confirming a subscription, and
//! when either is allowed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::key::{Key, KeyError};

/// Tracks webhook creations in progress. A validation that transmits the key of all later
/// deliveries is only trusted during one.
///
/// At any other time it is rejected, since accepting it would let anyone replace the key.
/// Each [`begin`](Self::begin) admits one. Clones share the count. It is local to the
/// process: if several processes serve the endpoint, share the state by other means and
/// forward the validation to the handler
/// ([`Handshake::hand_through`](crate::Handshake::hand_through)).
///
/// ```
/// use hookward::handshake::PendingCreations;
///
/// let creations = PendingCreations::default();
/// let pending = creations.begin();
/// // … call the provider's API, which validates the endpoint meanwhile …
/// drop(pending);
/// ```
#[derive(Debug, Clone, Default)]
pub struct PendingCreations {
    state: Arc<Mutex<CreationCounts>>,
}

#[derive(Debug, Default)]
struct CreationCounts {
    /// Creations in progress.
    begun: usize,
    /// How many of them have not received their validation; at most `begun`.
    waiting: usize,
}

impl PendingCreations {
    /// Admits one validation until the guard is dropped.
    #[must_use = "the validation is awaited until this is dropped"]
    pub fn begin(&self) -> PendingCreation {
        let mut state = self.lock();
        state.begun += 1;
        state.waiting += 1;
        PendingCreation {
            creations: self.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, CreationCounts> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves one validation; released on drop unless kept.
    pub(super) fn take(&self) -> Option<CreationSlot> {
        let mut state = self.lock();
        state.waiting = state.waiting.checked_sub(1)?;
        Some(CreationSlot {
            creations: self.clone(),
            kept: false,
        })
    }
}

/// A webhook that is being created, until it is dropped. Made by
/// [`PendingCreations::begin`].
#[derive(Debug)]
pub struct PendingCreation {
    creations: PendingCreations,
}

impl Drop for PendingCreation {
    fn drop(&mut self) {
        let mut state = self.creations.lock();
        state.begun = state.begun.saturating_sub(1);
        state.waiting = state.waiting.min(state.begun);
    }
}

/// The reservation of a validation that is being answered.
pub(super) struct CreationSlot {
    creations: PendingCreations,
    kept: bool,
}

impl CreationSlot {
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for CreationSlot {
    fn drop(&mut self) {
        if !self.kept {
            let mut state = self.creations.lock();
            state.waiting = (state.waiting + 1).min(state.begun);
        }
    }
}

/// The key of all later deliveries, as transmitted by a validation.
pub struct SecretOffer {
    pub(super) provider: &'static str,
    pub(super) target: String,
    pub(super) secret: Zeroizing<String>,
}

impl SecretOffer {
    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.provider
    }

    /// The path and query that the provider called, which identify the webhook if each
    /// has its own URL.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The secret to store.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The secret as a key.
    ///
    /// # Errors
    /// None in practice: an offer is never empty.
    pub fn key(&self) -> Result<Key, KeyError> {
        Key::new(self.secret.as_bytes())
    }
}

impl fmt::Debug for SecretOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretOffer")
            .field("provider", &self.provider)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// A subscription that is confirmed by a GET request to [`url`](Self::url). Its signature
/// has been verified, its topic is on the allow-list, and the URL's host is one of the
/// provider's.
#[derive(Clone)]
pub struct Subscription {
    pub(super) provider: &'static str,
    pub(super) target: String,
    pub(super) topic: String,
    pub(super) url: String,
}

impl Subscription {
    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.provider
    }

    /// The path and query that the provider called.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The URL to fetch. It contains a token that confirms the subscription: keep it out
    /// of logs, and do not follow redirects.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("provider", &self.provider)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

/// Whether a URL is https, on one of these hosts, on the default port and without user
/// information.
pub(super) fn is_on_host(url: &str, hosts: &[&str]) -> bool {
    if !url.starts_with("https://") || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let Ok(uri) = url.parse::<http::Uri>() else {
        return false;
    };
    let Some(authority) = uri.authority() else {
        return false;
    };
    let authority = authority.as_str();
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    hosts.iter().any(|pattern| {
        let mut labels = host.split('.');
        let fits = pattern.split('.').all(|wanted| {
            labels.next().is_some_and(|label| match wanted {
                "REGION" => is_region(label),
                _ => label == wanted,
            })
        });
        fits && labels.next().is_none()
    })
}

/// Whether a label is a region of AWS, such as `us-gov-west-1`: another label could be part
/// of a name that anyone can register, such as `sns.s3-us-west-2.amazonaws.com`, a bucket.
fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let area = parts.next().unwrap_or_default();
    let number = parts.next_back().unwrap_or_default();
    let mut directions = parts.peekable();
    area.len() == 2
        && area.bytes().all(|byte| byte.is_ascii_lowercase())
        && directions.peek().is_some()
        && directions
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        && matches!(number.len(), 1 | 2)
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_validation_is_let_through_per_creation() {
        let creations = PendingCreations::default();
        assert!(creations.take().is_none(), "none is pending");
        let one = creations.begin();
        creations.take().unwrap().keep();
        assert!(creations.take().is_none(), "it was believed once");
        let two = creations.begin();
        drop(one);
        drop(creations.take().unwrap());
        assert!(
            creations.take().is_some(),
            "a failed one gives its place back"
        );
        drop(two);
        assert!(creations.take().is_none(), "the call has ended");
    }

    #[test]
    fn a_place_that_outlives_its_creation_is_not_given_back() {
        let creations = PendingCreations::default();
        let one = creations.begin();
        let place = creations.take().unwrap();
        drop(one);
        drop(place);
        assert!(creations.take().is_none());
    }

    #[test]
    fn only_hosts_of_the_provider_count() {
        let hosts = &["sns.REGION.amazonaws.com", "sns.REGION.amazonaws.com.cn"];
        for url in [
            "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=x",
            "https://sns.cn-north-1.amazonaws.com.cn/",
            "https://sns.eu-west-1.amazonaws.com:443/",
            "https://sns.us-gov-west-1.amazonaws.com/",
            "https://sns.ap-southeast-12.amazonaws.com/",
        ] {
            assert!(is_on_host(url, hosts), "{url}");
        }
        for url in [
            "http://sns.us-east-1.amazonaws.com/",
            "HTTPS://sns.us-east-1.amazonaws.com/",
            "https://sns.us-east-1.amazonaws.com.evil.example/",
            "https://evil.example/sns.us-east-1.amazonaws.com",
            "https://evil.example#sns.us-east-1.amazonaws.com/",
            "https://evil.example\\@sns.us-east-1.amazonaws.com/",
            "https://sns.us-east-1.amazonaws.com@evil.example/",
            "https://user@sns.us-east-1.amazonaws.com/",
            "https://sns.us-east-1.amazonaws.com:8443/",
            "https://sns.amazonaws.com/",
            "https://sns..amazonaws.com/",
            "https://sns.a.b.amazonaws.com/",
            "https://xsns.us-east-1.amazonaws.com/",
            "https://sns.us_east.amazonaws.com/",
            "https://sns.us-east.amazonaws.com/",
            "https://sns.us-1.amazonaws.com/",
            "https://sns.us--1.amazonaws.com/",
            "https://sns.us-east1-1.amazonaws.com/",
            "https://sns.s3.amazonaws.com/",
            "https://sns.s3-1.amazonaws.com/",
            "https://sns.s3-us-west-2.amazonaws.com/",
            "https://sns.s3-website-us-east-1.amazonaws.com/",
            "https://sns.s3-accelerate.amazonaws.com/",
            "https://sns.elasticbeanstalk.amazonaws.com/",
            "https://sns.us-east-1.amazonaws.com./",
            "https://sns.us-east-1.amazonaws.com /",
            "//sns.us-east-1.amazonaws.com/",
            "",
        ] {
            assert!(!is_on_host(url, hosts), "{url}");
        }
    }
}
