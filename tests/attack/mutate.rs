//! Mutations that an attacker can apply to a recorded request, each with a label.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookward_core::Location;

use crate::json::{self, Member, Node, Tree};
use crate::kit::{HOST, Sample, Wire};
use crate::parts::decode;

/// A changed request.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    pub(crate) label: String,
    pub(crate) request: Wire,
    /// Seconds after which it arrives.
    pub(crate) later: i64,
    /// The request signed with the same key that parts of it come from.
    pub(crate) other: Option<usize>,
}

/// A window that no entry reaches: a request this late must have a new time.
const LATER: i64 = 2 * 86_400 + 3600;

/// Headers that frameworks and handlers act upon and that few senders sign.
const COMMON: &[(&str, &str)] = &[
    ("content-type", "text/plain"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-type", "application/json; charset=utf-16"),
    ("content-encoding", "gzip"),
    ("x-event-type", "account.deleted"),
    ("x-http-method-override", "DELETE"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-prefix", "/admin"),
    ("forwarded", "host=evil.example;proto=http"),
    ("x-original-url", "/admin"),
    ("x-request-id", "evil"),
    ("idempotency-key", "evil"),
    ("authorization", "Bearer evil"),
    ("date", "Wed, 15 Nov 2023 22:13:20 GMT"),
];

/// What separates signed values.
const SEPARATORS: &[&str] = &[".", ":", "|", "\n", ",", ";", "&", " ", "-", "_", "=", ""];

struct Engine<'a> {
    sample: &'a Sample,
    base: &'a Wire,
    passes: &'a dyn Fn(&Wire) -> bool,
    /// Whether the body is taken as bytes: what one change to its structure
    /// shows, all do, and a few of each kind are enough.
    is_opaque: bool,
    found: Vec<Mutant>,
}

/// Every change to `base`, which is the sample's request or one that was
/// changed before. `others` are requests signed under the same key. `passes`
/// tells what verifies, so that the parts that nobody signs, and bodies of which
/// every byte is signed, are not cut in a thousand ways.
pub(crate) fn mutants(
    sample: &Sample,
    base: &Wire,
    others: &[&Sample],
    passes: &dyn Fn(&Wire) -> bool,
) -> Vec<Mutant> {
    let mut engine = Engine {
        sample,
        base,
        passes,
        is_opaque: false,
        found: Vec::new(),
    };
    engine.body();
    engine.is_opaque = !engine
        .found
        .iter()
        .any(|mutant| mutant.request != *base && passes(&mutant.request));
    if sample.variant == "digits" {
        // All else is tried on the usual sample of the form.
        engine.cuts();
        engine.times();
        engine.retain();
        return engine.found;
    }
    engine.json();
    engine.form();
    engine.query();
    engine.roles();
    engine.request_line();
    engine.host();
    engine.headers();
    engine.cuts();
    engine.lines();
    engine.times();
    engine.signature(others);
    engine.retain();
    engine.found
}

/// Every exchange of signatures, heads and bodies between a sample and others
/// that are signed under the same key, also those of other entries.
#[allow(dead_code)] // The fuzz target, which takes this file too, has one entry at a time.
pub(crate) fn exchanged(sample: &Sample, others: &[&Sample]) -> Vec<Mutant> {
    let mut engine = Engine {
        sample,
        base: &sample.request,
        passes: &|_| false,
        is_opaque: false,
        found: Vec::new(),
    };
    engine.signature(others);
    engine.renamed(others);
    engine.retain();
    engine.found
}

impl Engine<'_> {
    /// The requests of other entries as those of this one: what they carry in
    /// their own headers, in the headers of this one.
    #[allow(dead_code)]
    fn renamed(&mut self, others: &[&Sample]) {
        let headers = |scheme: &hookward_core::Scheme| {
            let place = |at: Option<&Location>| match at {
                Some(Location::Header(name)) => Some(name.to_string()),
                _ => None,
            };
            [
                place(Some(&scheme.signature.at)),
                place(scheme.timestamp.as_ref().and_then(|t| t.at.as_ref())),
                place(scheme.event_id.as_ref()),
                place(scheme.key_id.as_ref()),
            ]
        };
        let mine = headers(&self.sample.scheme);
        for (index, other) in others.iter().enumerate() {
            let names = headers(&other.scheme);
            let renames = || {
                mine.iter()
                    .zip(&names)
                    .filter_map(|(mine, theirs)| Some((mine.as_ref()?, theirs.as_ref()?)))
            };
            let before = self.found.len();
            // All of them in place of one's own, then each alone.
            let mut all = other.request.clone();
            for (mine, theirs) in renames() {
                if let Some(value) = other.request.header(theirs) {
                    all = all.with_header(mine, value.to_vec());
                }
            }
            let title = other.title();
            self.add(format!("role: {title} renamed"), all.clone());
            for (mine, theirs) in renames() {
                let (Some(own), Some(value)) =
                    (self.base.header(mine), other.request.header(theirs))
                else {
                    continue;
                };
                let request = all.clone().with_header(mine, own.to_vec());
                self.add(format!("role: {title} renamed but {mine}"), request);
                let request = self.base.clone().with_header(mine, value.to_vec());
                self.add(format!("role: {mine} of {title}"), request);
            }
            for mutant in &mut self.found[before..] {
                mutant.other = Some(index);
            }
        }
    }

    /// Drops mutants that a server would not pass on or that equal the original.
    fn retain(&mut self) {
        let base = self.base;
        self.found.retain(|mutant| {
            mutant.request.can_arrive() && (mutant.request != *base || mutant.later != 0)
        });
    }

    fn add(&mut self, label: impl Into<String>, request: Wire) {
        self.found.push(Mutant {
            label: label.into(),
            request,
            later: 0,
            other: None,
        });
    }

    fn with_body(&mut self, label: impl Into<String>, body: impl Into<Vec<u8>>) {
        let request = self.base.clone().with_body(body);
        self.add(label, request);
    }

    fn body(&mut self) {
        let body = &self.base.body.clone();
        for (label, other) in [
            ("body: another JSON", &b"{\"attack\":true}"[..]),
            ("body: an empty object", b"{}"),
            ("body: an empty list", b"[]"),
            ("body: null", b"null"),
            ("body: true", b"true"),
            ("body: text", b"attack"),
            ("body: a form", b"attack=1"),
            ("body: none", b""),
            ("body: one byte", b"x"),
        ] {
            self.with_body(label, other);
        }
        for (label, more) in [
            ("a blank", &b" "[..]),
            ("a line feed", b"\n"),
            ("CR LF", b"\r\n"),
            ("a NUL", b"\0"),
            ("a letter", b"x"),
            ("a field", b"&attack=1"),
            ("a digit", b"0"),
            ("a byte order mark", b"\xef\xbb\xbf"),
            ("another document", b"{\"attack\":true}"),
        ] {
            self.with_body(format!("body: {label} after it"), [body, more].concat());
            self.with_body(format!("body: {label} before it"), [more, body].concat());
        }
        if body.is_empty() {
            return;
        }
        let length = body.len();
        self.with_body("body: doubled", [body.as_slice(), body].concat());
        for end in [length - 1, length / 2, length / 3, 1] {
            self.with_body(format!("body: cut to {end} bytes"), &body[..end]);
            self.with_body(
                format!("body: {end} bytes off the front"),
                &body[end.max(1)..],
            );
        }
        for step in 0..8 {
            let at = (length - 1) * step / 7;
            for bit in [0, 5] {
                let mut body = body.clone();
                body[at] ^= 1 << bit;
                self.with_body(format!("body: bit {bit} of byte {at} flipped"), body);
            }
        }
        let text = String::from_utf8_lossy(body);
        self.with_body("body: in upper case", text.to_uppercase());
        self.with_body("body: without blanks", text.replace(' ', ""));
        self.with_body("body: line ends as CR LF", text.replace('\n', "\r\n"));
    }

    fn json(&mut self) {
        let body = &self.base.body.clone();
        let (Some(node), Ok(text)) = (json::parse(body), std::str::from_utf8(body)) else {
            return;
        };
        let leaves = node.leaves();
        let splice = |span: &std::ops::Range<usize>, new: &str| {
            format!("{}{new}{}", &text[..span.start], &text[span.end..])
        };
        for (pointer, leaf) in leaves.iter().take(if self.is_opaque { 6 } else { 48 }) {
            let raw = &text[leaf.span.clone()];
            for (label, new) in other_values(leaf, raw) {
                self.with_body(format!("json {pointer}: {label}"), splice(&leaf.span, &new));
            }
            self.with_body(
                format!("json {pointer}: blanks around"),
                splice(&leaf.span, &format!(" {raw}\n")),
            );
        }
        for members in node
            .objects()
            .into_iter()
            .take(if self.is_opaque { 1 } else { 12 })
        {
            self.members(text, members);
        }
        self.leaf_pairs(text, &leaves);
        if let Tree::Object(members) = &node.value {
            // The whole document inside another.
            self.with_body("json: wrapped in a list", format!("[{text}]"));
            self.with_body("json: wrapped in an object", format!("{{\"data\":{text}}}"));
            if let Some(first) = members.first() {
                let name = first.name.clone();
                let start = first.name_span.start;
                self.with_body(
                    format!("json /{name}: as __proto__ too"),
                    format!("{}\"__proto__\":{text},{}", &text[..start], &text[start..]),
                );
            }
        }
    }

    /// Changes to the members of one object.
    fn members(&mut self, text: &str, members: &[Member]) {
        let (Some(first), Some(last)) = (members.first(), members.last()) else {
            return;
        };
        let start = first.name_span.start;
        let end = last.node.span.end;
        let insert = |at: usize, new: &str| format!("{}{new}{}", &text[..at], &text[at..]);
        self.with_body("json: a member added first", insert(start, "\"attack\":1,"));
        self.with_body("json: a member added last", insert(end, ",\"attack\":1"));
        let written: Vec<&str> = members
            .iter()
            .map(|member| &text[member.name_span.start..member.node.span.end])
            .collect();
        let put =
            |written: &[&str]| format!("{}{}{}", &text[..start], written.join(","), &text[end..]);
        let mut reversed = written.clone();
        reversed.reverse();
        self.with_body("json: members reversed", put(&reversed));
        for (index, member) in members
            .iter()
            .enumerate()
            .take(if self.is_opaque { 2 } else { 24 })
        {
            let name = &member.name;
            let value = &text[member.node.span.clone()];
            let others: Vec<&str> = written
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != index)
                .map(|(_, written)| *written)
                .collect();
            self.with_body(format!("json {name}: removed"), put(&others));
            let quoted = &text[member.name_span.clone()];
            for (label, new) in [
                ("another", "\"attack\""),
                ("null", "null"),
                ("the same", value),
                ("an object", "{\"attack\":1}"),
            ] {
                let twice = format!("{quoted}:{new}");
                self.with_body(
                    format!("json {name}: {label} value before it"),
                    insert(member.name_span.start, &format!("{twice},")),
                );
                self.with_body(
                    format!("json {name}: {label} value after it"),
                    insert(member.node.span.end, &format!(",{twice}")),
                );
            }
            for (label, new) in other_names(name) {
                let span = &member.name_span;
                self.with_body(
                    format!("json {name}: name {label}"),
                    format!("{}{new}{}", &text[..span.start], &text[span.end..]),
                );
                self.with_body(
                    format!("json {name}: another under the name {label}"),
                    insert(start, &format!("{new}:\"attack\",")),
                );
            }
        }
    }

    /// Characters and separators moved from one value to another.
    fn leaf_pairs(&mut self, text: &str, leaves: &[(String, &Node)]) {
        let texts: Vec<(&String, &Node, &str)> = leaves
            .iter()
            .filter_map(|(pointer, node)| Some((pointer, *node, node.scalar()?)))
            .collect();
        let is_small = texts.len() <= 12 && !self.is_opaque;
        let texts = &texts[..texts.len().min(if self.is_opaque { 2 } else { 40 })];
        for (i, (from, a, x)) in texts.iter().enumerate() {
            for (j, (to, b, y)) in texts.iter().enumerate() {
                if i == j || !is_small && i.abs_diff(j) != 1 {
                    continue;
                }
                for (label, x, y) in moved(x, y) {
                    let edits = [(a, x), (b, y)];
                    if let Some(body) = edited(text, &edits) {
                        self.with_body(format!("json {from} to {to}: {label}"), body);
                    }
                }
            }
        }
    }

    fn form(&mut self) {
        let Ok(text) = String::from_utf8(self.base.body.clone()) else {
            return;
        };
        if !is_form(&text) {
            return;
        }
        let changes = other_pairs(&text);
        let step = if self.is_opaque { 8 } else { 1 };
        for (label, new) in changes.into_iter().step_by(step) {
            self.with_body(format!("form {label}"), new);
        }
        let pairs: Vec<&str> = text.split('&').collect();
        for (index, pair) in pairs.iter().enumerate().take(12) {
            let name = decode(pair.split('=').next().unwrap_or_default());
            let query = self.base.query().unwrap_or_default();
            let query = [query, *pair].join("&");
            let rest = without(&pairs, index);
            let also = self.base.clone().with_query(Some(&query));
            self.add(format!("form {name}: in the query too"), also.clone());
            self.add(
                format!("form {name}: in the query instead"),
                also.with_body(rest),
            );
        }
        let members: serde_json::Map<_, _> = pairs
            .iter()
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value).into())
            })
            .collect();
        let json = serde_json::Value::Object(members).to_string();
        self.with_body("form: as JSON", json.clone());
        let request = self.base.clone().with_body(json);
        self.add(
            "form: as JSON with its type",
            request.with_header("content-type", "application/json"),
        );
    }

    fn query(&mut self) {
        let query = self.base.query().map(str::to_owned);
        for (label, query) in [
            ("query: none", None),
            ("query: empty", Some("")),
            ("query: another", Some("attack=1")),
        ] {
            let request = self.base.clone().with_query(query);
            self.add(label, request);
        }
        let Some(query) = query else {
            let request = self.base.clone().with_query(Some("attack=1"));
            self.add("query: one added", request);
            return;
        };
        for (label, new) in other_pairs(&query) {
            let request = self.base.clone().with_query(Some(&new));
            self.add(format!("query {label}"), request);
        }
        let pairs: Vec<&str> = query.split('&').collect();
        for (index, pair) in pairs.iter().enumerate().take(12) {
            let name = decode(pair.split('=').next().unwrap_or_default());
            let rest = without(&pairs, index);
            let body = match std::str::from_utf8(&self.base.body) {
                Ok(text) if is_form(text) => [text, *pair].join("&"),
                _ => (*pair).to_owned(),
            };
            let also = self.base.clone().with_body(body);
            self.add(format!("query {name}: in the form too"), also.clone());
            let request = also.with_query(Some(&rest));
            self.add(format!("query {name}: in the form instead"), request);
        }
    }

    /// A text that was signed in one role, sent in another.
    fn roles(&mut self) {
        let base = self.base.clone();
        let body = String::from_utf8_lossy(&base.body).into_owned();
        let query = base.query().unwrap_or_default().to_owned();
        let url = format!("https://{HOST}{}", base.target);
        let texts = [
            ("the URL", url.clone()),
            (
                "the URL without its query",
                url.split('?').next().unwrap_or_default().to_owned(),
            ),
            ("the target", base.target.clone()),
            ("the query", query.clone()),
            ("the path", base.path().to_owned()),
            ("method and URL", format!("{}{url}", base.method)),
            ("URL and body", format!("{url}{body}")),
            ("query and body", format!("{query}{body}")),
        ];
        for (label, text) in &texts {
            let request = base.clone().with_body(text.clone());
            self.add(format!("role: {label} as the body"), request.clone());
            for (other, query) in [
                ("another query", Some("attack=1&value_coin=99999")),
                ("no query", None),
            ] {
                let request = request.clone().with_query(query);
                self.add(
                    format!("role: {label} as the body, {other}"),
                    request.clone(),
                );
                for method in ["GET", "POST"] {
                    let mut request = request.clone();
                    request.method = method.into();
                    let label = format!("role: {label} as the body of a {method}, {other}");
                    self.add(label, request);
                }
            }
        }
        if is_form(&body) {
            let request = base.clone().with_query(Some(&body));
            self.add("role: the form as the query too", request.clone());
            for (label, other) in [("none", ""), ("another", "attack=1")] {
                let request = request.clone().with_body(other);
                self.add(
                    format!("role: the form as the query, body {label}"),
                    request.clone(),
                );
                let mut request = request;
                request.method = "GET".into();
                self.add(
                    format!("role: the form as the query of a GET, body {label}"),
                    request,
                );
            }
        }
        if is_form(&query) {
            for (label, method) in [("", None), (", as a POST", Some("POST"))] {
                let mut request = base
                    .clone()
                    .with_body(query.clone())
                    .with_header("content-type", "application/x-www-form-urlencoded");
                if let Some(method) = method {
                    request.method = method.into();
                }
                self.add(
                    format!("role: the query as a form too{label}"),
                    request.clone(),
                );
                self.add(
                    format!("role: the query as a form instead{label}"),
                    request.clone().with_query(None),
                );
                self.add(
                    format!("role: the query as a form, another query{label}"),
                    request.with_query(Some("attack=1")),
                );
            }
        }
    }

    fn request_line(&mut self) {
        let base = self.base.clone();
        let lower = base.method.to_lowercase();
        for method in [
            "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", &lower,
        ] {
            let mut request = base.clone();
            request.method = method.into();
            self.add(format!("method: {method}"), request);
        }
        let path = base.path().to_owned();
        let query = base.query().map(str::to_owned);
        let last = path.rsplit('/').next().unwrap_or_default();
        for (label, new) in [
            ("another", "/admin".to_owned()),
            ("root", "/".to_owned()),
            ("upper case", path.to_uppercase()),
            ("//", path.replacen('/', "//", 1)),
            ("// inside", path.replacen("/acme", "//acme", 1)),
            ("/./", path.replacen("/acme", "/./acme", 1)),
            ("/../", format!("/x/..{path}")),
            ("a letter escaped", path.replacen('a', "%61", 1)),
            ("a slash escaped", path.replacen("/acme", "%2Facme", 1)),
            ("a slash at the end", format!("{path}/")),
            ("a segment more", format!("{path}/{last}")),
            ("a segment less", path.trim_end_matches(last).to_owned()),
            ("a parameter", format!("{path};a=1")),
            ("a question mark escaped", format!("{path}%3Fa=1")),
            ("a backslash", path.replacen("/acme", "\\acme", 1)),
            ("a blank escaped", format!("{path}%20")),
            ("a NUL escaped", format!("{path}%00")),
            ("a hash escaped", format!("{path}%23")),
        ] {
            let mut request = base.clone();
            request.target = match &query {
                Some(query) => format!("{new}?{query}"),
                None => new,
            };
            self.add(format!("path: {label}"), request);
        }
        for (label, target) in [
            ("a fragment", format!("{}#attack", base.target)),
            ("a second question mark", base.target.replacen('?', "??", 1)),
            (
                "a question mark for the ampersand",
                base.target.replacen('&', "?", 1),
            ),
            (
                "the query's mark escaped",
                base.target.replacen('?', "%3F", 1),
            ),
        ] {
            let mut request = base.clone();
            request.target = target;
            self.add(format!("target: {label}"), request);
        }
    }

    fn host(&mut self) {
        let base = self.base.clone();
        let host = base.header("host").map_or(HOST.to_owned(), |host| {
            String::from_utf8_lossy(host).into_owned()
        });
        let hosts = [
            ("another", "evil.example".to_owned()),
            ("upper case", host.to_uppercase()),
            ("port 443", format!("{host}:443")),
            ("port 80", format!("{host}:80")),
            ("port 8443", format!("{host}:8443")),
            ("port 0443", format!("{host}:0443")),
            ("an empty port", format!("{host}:")),
            ("an invalid port", format!("{host}:x")),
            ("user information", format!("user@{host}")),
            ("user information with a password", format!("u:p@{host}")),
            ("itself as user information", format!("{host}@evil.example")),
            ("a dot at the end", format!("{host}.")),
            ("a subdomain", format!("a.{host}")),
            ("a suffix", format!("{host}.evil.example")),
            ("a path", format!("{host}/x")),
            ("a query", format!("{host}/x?a=")),
            ("a question mark", format!("{host}?")),
            ("a fragment", format!("{host}#")),
            ("a backslash", format!("{host}\\x")),
            ("a blank", format!("{host} x")),
            ("another with a port", "evil.example:443".to_owned()),
            ("an address", "[::1]".to_owned()),
            ("a letter escaped", host.replacen('h', "%68", 1)),
            ("a list", format!("{host}, evil.example")),
            ("empty", String::new()),
        ];
        for (label, new) in &hosts {
            let request = base.clone().with_header("host", new.as_bytes());
            self.add(format!("host: {label}"), request);
            if !base.target.starts_with('/') {
                continue;
            }
            let mut request = base.clone();
            request.absolute = Some(("https".into(), new.clone()));
            self.add(format!("host: {label}, in the target"), request);
        }
        let mut twice = base.clone();
        twice
            .headers
            .push(("host".into(), b"evil.example".to_vec()));
        self.add("host: two", twice);
        let mut none = base.clone();
        none.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        self.add("host: none", none);
        for (label, scheme, authority) in [
            ("the target is absolute", "https", &*host),
            ("the target is absolute, http", "http", &host),
            ("the target is absolute, another scheme", "ftp", &host),
            ("the target is absolute, upper case", "HTTPS", &host),
        ] {
            let mut request = base.clone();
            request.absolute = Some((scheme.into(), authority.to_owned()));
            self.add(format!("host: {label}"), request.clone());
            let request = request.with_header("host", "evil.example");
            self.add(format!("host: {label}, Host another"), request);
        }
        // The same text, with the cut between host and target elsewhere.
        for (at, _) in base.target.match_indices(['/', '?', '&']).skip(1) {
            let (front, back) = base.target.split_at(at);
            let mut request = base.clone().with_header("host", format!("{host}{front}"));
            request.target = back.to_owned();
            self.add(
                format!("host: `{front}` of the target in it"),
                request.clone(),
            );
            request.target = format!("/admin{back}");
            self.add(
                format!("host: `{front}` of the target in it, another path"),
                request,
            );
            for mark in ["?x=", "#"] {
                let with_mark = format!("{host}{}{mark}", base.target);
                let mut request = base.clone().with_header("host", with_mark);
                request.target = "/admin".into();
                self.add(format!("host: the target and `{mark}` in it"), request);
            }
        }
    }

    fn headers(&mut self) {
        let base = self.base.clone();
        let names: BTreeSet<String> = base
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .filter(|name| name != "host")
            .collect();
        for name in &names {
            let Some(value) = base.header(name) else {
                continue;
            };
            let text = String::from_utf8_lossy(value).into_owned();
            let mut without = base.clone();
            without
                .headers
                .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            self.add(format!("{name}: dropped"), without.clone());
            for (label, other) in [("doubled", text.clone()), ("another too", "attack".into())] {
                let mut twice = base.clone();
                twice
                    .headers
                    .push((name.clone(), other.clone().into_bytes()));
                self.add(format!("{name}: {label}"), twice);
                let mut before = base.clone();
                before.headers.insert(0, (name.clone(), other.into_bytes()));
                self.add(format!("{name}: {label}, before"), before);
            }
            let half = text
                .char_indices()
                .nth(text.chars().count() / 2)
                .map_or(0, |(at, _)| at);
            for (label, new) in [
                ("another", "attack".to_owned()),
                ("empty", String::new()),
                ("upper case", text.to_uppercase()),
                ("lower case", text.to_lowercase()),
                ("a letter more", format!("{text}x")),
                ("a letter before", format!("x{text}")),
                ("a letter less", text.chars().skip(1).collect()),
                ("a blank after", format!("{text} ")),
                ("a blank before", format!(" {text}")),
                ("a tab after", format!("{text}\t")),
                ("a comma after", format!("{text},")),
                ("itself in a list", format!("{text}, {text}")),
                ("in quotes", format!("\"{text}\"")),
                ("a no-break space after", format!("{text}\u{a0}")),
            ] {
                self.add(
                    format!("{name}: {label}"),
                    base.clone().with_header(name, new),
                );
            }
            // Split at its middle, and at each comma.
            let mut cuts: Vec<usize> = text.match_indices(',').map(|(at, _)| at).take(4).collect();
            cuts.push(half);
            for at in cuts {
                let (front, back) = text.split_at(at);
                let back = back.strip_prefix(',').unwrap_or(back);
                let mut split = without.clone();
                split
                    .headers
                    .push((name.clone(), front.as_bytes().to_vec()));
                split.headers.push((name.clone(), back.as_bytes().to_vec()));
                self.add(format!("{name}: split at {at}"), split);
            }
            let mut recased = base.clone();
            for (known, _) in &mut recased.headers {
                if known.eq_ignore_ascii_case(name) {
                    *known = known.to_ascii_uppercase();
                }
            }
            self.add(format!("{name}: its name in upper case"), recased);
            if name.contains('-') {
                let mut renamed = base.clone();
                for (known, _) in &mut renamed.headers {
                    if known.eq_ignore_ascii_case(name) {
                        *known = known.replace('-', "_");
                    }
                }
                self.add(format!("{name}: its name with low lines"), renamed);
            }
        }
        let mut reversed = base.clone();
        reversed.headers.reverse();
        self.add("headers: reversed", reversed);
        for (name, value) in COMMON {
            let mut added = base.clone();
            added
                .headers
                .push(((*name).into(), value.as_bytes().to_vec()));
            self.add(format!("{name}: {value} added"), added);
            self.add(
                format!("{name}: {value}"),
                base.clone().with_header(name, *value),
            );
        }
    }

    /// The signed text cut elsewhere: characters and separators moved between
    /// headers, times inside of the signature's header, path, query and body.
    fn cuts(&mut self) {
        let base = self.base.clone();
        let mut places: Vec<Piece> = Vec::new();
        let signature = match &self.sample.scheme.signature.at {
            Location::Header(name) => name.to_string(),
            _ => String::new(),
        };
        for (name, value) in &base.headers {
            let lower = name.to_ascii_lowercase();
            if ["host", "content-type", "user-agent"].contains(&&*lower)
                || places
                    .iter()
                    .any(|piece| matches!(piece, Piece::Header(known) if *known == lower))
            {
                continue;
            }
            if lower != signature {
                places.push(Piece::Header(lower));
            } else if let Some((start, end)) = digits(value) {
                places.push(Piece::Digits(lower, start, end));
            }
        }
        if !base.body.is_empty() {
            places.push(Piece::Body);
        }
        places.push(Piece::Query);
        places.push(Piece::Path);
        // Where nobody looks, there is nothing to cut.
        places.retain(|place| {
            let text = place.read(&base).unwrap_or_default();
            !(self.passes)(&place.write(base.clone(), &format!("{text}x")))
        });
        let texts: Vec<Option<String>> = places.iter().map(|place| place.read(&base)).collect();
        let count = places.len();
        for a in 0..count {
            for b in 0..count {
                let (Some(x), Some(y)) = (&texts[a], &texts[b]) else {
                    continue;
                };
                if a == b {
                    continue;
                }
                for (label, x, y) in moved(x, y) {
                    let request = places[b].write(places[a].write(base.clone(), &x), &y);
                    let label =
                        format!("cut {} to {}: {label}", places[a].name(), places[b].name());
                    self.add(label, request);
                }
                for c in 0..count {
                    let Some(z) = &texts[c] else { continue };
                    let is_line = |at: usize| matches!(places[at], Piece::Query | Piece::Path);
                    if c == a || c == b || [a, b, c].into_iter().any(is_line) {
                        continue;
                    }
                    for separator in SEPARATORS.iter().filter(|s| !s.is_empty()) {
                        let whole = [&**x, y, z].join(separator);
                        let mut marks = whole.match_indices(separator).map(|(at, _)| at).take(6);
                        let marks: Vec<usize> = marks.by_ref().collect();
                        if marks.len() < 3 {
                            continue;
                        }
                        for (i, first) in marks.iter().enumerate() {
                            for second in &marks[i + 1..] {
                                let length = separator.len();
                                let parts = (
                                    &whole[..*first],
                                    &whole[first + length..*second],
                                    &whole[second + length..],
                                );
                                if parts.0 == x && parts.1 == y {
                                    continue;
                                }
                                let request = places[a].write(base.clone(), parts.0);
                                let request = places[b].write(request, parts.1);
                                let request = places[c].write(request, parts.2);
                                let label = format!(
                                    "cut {}, {}, {} at `{}` {first} {second}",
                                    places[a].name(),
                                    places[b].name(),
                                    places[c].name(),
                                    separator.escape_default()
                                );
                                self.found.push(Mutant {
                                    label: format!("{label}, later"),
                                    request: request.clone(),
                                    later: LATER,
                                    other: None,
                                });
                                self.add(label, request);
                            }
                        }
                    }
                }
            }
        }
    }

    /// A JSON object signed as lines of names and values, cut elsewhere.
    fn lines(&mut self) {
        let base = self.base.clone();
        let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(&base.body) else {
            return;
        };
        let signed: Vec<(&String, &str)> = members
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?)))
            .filter(|(name, _)| {
                ![
                    "Signature",
                    "SignatureVersion",
                    "SigningCertURL",
                    "UnsubscribeURL",
                ]
                .contains(&name.as_str())
            })
            .collect();
        if !signed.iter().any(|(_, value)| value.contains('\n')) {
            return;
        }
        let whole: String = signed
            .iter()
            .flat_map(|(name, value)| [name.as_str(), "\n", *value, "\n"])
            .collect();
        let lines: Vec<&str> = whole.trim_end_matches('\n').split('\n').collect();
        const NAMES: [&str; 8] = [
            "Message",
            "MessageId",
            "Subject",
            "SubscribeURL",
            "Timestamp",
            "Token",
            "TopicArn",
            "Type",
        ];
        // Every way to read names, in their order, out of these lines.
        let marks: Vec<(usize, usize)> = lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| Some((at, NAMES.iter().position(|name| name == line)?)))
            .skip(1)
            .collect();
        let count = marks.len().min(14);
        for choice in 0_u32..1 << count {
            let chosen: Vec<_> = std::iter::once((0, 0))
                .chain(
                    (0..count)
                        .filter(|bit| choice >> bit & 1 == 1)
                        .map(|bit| marks[bit]),
                )
                .collect();
            if chosen
                .windows(2)
                .any(|two| two[0].1 >= two[1].1 || two[0].0 + 1 >= two[1].0)
            {
                continue;
            }
            let mut other = members.clone();
            for name in NAMES {
                other.remove(name);
            }
            for (index, (at, name)) in chosen.iter().enumerate() {
                let end = chosen.get(index + 1).map_or(lines.len(), |(next, _)| *next);
                let value = lines.get(at + 1..end).unwrap_or_default().join("\n");
                other.insert(NAMES[*name].into(), value.into());
            }
            let json = serde_json::Value::Object(other).to_string();
            self.with_body(format!("lines: read in another way ({choice:b})"), json);
        }
    }

    fn times(&mut self) {
        let base = self.base.clone();
        let place = self
            .sample
            .scheme
            .timestamp
            .as_ref()
            .and_then(|t| t.at.clone());
        let mut pieces: Vec<Piece> = Vec::new();
        match (&place, &self.sample.scheme.signature.at) {
            (Some(Location::Header(name)), _) => pieces.push(Piece::Header(name.to_string())),
            (None, Location::Header(name)) => {
                if let Some((start, end)) = base.header(name).and_then(digits) {
                    pieces.push(Piece::Digits(name.to_string(), start, end));
                }
            }
            (Some(Location::Json(pointer)), _) => pieces.push(Piece::Json(pointer.to_string())),
            (Some(Location::Form(name)), _) => pieces.push(Piece::Form(name.to_string())),
            _ => {}
        }
        for piece in pieces {
            let Some(text) = piece.read(&base) else {
                continue;
            };
            for (label, new) in other_times(&text) {
                let request = piece.write(base.clone(), &new);
                self.add(format!("time: {label}"), request);
            }
            for (label, new) in shifted(&text, LATER) {
                self.found.push(Mutant {
                    label: format!("time: {label}, later"),
                    request: piece.write(base.clone(), &new),
                    later: LATER,
                    other: None,
                });
            }
        }
        for later in [LATER, -LATER] {
            self.found.push(Mutant {
                label: format!("time: as it is, {later} s later"),
                request: base.clone(),
                later,
                other: None,
            });
        }
    }

    fn signature(&mut self, others: &[&Sample]) {
        let base = self.base.clone();
        let place = self.sample.scheme.signature.at.clone();
        let piece = match &place {
            Location::Header(name) | Location::HeaderJson(name, _) => {
                Piece::Header(name.to_string())
            }
            Location::Query(name) => Piece::Parameter(name.to_string()),
            Location::Form(name) => Piece::Form(name.to_string()),
            Location::Json(pointer) => Piece::Json(pointer.to_string()),
            _ => Piece::Body,
        };
        let Some(text) = piece.read(&base) else {
            return;
        };
        let separator = self.sample.scheme.signature.separator.clone();
        for (label, new) in other_signatures(&text, separator.as_deref()) {
            self.add(
                format!("signature: {label}"),
                piece.write(base.clone(), &new),
            );
        }
        if let Location::HeaderJson(..) = place {
            self.header_object(&piece, &text);
        }
        for (index, other) in others.iter().enumerate() {
            let before = self.found.len();
            let theirs = &signature_of(other);
            let Some(theirs) = theirs else { continue };
            let title = other.title();
            self.add(
                format!("signature: of {title}"),
                piece.write(base.clone(), theirs),
            );
            // All of the other request's signature headers, in place of one's own or beside them.
            let mut beside = base.clone();
            for (name, value) in &other.request.headers {
                if base.header(name).is_none() {
                    beside.headers.push((name.clone(), value.clone()));
                }
            }
            self.add(
                format!("signature: beside the headers of {title}"),
                beside.clone(),
            );
            if let Location::Header(name) = &place {
                beside
                    .headers
                    .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                self.add(format!("signature: instead the headers of {title}"), beside);
            }
            let mut mixed = other.request.clone();
            mixed.body.clone_from(&base.body);
            self.add(format!("role: the head of {title} with this body"), mixed);
            let mut mixed = base.clone();
            mixed.body.clone_from(&other.request.body);
            self.add(
                format!("role: the body of {title} with this head"),
                mixed.clone(),
            );
            mixed.target.clone_from(&other.request.target);
            self.add(
                format!("role: target and body of {title} with these headers"),
                mixed,
            );
            for mutant in &mut self.found[before..] {
                mutant.other = Some(index);
            }
        }
    }

    /// Members of the object that a header carries.
    fn header_object(&mut self, piece: &Piece, text: &str) {
        let base = self.base.clone();
        let Some(object) = STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
        else {
            return;
        };
        for (label, new) in [
            ("a member added", object.replacen('{', "{\"attack\":1,", 1)),
            ("blanks added", object.replacen('{', "{ ", 1)),
            ("alg another", object.replacen("\"ecdsa\"", "\"none\"", 1)),
            ("digest another", object.replacen("\"SHA1\"", "\"MD5\"", 1)),
            ("kid another", object.replacen("key-1", "key-2", 1)),
            (
                "signature twice",
                object.replacen('{', "{\"signature\":\"AAAA\",", 1),
            ),
        ] {
            let request = piece.write(base.clone(), &STANDARD.encode(new));
            self.add(format!("signature: {label}"), request);
        }
    }
}

