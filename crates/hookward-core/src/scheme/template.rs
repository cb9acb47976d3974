//! The template language: literal text with `{placeholders}`.
//!
//! A template reads like the provider's page. `{{` and `}}` stand for braces.
//! Two kinds use it: what is signed (`{timestamp}.{body}`) and how the
//! signature header is written (`t={timestamp},v1={signature}`).

use std::fmt;

use http::header::HeaderName;

use crate::canonical::{JsonForm, Member};
use crate::encoding::Encoding;

/// Why a template does not parse, with the place.
///
/// The `Display` form shows the template with a mark under the spot and says
/// what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    template: String,
    start: usize,
    length: usize,
    problem: String,
    help: String,
}

impl TemplateError {
    pub(crate) fn new(
        template: &str,
        start: usize,
        length: usize,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            template: template.to_owned(),
            start,
            length,
            problem: problem.into(),
            help: help.into(),
        }
    }

    /// The byte offset in the template where the problem starts.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.start
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Control characters are shown as one blank each, so that the mark
        // stands under its spot.
        let shown: String = self
            .template
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let before = self
            .template
            .get(..self.start)
            .map_or(0, |t| t.chars().count());
        write!(
            f,
            "{}\n  {shown}\n  {:before$}{}\n{}",
            self.problem,
            "",
            "^".repeat(self.length.max(1)),
            self.help,
        )
    }
}

impl std::error::Error for TemplateError {}

/// A template split at its braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Literal(String),
    /// The text between the braces and its offset.
    Slot(&'a str, usize),
}

pub(crate) fn tokens(template: &str) -> Result<Vec<Token<'_>>, TemplateError> {
    let mut found = Vec::new();
    let mut literal = String::new();
    let mut chars = template.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '{' | '}' if chars.peek().is_some_and(|&(_, next)| next == c) => {
                chars.next();
                literal.push(c);
            }
            '}' => {
                return Err(TemplateError::new(
                    template,
                    at,
                    1,
                    "a closing brace without an opening one",
                    "write `}}` for a brace that is part of the text",
                ));
            }
            '{' => {
                let rest = &template[at + 1..];
                let Some(end) = rest
                    .find(['}', '{'])
                    .filter(|&i| rest.as_bytes()[i] == b'}')
                else {
                    return Err(TemplateError::new(
                        template,
                        at,
                        1,
                        "an opening brace that is never closed",
                        "close it with `}`, or write `{{` for a brace that is part of the text",
                    ));
                };
                if !literal.is_empty() {
                    found.push(Token::Literal(std::mem::take(&mut literal)));
                }
                found.push(Token::Slot(&rest[..end], at));
                while chars.peek().is_some_and(|&(i, _)| i <= at + 1 + end) {
                    chars.next();
                }
            }
            _ => literal.push(c),
        }
    }
    if !literal.is_empty() {
        found.push(Token::Literal(literal));
    }
    Ok(found)
}

/// A digest that a template or a scheme can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Digest {
    /// MD5, only where a provider still uses it.
    Md5,
    /// SHA-1, only where a provider still uses it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    #[cfg(feature = "serde")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The length of its value in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Never true: every digest has bytes.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }
}

