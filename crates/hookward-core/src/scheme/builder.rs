//! A `const` builder for schemes: constructors and setters. The catalogue consists of
//! constants made with it.

use std::borrow::Cow;

use super::algorithm::{Algorithm, Digest};
use super::definition::{Binding, MeantFor, Scheme, Signature, Timestamp};
use super::key_form::KeyForm;
use super::location::Location;
use super::replay::Replay;
use super::retries::Success;
use super::text::Text;
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;

/// Replaces a field in a `const fn`, which cannot drop. In a constant, the replaced value
/// never owns memory.
macro_rules! put {
    ($field:expr, $value:expr) => {
        std::mem::forget(std::mem::replace(&mut $field, $value))
    };
}

/// Constructors and setters for constants. On a scheme that was deserialized, assign the
/// public fields instead: a setter leaks the text that it replaces.
#[allow(
    clippy::mem_replace_option_with_none,
    clippy::mem_replace_option_with_some
)] // `Option::replace` would drop.
impl Scheme {
    const fn new(
        name: &'static str,
        algorithm: Algorithm,
        key: KeyForm,
        encoding: Encoding,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            algorithm,
            key,
            signature: Signature {
                at: Location::Header(Cow::Borrowed("x-signature")),
                format: Cow::Borrowed("{signature}"),
                separator: None,
                encoding,
                also: Cow::Borrowed(&[]),
                repeated: false,
            },
            signed: Cow::Borrowed("{body}"),
            timestamp: None,
            event_id: None,
            key_id: None,
            expect: Cow::Borrowed(&[]),
            bind: Cow::Borrowed(&[]),
            absent: Cow::Borrowed(&[]),
            or: Cow::Borrowed(&[]),
            form: Cow::Borrowed("default"),
            opt_in: false,
            accept: Cow::Borrowed(&[]),
            only: None,
            trust: None,
            token: false,
            recipients: Cow::Borrowed(&[]),
            meant_for: MeantFor::UNSET,
            replay: Replay::UNSET,
            retries: None,
            success: Success::Any2xx,
            ambiguous: Cow::Borrowed(""),
            body_limit: None,
        }
    }

    /// An HMAC over the raw body, in hex, with a text secret, in `X-Signature`; use the
    /// setters for what differs.
    #[must_use]
    pub const fn hmac(name: &'static str, digest: Digest) -> Self {
        Self::new(name, Algorithm::Hmac(digest), KeyForm::Text, Encoding::Hex)
    }

    /// A hash over content that contains the secret.
    #[must_use]
    pub const fn hash(name: &'static str, digest: Digest) -> Self {
        Self::new(name, Algorithm::Hash(digest), KeyForm::Text, Encoding::Hex)
            .signed("{secret}{body}")
    }

    /// A secret that is sent in plain text.
    #[must_use]
    pub const fn shared_secret(name: &'static str) -> Self {
        Self::new(
            name,
            Algorithm::SharedSecret,
            KeyForm::Text,
            Encoding::Plain,
        )
    }

    /// HTTP Basic credentials; the key is `user:password`.
    #[must_use]
    pub const fn basic(name: &'static str) -> Self {
        Self::new(name, Algorithm::Basic, KeyForm::Text, Encoding::Base64)
            .header("authorization")
            .format("Basic {signature}")
    }

    /// A public-key algorithm over the raw body, in base64.
    #[must_use]
    pub const fn public_key(name: &'static str, algorithm: Algorithm) -> Self {
        Self::new(name, algorithm, KeyForm::PublicKey, Encoding::Base64)
    }

    /// HTTP Message Signatures (RFC 9421) in `Signature` and
    /// `Signature-Input`, with a `created` time.
    #[must_use]
    pub const fn message_signatures(name: &'static str) -> Self {
        Self::new(
            name,
            Algorithm::MessageSignatures,
            KeyForm::Any,
            Encoding::Base64,
        )
        .header("signature")
        .timestamp_in_signature(TimeUnit::Seconds)
    }

    /// RSA PKCS#1 v1.5 over the raw body, in base64.
    #[must_use]
    pub const fn rsa_pkcs1(name: &'static str, digest: Digest) -> Self {
        Self::new(
            name,
            Algorithm::RsaPkcs1(digest),
            KeyForm::PublicKey,
            Encoding::Base64,
        )
    }

    /// The header that carries the signature.
    #[must_use]
    pub const fn header(self, name: &'static str) -> Self {
        self.at(Location::Header(Cow::Borrowed(name)))
    }

    /// Additional headers that may carry a signature.
    #[must_use]
    pub const fn also(mut self, headers: &'static [Text]) -> Self {
        put!(self.signature.also, Cow::Borrowed(headers));
        self
    }

    /// Allows the signature header to appear more than once.
    #[must_use]
    pub const fn repeated(mut self) -> Self {
        self.signature.repeated = true;
        self
    }

    /// The location of the signature.
    #[must_use]
    pub const fn at(mut self, at: Location) -> Self {
        put!(self.signature.at, at);
        self
    }

    /// The format of the signature: `{signature}` and the text around it.
    #[must_use]
    pub const fn format(mut self, format: &'static str) -> Self {
        put!(self.signature.format, Cow::Borrowed(format));
        self
    }

    /// The separator of several signatures in one value.
    #[must_use]
    pub const fn separator(mut self, separator: &'static str) -> Self {
        put!(self.signature.separator, Some(Cow::Borrowed(separator)));
        self
    }

    /// The encoding of the signature's bytes.
    #[must_use]
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.signature.encoding = encoding;
        self
    }

    /// What is signed.
    #[must_use]
    pub const fn signed(mut self, template: &'static str) -> Self {
        put!(self.signed, Cow::Borrowed(template));
        self
    }

    /// The form of the key.
    #[must_use]
    pub const fn key(mut self, form: KeyForm) -> Self {
        put!(self.key, form);
        self
    }

    /// A timestamp in a separate header.
    #[must_use]
    pub const fn timestamp_header(self, name: &'static str, unit: TimeUnit) -> Self {
        self.timestamp_at(Location::Header(Cow::Borrowed(name)), unit)
    }

    /// A timestamp at any location in the request.
    #[must_use]
    pub const fn timestamp_at(mut self, at: Location, unit: TimeUnit) -> Self {
        put!(
            self.timestamp,
            Some(Timestamp {
                at: Some(at),
                unit,
                tolerance: None,
                optional: false
            })
        );
        self
    }

    /// A timestamp inside the signature's format, as `{timestamp}`.
    #[must_use]
    pub const fn timestamp_in_signature(mut self, unit: TimeUnit) -> Self {
        put!(
            self.timestamp,
            Some(Timestamp {
                at: None,
                unit,
                tolerance: None,
                optional: false
            })
        );
        self
    }

    /// How many seconds the timestamp may be in the past or in the future. Has no effect
    /// without a timestamp.
    #[must_use]
    pub const fn tolerance(mut self, seconds: u32) -> Self {
        if let Some(timestamp) = &mut self.timestamp {
            timestamp.tolerance = Some(seconds);
        }
        self
    }

    /// Accepts requests without a timestamp.
    #[must_use]
    pub const fn optional_timestamp(mut self) -> Self {
        if let Some(timestamp) = &mut self.timestamp {
            timestamp.optional = true;
        }
        self
    }

    /// A header that carries the event's id.
    #[must_use]
    pub const fn event_id_header(self, name: &'static str) -> Self {
        self.event_id_at(Location::Header(Cow::Borrowed(name)))
    }

    /// A field of the JSON body that carries the event's id.
    #[must_use]
    pub const fn event_id_json(self, pointer: &'static str) -> Self {
        self.event_id_at(Location::Json(Cow::Borrowed(pointer)))
    }

    /// The location of the event's id.
    #[must_use]
    pub const fn event_id_at(mut self, at: Location) -> Self {
        put!(self.event_id, Some(at));
        self
    }

    /// A header that names the key.
    #[must_use]
    pub const fn key_id_header(mut self, name: &'static str) -> Self {
        put!(self.key_id, Some(Location::Header(Cow::Borrowed(name))));
        self
    }

    /// The location of the key id.
    #[must_use]
    pub const fn key_id_at(mut self, at: Location) -> Self {
        put!(self.key_id, Some(at));
        self
    }

    /// For requests without a key id.
    #[must_use]
    pub const fn without_key_id(mut self) -> Self {
        put!(self.key_id, None);
        self
    }

    /// Headers, each with the value that it must have.
    #[must_use]
    pub const fn expect(mut self, headers: &'static [(Text, Text)]) -> Self {
        put!(self.expect, Cow::Borrowed(headers));
        self
    }

    /// Values that must equal something computed from the request.
    #[must_use]
    pub const fn bind(mut self, bindings: &'static [Binding]) -> Self {
        put!(self.bind, Cow::Borrowed(bindings));
        self
    }

    /// A compact JWS (RFC 7515) in place of the signature, after `prefix`: the header's
    /// `alg` must match the algorithm, `exp` and `nbf` are enforced, `kid` selects the
    /// key.
    #[must_use]
    pub const fn jws(mut self, format: &'static str) -> Self {
        put!(self.signature.format, Cow::Borrowed(format));
        put!(self.signed, Cow::Borrowed("{jws_header}.{jws_payload}"));
        put!(
            self.key_id,
            Some(Location::JwsHeader(Cow::Borrowed("/kid")))
        );
        self.signature.encoding = Encoding::Base64url;
        self
    }

    /// Locations that must be empty.
    #[must_use]
    pub const fn absent(mut self, places: &'static [Location]) -> Self {
        put!(self.absent, Cow::Borrowed(places));
        self
    }

    /// Other forms of the same provider.
    #[must_use]
    pub const fn or(mut self, others: &'static [Scheme]) -> Self {
        put!(self.or, Cow::Borrowed(others));
        self
    }

    /// Names this form.
    #[must_use]
    pub const fn form(mut self, name: &'static str) -> Self {
        put!(self.form, Cow::Borrowed(name));
        self
    }

    /// Accepts this form only if the operator names it.
    #[must_use]
    pub const fn opt_in(mut self) -> Self {
        self.opt_in = true;
        self
    }

    /// Declares that the signed content is a token about something other than the request
    /// that carries it.
    #[must_use]
    pub const fn token(mut self) -> Self {
        self.token = true;
        self
    }

    /// Declares what an attacker can do with an ambiguous signed text. Only for providers
    /// that sign such a text: its parts are not proven as those of an unambiguous text
    /// are.
    #[must_use]
    pub const fn ambiguous(mut self, attack: &'static str) -> Self {
        put!(self.ambiguous, Cow::Borrowed(attack));
        self
    }

    /// The maximum size of the provider's bodies, in bytes.
    #[must_use]
    pub const fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }
}