/// The value that carries a request's signature.
fn signature_of(sample: &Sample) -> Option<String> {
    let piece = match &sample.scheme.signature.at {
        Location::Header(name) => Piece::Header(name.to_string()),
        Location::Query(name) => Piece::Parameter(name.to_string()),
        Location::Form(name) => Piece::Form(name.to_string()),
        Location::Json(pointer) => Piece::Json(pointer.to_string()),
        _ => return None,
    };
    piece.read(&sample.request)
}

/// A value that can be read and written.
enum Piece {
    Header(String),
    /// A run of digits inside a header.
    Digits(String, usize, usize),
    Body,
    Path,
    Query,
    Parameter(String),
    Form(String),
    Json(String),
}

impl Piece {
    fn name(&self) -> String {
        match self {
            Self::Header(name) => name.clone(),
            Self::Digits(name, ..) => format!("time in {name}"),
            Self::Body => "body".into(),
            Self::Path => "path".into(),
            Self::Query => "query".into(),
            Self::Parameter(name) | Self::Form(name) | Self::Json(name) => name.clone(),
        }
    }

    fn read(&self, request: &Wire) -> Option<String> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let field = |pairs: &str, name: &str| {
            pairs.split('&').find_map(|pair| {
                let (known, value) = pair.split_once('=')?;
                (decode(known) == name).then(|| decode(value))
            })
        };
        match self {
            Self::Header(name) => text(request.header(name)?),
            Self::Digits(name, start, end) => text(request.header(name)?.get(*start..*end)?),
            Self::Body => text(&request.body),
            Self::Path => Some(request.path().to_owned()),
            Self::Query => request.query().map(str::to_owned),
            Self::Parameter(name) => field(request.query()?, name),
            Self::Form(name) => field(&text(&request.body)?, name),
            Self::Json(pointer) => {
                let node = json::parse(&request.body)?;
                Some(node.at(pointer).first()?.scalar()?.to_owned())
            }
        }
    }

    fn write(&self, mut request: Wire, value: &str) -> Wire {
        let put = |pairs: &str, name: &str| {
            pairs
                .split('&')
                .map(|pair| match pair.split_once('=') {
                    Some((known, _)) if decode(known) == name => {
                        format!("{known}={}", escape(value))
                    }
                    _ => pair.to_owned(),
                })
                .collect::<Vec<_>>()
                .join("&")
        };
        match self {
            Self::Header(name) => return request.with_header(name, value),
            Self::Digits(name, start, end) => {
                let known = request.header(name).unwrap_or_default();
                let new = [
                    known.get(..*start).unwrap_or_default(),
                    value.as_bytes(),
                    known.get(*end..).unwrap_or_default(),
                ]
                .concat();
                return request.with_header(name, new);
            }
            Self::Body => request.body = value.into(),
            Self::Path => {
                request.target = match request.query() {
                    Some(query) => format!("{value}?{query}"),
                    None => value.to_owned(),
                }
            }
            Self::Query => return request.with_query(Some(value)),
            Self::Parameter(name) => {
                let query = put(request.query().unwrap_or_default(), name);
                return request.with_query(Some(&query));
            }
            Self::Form(name) => {
                let form = String::from_utf8_lossy(&request.body).into_owned();
                request.body = put(&form, name).into();
            }
            Self::Json(pointer) => {
                let text = String::from_utf8_lossy(&request.body).into_owned();
                let body = json::parse(&request.body).and_then(|node| {
                    let node = (*node.at(pointer).first()?).clone();
                    edited(&text, &[(&&node, value.to_owned())])
                });
                if let Some(body) = body {
                    request.body = body.into();
                }
            }
        }
        request
    }
}

