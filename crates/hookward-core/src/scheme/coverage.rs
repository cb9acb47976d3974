//! Coverage: the parts of a request that a signature covers, computed from the scheme.
//!
//! Each source of the scheme language says which part of the request it reads, each
//! filter what it loses. Bound, expected and absent values extend what the template
//! covers. Nothing is stated by hand for a provider, so documentation, command line and
//! [`Verified`] agree.
//!
//! [`Verified`]: crate::Verified

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::algorithm::{Algorithm, Digest};
use super::ambiguity;
use super::compiled::{PlannedBinding, PlannedTimestamp};
use super::filter::Filter;
use super::part::{Part, Slot, Source};
use super::place::Place;

/// A part of a request, as listed by [`Coverage`].
///
/// Its `Display` form is what the command line prints, and can be parsed:
///
/// ```
/// use hookward::RequestPart;
///
/// let part: RequestPart = "body:/event/id".parse()?;
/// assert_eq!(part, RequestPart::BodyAt("/event/id".into()));
/// assert_eq!(part.to_string(), "body:/event/id");
/// # Ok::<(), hookward::ParseRequestPartError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestPart {
    /// `body`: the raw bytes of the body.
    Body,
    /// `body:/pointer`: a value of the JSON body, by RFC 6901 pointer.
    BodyAt(String),
    /// `json`: every value of the JSON body, regardless of spelling.
    Json,
    /// `form`: every field of the form body, as decoded.
    Form,
    /// `form:NAME`: one field of the form body, as decoded.
    FormField(String),
    /// `claim:/pointer`: a claim of the token, by RFC 6901 pointer.
    Claim(String),
    /// `method`: the request method.
    Method,
    /// `url`: scheme, host, path and query.
    Url,
    /// `host`: host and port.
    Host,
    /// `path`: the path of the request target.
    Path,
    /// `target`: path and query.
    Target,
    /// `query`: the whole query.
    Query,
    /// `query:NAME`: one parameter of the query, as decoded.
    QueryField(String),
    /// `header:NAME`: the value of a header; the name is in lower case.
    Header(String),
    /// `timestamp`: the time at which the request was sent, if the scheme has one.
    Timestamp,
    /// `id`: the event's id, if the scheme has one.
    Id,
}

impl fmt::Display for RequestPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("body"),
            Self::BodyAt(pointer) => write!(f, "body:{pointer}"),
            Self::Json => f.write_str("json"),
            Self::Form => f.write_str("form"),
            Self::FormField(name) => write!(f, "form:{name}"),
            Self::Claim(pointer) => write!(f, "claim:{pointer}"),
            Self::Method => f.write_str("method"),
            Self::Url => f.write_str("url"),
            Self::Host => f.write_str("host"),
            Self::Path => f.write_str("path"),
            Self::Target => f.write_str("target"),
            Self::Query => f.write_str("query"),
            Self::QueryField(name) => write!(f, "query:{name}"),
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Id => f.write_str("id"),
        }
    }
}

/// A text that is not the name of a request part.
#[derive(Clone, PartialEq, Eq)]
pub struct ParseRequestPartError(String);

impl fmt::Display for ParseRequestPartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a request part: write body, body:/pointer, json, form, form:NAME, claim:/pointer, method, url, host, path, target, query, query:NAME, header:NAME, timestamp or id",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for ParseRequestPartError {}

crate::text::debug_as_display!(ParseRequestPartError);

impl FromStr for RequestPart {
    type Err = ParseRequestPartError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        Ok(match (name, argument) {
            ("body", None) => Self::Body,
            ("body", Some(pointer)) if pointer.starts_with('/') => Self::BodyAt(pointer.into()),
            ("json", None) => Self::Json,
            ("form", None) => Self::Form,
            ("form", Some(name)) => Self::FormField(name.into()),
            ("claim", Some(pointer)) if pointer.starts_with('/') => Self::Claim(pointer.into()),
            ("method", None) => Self::Method,
            ("url", None) => Self::Url,
            ("host", None) => Self::Host,
            ("path", None) => Self::Path,
            ("target", None) => Self::Target,
            ("query", None) => Self::Query,
            ("query", Some(name)) => Self::QueryField(name.into()),
            ("header", Some(name)) => Self::Header(name.to_ascii_lowercase()),
            ("timestamp", None) => Self::Timestamp,
            ("id", None) => Self::Id,
            _ => return Err(ParseRequestPartError(text.to_owned())),
        })
    }
}

