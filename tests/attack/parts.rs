//! The parts of a request, by the names that a proof's coverage has, and which
//! of them differ between two requests.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookward_core::{Location, Scheme, Verified};

use crate::json::{self, Node};
use crate::kit::Wire;

/// A request as the judge reads it.
pub(crate) struct View<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) request: &'a Wire,
    pub(crate) verified: Option<&'a Verified>,
    json: Option<Node>,
    form: Option<Pairs>,
    query: Pairs,
    claims: Option<Node>,
}

/// Values by name, in the order in which they were sent.
type Pairs = BTreeMap<String, Vec<String>>;

impl<'a> View<'a> {
    pub(crate) fn new(
        scheme: &'a Scheme,
        request: &'a Wire,
        verified: Option<&'a Verified>,
    ) -> Self {
        let json = json::parse(&request.body);
        let form = match &json {
            Some(_) => None,
            None => std::str::from_utf8(&request.body).ok().map(pairs),
        };
        let mut view = Self {
            scheme,
            request,
            verified,
            json,
            form,
            query: pairs(request.query().unwrap_or_default()),
            claims: None,
        };
        view.claims = view.token().and_then(|token| claims(&token));
        view
    }

    /// The text at a place, once; several values are told from one.
    fn read(&self, place: &Location) -> Option<String> {
        let one = |values: &[String]| match values {
            [] => None,
            [value] => Some(value.clone()),
            several => Some(format!("{several:?}")),
        };
        let texts = |node: Option<&Node>, pointer: &str| {
            let nodes = node.map_or(Vec::new(), |node| node.at(pointer));
            one(&nodes
                .iter()
                .map(|node| {
                    node.scalar()
                        .map_or_else(|| node.canonical(), str::to_owned)
                })
                .collect::<Vec<_>>())
        };
        match place {
            Location::Header(name) => one(&self.header(name)),
            Location::Query(name) => one(self.query.get(&**name)?),
            Location::Form(name) => one(self.form.as_ref()?.get(&**name)?),
            Location::Json(pointer) => texts(self.json.as_ref(), pointer),
            Location::Claim(pointer) => texts(self.claims.as_ref(), pointer),
            Location::Body => Some(String::from_utf8_lossy(&self.request.body).into_owned()),
            _ => None,
        }
    }

    /// A compact JWS in the signature's place.
    fn token(&self) -> Option<String> {
        let text = self.read(&self.scheme.signature.at)?;
        let token = text.rsplit(' ').next()?;
        (token.split('.').count() == 3).then(|| token.to_owned())
    }

