//! Configuration errors: why a verifier cannot be built. Keys that a source fetches later
//! are checked the same way; the request is then refused with `key_unavailable`.

use std::fmt;

use crate::key::KeyError;
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::request::request_url::UrlSetting;
use crate::scheme::{NotSelected, SchemeError};

/// Why a verifier cannot be built.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The scheme is invalid.
    Scheme(SchemeError),
    /// The scheme has no form of this name, or one of its forms must be selected and none
    /// was.
    Form(String),
    /// The key ring is empty.
    NoKey,
    /// A key cannot be used with the scheme.
    Key {
        /// Its id on the ring.
        id: String,
        /// Why it cannot be used.
        error: KeyError,
    },
    /// The provider signs for many receivers with one key, and no recipient is
    /// configured.
    Recipient(String),
    /// Two keys have the same id.
    RepeatedKeyId(String),
    /// The scheme signs `{const:NAME}`, and the key ring has no parameter of this name.
    MissingParam(String),
    /// A tolerance was set for a scheme without a timestamp.
    NoTimestamp,
    /// The external URL is not an absolute `http` or `https` URL, or has userinfo, a
    /// fragment or, as a base URL, a query.
    ExternalUrl(String),
    /// A pinned host is not a host with an optional port, or a configured URL has a host
    /// that is not pinned.
    Host(String),
    /// A network is not a valid CIDR block.
    Network(String),
    /// The forwarding headers cannot be read as configured.
    Forwarding(&'static str),
    /// The proof does not cover the body, and the scheme does not say what handlers are
    /// given: [`Scheme::trust`](crate::Scheme::trust).
    Trust(String),
    /// The replay guard cannot identify the deliveries of the scheme.
    Replay(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(error) => error.fmt(f),
            Self::Form(what) | Self::Replay(what) | Self::Recipient(what) | Self::Trust(what) => {
                f.write_str(what)
            }
            Self::NoKey => f.write_str("the key ring is empty: add the provider's signing secret or public key"),
            Self::Key { id, error } => write!(f, "key `{id}`: {error}"),
            Self::RepeatedKeyId(id) => write!(f, "two keys have the id `{id}`: give each key its own id"),
            Self::MissingParam(name) => write!(
                f,
                "the scheme signs `{{const:{name}}}`: set its value with `KeyRing::param(\"{name}\", …)` or `--param {name}=…`"
            ),
            Self::NoTimestamp => f.write_str(
                "a tolerance is set, but the scheme has no timestamp: remove the tolerance, or add `timestamp` to the scheme",
            ),
            Self::ExternalUrl(_) => f.write_str(
                "invalid external URL: expected an absolute http or https URL without user, password and fragment, as in `https://hooks.example.com/base`; a base URL must not have a query either",
            ),
            Self::Host(host) if host.is_empty() => f.write_str(
                "no host is pinned: name the hosts of this endpoint, as in `hooks.example.com`",
            ),
            Self::Host(host) => write!(
                f,
                "invalid host {host:?}: expected a host with an optional port, as in `hooks.example.com` or `[::1]:8443`, that matches the external URL"
            ),
            Self::Network(net) => write!(f, "invalid network {net:?}: expected a CIDR block, as in `10.0.0.0/8` or `::1/128`"),
            Self::Forwarding(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ConfigError {}

crate::text::debug_as_display!(ConfigError);

/// A request for which a key source returns unusable keys is refused with
/// `key_unavailable`.
impl From<ConfigError> for Rejection {
    fn from(error: ConfigError) -> Self {
        let error = text(error);
        Reason::Setup { error }.into()
    }
}

/// A request for which a key source returns unusable keys is refused with
/// `key_unavailable`.
impl From<KeyError> for Rejection {
    fn from(error: KeyError) -> Self {
        let error = text(error);
        Reason::Setup { error }.into()
    }
}

impl From<SchemeError> for ConfigError {
    fn from(error: SchemeError) -> Self {
        Self::Scheme(error)
    }
}

impl From<NotSelected> for ConfigError {
    fn from(error: NotSelected) -> Self {
        match error {
            NotSelected::Form(what) => Self::Form(what),
            NotSelected::Scheme(error) => Self::Scheme(error),
        }
    }
}

impl From<UrlSetting> for ConfigError {
    fn from(error: UrlSetting) -> Self {
        match error {
            UrlSetting::External(url) => Self::ExternalUrl(url),
            UrlSetting::Host(host) => Self::Host(host),
            UrlSetting::Network(net) => Self::Network(net),
            UrlSetting::Forwarding(what) => Self::Forwarding(what),
        }
    }
}
