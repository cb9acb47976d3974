//! Arbitrary changes to the target, `Host`, `:authority`, the scheme and the forwarding
//! headers of a genuine request: it only verifies if host and target are those that were
//! signed.
//!
//! Input: a byte that chooses scheme and verifier, then edits of four bytes
//! each: which part, what to do, where, and with which piece of text.

#![no_main]

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use hookward_core::{
    Forwarding, Key, KeyRing, RequestHead, Scheme, Signer, Trust, UnixTime, Verifier, providers,
};
use http::{HeaderName, Request};
use libfuzzer_sys::fuzz_target;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const HOST: &str = "hooks.example";
const TARGET: &str = "/base/hooks/ping?a=1";

/// What starts or ends a part of a URL, and parts to move about.
const PIECES: &[&str] = &[
    "/",
    "?",
    "#",
    "@",
    "\\",
    ",",
    ";",
    "\"",
    "%00",
    "%",
    "%2f",
    "%3F",
    "%23",
    "%40",
    ":",
    "::",
    "[",
    "]",
    "[::1]",
    "<",
    ">",
    "{",
    "}",
    "|",
    "^",
    "`",
    "'",
    "(",
    ")",
    "!",
    "$",
    "&",
    "*",
    "+",
    "=",
    ".",
    "..",
    "/..",
    "-",
    "_",
    "~",
    " ",
    "\t",
    "\r\n",
    "\0",
    "\u{7f}",
    "\u{e9}",
    "\u{ff0f}",
    "a",
    "A",
    "0",
    "1",
    "80",
    "443",
    ":80",
    ":443",
    ":0443",
    ":65979",
    ":8443",
    "//",
    "://",
    "http",
    "https",
    "http://",
    "https://",
    "hooks.example",
    "HOOKS.example",
    "evil.example",
    "/base",
    "/hooks",
    "/hooks/ping",
    "/base/hooks/ping?a=1",
    "?a=1",
    "a=1",
    "user@",
    "host=",
    "proto=",
    "for=",
    "host=hooks.example",
    "proto=https",
    "proto=http",
    "x",
];

/// One form of URL each: whole, without its query, with either port, partly
/// unescaped, in components.
static SCHEMES: LazyLock<[Scheme; 6]> = LazyLock::new(|| {
    [
        providers::SQUARE,
        providers::PLIVO_V2,
        providers::TWILIO,
        providers::HUBSPOT_V3,
        providers::HUBSPOT_V2,
        providers::RFC9421,
    ]
});

/// A signed request, and its verifiers: for direct requests, pinned, and
/// behind two kinds of proxies.
struct Case {
    signed: Request<Vec<u8>>,
    verifiers: [Verifier; 4],
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    SCHEMES
        .iter()
        .map(|scheme| {
            let ring = KeyRing::default().with("k", Key::new("a shared secret").unwrap());
            let mut signed = Request::post(format!("https://{HOST}{TARGET}"))
                .body(b"{}".to_vec())
                .unwrap();
            let signer = Signer::new(scheme, ring.clone()).unwrap();
            let signature = signer.sign(&signed, NOW, Some("nonce")).unwrap();
            signature.apply(&mut signed);
            let usual = Verifier::new(scheme.clone().trust(Trust::AsSent), ring).unwrap();
            let behind = |forwarding| {
                let networks = ["10.0.0.0/8"];
                usual
                    .clone()
                    .with_trusted_proxies(networks, forwarding)
                    .unwrap()
            };
            Case {
                signed,
                verifiers: [
                    usual.clone(),
                    usual.clone().with_hosts([HOST]).unwrap(),
                    behind(Forwarding::x_forwarded().proto().host().prefix()),
                    behind(Forwarding::rfc7239().proto().host()),
                ],
            }
        })
        .collect()
});

/// Each part as its values; a header may have several.
struct Head<'a> {
    signed: &'a Request<Vec<u8>>,
    parts: [Vec<String>; PARTS],
    peer: IpAddr,
}

const PARTS: usize = 8;
const TARGET_AT: usize = 0;
const HOST_AT: usize = 1;
const AUTHORITY: usize = 2;
const SCHEME: usize = 3;
const PROTO: usize = 4;
const X_HOST: usize = 5;
const PREFIX: usize = 6;
const FORWARDED: usize = 7;

impl Head<'_> {
    fn first(&self, part: usize) -> Option<&str> {
        self.parts[part].first().map(String::as_str)
    }
}

impl RequestHead for Head<'_> {
    fn method(&self) -> &str {
        "POST"
    }

    fn target(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.first(TARGET_AT).unwrap_or_default())
    }

    fn header_values<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        let part = match name.as_str() {
            "host" => HOST_AT,
            "x-forwarded-proto" => PROTO,
            "x-forwarded-host" => X_HOST,
            "x-forwarded-prefix" => PREFIX,
            "forwarded" => FORWARDED,
            _ => {
                let values = self.signed.headers().get_all(name);
                return values.iter().for_each(|value| each(value.as_bytes()));
            }
        };
        self.parts[part]
            .iter()
            .for_each(|value| each(value.as_bytes()));
    }

    fn scheme(&self) -> Option<&str> {
        self.first(SCHEME)
    }

    fn authority(&self) -> Option<&str> {
        self.first(AUTHORITY)
    }

    fn peer(&self) -> Option<IpAddr> {
        Some(self.peer)
    }
}