    fn header(&self, name: &str) -> Vec<String> {
        // White space around a value is no part of it (RFC 9110 section 5.5).
        self.request
            .header_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.trim_ascii()).into_owned())
            .collect()
    }

    /// The host that a handler may read: that of the target, of `Host`, or
    /// either where they disagree. Case and a default port tell nothing apart
    /// (RFC 3986 sections 6.2.2.1 and 6.2.3).
    fn authority(&self) -> String {
        let plain = |host: &str| {
            let host = host.to_ascii_lowercase();
            let port = match &*self.scheme_name() {
                "http" => ":80",
                _ => ":443",
            };
            host.strip_suffix(port).map_or(host.clone(), str::to_owned)
        };
        let host = match &self.header("host")[..] {
            [host] => plain(host),
            other => format!("{other:?}"),
        };
        match &self.request.absolute {
            Some((_, authority)) if plain(authority) != host => {
                format!("{} or {host}", plain(authority))
            }
            _ => host,
        }
    }

    fn scheme_name(&self) -> String {
        let absolute = self.request.absolute.as_ref();
        absolute.map_or("https".into(), |(scheme, _)| scheme.to_ascii_lowercase())
    }

    /// The value of a part, in a form that is equal for equal values.
    ///
    /// # Panics
    /// For a name that coverage does not have.
    pub(crate) fn part(&self, part: &str) -> String {
        let request = self.request;
        let pair =
            |pairs: Option<&Pairs>, name: &str| format!("{:?}", pairs.and_then(|p| p.get(name)));
        let at = |node: Option<&Node>, pointer: &str| {
            let nodes = node.map_or(Vec::new(), |node| node.at(pointer));
            let values: BTreeSet<_> = nodes.iter().map(|node| node.canonical()).collect();
            format!("{values:?}")
        };
        match part.split_once(':').unwrap_or((part, "")) {
            ("body", "") => request.body.escape_ascii().to_string(),
            // A value of a body is signed by its text: a number and its digits in
            // quotes are alike.
            ("body", pointer) => {
                let nodes = self
                    .json
                    .as_ref()
                    .map_or(Vec::new(), |node| node.at(pointer));
                let values: BTreeSet<_> = nodes.iter().map(|node| node.as_signed()).collect();
                format!("{values:?}")
            }
            ("json", _) => self.json.as_ref().map_or_else(
                || format!("no JSON: {}", request.body.escape_ascii()),
                Node::canonical,
            ),
            ("form", "") => match &self.form {
                Some(form) => format!("{form:?}"),
                None => format!("no form: {}", request.body.escape_ascii()),
            },
            ("form", name) => pair(self.form.as_ref(), name),
            ("claim", pointer) => at(self.claims.as_ref(), pointer),
            ("method", _) => request.method.clone(),
            ("url", _) => format!(
                "{}://{}{}",
                self.scheme_name(),
                self.authority(),
                request.target
            ),
            ("host", _) => self.authority(),
            ("path", _) => request.path().to_owned(),
            ("query", "") => format!("{:?}", self.query),
            ("query", name) => pair(Some(&self.query), name),
            ("target", _) => request.target.clone(),
            ("header", name) => format!("{:?}", self.header(name)),
            ("timestamp", _) => self.told(
                self.scheme.timestamp.as_ref().and_then(|t| t.at.as_ref()),
                |verified| {
                    verified
                        .timestamp()
                        .map(|time| time.as_millis().to_string())
                },
            ),
            ("id", _) => self.told(self.scheme.event_id.as_ref(), |verified| {
                verified.event_id().map(str::to_owned)
            }),
            _ => panic!("`{part}` is no part of a request"),
        }
    }

    /// The value at a place and what the proof tells of it.
    fn told(
        &self,
        place: Option<&Location>,
        proof: impl Fn(&Verified) -> Option<String>,
    ) -> String {
        let sent = place.and_then(|place| self.read(place));
        format!("{sent:?} {:?}", self.verified.and_then(proof))
    }

    /// Every part that this request has.
    fn names(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = [
            "body",
            "method",
            "url",
            "host",
            "path",
            "query",
            "target",
            "timestamp",
            "id",
        ]
        .map(str::to_owned)
        .into();
        let of = |kind: &'static str| move |name: &String| format!("{kind}:{name}");
        names.extend(self.query.keys().map(of("query")));
        if let Some(json) = &self.json {
            names.insert("json".into());
            names.extend(
                json.leaves()
                    .iter()
                    .map(|(pointer, _)| format!("body:{pointer}")),
            );
        }
        if let Some(form) = &self.form {
            names.insert("form".into());
            names.extend(form.keys().filter(|name| !name.is_empty()).map(of("form")));
        }
        if let Some(claims) = &self.claims {
            names.extend(
                claims
                    .leaves()
                    .iter()
                    .map(|(pointer, _)| format!("claim:{pointer}")),
            );
        }
        names.extend(
            self.request
                .headers
                .iter()
                .map(|(name, _)| format!("header:{}", name.to_ascii_lowercase())),
        );
        names
    }
}

/// Whether two requests have the same value there.
pub(crate) fn is_same(genuine: &View<'_>, other: &View<'_>, part: &str) -> bool {
    genuine.part(part) == other.part(part)
}

/// The parts in which two requests differ.
pub(crate) fn changed(genuine: &View<'_>, other: &View<'_>) -> Vec<String> {
    let mut names = genuine.names();
    names.extend(other.names());
    // A leaf of a text that is no JSON is told by `body` alone.
    names
        .into_iter()
        .filter(|name| !is_same(genuine, other, name))
        .collect()
}

/// `a=1&b=2`, decoded; what is no UTF-8 stays escaped.
pub(crate) fn pairs(text: &str) -> Pairs {
    let mut found = Pairs::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        found.entry(decode(name)).or_default().push(decode(value));
    }
    found
}

pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes
            .get(at + 1..at + 3)
            .and_then(|d| std::str::from_utf8(d).ok());
        match (byte, digits.map(|digits| u8::from_str_radix(digits, 16))) {
            (b'%', Some(Ok(decoded))) if !digits.is_some_and(|d| d.starts_with('+')) => {
                out.push(decoded);
                at += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn claims(token: &str) -> Option<Node> {
    let payload = token.split('.').nth(1)?;
    json::parse(&URL_SAFE_NO_PAD.decode(payload).ok()?)
}
