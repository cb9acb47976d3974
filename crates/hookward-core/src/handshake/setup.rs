//! Per-endpoint settings of a handshake (tokens, allow-lists, keys, callbacks), and their
//! validation when the endpoint is built.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::creation::{PendingCreations, SecretOffer, Subscription};
use super::{Check, Effect, Exchange, Handshake, Source, Value};
use crate::crypto::{Stream, sha256};
use crate::key::{Key, KeyError};
use crate::request::rejection::Rejection;
use crate::scheme::{Digest, KeyForm};
use crate::verify::shape::{Alphabet, Piece, Shape};

/// Who answers a validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// Nobody: it is treated like any other request.
    Off,
    /// The middleware; the handler does not run.
    #[default]
    Answer,
    /// The handler, bypassing the replay guard, with [`Validation`](super::Validation) in
    /// the request's extensions.
    HandThrough,
}

pub(super) type Done = Pin<Box<dyn Future<Output = Result<(), Rejection>> + Send>>;
type Allow = dyn Fn(&str) -> bool + Send + Sync;
type Store = dyn Fn(SecretOffer) -> Done + Send + Sync;
type Confirm = dyn Fn(Subscription) -> Done + Send + Sync;

/// A value that exceeds this length in bytes, and that of every configured token, is not
/// compared with them.
const LONGEST_TOKEN: usize = 1024;

/// The configuration of a handshake.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) mode: Mode,
    pub(super) tokens: Vec<Zeroizing<String>>,
    pub(super) allowed: Vec<Box<str>>,
    pub(super) allow: Option<Arc<Allow>>,
    pub(super) key: Option<Key>,
    pub(super) url: Option<Box<str>>,
    pub(super) store: Option<(PendingCreations, Arc<Store>)>,
    pub(super) confirm: Option<Arc<Confirm>>,
}

