//! Requests with an independent verdict: published vectors, and recordings of what SDKs
//! sign and accept.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use hookward_core::{
    Key, KeyError, KeyRing, Rejection, Scheme, Tolerance, Trust, UnixTime, Verified, Verifier,
};
use serde::Deserialize;

/// A request, the keys, and the expected verdict.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// One or several secrets, as the provider displays them.
    pub secret: Values,
    /// The headers that matter.
    pub headers: BTreeMap<String, Values>,
    /// The request's method.
    pub method: String,
    /// The URL that the provider called, if it is signed.
    pub url: Option<String>,
    /// The raw body.
    pub body: Body,
    /// The verdict.
    pub expect: Expectation,
    /// The time in seconds; without one the window is not checked.
    pub now: Option<i64>,
    /// The source of the vector.
    pub source: String,
    /// Why an invalid one is invalid, or other remarks.
    pub why: Option<String>,
    /// The form of the scheme, where it must be named.
    pub form: Option<String>,
    /// The id of the key on the ring, where a header chooses it.
    pub key_id: Option<String>,
    /// Values that are set with the key.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// In a recording: whose it is.
    pub sdk: Option<Recording>,
    /// In a recording: the parts that the signature covers, the signature among
    /// them, as `body`, `method`, `url`, `query` (its first value and what
    /// follows), `header NAME` or `text PART-OF-BODY`.
    #[serde(default)]
    pub signed: Vec<String>,
}

/// What a recording proves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Whether the provider itself publishes the package.
    pub own: bool,
    /// Whether the package created the signature.
    pub made: bool,
    /// Whether the package accepted the request and rejected tampered copies.
    pub judged: bool,
}

/// One value or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Values {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

/// The raw body.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// As text.
    Text(String),
    /// As bytes.
    Bytes {
        /// The bytes.
        base64: String,
    },
}

/// The verdict of the source.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    /// Genuine.
    Valid,
    /// To be refused.
    Invalid,
}

impl Vector {
    /// The keys.
    pub fn ring(&self) -> Result<KeyRing, KeyError> {
        let params = self
            .params
            .iter()
            .fold(KeyRing::default(), |ring, (name, value)| {
                ring.param(name.as_str(), value.as_str())
            });
        self.secret
            .as_slice()
            .iter()
            .try_fold(params, |ring, secret| {
                let key = Key::new(secret.as_str())?;
                Ok(match &self.key_id {
                    Some(id) => ring.with(id.as_str(), key),
                    None => ring.push(key),
                })
            })
    }

    /// The body's bytes.
    pub fn body(&self) -> Vec<u8> {
        match &self.body {
            Body::Text(text) => text.clone().into_bytes(),
            Body::Bytes { base64 } => base64::engine::general_purpose::STANDARD
                .decode(base64)
                .unwrap(),
        }
    }

    /// The scheme in the vector's form.
    pub fn scheme(&self, scheme: &Scheme) -> Scheme {
        match &self.form {
            Some(form) => scheme.clone().only(form.clone()),
            None => scheme.clone(),
        }
        .any_recipient()
    }

    /// A verifier with the vector's keys, URL and window.
    pub fn verifier(&self, scheme: &Scheme) -> Verifier {
        let scheme = self.scheme(scheme).trust(Trust::AsSent);
        let mut verifier = Verifier::new(scheme, self.ring().unwrap()).unwrap();
        if let Some(url) = &self.url {
            verifier = verifier.with_exact_url(url).unwrap();
        }
        if self.now.is_none() && verifier.checks_time() {
            verifier = verifier.with_tolerance(Tolerance::unchecked()).unwrap();
        }
        verifier
    }

    /// The clock at which it was judged.
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.now.unwrap_or(1_700_000_000))
    }

    /// Each header line.
    pub fn header_lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().flat_map(|(name, values)| {
            let values = values.as_slice().iter();
            values.map(move |value| (name.as_str(), value.as_str()))
        })
    }

    /// hookward's verdict on it, with this body.
    pub fn verify(&self, scheme: &Scheme, body: &[u8]) -> Result<Verified, Rejection> {
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(self.url.as_deref().unwrap_or("https://example.com/webhook"));
        for (name, value) in self.header_lines() {
            request = request.header(name, value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        self.verifier(scheme).verify_parts(&parts, body, self.now())
    }

    /// The vector's reason and source.
    pub fn says(&self) -> String {
        format!("{} ({})", self.why.as_deref().unwrap_or("-"), self.source)
    }

    /// Copies with one byte of one part changed, each byte in turn.
    ///
    /// Letters and digits remain letters and digits, so that the value is rejected and
    /// not its format.
    pub fn tampered(&self, part: &str) -> Vec<(Self, Vec<u8>)> {
        let body = self.body();
        let (kind, name) = part.split_once(' ').unwrap_or((part, ""));
        match kind {
            "body" => (0..body.len())
                .map(|at| (self.clone(), changed(&body, at)))
                .collect(),
            "text" => {
                let start = String::from_utf8_lossy(&body).find(name).unwrap();
                (start..start + name.len())
                    .map(|at| (self.clone(), changed(&body, at)))
                    .collect()
            }
            "header" => {
                let value = &self.headers[name].as_slice()[0];
                (0..value.len())
                    .map(|at| {
                        let tampered = changed(value.as_bytes(), at);
                        let mut copy = self.clone();
                        copy.headers.insert(
                            name.to_owned(),
                            Values::One(String::from_utf8(tampered).unwrap()),
                        );
                        (copy, body.clone())
                    })
                    .collect()
            }
            "url" | "query" => {
                let url = self.url.as_deref().unwrap();
                let from = match kind {
                    "url" => url.match_indices('/').nth(2).unwrap().0,
                    _ => url.find('=').unwrap(),
                };
                (from..url.len())
                    .filter(|at| url.as_bytes()[*at].is_ascii_alphanumeric())
                    .map(|at| {
                        let tampered = changed(url.as_bytes(), at);
                        let mut copy = self.clone();
                        copy.url = Some(String::from_utf8(tampered).unwrap());
                        (copy, body.clone())
                    })
                    .collect()
            }
            "method" => {
                let mut copy = self.clone();
                "PUT".clone_into(&mut copy.method);
                vec![(copy, body)]
            }
            other => panic!("unknown part `{other}`"),
        }
    }
}

fn changed(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = match bytes[at] {
        b'9' => b'0',
        b'f' => b'a',
        b'F' => b'A',
        b'z' => b'y',
        b'Z' => b'Y',
        byte if byte.is_ascii_alphanumeric() => byte + 1,
        b'k' => b'l',
        byte if byte.is_ascii() => b'k',
        byte => byte ^ 1,
    };
    bytes
}

fn read(folder: &str) -> BTreeMap<String, Vec<Vector>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(folder);
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let vectors = serde_json::from_slice(&std::fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (name, vectors)
        })
        .collect()
}

/// `data/vectors`: what providers and other implementations published, by entry.
pub fn published() -> BTreeMap<String, Vec<Vector>> {
    read("vectors")
}

/// `data/sdk`: what SDKs from npm and PyPI signed or accepted, by entry.
pub fn recorded() -> BTreeMap<String, Vec<Vector>> {
    let mut recorded = read("sdk/npm");
    for (name, vectors) in read("sdk/pypi") {
        recorded.entry(name).or_default().extend(vectors);
    }
    recorded
}
