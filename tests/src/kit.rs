//! Test kit: genuine requests for every entry of the catalogue, in each of its forms.
//!
//! The requirements of a request are read from the scheme or, if only the provider's page
//! states them, from `samples.json` of the test kit; further variants are in
//! `data/attack/samples.json`. The [`Signer`] signs; the two forms that it does not
//! support are assembled here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookward_core::providers::{self, Provider};
use hookward_core::{
    Algorithm, Curve, Digest, EcdsaForm, Encoding, Key, KeyForm, KeyRing, Location, RequestHead,
    RequestPart, Scheme, Signer, TimeUnit, Trust, UnixTime, Verifier,
};
use http::header::HeaderName;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The samples of `hookward send` and of the test kit.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/hookward-testing/src/payload.rs"]
mod payloads;

/// The time at which every sample is genuine.
pub const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The host that every sample is sent to.
pub const HOST: &str = "hooks.example.com";

/// The path that every sample is sent to.
pub const PATH: &str = "/hooks/acme";

/// The id of the key, for schemes that name one.
pub const KEY_ID: &str = "key-1";

/// A request as a server reads it from the connection: nothing is normalized, so that an
/// attacker's bytes reach the verifier as they do behind an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// The method.
    pub method: String,
    /// Scheme and authority of an absolute-form target.
    pub absolute: Option<(String, String)>,
    /// Path and query.
    pub target: String,
    /// Header lines, each as sent; `host` is one of them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl RequestHead for Wire {
    fn method(&self) -> &str {
        &self.method
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.target)
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for (known, value) in &self.headers {
            if known.eq_ignore_ascii_case(name.as_str()) {
                each(value);
            }
        }
    }

    fn scheme(&self) -> Option<&str> {
        self.absolute.as_ref().map(|(scheme, _)| &**scheme)
    }

    fn authority(&self) -> Option<&str> {
        self.absolute.as_ref().map(|(_, authority)| &**authority)
    }
}

impl Wire {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// Every value of a header, in order.
    pub fn header_all(&self, name: &str) -> Vec<&[u8]> {
        self.headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
            .collect()
    }

    /// Replaces a header's values by one, or adds it.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        let value = value.into();
        match self
            .headers
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            Some(at) => self.headers[at].1 = value,
            None => self.headers.push((name.to_owned(), value)),
        }
        self
    }

    /// The path of the target.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// The query of the target, without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The same with another query; `None` for none, not even a question mark.
    #[must_use]
    pub fn with_query(mut self, query: Option<&str>) -> Self {
        let path = self.path().to_owned();
        self.target = match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        self
    }

    /// The same with another body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Whether a server could pass this on: a target that `http` parses to the same text,
    /// and valid header values.
    pub fn can_arrive(&self) -> bool {
        let target = self
            .target
            .parse::<http::uri::PathAndQuery>()
            .is_ok_and(|parsed| parsed.as_str() == self.target);
        let absolute = self.absolute.as_ref().is_none_or(|(scheme, authority)| {
            format!("{scheme}://{authority}/")
                .parse::<http::Uri>()
                .is_ok()
        });
        let method = http::Method::from_bytes(self.method.as_bytes()).is_ok();
        method
            && target
            && absolute
            && self.headers.iter().all(|(name, value)| {
                HeaderName::from_bytes(name.as_bytes()).is_ok()
                    && http::HeaderValue::from_bytes(value).is_ok()
            })
    }
}

/// A genuine request of one form of one entry.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The entry.
    pub entry: &'static Provider,
    /// The index of the form: 0 for the scheme itself, then those in `or`.
    pub form: usize,
    /// Distinguishes this sample from others of its form; empty for the default one.
    pub variant: String,
    /// The form's scheme alone.
    pub scheme: Scheme,
    /// The request.
    pub request: Wire,
}

