//! Request signing (sender side), for tests and the command line.

#[cfg(feature = "message-signatures")]
mod message;
mod outgoing;

use std::borrow::Cow;
use std::fmt;

use http::header::{HeaderName, HeaderValue};

use self::outgoing::Outgoing;
use crate::crypto::Stream;
use crate::key::{KeyRing, SigningMaterial};
#[cfg(feature = "message-signatures")]
use crate::message_signatures;
use crate::request::head::{RequestHead, Single, listed_headers, single};
use crate::request::request_url::RequestUrl;
use crate::scheme::format::FormatSlot;
use crate::scheme::part::Part;
use crate::scheme::{Algorithm, Place, Plan, Scheme};
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;
use crate::verify::config::ConfigError;
use crate::verify::evaluate::{concatenated, evaluate};
use crate::verify::facts::{Facts, Unmet};

/// Signs requests the way a provider does.
///
/// Shared-secret schemes sign with the same key that verifies. Public-key schemes need
/// the private key, as PEM.
///
/// ```
/// use hookward::{Key, Signer, UnixTime, Verifier, providers};
///
/// let key = Key::new("whsec_test")?;
/// let signer = Signer::new(&providers::STRIPE, key.clone())?;
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut request = http::Request::post("https://example.com/hooks").body(b"{}".to_vec())?;
/// signer.sign(&request, now, None)?.apply(&mut request);
/// assert!(Verifier::new(providers::STRIPE, key)?.verify_at(&request, now).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Signer {
    plan: Plan,
    key_id: String,
    material: SigningMaterial,
    params: Vec<(Box<str>, Box<str>)>,
    /// Whether the operator specified the key's id.
    #[cfg(feature = "message-signatures")]
    named: bool,
    #[cfg(feature = "message-signatures")]
    policy: message_signatures::Policy,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("provider", &self.plan.name)
            .finish_non_exhaustive()
    }
}

/// What a signature adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Signed {
    headers: Vec<(HeaderName, HeaderValue)>,
    uri: Option<http::Uri>,
    body: Option<Vec<u8>>,
}

impl Signed {
    /// The headers to add, in the order in which providers send them: identity and time
    /// first, the signature last.
    #[must_use]
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The URL to call, for schemes that add parameters to its query.
    #[must_use]
    pub fn uri(&self) -> Option<&http::Uri> {
        self.uri.as_ref()
    }

    /// The body to send, for schemes that change it: a form or JSON field, or all of it.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// Applies the signature to the request that was signed.
    pub fn apply<B: From<Vec<u8>>>(self, request: &mut http::Request<B>) {
        for (name, value) in self.headers {
            request.headers_mut().append(name, value);
        }
        if let Some(uri) = self.uri {
            *request.uri_mut() = uri;
        }
        if let Some(body) = self.body {
            *request.body_mut() = body.into();
        }
    }
}

/// Why a request cannot be signed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The request lacks a signed value.
    Missing(String),
    /// The signature's location cannot be written, such as JSON inside a header.
    Unsupported(String),
    /// A value is not a valid header value.
    NotAHeaderValue(String),
    /// The key failed to sign.
    Key,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "the scheme signs {what}, which the request lacks"),
            Self::Unsupported(place) => {
                write!(f, "the signature cannot be written to the {place}")
            }
            Self::NotAHeaderValue(what) => {
                write!(
                    f,
                    "the {what} contains characters that are not allowed in a header"
                )
            }
            Self::Key => f.write_str("the private key cannot sign with this scheme's algorithm"),
        }
    }
}

impl std::error::Error for SignError {}

crate::text::debug_as_display!(SignError);

