//! Filters of the scheme language: transformations of a value before it is signed.
//!
//! [`FILTERS`] is the single table of them, with input and output types. The parser, the
//! documentation and the error messages are derived from it; the implementation is in
//! `verify/filters.rs`.

use super::algorithm::Digest;
use super::suggestion::did_you_mean;
use super::value_kind::ValueKind;
use crate::text::canonical::{JsonEscapes, SignedMember};
use crate::text::encoding::Encoding;

/// One step between a source and the signed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The URL without its query.
    Base,
    /// The default port of the URL's scheme, omitted or explicit.
    Port,
    /// With the escapes of `:/?@!$'()*,;` decoded.
    Unescape,
    /// The query escaped as a component and then the whole as a URI (ECMA-262).
    EncodeUri,
    Lower,
    Upper,
    Digest(Digest),
    Crc32,
    Encode(Encoding),
    /// The content of a gzip file (RFC 1952), bounded by the body's limit.
    Gunzip,
    /// Sorted by name; a repeated name is refused.
    Sort,
    /// Sorted by name and value; a name may be repeated.
    SortAll,
    /// The same, without duplicate pairs.
    SortUnique,
    Without(Box<[Box<str>]>),
    Only(Box<[Box<str>]>),
    Nonempty,
    /// `&` and `=` replaced by `_`.
    Flatten,
    /// The values of one name, joined by a separator.
    Merge(Box<str>),
    /// The separators between name and value, and between pairs.
    Join(Box<str>, Box<str>),
    /// Only the values, joined by a separator.
    Values(Box<str>),
    /// Form-encoded (WHATWG URL).
    Form,
    /// The output of PHP's `serialize` for an array of strings.
    Php,
    /// JSON without whitespace.
    Compact(JsonEscapes),
    /// Members of each object sorted by name.
    SortJson,
    /// JSON without some members.
    WithoutJson(Box<[Box<str>]>),
    /// Name and value of members, each on its own line.
    Lines(Box<[SignedMember]>),
    /// JSON as written in the body.
    Raw,
    /// The value, which may contain its separator.
    Free,
    /// A value of exactly this many bytes.
    Width(usize),
    /// A single JSON object or array.
    JsonText,
}

/// A filter in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppliedFilter {
    pub(crate) filter: Filter,
    /// `lower?`: the value may have been signed with or without it.
    pub(crate) optional: bool,
}

/// A row of the filter table.
// A test prints the documentation from it.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) struct FilterEntry {
    pub(crate) name: &'static str,
    /// The syntax of the arguments; empty for none.
    pub(crate) arguments: &'static str,
    pub(crate) from: ValueKind,
    pub(crate) to: ValueKind,
    /// What the filter loses, which moves the part from `covers` to `weak`; empty for
    /// nothing.
    pub(crate) loses: &'static str,
    pub(crate) doc: &'static str,
}

const fn entry(
    name: &'static str,
    arguments: &'static str,
    from: ValueKind,
    to: ValueKind,
    loses: &'static str,
    doc: &'static str,
) -> FilterEntry {
    FilterEntry {
        name,
        arguments,
        from,
        to,
        loses,
        doc,
    }
}

use ValueKind::{Bytes, Json, Pairs, Url};

