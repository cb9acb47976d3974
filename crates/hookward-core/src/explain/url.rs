//! Reverses what proxies do to a URL, for schemes that sign it.

use http::HeaderMap;

use super::cause::{self, Change};
use super::fields::HeadFields;
use super::urlencoded::{orders, percent_decoded, percent_encoded};
use crate::request::request_url::{Authority, RequestUrl};
use crate::scheme::part::{Part, Slot, Source};
use crate::text::printable::printable;
use crate::text::values;

/// Whether any part of the URL is signed.
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

/// Other URLs that the provider may have called: one change each, and the common pair of
/// scheme and host.
pub(super) fn variants(
    base: &HeadFields,
    headers: &HeaderMap,
    provider: &str,
) -> Vec<(Change, String)> {
    let given = base
        .url
        .clone()
        .unwrap_or_else(|| format!("https://localhost{}", base.target));
    let Some(url) = RequestUrl::parse(&given) else {
        return Vec::new();
    };
    let called = Called {
        text: &given,
        scheme: url.scheme(),
        other_scheme: match url.scheme() {
            "https" => "http",
            _ => "https",
        },
        host: url.host(),
        port: url.port().map(|port| port.to_string()),
        authority: &url.authority(),
        path: &url.path(),
        query: url.query(),
        headers,
        provider,
    };
    let mut found: Vec<(Change, String)> = Vec::new();
    for (change, url) in called.variants() {
        if url != given && !found.iter().any(|(_, known)| *known == url) {
            found.push((change, url));
        }
    }
    found
}

/// The URL at hand, and what else the request says about it.
struct Called<'a> {
    text: &'a str,
    scheme: &'a str,
    other_scheme: &'a str,
    host: &'a str,
    port: Option<String>,
    authority: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    headers: &'a HeaderMap,
    provider: &'a str,
}

/// Which part of the authority a change concerns.
#[derive(Clone, Copy)]
enum ChangedAuthority {
    Host,
    Port,
}