/// One piece of the signed content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(Box<[u8]>),
    Body,
    /// `{body:sha256:hex}`; without an encoding the raw digest bytes.
    BodyDigest(Digest, Option<Encoding>),
    /// `{body:crc32}`, the decimal value PayPal signs.
    BodyCrc32,
    /// `{body:base64url}`: the whole body in base64url, as a detached JWS
    /// signs it.
    BodyBase64url,
    /// `{body:base64}`: the whole body in an encoding.
    BodyEncoded(Encoding),
    /// `{url-and-form}`: the URL with its query sorted, then the form's fields.
    UrlAndForm,
    /// `{body-or-url}`: the body, or the URL where there is none.
    BodyOrUrl,
    Timestamp,
    Id,
    Method,
    /// `{method:lower}`.
    MethodLower,
    Url,
    /// `{url:base}`: the URL without its query.
    UrlBase,
    /// `{url:unescaped}`: the URL with the escapes of `:/?@!$'()*,;` decoded.
    UrlUnescaped,
    /// `{url:unescaped?}`: the URL with those escapes decoded, or as it stands.
    UrlUnescapedOrNot,
    /// `{url:port?}`: the URL with or without its port, the scheme's default
    /// one where it names none.
    UrlPort,
    Path,
    /// `{query}`: everything after the question mark, as received.
    Query,
    /// `{query:-NAME}`: the query as received, without a parameter.
    QueryWithout(Box<str>),
    /// `{target}`: path and query as received.
    Target,
    /// `{target:escaped}`: path and query, escaped as Contentful does.
    TargetEscaped,
    /// `{query:NAME}`: one decoded query parameter.
    QueryParam(Box<str>),
    /// `{query:NAME:lower}`: the same, its ASCII letters in lower case.
    QueryParamLower(Box<str>),
    /// `{query:sorted}`: the parameters sorted by name, written as a form
    /// writes them.
    QuerySorted,
    /// `{query:pairs}`: `&name=value` for each parameter but the signature's.
    QueryPairs,
    Header(HeaderName),
    /// `{headers:NAME}`: the headers that header `NAME` lists.
    HeadersListed(HeaderName),
    /// `{form:sorted}`: each form field, sorted by name, name then value.
    FormSorted,
    /// `{form:pairs}`: `&name=value` for each field but the signature's.
    FormPairs,
    /// `{form:joined}`: `name=value` of the fields, sorted, joined by `&`,
    /// without the signature's own and those after `-`.
    FormJoined(Box<[Box<str>]>),
    /// `{form:php}`: the fields in the form of PHP's `serialize`.
    FormPhp(Box<[Box<str>]>),
    /// `{form:NAME}`: one decoded form field.
    FormField(Box<str>),
    /// `{json:lines:A,B?}`: name and value of members, a line each.
    JsonLines(Box<[Member]>),
    /// `{json:sorted}`, `{json:compact:php}`: the JSON body written anew.
    JsonWritten(JsonForm),
    /// `{json:/pointer}`, a scalar of the JSON body as text.
    Json(Box<str>),
    /// `{json:/pointer?}`: the same, nothing where it is missing or `null`.
    JsonOrNothing(Box<str>),
    KeyId,
    /// `{jws_header}` and `{jws_payload}`, as they stand in the request.
    JwsHeader,
    JwsPayload,
    /// `{url:sha256:hex}`, a digest of the URL.
    UrlDigest(Digest, Encoding),
    /// `{const:NAME}`, a value set with the key.
    Const(Box<str>),
    /// `{secret}`, for schemes that hash secret and content without a MAC.
    Secret,
}

impl Part {
    /// Whether the part is known before the body is read.
    pub(crate) fn is_in_head(&self) -> bool {
        !matches!(
            self,
            Self::Body
                | Self::BodyDigest(..)
                | Self::BodyCrc32
                | Self::BodyBase64url
                | Self::BodyEncoded(_)
                | Self::FormSorted
                | Self::FormPairs
                | Self::FormField(_)
                | Self::FormJoined(_)
                | Self::FormPhp(_)
                | Self::Json(_)
                | Self::JsonOrNothing(_)
                | Self::JsonLines(_)
                | Self::JsonWritten(_)
                | Self::BodyOrUrl
                | Self::UrlAndForm
        )
    }

    /// Whether the part can only be had from the whole body.
    pub(crate) fn needs_whole_body(&self) -> bool {
        matches!(
            self,
            Self::BodyEncoded(_)
                | Self::FormSorted
                | Self::FormPairs
                | Self::FormField(_)
                | Self::FormJoined(_)
                | Self::FormPhp(_)
                | Self::Json(_)
                | Self::JsonOrNothing(_)
                | Self::JsonLines(_)
                | Self::JsonWritten(_)
                | Self::UrlAndForm
        )
    }
}

const PLACEHOLDERS: &str = "known here: {body}, {body:sha256:hex}, {body:crc32}, {body:base64}, {body:base64url}, {body-or-url}, {url-and-form}, {timestamp}, {id}, \
     {method}, {method:lower}, {url}, {url:base}, {url:unescaped}, {url:unescaped?}, {url:port?}, {url:sha256:hex}, {path}, {query}, {query:-NAME}, {query:NAME}, \
     {query:NAME:lower}, {query:sorted}, {query:pairs}, {target}, {target:escaped}, {header:NAME}, {headers:NAME}, {form:sorted}, {form:pairs}, {form:joined}, {form:php}, \
     {form:NAME}, {json:/pointer}, {json:/pointer?}, {json:lines:A,B?}, {json:sorted}, {json:compact}, {key_id}, {jws_header}, {jws_payload}, {const:NAME}, {secret}";

