//! What a diagnosis says where no change is proven, and around one that is.

use http::HeaderMap;

use super::head::Fields;
use super::{Refusal, lost, url};
use crate::request::rejection::Code;
use crate::scheme::{Algorithm, Place, Plan};
use crate::text::json;
use crate::text::printable::printable;
use crate::text::values;

/// What can be seen of a request for which nothing fits: facts, none of which
/// says that the signature is right.
pub(super) fn visible(
    plan: &Plan,
    fields: &Fields,
    headers: &HeaderMap,
    body: &[u8],
    refusal: &Refusal,
) -> (Option<&'static str>, String) {
    if refusal.code.is_none() {
        return (
            Some(if refusal.is_wrong_kind {
                "key_is_another_kind"
            } else {
                "key_is_unusable"
            }),
            format!("The keys are not usable: {}.", refusal.message),
        );
    }
    let is_read = !matches!(
        refusal.code,
        Some(Code::SignatureMissing | Code::SignatureMalformed)
    );
    if let Some(token) = &fields.token
        && let Some(named) = token.algorithm()
        && !plan.algorithm.is_jose_name(&named)
    {
        return (
            Some("algorithm_is_another"),
            format!(
                "The token names the algorithm `{}`, the scheme allows `{}` alone; the signature matches under neither.",
                printable(&named),
                plan.algorithm.jose_name().unwrap_or_default(),
            ),
        );
    }
    let text = std::str::from_utf8(body).ok();
    let ends_early = text.is_some_and(json::ends_early) && !body.is_empty();
    let covers_body = plan.algorithm.signs_content();
    if is_read && covers_body {
        let is_json = text.is_some_and(|text| json::parse(text).is_some());
        if let Some((hint, fact)) = contradiction(headers, body, is_json) {
            return (
                Some(hint),
                format!("{fact}, so the signature cannot be checked."),
            );
        }
    }
    if !is_read && plan.at.is_in_body() && values::is_multipart(body) {
        return (
            Some("body_multipart"),
            format!(
                "The body is multipart/form-data, as with attachments, and its parts are not read, so there is no {}: have the provider send a form or JSON, or verify what the part has.",
                plan.at
            ),
        );
    }
    let mut sentence = match refusal.code {
        Some(Code::SignatureMissing) => {
            format!(
                "The request carries no signature: {}, nor does any other header that is tried",
                refusal.message
            )
        }
        Some(Code::SignatureMalformed) => {
            format!(
                "The signature is not in the scheme's form ({}), and nothing that usually goes wrong makes it match",
                refusal.message
            )
        }
        _ => "Nothing that usually goes wrong makes the signature match".to_owned(),
    };
    let dropped = match &plan.at {
        Place::Header(name) => name.as_str().contains('_'),
        _ => false,
    };
    if dropped && refusal.code == Some(Code::SignatureMissing) {
        sentence += "; nginx drops headers with an underscore in their names unless `underscores_in_headers` is on";
    } else if url::signs(&plan.parts) {
        sentence += "; this scheme signs the URL, so it has to be the one that the provider calls";
    } else if body.is_empty() && covers_body {
        sentence +=
            "; the body is empty: if the provider sent one, something read it before the check";
    } else if ends_early {
        sentence += "; the body ends in the middle of its JSON: it may be truncated";
    } else if body
        .windows(3)
        .any(|window| window == "\u{fffd}".as_bytes())
    {
        sentence += "; the body has U+FFFD characters: bytes that were not text are lost";
    }
    if covers_body && is_read && is_sorted(text) {
        sentence += "; the keys of the body's JSON are all in alphabetical order: if something sorted them on the way, the order that was signed is lost";
    }
    (None, format!("{sentence}."))
}

/// Whether the body is JSON with all its keys in order, and more than a few.
fn is_sorted(text: Option<&str>) -> bool {
    let Some((document, seen)) = text.and_then(json::parse) else {
        return false;
    };
    seen.members >= 4 && lost::sorted_objects(&document, &mut Vec::new())
}

