//! Evaluates conditions, checks and values against a request.

use std::borrow::Cow;

use http::header::HeaderName;
use subtle::{Choice, ConstantTimeEq as _};

use super::setup::{OwnKey, Prepared};
use super::{Check, Condition, Source, Value};
use crate::crypto::{Stream, sha256};
use crate::key::Material;
use crate::request::head::{RequestHead, Single, single};
use crate::request::reason::{Reason, text};
use crate::request::rejection::Rejection;
use crate::scheme::Digest;
use crate::text::encoding::Encoding;
use crate::text::values::{self, ValueError};
use crate::verify::Verified;
use crate::verify::verifier::Verifier;

/// The longest challenge that is echoed, in bytes, whatever its shape.
const LONGEST_ECHO: usize = 1024;

/// A request that may be a validation.
pub(super) struct Asked<'a> {
    pub(super) head: &'a dyn RequestHead,
    /// `None` before the body is read.
    pub(super) body: Option<&'a [u8]>,
    pub(super) verifier: Option<&'a Verifier>,
    pub(super) verified: Option<&'a Verified>,
}

impl Asked<'_> {
    /// The value of a source if it occurs exactly once; an empty one counts as missing.
    pub(super) fn value(&self, source: Source) -> Result<String, ValueError> {
        let value = match source {
            Source::Query(name) => {
                let target = self.head.target();
                let (_, query) = target.split_once('?').ok_or(ValueError::Missing)?;
                values::parameter(query, name)?.into_owned()
            }
            Source::Header(name) => {
                let name = HeaderName::try_from(name).map_err(|_| ValueError::Missing)?;
                match single(self.head, &name) {
                    Single::Absent => return Err(ValueError::Missing),
                    Single::Repeated => return Err(ValueError::Repeated),
                    Single::One(value) => std::str::from_utf8(value)
                        .map_err(|_| ValueError::Malformed)?
                        .trim()
                        .to_owned(),
                }
            }
            Source::Json(pointer) => values::json(self.body()?, pointer)?,
            Source::Form(name) => {
                let text = std::str::from_utf8(self.body()?).map_err(|_| ValueError::Malformed)?;
                values::parameter(text, name)?.into_owned()
            }
        };
        if value.is_empty() {
            return Err(ValueError::Missing);
        }
        Ok(value)
    }

    fn body(&self) -> Result<&[u8], ValueError> {
        self.body.ok_or(ValueError::Missing)
    }

    /// Whether a condition holds. A repeated value counts as present, so that the request
    /// is rejected rather than ignored.
    pub(super) fn meets(&self, condition: Condition) -> bool {
        let value = self.value(condition.source());
        match condition {
            Condition::Present(source) => match value {
                Ok(_) | Err(ValueError::Repeated) => true,
                Err(ValueError::Malformed) => !source.in_body(),
                Err(ValueError::Missing) => false,
            },
            Condition::Absent(_) => value == Err(ValueError::Missing),
            Condition::Is(_, text) => value.is_ok_and(|value| value == text),
            Condition::EmptyArray(_) => value.is_ok_and(|value| {
                value
                    .strip_prefix('[')
                    .and_then(|rest| rest.strip_suffix(']'))
                    .is_some_and(|inside| inside.trim().is_empty())
            }),
        }
    }

    /// A required value.
    pub(super) fn needed(&self, source: Source) -> Result<String, Rejection> {
        self.value(source)
            .map_err(|error| unusable(source, describe(error)))
    }

    /// A value that is safe to echo.
    pub(super) fn challenge(&self, source: Source) -> Result<String, Rejection> {
        let value = self.needed(source)?;
        if value.len() > LONGEST_ECHO {
            return Err(unusable(source, "longer than 1024 bytes"));
        }
        let unfit =
            |c: char| c.is_control() || matches!(c, '<' | '>' | char::REPLACEMENT_CHARACTER);
        if value.contains(unfit) {
            return Err(unusable(
                source,
                "with control characters, angle brackets or broken UTF-8",
            ));
        }
        Ok(value)
    }
}