/// The longest run of at least ten digits.
fn digits(value: &[u8]) -> Option<(usize, usize)> {
    let mut start = 0;
    for at in 0..=value.len() {
        if value.get(at).is_some_and(u8::is_ascii_digit) {
            continue;
        }
        if at - start >= 10 && value[start..at].starts_with(b"17") {
            return Some((start, at));
        }
        start = at + 1;
    }
    None
}

/// The document with these scalars replaced; a number stays one where it can.
fn edited(text: &str, edits: &[(&&Node, String)]) -> Option<String> {
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|(node, _)| std::cmp::Reverse(node.span.start));
    let mut text = text.to_owned();
    for (node, value) in edits {
        let is_number = matches!(node.value, Tree::Number(_))
            && serde_json::from_str::<serde_json::Number>(value).is_ok();
        let written = if is_number {
            value.clone()
        } else {
            serde_json::to_string(value).ok()?
        };
        text.replace_range(node.span.clone(), &written);
    }
    Some(text)
}

/// Two neighbouring values with characters moved across the boundary.
fn moved(x: &str, y: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for count in [1, 2, 3] {
        if let Some((at, _)) = x.char_indices().rev().nth(count - 1) {
            let (kept, gone) = x.split_at(at);
            found.push((
                format!("{count} from its end"),
                kept.into(),
                format!("{gone}{y}"),
            ));
        }
        if let Some((at, c)) = y.char_indices().nth(count - 1) {
            let (gone, kept) = y.split_at(at + c.len_utf8());
            found.push((
                format!("{count} to its end"),
                format!("{x}{gone}"),
                kept.into(),
            ));
        }
    }
    found.push(("exchanged".into(), y.into(), x.into()));
    for separator in SEPARATORS {
        let shown = separator.escape_default();
        found.push((
            format!("all behind `{shown}`"),
            format!("{x}{separator}{y}"),
            String::new(),
        ));
        found.push((
            format!("all before `{shown}`"),
            String::new(),
            format!("{x}{separator}{y}"),
        ));
        if separator.is_empty() {
            continue;
        }
        // A separator that is in a value becomes the boundary.
        if let Some((front, back)) = y.split_once(separator) {
            found.push((
                format!("up to `{shown}`"),
                format!("{x}{separator}{front}"),
                back.into(),
            ));
        }
        if let Some((front, back)) = x.rsplit_once(separator) {
            found.push((
                format!("from `{shown}`"),
                front.into(),
                format!("{back}{separator}{y}"),
            ));
        }
        found.push((
            format!("`{shown}` at its end"),
            format!("{x}{separator}"),
            y.into(),
        ));
        found.push((
            format!("`{shown}` at the other's start"),
            x.into(),
            format!("{separator}{y}"),
        ));
    }
    found
}

