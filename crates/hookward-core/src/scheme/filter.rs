//! Filters: what happens to a value of the scheme language before it is signed.
//!
//! [`FILTERS`] is the one list of them, typed from kind to kind. The parser,
//! the documentation and the error messages are derived from it; what a filter
//! does is in `evaluate`.

use super::Digest;
use super::near::did_you_mean;
use super::source::Kind;
use crate::text::canonical::{JsonEscapes, Member};
use crate::text::encoding::Encoding;

/// One step between a source and the signed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The URL without its query.
    Base,
    /// The default port of the URL's scheme, left out or written out.
    Port,
    /// With the escapes of `:/?@!$'()*,;` decoded.
    Unescape,
    /// The query as a component and then all of it escaped as a URI (ECMA-262).
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
    /// The same, each distinct pair once.
    SortUnique,
    Without(Box<[Box<str>]>),
    Only(Box<[Box<str>]>),
    Nonempty,
    /// `&` and `=` written as `_`.
    Flatten,
    /// The values of one name joined by a text.
    Merge(Box<str>),
    /// Between name and value, and between pairs.
    Join(Box<str>, Box<str>),
    /// The values alone, with a text between them.
    Values(Box<str>),
    /// Escaped as a form is (WHATWG URL).
    Form,
    /// As PHP's `serialize` writes an array of strings.
    Php,
    /// JSON without blanks.
    Compact(JsonEscapes),
    /// Members of each object sorted by name.
    SortJson,
    /// JSON without some members.
    WithoutJson(Box<[Box<str>]>),
    /// Name and value of members, a line each.
    Lines(Box<[Member]>),
    /// JSON as it is written in the body.
    Raw,
    /// The value, which may contain what separates it from its neighbours.
    Free,
    /// A value of so many bytes.
    Width(usize),
    /// One JSON object or array.
    JsonText,
}

/// A filter in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) filter: Filter,
    /// `lower?`: with or without it may have been signed.
    pub(crate) optional: bool,
}

/// A line of the table of filters.
// The documentation is printed from it by a test.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) struct FilterEntry {
    pub(crate) name: &'static str,
    /// How the arguments are written; empty for none.
    pub(crate) arguments: &'static str,
    pub(crate) from: Kind,
    pub(crate) to: Kind,
    /// What is lost: the part moves from `covers` to `weak`. Empty for nothing.
    pub(crate) loses: &'static str,
    pub(crate) doc: &'static str,
}

const fn entry(
    name: &'static str,
    arguments: &'static str,
    from: Kind,
    to: Kind,
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

use Kind::{Bytes, Json, Pairs, Url};

/// Every filter, in the order of the documentation.
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
        "nearly everything",
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
        "the value as it is, which may contain the text that separates it from its neighbours: at most one value of a template",
    ),
    entry(
        "width",
        "32",
        Bytes,
        Bytes,
        "",
        "the value as it is, refused unless it has so many bytes: next to another value, with nothing between them, its width tells where it ends",
    ),
    entry(
        "json",
        "",
        Bytes,
        Bytes,
        "",
        "the value as it is, refused unless it is one JSON object or array, which tells where it starts",
    ),
    entry(
        "encode-uri",
        "",
        Bytes,
        Bytes,
        "",
        "the query escaped as `encodeURIComponent` does, then all of it as `encodeURI` does (ECMA-262)",
    ),
    entry(
        "gunzip",
        "",
        Bytes,
        Bytes,
        "how it was compressed",
        "the content of a gzip file, at most as long as the body may be (feature `gunzip`)",
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
        "with the default port of its scheme left out; `port?` takes it written out as well",
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
        "sorted by name and then by value, repeated names too; with `unique` for `all` each distinct pair once",
    ),
    entry(
        "without",
        "NAME, …",
        Pairs,
        Pairs,
        "the fields named",
        "without these names; the signature's own field is never part of it",
    ),
    entry(
        "only",
        "NAME, …",
        Pairs,
        Pairs,
        "all other fields",
        "these names alone, in this order",
    ),
    entry(
        "nonempty",
        "",
        Pairs,
        Pairs,
        "which fields were empty",
        "without the pairs that have no value",
    ),
    entry(
        "merge",
        "','",
        Pairs,
        Pairs,
        "how often a name was repeated",
        "the values of a name that appears more than once joined to one, with this text between them",
    ),
    entry(
        "flatten",
        "",
        Pairs,
        Pairs,
        "which of `&`, `=` and `_` it was",
        "each `&` and `=` in a name or value written as `_`",
    ),
    entry(
        "join",
        "'=', '&'",
        Pairs,
        Bytes,
        "",
        "names and values, the first text between name and value, the second between pairs; without arguments `=` and `&`. Refused where the result could be read as other pairs",
    ),
    entry(
        "values",
        "','",
        Pairs,
        Bytes,
        "the names",
        "the values alone, with this text between them",
    ),
    entry(
        "form",
        "",
        Pairs,
        Bytes,
        "",
        "escaped as a form is, `a=1&b=2`",
    ),
    entry(
        "php",
        "",
        Pairs,
        Bytes,
        "",
        "as PHP's `serialize` writes an array of strings",
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
        "without these members; the member that carries the signature is never part of it",
    ),
    entry(
        "compact",
        "",
        Json,
        Bytes,
        "",
        "written without blanks and with as few escapes as JSON allows (`JSON.stringify`); `compact(ascii)` escapes everything beyond ASCII (Python), `compact(php)` also `/` (PHP). Numbers stay as they are written; a name that appears twice in an object is refused",
    ),
    entry(
        "lines",
        "A, B?",
        Json,
        Bytes,
        "all other members",
        "of each member at the top its name and its value, each with a line feed after it, in this order; with `?` left out where it is missing or `null`; `Type=a|b` refuses other values",
    ),
    entry(
        "raw",
        "",
        Json,
        Bytes,
        "",
        "as it is written in the body, a string with its quotes",
    ),
];

