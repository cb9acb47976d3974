//! What may be wrong with a configuration.

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
    /// The scheme is not usable.
    Scheme(SchemeError),
    /// A form that the scheme does not have, or none where one must be named.
    Form(String),
    /// There is no key.
    NoKey,
    /// A key is not usable with the scheme.
    Key {
        /// Its id on the ring.
        id: String,
        /// What is wrong with it.
        error: KeyError,
    },
    /// One key signs for many receivers, and nothing says whose deliveries to accept.
    Recipient(String),
    /// Two keys have the same id.
    RepeatedKeyId(String),
    /// The scheme signs `{const:NAME}`, and the ring has no such value.
    MissingParam(String),
    /// A tolerance for a scheme that has no timestamp.
    NoTimestamp,
    /// An external URL that is not an absolute `http` or `https` URL, has
    /// userinfo or a fragment or, where it is a base, a query.
    ExternalUrl(String),
    /// A pinned host that is not a host with an optional port, or a configured
    /// URL on another host than the pinned ones.
    Host(String),
    /// A network that is not a valid CIDR block.
    Network(String),
    /// Forwarding headers that cannot be read as configured.
    Forwarding(&'static str),
    /// A proof that leaves the body open, of a scheme that does not say what
    /// handlers shall be given: [`Scheme::trust`](crate::Scheme::trust).
    Trust(String),
    /// A replay guard that could not tell the deliveries of the scheme apart.
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
            Self::RepeatedKeyId(id) => write!(f, "two keys have the id `{id}`: give each its own"),
            Self::MissingParam(name) => write!(
                f,
                "the scheme signs `{{const:{name}}}`: set its value with `KeyRing::param(\"{name}\", …)` or `--param {name}=…`"
            ),
            Self::NoTimestamp => f.write_str(
                "a tolerance for a scheme without a timestamp: leave the tolerance out, or add `timestamp` to the scheme",
            ),
            Self::ExternalUrl(_) => f.write_str(
                "the external URL: expected an absolute http or https URL without user, password and fragment, as in `https://hooks.example.com/base`; a base has no query either",
            ),
            Self::Host(host) if host.is_empty() => f.write_str(
                "no host is pinned: name those that this endpoint answers for, as in `hooks.example.com`",
            ),
            Self::Host(host) => write!(
                f,
                "host {host:?}: expected a host with an optional port, as in `hooks.example.com` or `[::1]:8443`, that agrees with the external URL"
            ),
            Self::Network(net) => write!(f, "network {net:?}: expected a CIDR block, as in `10.0.0.0/8` or `::1/128`"),
            Self::Forwarding(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ConfigError {}

crate::text::debug_as_display!(ConfigError);

/// A key source whose keys do not fit answers `key_unavailable`.
impl From<ConfigError> for Rejection {
    fn from(error: ConfigError) -> Self {
        let error = text(error);
        Reason::Setup { error }.into()
    }
}

/// A key source whose keys do not fit answers `key_unavailable`.
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