fn other_values(leaf: &Node, raw: &str) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = vec![
        ("null", "null".into()),
        ("an object", "{\"attack\":1}".into()),
        ("an empty list", "[]".into()),
        ("in a list", format!("[{raw}]")),
        ("an empty text", "\"\"".into()),
    ];
    match &leaf.value {
        Tree::Text(text) => {
            let quote = |text: &str| serde_json::to_string(text).unwrap_or_default();
            found.push(("another text", quote(&format!("{text}x"))));
            found.push(("the other case", quote(&other_case(text))));
            found.push(("a blank more", quote(&format!("{text} "))));
            found.push(("a NUL more", quote(&format!("{text}\0"))));
            if let Some(first) = text.chars().next() {
                let mut units = [0; 2];
                let escaped: String = first
                    .encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect();
                let rest = quote(&text[first.len_utf8()..]);
                found.push((
                    "escaped in another way",
                    format!("\"{escaped}{}", &rest[1..]),
                ));
                found.push(("without its first character", rest));
            }
            if text.contains('/') {
                found.push(("slashes escaped", raw.replace('/', "\\/")));
            }
            if serde_json::from_str::<serde_json::Number>(text).is_ok()
                || ["true", "false", "null"].contains(&text.as_str())
            {
                found.push(("without quotes", text.clone()));
            }
        }
        Tree::Number(text) => {
            found.push(("another number", format!("{text}9")));
            found.push(("as text", format!("\"{text}\"")));
            found.push(("negative", format!("-{text}")));
            found.push(("with an exponent", format!("{text}e0")));
            if text.contains('.') {
                found.push(("with a zero more", format!("{text}0")));
            } else {
                found.push(("with a fraction", format!("{text}.0")));
            }
        }
        Tree::Bool(value) => {
            found.push(("the other", (!value).to_string()));
            found.push(("as text", format!("\"{value}\"")));
            found.push(("as a number", u8::from(*value).to_string()));
        }
        _ => {
            found.push(("as text", "\"null\"".into()));
            found.push(("false", "false".into()));
        }
    }
    found
}

