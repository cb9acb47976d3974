//! Re-encodings of a form body.

use super::body::Visit;
use super::cause;
use super::urlencoded::{orders, percent_encoded};
use crate::text::json::{self, Json};
use crate::text::values;

/// Visits re-encodings of a form. Returns false if stopped.
pub(super) fn form(body: &[u8], visit: &mut Visit<'_>) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return true;
    };
    let looks = !text.is_empty()
        && text.contains('=')
        && !text.contains(['\n', '{', '"', '<'])
        && text.len() <= 1 << 20;
    if !looks {
        return parsed_form(text, visit);
    }
    let mut pairs: Vec<values::Pair<'_>> = values::pairs(text).collect();
    let fields: Vec<&str> = text.split('&').collect();
    without_empty(&fields, visit)
        && ordered(&fields, visit)
        && encoded_forms(&mut pairs, "the form body is re-encoded", visit)
}

/// The form without empty fields.
fn without_empty(fields: &[&str], visit: &mut Visit<'_>) -> bool {
    let is_filled = |field: &&&str| !field.ends_with('=') && !field.is_empty();
    let filled: Vec<&str> = fields.iter().filter(is_filled).copied().collect();
    let change = cause::body_form_reencoded::without_empty();
    filled.len() == fields.len() || visit(&change, filled.join("&").as_bytes())
}

/// The fields as written, in another order.
fn ordered(fields: &[&str], visit: &mut Visit<'_>) -> bool {
    let mut others: Vec<Vec<&str>> = vec![fields.iter().rev().copied().collect()];
    if (3..=5).contains(&fields.len()) {
        let orders = orders(fields.len());
        let in_order = |order: Vec<usize>| order.into_iter().map(|i| fields[i]).collect();
        others.extend(orders.into_iter().map(in_order));
    }
    let change = cause::body_form_reencoded::ordered();
    others
        .iter()
        .all(|other| visit(&change, other.join("&").as_bytes()))
}

/// The form that a parser decoded to the JSON object at hand.
fn parsed_form(text: &str, visit: &mut Visit<'_>) -> bool {
    if text.len() > 64 << 10 || !text.starts_with('{') {
        return true;
    }
    let Some((Json::Object(members), _)) = json::parse(text) else {
        return true;
    };
    let pairs: Option<Vec<values::Pair<'_>>> = members
        .into_iter()
        .map(|(name, value)| match value {
            Json::Text(value) => Some((name, value)),
            _ => None,
        })
        .collect();
    pairs.is_none_or(|mut pairs| {
        let what = "the body is the form that a parser decoded to this JSON";
        encoded_forms(&mut pairs, what, visit)
    })
}

/// The characters that each software leaves unencoded.
const UNENCODED: [(&str, &str); 5] = [
    ("-._", "Python's urlencode before 3.7, PHP"),
    ("-._~", "Python's urlencode"),
    ("*-._", "URLSearchParams"),
    ("-._~!*'()", "encodeURIComponent"),
    ("-._~[]", "brackets unescaped"),
];

/// How common software encodes a form.
fn encoded_forms(pairs: &mut [values::Pair<'_>], what: &str, visit: &mut Visit<'_>) -> bool {
    let mut all = |pairs: &[values::Pair<'_>], order: &str| {
        UNENCODED.iter().all(|(plain, software)| {
            let mut put = |space: &str, upper: bool| {
                let case = if upper { "" } else { ", lower-case digits" };
                let shown = format!("`{space}`");
                let details = format!("{case}{order}");
                let change = cause::body_form_reencoded::encoded(what, shown, software, details);
                visit(&change, encoded(pairs, plain, space, upper).as_bytes())
            };
            put("+", true) && put("+", false) && put("%20", true) && put("%20", false)
        })
    };
    if !all(pairs, "") {
        return false;
    }
    pairs.sort();
    all(pairs, ", fields sorted by name")
}

fn encoded(pairs: &[values::Pair<'_>], plain: &str, space: &str, upper: bool) -> String {
    let mut out = String::new();
    for (i, (name, value)) in pairs.iter().enumerate() {
        if i > 0 {
            out.push('&');
        }
        percent_encoded(&mut out, name, plain, space, upper);
        out.push('=');
        percent_encoded(&mut out, value, plain, space, upper);
    }
    out
}