/// All filters, in the order of the documentation.
pub(crate) const FILTERS: &[FilterEntry] = &[
    entry(
        "sha256",
        "",
        Bytes,
        Bytes,
        "",
        "the digest, as bytes; also `md5`, `sha1`, `sha384`, `sha512`",
    ),
    entry("md5", "", Bytes, Bytes, "", ""),
    entry("sha1", "", Bytes, Bytes, "", ""),
    entry("sha384", "", Bytes, Bytes, "", ""),
    entry("sha512", "", Bytes, Bytes, "", ""),
    entry(
        "crc32",
        "",
        Bytes,
        Bytes,
        "everything except a checksum",
        "the CRC-32, in decimal",
    ),
    entry(
        "hex",
        "",
        Bytes,
        Bytes,
        "",
        "lower-case hex digits; also `hex-upper`",
    ),
    entry("hex-upper", "", Bytes, Bytes, "", ""),
    entry(
        "base64",
        "",
        Bytes,
        Bytes,
        "",
        "standard base64; also `base64-no-pad`, `base64url`, `base64url-padded`",
    ),
    entry("base64-no-pad", "", Bytes, Bytes, "", ""),
    entry("base64url", "", Bytes, Bytes, "", ""),
    entry("base64url-padded", "", Bytes, Bytes, "", ""),
    entry(
        "lower",
        "",
        Bytes,
        Bytes,
        "the case of letters",
        "ASCII letters in lower case",
    ),
    entry(
        "upper",
        "",
        Bytes,
        Bytes,
        "the case of letters",
        "ASCII letters in upper case",
    ),
    entry(
        "free",
        "",
        Bytes,
        Bytes,
        "",
        "the value unchanged; it may contain the text that separates it from its neighbours, so at most one value of a template can be free",
    ),
    entry(
        "width",
        "32",
        Bytes,
        Bytes,
        "",
        "the value unchanged, refused unless it has exactly this many bytes: its width delimits it from an adjacent value",
    ),
    entry(
        "json",
        "",
        Bytes,
        Bytes,
        "",
        "the value unchanged, refused unless it is a single JSON object or array, which delimits itself",
    ),
    entry(
        "encode-uri",
        "",
        Bytes,
        Bytes,
        "",
        "the query escaped as by `encodeURIComponent`, then the whole as by `encodeURI` (ECMA-262)",
    ),
    entry(
        "gunzip",
        "",
        Bytes,
        Bytes,
        "how it was compressed",
        "the content of a gzip file, at most as long as the body limit (feature `gunzip`)",
    ),
    entry(
        "base",
        "",
        Url,
        Bytes,
        "the query",
        "the URL without its query",
    ),
    entry(
        "port",
        "",
        Url,
        Url,
        "",
        "with the default port of its scheme omitted; `port?` also accepts it explicit",
    ),
    entry(
        "unescape",
        "",
        Url,
        Bytes,
        "which of these characters were escaped",
        "with the escapes of ``:/?@!$'()*,;`` decoded",
    ),
    entry(
        "sort",
        "",
        Pairs,
        Pairs,
        "",
        "sorted by name; a name that appears twice is refused",
    ),
    entry(
        "sort",
        "all",
        Pairs,
        Pairs,
        "",
        "sorted by name and then by value, including repeated names; `sort(unique)` removes duplicate pairs",
    ),
    entry(
        "without",
        "NAME, …",
        Pairs,
        Pairs,
        "the fields named",
        "without these names; the signature's own field is always excluded",
    ),
    entry(
        "only",
        "NAME, …",
        Pairs,
        Pairs,
        "all other fields",
        "only these names, in this order",
    ),
    entry(
        "nonempty",
        "",
        Pairs,
        Pairs,
        "which fields were empty",
        "without pairs whose value is empty",
    ),
    entry(
        "merge",
        "','",
        Pairs,
        Pairs,
        "how often a name was repeated",
        "the values of a repeated name joined to one, separated by this text",
    ),
    entry(
        "flatten",
        "",
        Pairs,
        Pairs,
        "the difference between `&`, `=` and `_`",
        "each `&` and `=` in a name or value replaced by `_`",
    ),
    entry(
        "join",
        "'=', '&'",
        Pairs,
        Bytes,
        "",
        "names and values, joined by the first text between name and value and the second between pairs; by default `=` and `&`. Refused if the result is ambiguous",
    ),
    entry(
        "values",
        "','",
        Pairs,
        Bytes,
        "the names",
        "only the values, separated by this text",
    ),
    entry("form", "", Pairs, Bytes, "", "form-encoded, `a=1&b=2`"),
    entry(
        "php",
        "",
        Pairs,
        Bytes,
        "",
        "the output of PHP's `serialize` for an array of strings",
    ),
    entry(
        "sort",
        "",
        Json,
        Json,
        "",
        "the members of each object sorted by name",
    ),
    entry(
        "without",
        "/pointer, …",
        Json,
        Json,
        "the members named",
        "without these members; the member that carries the signature is always excluded",
    ),
    entry(
        "compact",
        "",
        Json,
        Bytes,
        "",
        "re-serialized without whitespace and with as few escapes as JSON allows (`JSON.stringify`); `compact(ascii)` escapes everything outside ASCII (Python), `compact(php)` also `/` (PHP). Numbers keep their text; a duplicate name in an object is refused",
    ),
    entry(
        "lines",
        "A, B?",
        Json,
        Bytes,
        "all other members",
        "name and value of each of these top-level members, each followed by a line feed, in this order; a member with `?` is omitted if it is missing or `null`; `Type=a|b` refuses other values",
    ),
    entry(
        "raw",
        "",
        Json,
        Bytes,
        "",
        "as written in the body, a string with its quotes",
    ),
];

