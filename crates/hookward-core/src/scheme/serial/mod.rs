//! The serde format of schemes, for TOML and JSON. It is separate from [`Scheme`], so
//! that a file stays short and its errors say what to write.

mod delivery;
mod key;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::delivery::{WrittenRecipient, WrittenReplay, WrittenRetries, answered, success};
use self::key::{WrittenKey, key_form, known_key};
use super::algorithm::Algorithm;
use super::definition::{Binding, MeantFor, Scheme, Signature, Timestamp};
use super::display::{usual_encoding, usually_signed};
use super::location::Location;
use super::place::Place;
use super::replay::Replay;
use super::spelling::{Spelled, Spelling, unknown};
use super::text::Text;
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a scheme, as in `algorithm = \"hmac-sha256\"` and `signature = { header = \"x-signature\" }`"
)]
struct Written {
    #[serde(default = "custom")]
    name: Text,
    #[serde(default = "default_form", skip_serializing_if = "is_default_form")]
    form: Text,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    opt_in: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<Algorithm>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "known_key"
    )]
    key: Option<WrittenKey>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "placed"
    )]
    signature: Option<WrittenSignature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<Text>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "dated"
    )]
    timestamp: Option<WrittenTimestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_id: Option<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_id: Option<Location>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    expect: BTreeMap<Text, Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absent: Vec<Location>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    token: bool,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    ambiguous: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recipients: Vec<Spelled<WrittenRecipient>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replay: Option<Spelled<WrittenReplay>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retries: Option<Spelled<WrittenRetries>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "answered"
    )]
    success: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_limit: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bind: Vec<Spelled<WrittenBinding>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    or: Vec<Draft>,
}

#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "the location of the signature, as in `{ header = \"x-signature\" }`"
)]
struct WrittenSignature {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Text>,
    /// A member of the base64-encoded JSON in the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Text>,
    /// `true` if the whole body is the value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    body: bool,
    #[serde(default = "signature")]
    format: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    separator: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<Spelled<Encoding>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
}

impl WrittenSignature {
    /// The location of HTTP Basic credentials.
    fn basic() -> Self {
        Self {
            header: Some(Cow::Borrowed("authorization")),
            member: None,
            query: None,
            json: None,
            form: None,
            body: false,
            format: Cow::Borrowed("Basic {signature}"),
            separator: None,
            encoding: None,
            also: Vec::new(),
            repeated: false,
        }
    }

    fn places(&self) -> Result<Location, String> {
        Places {
            header: self.header.clone(),
            member: self.member.clone(),
            query: self.query.clone(),
            json: self.json.clone(),
            form: self.form.clone(),
            body: self.body,
            ..Places::default()
        }
        .location()?
        .ok_or_else(|| "`signature` has no location: write `header = \"…\"`".into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "the location of the timestamp, as in `{ header = \"x-timestamp\", unit = \"s\" }`"
)]
struct WrittenTimestamp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<Text>,
    #[serde(default = "seconds")]
    unit: Spelled<TimeUnit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tolerance: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

impl WrittenTimestamp {
    fn place(&self) -> Result<Option<Location>, String> {
        Places {
            header: self.header.clone(),
            query: self.query.clone(),
            json: self.json.clone(),
            form: self.form.clone(),
            claim: self.claim.clone(),
            ..Places::default()
        }
        .location()
    }
}

fn custom() -> Text {
    Cow::Borrowed("custom")
}

fn default_form() -> Text {
    Cow::Borrowed("default")
}

fn is_default_form(name: &str) -> bool {
    name == "default"
}

fn signature() -> Text {
    Cow::Borrowed("{signature}")
}

const fn seconds() -> Spelled<TimeUnit> {
    Spelled(TimeUnit::Seconds)
}

/// A location: exactly one of these.
#[derive(Default, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a location, as in `{ header = \"x-id\" }` or `{ json = \"/id\" }`"
)]
struct Places {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    body: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jws_header: Option<Text>,
}

