//! Components of a message and their values (RFC 9421 section 2).

use std::borrow::Cow;
use std::cell::Cell;

use http::header::HeaderName;
use sfv::{BareItem, Key};

use super::fields::{self, Item, Member, Params};
use crate::request::head::RequestHead;
use crate::request::reason::{self, Reason, Text};
use crate::request::rejection::{Code, Rejection};
use crate::request::request_url::{RequestUrl, UrlError};
use crate::scheme::RequestPart;
use crate::text::encoding::Encoding;
use crate::text::printable::printable;

/// The longest value of one component, and the longest signature base.
pub(crate) const MAX_BASE: usize = 64 * 1024;

/// The most text that is read for one request, whatever many signatures and
/// components ask for the same field again and again.
const MAX_READ: usize = 4 * MAX_BASE;

/// A component identifier: its name and parameters, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    item: Item,
    pub(crate) kind: Kind,
}

/// What a component stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    /// One parameter of the query, by its name as it is encoded.
    QueryParam(String),
    Field(HeaderName, Form),
}

/// How the value of a field is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is written, several lines joined by commas.
    Plain,
    /// `;sf`: re-serialized as a structured field.
    Structured,
    /// `;key="…"`: one member of a dictionary.
    Member(Key),
    /// `;bs`: each line as a byte sequence.
    Binary,
}

/// Text of the request for a message, and not much of it.
pub(crate) fn shortened(text: &str) -> String {
    printable(text).limit(80).to_string()
}

impl Component {
    /// Reads an identifier as it is in `Signature-Input`.
    pub(super) fn read(item: Item) -> Result<Self, Rejection> {
        let Some(name) = item.value.as_string() else {
            return Err(Reason::ComponentNotString.into());
        };
        let name = name.as_str();
        let component = || Text::from(shortened(&item.write()));
        let mut form = Form::Plain;
        let mut structured = false;
        let mut parameter = None;
        for (key, value) in &item.params {
            let is_true = value.as_boolean() == Some(true);
            match (key.as_str(), name.starts_with('@')) {
                ("tr", false) => {
                    return Err(Rejection::from(Reason::TrailerCovered {
                        component: component(),
                    }));
                }
                ("req", _) => {
                    return Err(Rejection::from(Reason::ComponentOfResponse {
                        component: component(),
                    }));
                }
                ("sf", false) if is_true => structured = true,
                ("bs", false) if is_true => form = Form::Binary,
                ("key", false) => {
                    let key = value
                        .as_string()
                        .and_then(|key| Key::from_string(key.as_str().to_owned()).ok());
                    form = Form::Member(key.ok_or_else(|| Reason::ComponentKey {
                        component: component(),
                    })?);
                }
                ("name", true) if name == "@query-param" => {
                    parameter = value.as_string().map(|name| name.as_str().to_owned());
                }
                _ => {
                    return Err(Rejection::from(Reason::ComponentParameter {
                        component: component(),
                    }));
                }
            }
        }
        let has_binary = item.params.iter().any(|(key, _)| key.as_str() == "bs");
        if has_binary && item.params.len() > 1 {
            return Err(Rejection::from(Reason::ComponentBinary {
                component: component(),
            }));
        }
        if structured && form == Form::Plain {
            form = Form::Structured;
        }
        let kind = match name {
            "@method" => Kind::Method,
            "@target-uri" => Kind::TargetUri,
            "@authority" => Kind::Authority,
            "@scheme" => Kind::Scheme,
            "@request-target" => Kind::RequestTarget,
            "@path" => Kind::Path,
            "@query" => Kind::Query,
            "@query-param" => {
                Kind::QueryParam(parameter.ok_or_else(|| Reason::ComponentWithoutName {
                    component: component(),
                })?)
            }
            "@status" => {
                return Err(Reason::StatusCovered.into());
            }
            _ => match HeaderName::from_bytes(name.as_bytes()) {
                // Names are in lower case there; `HeaderName` would lower them.
                Ok(field) if field.as_str() == name => Kind::Field(field, form),
                _ => {
                    let component = component();
                    return Err(Reason::NoSuchComponent { component }.into());
                }
            },
        };
        Ok(Self { item, kind })
    }

