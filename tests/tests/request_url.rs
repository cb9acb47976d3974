//! Over real sockets, byte by byte: no host, target or header makes a request pass for
//! one that was signed for another URL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;

use hookward::{
    Endpoint, Forwarding, Key, KeyRing, Scheme, Signer, Trust, UnixTime, Verifier, providers,
};
use hookward_tests::{ADAPTERS, Adapter, Answer, Server};
use http::Request;

fn ring() -> KeyRing {
    KeyRing::default().with("k1", Key::new("a shared secret").unwrap())
}

fn verifier(scheme: &Scheme) -> Verifier {
    Verifier::new(scheme.clone().trust(Trust::AsSent), ring()).unwrap()
}

fn signed(scheme: &Scheme, url: &str) -> Request<Vec<u8>> {
    let mut request = Request::post(url)
        .header("content-type", "application/json")
        .body(b"{}".to_vec())
        .unwrap();
    let signature = Signer::new(scheme, ring())
        .unwrap()
        .sign(&request, UnixTime::now(), Some("nonce-1"))
        .unwrap();
    signature.apply(&mut request);
    request
}

/// The request as bytes, with this target and these header lines in front.
fn raw(request: &Request<Vec<u8>>, target: &[u8], lines: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = [b"POST ", target, b" HTTP/1.1\r\n"].concat();
    let own = request.headers().iter();
    let own = own.map(|(name, value)| (name.as_str(), value.as_bytes()));
    for (name, value) in lines.iter().copied().chain(own) {
        out.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    let length = request.body().len();
    out.extend(format!("content-length: {length}\r\n\r\n").into_bytes());
    out.extend_from_slice(request.body());
    out
}

/// The status, after asking that the handler ran for 200 and for nothing else.
fn status(server: &Server, adapter: Adapter, bytes: &[u8]) -> u16 {
    let before = server.handler.runs();
    let mut connection = server.connect();
    connection.write_all(bytes).unwrap();
    let status = Answer::read(&mut connection).status;
    let ran = server.handler.runs() - before;
    let shown = bytes.escape_ascii();
    assert_eq!(
        ran,
        usize::from(status == 200),
        "{adapter:?} {status} {shown}"
    );
    status
}

fn assert_refused(server: &Server, adapter: Adapter, bytes: &[u8]) {
    let found = status(server, adapter, bytes);
    // Servers refuse some of it themselves.
    assert!(
        matches!(found, 0 | 400 | 403),
        "{adapter:?} {found} {}",
        bytes.escape_ascii()
    );
}

#[test]
fn a_host_never_becomes_a_path_or_a_query() {
    // The scheme, what was signed, and where it is sent with which `Host`.
    let cases: &[(Scheme, &str, &str, &[u8])] = &[
        (
            providers::RFC9421,
            "/hooks/ping?a=1",
            "/hooks/delete-account?all=yes",
            b"hooks.example",
        ),
        (
            providers::RFC9421,
            "/hooks/ping?a=1",
            "/hooks/delete-account?all=yes",
            b"hooks.example/hooks/ping?a=1#",
        ),
        (
            providers::RFC9421,
            "/hooks/ping?a=1",
            "/hooks/delete-account?all=yes",
            b"hooks.example/hooks/ping?a=1&",
        ),
        (
            providers::PLIVO_V2,
            "/hooks/status",
            "/hooks/answer",
            b"hooks.example",
        ),
        (
            providers::PLIVO_V2,
            "/hooks/status",
            "/hooks/answer",
            b"hooks.example/hooks/status?",
        ),
        (
            providers::PLIVO_V2,
            "/hooks/status",
            "/hooks/answer",
            b"hooks.example/hooks/status#",
        ),
        (
            providers::SQUARE,
            "/nested/hooks/x",
            "/hooks/x",
            b"hooks.example",
        ),
        (
            providers::SQUARE,
            "/nested/hooks/x",
            "/hooks/x",
            b"hooks.example/nested",
        ),
        (
            providers::TWILIO,
            "/nested/hooks/x",
            "/hooks/x",
            b"hooks.example/nested",
        ),
        (
            providers::TWILIO,
            "/nested/hooks/x",
            "/hooks/x",
            b"hooks.example:443/nested",
        ),
        (
            providers::HUBSPOT_V3,
            "/hooks/x?a=1",
            "/hooks/x%3Fa=1",
            b"hooks.example",
        ),
        (
            providers::HUBSPOT_V3,
            "/hooks/x/y",
            "/hooks/x%2fy",
            b"hooks.example",
        ),
    ];
    for adapter in ADAPTERS {
        for (scheme, path, target, host) in cases {
            let server = Server::start(adapter, Endpoint::new(verifier(scheme)));
            let request = signed(scheme, &format!("https://hooks.example{path}"));
            let genuine = raw(&request, path.as_bytes(), &[("host", b"hooks.example")]);
            assert_eq!(
                status(&server, adapter, &genuine),
                200,
                "{adapter:?} {}",
                scheme.name
            );
            let moved = raw(&request, target.as_bytes(), &[("host", host)]);
            assert_refused(&server, adapter, &moved);
        }
    }
}

#[test]
fn a_host_outside_its_grammar_is_refused_where_it_is_signed() {
    for adapter in ADAPTERS {
        for scheme in [providers::SQUARE, providers::RFC9421, providers::TWILIO] {
            let server = Server::start(adapter, verifier(&scheme));
            let request = signed(&scheme, "https://hooks.example/hooks/x");
            let mut hosts: Vec<Vec<u8>> = [
                "",
                ":",
                ":443",
                "hooks.example:",
                "hooks.example:x",
                "hooks.example:0",
                "hooks.example:1",
                "hooks.example:0443",
                "hooks.example:65536",
                "hooks.example.",
                "u@hooks.example",
                "hooks.example@evil.example",
                "hooks.example, hooks.example",
                "hooks.example%00",
                "hooks%2eexample",
                "https://hooks.example",
                "[::1",
                "[::1]x",
                "evil.example",
            ]
            .into_iter()
            .map(Vec::from)
            .collect();
            // Each byte that could start another part of the URL, at each position.
            for byte in b"/?#@\\,;\"%<>{}|^`[]()!$&'*+= \t\0\x01\x7f\xff" {
                hosts.push([b"hooks.example".as_slice(), &[*byte]].concat());
                hosts.push([b"hooks.example".as_slice(), &[*byte], b"evil.example"].concat());
                hosts.push([b"evil.example".as_slice(), &[*byte], b"hooks.example"].concat());
                hosts.push([b"hooks.example:443".as_slice(), &[*byte]].concat());
            }
            for host in &hosts {
                // Blanks around a value are not part of it.
                let is_same = matches!(host.trim_ascii(), b"hooks.example")
                    || host.trim_ascii() == b"hooks.example:443" && scheme.name != "square";
                let sent = raw(&request, b"/hooks/x", &[("host", host)]);
                if is_same {
                    assert_eq!(
                        status(&server, adapter, &sent),
                        200,
                        "{}",
                        sent.escape_ascii()
                    );
                } else {
                    assert_refused(&server, adapter, &sent);
                }
            }
            for lines in [
                &[][..],
                &[("host", &b"hooks.example"[..]), ("host", b"hooks.example")],
                &[("host", b"evil.example"), ("host", b"hooks.example")],
                &[("host", b"hooks.example"), ("host", b"evil.example")],
                &[("host", b""), ("host", b"hooks.example")],
            ] {
                assert_refused(&server, adapter, &raw(&request, b"/hooks/x", lines));
            }
        }
    }
}

#[test]
fn a_target_in_absolute_form_has_to_agree_with_host() {
    for adapter in ADAPTERS {
        for scheme in [providers::SQUARE, providers::RFC9421, providers::PLIVO_V2] {
            let server = Server::start(adapter, verifier(&scheme));
            let request = signed(&scheme, "http://hooks.example/hooks/x");
            let send = |target: &[u8], host: &[u8]| raw(&request, target, &[("host", host)]);
            let absolute = b"http://hooks.example/hooks/x";
            for host in [&b"hooks.example"[..], b"HOOKS.Example", b"hooks.example:80"] {
                let sent = send(absolute, host);
                // What salvo makes of a target in origin form looks the same, so this one
                // is taken for that: its URL is of `https`.
                let is_ambiguous = adapter == Adapter::Salvo && host == b"hooks.example";
                let signs_scheme = scheme.name != providers::RFC9421.name;
                let expected = if is_ambiguous && signs_scheme {
                    403
                } else {
                    200
                };
                assert_eq!(
                    status(&server, adapter, &sent),
                    expected,
                    "{adapter:?} {}",
                    sent.escape_ascii()
                );
            }
            for (target, host) in [
                (&absolute[..], &b"evil.example"[..]),
                (absolute, b""),
                (absolute, b"hooks.example:443"),
                (absolute, b"hooks.example/hooks/x"),
                (b"http://evil.example/hooks/x", b"hooks.example"),
                (b"http://evil.example:80/hooks/x", b"hooks.example"),
                (b"http://evil.example/hooks/x", b"evil.example"),
                (b"http://u@hooks.example/hooks/x", b"hooks.example"),
                (
                    b"http://hooks.example@evil.example/hooks/x",
                    b"hooks.example",
                ),
                (b"http://hooks.example:/hooks/x", b"hooks.example"),
                (b"http://hooks.example:080/hooks/x", b"hooks.example"),
                (b"http://hooks.example:65616/hooks/x", b"hooks.example"),
                (b"ftp://hooks.example/hooks/x", b"hooks.example"),
                (b"http://hooks.example/hooks/y", b"hooks.example"),
            ] {
                assert_refused(&server, adapter, &send(target, host));
            }
        }
    }
}

#[test]
fn targets_verify_with_whatever_was_signed_in_them() {
    for adapter in ADAPTERS {
        let server = Server::start(adapter, verifier(&providers::SQUARE));
        for target in [
            "/hooks/x[]",
            "/hooks/x?a[]=1&b|c",
            "/hooks/x?q={a}^`",
            "/hooks/\u{e4}\u{fc}?\u{df}=\u{20ac}",
            "/hooks/x?a=http://evil.example/y?z",
            "/hooks//x/../y?",
            "/hooks/x%00%2F?%3F",
            "/hooks/x@y:z;a,b",
        ] {
            // Servers differ in what they take; what they take verifies.
            let Ok(uri) = target.parse::<http::Uri>() else {
                continue;
            };
            let mut parts = uri.into_parts();
            parts.scheme = Some(http::uri::Scheme::HTTPS);
            parts.authority = Some("hooks.example".parse().unwrap());
            let url = http::Uri::from_parts(parts).unwrap();
            let mut request = Request::post("/").body(b"{}".to_vec()).unwrap();
            *request.uri_mut() = url;
            let signature = Signer::new(&providers::SQUARE, ring()).unwrap();
            let signature = signature.sign(&request, UnixTime::now(), None).unwrap();
            signature.apply(&mut request);
            let sent = raw(&request, target.as_bytes(), &[("host", b"hooks.example")]);
            let found = status(&server, adapter, &sent);
            assert!(
                found == 200 || found == 400 && !target.is_ascii(),
                "{adapter:?} {target}: {found}"
            );
        }
    }
}

#[test]
fn pinned_hosts_and_the_proxys_own_headers_are_what_counts() {
    for adapter in ADAPTERS {
        // Every scheme, also one that does not sign the URL.
        for scheme in [providers::SQUARE, providers::GITHUB] {
            let pinned = verifier(&scheme).with_hosts(["hooks.example"]).unwrap();
            let server = Server::start(adapter, pinned);
            for (host, expected) in [
                (&b"hooks.example"[..], 200),
                (b"evil.example", 403),
                (b"hooks.example:8443", 403),
            ] {
                let url = format!("https://{}/hooks/x", String::from_utf8_lossy(host));
                let sent = raw(&signed(&scheme, &url), b"/hooks/x", &[("host", host)]);
                assert_eq!(status(&server, adapter, &sent), expected, "{adapter:?}");
            }
        }
        let forwarding = Forwarding::x_forwarded().proto().host();
        let trusting =
            verifier(&providers::SQUARE).with_trusted_proxies(["127.0.0.1/32"], forwarding);
        let server = Server::start(adapter, trusting.unwrap());
        let genuine = signed(&providers::SQUARE, "https://real.example/hooks/x");
        let other = signed(&providers::SQUARE, "https://other.example/other/hooks/x");
        let proxy: [(&str, &[u8]); 3] = [
            ("host", b"internal"),
            ("x-forwarded-proto", b"https"),
            ("x-forwarded-host", b"real.example"),
        ];
        let with = |more: &[(&'static str, &'static [u8])]| [&proxy[..], more].concat();
        let client: &[(&str, &[u8])] = &[("forwarded", b"host=other.example/other;proto=https")];
        assert_eq!(
            status(&server, adapter, &raw(&genuine, b"/hooks/x", &proxy)),
            200
        );
        assert_eq!(
            status(&server, adapter, &raw(&genuine, b"/hooks/x", &with(client))),
            200
        );
        assert_refused(&server, adapter, &raw(&other, b"/hooks/x", &with(client)));
        for more in [
            &[("x-forwarded-host", &b"real.example"[..])][..],
            &[("x-forwarded-host", b"other.example/other")],
            &[("x-forwarded-proto", b"https")],
        ] {
            for request in [&genuine, &other] {
                assert_refused(&server, adapter, &raw(request, b"/hooks/x", &with(more)));
            }
        }
        for bad in [
            &b"other.example/other"[..],
            b"real.example, real.example",
            b"",
            b"u@real.example",
        ] {
            let lines = [proxy[0], proxy[1], ("x-forwarded-host", bad)];
            for request in [&genuine, &other] {
                assert_refused(&server, adapter, &raw(request, b"/hooks/x", &lines));
            }
        }
    }
}
