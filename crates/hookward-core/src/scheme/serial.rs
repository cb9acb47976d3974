//! The written form of a scheme, for TOML and JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Algorithm, BodyDigest, Digest, KeyForm, Location, Scheme, Signature, Text, Timestamp};
use crate::encoding::Encoding;
use crate::time::TimeUnit;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "custom")]
    name: Text,
    algorithm: Algorithm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<WrittenKey>,
    signature: WrittenSignature,
    #[serde(default = "body")]
    signed: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timestamp: Option<WrittenTimestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_id: Option<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_id: Option<Location>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    expect: BTreeMap<Text, Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_digest: Option<WrittenDigest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absent: Vec<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_limit: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    or: Vec<Scheme>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Text>,
    #[serde(default = "signature")]
    format: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    separator: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<Encoding>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<Text>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDigest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Text>,
    digest: Digest,
    encoding: Encoding,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTimestamp {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Text>,
    #[serde(default = "seconds")]
    unit: TimeUnit,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tolerance: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

/// `"text"`, or `{ form = "base64", prefix = "whsec_" }`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenKey {
    Form(String),
    Prefixed(PrefixedKey),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrefixedKey {
    form: String,
    prefix: Text,
}

fn custom() -> Text {
    Cow::Borrowed("custom")
}

fn body() -> Text {
    Cow::Borrowed("{body}")
}

fn signature() -> Text {
    Cow::Borrowed("{signature}")
}

const fn seconds() -> TimeUnit {
    TimeUnit::Seconds
}

/// The one location among four optional keys.
fn one_of(
    header: Option<Text>,
    query: Option<Text>,
    json: Option<Text>,
    form: Option<Text>,
) -> Result<Option<Location>, &'static str> {
    let mut all = [
        header.map(Location::Header),
        query.map(Location::Query),
        json.map(Location::Json),
        form.map(Location::Form),
    ]
    .into_iter()
    .flatten();
    match (all.next(), all.next()) {
        (_, Some(_)) => Err("name one place: `header`, `query`, `json` or `form`, not several"),
        (first, None) => Ok(first),
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Places {
            header: Option<Text>,
            query: Option<Text>,
            json: Option<Text>,
            form: Option<Text>,
        }
        let p = Places::deserialize(deserializer)?;
        one_of(p.header, p.query, p.json, p.form)
            .map_err(D::Error::custom)?
            .ok_or_else(|| D::Error::custom("name a place: `header`, `query`, `json` or `form`"))
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, value) = match self {
            Self::Header(v) => ("header", v),
            Self::Query(v) => ("query", v),
            Self::Json(v) => ("json", v),
            Self::Form(v) => ("form", v),
        };
        serializer.collect_map([(key, value)])
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| {
            let known: Vec<_> = Self::names().collect();
            D::Error::custom(format!(
                "unknown algorithm `{name}`, known are {}",
                known.join(", ")
            ))
        })
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