    /// Reads an identifier as an operator writes it: `@method`, or with
    /// parameters `"@query-param";name="id"`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let item = if text.starts_with('"') {
            fields::item(text).map_err(|error| format!("`{text}` is no component: {error}"))?
        } else {
            let name = sfv::String::from_string(text.to_owned())
                .map_err(|_| format!("`{text}` is no component"))?;
            Item {
                value: BareItem::String(name),
                params: Params::new(),
            }
        };
        Self::read(item).map_err(|rejection| rejection.to_string())
    }

    /// The identifier as messages show it.
    pub(crate) fn shown(&self) -> String {
        shortened(&self.write())
    }

    /// The identifier in its strict form.
    pub(crate) fn write(&self) -> String {
        self.item.write()
    }

    pub(super) fn item(&self) -> &Item {
        &self.item
    }

    /// Adds what of the request it covers. A part of a header, or another
    /// spelling of it, covers the header weakly.
    pub(crate) fn add_to(&self, found: &mut crate::scheme::Coverage) {
        if super::digest::covers(self) {
            found.add(RequestPart::Body, false);
            return;
        }
        let (part, lossy) = match &self.kind {
            Kind::Method => (RequestPart::Method, false),
            Kind::TargetUri => (RequestPart::Url, false),
            Kind::Authority => (RequestPart::Host, false),
            // Without the host it says little, and no part is named by it.
            Kind::Scheme => return,
            Kind::RequestTarget => (RequestPart::Target, false),
            Kind::Path => (RequestPart::Path, false),
            Kind::Query => (RequestPart::Query, false),
            Kind::QueryParam(name) => {
                let name = crate::text::values::pairs(name).next();
                let name = name.map(|(name, _)| name.into_owned()).unwrap_or_default();
                (RequestPart::QueryField(name), false)
            }
            Kind::Field(name, form) => (
                RequestPart::Header(name.as_str().to_owned()),
                *form != Form::Plain,
            ),
        };
        found.add(part, lossy);
    }

    /// Whether two identifiers name the same component: parameters count in
    /// any order.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let params = |component: &Self| {
            let mut texts: Vec<String> = component
                .item
                .params
                .iter()
                .map(|(name, value)| {
                    sfv::ItemSerializer::new()
                        .bare_item(true)
                        .parameter(name, value)
                        .finish()
                })
                .collect();
            texts.sort_unstable();
            texts
        };
        self.item.value.as_string().map(|name| name.as_str())
            == other.item.value.as_string().map(|name| name.as_str())
            && params(self) == params(other)
    }

    /// The value in this request.
    pub(crate) fn value(&self, request: &Request<'_>) -> Result<String, Rejection> {
        if !matches!(self.kind, Kind::Field(..)) {
            request.charge(request.target.len())?;
        }
        let value = match &self.kind {
            Kind::Method => request.head.method().to_owned(),
            // An empty path is `/` (RFC 9110 section 4.2.3).
            Kind::TargetUri => {
                let url = request.url()?;
                let (path, query) = request.path_and_query()?;
                let question = if query.is_some() { "?" } else { "" };
                let query = query.unwrap_or_default();
                format!("{}{path}{question}{query}", url.origin())
            }
            Kind::Authority => request.url()?.normal_authority(),
            Kind::Scheme => request.url()?.scheme().to_owned(),
            Kind::RequestTarget => {
                let (path, query) = request.path_and_query()?;
                match query {
                    Some(query) => format!("{path}?{query}"),
                    None => path.into_owned(),
                }
            }
            Kind::Path => request.path_and_query()?.0.into_owned(),
            Kind::Query => format!("?{}", request.query()?),
            Kind::QueryParam(name) => parameter(request.query()?, name)?,
            Kind::Field(name, form) => field(request, name, form)?,
        };
        // Anything else could end the line and start another (section 2.5).
        if !value
            .bytes()
            .all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
        {
            return Err(Rejection::from(Reason::NotAscii {
                component: self.shown().into(),
            }));
        }
        Ok(value)
    }
}

