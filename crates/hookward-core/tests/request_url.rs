//! The URL that schemes sign: parsed by its grammar, never pasted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::net::IpAddr;

use hookward_core::adapter::target_of;
use hookward_core::{
    Code, ConfigError, Forwarding, Key, KeyRing, ReplayBy, RequestHead, Scheme, Signer, Trust,
    UnixTime, Verifier, providers,
};
use http::Request;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn ring() -> KeyRing {
    KeyRing::default().with("k1", Key::new("a shared secret").unwrap())
}

fn verifier(scheme: &Scheme) -> Verifier {
    Verifier::new(scheme.clone().trust(Trust::AsSent), ring()).unwrap()
}

/// The schemes that sign the URL or parts of it, in as many ways.
fn schemes() -> Vec<Scheme> {
    vec![
        providers::SQUARE,
        providers::RFC9421,
        providers::PLIVO_V2,
        providers::HUBSPOT_V2,
        providers::HUBSPOT_V3,
        providers::TWILIO,
        providers::MAILCHIMP_TRANSACTIONAL,
    ]
}

/// A genuine request, signed for this URL.
fn signed(scheme: &Scheme, url: &str) -> Request<Vec<u8>> {
    let mut request = Request::post(url).body(br#"{"a":1}"#.to_vec()).unwrap();
    let signature = Signer::new(scheme, ring())
        .unwrap()
        .sign(&request, NOW, Some("nonce-1"))
        .unwrap();
    signature.apply(&mut request);
    request
}

/// The same as it arrives over HTTP/1.1.
fn arrived(request: &Request<Vec<u8>>, target: &str, hosts: &[&[u8]]) -> Request<Vec<u8>> {
    let mut arrived = request.clone();
    *arrived.uri_mut() = target.parse().unwrap();
    for host in hosts {
        let host = http::HeaderValue::from_bytes(host).unwrap();
        arrived.headers_mut().append("host", host);
    }
    arrived
}

fn code(verifier: &Verifier, request: &Request<Vec<u8>>) -> Option<Code> {
    let verdict = verifier.verify_at(request, NOW);
    verdict.err().map(|rejection| rejection.code())
}

#[test]
fn a_host_outside_its_grammar_is_refused_by_every_scheme_that_signs_it() {
    let malformed: &[&[u8]] = &[
        b"",
        b":",
        b":443",
        b"hooks.example:",
        b"hooks.example:x",
        b"hooks.example:0",
        b"hooks.example:0443",
        b"hooks.example:65536",
        b"hooks.example:443:443",
        b"hooks.example:443/",
        b"hooks.example:-1",
        b"hooks.example:+443",
        b"hooks.example/",
        b"hooks.example/hooks/ping",
        b"hooks.example/hooks/ping?a=1#",
        b"hooks.example?a=1",
        b"hooks.example#",
        b"user@hooks.example",
        b"hooks.example@evil.example",
        b"hooks.example\\evil.example",
        b"hooks.example,evil.example",
        b"hooks.example, hooks.example",
        b"hooks.example;x",
        b"\"hooks.example\"",
        b"hooks.example%00",
        b"hooks%2eexample",
        b"hooks.example%2f",
        b"hooks example",
        b"hooks.example\t",
        b"h\xc3\xb6oks.example",
        b"hooks.example\xff",
        b"https://hooks.example",
        b"[::1",
        b"::1",
        b"[::1]x",
        b"[fe80::1%25eth0]",
        b"[v1.x]",
        b"[hooks.example]",
        b"hooks.example]",
        b"<hooks.example>",
        b"{hooks.example}",
    ];
    for scheme in schemes() {
        let request = signed(&scheme, "https://hooks.example/hooks/ping?a=1");
        let verifier = verifier(&scheme);
        let genuine = arrived(&request, "/hooks/ping?a=1", &[b"hooks.example"]);
        assert_eq!(code(&verifier, &genuine), None, "{}", scheme.name);
        for host in malformed {
            let request = arrived(&request, "/hooks/ping?a=1", &[host]);
            assert_eq!(
                code(&verifier, &request),
                Some(Code::ContentMalformed),
                "{} {}",
                scheme.name,
                host.escape_ascii()
            );
        }
        // The same twice, and none at all.
        for hosts in [&[&b"hooks.example"[..], b"hooks.example"][..], &[]] {
            let request = arrived(&request, "/hooks/ping?a=1", hosts);
            let found = code(&verifier, &request);
            assert_eq!(found, Some(Code::ContentMalformed), "{}", scheme.name);
        }
    }
}

#[test]
fn a_scheme_that_does_not_sign_the_url_does_not_look_at_the_host() {
    let request = signed(&providers::GITHUB, "https://hooks.example/x");
    let verifier = verifier(&providers::GITHUB);
    for hosts in [&[&b"a/b?c"[..]][..], &[b"a", b"b"], &[]] {
        assert_eq!(code(&verifier, &arrived(&request, "/x", hosts)), None);
    }
}

#[test]
fn no_other_target_passes_for_the_signed_one() {
    // What is signed, and where it is sent with which `Host`.
    let moved: &[(&str, &str, &[u8])] = &[
        (
            "https://hooks.example/hooks/ping?a=1",
            "/hooks/delete-account?all=yes",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping?a=1",
            "/hooks/delete-account?all=yes",
            b"hooks.example/hooks/ping?a=1#",
        ),
        (
            "https://hooks.example/hooks/status",
            "/hooks/answer",
            b"hooks.example/hooks/status?",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/ping",
            b"hooks.example/hooks",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/hooks/ping?",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping?a=1",
            "/hooks/ping%3Fa=1",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/hooks%2Fping",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/hooks/ping/",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping",
            "//hooks/ping",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/hooks/ping",
            b"hooks.example.",
        ),
        (
            "https://hooks.example:8443/hooks/ping",
            "/hooks/ping",
            b"hooks.example",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/hooks/ping",
            b"hooks.example:8443",
        ),
        (
            "https://hooks.example/hooks/ping",
            "/hooks/ping",
            b"hooks.example:80",
        ),
        ("https://[::1]/hooks/ping", "/hooks/ping", b"[::2]"),
        (
            "http://hooks.example/hooks/ping",
            "/hooks/ping",
            b"hooks.example",
        ),
    ];
    for scheme in schemes() {
        let verifier = verifier(&scheme);
        for (url, target, host) in moved {
            // Plivo's signs neither the query nor its absence, the usual message
            // signature not the scheme.
            let is_unsigned = match &*scheme.name {
                "plivo-v2" => target.ends_with('?'),
                "rfc9421" => url.starts_with("http:"),
                _ => false,
            };
            if is_unsigned {
                continue;
            }
            let request = arrived(&signed(&scheme, url), target, &[host]);
            assert!(
                code(&verifier, &request).is_some(),
                "{}: {url} passes for {} {target}",
                scheme.name,
                host.escape_ascii()
            );
        }
    }
}

#[test]
fn hosts_of_every_form_verify_as_they_were_signed() {
    for scheme in schemes() {
        let verifier = verifier(&scheme);
        for host in [
            "a",
            "localhost",
            "a.example",
            "A.Example",
            "a_b.example",
            "a.example.",
            "192.0.2.1",
            "a.example:443",
            "a.example:8443",
            "a.example:1",
            "a.example:65535",
            "[::1]",
            "[2001:DB8::1]:8443",
            "xn--hks-tna.example",
        ] {
            for target in ["/", "/x", "/x?", "/x?a=b", "/x//y/../z?a=/?b", "/%2e%00?%"] {
                let request = signed(&scheme, &format!("https://{host}{target}"));
                let request = arrived(&request, target, &[host.as_bytes()]);
                assert_eq!(
                    code(&verifier, &request),
                    None,
                    "{} {host} {target}",
                    scheme.name
                );
            }
        }
    }
}

#[test]
fn whatever_a_server_takes_in_a_target_verifies_where_it_was_signed() {
    for byte in 0x21..=0xffu8 {
        for (before, after) in [("/x", "y"), ("/x?a=", "y")] {
            let mut target = before.as_bytes().to_vec();
            // All beyond ASCII in pairs: raw UTF-8.
            match byte {
                0x80.. => target.extend([0xc3, 0x80 | byte & 0x3f]),
                _ => target.push(byte),
            }
            target.extend(after.as_bytes());
            let Ok(uri) = http::Uri::try_from(target.clone()) else {
                continue;
            };
            let target = target_of(&uri).into_owned();
            for scheme in [providers::SQUARE, providers::HUBSPOT_V2, providers::TWILIO] {
                let mut url = uri.clone().into_parts();
                url.scheme = Some(http::uri::Scheme::HTTPS);
                url.authority = Some("hooks.example".parse().unwrap());
                let mut request = Request::post("/").body(br#"{"a":1}"#.to_vec()).unwrap();
                *request.uri_mut() = http::Uri::from_parts(url).unwrap();
                let signature = Signer::new(&scheme, ring())
                    .unwrap()
                    .sign(&request, NOW, None)
                    .unwrap();
                signature.apply(&mut request);
                *request.uri_mut() = uri.clone();
                request
                    .headers_mut()
                    .insert("host", "hooks.example".parse().unwrap());
                assert_eq!(
                    code(&verifier(&scheme), &request),
                    None,
                    "{} {target}",
                    scheme.name
                );
            }
        }
    }
}

#[test]
fn an_absolute_target_and_the_host_header_agree() {
    for scheme in schemes() {
        let verifier = verifier(&scheme);
        let request = signed(&scheme, "https://hooks.example/x?a=1");
        let at = |target: &str, hosts: &[&[u8]]| code(&verifier, &arrived(&request, target, hosts));
        let absolute = "https://hooks.example/x?a=1";
        // HTTP/2 sends no `Host`.
        for hosts in [
            &[][..],
            &[&b"hooks.example"[..]],
            &[&b"HOOKS.example:443"[..]],
        ] {
            assert_eq!(at(absolute, hosts), None, "{} {hosts:?}", scheme.name);
        }
        for (target, hosts) in [
            (absolute, &[&b"evil.example"[..]][..]),
            (absolute, &[&b"hooks.example."[..]]),
            (absolute, &[&b"hooks.example:8443"[..]]),
            (absolute, &[&b"hooks.example:80"[..]]),
            (absolute, &[&b"hooks.example"[..], &b"hooks.example"[..]]),
            (absolute, &[&b""[..]]),
            (absolute, &[&b"hooks.example/"[..]]),
            ("https://evil.example/x?a=1", &[&b"hooks.example"[..]]),
            ("https://user@hooks.example/x?a=1", &[&b"hooks.example"[..]]),
            ("https://user@hooks.example/x?a=1", &[]),
            ("https://hooks.example:/x?a=1", &[]),
            ("https://hooks.example:99999/x?a=1", &[]),
            ("ftp://hooks.example/x?a=1", &[]),
            ("*", &[&b"hooks.example"[..]]),
        ] {
            // Not every text is a URI to begin with.
            if target.parse::<http::Uri>().is_err() {
                continue;
            }
            let found = at(target, hosts);
            assert_eq!(
                found,
                Some(Code::ContentMalformed),
                "{} {target} {hosts:?}",
                scheme.name
            );
        }
    }
}

#[test]
fn twilio_may_sign_the_default_port_or_none_and_no_other_is_left_out() {
    for (scheme, default, other) in [("https", ":443", ":80"), ("http", ":80", ":443")] {
        let scheme_by_content = providers::TWILIO.replay_by(ReplayBy::Content);
        let verifier = verifier(&scheme_by_content).with_identity();
        let at = |signed_for: &str, host: &str| {
            let request = signed(&providers::TWILIO, &format!("{scheme}://{signed_for}/sms"));
            let url = format!("{scheme}://{host}/sms");
            let request = arrived(&request, &url, &[]);
            let found = verifier.verify_at(&request, NOW);
            found.ok().map(|proof| proof.replay_key("ns").unwrap())
        };
        let with = format!("a.example{default}");
        let key = at("a.example", "a.example");
        assert!(key.is_some());
        // Whichever way it is written, it is one delivery.
        assert_eq!(at("a.example", &with), key);
        assert!(at(&with, "a.example").is_some());
        assert_eq!(at(&with, &with), at(&with, "a.example"));
        for port in [other, ":1", ":2", ":444", ":8443", ":65535"] {
            let host = format!("a.example{port}");
            assert_eq!(at("a.example", &host), None, "{host}");
            assert_eq!(at(&with, &host), None, "{host}");
            assert_eq!(at(&host, "a.example"), None, "{host}");
            assert!(at(&host, &host).is_some(), "{host}");
        }
    }
}

#[test]
fn a_port_that_the_operator_names_may_be_left_out_of_what_twilio_signs() {
    let request = signed(&providers::TWILIO, "https://a.example/sms");
    let request = arrived(&request, "/sms", &[b"a.example:8443"]);
    let usual = verifier(&providers::TWILIO);
    assert_eq!(code(&usual, &request), Some(Code::SignatureMismatch));
    for told in [
        usual.clone().with_hosts(["a.example:8443"]).unwrap(),
        usual
            .clone()
            .with_external_url("https://a.example:8443")
            .unwrap(),
        usual.with_exact_url("https://a.example:8443/sms").unwrap(),
    ] {
        assert_eq!(code(&told, &request), None);
        let other = arrived(
            &signed(&providers::TWILIO, "https://b.example/sms"),
            "/sms",
            &[b"a.example:8443"],
        );
        assert_eq!(code(&told, &other), Some(Code::SignatureMismatch));
    }
}

#[test]
fn pinned_hosts_refuse_every_other_before_the_body() {
    for scheme in schemes().into_iter().chain([providers::GITHUB]) {
        let pinned = verifier(&scheme)
            .with_hosts(["hooks.example", "api.example:8443", "[::1]:3000"])
            .unwrap();
        for (host, expected) in [
            ("hooks.example", None),
            ("hooks.example:443", None),
            ("api.example:8443", None),
            ("[::1]:3000", None),
            ("evil.example", Some(Code::RecipientMismatch)),
            ("hooks.example:8443", Some(Code::RecipientMismatch)),
            ("hooks.example:80", Some(Code::RecipientMismatch)),
            ("api.example", Some(Code::RecipientMismatch)),
            ("hooks.example.evil.example", Some(Code::RecipientMismatch)),
            ("xhooks.example", Some(Code::RecipientMismatch)),
            ("hooks.example.", Some(Code::RecipientMismatch)),
        ] {
            let request = signed(&scheme, &format!("https://{host}/x"));
            let request = arrived(&request, "/x", &[host.as_bytes()]);
            assert_eq!(code(&pinned, &request), expected, "{} {host}", scheme.name);
            let begun = pinned.begin(&request, NOW);
            assert_eq!(
                begun.err().map(|r| r.code()),
                expected,
                "{} {host}",
                scheme.name
            );
        }
        // In any case, and never by what is not a host.
        let request = signed(&scheme, "https://HOOKS.example/x");
        let host = |host: &[u8]| code(&pinned, &arrived(&request, "/x", &[host]));
        assert_eq!(host(b"HOOKS.example"), None, "{}", scheme.name);
        assert_eq!(host(b"hooks.example/x"), Some(Code::ContentMalformed));
        assert_eq!(
            host(b"hooks.example@evil.example"),
            Some(Code::ContentMalformed)
        );
    }
}

#[test]
fn what_cannot_be_a_host_or_url_is_an_error_when_built() {
    let usual = || verifier(&providers::SQUARE);
    for host in [
        "",
        "a/b",
        "a:x",
        "a:0",
        "a:",
        "https://a",
        "a b",
        "a,b",
        "u@a",
        "*.example",
        "a?b",
        "ä.example",
    ] {
        let found = usual().with_hosts([host]);
        assert!(matches!(found, Err(ConfigError::Host(_))), "{host}");
    }
    assert!(matches!(usual().with_hosts([]), Err(ConfigError::Host(_))));
    for url in [
        "",
        "/x",
        "a.example",
        "ftp://a.example",
        "https://",
        "https:///x",
        "https://u:p@a.example",
        "https://a.example#f",
        "https://a.example/#f",
        "https://a.example/a b",
        "https://a.example:x",
        "https://a.example:0",
        "https://a.example\\x",
        "https://a.example,b",
        "https://a%2fb",
    ] {
        for found in [usual().with_external_url(url), usual().with_exact_url(url)] {
            let error = found.err().unwrap_or_else(|| panic!("{url} is taken"));
            assert!(matches!(error, ConfigError::ExternalUrl(_)), "{url}");
            // A URL may have a token in it.
            assert!(url.len() < 9 || !error.to_string().contains(url), "{error}");
        }
    }
    let with_query = "https://a.example/x?y";
    assert!(usual().with_external_url(with_query).is_err());
    assert!(usual().with_exact_url(with_query).is_ok());
    // One that no request can fit, in either order.
    let pinned = || usual().with_hosts(["a.example"]).unwrap();
    assert!(pinned().with_external_url("https://a.example/base").is_ok());
    assert!(
        pinned()
            .with_external_url("https://b.example/base")
            .is_err()
    );
    assert!(pinned().with_exact_url("https://b.example/base").is_err());
    let based = usual().with_external_url("https://b.example").unwrap();
    assert!(based.with_hosts(["a.example"]).is_err());
    for forwarding in [
        Forwarding::x_forwarded(),
        Forwarding::rfc7239(),
        Forwarding::rfc7239().proto().prefix(),
    ] {
        let found = usual().with_trusted_proxies(["10.0.0.0/8"], forwarding);
        assert!(matches!(found, Err(ConfigError::Forwarding(_))));
    }
    let found = usual().with_trusted_proxies(["10.0.0"], Forwarding::x_forwarded().proto());
    assert!(matches!(found, Err(ConfigError::Network(_))));
}

/// A request from a peer.
struct From<'a>(&'a str, Request<Vec<u8>>);

impl RequestHead for From<'_> {
    fn method(&self) -> &str {
        self.1.method().as_str()
    }

    fn target(&self) -> Cow<'_, str> {
        target_of(self.1.uri())
    }

    fn header_values<'a>(&'a self, name: &http::HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for value in self.1.headers().get_all(name) {
            each(value.as_bytes());
        }
    }

    fn peer(&self) -> Option<IpAddr> {
        Some(self.0.parse().unwrap())
    }
}