fn other_names(name: &str) -> Vec<(&'static str, String)> {
    let quote = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut found = vec![
        ("in another case", quote(&other_case(name))),
        ("with a blank", quote(&format!("{name} "))),
        ("with a NUL", quote(&format!("{name}\0"))),
    ];
    if let Some(first) = name.chars().next().filter(char::is_ascii) {
        let rest = quote(&name[1..]);
        found.push((
            "escaped",
            format!("\"\\u{:04x}{}", u32::from(first), &rest[1..]),
        ));
    }
    found
}

fn other_case(text: &str) -> String {
    text.chars()
        .map(|c| match c.is_ascii_lowercase() {
            true => c.to_ascii_uppercase(),
            false => c.to_ascii_lowercase(),
        })
        .collect()
}

fn is_form(text: &str) -> bool {
    !text.is_empty()
        && text.split('&').all(|pair| pair.contains('='))
        && !text.contains(|c: char| c.is_whitespace() || "{}[]\"<>".contains(c))
}

fn without(pairs: &[&str], index: usize) -> String {
    pairs
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != index)
        .map(|(_, pair)| *pair)
        .collect::<Vec<_>>()
        .join("&")
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// `a=1&b=2` in every other way.
fn other_pairs(text: &str) -> Vec<(String, String)> {
    let pairs: Vec<&str> = text.split('&').collect();
    let mut found = vec![
        ("pair added last".to_owned(), format!("{text}&attack=1")),
        ("pair added first".to_owned(), format!("attack=1&{text}")),
        ("empty pair added".to_owned(), format!("{text}&")),
        ("empty pair first".to_owned(), format!("&{text}")),
        (
            "pair without a name added".to_owned(),
            format!("{text}&=attack"),
        ),
        (
            "name without a value added".to_owned(),
            format!("{text}&attack"),
        ),
        ("with semicolons".to_owned(), text.replace('&', ";")),
        ("ampersands escaped".to_owned(), text.replace('&', "%26")),
        ("equals signs escaped".to_owned(), text.replace('=', "%3D")),
        ("in upper case".to_owned(), text.to_uppercase()),
        ("in lower case".to_owned(), text.to_lowercase()),
        ("plus signs as %20".to_owned(), text.replace('+', "%20")),
        ("%20 as plus signs".to_owned(), text.replace("%20", "+")),
        ("doubled".to_owned(), format!("{text}&{text}")),
    ];
    let mut reversed = pairs.clone();
    reversed.reverse();
    found.push(("pairs reversed".into(), reversed.join("&")));
    let put = |index: usize, new: &str| {
        let mut pairs = pairs.clone();
        pairs[index] = new;
        pairs.join("&")
    };
    for (index, pair) in pairs.iter().enumerate().take(12) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let shown = decode(name);
        let first = |text: &str| {
            text.chars()
                .next()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| format!("%{:02x}{}", u32::from(c), &text[1..]))
        };
        found.push((format!("{shown}: removed"), without(&pairs, index)));
        for (label, new) in [
            ("another value", format!("{name}={value}x")),
            ("empty", format!("{name}=")),
            ("without equals sign", name.to_owned()),
            ("the same twice", format!("{pair}&{pair}")),
            ("another value after it", format!("{pair}&{name}=attack")),
            ("another value before it", format!("{name}=attack&{pair}")),
            ("an empty one after it", format!("{pair}&{name}=")),
            ("an empty one before it", format!("{name}=&{pair}")),
            ("as a list", format!("{name}[]={value}")),
            ("another as a list", format!("{pair}&{name}[]=attack")),
            (
                "another under its name in the other case",
                format!("{pair}&{}=attack", other_case(name)),
            ),
            (
                "its name in the other case",
                format!("{}={value}", other_case(name)),
            ),
            ("its name with a blank", format!("+{name}={value}")),
            ("a blank after", format!("{name}={value}+")),
            ("a NUL after", format!("{name}={value}%00")),
            ("a line feed after", format!("{name}={value}%0A")),
            ("no UTF-8", format!("{name}={value}%FF")),
            (
                "value in the other case",
                format!("{name}={}", other_case(value)),
            ),
        ] {
            found.push((format!("{shown}: {label}"), put(index, &new)));
        }
        if let Some(escaped) = first(value) {
            found.push((
                format!("{shown}: a letter escaped"),
                put(index, &format!("{name}={escaped}")),
            ));
        }
        if let Some(escaped) = first(name) {
            found.push((
                format!("{shown}: a letter of its name escaped"),
                put(index, &format!("{escaped}={value}")),
            ));
            let twice = format!("{pair}&{escaped}=attack");
            found.push((
                format!("{shown}: another under its name escaped"),
                put(index, &twice),
            ));
        }
        // Between name and value.
        let (clear_name, clear_value) = (decode(name), decode(value));
        for (label, name, value) in moved(&clear_name, &clear_value) {
            let new = format!("{}={}", escape(&name), escape(&value));
            found.push((
                format!("{shown}: name and value: {label}"),
                put(index, &new),
            ));
        }
        // Between this pair and each other one.
        for (other, next) in pairs.iter().enumerate().take(12) {
            if other == index {
                continue;
            }
            let (next_name, next_value) = next.split_once('=').unwrap_or((next, ""));
            let (next_name, next_value) = (decode(next_name), decode(next_value));
            for (label, joined) in [
                (
                    "folded as a pair",
                    format!("{clear_value}&{next_name}={next_value}"),
                ),
                (
                    "folded with nothing between",
                    format!("{clear_value}{next_name}{next_value}"),
                ),
                (
                    "folded with an equals sign",
                    format!("{clear_value}{next_name}={next_value}"),
                ),
                (
                    "folded with low lines",
                    format!("{clear_value}_{next_name}_{next_value}"),
                ),
            ] {
                let mut kept = pairs.clone();
                let new = format!("{name}={}", escape(&joined));
                kept[index] = &new;
                let text = without(&kept, other);
                found.push((format!("{shown} with {next_name}: {label}"), text));
            }
            // The value's end to the next one's name.
            if let Some(last) = clear_value.chars().last() {
                let kept = &clear_value[..clear_value.len() - last.len_utf8()];
                let mut changed = pairs.clone();
                let new = format!("{name}={}", escape(kept));
                let following = format!(
                    "{}={}",
                    escape(&format!("{last}{next_name}")),
                    escape(&next_value)
                );
                changed[index] = &new;
                changed[other] = &following;
                found.push((
                    format!("{shown} with {next_name}: an end to its name"),
                    changed.join("&"),
                ));
            }
            if let Some(first) = next_name.chars().next() {
                let mut changed = pairs.clone();
                let new = format!("{name}={}", escape(&format!("{clear_value}{first}")));
                let following = format!(
                    "{}={}",
                    escape(&next_name[first.len_utf8()..]),
                    escape(&next_value)
                );
                changed[index] = &new;
                changed[other] = &following;
                found.push((
                    format!("{shown} with {next_name}: its name's start"),
                    changed.join("&"),
                ));
            }
        }
    }
    found
}