const fn describe(error: ValueError) -> &'static str {
    match error {
        ValueError::Missing => "missing",
        ValueError::Repeated => "repeated",
        ValueError::Malformed => "unreadable",
    }
}

fn unusable(source: Source, why: &str) -> Rejection {
    Rejection::from(Reason::ValidationUnusable {
        place: text(source),
        problem: why.into(),
    })
}

impl Prepared {
    /// Whether a check holds.
    pub(super) fn check(&self, check: Check, asked: &Asked<'_>) -> Result<(), Rejection> {
        // A validation that is forwarded to the handler needs no settings here.
        let unset = match check {
            Check::Token(_) | Check::SortedSha1 { .. } => self.token_hashes.is_empty(),
            Check::Allowed(_) | Check::AllowedIfListed(_) | Check::NotAllowed(_) => !self.lists,
            Check::Shape(..) => false,
        };
        if unset {
            return Ok(());
        }
        match check {
            Check::Token(source) => {
                let token = match asked.value(source) {
                    Err(ValueError::Missing) => {
                        return Err(Rejection::from(Reason::ValidationWithoutToken {
                            place: text(source),
                        }));
                    }
                    token => token.map_err(|error| unusable(source, describe(error)))?,
                };
                self.expect(self.is_token(&token), source, "the token")
            }
            Check::Allowed(source) | Check::AllowedIfListed(source) => {
                let value = asked.needed(source)?;
                self.expect(self.allows(&value), source, "on the allow-list")
            }
            Check::NotAllowed(source) => {
                let value = asked.needed(source)?;
                self.expect(!self.allows(&value), source, "off the allow-list")
            }
            Check::Shape(source, shape) => {
                if shape.matches(&asked.needed(source)?) {
                    return Ok(());
                }
                Err(unusable(source, &format!("not {shape}")))
            }
            Check::SortedSha1 { signature, over } => {
                let given = asked.needed(signature)?;
                let values = over
                    .iter()
                    .map(|source| asked.needed(*source))
                    .collect::<Result<Vec<_>, _>>()?;
                let found = self
                    .settings
                    .tokens
                    .iter()
                    .fold(Choice::from(0), |found, token| {
                        let mut parts: Vec<&str> = values.iter().map(String::as_str).collect();
                        parts.push(token);
                        parts.sort_unstable();
                        let mut hash = Stream::hash(Digest::Sha1);
                        parts.iter().for_each(|part| hash.update(part.as_bytes()));
                        let hex = Encoding::Hex.encode(hash.finish().as_bytes());
                        found | hex.as_bytes().ct_eq(given.as_bytes())
                    });
                self.expect(found.into(), signature, "the hash over the token")
            }
        }
    }

    fn expect(&self, holds: bool, source: Source, expected: &'static str) -> Result<(), Rejection> {
        if holds {
            return Ok(());
        }
        Err(Rejection::from(Reason::ValidationValue {
            provider: text(self.name),
            place: text(source),
            expected,
        }))
    }

    /// Compares in constant time with respect to the tokens, whose number is public:
    /// hashes of equal length are compared, all of them. A value far longer than any
    /// token is not hashed.
    fn is_token(&self, given: &str) -> bool {
        if given.len() > self.longest_token {
            return false;
        }
        let given = sha256(&[given.as_bytes()]);
        self.token_hashes
            .iter()
            .fold(Choice::from(0), |found, token| found | token.ct_eq(&given))
            .into()
    }

    fn allows(&self, value: &str) -> bool {
        self.settings
            .allowed
            .iter()
            .any(|allowed| **allowed == *value)
            || self
                .settings
                .allow
                .as_ref()
                .is_some_and(|allow| allow(value))
    }