impl Sample {
    /// The entry's name.
    pub fn name(&self) -> &'static str {
        &self.entry.scheme.name
    }

    /// `aws-sns/1`: entry and form; `cryptapi/0+get` with its variant.
    pub fn title(&self) -> String {
        let (name, form) = (self.name(), self.form);
        match &*self.variant {
            "" => format!("{name}/{form}"),
            variant => format!("{name}/{form}+{variant}"),
        }
    }
}

/// What `samples.json` says of a form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Extra {
    /// An alias for another form.
    r#as: Option<String>,
    /// For a variant: the form that it is another sample of.
    form_of: usize,
    /// Members of the JSON body, merged into the usual sample's.
    json: Option<Map<String, Value>>,
    /// The body as a form.
    form: Option<String>,
    /// The body as it is.
    body: Option<String>,
    /// Whether the body is sent as a gzip file.
    gzip: bool,
    /// The claims of a JWS that is assembled here.
    claims: Option<Value>,
    /// The query.
    query: Option<String>,
    headers: BTreeMap<String, String>,
    method: Option<String>,
    /// Values that the operator sets with the key.
    params: BTreeMap<String, String>,
}

static EXTRAS: LazyLock<BTreeMap<String, Extra>> = LazyLock::new(|| {
    let parse =
        |text| -> BTreeMap<String, Extra> { serde_json::from_str(text).expect("samples.json") };
    let mut extras = parse(include_str!(
        "../../crates/hookward-testing/data/samples.json"
    ));
    extras.extend(parse(include_str!("../data/attack/samples.json")));
    extras
});

fn extra(key: &str) -> Extra {
    let known = EXTRAS.get(key).cloned().unwrap_or_default();
    match &known.r#as {
        Some(other) => EXTRAS.get(other).cloned().unwrap_or_default(),
        None => known,
    }
}

/// Names in `samples.json` that no entry has.
pub fn unused_extras() -> Vec<&'static str> {
    EXTRAS
        .keys()
        .map(String::as_str)
        .filter(|key| {
            let name = key.split(['/', '+']).next().unwrap_or_default();
            providers::find(name).is_none_or(|entry| entry.scheme.name != name)
        })
        .collect()
}

/// The forms of an entry, each as a scheme of its own.
pub fn forms(entry: &Provider) -> Vec<Scheme> {
    entry
        .scheme
        .form_names()
        .zip(entry.scheme.forms())
        .map(|(name, form)| {
            let mut form = form.clone();
            form.or = Cow::Borrowed(&[]);
            form.form = name;
            form.opt_in = false;
            form
        })
        .collect()
}

/// A shared secret in the form in which this provider displays it.
pub fn secret(form: &KeyForm, algorithm: Algorithm) -> String {
    if algorithm == Algorithm::Basic {
        return "hookward:attack-suite-password".into();
    }
    secret_of(form, b"attack-suite-secret-0123456789ab")
}

/// These bytes in the form in which a provider displays its secrets.
pub fn secret_of(form: &KeyForm, bytes: &[u8]) -> String {
    match form {
        KeyForm::Hex => hex::encode(bytes),
        KeyForm::HexAfter(prefix) => format!("{prefix}{}", hex::encode(bytes)),
        KeyForm::Base64(prefix)
        | KeyForm::Base64OrText(prefix)
        | KeyForm::Base64AndText(prefix) => {
            format!("{prefix}{}", STANDARD.encode(bytes))
        }
        KeyForm::Base64Url(prefix) => format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The key that signs and the one that verifies.
pub fn key_pair(scheme: &Scheme) -> (String, String) {
    macro_rules! pair {
        ($private:literal, $public:literal) => {
            (
                include_str!(concat!("../../crates/hookward-testing/keys/", $private)).to_owned(),
                include_str!(concat!("../../crates/hookward-testing/keys/", $public)).to_owned(),
            )
        };
    }
    match (scheme.algorithm, &scheme.key) {
        (_, KeyForm::X5cRoot { .. }) => pair!("chain-leaf.key.pem", "chain-root.pem"),
        (
            Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_),
            KeyForm::ShortRsa,
        ) => pair!("rsa-1024.pem", "rsa-1024.pub.pem"),
        (Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) | Algorithm::RsaPssAnySalt(_), _) => {
            pair!("rsa-2048.pem", "rsa-2048.pub.pem")
        }
        (Algorithm::Ecdsa(Curve::P384, ..), _) => pair!("p384.pem", "p384.pub.pem"),
        (Algorithm::Ecdsa(..), _) => pair!("p256.pem", "p256.pub.pem"),
        (Algorithm::Ed25519, form) if *form != KeyForm::RepeatedSeed => {
            pair!("ed25519.pem", "ed25519.pub.pem")
        }
        (algorithm, form) => {
            let secret = secret(form, algorithm);
            (secret.clone(), secret)
        }
    }
}