/// Parses what a scheme signs.
pub(crate) fn parse_signed(template: &str) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    for token in tokens(template)? {
        parts.push(match token {
            Token::Literal(text) => Part::Literal(text.into_bytes().into()),
            Token::Slot(name, at) => parse_slot(template, name, at)?,
        });
    }
    Ok(parts)
}

fn parse_slot(template: &str, slot: &str, at: usize) -> Result<Part, TemplateError> {
    let fail = |problem: String, help: &str| {
        Err(TemplateError::new(
            template,
            at,
            slot.chars().count() + 2,
            problem,
            help,
        ))
    };
    let (name, argument) = match slot.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (slot, None),
    };
    Ok(match (name, argument) {
        ("body", None) => Part::Body,
        ("body-or-url", None) => Part::BodyOrUrl,
        ("url-and-form", None) => Part::UrlAndForm,
        ("body", Some("crc32")) => Part::BodyCrc32,
        ("body", Some("base64url")) => Part::BodyBase64url,
        ("jws_header", None) => Part::JwsHeader,
        ("jws_payload", None) => Part::JwsPayload,
        ("body", Some(name)) if encoding_of_body(name).is_some() => {
            Part::BodyEncoded(encoding_of_body(name).unwrap_or(Encoding::Base64))
        }
        ("body", Some(argument)) => {
            let (digest, encoding) = match argument.split_once(':') {
                Some((digest, encoding)) => (digest, Some(encoding)),
                None => (argument, None),
            };
            let Some(digest) = Digest::from_name(digest) else {
                return fail(
                    format!("`{digest}` is neither a digest nor an encoding"),
                    "write md5, sha1, sha256, sha384 or sha512, as in {body:sha256:hex}, or an encoding, as in {body:base64}",
                );
            };
            let encoding = match encoding {
                None | Some("raw") => None,
                Some(name) => match Encoding::from_name(name) {
                    Some(encoding) => Some(encoding),
                    None => {
                        return fail(
                            format!("`{name}` is not an encoding"),
                            "write hex, hex-upper, base64, base64-no-pad, base64url, base64url-padded, base64-hex or raw, as in {body:sha256:hex}",
                        );
                    }
                },
            };
            Part::BodyDigest(digest, encoding)
        }
        ("timestamp", None) => Part::Timestamp,
        ("id", None) => Part::Id,
        ("method", None) => Part::Method,
        ("method", Some("lower")) => Part::MethodLower,
        ("url", None) => Part::Url,
        ("url", Some("base")) => Part::UrlBase,
        ("url", Some("unescaped")) => Part::UrlUnescaped,
        ("url", Some("unescaped?")) => Part::UrlUnescapedOrNot,
        ("url", Some("port?")) => Part::UrlPort,
        ("url", Some(argument)) => {
            let parsed = argument.split_once(':').and_then(|(digest, encoding)| {
                Some((Digest::from_name(digest)?, Encoding::from_name(encoding)?))
            });
            match parsed {
                Some((digest, encoding)) => Part::UrlDigest(digest, encoding),
                None => {
                    return fail(
                        format!("`{argument}` is not a digest of the URL"),
                        "write {url}, {url:base} or a digest as in {url:sha256:hex}",
                    );
                }
            }
        }
        ("path", None) => Part::Path,
        ("target", None) => Part::Target,
        ("target", Some("escaped")) => Part::TargetEscaped,
        ("query", None) => Part::Query,
        ("query", Some("sorted")) => Part::QuerySorted,
        ("query", Some("pairs")) => Part::QueryPairs,
        ("query", Some(name)) if name.len() > 1 && name.starts_with('-') => {
            Part::QueryWithout(name[1..].into())
        }
        ("query", Some(name)) if !name.is_empty() => match name.strip_suffix(":lower") {
            Some(name) if !name.is_empty() => Part::QueryParamLower(name.into()),
            _ => Part::QueryParam(name.into()),
        },
        ("header" | "headers", Some(argument)) => match HeaderName::try_from(argument) {
            Ok(header) if name == "headers" => Part::HeadersListed(header),
            Ok(header) => Part::Header(header),
            Err(_) => {
                return fail(
                    format!("`{argument}` is not a header name"),
                    "write the header's name, as in {header:x-request-id}",
                );
            }
        },
        ("form", Some("sorted")) => Part::FormSorted,
        ("form", Some("pairs")) => Part::FormPairs,
        ("form", Some(argument)) if names_fields(argument, "joined") => {
            Part::FormJoined(left_out(argument))
        }
        ("form", Some(argument)) if names_fields(argument, "php") => {
            Part::FormPhp(left_out(argument))
        }
        ("form", Some(name)) if !name.is_empty() => Part::FormField(name.into()),
        ("json", Some(argument)) if argument.starts_with("lines:") => {
            match members(&argument["lines:".len()..]) {
                Some(members) => Part::JsonLines(members),
                None => {
                    return fail(
                        "a list of members with an empty or a repeated name".into(),
                        "write names at the top of the body, `?` after those that may be missing, as in {json:lines:Id,Subject?}",
                    );
                }
            }
        }
        ("json", Some(argument)) if JsonForm::from_argument(argument).is_some() => {
            Part::JsonWritten(JsonForm::from_argument(argument).unwrap_or_default())
        }
        ("json", Some(pointer)) if pointer.starts_with('/') => match pointer.strip_suffix('?') {
            Some(pointer) => Part::JsonOrNothing(pointer.into()),
            None => Part::Json(pointer.into()),
        },
        ("json", _) => {
            return fail(
                "a JSON placeholder without a pointer".into(),
                "write where the value stands, as in {json:/event/id} (RFC 6901), or {json:sorted} or {json:compact}, perhaps with :ascii or :php, for the body written anew",
            );
        }
        ("key_id", None) => Part::KeyId,
        ("const", Some(name)) if !name.is_empty() => Part::Const(name.into()),
        ("secret", None) => Part::Secret,
        _ => return fail(format!("`{{{slot}}}` is not a placeholder"), PLACEHOLDERS),
    })
}

