//! The serde format of key forms.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::scheme::algorithm::{Algorithm, Digest};
use crate::scheme::key_form::KeyForm;
use crate::scheme::spelling::{Spelling, unknown};
use crate::scheme::text::Text;

/// `"text"`, `{ form = "base64", prefix = "whsec_" }`, or
/// `{ form = "x5c-root", leaf = "1.2.3", issuer = "1.2.4" }`.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WrittenKey {
    Form(Text),
    Table(KeyTable),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyTable {
    form: Text,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    prefix: Text,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    leaf: Text,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    issuer: Text,
}

impl<'de> Deserialize<'de> for WrittenKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTable;

        impl<'de> Visitor<'de> for TextOrTable {
            type Value = WrittenKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a key form, as in \"text\", `{ form = \"base64\", prefix = \"…\" }`, or `{ form = \"x5c-root\", leaf = \"…\", issuer = \"…\" }`")
            }

            fn visit_str<E: serde::de::Error>(self, form: &str) -> Result<WrittenKey, E> {
                Ok(WrittenKey::Form(Cow::Owned(form.into())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WrittenKey, A::Error> {
                KeyTable::deserialize(Spelling(MapAccessDeserializer::new(map)))
                    .map(WrittenKey::Table)
            }
        }

        deserializer.deserialize_any(TextOrTable)
    }
}

impl WrittenKey {
    pub(super) fn of(key: &KeyForm) -> Self {
        let (form, members) = key.written();
        let member = |name| {
            let found = members.iter().find(|(known, _)| *known == name);
            found.map_or(Cow::Borrowed(""), |(_, value)| (*value).clone())
        };
        match members.is_empty() {
            true => WrittenKey::Form(form),
            false => WrittenKey::Table(KeyTable {
                form,
                prefix: member("prefix"),
                leaf: member("leaf"),
                issuer: member("issuer"),
            }),
        }
    }
}

/// Refuses an unknown key form while its position in the text is known.
pub(super) fn known_key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<WrittenKey>, D::Error> {
    let written = WrittenKey::deserialize(deserializer)?;
    key_form(Some(&written), Algorithm::SharedSecret).map_err(D::Error::custom)?;
    Ok(Some(written))
}

/// The names of key forms.
const KEY_FORMS: [&str; 22] = [
    "text",
    "text-nfkd",
    "hex",
    "base64",
    "base64url",
    "base64-or-text",
    "base64-and-text",
    "public-key",
    "short-rsa",
    "repeated-seed",
    "x5c-root",
    "any",
    "md5",
    "sha1",
    "sha256",
    "sha384",
    "sha512",
    "md5-hex",
    "sha1-hex",
    "sha256-hex",
    "sha384-hex",
    "sha512-hex",
];

pub(super) fn key_form(
    written: Option<&WrittenKey>,
    algorithm: Algorithm,
) -> Result<KeyForm, String> {
    let (form, prefix) = match written {
        None if algorithm == Algorithm::MessageSignatures => return Ok(KeyForm::Any),
        None if algorithm.is_public_key() => return Ok(KeyForm::PublicKey),
        None => return Ok(KeyForm::Text),
        Some(WrittenKey::Form(form)) => (form, Cow::Borrowed("")),
        Some(WrittenKey::Table(key)) if key.leaf.is_empty() && key.issuer.is_empty() => {
            (&key.form, key.prefix.clone())
        }
        Some(WrittenKey::Table(key)) if key.form == "x5c-root" && key.prefix.is_empty() => {
            return Ok(KeyForm::X5cRoot {
                leaf: key.leaf.clone(),
                issuer: key.issuer.clone(),
            });
        }
        Some(WrittenKey::Table(_)) => {
            return Err(
                "`leaf` and `issuer` are for a key of the form `x5c-root`, without a `prefix`"
                    .into(),
            );
        }
    };
    if !prefix.is_empty()
        && KEY_FORMS.contains(&&**form)
        && !matches!(
            &**form,
            "hex" | "base64" | "base64url" | "base64-or-text" | "base64-and-text"
        )
    {
        return Err(format!(
            "a key of the form `{form}` has no prefix: only the forms hex, base64, base64url, base64-or-text and base64-and-text can have one"
        ));
    }
    Ok(match &**form {
        "text" => KeyForm::Text,
        "text-nfkd" => KeyForm::TextNfkd,
        "hex" if prefix.is_empty() => KeyForm::Hex,
        "hex" => KeyForm::HexAfter(prefix),
        "base64" => KeyForm::Base64(prefix),
        "base64url" => KeyForm::Base64Url(prefix),
        "base64-or-text" => KeyForm::Base64OrText(prefix),
        "base64-and-text" => KeyForm::Base64AndText(prefix),
        "public-key" => KeyForm::PublicKey,
        "short-rsa" => KeyForm::ShortRsa,
        "repeated-seed" => KeyForm::RepeatedSeed,
        "x5c-root" => KeyForm::X5cRoot {
            leaf: Cow::Borrowed(""),
            issuer: Cow::Borrowed(""),
        },
        "any" => KeyForm::Any,
        name => match (
            Digest::from_name(name),
            name.strip_suffix("-hex").and_then(Digest::from_name),
        ) {
            (Some(digest), _) => KeyForm::Hashed(digest),
            (None, Some(digest)) => KeyForm::HashedHex(digest),
            (None, None) => {
                return Err(unknown("key form", form, KEY_FORMS.into_iter()));
            }
        },
    })
}