/// Key types besides a shared secret that HTTP Message Signatures are tested with:
/// samples with these names.
const MESSAGE_ALGORITHMS: [&str; 3] = ["ed25519", "ecdsa-p256-sha256", "rsa-pss-sha512"];

/// The keys of a sample of this name.
fn keys_of(scheme: &Scheme, variant: &str) -> (String, String) {
    let algorithm = match (scheme.algorithm, variant) {
        (Algorithm::MessageSignatures, "ed25519") => Algorithm::Ed25519,
        (Algorithm::MessageSignatures, "ecdsa-p256-sha256") => {
            Algorithm::Ecdsa(Curve::P256, Digest::Sha256, EcdsaForm::Fixed)
        }
        (Algorithm::MessageSignatures, "rsa-pss-sha512") => Algorithm::RsaPss(Digest::Sha512),
        _ => return key_pair(scheme),
    };
    key_pair(&Scheme::public_key("message", algorithm))
}

/// Whether requests of this entry name their key.
fn names_keys(entry: &Provider) -> bool {
    forms(entry)
        .iter()
        .any(|form| form.key_id.is_some() || form.algorithm == Algorithm::MessageSignatures)
}

fn ring(entry: &Provider, key: &str) -> KeyRing {
    let key = Key::new(key).expect("a key");
    let ring = if names_keys(entry) {
        KeyRing::default().with(KEY_ID, key)
    } else {
        KeyRing::default().push(key)
    };
    extra(&entry.scheme.name)
        .params
        .iter()
        .fold(ring, |ring, (name, value)| ring.param(&**name, &**value))
}

/// The verifier as an operator configures it for requests of a form of this entry, by its
/// index: the form is named if it is off by default.
///
/// # Errors
/// What is wrong with scheme or key.
pub fn verifier(entry: &Provider, form: usize) -> Result<Verifier, String> {
    verifier_with(entry, form, &key_pair(&entry.scheme).1)
}

/// The same for requests of the kind of a sample.
///
/// # Errors
/// What is wrong with scheme or key.
pub fn verifier_of(sample: &Sample) -> Result<Verifier, String> {
    let (_, public) = keys_of(&sample.entry.scheme, &sample.variant);
    verifier_with(sample.entry, sample.form, &public)
}

fn verifier_with(entry: &Provider, form: usize, public: &str) -> Result<Verifier, String> {
    let scheme = &entry.scheme;
    let named = scheme.form_names().zip(scheme.forms()).nth(form);
    let scheme = match named {
        Some((name, form)) if form.opt_in => scheme.clone().only(name),
        _ => scheme.clone(),
    };
    let scheme = scheme.any_recipient().trust(Trust::AsSent);
    Verifier::new(scheme, ring(entry, public))
        .map_err(|error| format!("{}: {error}", entry.scheme.name))
}

/// Which event a request is about, and when it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// Different numbers are different events.
    pub number: u32,
    /// Seconds after [`NOW`].
    pub later: i64,
}

