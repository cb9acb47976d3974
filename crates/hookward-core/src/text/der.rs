//! Object identifiers as DER writes them (X.690).

/// An object identifier as DER writes it; `None` for text that is none.
pub(crate) fn oid(text: &str) -> Option<Box<[u8]>> {
    let mut arcs = text.split('.').map(|arc| arc.parse::<u32>().ok());
    let (first, second) = (arcs.next()??, arcs.next()??);
    if first > 2 || second > 39 {
        return None;
    }
    let mut der = Vec::new();
    for arc in std::iter::once(Some(first * 40 + second)).chain(arcs) {
        let mut rest = arc?;
        let mut digits = vec![rest & 0x7f];
        while rest > 0x7f {
            rest >>= 7;
            digits.push(rest & 0x7f | 0x80);
        }
        der.extend(digits.iter().rev().filter_map(|d| u8::try_from(*d).ok()));
    }
    Some(der.into())
}