impl Called<'_> {
    fn variants(&self) -> impl Iterator<Item = (Change, String)> {
        [
            self.schemes(),
            self.authorities(),
            self.in_headers(),
            self.paths(),
            self.lower_host(),
            self.encoded_slashes(),
            self.digits(),
            self.lower_path(),
            self.queries(),
        ]
        .into_iter()
        .flatten()
    }

    fn with_path(&self, path: &str) -> String {
        built(self.scheme, self.authority, path, self.query)
    }

    fn with_query(&self, query: Option<&str>) -> String {
        built(self.scheme, self.authority, self.path, query)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The last value of a list in a header, which the nearest proxy added.
    fn last_of(&self, name: &str) -> Option<String> {
        let text = self.header(name)?;
        Some(text.rsplit(',').next().unwrap_or(text).trim().to_owned())
    }

    fn schemes(&self) -> Vec<(Change, String)> {
        vec![(
            cause::url_scheme::is(self.other_scheme, self.scheme),
            built(self.other_scheme, self.authority, self.path, self.query),
        )]
    }

    /// Other hosts and ports, with either scheme.
    fn authorities(&self) -> Vec<(Change, String)> {
        let mut hosts = self.ports();
        hosts.extend(self.forwarded_hosts());
        hosts.extend(self.spelled_hosts());
        // The value of a header is only used if it is a valid host.
        hosts.retain(|(_, other)| Authority::parse(other).is_some());
        let mut found = Vec::new();
        for (named, other) in &hosts {
            for (scheme, also) in [
                (self.scheme, ""),
                (self.other_scheme, " and the other scheme"),
            ] {
                let change = match named {
                    ChangedAuthority::Host => cause::url_host::is(other, self.authority, also),
                    ChangedAuthority::Port => cause::url_port::is(other, self.authority, also),
                };
                found.push((change, built(scheme, other, self.path, self.query)));
            }
        }
        found
    }

    fn ports(&self) -> Vec<(ChangedAuthority, String)> {
        let (host, port) = (self.host, self.port.as_deref());
        let mut found = Vec::new();
        if port.is_some() {
            found.push((ChangedAuthority::Port, host.to_owned()));
        }
        for other in ["443", "80", "8080", "3000", "8000", "5000", "8443"] {
            if port != Some(other) {
                found.push((ChangedAuthority::Port, format!("{host}:{other}")));
            }
        }
        if let Some(port) = self.last_of("x-forwarded-port") {
            found.push((ChangedAuthority::Port, format!("{host}:{port}")));
        }
        found
    }

    /// The hosts in headers.
    fn forwarded_hosts(&self) -> Vec<(ChangedAuthority, String)> {
        let mut found = Vec::new();
        for name in ["x-forwarded-host", "x-original-host", "host", "x-host"] {
            let values = self.header(name).unwrap_or_default();
            for other in values.split(',').map(str::trim).take(8) {
                if !other.is_empty() {
                    found.push((ChangedAuthority::Host, other.to_owned()));
                }
            }
        }
        let forwarded = self.header("forwarded").unwrap_or_default();
        for pair in forwarded.split([';', ',']).take(32) {
            if let Some((name, other)) = pair.trim().split_once('=')
                && name.eq_ignore_ascii_case("host")
            {
                found.push((ChangedAuthority::Host, other.trim_matches('"').to_owned()));
            }
        }
        found
    }

    /// The host with and without a trailing dot and `www.`.
    fn spelled_hosts(&self) -> [(ChangedAuthority, String); 2] {
        let host = self.host;
        let dot = match host.strip_suffix('.') {
            Some(bare) => bare.to_owned(),
            None => format!("{host}."),
        };
        let www = match host.strip_prefix("www.") {
            Some(bare) => bare.to_owned(),
            None => format!("www.{host}"),
        };
        [(ChangedAuthority::Host, dot), (ChangedAuthority::Host, www)]
    }

    /// The original URLs that proxies record in headers.
    fn in_headers(&self) -> Vec<(Change, String)> {
        let mut found = Vec::new();
        for name in [
            "x-original-url",
            "x-original-uri",
            "x-forwarded-uri",
            "x-rewrite-url",
            "x-envoy-original-path",
            "x-forwarded-path",
            "x-replaced-path",
        ] {
            let Some(original) = self.last_of(name) else {
                continue;
            };
            let url = if original.contains("://") {
                original
            } else {
                format!("{}://{}{original}", self.scheme, self.authority)
            };
            if RequestUrl::parse(&url).is_some() {
                found.push((cause::url_path_prefix::header(name), url));
            }
        }
        found
    }

    fn paths(&self) -> Vec<(Change, String)> {
        let mut paths = vec![self.trailing_slash()];
        paths.extend(self.prefixed());
        paths.extend(self.merged_slashes());
        paths.extend(self.stripped());
        paths.extend(self.doubled_slashes());
        paths.extend(self.encoded_paths());
        for (_, path) in &mut paths {
            *path = self.with_path(path);
        }
        paths
    }

    fn trailing_slash(&self) -> (Change, String) {
        match self.path.strip_suffix('/') {
            Some(bare) => (cause::url_trailing_slash::added(), bare.to_owned()),
            None => (
                cause::url_trailing_slash::missing(),
                format!("{}/", self.path),
            ),
        }
    }

    /// Paths with prefixes that a proxy strips.
    fn prefixed(&self) -> Vec<(Change, String)> {
        let provider = self.provider;
        let mut prefixes: Vec<String> =
            ["x-forwarded-prefix", "x-script-name", "x-original-prefix"]
                .into_iter()
                .filter_map(|name| self.last_of(name))
                .collect();
        prefixes.extend(PREFIXES.map(|common| format!("/{common}")));
        prefixes.push(format!("/{provider}"));
        for common in ["webhooks", "hooks", "webhook", "api/webhooks"] {
            prefixes.push(format!("/{common}/{provider}"));
        }
        let mut found = Vec::new();
        for prefix in prefixes {
            let prefix = prefix.trim_end_matches('/');
            found.push((
                cause::url_path_prefix::starts(prefix),
                format!("{prefix}{}", self.path),
            ));
            if self.path == "/" {
                found.push((cause::url_path_prefix::is(prefix), prefix.to_owned()));
            }
        }
        found
    }

    /// Two slashes that a proxy keeps and the provider does not send.
    fn merged_slashes(&self) -> Option<(Change, String)> {
        if !self.path.contains("//") {
            return None;
        }
        let mut merged = self.path.to_owned();
        while merged.contains("//") {
            merged = merged.replace("//", "/");
        }
        Some((cause::url_slashes::single(), merged))
    }

    /// Paths without prefixes that a proxy adds.
    fn stripped(&self) -> Vec<(Change, String)> {
        let mut found = Vec::new();
        let mut rest = self.path;
        for _ in 0..4 {
            let Some(at) = rest.get(1..).and_then(|r| r.find('/')) else {
                break;
            };
            let stripped = &rest[..=at];
            rest = &rest[at + 1..];
            found.push((cause::url_path_prefix::added(stripped), rest.to_owned()));
        }
        found
    }

    /// What nginx merges if `proxy_pass` has a path.
    fn doubled_slashes(&self) -> impl Iterator<Item = (Change, String)> {
        let path = self.path;
        path.match_indices('/').take(8).map(|(at, _)| {
            (
                cause::url_slashes::double(),
                format!("{}/{}", &path[..at], &path[at..]),
            )
        })
    }

    /// What nginx decodes if `proxy_pass` has a path.
    fn encoded_paths(&self) -> Vec<(Change, String)> {
        let path = self.path;
        let mut found = Vec::new();
        for (plain, upper) in [
            ("-._~/", true),
            ("-._~/", false),
            ("-._/", true),
            ("-._~/!$&'()*+,;=", true),
        ] {
            // Escapes that are already present are kept.
            let mut encoded = String::with_capacity(path.len());
            percent_encoded(&mut encoded, path, &format!("{plain}%"), "%20", upper);
            if encoded != path {
                found.push((cause::url_percent_encoding::encoded(), encoded));
            }
        }
        let decoded = percent_decoded(path);
        if decoded != path {
            found.push((cause::url_percent_encoding::decoded(), decoded));
        }
        found
    }

    fn lower_host(&self) -> Vec<(Change, String)> {
        let host = self.authority.to_ascii_lowercase();
        vec![(
            cause::url_host::lower(),
            built(self.scheme, &host, self.path, self.query),
        )]
    }

    /// A slash in the path that is part of a value.
    fn encoded_slashes(&self) -> Vec<(Change, String)> {
        let path = self.path;
        let slashes = path.match_indices('/').skip(1).take(8);
        slashes
            .map(|(at, _)| {
                let path = format!("{}%2F{}", &path[..at], &path[at + 1..]);
                (cause::url_percent_encoding::slash(), self.with_path(&path))
            })
            .collect()
    }

    /// The digits of percent-encoding in the other case.
    fn digits(&self) -> Vec<(Change, String)> {
        [("upper", true), ("lower", false)]
            .into_iter()
            .map(|(name, upper)| {
                (
                    cause::url_percent_encoding::digits(name),
                    recased(self.text, upper),
                )
            })
            .collect()
    }

    fn lower_path(&self) -> Vec<(Change, String)> {
        let path = self.path.to_ascii_lowercase();
        vec![(cause::url_path_case::lower(), self.with_path(&path))]
    }

    fn queries(&self) -> Vec<(Change, String)> {
        let Some(query) = self.query else {
            return vec![(cause::url_query::empty(), self.with_query(Some("")))];
        };
        let pairs: Vec<&str> = query.split('&').collect();
        let mut found = self.ordered(&pairs);
        found.push((cause::url_query::none(), self.with_query(None)));
        found.extend(self.with_parameter_left_out(&pairs));
        found.extend(self.recoded_queries(query));
        found
    }

    /// The parameters sorted, reversed, and in every order if there are few.
    fn ordered(&self, pairs: &[&str]) -> Vec<(Change, String)> {
        let put = |how: &str, pairs: &[&str]| {
            let query = pairs.join("&");
            (
                cause::url_query_order::are(how),
                self.with_query(Some(&query)),
            )
        };
        let mut sorted = pairs.to_vec();
        sorted.sort_unstable();
        let mut found = vec![put("sorted", &sorted)];
        sorted.reverse();
        found.push(put("in reverse order", &sorted));
        if (3..=6).contains(&pairs.len()) {
            found.extend(orders(pairs.len()).into_iter().map(|order| {
                let ordered: Vec<&str> = order.iter().map(|i| pairs[*i]).collect();
                put("in another order", &ordered)
            }));
        }
        found
    }

    /// The query without a parameter that was added in transit.
    fn with_parameter_left_out(&self, pairs: &[&str]) -> Vec<(Change, String)> {
        if !(2..=16).contains(&pairs.len()) {
            return Vec::new();
        }
        (0..pairs.len())
            .map(|left_out| {
                let mut others = pairs.to_vec();
                let pair = others.remove(left_out);
                let name = pair.split('=').next().unwrap_or_default();
                (
                    cause::url_query::without(printable(name)),
                    self.with_query(Some(&others.join("&"))),
                )
            })
            .collect()
    }

    fn recoded_queries(&self, query: &str) -> Vec<(Change, String)> {
        let mut found = Vec::new();
        let mut put = |change, query: &str| found.push((change, self.with_query(Some(query))));
        for (from, to) in [("%20", "+"), ("+", "%20")] {
            let change = cause::url_percent_encoding::spaces(to);
            put(change, &query.replace(from, to));
        }
        put(
            cause::url_percent_encoding::query_decoded(),
            &percent_decoded(query),
        );
        let mut encoded = String::new();
        for (i, (name, value)) in values::pairs(query).enumerate() {
            if i > 0 {
                encoded.push('&');
            }
            percent_encoded(&mut encoded, &name, "-._~", "%20", true);
            encoded.push('=');
            percent_encoded(&mut encoded, &value, "-._~", "%20", true);
        }
        put(cause::url_percent_encoding::query_encoded(), &encoded);
        found
    }
}

/// Common path prefixes of a route.
const PREFIXES: [&str; 16] = [
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
];

fn built(scheme: &str, authority: &str, path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{scheme}://{authority}{path}?{query}"),
        None => format!("{scheme}://{authority}{path}"),
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