impl Places {
    fn location(mut self) -> Result<Option<Location>, String> {
        let header = match (self.header, self.member) {
            (Some(header), Some(member)) => Some(Location::HeaderJson(header, member)),
            (None, Some(member)) if self.form.is_some() => self
                .form
                .take()
                .map(|field| Location::FormJson(field, member)),
            (None, Some(_)) => {
                return Err(
                    "`member` is a member of the JSON in a header or form field: add `header` or `form`".into(),
                );
            }
            (header, None) => header.map(Location::Header),
        };
        let mut all = [
            header,
            self.query.map(Location::Query),
            self.json.map(Location::Json),
            self.form.map(Location::Form),
            self.body.then_some(Location::Body),
            self.claim.map(Location::Claim),
            self.jws_header.map(Location::JwsHeader),
        ]
        .into_iter()
        .flatten();
        match (all.next(), all.next()) {
            (_, Some(_)) => Err("write exactly one location, as in `header = \"…\"`".into()),
            (Some(one), None) => match Place::compile(&one) {
                Ok(_) => Ok(Some(one)),
                Err(error) => Err(error.to_string()),
            },
            (None, None) => Ok(None),
        }
    }

    fn of(location: Option<&Location>) -> Self {
        let mut places = Self::default();
        match location.cloned() {
            Some(Location::Header(v)) => places.header = Some(v),
            Some(Location::HeaderJson(header, member)) => {
                places.header = Some(header);
                places.member = Some(member);
            }
            Some(Location::Query(v)) => places.query = Some(v),
            Some(Location::Json(v)) => places.json = Some(v),
            Some(Location::Form(v)) => places.form = Some(v),
            Some(Location::FormJson(field, member)) => {
                places.form = Some(field);
                places.member = Some(member);
            }
            Some(Location::Body) => places.body = true,
            Some(Location::Claim(v)) => places.claim = Some(v),
            Some(Location::JwsHeader(v)) => places.jws_header = Some(v),
            None => {}
        }
        places
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Places::deserialize(Spelling(deserializer))?
            .location()
            .map_err(D::Error::custom)?
            .ok_or_else(|| D::Error::custom("name a place, as in `header = \"…\"`"))
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Places::of(Some(self)).serialize(serializer)
    }
}

/// `{ at = { claim = "/body_hash" }, is = "{body|sha256|hex}" }`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBinding {
    at: Location,
    is: Text,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    with_body: bool,
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| {
            let known: Vec<_> = Self::names().collect();
            D::Error::custom(unknown("algorithm", &name, known.into_iter()))
        })
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Refuses a signature without a location, or with several, while its position in the
/// text is known.
fn placed<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<WrittenSignature>, D::Error> {
    let written = WrittenSignature::deserialize(Spelling(deserializer))?;
    written.places().map_err(D::Error::custom)?;
    Ok(Some(written))
}

/// The same for a timestamp.
fn dated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WrittenTimestamp>, D::Error> {
    let written = WrittenTimestamp::deserialize(Spelling(deserializer))?;
    written.place().map_err(D::Error::custom)?;
    Ok(Some(written))
}

