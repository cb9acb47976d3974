//! DER encoding of object identifiers (X.690), to look for certificate extensions.

/// The DER encoding of an object identifier in dotted form; `None` if the text is not
/// one.
pub(crate) fn oid(text: &str) -> Option<Box<[u8]>> {
    let id = const_oid::ObjectIdentifier::new(text).ok()?;
    Some(id.as_bytes().into())
}