fn key_form(written: Option<WrittenKey>, algorithm: Algorithm) -> Result<KeyForm, String> {
    let (form, prefix) = match written {
        None if algorithm.is_public_key() => return Ok(KeyForm::PublicKey),
        None => return Ok(KeyForm::Text),
        Some(WrittenKey::Form(form)) => (form, Cow::Borrowed("")),
        Some(WrittenKey::Prefixed(key)) => (key.form, key.prefix),
    };
    Ok(match form.as_str() {
        "text" => KeyForm::Text,
        "hex" => KeyForm::Hex,
        "base64" => KeyForm::Base64(prefix),
        "base64-or-text" => KeyForm::Base64OrText(prefix),
        "public-key" => KeyForm::PublicKey,
        name if Digest::from_name(name).is_some() => {
            KeyForm::Hashed(Digest::from_name(name).unwrap_or(Digest::Sha256))
        }
        _ => {
            return Err(format!(
                "unknown key form `{form}`, known are text, hex, base64, base64-or-text, public-key, and md5 to sha512 for a digest of the text"
            ));
        }
    })
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let w = Written::deserialize(deserializer)?;
        let s = w.signature;
        let at = one_of(s.header, s.query, s.json, s.form)
            .map_err(D::Error::custom)?
            .ok_or_else(|| {
                D::Error::custom("`signature` names no place: write `header = \"…\"`")
            })?;
        let timestamp = match w.timestamp {
            None => None,
            Some(t) => Some(Timestamp {
                at: one_of(t.header, t.query, t.json, t.form).map_err(D::Error::custom)?,
                unit: t.unit,
                tolerance: t.tolerance,
                optional: t.optional,
            }),
        };
        let body_digest = match w.body_digest {
            None => None,
            Some(d) => Some(BodyDigest {
                at: one_of(d.header, d.query, None, None)
                    .map_err(D::Error::custom)?
                    .ok_or_else(|| {
                        D::Error::custom("`body_digest` names no place: write `header` or `query`")
                    })?,
                digest: d.digest,
                encoding: d.encoding,
            }),
        };
        let encoding = s.encoding.unwrap_or(match w.algorithm {
            Algorithm::SharedSecret => Encoding::Plain,
            Algorithm::Hmac(_) | Algorithm::Hash(_) => Encoding::Hex,
            _ => Encoding::Base64,
        });
        let scheme = Self {
            key: key_form(w.key, w.algorithm).map_err(D::Error::custom)?,
            name: w.name,
            algorithm: w.algorithm,
            signature: Signature {
                at,
                format: s.format,
                separator: s.separator,
                encoding,
                also: Cow::Owned(s.also),
                repeated: s.repeated,
            },
            signed: w.signed,
            timestamp,
            event_id: w.event_id,
            key_id: w.key_id,
            expect: Cow::Owned(w.expect.into_iter().collect()),
            body_digest,
            absent: Cow::Owned(w.absent),
            or: Cow::Owned(w.or),
            body_limit: w.body_limit,
        };
        scheme.check().map_err(D::Error::custom)?;
        Ok(scheme)
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let key = match &self.key {
            KeyForm::Text => WrittenKey::Form("text".into()),
            KeyForm::Hex => WrittenKey::Form("hex".into()),
            KeyForm::PublicKey => WrittenKey::Form("public-key".into()),
            KeyForm::Hashed(digest) => WrittenKey::Form(digest.name().into()),
            KeyForm::Base64(p) => WrittenKey::Prefixed(PrefixedKey {
                form: "base64".into(),
                prefix: p.clone(),
            }),
            KeyForm::Base64OrText(p) => WrittenKey::Prefixed(PrefixedKey {
                form: "base64-or-text".into(),
                prefix: p.clone(),
            }),
        };
        let place = |location: Option<&Location>| {
            let mut four = [None, None, None, None];
            match location {
                Some(Location::Header(v)) => four[0] = Some(v.clone()),
                Some(Location::Query(v)) => four[1] = Some(v.clone()),
                Some(Location::Json(v)) => four[2] = Some(v.clone()),
                Some(Location::Form(v)) => four[3] = Some(v.clone()),
                None => {}
            }
            four
        };
        let [header, query, json, form] = place(Some(&self.signature.at));
        let signature = WrittenSignature {
            header,
            query,
            json,
            form,
            format: self.signature.format.clone(),
            separator: self.signature.separator.clone(),
            encoding: Some(self.signature.encoding),
            also: self.signature.also.to_vec(),
            repeated: self.signature.repeated,
        };
        let timestamp = self.timestamp.as_ref().map(|t| {
            let [header, query, json, form] = place(t.at.as_ref());
            WrittenTimestamp {
                header,
                query,
                json,
                form,
                unit: t.unit,
                tolerance: t.tolerance,
                optional: t.optional,
            }
        });
        Written {
            name: self.name.clone(),
            algorithm: self.algorithm,
            key: Some(key),
            signature,
            signed: self.signed.clone(),
            timestamp,
            event_id: self.event_id.clone(),
            key_id: self.key_id.clone(),
            expect: self.expect.iter().cloned().collect(),
            body_digest: self.body_digest.as_ref().map(|d| {
                let [header, query, ..] = place(Some(&d.at));
                WrittenDigest {
                    header,
                    query,
                    digest: d.digest,
                    encoding: d.encoding,
                }
            }),
            absent: self.absent.to_vec(),
            body_limit: self.body_limit,
            or: self.or.to_vec(),
        }
        .serialize(serializer)
    }
}
