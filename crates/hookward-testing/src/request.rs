//! A delivery: what is in it, and what is wrong with it.

use bytes::Bytes;
use hookward_core::{KeyRing, Proof, Scheme, UnixTime, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::Full;

use crate::draft::{self, FORM, Fill, Form, Given, JSON};
use crate::keys;
use crate::{Error, Sample, forge, sign, wire};

/// A request of a provider: genuine, or forged in one way.
///
/// Made by [`request`](crate::request). It is signed when it is built, and can be
/// built any number of times: the result is the same delivery every time, byte for
/// byte where the algorithm is deterministic (RSA-PSS and ECDSA may draw random
/// numbers).
///
/// ```
/// use hookward::{Code, providers};
/// use hookward::testing;
///
/// let verifier = testing::verifier(providers::STRIPE);
/// let delivery = testing::request(providers::STRIPE)
///     .path("/webhooks/stripe")
///     .json(&serde_json::json!({"id": "evt_1", "type": "invoice.paid"}));
///
/// assert!(verifier.verify(&delivery.build_as::<Vec<u8>>()).is_ok());
/// let refused = |forged: testing::TestRequest| {
///     verifier.verify(&forged.build_as::<Vec<u8>>()).unwrap_err().code()
/// };
/// assert_eq!(refused(delivery.stale()), Code::TimestampTooOld);
/// assert_eq!(refused(delivery.tampered()), Code::SignatureMismatch);
/// assert_eq!(refused(delivery.by_other_key()), Code::SignatureMismatch);
/// assert_eq!(refused(delivery.unsigned()), Code::SignatureMissing);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a delivery is made by `build`"]
pub struct TestRequest {
    scheme: Scheme,
    given: Given,
    at: UnixTime,
    keys: Option<KeyRing>,
    forgery: Forgery,
}

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forgery {
    None,
    Stale,
    Early,
    Tampered,
    OtherKey,
    Unsigned,
}

/// Each forgery with its name.
#[cfg(any(feature = "tower", feature = "actix-web"))]
const FORGERIES: [(&str, Forgery); 5] = [
    ("without a signature", Forgery::Unsigned),
    ("signed by another key", Forgery::OtherKey),
    ("tampered with after it was signed", Forgery::Tampered),
    ("stale", Forgery::Stale),
    ("dated in the future", Forgery::Early),
];

/// How far out of its window a delivery is.
const FAR_OFF_SECS: i64 = 60 * 24 * 3600;

impl TestRequest {
    pub(crate) fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            given: Given {
                method: None,
                uri: None,
                headers: HeaderMap::new(),
                body: None,
                content_type: None,
                id: None,
            },
            at: UnixTime::now(),
            keys: None,
            forgery: Forgery::None,
        }
    }

    /// The URL that the provider calls, or its path and query. The default is
    /// `https://hooks.example.com/hooks/acme`.
    ///
    /// Where the URL is signed, this must be the one that the verifier computes:
    /// behind a proxy, the external one.
    ///
    /// # Panics
    /// When it is not a URL.
    #[track_caller]
    pub fn uri(mut self, uri: impl AsRef<str>) -> Self {
        let uri = uri.as_ref();
        match uri.parse::<Uri>() {
            Ok(uri) => self.given.uri = Some(uri),
            Err(error) => panic!("{uri:?} is not a URL: {error}"),
        }
        self
    }

    /// Path and query, on the default host.
    ///
    /// # Panics
    /// When it is not a path.
    #[track_caller]
    pub fn path(self, path: impl AsRef<str>) -> Self {
        self.uri(path)
    }

    /// The method. The default is the one that the provider uses, mostly POST.
    pub fn method(mut self, method: Method) -> Self {
        self.given.method = Some(method);
        self
    }

    /// A further header.
    ///
    /// # Panics
    /// When the name or the value is not valid in a header.
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let name = name.as_ref();
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        match header.zip(HeaderValue::from_bytes(value.as_ref()).ok()) {
            Some((name, value)) => drop(self.given.headers.append(name, value)),
            None => panic!("{name:?}: invalid header name or value"),
        }
        self
    }

    /// A JSON body.
    ///
    /// Where the provider signs its claims as a JWS within the body (Apple), these
    /// are the claims.
    ///
    /// # Panics
    /// Where the value cannot be serialized as JSON, such as a map whose keys are
    /// not strings.
    #[track_caller]
    pub fn json(self, value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body_of(body, JSON),
            Err(error) => panic!("the event cannot be serialized: {error}"),
        }
    }

    /// A body of form fields, `application/x-www-form-urlencoded`.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(
        self,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| {
                let (name, value) = (
                    draft::escaped(name.as_ref()),
                    draft::escaped(value.as_ref()),
                );
                format!("{name}={value}")
            })
            .collect();
        self.body_of(fields.join("&").into_bytes(), FORM)
    }

    /// The bytes of the body, without a `Content-Type`: set it with
    /// [`header`](Self::header) where the handler wants one.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.given.body = Some(body.into());
        self.given.content_type = None;
        self
    }

    fn body_of(mut self, body: Vec<u8>, content_type: &'static str) -> Self {
        self.given.body = Some(body);
        self.given.content_type = Some(HeaderValue::from_static(content_type));
        self
    }

    /// The event's id, where the provider puts it.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.given.id = Some(id.into());
        self
    }

    /// When it is sent. The default is the time at which the delivery was started
    /// with [`request`](crate::request), by the machine's clock.
    pub fn at(mut self, time: impl Into<UnixTime>) -> Self {
        self.at = time.into();
        self
    }

    /// Signs with this key in place of the kit's: a secret in the form in which
    /// the provider hands it out, or a private key in PEM. Values that are set with
    /// the key ([`KeyRing::param`]) have to be on the ring.
    pub fn key(mut self, keys: impl Into<KeyRing>) -> Self {
        self.keys = Some(keys.into());
        self
    }

    fn forged(&self, forgery: Forgery) -> Self {
        let mut forged = self.clone();
        forged.forgery = forgery;
        forged
    }

    /// A recording from two months ago: the signature is genuine, but the time is
    /// outside of the window.
    pub fn stale(&self) -> Self {
        self.forged(Forgery::Stale)
    }

    /// Dated two months ahead, with a genuine signature.
    pub fn early(&self) -> Self {
        self.forged(Forgery::Early)
    }

    /// Changed after it was signed, in something that the signature covers: a value
    /// of the body where there is one, and otherwise the bytes of the body, a
    /// parameter, or a header.
    pub fn tampered(&self) -> Self {
        self.forged(Forgery::Tampered)
    }

    /// Signed like a genuine one, by a key that the verifier does not have.
    pub fn by_other_key(&self) -> Self {
        self.forged(Forgery::OtherKey)
    }

    /// Without the signature.
    pub fn unsigned(&self) -> Self {
        self.forged(Forgery::Unsigned)
    }

    /// The same delivery again, as sent by an attacker who recorded it. A verifier
    /// accepts it; only a replay guard keeps it from the handler.
    pub fn replayed(&self) -> Self {
        self.clone()
    }

    /// The provider's own retry: the same event, signed a second later.
    ///
    /// A guard takes both for one delivery where the entry tells deliveries apart
    /// by id or payload ([`ReplayBy`](hookward_core::ReplayBy)).
    pub fn retried(&self) -> Self {
        let mut again = self.clone();
        again.at = UnixTime::from_millis(self.at.as_millis().saturating_add(1000));
        again
    }

    /// The request, for an axum router and for any tower service that is generic in
    /// its request body.
    ///
    /// # Panics
    /// When the delivery cannot be made; [`try_build`](Self::try_build) returns an
    /// error instead.
    #[track_caller]
    #[must_use]
    pub fn build(&self) -> http::Request<Full<Bytes>> {
        self.build_as()
    }

    /// The request with another type of body: `axum::body::Body`, `Bytes`,
    /// `Vec<u8>`.
    ///
    /// # Panics
    /// As [`build`](Self::build).
    #[track_caller]
    #[must_use]
    pub fn build_as<B: From<Bytes>>(&self) -> http::Request<B> {
        match self.try_build() {
            Ok(request) => request.map(B::from),
            Err(error) => panic!("{error}"),
        }
    }

    /// The request, as a server receives it: the target is path and query, the
    /// host is a header.
    ///
    /// # Errors
    /// When the scheme signs something that the delivery does not have, or does not
    /// refuse such a forgery: where no content is signed, nothing can be tampered
    /// with, and without a timestamp nothing gets stale.
    pub fn try_build(&self) -> Result<http::Request<Bytes>, Error> {
        let mut request = self.sent()?;
        let target = hookward_core::adapter::target_of(request.uri()).into_owned();
        *request.uri_mut() = target.parse().map_err(Error::new)?;
        Ok(request.map(Bytes::from))
    }

    /// The request as HTTP/1.1 has it, to be written to a connection.
    ///
    /// # Panics
    /// As [`build`](Self::build).
    #[track_caller]
    #[must_use]
    pub fn to_http11(&self) -> Vec<u8> {
        wire::http11(&self.build_as())
    }

    /// A `curl` command for a POSIX shell that sends it to its URL.
    ///
    /// ```
    /// use hookward::providers;
    /// use hookward::testing;
    ///
    /// let command = testing::request(providers::GITHUB)
    ///     .uri("http://127.0.0.1:3000/webhooks/github")
    ///     .json(&serde_json::json!({"zen": "Keep it logically awesome."}))
    ///     .to_curl();
    /// assert!(command.starts_with("curl -i -X POST 'http://127.0.0.1:3000/webhooks/github'"));
    /// ```
    ///
    /// # Panics
    /// As [`build`](Self::build).
    #[track_caller]
    #[must_use]
    pub fn to_curl(&self) -> String {
        match self.sent() {
            Ok(request) => wire::curl(&request),
            Err(error) => panic!("{error}"),
        }
    }

    /// The forgeries that the scheme refuses, each with what is wrong with it.
    #[cfg(any(feature = "tower", feature = "actix-web"))]
    pub(crate) fn forgeries(&self) -> Vec<(&'static str, http::Request<Bytes>)> {
        FORGERIES
            .iter()
            .filter_map(|(name, forgery)| Some((*name, self.forged(*forgery).try_build().ok()?)))
            .collect()
    }

    /// What goes out, with the URL that is called.
    fn sent(&self) -> Result<http::Request<Vec<u8>>, Error> {
        // What the scheme refuses shows with keys that are known.
        match self.forgery {
            Forgery::None => self.signed(self.at, self.keys.as_ref()),
            Forgery::Stale => self.shifted(-self.far_off_secs()),
            Forgery::Early => self.shifted(self.far_off_secs()),
            Forgery::OtherKey => {
                let other = keys::other(&self.scheme, self.keys.as_ref())?;
                self.signed(self.at, Some(&other))
            }
            Forgery::Unsigned => {
                let request = self.signed(self.at, self.keys.as_ref())?;
                let unsigned = forge::without_signature(&self.scheme, request);
                self.refused(&crate::try_verifier(&self.scheme)?, &unsigned)?;
                Ok(unsigned)
            }
            Forgery::Tampered => {
                let unsigned = || {
                    Error::new(format!(
                        "{} signs nothing of this request, so no change of it is refused",
                        self.scheme.name
                    ))
                };
                let trial = self.signed(self.at, None)?;
                let verifier = crate::try_verifier(&self.scheme)?;
                let verdict = verifier.verify_at(&trial, self.at);
                if !verdict.is_ok_and(|verified| verified.proof() == Proof::Signature) {
                    return Err(unsigned());
                }
                let changes = forge::changes(&self.scheme, &trial);
                let refused = |change| self.refused(&verifier, change).is_ok();
                let at = changes.iter().position(refused).ok_or_else(unsigned)?;
                if self.keys.is_none() {
                    return changes.into_iter().nth(at).ok_or_else(Error::none);
                }
                let own = self.signed(self.at, self.keys.as_ref())?;
                let mut changes = forge::changes(&self.scheme, &own).into_iter();
                changes.nth(at).ok_or_else(Error::none)
            }
        }
    }

    fn far_off_secs(&self) -> i64 {
        let tolerances = self.scheme.forms().filter_map(|form| {
            let timestamp = form.timestamp.as_ref()?;
            timestamp.tolerance
        });
        FAR_OFF_SECS + tolerances.max().map_or(0, i64::from)
    }

    fn shifted(&self, by: i64) -> Result<http::Request<Vec<u8>>, Error> {
        let at = UnixTime::from_millis(self.at.as_millis().saturating_add(by * 1000));
        let verifier = crate::try_verifier(&self.scheme)?;
        self.refused(&verifier, &self.signed(at, None)?).map_err(|_| {
            Error::new(format!(
                "{} has no timestamp that is checked: a recording of any age verifies, and only a replay guard refuses it",
                self.scheme.name
            ))
        })?;
        self.signed(at, self.keys.as_ref())
    }

    /// Whether the kit's verifier refuses it.
    fn refused(&self, verifier: &Verifier, request: &http::Request<Vec<u8>>) -> Result<(), Error> {
        match verifier.verify_at(request, self.at) {
            Err(_) => Ok(()),
            Ok(_) => Err(Error::new(format!(
                "{} does not refuse such a request",
                self.scheme.name
            ))),
        }
    }

    /// A genuine request at this time.
    fn signed(
        &self,
        at: UnixTime,
        keys: Option<&KeyRing>,
    ) -> Result<http::Request<Vec<u8>>, Error> {
        let (form, draft, signed) = self.genuine(at)?;
        match keys {
            None => Ok(signed),
            Some(keys) => sign::sign(&form, keys, at, self.given.id.as_deref(), draft),
        }
    }

    /// The first way to write the delivery, with as little as possible added to it,
    /// in which it verifies: the form, the request without and with its signature.
    #[allow(clippy::type_complexity)]
    fn genuine(
        &self,
        at: UnixTime,
    ) -> Result<(Form, http::Request<Vec<u8>>, http::Request<Vec<u8>>), Error> {
        let verifier = crate::try_verifier(&self.scheme)?;
        let keys = keys::signing(&self.scheme)?;
        // A time or an id that is given has to be put into the body that is given.
        let fills: &[Fill] = match (&self.given.body, &self.given.id) {
            (None, _) => &[Fill::Sample],
            (Some(_), Some(_)) => &[Fill::Places, Fill::Sample],
            (Some(_), None) => &[Fill::Nothing, Fill::Places, Fill::Sample],
        };
        let mut error = Error::none();
        for fill in fills {
            for form in draft::accepted(&self.scheme) {
                let made = draft::unsigned(&form, &self.given, *fill, at).and_then(|draft| {
                    let id = self.given.id.as_deref();
                    let signed = sign::sign(&form, &keys, at, id, draft.clone())?;
                    let verdict = verifier.verify_at(&signed, at);
                    verdict.map(|_| (draft, signed)).map_err(Error::new)
                });
                match made {
                    Ok((draft, signed)) => return Ok((form, draft, signed)),
                    Err(why) => error = why,
                }
            }
        }
        Err(Error::new(format!(
            "no genuine request of {} is made from this: {error}",
            self.scheme.name
        )))
    }

    /// The body that goes out where none is given.
    pub(crate) fn sample_of(scheme: &Scheme) -> Sample {
        let form = draft::accepted(scheme).into_iter().next();
        let (at, scheme) = form.map_or((0, scheme.clone()), |form| (form.at, form.scheme));
        let extra = crate::extra::of(&scheme, at);
        draft::sample(&scheme, &extra)
    }
}
