//! Requests whose verification compares a secret: MACs in each digest, encoding and
//! format, several signatures and keys, secrets that are sent, tokens of validations.

use std::borrow::Cow;

use hookward_core::{
    Algorithm, Digest, Encoding, Endpoint, Key, KeyKind, KeyRing, MessageSignatures, RequestHead,
    Scheme, Signer, Trust, UnixTime, Verifier, handshakes, providers,
};
use http::HeaderName;

/// The time of every request.
pub const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The secret of every case.
pub const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

/// A key that signed nothing here.
const OTHER_KEY: &[u8] = b"fedcba9876543210fedcba9876543210";

/// The body of every request.
pub const BODY: &[u8] = b"{\"event\":\"paid\",\"amount\":1200}";

/// A head whose one header can be overwritten, so that all requests of a case use the
/// same memory.
pub struct Head {
    method: &'static str,
    target: String,
    headers: Vec<(HeaderName, Vec<u8>)>,
}

impl Head {
    fn post(headers: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Self {
        let headers = headers
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), value));
        Self {
            method: "POST",
            target: "/in".to_owned(),
            headers: headers.collect(),
        }
    }

    /// Overwrites the text that carries the secret.
    pub fn overwrite(&mut self, with: &Self) {
        self.target.clone_from(&with.target);
        for ((_, value), (_, new)) in self.headers.iter_mut().zip(&with.headers) {
            value.clone_from(new);
        }
    }
}

impl RequestHead for Head {
    fn method(&self) -> &str {
        self.method
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.target)
    }

    fn authority(&self) -> Option<&str> {
        Some("hooks.example")
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for (_, value) in self.headers.iter().filter(|(own, _)| own == name) {
            each(value);
        }
    }
}

/// How the value in a request differs from the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Not at all.
    Right,
    /// In its first byte.
    First,
    /// In its last byte.
    Last,
    /// In every byte.
    Every,
}

impl Sent {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Right, Self::First, Self::Last, Self::Every];

    fn apply(self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let last = bytes.len() - 1;
        match self {
            Self::Right => {}
            Self::First => bytes[0] ^= 1,
            Self::Last => bytes[last] ^= 1,
            Self::Every => bytes.iter_mut().for_each(|byte| *byte ^= 1),
        }
        bytes
    }
}

/// What is verified, and how.
pub enum Subject {
    /// A delivery.
    Delivery(Verifier),
    /// A validation of an endpoint, with the verifier of its deliveries.
    Validation(Box<Endpoint>, Verifier),
}

/// A comparison of a secret with what a request has.
pub struct Case {
    /// What it is, for the output.
    pub name: String,
    /// How many comparisons with a secret it takes at most.
    pub comparisons: u32,
    subject: Box<dyn Fn(&dyn Fn(&[u8]) -> Vec<u8>) -> Subject>,
    head: Box<dyn Fn(Sent) -> Head>,
}

impl Case {
    /// The verifier; `hide` is applied to every secret that it is given.
    pub fn subject(&self, hide: &dyn Fn(&[u8]) -> Vec<u8>) -> Subject {
        (self.subject)(hide)
    }

    /// A request with such a value.
    pub fn head(&self, sent: Sent) -> Head {
        (self.head)(sent)
    }
}

fn key(bytes: Vec<u8>) -> Key {
    Key::from_bytes(bytes)
        .expect("a key")
        .of_kind(KeyKind::SharedSecret)
}

/// The MAC of the content under the key of the cases, or the hash with it.
fn tag(algorithm: Algorithm, content: &[u8]) -> Vec<u8> {
    let scheme = match algorithm {
        Algorithm::Hash(digest) => Scheme::hash("plain", digest).signed("{secret}{body}{secret}"),
        Algorithm::Hmac(digest) => Scheme::hmac("plain", digest),
        other => panic!("{other} has no tag"),
    };
    let scheme = scheme.header("x-signature").encoding(Encoding::Hex);
    let signer = Signer::new(&scheme, key(KEY.to_vec())).expect("a signer");
    let request = http::Request::post("https://hooks.example/in")
        .body(content)
        .expect("a request");
    let signed = signer.sign(&request, NOW, None).expect("a signature");
    let (_, value) = signed.headers().iter().next().expect("a header");
    hex::decode(value.to_str().expect("text")).expect("hex")
}

/// A MAC over the body in one header.
fn mac(name: &str, digest: Digest, encoding: Encoding) -> Case {
    let scheme = move || {
        Scheme::hmac("acme", digest)
            .header("x-signature")
            .encoding(encoding)
    };
    Case {
        name: name.to_owned(),
        comparisons: 1,
        subject: Box::new(move |hide| {
            Subject::Delivery(Verifier::new(scheme(), key(hide(KEY))).expect("a verifier"))
        }),
        head: Box::new(move |sent| {
            let tag = sent.apply(&tag(Algorithm::Hmac(digest), BODY));
            Head::post([("x-signature", encoding.encode(&tag).into_bytes())])
        }),
    }
}