/// Where the head says something else of the body than what is here.
fn contradiction(
    headers: &HeaderMap,
    body: &[u8],
    is_json: bool,
) -> Option<(&'static str, String)> {
    let here = body.len();
    // A coding says nothing about the length after it is undone.
    let coding = headers
        .get(http::header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .filter(|coding| ["gzip", "deflate", "br", "zstd"].contains(coding));
    if let Some(coding) = coding.filter(|_| is_json) {
        return Some((
            "body_decompressed",
            format!(
                "The body is decompressed: Content-Encoding says {coding}, plain JSON is here; if the provider signs what it sends, the signed bytes are lost"
            ),
        ));
    }
    let length = declared(headers).filter(|length| *length != here)?;
    Some(if here == 0 {
        (
            "body_empty",
            format!(
                "The body is empty, though Content-Length announces {length} bytes: something read it before the check"
            ),
        )
    } else if length > here && !is_json {
        (
            "body_truncated",
            format!(
                "The body is truncated: Content-Length announces {length} bytes, {here} are here"
            ),
        )
    } else {
        (
            "body_rewritten",
            format!(
                "The body is not the one that was sent: Content-Length announces {length} bytes, {here} are here, and no usual way of rewriting it leads back"
            ),
        )
    })
}

pub(super) fn declared(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(http::header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// What to do about a cause.
pub(super) fn advice(cause: &str) -> Option<&'static str> {
    Some(match cause {
        _ if cause.starts_with("body_json") || cause == "body_form_reencoded" => {
            "verify the raw bytes as they arrive, before any parser: the layer stands outside it"
        }
        "body_is_compressed" => "verify after the content coding is undone for this provider",
        "body_trailing_newline" | "body_line_endings" | "body_bom" | "body_charset" => {
            "something treats the body as text on its way; take its bytes as they are"
        }
        "key_is_hex" | "key_is_base64" | "key_is_base64url" | "key_is_text" => {
            "set the key's form in the scheme, or give the key with `Key::from_hex`, `Key::from_base64` or `Key::from_bytes`"
        }
        "claim_is_another" => {
            "the token was made for another receiver, or the scheme or its parameters name another"
        }
        "key_pem_mangled" => "store the PEM key in a file, or with real line breaks",
        "signature_cut" => "a proxy or a database column shortens the header",
        "signature_in_other_header" => "set the header in the scheme: `--param header=NAME`",
        _ if cause.starts_with("url_") => {
            "tell the verifier the URL that the provider calls: `with_external_url`, or trusted proxies"
        }
        _ if cause.starts_with("key_has_") => "store the key alone, as the provider shows it",
        _ => return None,
    })
}

/// The form of a signature, without its value.
pub(super) fn expected(plan: &Plan) -> String {
    let prefix = plan.format.prefix();
    let after = if prefix.is_empty() {
        String::new()
    } else {
        format!("`{prefix}` and ")
    };
    match plan.algorithm.signature_len() {
        _ if plan.algorithm == Algorithm::MessageSignatures => format!(
            "{}: `label=:base64:`, and under the same label in `signature-input` what it covers",
            plan.at
        ),
        Some(length) => format!(
            "{}: {after}{} {} ({})",
            plan.at,
            plan.encoding.text_len(length),
            plan.encoding.characters(),
            plan.algorithm
        ),
        None if plan.algorithm.is_public_key() => format!(
            "{}: {after}the signature in {} ({})",
            plan.at,
            plan.encoding.name(),
            plan.algorithm
        ),
        None => format!("{}: {after}the key itself ({})", plan.at, plan.algorithm),
    }
}

pub(super) fn without(content: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.windows(secret.len()).position(|w| w == secret) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(b"[key]");
        rest = &rest[at + secret.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A number of seconds for people.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        7200..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}
