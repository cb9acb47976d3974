//! What a diagnosis says where no change is proven, and around one that is.

use http::HeaderMap;

use super::{Refusal, json, url};
use crate::rejection::Code;
use crate::scheme::{Algorithm, Plan};

/// What can be seen of a request for which nothing fits.
pub(super) fn visible(
    plan: &Plan,
    headers: &HeaderMap,
    body: &[u8],
    refusal: &Refusal,
) -> (Option<&'static str>, String) {
    if refusal.code.is_none() {
        return (
            None,
            format!("The keys are not usable: {}.", refusal.message),
        );
    }
    let declared = declared(headers);
    let covers_body = plan.algorithm.signs_content();
    let text = std::str::from_utf8(body).ok();
    let ends_early = text.is_some_and(json::ends_early) && !body.is_empty();
    let is_read = !matches!(
        refusal.code,
        Some(Code::SignatureMissing | Code::SignatureMalformed)
    );
    if is_read && covers_body {
        if body.is_empty() && declared.is_some_and(|length| length > 0) {
            return (
                Some("body_empty"),
                format!(
                    "The body is empty, though Content-Length says {} bytes: something read it before the check.",
                    declared.unwrap_or(0)
                ),
            );
        }
        if let Some(length) = declared.filter(|length| *length > body.len())
            && (ends_early || text.is_none_or(|t| json::parse(t).is_none()))
        {
            return (
                Some("body_truncated"),
                format!(
                    "The body is truncated: Content-Length says {length} bytes, {} are here.",
                    body.len()
                ),
            );
        }
        let coded = headers
            .get(http::header::CONTENT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .filter(|coding| ["gzip", "deflate", "br", "zstd"].contains(coding));
        if let Some(coding) = coded
            && text.is_some_and(|t| json::parse(t).is_some())
        {
            return (
                Some("body_decompressed"),
                format!(
                    "The body was decompressed before the check: Content-Encoding says {coding}, and what is here is plain JSON."
                ),
            );
        }
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
    if url::signs(&plan.parts) {
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
    (None, format!("{sentence}."))
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