/// A request as its components are taken from it.
pub(crate) struct Request<'a> {
    pub(crate) head: &'a dyn RequestHead,
    target: Cow<'a, str>,
    url: Result<RequestUrl<'a>, UrlError>,
    read: Cell<usize>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(head: &'a dyn RequestHead, url: Result<RequestUrl<'a>, UrlError>) -> Self {
        Self {
            head,
            target: head.target(),
            url,
            read: Cell::new(0),
        }
    }

    /// Counts text that is read.
    fn charge(&self, length: usize) -> Result<(), Rejection> {
        self.read.set(self.read.get().saturating_add(length));
        if self.read.get() > MAX_READ {
            return Err(Reason::AllCoveredTooLong { most: MAX_READ }.into());
        }
        Ok(())
    }

    fn url(&self) -> Result<&RequestUrl<'a>, Rejection> {
        self.url.as_ref().map_err(|error| Rejection::from(*error))
    }

    /// Path and query of the URL that the sender called; an empty path is `/`.
    pub(crate) fn path_and_query(&self) -> Result<(Cow<'_, str>, Option<&str>), Rejection> {
        let (path, query) = match &self.url {
            Ok(url) => (url.path(), url.query()),
            // A request that names no host still has a path.
            Err(UrlError::NoHost) => match self.target.split_once('?') {
                Some((path, query)) => (Cow::Borrowed(path), Some(query)),
                None => (Cow::Borrowed(&*self.target), None),
            },
            Err(error) => return Err((*error).into()),
        };
        let path = if path.is_empty() { "/".into() } else { path };
        Ok((path, query))
    }

    fn query(&self) -> Result<&str, Rejection> {
        Ok(self.path_and_query()?.1.unwrap_or_default())
    }
}

/// The text of all lines of a field, trimmed and joined by commas (section
/// 2.1); `None` when it is not there.
pub(crate) fn joined(
    head: &dyn RequestHead,
    name: &HeaderName,
    most: usize,
    code: Code,
) -> Result<Option<String>, Rejection> {
    let lines = lines(head, name, most, code)?;
    if lines.is_empty() {
        return Ok(None);
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(
            std::str::from_utf8(line).map_err(|_| Reason::HeaderNotAscii {
                code,
                header: reason::text(name),
            })?,
        );
    }
    Ok(Some(text))
}

fn lines<'a>(
    head: &'a dyn RequestHead,
    name: &HeaderName,
    most: usize,
    code: Code,
) -> Result<Vec<&'a [u8]>, Rejection> {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut length = 0;
    head.header_values(name, &mut |line| {
        length += line.len() + 2;
        if length <= most {
            lines.push(line.trim_ascii());
        }
    });
    if length > most {
        return Err(Rejection::from(Reason::HeaderTooLong {
            code,
            header: reason::text(name),
            most,
        }));
    }
    Ok(lines)
}

fn field(request: &Request<'_>, name: &HeaderName, form: &Form) -> Result<String, Rejection> {
    let missing = || Reason::NoCoveredHeader {
        header: reason::text(name),
    };
    if *form == Form::Binary {
        let lines = lines(request.head, name, MAX_BASE, Code::ContentMalformed)?;
        if lines.is_empty() {
            return Err(missing().into());
        }
        request.charge(lines.iter().map(|line| line.len()).sum())?;
        return Ok(lines
            .iter()
            .map(|line| format!(":{}:", Encoding::Base64.encode(line)))
            .collect::<Vec<_>>()
            .join(", "));
    }
    let text = joined(request.head, name, MAX_BASE, Code::ContentMalformed)?.ok_or_else(missing)?;
    request.charge(text.len())?;
    let wrong = |error: sfv::Error| {
        Rejection::from(Reason::NotStructured {
            header: reason::text(name),
            problem: reason::text(error),
        })
    };
    match form {
        Form::Plain | Form::Binary => Ok(text),
        Form::Structured => match Shape::of(name) {
            Some(Shape::Dictionary) => fields::dictionary(&text)
                .map(|members| fields::write_dictionary(&members))
                .map_err(wrong),
            Some(Shape::List) => fields::list(&text)
                .map(|members| fields::write_list(&members))
                .map_err(wrong),
            Some(Shape::Item) => fields::item(&text).map(|item| item.write()).map_err(wrong),
            // Unknown fields: every item is a list too, and a dictionary is
            // neither as soon as it has a value.
            None => fields::list(&text)
                .map(|members| fields::write_list(&members))
                .or_else(|_| {
                    fields::dictionary(&text).map(|members| fields::write_dictionary(&members))
                })
                .map_err(wrong),
        },
        Form::Member(key) => {
            let members = fields::dictionary(&text).map_err(wrong)?;
            members
                .iter()
                .find(|(known, _)| known == key)
                .map(|(_, member)| member.write())
                .ok_or_else(|| {
                    Rejection::from(Reason::NoMember {
                        header: reason::text(name),
                        member: shortened(key.as_str()).into(),
                    })
                })
        }
    }
}