/// What becomes of a delivery that was signed for `url`, sent to `/hook` with
/// these headers by `peer`.
fn forwarded(
    forwarding: Forwarding,
    url: &str,
    peer: &str,
    headers: &[(&str, &str)],
) -> Option<Code> {
    let mut request = signed(&providers::SQUARE, url);
    *request.uri_mut() = "/hook".parse().unwrap();
    for (name, value) in headers {
        let name = http::HeaderName::try_from(*name).unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    let verifier = verifier(&providers::SQUARE)
        .with_trusted_proxies(["10.0.0.0/8", "::1/128"], forwarding)
        .unwrap();
    let verdict = verifier.verify_parts(&From(peer, request), br#"{"a":1}"#, NOW);
    verdict.err().map(|rejection| rejection.code())
}

const MALFORMED: Option<Code> = Some(Code::ContentMalformed);
const MISMATCH: Option<Code> = Some(Code::SignatureMismatch);

#[test]
fn only_the_headers_that_the_proxy_overwrites_are_believed() {
    let usual = Forwarding::x_forwarded().proto().host().prefix();
    let standard = Forwarding::rfc7239().proto().host();
    let x = [
        ("host", "internal:8080"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "real.example"),
        ("x-forwarded-prefix", "/base/"),
    ];
    let real = "http://real.example/base/hook";
    let with = |more: &[(&'static str, &'static str)]| [&x[..], more].concat();
    assert_eq!(forwarded(usual, real, "10.0.0.9", &x), None);
    assert_eq!(forwarded(usual, real, "::1", &x), None);
    assert_eq!(forwarded(usual, real, "::ffff:10.0.0.9", &x), None);
    assert_eq!(forwarded(usual, real, "11.0.0.9", &x), MISMATCH);
    // Strangers' headers are not looked at, not even malformed ones.
    let direct = with(&[("x-forwarded-host", "a/b")]);
    assert_eq!(
        forwarded(usual, "https://internal:8080/hook", "11.0.0.9", &direct),
        None
    );
    // The client's own `Forwarded` passes through the proxy.
    let other = with(&[("forwarded", "host=other.example;proto=https")]);
    assert_eq!(forwarded(usual, real, "10.0.0.9", &other), None);
    assert_eq!(
        forwarded(usual, "https://other.example/hook", "10.0.0.9", &other),
        MISMATCH
    );
    assert_eq!(
        forwarded(standard, "https://other.example/hook", "10.0.0.9", &other),
        None
    );
    assert_eq!(forwarded(standard, real, "10.0.0.9", &x), MALFORMED);
    // And so does what is not named of the family.
    let proto = Forwarding::x_forwarded().proto();
    assert_eq!(
        forwarded(proto, "http://internal:8080/hook", "10.0.0.9", &x),
        None
    );
    assert_eq!(forwarded(proto, real, "10.0.0.9", &x), MISMATCH);
}

#[test]
fn a_forwarding_header_is_there_once_and_well_formed_or_the_request_is_refused() {
    let real = "https://real.example/base/hook";
    let good = [
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "real.example"),
        ("x-forwarded-prefix", "/base"),
    ];
    let bad: &[(&str, &[&str])] = &[
        (
            "x-forwarded-proto",
            &[
                "",
                "ftp",
                "https,http",
                "https, https",
                "https:",
                "https ://",
                "\"https\"",
            ],
        ),
        (
            "x-forwarded-host",
            &[
                "",
                "real.example/base",
                "real.example?",
                "real.example#",
                "u@real.example",
                "real.example\\x",
                "real.example,evil.example",
                "evil.example, real.example",
                "real.example;",
                "\"real.example\"",
                "real.example%00",
                "real.example:",
                "real.example:x",
                "real.example:0",
                "real.example:65536",
                "[::1",
                "real example",
            ],
        ),
        (
            "x-forwarded-prefix",
            &[
                "",
                "base",
                "/base?x",
                "/base#x",
                "/base\\x",
                "/base,/x",
                "/base, /x",
                "/base;x",
                "/ba\"se",
                "/base%00",
                "/base%",
                "/base%0",
                "/base%zz",
                "/ba se",
                "https://real.example/base",
            ],
        ),
    ];
    let usual = Forwarding::x_forwarded().proto().host().prefix();
    assert_eq!(forwarded(usual, real, "10.0.0.9", &good), None);
    for (name, values) in bad {
        let rest: Vec<_> = good
            .iter()
            .copied()
            .filter(|(known, _)| known != name)
            .collect();
        // The own `Host` would fit where the forwarded one is ignored.
        let host = [&rest[..], &[("host", "real.example")]].concat();
        assert_eq!(
            forwarded(usual, real, "10.0.0.9", &host),
            MALFORMED,
            "no {name}"
        );
        let twice = [&good[..], &good[..]].concat();
        assert_eq!(forwarded(usual, real, "10.0.0.9", &twice), MALFORMED);
        for value in *values {
            let headers = [&host[..], &[(*name, *value)]].concat();
            assert_eq!(
                forwarded(usual, real, "10.0.0.9", &headers),
                MALFORMED,
                "{name}: {value}"
            );
        }
    }
}

#[test]
fn forwarded_has_one_element_in_its_grammar() {
    let usual = Forwarding::rfc7239().proto().host();
    let real = "https://real.example:8443/hook";
    for good in [
        "proto=https;host=\"real.example:8443\"",
        "Host=\"real.example:8443\";PROTO=HTTPS",
        "for=192.0.2.1;by=\"[::1]:80\";proto=https; host=\"real.example:8443\"",
        "for=\"_a,b;c=d\";proto=https;host=real.example:8443",
    ] {
        assert_eq!(
            forwarded(usual, real, "10.0.0.9", &[("forwarded", good)]),
            None,
            "{good}"
        );
    }
    for bad in [
        "",
        "proto=https",
        "host=\"real.example:8443\"",
        ";",
        "proto",
        "proto=https;host=\"real.example:8443\", proto=http",
        "host=evil.example, proto=https;host=\"real.example:8443\"",
        "proto=https;host=\"real.example:8443\";host=evil.example",
        "host=evil.example;proto=https;host=\"real.example:8443\"",
        "proto=https;proto=https;host=\"real.example:8443\"",
        "proto=https;host=\"real.example:8443",
        "proto=https;host=\"real.example:8443\"x",
        "proto=https;host=\"real.example\\:8443\"",
        "proto=https;host=\"real.example:8443/x\"",
        "proto=https;host=\"u@real.example:8443\"",
        "proto=https;host=",
        "proto=;host=\"real.example:8443\"",
        "proto=https host=\"real.example:8443\"",
        "pr oto=https;host=\"real.example:8443\"",
        "for=\"x;proto=https;host=\"real.example:8443\"",
    ] {
        let headers = [("host", "real.example:8443"), ("forwarded", bad)];
        assert_eq!(
            forwarded(usual, real, "10.0.0.9", &headers),
            MALFORMED,
            "{bad}"
        );
    }
}

#[test]
fn an_exact_url_is_what_is_signed_in_each_of_its_parts() {
    for scheme in schemes() {
        let request = signed(&scheme, "https://hooks.example/base/x?a=1");
        let request = arrived(&request, "/x?a=1", &[b"internal:8080"]);
        let usual = verifier(&scheme);
        let base = usual
            .clone()
            .with_external_url("https://hooks.example/base/")
            .unwrap();
        assert_eq!(code(&base, &request), None, "{}", scheme.name);
        let exact = usual
            .with_exact_url("https://hooks.example/base/x?a=1")
            .unwrap();
        assert_eq!(code(&exact, &request), None, "{}", scheme.name);
    }
}