impl Event {
    /// The event of all samples.
    pub const USUAL: Self = Self {
        number: 1,
        later: 0,
    };

    fn id(self) -> String {
        match self.number {
            1 => "evt_0123456789".to_owned(),
            number => format!("evt_{number}"),
        }
    }

    fn time(self) -> UnixTime {
        UnixTime::from_secs(NOW.as_secs() + self.later)
    }
}

/// Every sample of an entry: one of each form, and further variants.
///
/// # Errors
/// What kept a request from being signed.
pub fn samples(entry: &'static Provider) -> Result<Vec<Sample>, String> {
    samples_of(entry, Event::USUAL)
}

/// The same, of another event or sent at another time.
///
/// # Errors
/// What kept a request from being signed.
pub fn samples_of(entry: &'static Provider, event: Event) -> Result<Vec<Sample>, String> {
    let mut found = Vec::new();
    for (index, scheme) in forms(entry).into_iter().enumerate() {
        let key = match index {
            0 => entry.scheme.name.to_string(),
            _ => format!("{}/{index}", entry.scheme.name),
        };
        let extra = extra(&key);
        if has_boundary(&scheme, &extra) {
            let extra = Extra {
                body: Some(DIGITS.to_owned()),
                ..extra.clone()
            };
            found.push(sample(
                entry,
                index,
                "digits",
                scheme.clone(),
                &extra,
                event,
            )?);
        }
        if scheme.algorithm == Algorithm::MessageSignatures {
            for algorithm in MESSAGE_ALGORITHMS {
                found.push(sample(
                    entry,
                    index,
                    algorithm,
                    scheme.clone(),
                    &extra,
                    event,
                )?);
            }
        }
        found.push(sample(entry, index, "", scheme, &extra, event)?);
    }
    let prefix = format!("{}+", entry.scheme.name);
    for (key, extra) in EXTRAS.iter() {
        if let Some(variant) = key.strip_prefix(&prefix) {
            let scheme = forms(entry).swap_remove(extra.form_of);
            found.push(sample(entry, extra.form_of, variant, scheme, extra, event)?);
        }
    }
    Ok(found)
}

/// A body that starts like a timestamp: if values are concatenated, it may be cut into
/// one. The first is two days and an hour after [`NOW`].
const DIGITS: &str = "1700176400.1700000000.evt_1 {\"a\":1}";

/// Whether a time or an id in the head may be joined with the body.
fn has_boundary(scheme: &Scheme, extra: &Extra) -> bool {
    let time = scheme
        .timestamp
        .as_ref()
        .is_some_and(|t| matches!(t.at, None | Some(Location::Header(_))));
    let id = matches!(scheme.event_id, Some(Location::Header(_)));
    let needs_json = scheme
        .timestamp
        .as_ref()
        .is_some_and(|t| matches!(t.at, Some(Location::Json(_))) && !t.optional);
    scheme.algorithm.signs_content()
        && matches!(scheme.signature.at, Location::Header(_))
        && (time || id)
        && !needs_json
        // There a body that starts with a digit is refused.
        && !scheme.signed.contains("{timestamp}{body}")
        && !scheme.signed.contains("{url")
        && extra.form.is_none()
        && extra.json.is_none()
        && extra.body.is_none()
}

fn sample(
    entry: &'static Provider,
    form: usize,
    variant: &str,
    scheme: Scheme,
    extra: &Extra,
    event: Event,
) -> Result<Sample, String> {
    let fail = |what: String| format!("{}/{form}{variant}: {what}", entry.scheme.name);
    let request = unsigned(&scheme, extra, event).map_err(&fail)?;
    let (private, _) = keys_of(&entry.scheme, variant);
    let request = sign(entry, &scheme, extra, event, request, &private).map_err(&fail)?;
    Ok(Sample {
        entry,
        form,
        variant: variant.to_owned(),
        scheme,
        request,
    })
}