/// A case of the catalogue: `head` writes the headers for a MAC of `content`, and
/// `others` come before it, each of the same length as a right one.
fn entry(
    name: &str,
    scheme: fn() -> Scheme,
    algorithm: Algorithm,
    content: Vec<u8>,
    comparisons: u32,
    head: fn(&[u8]) -> Vec<(&'static str, Vec<u8>)>,
) -> Case {
    Case {
        name: name.to_owned(),
        comparisons,
        subject: Box::new(move |hide| {
            Subject::Delivery(Verifier::new(scheme(), key(hide(KEY))).expect("a verifier"))
        }),
        head: Box::new(move |sent| Head::post(head(&sent.apply(&tag(algorithm, &content))))),
    }
}

/// A secret that is sent.
fn secret(name: &str, scheme: fn() -> Scheme, head: fn(&str) -> Head) -> Case {
    Case {
        name: name.to_owned(),
        comparisons: 1,
        subject: Box::new(move |hide| {
            Subject::Delivery(Verifier::new(scheme(), key(hide(KEY))).expect("a verifier"))
        }),
        head: Box::new(move |sent| {
            head(std::str::from_utf8(&sent.apply(KEY)).expect("printable characters"))
        }),
    }
}

fn b64(bytes: &[u8]) -> String {
    Encoding::Base64.encode(bytes)
}

/// MACs that differ from the right one in the first byte, and in the last.
fn decoys(tag: &[u8]) -> [Vec<u8>; 4] {
    let mut twice = Sent::First.apply(tag);
    twice[1] ^= 2;
    let last = tag.len() - 1;
    let mut end = Sent::Last.apply(tag);
    end[last - 1] ^= 2;
    [
        Sent::Every.apply(&twice),
        end,
        twice,
        Sent::Every.apply(&Sent::Last.apply(tag)),
    ]
}

const HS256: &str = "{\"alg\":\"HS256\"}";

fn jws_content() -> Vec<u8> {
    let url = |bytes: &[u8]| Encoding::Base64url.encode(bytes);
    format!("{}.{}", url(HS256.as_bytes()), url(BODY)).into_bytes()
}

/// All of them.
pub fn all() -> Vec<Case> {
    use Digest::{Md5, Sha1, Sha256, Sha384, Sha512};
    let hmac = Algorithm::Hmac(Sha256);
    let mut cases = Vec::new();
    for digest in [Md5, Sha1, Sha256, Sha384, Sha512] {
        cases.push(mac(&format!("HMAC-{digest:?}, hex"), digest, Encoding::Hex));
    }
    for encoding in [
        Encoding::HexUpper,
        Encoding::Base64,
        Encoding::Base64NoPad,
        Encoding::Base64url,
        Encoding::Base64urlPadded,
        Encoding::Base64Hex,
    ] {
        cases.push(mac(
            &format!("HMAC-SHA-256, {}", encoding.name()),
            Sha256,
            encoding,
        ));
    }
    cases.push(entry(
        "GitHub",
        || providers::GITHUB,
        hmac,
        BODY.to_vec(),
        1,
        |tag| {
            vec![(
                "x-hub-signature-256",
                format!("sha256={}", hex::encode(tag)).into(),
            )]
        },
    ));
    cases.push(entry(
        "Stripe, the last of five signatures",
        || providers::STRIPE,
        hmac,
        [b"1700000000.", BODY].concat(),
        5,
        |tag| {
            let mut value = "t=1700000000".to_owned();
            for tag in decoys(tag).iter().map(Vec::as_slice).chain([tag]) {
                value += &format!(",v1={}", hex::encode(tag));
            }
            vec![("stripe-signature", value.into())]
        },
    ));
    cases.push(entry(
        "Standard Webhooks, the first of three signatures",
        || providers::STANDARD_WEBHOOKS,
        hmac,
        [b"msg_1.1700000000.", BODY].concat(),
        3,
        |tag| {
            let [one, two, ..] = decoys(tag);
            let value = format!("v1,{} v1,{} v1,{}", b64(tag), b64(&one), b64(&two));
            vec![
                ("webhook-id", b"msg_1".to_vec()),
                ("webhook-timestamp", b"1700000000".to_vec()),
                ("webhook-signature", value.into()),
            ]
        },
    ));
    cases.push(entry(
        "SHA-256 over secret, body and secret",
        || {
            Scheme::hash("acme", Sha256)
                .signed("{secret}{body}{secret}")
                .header("x-signature")
                .encoding(Encoding::Hex)
        },
        Algorithm::Hash(Sha256),
        BODY.to_vec(),
        1,
        |tag| vec![("x-signature", hex::encode(tag).into())],
    ));
    cases.push(entry(
        "JWS, HS256",
        || {
            Scheme::hmac("acme", Sha256)
                .header("x-signature")
                .jws("{jws_header}.{jws_payload}.{signature}")
                .without_key_id()
                .trust(Trust::AsSent)
        },
        hmac,
        jws_content(),
        1,
        |tag| {
            let text = String::from_utf8(jws_content()).expect("text");
            let value = format!("{text}.{}", Encoding::Base64url.encode(tag));
            vec![("x-signature", value.into())]
        },
    ));

    let mut second = mac(
        "HMAC-SHA-256, the second of two keys",
        Sha256,
        Encoding::Hex,
    );
    second.comparisons = 2;
    second.subject = Box::new(|hide| {
        let ring = KeyRing::from([key(hide(OTHER_KEY)), key(hide(KEY))]);
        let scheme = Scheme::hmac("acme", Sha256)
            .header("x-signature")
            .encoding(Encoding::Hex);
        Subject::Delivery(Verifier::new(scheme, ring).expect("a verifier"))
    });
    cases.push(second);

    cases.push(Case {
        name: "HTTP Message Signatures, hmac-sha256".to_owned(),
        comparisons: 1,
        subject: Box::new(|hide| {
            let policy = MessageSignatures::default().algorithms([Algorithm::Hmac(Sha256)]);
            let ring = KeyRing::default().with("k1", key(hide(KEY)));
            Subject::Delivery(Verifier::message_signatures(policy, ring).expect("a verifier"))
        }),
        head: Box::new(|sent| {
            let request = http::Request::post("https://hooks.example/in")
                .body(BODY)
                .expect("it");
            let ring = KeyRing::default().with("k1", key(KEY.to_vec()));
            let signer = Signer::new(&providers::RFC9421, ring).expect("a signer");
            let signed = signer.sign(&request, NOW, None).expect("a signature");
            let mut head = Head::post([]);
            for (name, value) in signed.headers() {
                let mut value = value.as_bytes().to_vec();
                if name.as_str() == "signature" {
                    let text = String::from_utf8(value).expect("text");
                    let (label, rest) = text.split_once("=:").expect("bytes");
                    let tag = decode(rest.trim_end_matches(':'));
                    value = format!("{label}=:{}:", b64(&sent.apply(&tag))).into();
                }
                head.headers.push((name.clone(), value));
            }
            head
        }),
    });

    cases.push(secret(
        "API key in a header",
        || providers::API_KEY,
        |sent| Head::post([("x-api-key", sent.into())]),
    ));
    cases.push(secret(
        "Bearer token",
        || providers::API_KEY,
        |sent| Head::post([("authorization", format!("Bearer {sent}").into())]),
    ));
    cases.push(secret(
        "Basic, user and password",
        || {
            Scheme::basic("acme")
                .header("authorization")
                .format("Basic {signature}")
                .encoding(Encoding::Base64)
        },
        |sent| {
            Head::post([(
                "authorization",
                format!("Basic {}", b64(sent.as_bytes())).into(),
            )])
        },
    ));
    cases.push(secret(
        "Token in the query",
        || Scheme::shared_secret("acme").at(hookward_core::Location::Query(Cow::Borrowed("token"))),
        |sent| {
            let mut head = Head::post([]);
            head.target = format!("/in?token={sent}");
            head
        },
    ));
    let mut second = secret(
        "API key, the second of two",
        || providers::API_KEY,
        |sent| Head::post([("x-api-key", sent.into())]),
    );
    second.comparisons = 2;
    second.subject = Box::new(|hide| {
        let ring = KeyRing::from([key(hide(OTHER_KEY)), key(hide(KEY))]);
        Subject::Delivery(Verifier::new(providers::API_KEY, ring).expect("a verifier"))
    });
    cases.push(second);

    cases.push(Case {
        name: "Verify token of Meta's validation".to_owned(),
        comparisons: 1,
        subject: Box::new(|hide| {
            let verifier = Verifier::new(providers::META, key(OTHER_KEY.to_vec())).expect("it");
            let token = String::from_utf8_lossy(KEY).into_owned();
            // Where the token is text: hidden in place.
            let token = hide_text(token, hide);
            let endpoint = Endpoint::new(verifier.clone());
            let endpoint = endpoint
                .handshake(handshakes::META.token(token))
                .expect("a validation");
            Subject::Validation(Box::new(endpoint), verifier)
        }),
        head: Box::new(|sent| {
            let sent = String::from_utf8(sent.apply(KEY)).expect("printable characters");
            let mut head = Head::post([]);
            head.method = "GET";
            head.target =
                format!("/in?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={sent}");
            head
        }),
    });
    cases
}

/// The text with its bytes hidden: checked to be UTF-8 before, not after.
fn hide_text(text: String, hide: &dyn Fn(&[u8]) -> Vec<u8>) -> String {
    let hidden = hide(text.as_bytes());
    // SAFETY: `hide` copies the bytes of a string.
    unsafe { String::from_utf8_unchecked(hidden) }
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("base64")
}