impl RequestPart {
    /// The part at a location; `None` for the header of a token.
    pub(crate) fn at(place: &Place) -> Option<Self> {
        Some(match place {
            Place::Header(name) | Place::HeaderJson(name, _) => {
                Self::Header(name.as_str().to_owned())
            }
            Place::Query(name) => Self::QueryField(name.to_string()),
            Place::Json(pointer) => Self::BodyAt(pointer.to_string()),
            Place::Form(name) | Place::FormJson(name, _) => Self::FormField(name.to_string()),
            Place::Body => Self::Body,
            Place::Claim(pointer) => Self::Claim(pointer.to_string()),
            Place::JwsHeader(_) => return None,
        })
    }

    /// Whether covering this part implies covering the other.
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Body, Self::BodyAt(_) | Self::Json | Self::Form | Self::FormField(_))
            | (Self::Json, Self::BodyAt(_))
            | (Self::Form, Self::FormField(_))
            | (
                Self::Url,
                Self::Host | Self::Path | Self::Target | Self::Query | Self::QueryField(_),
            )
            | (Self::Target, Self::Path | Self::Query | Self::QueryField(_))
            | (Self::Query, Self::QueryField(_)) => true,
            (
                Self::BodyAt(pointer) | Self::Claim(pointer),
                Self::BodyAt(inner) | Self::Claim(inner),
            ) if std::mem::discriminant(self) == std::mem::discriminant(other) => inner
                .strip_prefix(pointer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            (part, other) => part == other,
        }
    }
}

/// The kind of proof that a scheme provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Proof {
    /// A signature over parts of this request; [`Coverage`] says which.
    Signature,
    /// A signature over something that is not this request, such as a token that the
    /// sender caches: anyone who reads one can send it with any content while it is
    /// valid.
    Token,
    /// A secret that is sent in plain text: anyone who reads one request can send any
    /// other.
    Secret,
}

impl Proof {
    /// `signature`, `token` or `secret`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Token => "token",
            Self::Secret => "secret",
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The parts of a request that a proof covers.
///
/// An attacker who relays or records a genuine request cannot change what is covered.
/// They can change everything else, and what is [`weak`](Self::weak) within limits: the
/// case of letters, or to another body with the same checksum.
///
/// ```
/// use hookward::{RequestPart, providers};
///
/// let stripe = providers::STRIPE.coverage()?;
/// assert_eq!(stripe.to_string(), "body, timestamp, id");
/// assert!(stripe.covers(&RequestPart::BodyAt("/data/object".into())));
/// assert!(!stripe.covers(&RequestPart::Path));
/// # Ok::<(), hookward::SchemeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    proof: Proof,
    covers: BTreeSet<RequestPart>,
    weak: BTreeSet<RequestPart>,
    /// Whether every claim of a token is covered, not only those in the scheme.
    all_claims: bool,
    /// Whether every byte of the body is signed, but not the boundaries of its values.
    joins_body: bool,
}

impl Coverage {
    /// The coverage of a message signature: the default components, and its creation
    /// time.
    #[cfg(feature = "message-signatures")]
    pub(crate) fn of_message_signatures(usual: bool, has_created: bool) -> Self {
        let mut found = Self::nothing(Proof::Signature);
        let usual: &[RequestPart] = match usual {
            true => &[
                RequestPart::Method,
                RequestPart::Host,
                RequestPart::Target,
                RequestPart::Body,
            ],
            false => &[],
        };
        for part in usual {
            found.add(part.clone(), false);
        }
        if has_created {
            found.add(RequestPart::Timestamp, false);
        }
        found
    }

