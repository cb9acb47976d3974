//! URL encoding as software differs in it: which characters are escaped, and in what order
//! the pairs are.

/// Encodes everything except letters, digits and the characters in `plain`.
pub(super) fn percent_encoded(out: &mut String, text: &str, plain: &str, space: &str, upper: bool) {
    for byte in text.bytes() {
        let c = char::from(byte);
        match byte {
            b' ' => out.push_str(space),
            _ if byte.is_ascii_alphanumeric() || byte.is_ascii() && plain.contains(c) => {
                out.push(c);
            }
            _ if upper => out.push_str(&format!("%{byte:02X}")),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
}

pub(super) fn percent_decoded(text: &str) -> String {
    // In a header, a plus is literal.
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// All permutations of a few items.
pub(super) fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for next in 0..count {
        found = found
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, next);
                    order
                })
            })
            .collect();
    }
    found
}