impl Handshake {
    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(self.settings.get_or_insert_default());
        self
    }

    /// Sets the token agreed with the provider, which the request must contain or which
    /// the response is built from. Several can be set if the request contains it; the
    /// response uses the first.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        self.set(|settings| settings.tokens.push(Zeroizing::new(token.into())))
    }

    /// Adds a topic, an origin or an application id to the allow-list.
    #[must_use]
    pub fn allow(self, value: impl Into<Box<str>>) -> Self {
        self.set(|settings| settings.allowed.push(value.into()))
    }

    /// Allows the topics, origins or application ids for which `allow` returns true, in
    /// addition to the list.
    #[must_use]
    pub fn allow_if(self, allow: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.allow = Some(Arc::new(allow)))
    }

    /// Sets the key for computing the response, as the provider displays it; by default
    /// that of the deliveries. For QQ it is the bot's secret.
    #[must_use]
    pub fn key(self, key: Key) -> Self {
        self.set(|settings| settings.key = Some(key))
    }

    /// Sets the URL of this endpoint, exactly as registered with the provider.
    #[must_use]
    pub fn url(self, url: impl Into<Box<str>>) -> Self {
        self.set(|settings| settings.url = Some(url.into()))
    }

    /// Sets who answers.
    #[must_use]
    pub fn mode(self, mode: Mode) -> Self {
        self.set(|settings| settings.mode = mode)
    }

    /// Forwards validations to the handler, bypassing the replay guard. Signed ones are
    /// verified first; shapes are always checked, tokens and allow-lists if they are set.
    /// The request has [`Validation`](super::Validation) in its extensions (axum's
    /// `Extension`, actix's `ReqData`), and [`Verified`](crate::Verified) only if its
    /// signature verified. A validation recognized from its head is forwarded without its
    /// body.
    #[must_use]
    pub fn hand_through(self) -> Self {
        self.mode(Mode::HandThrough)
    }

    /// Stores the secret that a validation transmits while one of `creations` is pending.
    /// If `store` fails, the validation is rejected with its error.
    ///
    /// ```
    /// use hookward::handshake::PendingCreations;
    /// use hookward::{Endpoint, Key, KeyHandle, Verifier, handshakes, providers};
    ///
    /// let keys = KeyHandle::new(Verifier::new(providers::ASANA, Key::new("not yet known")?)?);
    /// let creations = PendingCreations::default();
    /// let stored = keys.clone();
    /// let asana = handshakes::ASANA.store_secret(&creations, move |offer| {
    ///     let stored = stored.clone();
    ///     async move { Ok(stored.rotate(offer.key()?)?) }
    /// });
    /// let endpoint = Endpoint::new(keys).handshake(asana)?;
    ///
    /// let pending = creations.begin();
    /// // … POST https://app.asana.com/api/1.0/webhooks …
    /// drop(pending);
    /// # let _ = endpoint;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn store_secret<F>(
        self,
        creations: &PendingCreations,
        store: impl Fn(SecretOffer) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), Rejection>> + Send + 'static,
    {
        let store: Arc<Store> = Arc::new(move |offer| Box::pin(store(offer)));
        self.set(|settings| settings.store = Some((creations.clone(), store)))
    }

    /// Confirms a subscription by fetching its URL, which the core does not do itself.
    /// `confirm` is only called for URLs on the provider's hosts, after every check; for
    /// SNS, only for verified subscriptions to allowed topics. If it fails, the
    /// validation is rejected with its error, and the provider may retry.
    ///
    /// ```
    /// use hookward::{Code, Rejection, handshakes};
    ///
    /// # async fn get(url: &str) -> Result<(), std::io::Error> { Ok(()) }
    /// let sns = handshakes::AWS_SNS
    ///     .allow("arn:aws:sns:eu-west-1:123456789012:orders")
    ///     .confirm(|subscription| async move {
    ///         get(subscription.url())
    ///             .await
    ///             .map_err(|error| Rejection::new(Code::Overloaded, error.to_string()))
    ///     });
    /// # let _ = sns;
    /// ```
    #[must_use]
    pub fn confirm<F>(self, confirm: impl Fn(Subscription) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Rejection>> + Send + 'static,
    {
        let confirm: Arc<Confirm> = Arc::new(move |subscription| Box::pin(confirm(subscription)));
        self.set(|settings| settings.confirm = Some(confirm))
    }

    /// The settings without which it cannot be answered.
    pub fn needs(&self) -> impl Iterator<Item = Setting> {
        let wants = Wants::of(self.exchanges);
        [
            (wants.token, Setting::Token),
            (wants.list == Some(true), Setting::AllowList),
            (
                matches!(wants.computes, Some(Computes::Ed25519)),
                Setting::Key,
            ),
            (wants.url, Setting::Url),
            (wants.store, Setting::StoreSecret),
            (wants.confirm, Setting::Confirm),
        ]
        .into_iter()
        .filter_map(|(wanted, setting)| wanted.then_some(setting))
    }

    /// Validates the settings and compiles the handshake.
    pub(super) fn prepare(self) -> Result<Prepared, HandshakeError> {
        let needs: Vec<Setting> = self.needs().collect();
        let settings = self.settings.map(|settings| *settings).unwrap_or_default();
        let wants = Wants::of(self.exchanges);
        let name = self.name;
        let lists = !settings.allowed.is_empty() || settings.allow.is_some();
        let must = settings.mode == Mode::Answer;

        if settings.tokens.iter().any(|token| token.is_empty()) {
            return Err(HandshakeError::Empty {
                name,
                what: "token",
            });
        }
        if settings.allowed.iter().any(|value| value.is_empty()) {
            return Err(HandshakeError::Empty {
                name,
                what: "value on the allow-list",
            });
        }
        let given = [
            (!settings.tokens.is_empty(), wants.token, Setting::Token),
            (lists, wants.list.is_some(), Setting::AllowList),
            (settings.url.is_some(), wants.url, Setting::Url),
            (settings.store.is_some(), wants.store, Setting::StoreSecret),
            (settings.confirm.is_some(), wants.confirm, Setting::Confirm),
            (
                settings.key.is_some(),
                wants.computes.is_some(),
                Setting::Key,
            ),
        ];
        let is_given = |setting| given.iter().any(|(given, _, s)| *given && *s == setting);
        if must && let Some(what) = needs.iter().find(|what| !is_given(**what)) {
            return Err(HandshakeError::Missing { name, what: *what });
        }
        if let Some((.., what)) = given.iter().find(|(given, used, _)| *given && !used) {
            return Err(HandshakeError::Unused { name, what: *what });
        }
        let key = match (wants.computes, &settings.key) {
            (Some(computes), Some(key)) => {
                let form = self.key_digest.map_or(KeyForm::Text, KeyForm::Hashed);
                let key = OwnKey::prepare(computes, key, &form);
                Some(key.map_err(|error| HandshakeError::Key { name, error })?)
            }
            _ => None,
        };
        let mut signs = Vec::new();
        for exchange in self.exchanges {
            for value in exchange.signs() {
                match pieces(&value, exchange, &settings) {
                    Ok(Some(pieces)) => signs.push(pieces),
                    Ok(None) => {}
                    Err(source) => return Err(HandshakeError::Unshaped { name, source }),
                }
            }
        }
        let plans = self
            .exchanges
            .iter()
            .map(|exchange| {
                let has_key = key.is_some() || settings.mode == Mode::HandThrough;
                let (shapes, others): (Vec<Check>, Vec<Check>) = exchange
                    .checks
                    .iter()
                    .partition(|check| matches!(check, Check::Shape(..)));
                PlannedExchange {
                    exchange,
                    checks: shapes.into_iter().chain(others).collect(),
                    needs_body: exchange.needs_body(),
                    needs_verifier: !has_key
                        && exchange.any_value(&|value| matches!(value, Value::Hmac(..))),
                }
            })
            .collect();
        Ok(Prepared {
            name,
            signed: self.signed,
            plans,
            mismatch: self.mismatch,
            refusal: self.refusal,
            token_hashes: settings
                .tokens
                .iter()
                .map(|token| sha256(&[token.as_bytes()]))
                .collect(),
            longest_token: settings
                .tokens
                .iter()
                .map(|token| token.len())
                .fold(LONGEST_TOKEN, usize::max),
            key,
            lists,
            signs,
            settings,
        })
    }
}

