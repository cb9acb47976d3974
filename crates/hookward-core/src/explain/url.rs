//! What proxies do to a URL, undone, for schemes that sign it.

use http::HeaderMap;

use super::Change;
use super::head::{Fields, percent_decoded};
use crate::request::request_url::{Authority, RequestUrl};
use crate::scheme::source::Source;
use crate::scheme::template::{Part, Slot};
use crate::text::printable::printable;
use crate::text::values;

/// Whether any of the URL is signed.
pub(super) fn signs(parts: &[Part]) -> bool {
    let is_of_url = |slot: &Slot| match slot.source {
        Source::Url
        | Source::Host
        | Source::Path
        | Source::Target
        | Source::Query
        | Source::QueryField(_) => true,
        Source::Body
        | Source::Timestamp
        | Source::Id
        | Source::KeyId
        | Source::Method
        | Source::Header(_)
        | Source::Headers(_)
        | Source::Form
        | Source::FormField(_)
        | Source::Json
        | Source::JsonAt(..)
        | Source::JwsHeader
        | Source::JwsPayload
        | Source::Const(_)
        | Source::Secret
        | Source::Template(_) => false,
    };
    parts.iter().any(|part| part.any(&is_of_url))
}

/// Other URLs that the provider may have called, one change each, and the
/// usual pair of scheme and host.
pub(super) fn variants(
    base: &Fields,
    headers: &HeaderMap,
    provider: &str,
) -> Vec<(Change, String)> {
    let given = base
        .url
        .clone()
        .unwrap_or_else(|| format!("https://localhost{}", base.target));
    let text_of = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.rsplit(',').next().unwrap_or(text).trim().to_owned())
    };
    let mut found: Vec<(Change, String)> = Vec::new();
    let Some(url) = RequestUrl::parse(&given) else {
        return found;
    };
    let (scheme, host, query) = (url.scheme(), url.host(), url.query());
    let (authority, path) = (&*url.authority(), &*url.path());
    let port = url.port().map(|port| port.to_string());
    let port = port.as_deref();
    let build = |scheme: &str, authority: &str, path: &str, query: Option<&str>| match query {
        Some(query) => format!("{scheme}://{authority}{path}?{query}"),
        None => format!("{scheme}://{authority}{path}"),
    };
    let other_scheme = if scheme == "https" { "http" } else { "https" };

    let mut hosts: Vec<(&str, String)> = Vec::new();
    if port.is_some() {
        hosts.push(("url_port", host.to_owned()));
    }
    for other in ["443", "80", "8080", "3000", "8000", "5000", "8443"] {
        if port != Some(other) {
            hosts.push(("url_port", format!("{host}:{other}")));
        }
    }
    if let Some(port) = text_of("x-forwarded-port") {
        hosts.push(("url_port", format!("{host}:{port}")));
    }
    for name in ["x-forwarded-host", "x-original-host", "host", "x-host"] {
        let values = headers.get(name).and_then(|value| value.to_str().ok());
        for other in values.unwrap_or_default().split(',').take(8) {
            if !other.trim().is_empty() {
                hosts.push(("url_host", other.trim().to_owned()));
            }
        }
    }
    let forwarded = headers
        .get("forwarded")
        .and_then(|value| value.to_str().ok());
    for pair in forwarded.unwrap_or_default().split([';', ',']).take(32) {
        if let Some((name, other)) = pair.trim().split_once('=')
            && name.eq_ignore_ascii_case("host")
        {
            hosts.push(("url_host", other.trim_matches('"').to_owned()));
        }
    }
    match host.strip_suffix('.') {
        Some(bare) => hosts.push(("url_host", bare.to_owned())),
        None => hosts.push(("url_host", format!("{host}."))),
    }
    match host.strip_prefix("www.") {
        Some(bare) => hosts.push(("url_host", bare.to_owned())),
        None => hosts.push(("url_host", format!("www.{host}"))),
    }
    // What headers say is taken only as far as it is a host.
    hosts.retain(|(_, other)| Authority::parse(other).is_some());
    let mut put = |cause: &'static str, what: String, url: String| {
        if url != given && !found.iter().any(|(_, known)| *known == url) {
            found.push((Change::new(cause, what), url));
        }
    };
    put(
        "url_scheme",
        format!("the signed URL starts with `{other_scheme}://` instead of `{scheme}://`"),
        build(other_scheme, authority, path, query),
    );
    for (cause, other) in &hosts {
        for (scheme, also) in [(scheme, ""), (other_scheme, " and the other scheme")] {
            put(
                cause,
                format!("the signed URL has the host `{other}` instead of `{authority}`{also}"),
                build(scheme, other, path, query),
            );
        }
    }

    let mut paths: Vec<(&'static str, String, String)> = Vec::new();
    match path.strip_suffix('/') {
        Some(bare) => paths.push((
            "url_trailing_slash",
            "the signed URL has no slash at the end of its path".to_owned(),
            bare.to_owned(),
        )),
        None => paths.push((
            "url_trailing_slash",
            "the signed URL has a slash at the end of its path".to_owned(),
            format!("{path}/"),
        )),
    }
    let mut prefixes: Vec<String> = ["x-forwarded-prefix", "x-script-name", "x-original-prefix"]
        .into_iter()
        .filter_map(text_of)
        .collect();
    for common in [
        "api",
        "webhooks",
        "hooks",
        "webhook",
        "v1",
        "api/v1",
        "app",
        "prod",
        "dev",
        "v2",
        "api/v2",
        "staging",
        "stage",
        "api/webhooks",
        "backend",
        "public",
        provider,
    ] {
        prefixes.push(format!("/{common}"));
    }
    for common in ["webhooks", "hooks", "webhook", "api/webhooks"] {
        prefixes.push(format!("/{common}/{provider}"));
    }
    for prefix in prefixes {
        let prefix = prefix.trim_end_matches('/');
        paths.push((
            "url_path_prefix",
            format!("the signed URL's path starts with `{prefix}`, which a proxy strips"),
            format!("{prefix}{path}"),
        ));
        if path == "/" {
            paths.push((
                "url_path_prefix",
                format!("the signed URL's path is `{prefix}`, which a proxy strips"),
                prefix.to_owned(),
            ));
        }
    }
    // Two slashes that a proxy keeps and the provider does not send.
    if path.contains("//") {
        let mut merged = path.to_owned();
        while merged.contains("//") {
            merged = merged.replace("//", "/");
        }
        paths.push((
            "url_slashes",
            "the signed URL's path has no two slashes in a row".to_owned(),
            merged,
        ));
    }
    let mut rest = path;
    for _ in 0..4 {
        let Some(at) = rest.get(1..).and_then(|r| r.find('/')) else {
            break;
        };
        let stripped = &rest[..=at];
        rest = &rest[at + 1..];
        paths.push((
            "url_path_prefix",
            format!("the signed URL's path has no `{stripped}` at its start, which a proxy adds"),
            rest.to_owned(),
        ));
    }
    for name in [
        "x-original-url",
        "x-original-uri",
        "x-forwarded-uri",
        "x-rewrite-url",
        "x-envoy-original-path",
        "x-forwarded-path",
        "x-replaced-path",
    ] {
        if let Some(original) = text_of(name) {
            let url = if original.contains("://") {
                original
            } else {
                format!("{scheme}://{authority}{original}")
            };
            if RequestUrl::parse(&url).is_some() {
                put(
                    "url_path_prefix",
                    format!("the signed URL is the one in header `{name}`"),
                    url,
                );
            }
        }
    }
    // What nginx merges and decodes when `proxy_pass` has a path.
    for (at, _) in path.match_indices('/').take(8) {
        paths.push((
            "url_slashes",
            "the signed URL's path has two slashes in a row, which a proxy merges".to_owned(),
            format!("{}/{}", &path[..at], &path[at..]),
        ));
    }
    for (plain, upper) in [
        ("-._~/", true),
        ("-._~/", false),
        ("-._/", true),
        ("-._~/!$&'()*+,;=", true),
    ] {
        // What is encoded already stays so.
        let mut encoded = String::with_capacity(path.len());
        percent_encode(&mut encoded, path, &format!("{plain}%"), upper);
        if encoded != path {
            paths.push((
                "url_percent_encoding",
                "the signed URL's path is percent-encoded, which a proxy undoes".to_owned(),
                encoded,
            ));
        }
    }
    let decoded = percent_decoded(path);
    if decoded != path {
        paths.push((
            "url_percent_encoding",
            "the signed URL's path is percent-decoded".to_owned(),
            decoded,
        ));
    }
    for (cause, what, other) in paths {
        put(cause, what, build(scheme, authority, &other, query));
    }
    let lower_host = authority.to_ascii_lowercase();
    put(
        "url_host",
        "the signed URL's host is in lower case".to_owned(),
        build(scheme, &lower_host, path, query),
    );

    // A slash of the path that is one of a value.
    for (at, _) in path.match_indices('/').skip(1).take(8) {
        put(
            "url_percent_encoding",
            "the signed URL's path has a slash written as `%2F`, which a proxy decodes".to_owned(),
            build(
                scheme,
                authority,
                &format!("{}%2F{}", &path[..at], &path[at + 1..]),
                query,
            ),
        );
    }
    // Digits of percent-encoding in the other case, and fewer or more of it.
    for (name, upper) in [("upper", true), ("lower", false)] {
        put(
            "url_percent_encoding",
            format!("the signed URL's percent-encoding has {name}-case digits"),
            recased(&given, upper),
        );
    }
    put(
        "url_path_case",
        "the signed URL's path is in lower case".to_owned(),
        build(scheme, authority, &path.to_ascii_lowercase(), query),
    );
    if query.is_none() {
        put(
            "url_query",
            "the signed URL ends in `?`, with an empty query".to_owned(),
            build(scheme, authority, path, Some("")),
        );
    }
    if let Some(query) = query {
        let mut pairs: Vec<&str> = query.split('&').collect();
        pairs.sort_unstable();
        put(
            "url_query_order",
            "the parameters of the signed URL's query are sorted".to_owned(),
            build(scheme, authority, path, Some(&pairs.join("&"))),
        );
        pairs.reverse();
        put(
            "url_query_order",
            "the parameters of the signed URL's query are in reverse order".to_owned(),
            build(scheme, authority, path, Some(&pairs.join("&"))),
        );
        // Other orders of a short query.
        let pairs: Vec<&str> = query.split('&').collect();
        if (3..=6).contains(&pairs.len()) {
            for order in orders(pairs.len()) {
                let query: Vec<&str> = order.iter().map(|i| pairs[*i]).collect();
                put(
                    "url_query_order",
                    "the parameters of the signed URL's query are in another order".to_owned(),
                    build(scheme, authority, path, Some(&query.join("&"))),
                );
            }
        }
        put(
            "url_query",
            "the signed URL has no query".to_owned(),
            build(scheme, authority, path, None),
        );
        // A parameter that something on the way added.
        if (2..=16).contains(&pairs.len()) {
            for left_out in 0..pairs.len() {
                let mut others = pairs.clone();
                let name = others
                    .remove(left_out)
                    .split('=')
                    .next()
                    .unwrap_or_default();
                put(
                    "url_query",
                    format!(
                        "the signed URL's query has no parameter `{}`",
                        printable(name)
                    ),
                    build(scheme, authority, path, Some(&others.join("&"))),
                );
            }
        }
        for (from, to) in [("%20", "+"), ("+", "%20")] {
            put(
                "url_percent_encoding",
                format!("the spaces in the signed URL's query are `{to}`"),
                build(scheme, authority, path, Some(&query.replace(from, to))),
            );
        }
        put(
            "url_percent_encoding",
            "the signed URL's query is percent-decoded".to_owned(),
            build(scheme, authority, path, Some(&percent_decoded(query))),
        );
        let mut encoded = String::new();
        for (i, (name, value)) in values::pairs(query).enumerate() {
            if i > 0 {
                encoded.push('&');
            }
            for (text, after) in [(name, "="), (value, "")] {
                percent_encode(&mut encoded, &text, "-._~", true);
                encoded.push_str(after);
            }
        }
        put(
            "url_percent_encoding",
            "the signed URL's query is percent-encoded".to_owned(),
            build(scheme, authority, path, Some(&encoded)),
        );
    }
    found
}

/// Encodes everything but letters, digits and what is `plain`.
fn percent_encode(out: &mut String, text: &str, plain: &str, upper: bool) {
    for byte in text.bytes() {
        let c = char::from(byte);
        match byte {
            _ if byte.is_ascii_alphanumeric() || byte.is_ascii() && plain.contains(c) => {
                out.push(c)
            }
            _ if upper => out.push_str(&format!("%{byte:02X}")),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
}

fn recased(text: &str, upper: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut left = 0;
    for c in text.chars() {
        if c == '%' {
            left = 3;
        }
        out.push(match (left, upper) {
            (1..=2, true) => c.to_ascii_uppercase(),
            (1..=2, false) => c.to_ascii_lowercase(),
            _ => c,
        });
        left = usize::saturating_sub(left, 1);
    }
    out
}

/// All orders of a few things.
pub(super) fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for next in 0..count {
        found = found
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, next);
                    order
                })
            })
            .collect();
    }
    found
}