/// Whether a filter has this name.
pub(crate) fn is_name(name: &str) -> bool {
    FILTERS.iter().any(|entry| entry.name == name)
}

impl Filter {
    /// The filter of this name for a value of this type, with its output type; the error
    /// says what to write.
    pub(crate) fn parse(
        name: &str,
        arguments: Option<Vec<String>>,
        from: ValueKind,
    ) -> Result<(Self, ValueKind), String> {
        let arguments = arguments.as_deref();
        let found = Self::of(name, arguments, from)?;
        let (filter, to) = match (found, from) {
            (Some(found), _) => found,
            // A URL and a value of a JSON body are bytes as well.
            (None, ValueKind::Url | ValueKind::Json) => {
                match Self::of(name, arguments, ValueKind::Bytes)? {
                    Some(found) => found,
                    None => return Err(misplaced(name, from)),
                }
            }
            (None, _) => return Err(misplaced(name, from)),
        };
        Ok((filter, to))
    }

    fn of(
        name: &str,
        arguments: Option<&[String]>,
        from: ValueKind,
    ) -> Result<Option<(Self, ValueKind)>, String> {
        let none = |filter: Self, to: ValueKind| match arguments {
            None => Ok(Some((filter, to))),
            Some(_) => Err(format!("`{name}` takes no arguments: write `{name}`")),
        };
        let list = |example: &str| -> Result<Box<[Box<str>]>, String> {
            let names: Box<[Box<str>]> = arguments
                .unwrap_or_default()
                .iter()
                .map(|name| name.as_str().into())
                .collect();
            let is_unique = names
                .iter()
                .enumerate()
                .all(|(i, name)| !name.is_empty() && !names[..i].contains(name));
            if names.is_empty() || !is_unique {
                return Err(format!("write distinct names, as in `{name}({example})`"));
            }
            Ok(names)
        };
        let one = |example: &str| match arguments {
            Some([text]) => Ok(Box::<str>::from(text.as_str())),
            _ => Err(format!(
                "write a single quoted text, as in `{name}({example})`"
            )),
        };
        Ok(match (from, name) {
            (Bytes, "crc32") => none(Self::Crc32, Bytes)?,
            (Bytes, "lower") => none(Self::Lower, Bytes)?,
            (Bytes, "upper") => none(Self::Upper, Bytes)?,
            (Bytes, "free") => none(Self::Free, Bytes)?,
            (Bytes, "json") => none(Self::JsonText, Bytes)?,
            (Bytes, "width") => match arguments {
                Some([width]) if is_width(width) => {
                    Some((Self::Width(width.parse().unwrap_or(1)), Bytes))
                }
                _ => return Err("write a number of bytes from 1 to 9999, as in `width(32)`".into()),
            },
            (Bytes, "encode-uri") => none(Self::EncodeUri, Bytes)?,
            (Bytes, "gunzip") => none(Self::Gunzip, Bytes)?,
            (Bytes, name) => match (Digest::from_name(name), Encoding::from_name(name)) {
                (Some(digest), _) => none(Self::Digest(digest), Bytes)?,
                (None, Some(Encoding::Plain | Encoding::Base64Hex)) => None,
                (None, Some(encoding)) => none(Self::Encode(encoding), Bytes)?,
                (None, None) => None,
            },
            (Url, "base") => none(Self::Base, Bytes)?,
            (Url, "port") => none(Self::Port, Url)?,
            (Url, "unescape") => none(Self::Unescape, Bytes)?,
            (Pairs, "sort") => match arguments {
                None => Some((Self::Sort, Pairs)),
                Some([word]) if word == "unique" => Some((Self::SortUnique, Pairs)),
                Some([word]) if word == "all" => Some((Self::SortAll, Pairs)),
                Some(_) => return Err("write `sort`, `sort(all)` or `sort(unique)`".into()),
            },
            (Pairs, "without") => Some((Self::Without(list("sign, sign_type")?), Pairs)),
            (Pairs, "only") => Some((Self::Only(list("id, amount")?), Pairs)),
            (Pairs, "nonempty") => none(Self::Nonempty, Pairs)?,
            (Pairs, "merge") => Some((Self::Merge(one("','")?), Pairs)),
            (Pairs, "flatten") => none(Self::Flatten, Pairs)?,
            (Pairs, "join") => match arguments {
                None => Some((Self::Join("=".into(), "&".into()), Bytes)),
                Some([equals, and]) => Some((
                    Self::Join(equals.as_str().into(), and.as_str().into()),
                    Bytes,
                )),
                Some(_) => {
                    return Err(
                        "write two texts, between name and value and between pairs, as in `join('=', '&')`"
                            .into(),
                    );
                }
            },
            (Pairs, "values") => Some((Self::Values(one("'|'")?), Bytes)),
            (Pairs, "form") => none(Self::Form, Bytes)?,
            (Pairs, "php") => none(Self::Php, Bytes)?,
            (Json, "sort") => none(Self::SortJson, Json)?,
            (Json, "without") => {
                let pointers = list("/sign")?;
                if pointers.iter().any(|pointer| !pointer.starts_with('/')) {
                    return Err("JSON pointers start with `/`, as in `without(/sign)`".into());
                }
                Some((Self::WithoutJson(pointers), Json))
            }
            (Json, "compact") => {
                let escapes = match arguments {
                    None => JsonEscapes::Least,
                    Some([word]) if word == "ascii" => JsonEscapes::Ascii,
                    Some([word]) if word == "php" => JsonEscapes::Php,
                    Some(_) => {
                        return Err("write `compact`, `compact(ascii)` or `compact(php)`".into());
                    }
                };
                Some((Self::Compact(escapes), Bytes))
            }
            (Json, "lines") => Some((Self::Lines(members(&list("Id, Subject?")?)?), Bytes)),
            (Json, "raw") => none(Self::Raw, Bytes)?,
            _ => None,
        })
    }