/// What the provider sends, without a signature.
fn unsigned(
    scheme: &Scheme,
    extra: &Extra,
    event: Event,
) -> Result<http::Request<Vec<u8>>, String> {
    let payload = payloads::sample(&scheme.name, None, NOW, 1);
    let mut content_type = payload.content_type;
    let mut body = payload.body;
    let places = [
        scheme.event_id.as_ref(),
        scheme.timestamp.as_ref().and_then(|t| t.at.as_ref()),
    ];
    if let Some(text) = &extra.body {
        body = text.clone().into_bytes();
    } else if let Some(form) = &extra.form {
        body = form.clone().into_bytes();
        content_type = "application/x-www-form-urlencoded";
    } else if content_type == "application/json" {
        let mut json: Map<String, Value> =
            serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        if let Some(members) = &extra.json {
            json.clone_from(members);
        } else {
            json.insert("more".into(), more());
        }
        let mut json = Value::Object(json);
        for (index, place) in places.iter().enumerate() {
            if let Some(Location::Json(pointer)) = place {
                put_json(&mut json, pointer, || match (index, &scheme.timestamp) {
                    (1, Some(timestamp)) => match timestamp.unit {
                        TimeUnit::Millis => event.time().as_millis().into(),
                        _ => event.time().as_secs().into(),
                    },
                    _ => event.id().into(),
                })?;
            }
        }
        // The time of the sample, where it has one, is that of the first attempt.
        if let Some(timestamp) = &scheme.timestamp
            && let Some(Location::Json(pointer)) = &timestamp.at
            && let Some(at) = json.pointer_mut(pointer)
            && let Some(time) = at.as_i64()
        {
            let scale = if timestamp.unit == TimeUnit::Millis {
                1000
            } else {
                1
            };
            *at = (time + event.later * scale).into();
        }
        for place in scheme.replay.id.iter() {
            if let Location::Json(pointer) = place {
                put_json(&mut json, pointer, || event.id().into())?;
            }
        }
        body = json.to_string().into_bytes();
    }
    let mut query = extra.query.clone().unwrap_or("tenant=42&plan=pro".into());
    if event.number != Event::USUAL.number {
        query = query_told_of(scheme, &query, event);
        if body.is_empty() {
            query += &format!("&number={}", event.number);
        } else {
            body = told_of(scheme, content_type, body, event);
        }
    }
    if extra.gzip {
        body = gzip(&body);
    }
    if query.contains("{body:sha256}") {
        query = query.replace("{body:sha256}", &sha256_hex(&body));
    }
    let mut request = http::Request::builder()
        .method(extra.method.as_deref().unwrap_or("POST"))
        .uri(format!("https://{HOST}{PATH}?{query}"));
    if !body.is_empty() {
        request = request.header("content-type", content_type);
    }
    request = request.header("user-agent", "hookward-tests");
    for (name, value) in &payload.headers {
        if *name != "user-agent" {
            request = request.header(*name, value);
        }
    }
    let told = covered(scheme, |part| match part {
        RequestPart::Header(name) => Some(Location::Header(name.clone().into())),
        _ => None,
    });
    let told = told.or_else(|| match &scheme.event_id {
        Some(Location::Header(name)) => Some(Location::Header(name.clone())),
        _ => None,
    });
    let told = told.filter(|_| !scheme.coverage().is_ok_and(|c| c.covers_body()));
    for (name, value) in &extra.headers {
        let tells = matches!(&told, Some(Location::Header(of)) if of.eq_ignore_ascii_case(name));
        request = match tells && event.number != Event::USUAL.number {
            true => request.header(name, format!("{value}{}", event.number)),
            false => request.header(name, value),
        };
    }
    request.body(body).map_err(|error| error.to_string())
}