    /// A part of the response as text.
    pub(super) fn text(&self, value: Value, asked: &Asked<'_>) -> Result<String, Rejection> {
        match value {
            Value::Echo(source) => asked.challenge(source),
            // Anyone who asks is told the token.
            Value::Token if self.is_delivery_secret(asked) => {
                Err(Rejection::from(Reason::ValidationTellsSecret {
                    provider: text(self.name),
                }))
            }
            _ => self.part(value, asked).map(Cow::into_owned),
        }
    }

    fn part<'v>(&'v self, value: Value, asked: &Asked<'_>) -> Result<Cow<'v, str>, Rejection> {
        Ok(match value {
            // It has a shape: `prepare` requires one, and the checks run first.
            Value::Echo(source) => asked.needed(source)?.into(),
            Value::Text(text) => text.into(),
            Value::Number(number) => number.to_string().into(),
            Value::Token => match self.settings.tokens.first() {
                Some(token) => token.as_str().into(),
                None => return Err(unset("token")),
            },
            Value::Url => match &self.settings.url {
                Some(url) => url.as_ref().into(),
                None => return Err(unset("URL")),
            },
            Value::Joined(parts) => self.joined(parts, asked)?.into(),
            Value::Hash(digest, encoding, parts) => {
                let mut hash = Stream::hash(digest);
                hash.update(self.joined(parts, asked)?.as_bytes());
                encoding.encode(hash.finish().as_bytes()).into()
            }
            Value::Hmac(digest, encoding, parts) => {
                let mut mac = self.mac(digest, asked)?;
                mac.update(self.joined(parts, asked)?.as_bytes());
                encoding.encode(mac.finish().as_bytes()).into()
            }
            Value::Ed25519(encoding, parts) => {
                let message = self.joined(parts, asked)?;
                encoding.encode(&self.sign(message.as_bytes())?).into()
            }
        })
    }

    /// Whether the token in the response is a shared secret that deliveries are verified
    /// with.
    fn is_delivery_secret(&self, asked: &Asked<'_>) -> bool {
        let (Some(token), Some(verifier)) = (self.token_hashes.first(), asked.verifier) else {
            return false;
        };
        verifier.inner.keys.all().iter().any(|key| {
            matches!(&key.material, Material::Shared(secret) if bool::from(secret.ct_eq(token)))
        })
    }

    fn joined(&self, parts: &[Value], asked: &Asked<'_>) -> Result<String, Rejection> {
        let mut text = String::new();
        for part in parts {
            text.push_str(&self.part(*part, asked)?);
        }
        Ok(text)
    }

    fn mac(&self, digest: Digest, asked: &Asked<'_>) -> Result<Stream, Rejection> {
        if let Some(OwnKey::Hmac(stream)) = &self.key {
            return Ok((**stream).clone());
        }
        let id = asked.verified.map(Verified::key_id);
        asked
            .verifier
            .and_then(|verifier| mac_of(verifier, digest, id))
            .ok_or_else(|| unset("HMAC key"))
    }

    #[allow(unused_variables)]
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Rejection> {
        #[cfg(feature = "ed25519")]
        if let Some(OwnKey::Ed25519(key)) = &self.key {
            use ed25519_dalek::Signer as _;
            return Ok(key.sign(message).to_bytes().to_vec());
        }
        Err(unset("Ed25519 key"))
    }
}

/// Reached if the deliveries' keys are of a kind that the response cannot use.
fn unset(what: &'static str) -> Rejection {
    Reason::ValidationUnset { what }.into()
}

/// The MAC with the key of this id, or with the first key.
fn mac_of(verifier: &Verifier, digest: Digest, id: Option<&str>) -> Option<Stream> {
    verifier
        .inner
        .keys
        .all()
        .iter()
        .filter(|key| id.is_none_or(|id| *key.id == *id))
        .find_map(|key| match &key.material {
            Material::Keyed { stream, .. } if stream.is_hmac(digest) => Some(stream.clone()),
            _ => None,
        })
}