fn other_times(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = [
        ("a zero before", format!("0{text}")),
        ("a plus before", format!("+{text}")),
        ("a minus before", format!("-{text}")),
        ("a blank before", format!(" {text}")),
        ("a blank after", format!("{text} ")),
        ("in milliseconds", format!("{text}000")),
        ("in microseconds", format!("{text}000000")),
        ("with a fraction", format!("{text}.0")),
        ("with a point", format!("{text}.")),
        ("with an exponent", format!("{text}e0")),
        ("with low lines", text.replacen("00", "0_0", 1)),
        ("in lower case", text.to_lowercase()),
        ("in upper case", text.to_uppercase()),
        ("Z as +00:00", text.replace('Z', "+00:00")),
        ("Z as -00:00", text.replace('Z', "-00:00")),
        ("Z as .000Z", text.replace('Z', ".000Z")),
        ("Z as .0Z", text.replace('Z', ".0Z")),
        ("T as a blank", text.replace('T', " ")),
        ("without Z", text.replace('Z', "")),
        ("GMT as UTC", text.replace("GMT", "UTC")),
        ("in other digits", text.replace('1', "١")),
        ("empty", String::new()),
        ("zero", "0".into()),
        ("far away", "9999999999999999999999".into()),
    ]
    .map(|(label, new)| (label.to_owned(), new))
    .into();
    found.extend(shifted(text, 1));
    found.extend(shifted(text, -1));
    if let Some(seconds) = text.strip_suffix("000").filter(|text| text.len() >= 10) {
        found.push(("in seconds".into(), seconds.into()));
    }
    found
}