fn edit(values: &mut Vec<String>, what: u8, place: u8, piece: &str) {
    let Some(value) = values.last_mut() else {
        values.push(piece.to_owned());
        return;
    };
    let mut places = value.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
    places.push(value.len());
    let at = places[usize::from(place) % places.len()];
    match what % 6 {
        0 => value.insert_str(at, piece),
        1 => value.truncate(at),
        2 if at < value.len() => drop(value.remove(at)),
        3 => *value = piece.to_owned(),
        4 => {
            let again = value.clone();
            values.push(again);
        }
        _ => drop(values.pop()),
    }
    values.truncate(4);
}

/// Whether the text is the signed host, with the default port or without one.
fn is_host(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text == HOST || text.strip_suffix(":443") == Some(HOST)
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, edits)) = data.split_first() else {
        return;
    };
    let choice = usize::from(choice);
    let index = choice % CASES.len();
    let case = &CASES[index];
    let way = choice / CASES.len() % 4;
    // Every third request comes past the proxy.
    let is_trusted = choice / (CASES.len() * 4) % 3 != 2;
    let one = |text: &str| vec![text.to_owned()];
    let mut head = Head {
        signed: &case.signed,
        parts: std::array::from_fn(|_| Vec::new()),
        peer: if is_trusted {
            Ipv4Addr::new(10, 0, 0, 9).into()
        } else {
            Ipv4Addr::new(192, 0, 2, 1).into()
        },
    };
    head.parts[TARGET_AT] = one(TARGET);
    head.parts[HOST_AT] = one(HOST);
    match way {
        2 if is_trusted => {
            head.parts[TARGET_AT] = one("/hooks/ping?a=1");
            head.parts[HOST_AT] = one("internal");
            head.parts[PROTO] = one("https");
            head.parts[X_HOST] = one(HOST);
            head.parts[PREFIX] = one("/base");
        }
        3 if is_trusted => {
            head.parts[HOST_AT] = one("internal");
            head.parts[FORWARDED] = one("for=192.0.2.1;host=hooks.example;proto=https");
        }
        _ => {}
    }
    for bytes in edits.chunks_exact(4).take(16) {
        let piece = PIECES[usize::from(bytes[3]) % PIECES.len()];
        edit(
            &mut head.parts[usize::from(bytes[0]) % PARTS],
            bytes[1],
            bytes[2],
            piece,
        );
    }
    let verdict = case.verifiers[way].verify_parts(&head, b"{}", NOW);
    if edits.len() < 4 {
        assert!(verdict.is_ok());
        return;
    }
    if verdict.is_err() {
        return;
    }

    // It verified: then this is the URL that was signed.
    let target = head.target();
    let (host_at, prefix) = match way {
        2 if is_trusted => {
            assert_eq!(head.parts[X_HOST].len(), 1);
            assert_eq!(head.parts[PROTO].len(), 1);
            (X_HOST, head.first(PREFIX).unwrap().trim_end_matches('/'))
        }
        3 if is_trusted => (FORWARDED, ""),
        _ => (HOST_AT, ""),
    };
    let called = format!("{prefix}{target}");
    let path = |target: &str| target.split('?').next().unwrap_or_default().to_owned();
    match &*SCHEMES[index].name {
        // Signs no query.
        "plivo-v2" => assert_eq!(path(&called), path(TARGET)),
        // Signs some escapes decoded; none of them moves the
        // boundaries of path and query.
        "hubspot-v3" => {
            let segments = |target: &str| path(target).split('/').count();
            assert_eq!(segments(&called), segments(TARGET));
            assert_eq!(called.contains('?'), TARGET.contains('?'));
        }
        _ => assert_eq!(called, TARGET),
    }
    // Twilio signs the URL with or without a port that a trusted proxy vouches for.
    let vouched = is_trusted && way >= 2 && &*SCHEMES[index].name == "twilio";
    // A message signature covers the host without the default port of whatever scheme
    // the request came by.
    let is_default = |name: &str| {
        &*SCHEMES[index].name == "rfc9421" && name.strip_suffix(":80").is_some_and(is_host)
    };
    let is_named = |name: &str| {
        is_host(name)
            || is_default(name)
            || (vouched
                && name.rsplit_once(':').is_some_and(|(host, port)| {
                    is_host(host) && port.bytes().all(|b| b.is_ascii_digit())
                }))
    };
    if host_at == FORWARDED {
        let [element] = &head.parts[FORWARDED][..] else {
            panic!("several `Forwarded` headers");
        };
        let hosts = element.split(';').filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            name.eq_ignore_ascii_case("host")
                .then(|| value.trim().trim_matches('"'))
        });
        let hosts: Vec<_> = hosts.collect();
        assert!(matches!(&hosts[..], [host] if is_named(host)), "{hosts:?}");
        return;
    }
    let values = &head.parts[host_at];
    let authority = head.authority().filter(|_| host_at == HOST_AT);
    assert!(values.len() <= 1 && (authority.is_some() || values.len() == 1));
    let mut names = values.iter().map(String::as_str).chain(authority);
    assert!(names.all(is_named));
});