/// The first covered value other than a timestamp, if individual values are covered.
fn covered(scheme: &Scheme, at: impl Fn(&RequestPart) -> Option<Location>) -> Option<Location> {
    let time = scheme.timestamp.as_ref().and_then(|t| t.at.as_ref());
    let coverage = scheme.coverage().ok()?;
    let mut places = coverage.iter().chain(coverage.weak()).filter_map(at);
    places.find(|place| Some(place) != time)
}

/// The query of another event.
fn query_told_of(scheme: &Scheme, query: &str, event: Event) -> String {
    let place = covered(scheme, |part| match part {
        RequestPart::QueryField(name) => Some(Location::Query(name.clone().into())),
        _ => None,
    });
    let pairs = query.split('&').map(|pair| match &place {
        Some(Location::Query(name)) if pair.split('=').next() == Some(name) => {
            format!("{pair}{}", event.number)
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The body with another event in it: other ids, and one more value.
fn told_of(scheme: &Scheme, content_type: &str, body: Vec<u8>, event: Event) -> Vec<u8> {
    let places = || scheme.replay.id.iter().chain(&scheme.event_id);
    if let Ok(Value::Object(members)) = serde_json::from_slice(&body) {
        let mut json = Value::Object(members);
        json["number"] = event.number.into();
        let covered = covered(scheme, |part| match part {
            RequestPart::BodyAt(pointer) => Some(Location::Json(pointer.clone().into())),
            _ => None,
        });
        for place in places().chain(&covered) {
            if let Location::Json(pointer) = place
                && let Some(at) = json.pointer_mut(pointer)
            {
                if let Value::Object(members) = at {
                    members.insert("number".into(), event.number.into());
                    continue;
                }
                *at = match at.is_number() {
                    true => event.number.into(),
                    false => event.id().into(),
                };
            }
        }
        return json.to_string().into_bytes();
    }
    if content_type != "application/x-www-form-urlencoded" || body.is_empty() {
        let mut body = body;
        body.extend_from_slice(event.number.to_string().as_bytes());
        return body;
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut pairs: Vec<String> = text.split('&').map(str::to_owned).collect();
    let covered = covered(scheme, |part| match part {
        RequestPart::FormField(name) => Some(Location::Form(name.clone().into())),
        _ => None,
    });
    for place in places().chain(&covered) {
        for pair in &mut pairs {
            if let Location::Form(name) = place
                && pair.split('=').next() == Some(name)
            {
                // A value that is JSON stays JSON.
                *pair = match pair.contains("=%5B") || pair.contains("=[") {
                    true => format!("{name}=%5B%7B%22number%22%3A{}%7D%5D", event.number),
                    false => format!("{name}={}", event.id()),
                };
            }
        }
    }
    pairs.push(format!("number={}", event.number));
    pairs.join("&").into_bytes()
}

/// Members of every kind, for mutations to find.
fn more() -> Value {
    json!({
        "amount": 10.5, "count": 3, "paid": true, "note": null, "empty": "",
        "tags": ["a", "b/c"], "name": "Zoë \"Q\"\n<x>",
    })
}

/// Sets a value at a pointer that has none.
fn put_json(json: &mut Value, pointer: &str, value: impl FnOnce() -> Value) -> Result<(), String> {
    let mut at = json;
    for step in pointer.split('/').skip(1) {
        at = match at {
            Value::Object(members) => members.entry(step).or_insert(Value::Null),
            Value::Array(items) => step
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get_mut(index))
                .ok_or_else(|| format!("no room for {pointer}"))?,
            Value::Null => {
                *at = json!({});
                at.as_object_mut()
                    .map(|members| members.entry(step).or_insert(Value::Null))
                    .ok_or_else(|| format!("no room for {pointer}"))?
            }
            _ => return Err(format!("no room for {pointer}")),
        };
    }
    if at.is_null() {
        *at = value();
    }
    Ok(())
}

/// A gzip file (RFC 1952) of one stored block.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(bytes);
    file.extend((!crc).to_le_bytes());
    file.extend(u32::from(length).to_le_bytes());
    file
}

fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

/// A bare signature over a text, for forms whose signature the signer cannot place.
fn bare_signature(
    algorithm: Algorithm,
    encoding: Encoding,
    private: &str,
    text: &[u8],
) -> Result<String, String> {
    let scheme = Scheme::public_key("bare", algorithm).encoding(encoding);
    let key = Key::new(private).map_err(|error| error.to_string())?;
    let signer = Signer::new(&scheme, key).map_err(|error| error.to_string())?;
    let signed = signer
        .sign(&http::Request::new(text), NOW, None)
        .map_err(|error| error.to_string())?;
    let value = signed.headers().first().ok_or("no signature")?.1.as_bytes();
    Ok(String::from_utf8_lossy(value).into_owned())
}

fn sign(
    entry: &Provider,
    scheme: &Scheme,
    extra: &Extra,
    event: Event,
    mut request: http::Request<Vec<u8>>,
    private: &str,
) -> Result<Wire, String> {
    match (&scheme.signature.at, &scheme.key) {
        (Location::HeaderJson(name, _), _) => {
            let text = request.body().as_slice();
            let signature =
                bare_signature(scheme.algorithm, scheme.signature.encoding, private, text)?;
            let members =
                json!({"alg": "ecdsa", "kid": KEY_ID, "signature": signature, "digest": "SHA1"});
            let value = STANDARD.encode(members.to_string());
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| e.to_string())?;
            let value = value.parse().map_err(|_| "no header value".to_owned())?;
            request.headers_mut().insert(name, value);
        }
        (Location::Json(pointer), KeyForm::X5cRoot { .. }) => {
            let chain: Vec<String> = [
                include_str!("../../crates/hookward-testing/keys/chain-leaf.pem"),
                include_str!("../../crates/hookward-testing/keys/chain-issuer.pem"),
                include_str!("../../crates/hookward-testing/keys/chain-root.pem"),
            ]
            .iter()
            .map(|pem| pem.lines().filter(|line| !line.starts_with('-')).collect())
            .collect();
            let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let mut claims = extra.claims.clone().unwrap_or(json!({}));
            if event.number != Event::USUAL.number {
                claims["number"] = event.number.into();
                if claims.get("notificationUUID").is_some() {
                    claims["notificationUUID"] = event.id().into();
                }
            }
            let text = format!(
                "{}.{}",
                encode(&json!({"alg": "ES256", "x5c": chain})),
                encode(&claims)
            );
            let signature = bare_signature(
                scheme.algorithm,
                Encoding::Base64url,
                private,
                text.as_bytes(),
            )?;
            let mut body = json!({});
            put_json(&mut body, pointer, || format!("{text}.{signature}").into())?;
            *request.body_mut() = body.to_string().into_bytes();
        }
        _ => {
            let id = event.id();
            let id = match &scheme.event_id {
                Some(Location::Header(_) | Location::Claim(_)) => Some(&*id),
                None if scheme.algorithm == Algorithm::MessageSignatures => Some("nonce-1"),
                _ => None,
            };
            // An id that the sample has stays.
            let id = id.filter(|_| match &scheme.event_id {
                Some(Location::Header(name)) => !request.headers().contains_key(&**name),
                _ => true,
            });
            Signer::new(scheme, ring(entry, private))
                .map_err(|error| error.to_string())?
                .sign(&request, event.time(), id)
                .map_err(|error| error.to_string())?
                .apply(&mut request);
        }
    }
    let mut headers = vec![("host".to_owned(), HOST.as_bytes().to_vec())];
    headers.extend(
        request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())),
    );
    Ok(Wire {
        method: request.method().to_string(),
        absolute: None,
        target: hookward_core::adapter::target_of(request.uri()).into_owned(),
        headers,
        body: request.into_body(),
    })
}