/// Whether a filter has this name.
pub(crate) fn is_name(name: &str) -> bool {
    FILTERS.iter().any(|entry| entry.name == name)
}

impl Filter {
    /// The filter of this name for a value of this kind, and the kind that it
    /// yields; the error says what to write.
    pub(crate) fn parse(
        name: &str,
        arguments: Option<Vec<String>>,
        from: Kind,
    ) -> Result<(Self, Kind), String> {
        let arguments = arguments.as_deref();
        let found = Self::of(name, arguments, from)?;
        let (filter, to) = match (found, from) {
            (Some(found), _) => found,
            // A URL, and a value of a JSON body, are bytes as well.
            (None, Kind::Url | Kind::Json) => match Self::of(name, arguments, Kind::Bytes)? {
                Some(found) => found,
                None => return Err(misplaced(name, from)),
            },
            (None, _) => return Err(misplaced(name, from)),
        };
        Ok((filter, to))
    }

    fn of(
        name: &str,
        arguments: Option<&[String]>,
        from: Kind,
    ) -> Result<Option<(Self, Kind)>, String> {
        let none = |filter: Self, to: Kind| match arguments {
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
                return Err(format!("write names, each once, as in `{name}({example})`"));
            }
            Ok(names)
        };
        let one = |example: &str| match arguments {
            Some([text]) => Ok(Box::<str>::from(text.as_str())),
            _ => Err(format!(
                "write one text in quotes, as in `{name}({example})`"
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
                    return Err("places in JSON start with `/`, as in `without(/sign)`".into());
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

    /// Whether it only changes how a value is spelled, so that one of two
    /// spellings may have been signed.
    pub(crate) const fn may_be_optional(&self) -> bool {
        matches!(
            self,
            Self::Port | Self::Unescape | Self::Lower | Self::Upper
        )
    }

    /// Whether pairs keep the order and the text in which they came.
    pub(crate) const fn keeps_order(&self) -> bool {
        matches!(self, Self::Without(_) | Self::Nonempty)
    }

    /// Whether pairs are joined so that nothing tells where a name ends and its
    /// value starts, or where the next pair does.
    pub(crate) const fn joins_without_marks(&self) -> bool {
        match self {
            Self::Join(equals, and) => equals.is_empty() || and.is_empty(),
            Self::Values(_) => true,
            _ => false,
        }
    }

    /// Whether it only loses where a name, a value or one of several equal ones
    /// ends: each byte is still in what it makes.
    pub(crate) const fn loses_marks(&self) -> bool {
        match self {
            Self::Join(..) => self.joins_without_marks(),
            Self::Merge(_) | Self::SortUnique => true,
            _ => false,
        }
    }

    /// Whether it takes a part of the values.
    pub(crate) const fn is_partial(&self) -> bool {
        matches!(
            self,
            Self::Only(_) | Self::Without(_) | Self::WithoutJson(_) | Self::Lines(_)
        )
    }

    /// Whether different values can become one.
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
fn members(names: &[Box<str>]) -> Result<Box<[Member]>, String> {
    let members: Box<[Member]> = names
        .iter()
        .map(|text| {
            let (name, values) = match text.split_once('=') {
                Some((name, values)) => (name, values.split('|').collect()),
                None => (&**text, Vec::new()),
            };
            let required = name.strip_suffix('?');
            Member {
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
        return Err("write names, each once, as in `lines(Id, Subject?, Type=a|b)`".into());
    }
    Ok(members)
}

fn is_width(text: &str) -> bool {
    matches!(text.len(), 1..=4)
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
}

fn misplaced(name: &str, from: Kind) -> String {
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
        entry.from == from || matches!(from, Kind::Url | Kind::Json) && entry.from == Kind::Bytes
    };
    let names = || FILTERS.iter().filter(fits).map(|entry| entry.name);
    did_you_mean(name, names()).unwrap_or_else(|| {
        let mut all: Vec<&str> = names().collect();
        all.dedup();
        format!("filters for {} are {}", from.name(), all.join(", "))
    })
}