impl Signer {
    /// Creates a signer with the first key of a ring.
    ///
    /// # Errors
    /// [`ConfigError`] if the scheme or key is not usable.
    pub fn new(scheme: &Scheme, keys: impl Into<KeyRing>) -> Result<Self, ConfigError> {
        let ring = keys.into();
        let plan = scheme
            .selected()?
            .into_iter()
            .next()
            .ok_or_else(|| ConfigError::Form("no form is accepted".into()))?;
        let (id, key, _named) = ring.keys().first().ok_or(ConfigError::NoKey)?;
        for name in plan.params() {
            if !ring.params().iter().any(|(known, _)| **known == *name) {
                return Err(ConfigError::MissingParam(name.to_owned()));
            }
        }
        #[cfg(feature = "message-signatures")]
        let policy = message_signatures::MessageSignatures::of_params(scheme, &ring)?.compile()?;
        let material = key
            .not_a_credential(plan.algorithm, &plan.name)
            .and_then(|()| match plan.algorithm {
                #[cfg(feature = "message-signatures")]
                Algorithm::MessageSignatures => key
                    .message_signing_key(policy.algorithms())
                    .map(SigningMaterial::Message),
                algorithm => key.prepare_signing(algorithm, &plan.key),
            })
            .map_err(|error| ConfigError::Key {
                id: id.to_string(),
                error,
            })?;
        Ok(Self {
            #[cfg(feature = "message-signatures")]
            named: *_named,
            #[cfg(feature = "message-signatures")]
            policy,
            plan,
            key_id: id.to_string(),
            material,
            params: ring.params().to_vec(),
        })
    }

    /// Computes what makes the request genuine at `now`: headers and, for schemes with
    /// the signature in the query or body, the URL or the body.
    ///
    /// The request's URI must be the URL that the provider calls. Without an `id`,
    /// schemes with an id header derive one from the content. If the body is a JWS, the
    /// given body is its claims.
    ///
    /// # Errors
    /// [`SignError`] if the request lacks a signed value.
    pub fn sign<B: AsRef<[u8]>>(
        &self,
        request: &http::Request<B>,
        now: UnixTime,
        id: Option<&str>,
    ) -> Result<Signed, SignError> {
        let plan = &self.plan;
        #[cfg(feature = "message-signatures")]
        if let SigningMaterial::Message(key) = &self.material {
            let Place::Header(signature_header) = &plan.at else {
                return Err(SignError::Unsupported(plan.at.to_string()));
            };
            let key_id = self.named.then_some(&*self.key_id);
            return message::sign(
                key,
                key_id,
                &self.policy,
                signature_header,
                request,
                now,
                id,
            )
            .map(|headers| Signed {
                headers,
                uri: None,
                body: None,
            });
        }
        let mut outgoing = Outgoing::new(request);
        // A value next to the signature that is not in a header is written the same way.
        let writes = !matches!(plan.at, Place::Header(_));
        let is_inside =
            |place: &Place| matches!(place, Place::Json(_) | Place::Form(_) | Place::Query(_));

        let id = match &plan.event_id {
            Some(place @ Place::Header(name)) => {
                let given = outgoing.read(place);
                let id = match (id, &given) {
                    (Some(id), _) => id.to_owned(),
                    (None, Some(given)) => given.clone(),
                    (None, None) => {
                        let body = &outgoing.body;
                        let hash = crate::crypto::sha256(&[&now.as_millis().to_be_bytes(), body]);
                        format!("evt_{}", hex::encode(&hash[..12]))
                    }
                };
                if given.is_none() {
                    outgoing.add(name, &id, "event id")?;
                }
                Some(id)
            }
            // Claims are written here.
            Some(Place::Claim(_)) | None => id.map(str::to_owned),
            Some(place) => match id {
                Some(id) if writes && is_inside(place) => {
                    outgoing.put(place, id, "event id")?;
                    Some(id.to_owned())
                }
                _ => outgoing.read(place),
            },
        };
        let timestamp = match &plan.timestamp {
            None => None,
            Some(planned) => {
                let written = planned.window.unit.write(now);
                match &planned.at {
                    Some(place)
                        if matches!(place, Place::Header(_)) || writes && is_inside(place) =>
                    {
                        outgoing.put(place, &written, "timestamp")?;
                        Some(written)
                    }
                    Some(place) => outgoing.read(place),
                    None => Some(written),
                }
            }
        };
        if let Some(Place::Header(name)) = &plan.key_id {
            outgoing.add(name, &self.key_id, "key id")?;
        }
        for (name, value) in &plan.expect {
            if single(&outgoing.head, name) == Single::Absent {
                outgoing.add(name, value, "expected header")?;
            }
        }

        // Signed values may be in headers that are added here.
        for binding in &plan.bind {
            let Place::Header(name) = &binding.at else {
                continue;
            };
            let value = self.content(&outgoing, &id, &timestamp).text(&binding.is)?;
            if single(&outgoing.head, name) == Single::Absent {
                outgoing.add(name, &value, "digest")?;
            }
        }
        // A body that contains the signature is serialized before it is signed, because
        // its members may change order.
        if matches!(plan.at, Place::Json(_)) {
            outgoing.put(&plan.at, "", "signature")?;
        }
        let value = self.signature(&outgoing, now, &id, &timestamp)?;
        outgoing.put(&plan.at, &value, "signature")?;
        if matches!(plan.algorithm, Algorithm::SharedSecret | Algorithm::Basic)
            && matches!(plan.at, Place::Header(_))
            && let Some((_, value)) = outgoing.headers.last_mut()
        {
            value.set_sensitive(true);
        }
        Ok(Signed {
            headers: outgoing.headers,
            uri: (outgoing.head.uri() != request.uri()).then(|| outgoing.head.uri().clone()),
            body: match outgoing.body {
                Cow::Owned(body) => Some(body),
                Cow::Borrowed(_) => None,
            },
        })
    }