/// The same time, moved, in the spelling in which it is sent.
fn shifted(text: &str, by: i64) -> Vec<(String, String)> {
    let label = format!("moved by {by} s");
    if let Ok(number) = text.parse::<i64>() {
        let unit = match text.len() {
            0..=10 => 1,
            11..=13 => 1000,
            _ => 1_000_000,
        };
        return vec![(label, (number + by * unit).to_string())];
    }
    // The samples are of 14 November 2023, a Tuesday, 22:13:20.
    let other = match by {
        1 => ("13:20", "13:21", "14", "14", "Tue"),
        -1 => ("13:20", "13:19", "14", "14", "Tue"),
        _ => ("22:13:20", "23:13:20", "14", "16", "Thu"),
    };
    let new = text
        .replacen("2023-11-14", &format!("2023-11-{}", other.3), 1)
        .replacen("20231114", &format!("202311{}", other.3), 1)
        .replacen("Tue, 14", &format!("{}, {}", other.4, other.3), 1)
        .replacen(other.0, other.1, 1);
    if new == text {
        Vec::new()
    } else {
        vec![(label, new)]
    }
}

fn other_signatures(text: &str, separator: Option<&str>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = [
        ("empty", String::new()),
        ("upper case", text.to_uppercase()),
        ("lower case", text.to_lowercase()),
        ("without padding", text.trim_end_matches('=').to_owned()),
        ("with padding", format!("{text}=")),
        ("url-safe", text.replace('+', "-").replace('/', "_")),
        ("not url-safe", text.replace('-', "+").replace('_', "/")),
        ("with a character more", format!("{text}A")),
        ("with a blank inside", text.replacen('=', " =", 1)),
        ("with a NUL", format!("{text}\0")),
        ("in quotes", format!("\"{text}\"")),
        ("zeros", "0".repeat(text.len())),
        ("in hex", hex::encode(text)),
        ("in base64", STANDARD.encode(text)),
    ]
    .map(|(label, new)| (label.to_owned(), new))
    .into();
    for length in [
        0,
        1,
        8,
        16,
        32,
        text.len() / 2,
        text.len().saturating_sub(2),
    ] {
        if let Some(cut) = text.get(..length) {
            found.push((format!("cut to {length}"), cut.to_owned()));
        }
    }
    // Each character that tells parts apart.
    for (at, c) in text.char_indices() {
        if "=,.;: |/".contains(c) && at + 1 < text.len() {
            let (front, back) = text.split_at(at);
            let rest = &back[c.len_utf8()..];
            found.push((
                format!("without what is before `{c}` at {at}"),
                rest.to_owned(),
            ));
            found.push((
                format!("without what follows `{c}` at {at}"),
                front.to_owned(),
            ));
            found.push((
                format!("`{c}` at {at} doubled"),
                format!("{front}{c}{back}"),
            ));
            found.push((
                format!("a blank after `{c}` at {at}"),
                format!("{front}{c} {rest}"),
            ));
            found.push((
                format!("another before `{c}` at {at}"),
                format!("attack{back}"),
            ));
            found.push((
                format!("exchanged at `{c}` at {at}"),
                format!("{rest}{c}{front}"),
            ));
        }
    }
    let last = text.len().saturating_sub(4);
    for at in [0, text.len() / 2, last] {
        if let Some(c) = text.get(at..=at).filter(|c| c.is_ascii()) {
            let other = if c == "a" { "b" } else { "a" };
            let mut new = text.to_owned();
            new.replace_range(at..=at, other);
            found.push((format!("another character at {at}"), new));
        }
    }
    for separator in separator.into_iter().chain([",", " ", ", ", ";", "&"]) {
        let wrong: String = text
            .chars()
            .rev()
            .enumerate()
            .map(|(at, c)| {
                if at == 5 && c.is_ascii_alphanumeric() {
                    if c == 'b' { 'c' } else { 'b' }
                } else {
                    c
                }
            })
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let shown = separator.escape_default();
        found.push((
            format!("twice, `{shown}` between"),
            format!("{text}{separator}{text}"),
        ));
        found.push((
            format!("after a wrong one and `{shown}`"),
            format!("{wrong}{separator}{text}"),
        ));
        found.push((
            format!("before a wrong one and `{shown}`"),
            format!("{text}{separator}{wrong}"),
        ));
        found.push((format!("`{shown}` after"), format!("{text}{separator}")));
        found.push((format!("`{shown}` before"), format!("{separator}{text}")));
        found.push((
            format!("`{shown}x=1` after"),
            format!("{text}{separator}x=1"),
        ));
        found.push((
            format!("`x=1{shown}` before"),
            format!("x=1{separator}{text}"),
        ));
        found.push((
            format!("seventeen, `{shown}` between"),
            vec![text; 17].join(separator),
        ));
    }
    // A compact JWS.
    let (prefix, token) = text.rsplit_once(' ').map_or(("", text), |(_, token)| {
        (&text[..text.len() - token.len()], token)
    });
    let segments: Vec<&str> = token.split('.').collect();
    if let [header, payload, signature] = segments[..] {
        let mut add = |label: &str, header: &str, payload: &str, signature: &str| {
            found.push((
                format!("JWS {label}"),
                format!("{prefix}{header}.{payload}.{signature}"),
            ));
        };
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for alg in ["none", "None", "HS256", "RS256", "ES256"] {
            let other = encode(&format!("{{\"alg\":\"{alg}\"}}"));
            add(&format!("alg {alg}"), &other, payload, signature);
            add(&format!("alg {alg}, no signature"), &other, payload, "");
        }
        let claims = encode("{\"iss\":\"attack\",\"exp\":9999999999}");
        add("other claims", header, &claims, signature);
        add("no claims", header, "", signature);
        add("padded", &format!("{header}="), payload, signature);
        add("padded claims", header, &format!("{payload}="), signature);
        add(
            "a blank in the claims",
            header,
            &format!("{payload} "),
            signature,
        );
        add(
            "four parts",
            header,
            payload,
            &format!("{signature}.{signature}"),
        );
        if let Ok(known) = URL_SAFE_NO_PAD.decode(header) {
            let known = String::from_utf8_lossy(&known).into_owned();
            let respelt = encode(&known.replacen('{', "{ ", 1));
            add("header with a blank", &respelt, payload, signature);
        }
    }
    found
}

/// The path that every sample has; what is cut at it must be.
#[test]
fn the_path_has_what_the_changes_replace() {
    use crate::kit::PATH;
    assert!(PATH.contains("/acme") && PATH.contains('a'));
}
