//! `Content-Digest` (RFC 9530): a parser, and the check of the body against its digests.
//! Message signatures cover the body through it.

use http::header::HeaderName;

use super::component::{Component, ComponentKind, FieldForm, joined};
use super::fields::{self, FieldMember};
use crate::crypto::Tag;
use crate::request::head::RequestHead;
use crate::request::reason::{Reason, text};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::Digest;

pub(crate) const NAME: &str = "content-digest";
pub(crate) static CONTENT_DIGEST: HeaderName = HeaderName::from_static(NAME);

/// The maximum length of the field.
const MAX_FIELD: usize = 4096;

/// The secure algorithms (RFC 9530 section 5).
const SECURE: [(&str, Digest); 2] = [("sha-256", Digest::Sha256), ("sha-512", Digest::Sha512)];

/// The expected digests of the body.
pub(crate) type Expected = Vec<(Digest, Box<[u8]>)>;

/// Whether a component covers the body's digest: the whole field, or a member with a
/// secure algorithm.
pub(crate) fn covers(component: &Component) -> bool {
    match &component.kind {
        ComponentKind::Field(name, FieldForm::FieldMember(key)) if *name == CONTENT_DIGEST => {
            SECURE.iter().any(|(known, _)| *known == key.as_str())
        }
        ComponentKind::Field(name, _) => *name == CONTENT_DIGEST,
        _ => false,
    }
}

/// The digests in the field. Unknown and broken algorithms are ignored; there must be at
/// least one secure digest.
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
        let bytes = FieldMember::bytes(member)
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

/// Compares the body's digests with the expected ones.
pub(crate) fn check<'a>(
    expected: &Expected,
    found: impl Iterator<Item = (Digest, &'a Tag)> + Clone,
) -> Result<(), Rejection> {
    for (digest, bytes) in expected {
        // Both values are public, so the comparison need not be constant-time.
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