/// The texts over which a value is computed; `None` if it cannot be computed because a
/// setting is missing.
///
/// # Errors
/// The value of the request that has no shape, or a shape of which nothing may be signed.
fn pieces(
    value: &Value,
    exchange: &Exchange,
    settings: &Settings,
) -> Result<Option<Vec<Piece>>, Source> {
    let (Value::Hmac(_, _, parts) | Value::Hash(_, _, parts) | Value::Ed25519(_, parts)) = value
    else {
        return Ok(None);
    };
    let mut pieces = Vec::new();
    Ok(spell(parts, exchange, settings, &mut pieces)?.then_some(pieces))
}

/// Adds the pieces of concatenated values; returns whether all their settings are
/// present.
fn spell(
    parts: &[Value],
    exchange: &Exchange,
    settings: &Settings,
    into: &mut Vec<Piece>,
) -> Result<bool, Source> {
    for part in parts {
        let piece = match part {
            Value::Echo(source) => match exchange.shape(*source) {
                Some(shape) if shape.may_be_signed() => Piece::Chosen(shape),
                _ => return Err(*source),
            },
            Value::Text(text) => Piece::literal(text),
            Value::Number(number) => Piece::literal(&number.to_string()),
            Value::Token => match settings.tokens.first() {
                Some(token) => Piece::literal(token),
                None => return Ok(false),
            },
            Value::Url => match &settings.url {
                Some(url) => Piece::literal(url),
                None => return Ok(false),
            },
            Value::Joined(parts) => {
                if !spell(parts, exchange, settings, into)? {
                    return Ok(false);
                }
                continue;
            }
            // Nested values need their shapes regardless.
            Value::Hash(digest, encoding, parts) | Value::Hmac(digest, encoding, parts) => {
                spell(parts, exchange, settings, &mut Vec::new())?;
                let length = encoding.text_len(digest.len());
                Piece::Chosen(Shape::new(Alphabet::Token, length, length))
            }
            Value::Ed25519(encoding, parts) => {
                spell(parts, exchange, settings, &mut Vec::new())?;
                let length = encoding.text_len(64);
                Piece::Chosen(Shape::new(Alphabet::Token, length, length))
            }
        };
        into.push(piece);
    }
    Ok(true)
}

/// A handshake compiled for serving requests.
pub(super) struct Prepared {
    pub(super) name: &'static str,
    pub(super) signed: bool,
    pub(super) plans: Box<[PlannedExchange]>,
    pub(super) mismatch: u16,
    pub(super) refusal: Option<u16>,
    pub(super) settings: Settings,
    pub(super) token_hashes: Box<[[u8; 32]]>,
    pub(super) longest_token: usize,
    pub(super) key: Option<OwnKey>,
    /// Whether there is an allow-list.
    pub(super) lists: bool,
    /// The texts that it signs for anyone.
    pub(super) signs: Vec<Vec<Piece>>,
}

pub(super) struct PlannedExchange {
    pub(super) exchange: &'static Exchange,
    /// The checks, shapes first.
    pub(super) checks: Box<[Check]>,
    pub(super) needs_body: bool,
    /// Whether the answer needs the key of the deliveries.
    pub(super) needs_verifier: bool,
}