    fn content<'a>(
        &'a self,
        outgoing: &'a Outgoing<'_>,
        id: &'a Option<String>,
        timestamp: &'a Option<String>,
    ) -> ContentToSign<'a> {
        ContentToSign {
            signer: self,
            request: &outgoing.head,
            body: &outgoing.body,
            id,
            timestamp,
            jws: None,
            secret: &[],
        }
    }

    /// The signature in the scheme's format.
    fn signature(
        &self,
        outgoing: &Outgoing<'_>,
        now: UnixTime,
        id: &Option<String>,
        timestamp: &Option<String>,
    ) -> Result<String, SignError> {
        let plan = &self.plan;
        let mut content = self.content(outgoing, id, timestamp);
        let jws = plan
            .format
            .has(FormatSlot::JwsHeader)
            .then(|| self.jws(&content, now, id.as_deref()))
            .transpose()?;
        content.jws = jws.as_ref();
        let signature = match &self.material {
            SigningMaterial::Shared(secret) => plan.encoding.encode(secret),
            // Already signed above.
            #[cfg(feature = "message-signatures")]
            SigningMaterial::Message(_) => return Err(SignError::Key),
            SigningMaterial::Keyed { stream, secret } => {
                let mut stream = (**stream).clone();
                content.feed(secret.as_ref().map_or(&[], |s| s), &mut |bytes| {
                    stream.update(bytes)
                })?;
                plan.encoding.encode(stream.finish().as_bytes())
            }
            SigningMaterial::Private(key) => {
                let mut stream = Stream::hash(plan.algorithm.message_digest());
                let mut message = Vec::new();
                content.feed(&[], &mut |bytes| {
                    stream.update(bytes);
                    message.extend_from_slice(bytes);
                })?;
                let signature = key
                    .sign(plan.algorithm, &message, stream.finish().as_bytes())
                    .ok_or(SignError::Key)?;
                plan.encoding.encode(&signature)
            }
        };
        Ok(plan.format.write(&|slot| match slot {
            FormatSlot::Signature | FormatSlot::Signatures => signature.clone(),
            FormatSlot::Timestamp => timestamp.clone().unwrap_or_default(),
            FormatSlot::Id => id.clone().unwrap_or_default(),
            FormatSlot::KeyId => self.key_id.clone(),
            FormatSlot::JwsHeader => jws
                .as_ref()
                .map(|jws| jws.header.clone())
                .unwrap_or_default(),
            FormatSlot::JwsPayload => jws
                .as_ref()
                .map(|jws| jws.payload.clone())
                .unwrap_or_default(),
            FormatSlot::Any => String::new(),
        }))
    }
}