    /// Whether it only changes the spelling of a value, so that either spelling may have
    /// been signed.
    pub(crate) const fn may_be_optional(&self) -> bool {
        matches!(
            self,
            Self::Port | Self::Unescape | Self::Lower | Self::Upper
        )
    }

    /// Whether pairs keep their order and text as received.
    pub(crate) const fn keeps_order(&self) -> bool {
        matches!(self, Self::Without(_) | Self::Nonempty)
    }

    /// Whether pairs are joined without a separator between name and value or between
    /// pairs.
    pub(crate) const fn joins_without_marks(&self) -> bool {
        match self {
            Self::Join(equals, and) => equals.is_empty() || and.is_empty(),
            Self::Values(_) => true,
            _ => false,
        }
    }

    /// Whether it loses only the boundaries of names and values: every byte is still in
    /// the output.
    pub(crate) const fn loses_marks(&self) -> bool {
        match self {
            Self::Join(..) => self.joins_without_marks(),
            Self::Merge(_) | Self::SortUnique => true,
            _ => false,
        }
    }

    /// Whether it selects a part of the values.
    pub(crate) const fn is_partial(&self) -> bool {
        matches!(
            self,
            Self::Only(_) | Self::Without(_) | Self::WithoutJson(_) | Self::Lines(_)
        )
    }

