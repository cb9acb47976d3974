//! The body's digests in `Content-Digest` (RFC 9530).

use http::header::HeaderName;

use super::component::{Component, Form, Kind, joined};
use super::fields::{self, Member};
use crate::crypto::Tag;
use crate::request::head::RequestHead;
use crate::request::rejection::{Code, Rejection};
use crate::scheme::Digest;

pub(crate) const NAME: &str = "content-digest";
pub(crate) static CONTENT_DIGEST: HeaderName = HeaderName::from_static(NAME);

/// The longest value of the field.
const MAX_FIELD: usize = 4096;

/// The algorithms that prove something (RFC 9530 section 5).
const SECURE: [(&str, Digest); 2] = [("sha-256", Digest::Sha256), ("sha-512", Digest::Sha512)];

/// Digests that the body has to have.
pub(crate) type Expected = Vec<(Digest, Box<[u8]>)>;

/// Whether a component covers the body's digest: the whole field, or a member
/// whose algorithm proves something.
pub(crate) fn covers(component: &Component) -> bool {
    match &component.kind {
        Kind::Field(name, Form::Member(key)) if *name == CONTENT_DIGEST => {
            SECURE.iter().any(|(known, _)| *known == key.as_str())
        }
        Kind::Field(name, _) => *name == CONTENT_DIGEST,
        _ => false,
    }
}

/// The digests that the field states. Unknown algorithms are passed over, and
/// so are those that are broken: one that proves something has to be there.
pub(crate) fn expected(head: &dyn RequestHead) -> Result<Expected, Rejection> {
    let malformed =
        |what: String| Rejection::new(Code::ContentMalformed, format!("header `{NAME}`: {what}"));
    let text = joined(head, &CONTENT_DIGEST, MAX_FIELD)?
        .ok_or_else(|| malformed("it is not there, though the signature covers it".into()))?;
    let members = fields::dictionary(&text)
        .map_err(|error| malformed(format!("not a dictionary of digests: {error}")))?;
    let mut expected = Expected::new();
    for (name, digest) in SECURE {
        let Some((_, member)) = members.iter().find(|(known, _)| known.as_str() == name) else {
            continue;
        };
        let bytes = Member::bytes(member)
            .filter(|bytes| bytes.len() == digest.len())
            .ok_or_else(|| {
                malformed(format!(
                    "`{name}` is not a byte sequence of {} bytes",
                    digest.len()
                ))
            })?;
        expected.push((digest, bytes.into()));
    }
    if expected.is_empty() {
        return Err(Rejection::new(
            Code::AlgorithmNotAllowed,
            format!("header `{NAME}`: neither `sha-256` nor `sha-512` is there"),
        ));
    }
    Ok(expected)
}

/// Holds the body's own digests to the expected ones.
pub(crate) fn check<'a>(
    expected: &Expected,
    found: impl Iterator<Item = (Digest, &'a Tag)> + Clone,
) -> Result<(), Rejection> {
    for (digest, bytes) in expected {
        // Both sides are public, so nothing is compared in constant time.
        let matches = found
            .clone()
            .any(|(known, tag)| known == *digest && tag.as_bytes() == &**bytes);
        if !matches {
            let name = SECURE.iter().find(|(_, known)| known == digest);
            return Err(Rejection::new(
                Code::SignatureMismatch,
                format!(
                    "header `{NAME}`: the {} is not that of this body",
                    name.map_or("digest", |(name, _)| name)
                ),
            ));
        }
    }
    Ok(())
}