/// A key of the handshake's own.
pub(super) enum OwnKey {
    Hmac(Box<Stream>),
    #[cfg(feature = "ed25519")]
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl OwnKey {
    fn prepare(computes: Computes, key: &Key, form: &KeyForm) -> Result<Self, KeyError> {
        let secret = key.secret(form)?;
        match computes {
            Computes::Hmac(digest) => Ok(Self::Hmac(Box::new(Stream::hmac(digest, &secret)))),
            #[cfg(feature = "ed25519")]
            Computes::Ed25519 => {
                let mut seed = Zeroizing::new([0; 32]);
                for (byte, from) in seed.iter_mut().zip(secret.iter().cycle()) {
                    *byte = *from;
                }
                Ok(Self::Ed25519(Box::new(
                    ed25519_dalek::SigningKey::from_bytes(&seed),
                )))
            }
            #[cfg(not(feature = "ed25519"))]
            Computes::Ed25519 => Err(KeyError::NotBuilt("ed25519")),
        }
    }
}

#[derive(Clone, Copy)]
enum Computes {
    Hmac(Digest),
    Ed25519,
}

/// The settings that the exchanges of a handshake use.
struct Wants {
    token: bool,
    /// Whether an allow-list is required; `None` if it is unused.
    list: Option<bool>,
    url: bool,
    store: bool,
    confirm: bool,
    computes: Option<Computes>,
}

impl Wants {
    fn of(exchanges: &[Exchange]) -> Self {
        let value = |wanted: &dyn Fn(&Value) -> bool| {
            exchanges.iter().any(|exchange| exchange.any_value(wanted))
        };
        let checks = || exchanges.iter().flat_map(|exchange| exchange.checks);
        let effect = |wanted: fn(Effect) -> bool| {
            exchanges
                .iter()
                .any(|exchange| exchange.effect.is_some_and(wanted))
        };
        let list = if checks().any(|check| check.wants_list()) {
            Some(true)
        } else if checks().any(|check| matches!(check, super::Check::AllowedIfListed(_))) {
            Some(false)
        } else {
            None
        };
        let computes = std::cell::Cell::new(None);
        value(&|value| {
            match value {
                Value::Hmac(digest, ..) => computes.set(Some(Computes::Hmac(*digest))),
                Value::Ed25519(..) => computes.set(Some(Computes::Ed25519)),
                _ => {}
            }
            false
        });
        Self {
            token: checks().any(|check| check.wants_token())
                || value(&|value| matches!(value, Value::Token)),
            list,
            url: value(&|value| matches!(value, Value::Url)),
            store: effect(|effect| matches!(effect, Effect::StoreSecret(_))),
            confirm: effect(|effect| matches!(effect, Effect::Confirm { .. })),
            computes: computes.get(),
        }
    }
}

/// A setting of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// [`Handshake::token`].
    Token,
    /// [`Handshake::allow`] or [`Handshake::allow_if`].
    AllowList,
    /// [`Handshake::key`].
    Key,
    /// [`Handshake::url`].
    Url,
    /// [`Handshake::store_secret`].
    StoreSecret,
    /// [`Handshake::confirm`].
    Confirm,
}

impl Setting {
    /// The name of the method that sets it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::AllowList => "allow",
            Self::Key => "key",
            Self::Url => "url",
            Self::StoreSecret => "store_secret",
            Self::Confirm => "confirm",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "the token agreed with the provider: `.token(\"…\")`",
            Self::AllowList => "what to allow: `.allow(\"…\")`",
            Self::Key => "a key: `.key(Key::new(\"…\")?)`",
            Self::Url => "this endpoint's URL as the provider has it: `.url(\"https://…\")`",
            Self::StoreSecret => {
                "a function that stores the secret: `.store_secret(&creations, |offer| …)`"
            }
            Self::Confirm => "a function that fetches a URL: `.confirm(|subscription| …)`",
        })
    }
}

/// Why a handshake cannot be answered as configured.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// A required setting is missing.
    Missing {
        /// The handshake.
        name: &'static str,
        /// The missing setting.
        what: Setting,
    },
    /// A setting is unused by the handshake.
    Unused {
        /// The handshake.
        name: &'static str,
        /// The unused setting.
        what: Setting,
    },
    /// A setting is empty.
    Empty {
        /// The handshake.
        name: &'static str,
        /// The empty setting.
        what: &'static str,
    },
    /// A key is not usable.
    Key {
        /// The handshake.
        name: &'static str,
        /// The reason.
        error: KeyError,
    },
    /// The handshake signs a value of the request that has no shape to distinguish it
    /// from a delivery.
    Unshaped {
        /// The handshake.
        name: &'static str,
        /// The value.
        source: Source,
    },
    /// A status is not a valid HTTP status.
    Status {
        /// The handshake.
        name: &'static str,
        /// The status.
        status: u16,
    },
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, what } => write!(
                f,
                "handshake `{name}` needs {what}, or forward it to the handler with `.hand_through()`"
            ),
            Self::Unused { name, what } => {
                write!(f, "handshake `{name}` does not use {what}: remove it")
            }
            Self::Empty { name, what } => write!(f, "handshake `{name}`: an empty {what}"),
            Self::Key { name, error } => write!(f, "handshake `{name}`: {error}"),
            Self::Unshaped { name, source } => write!(
                f,
                "handshake `{name}` signs {source} without a shape: add `Check::Shape` with at most 256 characters of letters, digits and `-._~+/=`, or a UUID"
            ),
            Self::Status { name, status } => {
                write!(f, "handshake `{name}`: {status} is not an HTTP status")
            }
        }
    }
}

impl std::error::Error for HandshakeError {}

crate::text::debug_as_display!(HandshakeError);
