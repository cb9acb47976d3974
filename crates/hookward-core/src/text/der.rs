//! Object identifiers as DER writes them (X.690).

/// An object identifier as DER writes it; `None` for text that is none.
pub(crate) fn oid(text: &str) -> Option<Box<[u8]>> {
    let id = const_oid::ObjectIdentifier::new(text).ok()?;
    Some(id.as_bytes().into())
}