/// The encoding of `{body:base64}`; base64url streams and is a part of its own.
fn encoding_of_body(name: &str) -> Option<Encoding> {
    Encoding::from_name(name).filter(|e| !matches!(e, Encoding::Plain | Encoding::Base64url))
}

/// Whether the argument is `shape`, or `shape` and the names of fields that
/// are left out: `joined:-sign_type`.
fn names_fields(argument: &str, shape: &str) -> bool {
    argument
        .strip_prefix(shape)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(":-"))
}

/// The names after `:-`, with commas between them.
fn left_out(argument: &str) -> Box<[Box<str>]> {
    argument
        .split_once(":-")
        .map(|(_, names)| names.split(',').map(Into::into).collect())
        .unwrap_or_default()
}

/// `A,B?,C`: names of members, `?` after those that may be missing.
fn members(list: &str) -> Option<Box<[Member]>> {
    let members: Box<[Member]> = list
        .split(',')
        .map(|text| {
            let name = text.strip_suffix('?');
            Member {
                name: name.unwrap_or(text).into(),
                optional: name.is_some(),
            }
        })
        .collect();
    let unique = members
        .iter()
        .enumerate()
        .all(|(i, m)| !m.name.is_empty() && members[..i].iter().all(|other| other.name != m.name));
    unique.then_some(members)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_template_splits_at_its_placeholders() {
        assert_eq!(
            parse_signed("v0:{timestamp}:{body}").unwrap(),
            [
                Part::Literal((*b"v0:").into()),
                Part::Timestamp,
                Part::Literal((*b":").into()),
                Part::Body
            ]
        );
        assert_eq!(parse_signed("{{{body}}}").unwrap().len(), 3);
    }

    #[test]
    fn an_error_points_at_the_spot() {
        let error = parse_signed("{timestamp}.{bodi}").unwrap_err();
        assert_eq!(error.offset(), 12);
        let text = error.to_string();
        assert!(
            text.contains("\n  {timestamp}.{bodi}\n              ^^^^^^\n"),
            "{text}"
        );
        for bad in [
            "{",
            "}",
            "{body",
            "{a{b}}",
            "{body:md6}",
            "{body:sha256:hexx}",
            "{json:x}",
            "{json:lines:}",
            "{json:lines:A,,B}",
            "{json:lines:A,A?}",
            "{body-or-path}",
            "{header:é}",
        ] {
            assert!(parse_signed(bad).is_err(), "{bad}");
        }
    }
}
