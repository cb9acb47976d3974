//! The body's digests in `Content-Digest` (RFC 9530).

use http::header::HeaderName;

use super::component::{Component, Form, Kind, joined};
use super::fields::{self, Member};
use crate::crypto::Tag;
use crate::request::head::RequestHead;
use crate::request::reason::{Reason, text};
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
    let field = joined(head, &CONTENT_DIGEST, MAX_FIELD, Code::ContentMalformed)?
        .ok_or(Reason::NoDigest { header: NAME })?;
    let members = fields::dictionary(&field).map_err(|error| Reason::DigestSyntax {
        header: NAME,
        problem: text(error),
    })?;
    let mut expected = Expected::new();
    for (name, digest) in SECURE {
        let Some((_, member)) = members.iter().find(|(known, _)| known.as_str() == name) else {
            continue;
        };
        let bytes = Member::bytes(member)
            .filter(|bytes| bytes.len() == digest.len())
            .ok_or(Reason::DigestLength {
                header: NAME,
                algorithm: name,
                expected: digest.len(),
            })?;
        expected.push((digest, bytes.into()));
    }
    if expected.is_empty() {
        return Err(Reason::NoSecureDigest { header: NAME }.into());
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
            return Err(Rejection::from(Reason::OtherDigest {
                header: NAME,
                algorithm: name.map_or("digest", |(name, _)| name),
            }));
        }
    }
    Ok(())
}