impl Signer {
    /// Header and claims of a JWS: the scheme's algorithm, the key's id, the time, and
    /// the claims that the scheme binds.
    fn jws(
        &self,
        content: &ContentToSign<'_>,
        now: UnixTime,
        id: Option<&str>,
    ) -> Result<JwsParts, SignError> {
        let plan = &self.plan;
        let mut header = serde_json::Map::new();
        header.insert(
            "alg".into(),
            plan.algorithm.jose_name().unwrap_or_default().into(),
        );
        if let Some(Place::JwsHeader(pointer)) = &plan.key_id {
            header.insert(
                pointer.trim_start_matches('/').into(),
                self.key_id.clone().into(),
            );
        }
        let mut claims = match &plan.at {
            Place::Body => serde_json::from_slice(content.body)
                .map_err(|_| SignError::Missing("a JSON object with the claims".to_owned()))?,
            _ => serde_json::Map::new(),
        };
        claims.insert("iat".into(), now.as_secs().into());
        if let Some(Place::Claim(pointer)) = &plan.event_id
            && let Some(id) = id
        {
            claims.insert(pointer.trim_start_matches('/').into(), id.into());
        }
        for binding in &plan.bind {
            let Place::Claim(pointer) = &binding.at else {
                continue;
            };
            if binding.with_body && content.body.is_empty() {
                continue;
            }
            let value = content.text(&binding.is)?;
            claims.insert(pointer.trim_start_matches('/').into(), value.into());
        }
        let encode = |object| {
            Encoding::Base64url.encode(serde_json::Value::Object(object).to_string().as_bytes())
        };
        let payload = if plan.format.has(FormatSlot::JwsPayload) {
            encode(claims)
        } else {
            String::new()
        };
        Ok(JwsParts {
            header: encode(header),
            payload,
        })
    }
}

/// The signed content of one request.
#[derive(Clone, Copy)]
struct ContentToSign<'a> {
    signer: &'a Signer,
    request: &'a http::Request<()>,
    body: &'a [u8],
    id: &'a Option<String>,
    timestamp: &'a Option<String>,
    jws: Option<&'a JwsParts>,
    secret: &'a [u8],
}

/// The parts of a compact JWS before its signature, encoded.
struct JwsParts {
    header: String,
    payload: String,
}

impl<'a> ContentToSign<'a> {
    fn feed(&self, secret: &'a [u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), SignError> {
        let content = ContentToSign { secret, ..*self };
        for part in &self.signer.plan.parts {
            sink(&evaluate(part, &content).map_err(missing)?);
        }
        Ok(())
    }

    /// The value of a template placeholder, as text.
    fn text(&self, parts: &'a [Part]) -> Result<String, SignError> {
        let value = concatenated(parts, self).map_err(missing)?;
        Ok(String::from_utf8_lossy(&value).into_owned())
    }
}

fn missing(unmet: Unmet) -> SignError {
    SignError::Missing(unmet.what())
}

impl<'a> Facts<'a> for ContentToSign<'a> {
    fn method(&self) -> &'a str {
        RequestHead::method(self.request)
    }

    fn url(&self) -> Result<RequestUrl<'a>, Unmet> {
        RequestUrl::of_outgoing(self.request).map_err(Unmet::Url)
    }

    fn target(&self) -> Cow<'a, str> {
        self.request.target()
    }

    fn header(&self, name: &HeaderName) -> Single<'a> {
        single(self.request, name)
    }

    fn listed(&self, list: &HeaderName) -> Result<String, Unmet> {
        let plan = &self.signer.plan;
        let timestamp = plan.timestamp_header();
        listed_headers(self.request, list, &plan.has_to_be_listed(), &|name| {
            (Some(name) == timestamp).then_some(self.timestamp.as_deref()?.as_bytes())
        })
        .map_err(Unmet::Missing)
    }

    fn timestamp(&self) -> Option<Cow<'a, [u8]>> {
        let text = self.timestamp.as_deref();
        text.map(|text| Cow::Borrowed(text.as_bytes()))
    }

    fn id(&self) -> Option<Cow<'a, [u8]>> {
        let text = self.id.as_deref();
        text.map(|text| Cow::Borrowed(text.as_bytes()))
    }

    fn key_id(&self) -> Option<Cow<'a, [u8]>> {
        Some(Cow::Borrowed(self.signer.key_id.as_bytes()))
    }

    fn jws(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.jws
            .map(|jws| (jws.header.as_bytes(), jws.payload.as_bytes()))
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        let mut params = self.signer.params.iter();
        params
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| &**value)
    }

    fn secret(&self) -> &'a [u8] {
        self.secret
    }

    fn body(&self) -> &'a [u8] {
        self.body
    }

    fn place_of_signature(&self) -> &'a Place {
        &self.signer.plan.at
    }

    fn limit(&self) -> u64 {
        u64::MAX
    }
}