    /// Whether it leaves digits unchanged.
    pub(crate) const fn keeps_digits(&self) -> bool {
        match self {
            Self::Port
            | Self::Base
            | Self::Unescape
            | Self::EncodeUri
            | Self::Lower
            | Self::Upper
            | Self::Sort
            | Self::SortAll
            | Self::SortUnique
            | Self::Without(_)
            | Self::Nonempty
            | Self::Flatten
            | Self::Merge(_)
            | Self::Join(..)
            | Self::Form
            | Self::Compact(_)
            | Self::SortJson
            | Self::WithoutJson(_)
            | Self::Raw
            | Self::Free => true,
            Self::Digest(_)
            | Self::Crc32
            | Self::Encode(_)
            | Self::Gunzip
            | Self::Only(_)
            | Self::Values(_)
            | Self::Php
            | Self::Lines(_)
            | Self::Width(_)
            | Self::JsonText => false,
        }
    }

    /// Whether its output has one length for every input, in any encoding.
    pub(crate) const fn fixes_width(&self) -> bool {
        matches!(self, Self::Digest(_) | Self::Width(_))
    }

    /// Whether its output is as long for every input of one length.
    pub(crate) const fn keeps_width(&self) -> bool {
        self.fixes_width() || matches!(self, Self::Encode(_) | Self::Upper | Self::Lower)
    }

    /// Whether its output contains decoded values of pairs, which may be any text.
    pub(crate) const fn writes_decoded(&self) -> bool {
        matches!(self, Self::Join(..) | Self::Values(_) | Self::Php)
    }

    /// Whether different values can have the same output.
    pub(crate) const fn is_lossy(&self) -> bool {
        match self {
            Self::Join(..) | Self::Values(_) => self.joins_without_marks(),
            Self::Unescape
            | Self::Lower
            | Self::Upper
            | Self::Crc32
            | Self::Flatten
            | Self::Nonempty
            | Self::Merge(_)
            | Self::Gunzip
            | Self::SortUnique => true,
            Self::Base
            | Self::Port
            | Self::EncodeUri
            | Self::Digest(_)
            | Self::Encode(_)
            | Self::Sort
            | Self::SortAll
            | Self::Without(_)
            | Self::Only(_)
            | Self::Form
            | Self::Php
            | Self::Compact(_)
            | Self::SortJson
            | Self::WithoutJson(_)
            | Self::Lines(_)
            | Self::Raw
            | Self::Free
            | Self::Width(_)
            | Self::JsonText => false,
        }
    }
}

/// The members that `lines` names: `Id`, `Subject?` or `Type=a|b`.
fn members(names: &[Box<str>]) -> Result<Box<[SignedMember]>, String> {
    let members: Box<[SignedMember]> = names
        .iter()
        .map(|text| {
            let (name, values) = match text.split_once('=') {
                Some((name, values)) => (name, values.split('|').collect()),
                None => (&**text, Vec::new()),
            };
            let required = name.strip_suffix('?');
            SignedMember {
                name: required.unwrap_or(name).into(),
                optional: required.is_some(),
                values: values.into_iter().map(Box::from).collect(),
            }
        })
        .collect();
    let is_unique = members.iter().enumerate().all(|(i, member)| {
        !member.name.is_empty()
            && member.values.iter().all(|value| !value.is_empty())
            && members[..i].iter().all(|other| other.name != member.name)
    });
    if !is_unique {
        return Err("write distinct names, as in `lines(Id, Subject?, Type=a|b)`".into());
    }
    Ok(members)
}

fn is_width(text: &str) -> bool {
    matches!(text.len(), 1..=4)
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
}

fn misplaced(name: &str, from: ValueKind) -> String {
    let mut applies: Vec<&str> = FILTERS
        .iter()
        .filter(|entry| entry.name == name)
        .map(|entry| entry.from.name())
        .collect();
    applies.dedup();
    if !applies.is_empty() {
        return format!(
            "`{name}` is for {}, and this is {}",
            applies.join(" and for "),
            from.name()
        );
    }
    let fits = |entry: &&FilterEntry| {
        entry.from == from
            || matches!(from, ValueKind::Url | ValueKind::Json) && entry.from == ValueKind::Bytes
    };
    let names = || FILTERS.iter().filter(fits).map(|entry| entry.name);
    did_you_mean(name, names()).unwrap_or_else(|| {
        let mut all: Vec<&str> = names().collect();
        all.dedup();
        format!("filters for {} are {}", from.name(), all.join(", "))
    })
}