    /// The coverage of a secret: nothing.
    pub(crate) const fn nothing(proof: Proof) -> Self {
        Self {
            proof,
            covers: BTreeSet::new(),
            weak: BTreeSet::new(),
            all_claims: false,
            joins_body: false,
        }
    }

    /// The kind of proof.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// Whether the proof covers a part of the request: on its own, or as a part of
    /// another.
    #[must_use]
    pub fn covers(&self, part: &RequestPart) -> bool {
        self.covers.iter().any(|known| known.implies(part))
            || self.all_claims && matches!(part, RequestPart::Claim(_))
    }

    /// The covered parts, in a fixed order, none of which is contained in another.
    pub fn iter(&self) -> impl Iterator<Item = &RequestPart> {
        self.covers.iter()
    }

    /// The parts that are covered except for what was lost before signing: the case of
    /// letters, everything but a checksum.
    pub fn weak(&self) -> impl Iterator<Item = &RequestPart> {
        self.weak.iter()
    }

    /// Whether nothing of the request is covered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.covers.is_empty()
    }

    /// Whether the entire body is covered, its bytes or its values.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        [RequestPart::Body, RequestPart::Json, RequestPart::Form]
            .iter()
            .any(|part| self.covers.contains(part))
    }

    /// Whether a signature or token is proven but the body can be anything, or anything
    /// with the same checksum: building a verifier then requires a decision on what
    /// handlers are given ([`Trust`](crate::Trust)).
    ///
    /// A body of which every byte is signed, and which is covered weakly only because
    /// values are joined without delimiters, is not open in this sense.
    ///
    /// ```
    /// use hookward::providers;
    ///
    /// assert!(providers::ADYEN.coverage()?.leaves_body_open());
    /// assert!(providers::PAYPAL.coverage()?.leaves_body_open());
    /// // All of the form is signed, with nothing between its fields.
    /// assert!(!providers::TWILIO.coverage()?.leaves_body_open());
    /// assert!(!providers::GITHUB.coverage()?.leaves_body_open());
    /// // A secret claims nothing about the content.
    /// assert!(!providers::GITLAB.coverage()?.leaves_body_open());
    /// # Ok::<(), hookward::SchemeError>(())
    /// ```
    #[must_use]
    pub fn leaves_body_open(&self) -> bool {
        self.proof != Proof::Secret && !self.covers_body() && !self.joins_body
    }

    /// Whether all claims of a token are covered.
    pub(crate) const fn covers_all_claims(&self) -> bool {
        self.all_claims
    }

    /// What an attacker who relays or records a request can change, in words; weakly
    /// covered parts are not repeated.
    ///
    /// ```
    /// use hookward::providers;
    ///
    /// let changes = providers::GITHUB.coverage()?.may_change();
    /// assert_eq!(changes, ["the method", "the URL", "other headers", "when it is sent"]);
    /// # Ok::<(), hookward::SchemeError>(())
    /// ```
    #[must_use]
    pub fn may_change(&self) -> Vec<&'static str> {
        match self.proof {
            Proof::Secret => return vec!["everything"],
            Proof::Token => return vec!["everything but the token itself, while it is valid"],
            Proof::Signature => {}
        }
        let mut found = Vec::new();
        let is_in_body =
            |part: &RequestPart| matches!(part, RequestPart::BodyAt(_) | RequestPart::FormField(_));
        let is_weak = |part: RequestPart| self.weak.contains(&part);
        if self.covers.contains(&RequestPart::Json) || self.covers.contains(&RequestPart::Form) {
            found.push("how the body is written");
        } else if !self.covers_body() {
            if self.covers.iter().chain(&self.weak).any(is_in_body) {
                found.push("the rest of the body");
            } else if ![RequestPart::Body, RequestPart::Json, RequestPart::Form]
                .into_iter()
                .any(is_weak)
            {
                found.push("the body");
            }
        }
        if !self.covers(&RequestPart::Method) {
            found.push("the method");
        }
        if !is_weak(RequestPart::Url) {
            let of_url = [
                (RequestPart::Host, "the host"),
                (RequestPart::Path, "the path"),
                (RequestPart::Query, "the query"),
            ];
            let open: Vec<&str> = of_url
                .into_iter()
                .filter(|(part, _)| !self.covers(part) && !is_weak(part.clone()))
                .map(|(_, name)| name)
                .collect();
            let some_of_query = self
                .covers
                .iter()
                .chain(&self.weak)
                .any(|part| matches!(part, RequestPart::QueryField(_)));
            match open.as_slice() {
                [_, _, _] if !some_of_query => found.push("the URL"),
                open => found.extend(open.iter().map(|name| match *name {
                    "the query" if some_of_query => "the rest of the query",
                    name => name,
                })),
            }
        }
        found.push("other headers");
        if !self.covers(&RequestPart::Timestamp) {
            found.push("when it is sent");
        }
        found
    }

    /// Whether the value at a location is covered.
    pub(crate) fn proves(&self, place: &Place) -> bool {
        RequestPart::at(place).is_some_and(|part| self.covers(&part))
    }

    /// Whether the value at a location is covered weakly.
    pub(crate) fn is_weak(&self, place: &Place) -> bool {
        RequestPart::at(place)
            .is_some_and(|part| self.weak.iter().any(|known| known.implies(&part)))
    }

    /// Adds timestamp and id if their location is covered.
    pub(crate) fn add_places(&mut self, timestamp: Option<&Place>, event_id: Option<&Place>) {
        for (place, part) in [
            (timestamp, RequestPart::Timestamp),
            (event_id, RequestPart::Id),
        ] {
            if let Some(place) = place
                && self.is_weak(place)
                && !self.proves(place)
            {
                self.add(part, true);
            } else if let Some(place) = place
                && self.proves(place)
            {
                // A header that is signed as timestamp or id is listed under that name.
                if let Place::Header(_) | Place::Claim(_) = place
                    && let Some(named) = RequestPart::at(place)
                {
                    self.covers.remove(&named);
                }
                self.add(part, false);
            }
        }
    }

    pub(crate) fn add(&mut self, part: RequestPart, lossy: bool) {
        if lossy {
            self.weak.insert(part);
        } else {
            self.covers.insert(part);
        }
    }

    /// Removes parts that are contained in another.
    pub(crate) fn normalize(&mut self) {
        if self.covers.contains(&RequestPart::Path) && self.covers.contains(&RequestPart::Query) {
            self.covers.insert(RequestPart::Target);
        }
        let all = self.covers.clone();
        self.covers
            .retain(|part| !all.iter().any(|other| other != part && other.implies(part)));
        let covers = &self.covers;
        let weak = self.weak.clone();
        self.weak.retain(|part| {
            !covers.iter().any(|other| other.implies(part))
                && !weak
                    .iter()
                    .any(|other| other != part && other.implies(part))
        });
        // The parts of this request; a token is about something else.
        let is_of_request = |part: &RequestPart| {
            !matches!(
                part,
                RequestPart::Timestamp
                    | RequestPart::Id
                    | RequestPart::Claim(_)
                    | RequestPart::Header(_)
            )
        };
        let is_of_token = self.proof == Proof::Token;
        if self.proof == Proof::Signature
            && !self.covers.iter().chain(&self.weak).any(is_of_request)
        {
            self.proof = Proof::Token;
        } else if !is_of_token {
            // The claims of a token are used to cover the request.
            self.covers
                .retain(|part| !matches!(part, RequestPart::Claim(_)));
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.covers.is_empty() {
            return f.write_str("nothing");
        }
        for (at, part) in self.covers.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            part.fmt(f)?;
        }
        Ok(())
    }
}