/// A deserialized scheme, for tools that describe one. Everything is validated except
/// whether the signed text is unambiguous or declared [`ambiguous`](Scheme::ambiguous),
/// which a [`Scheme`] must be.
#[derive(Debug, Clone)]
pub struct Draft(pub Scheme);

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Draft(scheme) = Draft::deserialize(deserializer)?;
        scheme.check().map_err(D::Error::custom)?;
        Ok(scheme)
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let w = Written::deserialize(Spelling(deserializer))?;
        let Some(algorithm) = w.algorithm else {
            return Err(D::Error::custom(
                "`algorithm` is missing: write the provider's, as in `algorithm = \"hmac-sha256\"`",
            ));
        };
        let s = match w.signature {
            Some(signature) => signature,
            None if algorithm == Algorithm::Basic => WrittenSignature::basic(),
            None => {
                return Err(D::Error::custom(
                    "`signature` is missing: write its location, as in `signature = { header = \"x-signature\" }`",
                ));
            }
        };
        let at = s.places().map_err(D::Error::custom)?;
        let timestamp = match w.timestamp {
            None => None,
            Some(t) => Some(Timestamp {
                at: t.place().map_err(D::Error::custom)?,
                unit: t.unit.0,
                tolerance: t.tolerance,
                optional: t.optional,
            }),
        };
        let encoding = s
            .encoding
            .map(|Spelled(encoding)| encoding)
            .unwrap_or_else(|| usual_encoding(algorithm, &s.format));
        let scheme = Scheme {
            key: key_form(w.key.as_ref(), algorithm).map_err(D::Error::custom)?,
            name: w.name,
            algorithm,
            signed: w
                .signed
                .unwrap_or_else(|| Cow::Borrowed(usually_signed(&s.format))),
            signature: Signature {
                at,
                format: s.format,
                separator: s.separator,
                encoding,
                also: Cow::Owned(s.also),
                repeated: s.repeated,
            },
            timestamp,
            event_id: w.event_id,
            key_id: w.key_id,
            expect: Cow::Owned(w.expect.into_iter().collect()),
            bind: w
                .bind
                .into_iter()
                .map(|Spelled(b)| Binding {
                    at: b.at,
                    is: b.is,
                    with_body: b.with_body,
                })
                .collect(),
            absent: Cow::Owned(w.absent),
            or: w.or.into_iter().map(|Draft(form)| form).collect(),
            form: w.form,
            opt_in: w.opt_in,
            accept: Cow::Borrowed(&[]),
            only: None,
            trust: None,
            token: w.token,
            recipients: w
                .recipients
                .into_iter()
                .map(|Spelled(recipient)| recipient.read())
                .collect(),
            meant_for: MeantFor::default(),
            replay: match w.replay {
                Some(Spelled(replay)) => replay.read(),
                None => Replay::UNSET,
            },
            retries: w.retries.map(|Spelled(retries)| retries.read()),
            success: success(w.success).map_err(D::Error::custom)?,
            ambiguous: w.ambiguous,
            body_limit: w.body_limit,
        };
        scheme.check_all_but_readings().map_err(D::Error::custom)?;
        Ok(Self(scheme))
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = Places::of(Some(&self.signature.at));
        let signature = WrittenSignature {
            header: at.header,
            member: at.member,
            query: at.query,
            json: at.json,
            form: at.form,
            body: at.body,
            format: self.signature.format.clone(),
            separator: self.signature.separator.clone(),
            encoding: Some(Spelled(self.signature.encoding)),
            also: self.signature.also.to_vec(),
            repeated: self.signature.repeated,
        };
        let timestamp = self.timestamp.as_ref().map(|t| {
            let at = Places::of(t.at.as_ref());
            WrittenTimestamp {
                header: at.header,
                query: at.query,
                json: at.json,
                form: at.form,
                claim: at.claim,
                unit: Spelled(t.unit),
                tolerance: t.tolerance,
                optional: t.optional,
            }
        });
        let bind = self.bind.iter().map(|b| {
            Spelled(WrittenBinding {
                at: b.at.clone(),
                is: b.is.clone(),
                with_body: b.with_body,
            })
        });
        Written {
            name: self.name.clone(),
            algorithm: Some(self.algorithm),
            key: Some(WrittenKey::of(&self.key)),
            signature: Some(signature),
            signed: Some(self.signed.clone()),
            timestamp,
            event_id: self.event_id.clone(),
            key_id: self.key_id.clone(),
            expect: self.expect.iter().cloned().collect(),
            absent: self.absent.to_vec(),
            form: self.form.clone(),
            opt_in: self.opt_in,
            token: self.token,
            recipients: (self
                .recipients
                .iter()
                .map(WrittenRecipient::of)
                .map(Spelled))
            .collect(),
            replay: WrittenReplay::of(&self.replay).map(Spelled),
            retries: self.retries.as_ref().map(WrittenRetries::of).map(Spelled),
            success: self.written_success(),
            ambiguous: self.ambiguous.clone(),
            body_limit: self.body_limit,
            bind: bind.collect(),
            or: self.or.iter().cloned().map(Draft).collect(),
        }
        .serialize(serializer)
    }
}
