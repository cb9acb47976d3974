//! Components of a message and their values (RFC 9421 section 2).

use std::borrow::Cow;
use std::cell::Cell;

use http::header::HeaderName;
use sfv::{BareItem, Key};

use super::fields::{self, FieldMember, Item, Params};
use crate::request::head::RequestHead;
use crate::request::reason::{self, Detail, Reason};
use crate::request::rejection::{Code, Rejection};
use crate::request::request_url::{RequestUrl, UrlError};
use crate::scheme::RequestPart;
use crate::text::encoding::Encoding;
use crate::text::printable::printable;

/// The longest value of one component, and the longest signature base.
pub(crate) const MAX_BASE: usize = 64 * 1024;

/// The maximum amount of text read for one request, even if many signatures and
/// components cover the same field repeatedly.
const MAX_READ: usize = 4 * MAX_BASE;

/// A component identifier: its name and parameters, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    item: Item,
    pub(crate) kind: ComponentKind,
}

/// What a component identifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ComponentKind {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    /// One parameter of the query, by its encoded name.
    QueryParam(String),
    Field(HeaderName, FieldForm),
}

/// How the value of a field is serialized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldForm {
    /// As received, several lines joined by commas.
    Plain,
    /// `;sf`: re-serialized as a structured field.
    Structured,
    /// `;key="…"`: one member of a dictionary.
    FieldMember(Key),
    /// `;bs`: each line as a byte sequence.
    Binary,
}

/// Text of the request for a message, truncated.
pub(crate) fn shortened(text: &str) -> String {
    printable(text).limit(80).to_string()
}

