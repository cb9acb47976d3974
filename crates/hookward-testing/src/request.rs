//! A delivery: what is in it, and what is wrong with it.

use bytes::Bytes;
use hookward_core::{KeyRing, Proof, Scheme, UnixTime, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::Full;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::draft::{self, FORM, Fill, Form, Given, JSON};
use crate::keys::{self, Set};
use crate::{Error, Sample, forge, sign, wire};

/// A request of a provider: genuine, or forged in one way.
///
/// Made by [`request`](crate::request). Nothing is signed before one of the
/// methods at the end is called, and each of them may be called any number of
/// times: the same delivery results every time, byte for byte where the algorithm
/// is deterministic (ECDSA and RSA-PSS draw random numbers).
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

/// Outside of every window: the widest of the catalogue is five days.
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

    /// The URL that the provider calls, or its path and query:
    /// `https://hooks.example.com/hooks/acme` unless it is given.
    ///
    /// Where the URL is signed, this is the one under which the verifier believes
    /// to be called: behind a proxy, the external one.
    ///
    /// # Panics
    /// Where it is not a URL.
    #[track_caller]
    pub fn uri(mut self, uri: impl AsRef<str>) -> Self {
        let uri = uri.as_ref();
        match uri.parse::<Uri>() {
            Ok(uri) => self.given.uri = Some(uri),
            Err(error) => panic!("{uri:?} is not a URL: {error}"),
        }
        self
    }

    /// The path, and the query where there is one, on the usual host.
    ///
    /// # Panics
    /// Where it is not a path.
    #[track_caller]
    pub fn path(self, path: impl AsRef<str>) -> Self {
        self.uri(path)
    }

    /// The method: POST, or what the provider uses, unless it is given.
    pub fn method(mut self, method: Method) -> Self {
        self.given.method = Some(method);
        self
    }

    /// A further header.
    ///
    /// # Panics
    /// Where name or value cannot be in a header.
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let name = name.as_ref();
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        match header.zip(HeaderValue::from_bytes(value.as_ref()).ok()) {
            Some((name, value)) => drop(self.given.headers.append(name, value)),
            None => panic!("{name:?} is not a header, or its value is none"),
        }
        self
    }

    /// A JSON body.
    ///
    /// Where the provider signs its claims as a JWS within the body (Apple), these
    /// are the claims.
    ///
    /// # Panics
    /// Where the value is none of JSON, such as a map whose keys are no texts.
    #[track_caller]
    pub fn json(self, value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body_of(body, JSON),
            Err(error) => panic!("the event is not JSON: {error}"),
        }
    }

    /// A body of form fields, `application/x-www-form-urlencoded`.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(
        self,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| format!("{}={}", escape(name.as_ref()), escape(value.as_ref())))
            .collect();
        self.body_of(fields.join("&").into_bytes(), FORM)
    }

    /// The bytes of the body. Its `Content-Type` is a matter of
    /// [`header`](Self::header).
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

    /// When it is sent: now by the machine's clock, unless it is given.
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

    /// A recording from two months ago: the signature is genuine, and the window
    /// has passed.
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

    /// The same delivery again, as an attacker sends it who has recorded it. A
    /// verifier lets it through, a replay guard does not let it be handled.
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

    /// The request, for axum and for any tower service that takes a body of its
    /// client's choice.
    ///
    /// # Panics
    /// Where the delivery cannot be made; [`try_build`](Self::try_build) says so as
    /// an error.
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
    /// What the delivery lacks, or that the scheme does not refuse such a forgery:
    /// where nothing is signed nothing can be tampered with, and without a signed
    /// time nothing is stale.
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

    /// A command that sends it, for a POSIX shell: to the URL given, or to the
    /// usual one.
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
            Forgery::Stale => self.shifted(-FAR_OFF_SECS),
            Forgery::Early => self.shifted(FAR_OFF_SECS),
            Forgery::OtherKey => {
                let id = self.keys.as_ref().and_then(|keys| keys.ids().next());
                let other = keys::signing(&self.scheme, Set::Other, id)?;
                let other = self.given_params().fold(other, |ring, (name, value)| {
                    ring.param(name.clone(), value.clone())
                });
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

    fn given_params(&self) -> impl Iterator<Item = &(Box<str>, Box<str>)> {
        self.keys.iter().flat_map(|keys| keys.params())
    }

    fn shifted(&self, by: i64) -> Result<http::Request<Vec<u8>>, Error> {
        let at = UnixTime::from_millis(self.at.as_millis().saturating_add(by * 1000));
        let verifier = crate::try_verifier(&self.scheme)?;
        self.refused(&verifier, &self.signed(at, None)?).map_err(|_| {
            Error::new(format!(
                "{} has no time that is signed and checked: a recording of any age verifies, and only a replay guard refuses it",
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
        let keys = keys::signing(&self.scheme, Set::Trusted, None)?;
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