/// The properties of a scheme that its coverage depends on.
pub(crate) struct CoverageRules<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) at: &'a Place,
    pub(crate) parts: &'a [Part],
    pub(crate) timestamp: Option<&'a PlannedTimestamp>,
    pub(crate) event_id: Option<&'a Place>,
    pub(crate) key_id: Option<&'a Place>,
    pub(crate) bind: &'a [PlannedBinding],
    /// Headers with a fixed value.
    pub(crate) expect: &'a [(http::header::HeaderName, Box<str>)],
    /// Whether the token is independent of this request.
    pub(crate) is_token: bool,
}

impl CoverageRules<'_> {
    /// The coverage of the template and the values bound to it.
    pub(crate) fn coverage(&self) -> Coverage {
        if !self.algorithm.signs_content() {
            return Coverage::nothing(Proof::Secret);
        }
        let mut found = Coverage::nothing(if self.is_token {
            Proof::Token
        } else {
            Proof::Signature
        });
        self.add_parts(&mut found, self.parts, false);
        found.joins_body = self.joins_body(self.parts);
        // A value bound to a covered value is covered itself; one binding may depend on
        // another.
        for _ in 0..=self.bind.len() {
            for binding in self.bind {
                if found.proves(&binding.at) || found.is_weak(&binding.at) {
                    self.add_parts(&mut found, &binding.is, false);
                }
            }
        }
        found.add_places(
            self.timestamp.and_then(|timestamp| timestamp.at.as_ref()),
            self.event_id,
        );
        found.normalize();
        found
    }

    fn add_parts(&self, found: &mut Coverage, parts: &[Part], lossy: bool) {
        let ambiguous = ambiguity::ambiguous(parts);
        for (at, part) in parts.iter().enumerate() {
            let is_extended = self.is_extended(parts, at);
            let is_ambiguous = ambiguous.contains(&at);
            let lossy = lossy || is_ambiguous || is_extended;
            match part {
                Part::Literal(_) => {}
                Part::Slot(slot) => {
                    // The host ends where the path starts, whatever follows it.
                    if is_ambiguous && slot.source == Source::Url {
                        found.add(RequestPart::Host, false);
                    }
                    self.add_slot(found, slot, lossy);
                }
                Part::Group(alternatives) => self.add_group(found, alternatives, lossy),
            }
        }
    }

    fn add_group(&self, found: &mut Coverage, alternatives: &[Box<[Part]>], lossy: bool) {
        let proven = proven_by(alternatives);
        // What is weak in one alternative is weak.
        let weak: Vec<&Part> = alternatives
            .iter()
            .flat_map(|parts| &parts[ambiguity::ambiguous(parts)])
            .collect();
        for part in alternatives.iter().flatten() {
            let lossy = lossy || weak.contains(&part);
            match part {
                Part::Slot(slot) if proven.contains(&slot) => self.add_slot(found, slot, lossy),
                Part::Slot(_) | Part::Literal(_) => {}
                Part::Group(_) => self.add_parts(found, std::slice::from_ref(part), lossy),
            }
        }
    }

    /// Whether every byte of the body is signed, though two bodies that differ in the
    /// boundaries of values may have the same text.
    fn joins_body(&self, parts: &[Part]) -> bool {
        let keeps_bytes = |slot: &Slot| {
            slot.steps.iter().all(|step| match &step.filter {
                Filter::Without(names) => {
                    let mut names = names.iter();
                    !names.any(|name| self.is_open(&RequestPart::FormField(name.to_string())))
                }
                filter => !filter.is_partial() && (!filter.is_lossy() || filter.loses_marks()),
            })
        };
        let joins = |slot: &Slot| {
            keeps_bytes(slot)
                && match &slot.source {
                    Source::Body | Source::Form | Source::Json => true,
                    Source::Template(parts) => self.joins_body(parts),
                    _ => false,
                }
        };
        parts.iter().enumerate().any(|(at, part)| match part {
            Part::Literal(_) => false,
            Part::Slot(slot) => joins(slot) && !self.is_extended(parts, at),
            Part::Group(alternatives) => proven_by(alternatives).into_iter().any(joins),
        })
    }

    /// Whether a plain hash allows a length extension attack on this part: Merkle-Damgård
    /// hashes can be continued without the secret that they started with. SHA-384 is
    /// truncated, which prevents it.
    fn is_extended(&self, parts: &[Part], at: usize) -> bool {
        let Algorithm::Hash(digest) = self.algorithm else {
            return false;
        };
        digest != Digest::Sha384
            && std::ptr::eq(parts, self.parts)
            && at + 1 == parts.len()
            && matches!(&parts[at], Part::Slot(slot) if slot.source.reads_body())
    }

    fn add_slot(&self, found: &mut Coverage, slot: &Slot, lossy: bool) {
        let lossy = lossy || slot.loses();
        let filters = || slot.steps.iter().map(|step| &step.filter);
        let mut add = |part: RequestPart| found.add(part, lossy);
        let at = |place: Option<&Place>| place.and_then(RequestPart::at);
        match &slot.source {
            Source::Body => add(RequestPart::Body),
            Source::Timestamp => {
                add(RequestPart::Timestamp);
                let place = self.timestamp.and_then(|timestamp| timestamp.at.as_ref());
                at(place.filter(|place| place.is_in_body()))
                    .into_iter()
                    .for_each(add);
            }
            Source::Id => {
                add(RequestPart::Id);
                let place = self.event_id.filter(|place| place.is_in_body());
                at(place).into_iter().for_each(add);
            }
            Source::KeyId => {
                if let Some(part @ RequestPart::Header(_)) = at(self.key_id) {
                    add(part);
                }
            }
            Source::Method => add(RequestPart::Method),
            Source::Url if filters().any(|filter| *filter == Filter::Base) => {
                add(RequestPart::Host);
                add(RequestPart::Path);
            }
            Source::Url => add(RequestPart::Url),
            Source::Host => add(RequestPart::Host),
            Source::Path => add(RequestPart::Path),
            Source::Target => add(RequestPart::Target),
            Source::Query | Source::Form => self.add_pairs(found, slot, lossy),
            Source::QueryField(name) => add(RequestPart::QueryField(name.to_string())),
            Source::Header(name) => add(RequestPart::Header(name.as_str().to_owned())),
            Source::Headers(list) => {
                // Whitespace, case and order of the list itself are lost.
                found.add(RequestPart::Header(list.as_str().to_owned()), true);
                let mut add = |part: RequestPart| found.add(part, lossy);
                for place in self.checked_places() {
                    if let Some(part @ RequestPart::Header(_)) = RequestPart::at(place) {
                        add(part);
                    }
                }
            }
            Source::FormField(name) => add(RequestPart::FormField(name.to_string())),
            Source::Json => self.add_json(found, slot, lossy),
            Source::JsonAt(pointer, _) => {
                let is_partial = filters()
                    .any(|filter| matches!(filter, Filter::WithoutJson(_) | Filter::Lines(_)));
                found.add(
                    RequestPart::BodyAt(pointer.to_string()),
                    lossy || is_partial,
                );
            }
            Source::JwsHeader | Source::Const(_) | Source::Secret => {}
            Source::JwsPayload => {
                for place in self.checked_places().chain(self.event_id) {
                    if let Some(part @ RequestPart::Claim(_)) = RequestPart::at(place) {
                        add(part);
                    }
                }
                found.all_claims = !lossy;
                // The token is the content, unless it is about something else.
                if !self.is_token
                    && self.at.is_in_body()
                    && let Some(part) = RequestPart::at(self.at)
                {
                    found.add(part, lossy);
                }
            }
            Source::Template(parts) => self.add_parts(found, parts, lossy),
        }
    }

    /// The whole query or form, or the fields that filters select.
    fn add_pairs(&self, found: &mut Coverage, slot: &Slot, lossy: bool) {
        let is_query = slot.source == Source::Query;
        let field = |name: &str| match is_query {
            true => RequestPart::QueryField(name.to_owned()),
            false => RequestPart::FormField(name.to_owned()),
        };
        let filters = || slot.steps.iter().map(|step| &step.filter);
        let only = filters().find_map(|filter| match filter {
            Filter::Only(names) => Some(names),
            _ => None,
        });
        if let Some(names) = only {
            names.iter().for_each(|name| found.add(field(name), lossy));
            return;
        }
        // An excluded field is not covered, unless it is fixed.
        let left_out = filters()
            .filter_map(|filter| match filter {
                Filter::Without(names) => Some(names.iter()),
                _ => None,
            })
            .flatten();
        let is_partial = left_out
            .map(|name| field(name))
            .any(|part| self.is_open(&part));
        let whole = match is_query {
            true => RequestPart::Query,
            false => RequestPart::Form,
        };
        found.add(whole, lossy || is_partial);
    }

    /// The JSON of the body, or the members that filters select.
    fn add_json(&self, found: &mut Coverage, slot: &Slot, lossy: bool) {
        let filters = || slot.steps.iter().map(|step| &step.filter);
        let lines = filters().find_map(|filter| match filter {
            Filter::Lines(members) => Some(members),
            _ => None,
        });
        if let Some(members) = lines {
            for member in members {
                let name = member.name.replace('~', "~0").replace('/', "~1");
                found.add(RequestPart::BodyAt(format!("/{name}")), lossy);
            }
            return;
        }
        let is_partial = filters()
            .filter_map(|filter| match filter {
                Filter::WithoutJson(pointers) => Some(pointers.iter()),
                _ => None,
            })
            .flatten()
            .map(|pointer| RequestPart::BodyAt(pointer.to_string()))
            .any(|part| self.is_open(&part));
        found.add(RequestPart::Json, lossy || is_partial);
    }

    /// The locations whose values are checked: bound values and the timestamp.
    fn checked_places(&self) -> impl Iterator<Item = &Place> {
        let timestamp = self.timestamp.and_then(|timestamp| timestamp.at.as_ref());
        let bound = self.bind.iter().map(|binding| &binding.at);
        bound.chain(timestamp)
    }

    /// Whether an excluded part can be anything: it is neither the signature nor fixed.
    fn is_open(&self, part: &RequestPart) -> bool {
        RequestPart::at(self.at).as_ref() != Some(part) && !self.is_fixed(part)
    }

    /// Whether a part of the request has a fixed value: it is bound to a constant, or
    /// expected.
    fn is_fixed(&self, part: &RequestPart) -> bool {
        let is_expected = |(name, _): &(http::header::HeaderName, Box<str>)| {
            *part == RequestPart::Header(name.as_str().to_owned())
        };
        self.expect.iter().any(is_expected)
            || self.bind.iter().any(|binding| {
                binding.is.iter().all(Part::is_fixed)
                    && RequestPart::at(&binding.at).as_ref() == Some(part)
            })
    }
}