/// The type of a structured field.
enum Shape {
    Dictionary,
    List,
    Item,
}

impl Shape {
    /// From the IANA registry of field names, where a list and a dictionary
    /// could be confused.
    fn of(name: &HeaderName) -> Option<Self> {
        Some(match name.as_str() {
            "content-digest"
            | "repr-digest"
            | "want-content-digest"
            | "want-repr-digest"
            | "signature"
            | "signature-input"
            | "accept-signature"
            | "priority"
            | "cdn-cache-control" => Self::Dictionary,
            "accept-ch" | "accept-query" | "cache-status" | "cert-not-after"
            | "client-cert-chain" | "proxy-status" => Self::List,
            "client-cert" | "capsule-protocol" | "deprecation" | "idempotency-key" => Self::Item,
            _ => return None,
        })
    }
}

/// The value of one query parameter (section 2.2.8): decoded as a form is and
/// encoded again.
fn parameter(query: &str, name: &str) -> Result<String, Rejection> {
    let mut found = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if recoded(key).as_deref() != Some(name) {
            continue;
        }
        let value = recoded(value).ok_or(Reason::QueryParameterNotUtf8)?;
        if found.replace(value).is_some() {
            return Err(Reason::QueryParameterRepeated.into());
        }
    }
    found.ok_or_else(|| Reason::NoQueryParameter.into())
}

/// Decodes `%XX` and `+`, and encodes everything but letters, digits and
/// `*-._`.
fn recoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                        rest = after;
                    }
                    _ => bytes.push(byte),
                }
            }
            _ => bytes.push(byte),
        }
    }
    let decoded = std::str::from_utf8(&bytes).ok()?;
    let mut out = String::with_capacity(decoded.len());
    for byte in decoded.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                out.push(char::from(byte));
            }
            _ => {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    Some(out)
}

/// What a signature covers, as far as a policy asks.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Coverage {
    pub(crate) method: bool,
    target_uri: bool,
    authority: bool,
    request_target: bool,
    path: bool,
    query: bool,
    pub(crate) content_length: bool,
}

impl Coverage {
    pub(crate) fn of(components: &[Component]) -> Self {
        let mut covered = Self::default();
        for component in components {
            match &component.kind {
                Kind::Method => covered.method = true,
                Kind::TargetUri => covered.target_uri = true,
                Kind::Authority => covered.authority = true,
                Kind::RequestTarget => covered.request_target = true,
                Kind::Path => covered.path = true,
                Kind::Query => covered.query = true,
                Kind::Field(name, Form::Plain) if *name == http::header::CONTENT_LENGTH => {
                    covered.content_length = true;
                }
                _ => {}
            }
        }
        covered
    }

    /// Whether the URL is covered; the query counts where there is one.
    pub(crate) fn target(self, has_query: bool) -> bool {
        self.target_uri
            || self.authority && (self.request_target || self.path && (self.query || !has_query))
    }
}

impl Member {
    /// The bytes of a byte sequence.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Item(item) => item.value.as_byte_sequence(),
            Self::List(..) => None,
        }
    }
}