impl Component {
    /// Parses an identifier in `Signature-Input`.
    pub(super) fn read(item: Item) -> Result<Self, Rejection> {
        let Some(name) = item.value.as_string() else {
            return Err(Reason::ComponentNotString.into());
        };
        let name = name.as_str();
        let component = || Detail::from(shortened(&item.write()));
        let mut form = FieldForm::Plain;
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
                ("bs", false) if is_true => form = FieldForm::Binary,
                ("key", false) => {
                    let key = value
                        .as_string()
                        .and_then(|key| Key::from_string(key.as_str().to_owned()).ok());
                    form = FieldForm::FieldMember(key.ok_or_else(|| Reason::ComponentKey {
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
        if structured && form == FieldForm::Plain {
            form = FieldForm::Structured;
        }
        let kind = match name {
            "@method" => ComponentKind::Method,
            "@target-uri" => ComponentKind::TargetUri,
            "@authority" => ComponentKind::Authority,
            "@scheme" => ComponentKind::Scheme,
            "@request-target" => ComponentKind::RequestTarget,
            "@path" => ComponentKind::Path,
            "@query" => ComponentKind::Query,
            "@query-param" => ComponentKind::QueryParam(parameter.ok_or_else(|| {
                Reason::ComponentWithoutName {
                    component: component(),
                }
            })?),
            "@status" => {
                return Err(Reason::StatusCovered.into());
            }
            _ => match HeaderName::from_bytes(name.as_bytes()) {
                // Names must be in lower case here; `HeaderName` would convert them.
                Ok(field) if field.as_str() == name => ComponentKind::Field(field, form),
                _ => {
                    let component = component();
                    return Err(Reason::NoSuchComponent { component }.into());
                }
            },
        };
        Ok(Self { item, kind })
    }

    /// Parses an identifier in a policy: `@method`, or with parameters
    /// `"@query-param";name="id"`.
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

    /// The identifier for messages.
    pub(crate) fn shown(&self) -> String {
        shortened(&self.write())
    }

    /// The identifier in its strict serialization.
    pub(crate) fn write(&self) -> String {
        self.item.write()
    }

    pub(super) fn item(&self) -> &Item {
        &self.item
    }

    /// Adds what it covers of the request. A part of a header, or another spelling of it,
    /// covers the header weakly.
    pub(crate) fn add_to(&self, found: &mut crate::scheme::Coverage) {
        if super::digest::covers(self) {
            found.add(RequestPart::Body, false);
            return;
        }
        let (part, lossy) = match &self.kind {
            ComponentKind::Method => (RequestPart::Method, false),
            ComponentKind::TargetUri => (RequestPart::Url, false),
            ComponentKind::Authority => (RequestPart::Host, false),
            // Without the host it proves little, and there is no request part for it.
            ComponentKind::Scheme => return,
            ComponentKind::RequestTarget => (RequestPart::Target, false),
            ComponentKind::Path => (RequestPart::Path, false),
            ComponentKind::Query => (RequestPart::Query, false),
            ComponentKind::QueryParam(name) => {
                let name = crate::text::values::pairs(name).next();
                let name = name.map(|(name, _)| name.into_owned()).unwrap_or_default();
                (RequestPart::QueryField(name), false)
            }
            ComponentKind::Field(name, form) => (
                RequestPart::Header(name.as_str().to_owned()),
                *form != FieldForm::Plain,
            ),
        };
        found.add(part, lossy);
    }

    /// Whether two identifiers denote the same component: the order of parameters is
    /// irrelevant.
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
        if !matches!(self.kind, ComponentKind::Field(..)) {
            request.charge(request.target.len())?;
        }
        let value = match &self.kind {
            ComponentKind::Method => request.head.method().to_owned(),
            // An empty path is `/` (RFC 9110 section 4.2.3).
            ComponentKind::TargetUri => {
                let url = request.url()?;
                let (path, query) = request.path_and_query()?;
                let question = if query.is_some() { "?" } else { "" };
                let query = query.unwrap_or_default();
                format!("{}{path}{question}{query}", url.origin())
            }
            ComponentKind::Authority => request.url()?.normal_authority(),
            ComponentKind::Scheme => request.url()?.scheme().to_owned(),
            ComponentKind::RequestTarget => {
                let (path, query) = request.path_and_query()?;
                match query {
                    Some(query) => format!("{path}?{query}"),
                    None => path.into_owned(),
                }
            }
            ComponentKind::Path => request.path_and_query()?.0.into_owned(),
            ComponentKind::Query => format!("?{}", request.query()?),
            ComponentKind::QueryParam(name) => parameter(request.query()?, name)?,
            ComponentKind::Field(name, form) => field(request, name, form)?,
        };
        // Other characters could end the line and start another (section 2.5).
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

/// A request as the source of components.
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

    /// Charges for text that is read.
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
            // A request without a host still has a path.
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

/// The text of all lines of a field, trimmed and joined by commas (section 2.1); `None`
/// if it is absent.
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

fn field(request: &Request<'_>, name: &HeaderName, form: &FieldForm) -> Result<String, Rejection> {
    let missing = || Reason::NoCoveredHeader {
        header: reason::text(name),
    };
    if *form == FieldForm::Binary {
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
        FieldForm::Plain | FieldForm::Binary => Ok(text),
        FieldForm::Structured => match FieldType::of(name) {
            Some(FieldType::Dictionary) => fields::dictionary(&text)
                .map(|members| fields::write_dictionary(&members))
                .map_err(wrong),
            Some(FieldType::List) => fields::list(&text)
                .map(|members| fields::write_list(&members))
                .map_err(wrong),
            Some(FieldType::Item) => fields::item(&text).map(|item| item.write()).map_err(wrong),
            // An unknown field: every item is also a list, and a dictionary with a value
            // is neither.
            None => fields::list(&text)
                .map(|members| fields::write_list(&members))
                .or_else(|_| {
                    fields::dictionary(&text).map(|members| fields::write_dictionary(&members))
                })
                .map_err(wrong),
        },
        FieldForm::FieldMember(key) => {
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
enum FieldType {
    Dictionary,
    List,
    Item,
}

impl FieldType {
    /// From the IANA registry of field names, for fields whose syntax fits both a list
    /// and a dictionary.
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

/// The value of one query parameter (section 2.2.8): form-decoded and re-encoded.
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

/// Decodes `%XX` and `+`, and re-encodes everything except letters, digits and `*-._`.
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

/// What a signature covers, as far as the policy is concerned.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct PolicyCoverage {
    pub(crate) method: bool,
    target_uri: bool,
    authority: bool,
    request_target: bool,
    path: bool,
    query: bool,
    pub(crate) content_length: bool,
}

impl PolicyCoverage {
    pub(crate) fn of(components: &[Component]) -> Self {
        let mut covered = Self::default();
        for component in components {
            match &component.kind {
                ComponentKind::Method => covered.method = true,
                ComponentKind::TargetUri => covered.target_uri = true,
                ComponentKind::Authority => covered.authority = true,
                ComponentKind::RequestTarget => covered.request_target = true,
                ComponentKind::Path => covered.path = true,
                ComponentKind::Query => covered.query = true,
                ComponentKind::Field(name, FieldForm::Plain)
                    if *name == http::header::CONTENT_LENGTH =>
                {
                    covered.content_length = true;
                }
                _ => {}
            }
        }
        covered
    }

    /// Whether the URL is covered, including the query if there is one.
    pub(crate) fn target(self, has_query: bool) -> bool {
        self.target_uri
            || self.authority && (self.request_target || self.path && (self.query || !has_query))
    }
}

impl FieldMember {
    /// The bytes of a byte sequence.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Item(item) => item.value.as_byte_sequence(),
            Self::List(..) => None,
        }
    }
}