impl Slot {
    /// Whether it can give different requests the same signed text.
    fn loses(&self) -> bool {
        self.steps.iter().any(|step| step.filter.is_lossy())
    }
}

impl Part {
    /// Whether it has the same text for every request.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Self::Literal(_)) || matches!(self.bare(), Some(Source::Const(_)))
    }
}

/// The placeholders of a group that are signed whenever they have a value: every
/// combination of present values is tried.
fn proven_by(alternatives: &[Box<[Part]>]) -> Vec<&Slot> {
    let mut slots: Vec<&Slot> = Vec::new();
    let mut of: Vec<Vec<usize>> = Vec::new();
    for parts in alternatives {
        let mut indices = Vec::new();
        for part in parts {
            if let Part::Slot(slot) = part {
                let index = slots
                    .iter()
                    .position(|known| *known == slot)
                    .unwrap_or_else(|| {
                        slots.push(slot);
                        slots.len() - 1
                    });
                indices.push(index);
            }
        }
        of.push(indices);
    }
    // More than any scheme has; claims no coverage then.
    if slots.len() > 10 {
        return Vec::new();
    }
    (0..slots.len())
        .filter(|slot| {
            (0..1_usize << slots.len())
                .filter(|present| present & (1 << slot) != 0)
                .all(|present| {
                    of.iter()
                        .find(|indices| indices.iter().all(|index| present & (1 << index) != 0))
                        .is_some_and(|indices| indices.contains(slot))
                })
        })
        .map(|slot| slots[slot])
        .collect()
}
