//! What stands in the head: signatures wherever they are, timestamps, ids and
//! the URL, each with its other readings.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderMap;
use http::header::HeaderName;

use super::token::Token;
use super::{Change, url};
use crate::request::head::{RequestHead, listed_headers};
use crate::request::request_url::ExternalUrl;
use crate::scheme::format::{Fields as Written, Slot};
use crate::scheme::source::Source;
use crate::scheme::template::Part;
use crate::scheme::{Place, Plan};
use crate::text::encoding::Encoding;
use crate::text::time::{TimeUnit, UnixTime};
use crate::text::values;

/// At most this many signatures are compared with each computed value.
const MAX_SIGNATURES: usize = 96;

/// At most this many pieces of one header are decoded.
const MAX_TOKENS: usize = 64;

/// At least this many bytes must agree before a cut signature counts: a
/// random one agrees once in 2⁶⁴.
pub(super) const LEAST_PREFIX: usize = 8;

/// What was read beside the signature.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub(super) timestamp: Option<Vec<u8>>,
    pub(super) id: Option<Vec<u8>>,
    pub(super) key_id: Option<Vec<u8>>,
    pub(super) method: String,
    pub(super) url: Option<String>,
    pub(super) target: String,
    /// The headers that the content names.
    pub(super) headers: Vec<(HeaderName, Vec<u8>)>,
    /// The headers that a header lists, as they are signed.
    pub(super) listed: Vec<(HeaderName, String)>,
    pub(super) token: Option<Arc<Token>>,
}

impl Fields {
    /// The value at a place, of the token where it stands there.
    pub(super) fn value(&self, place: &Place, headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
        if place.is_in_jws() {
            return self.token.as_ref()?.value(place);
        }
        read(place, headers, &self.target, body)
    }
}

/// A signature found somewhere in the request.
pub(super) struct Signature {
    pub(super) bytes: Vec<u8>,
    /// Only the beginning of a signature.
    pub(super) cut: bool,
    pub(super) change: Option<Change>,
    /// Where it was found.
    pub(super) header: Option<HeaderName>,
}

/// The value at a place, as text; none when it is not there exactly once.
pub(super) fn read(
    place: &Place,
    headers: &HeaderMap,
    target: &str,
    body: &[u8],
) -> Option<Vec<u8>> {
    match place {
        Place::Header(name) => {
            let mut values = headers.get_all(name).iter();
            let value = values.next()?;
            values.next().is_none().then(|| value.as_bytes().to_vec())
        }
        Place::Query(name) => {
            let query = values::query_of(target);
            values::parameter(query, name)
                .ok()
                .map(|text| text.into_owned().into_bytes())
        }
        Place::Json(pointer) => values::json(body, pointer).ok().map(String::into_bytes),
        Place::Body => Some(body.to_vec()),
        Place::Claim(_) | Place::JwsHeader(_) => None,
        Place::HeaderJson(name, pointer) => {
            let header = read(&Place::Header(name.clone()), headers, target, body)?;
            let object = crate::Encoding::Base64.decode(&header).ok()?;
            values::json(&object, pointer).ok().map(String::into_bytes)
        }
        Place::FormJson(name, pointer) => {
            let object = read(&Place::Form(name.clone()), headers, target, body)?;
            values::json(&object, pointer).ok().map(String::into_bytes)
        }
        Place::Form(name) => {
            let text = std::str::from_utf8(body).ok()?;
            values::parameter(text, name)
                .ok()
                .map(|text| text.into_owned().into_bytes())
        }
    }
}

/// The fields as the scheme reads them.
pub(super) fn fields(
    plan: &Plan,
    head: &dyn RequestHead,
    headers: &HeaderMap,
    body: &[u8],
    external_url: &ExternalUrl,
) -> Fields {
    let target = head.target().into_owned();
    let text = read(&plan.at, headers, &target, body).unwrap_or_default();
    let mut written = Written::default();
    let _ = plan.format.read(&text, &mut written);
    let token = Token::find(plan, headers, &target, body).map(Arc::new);
    let at = |place: Option<&Place>| match place? {
        place if place.is_in_jws() => token.as_ref()?.value(place),
        place => read(place, headers, &target, body),
    };
    let mut sources = Vec::new();
    for part in &plan.parts {
        part.for_each(&mut |slot| sources.push(&slot.source));
    }
    Fields {
        timestamp: match &plan.timestamp {
            Some(planned) if planned.at.is_some() => at(planned.at.as_ref()),
            _ => written.timestamp.map(<[u8]>::to_vec),
        },
        id: at(plan.event_id.as_ref()).or_else(|| written.id.map(<[u8]>::to_vec)),
        key_id: at(plan.key_id.as_ref())
            .or_else(|| written.signatures.first()?.1.map(<[u8]>::to_vec)),
        method: head.method().to_owned(),
        url: external_url.of_any_host(head).ok().map(|url| url.text()),
        headers: sources
            .iter()
            .filter_map(|source| match source {
                Source::Header(name) => {
                    Some((name.clone(), headers.get(name)?.as_bytes().to_vec()))
                }
                _ => None,
            })
            .collect(),
        listed: sources
            .iter()
            .filter_map(|source| match source {
                Source::Headers(list) => {
                    let text = listed_headers(head, list, &plan.has_to_be_listed(), &|_| None);
                    Some((list.clone(), text.ok()?))
                }
                _ => None,
            })
            .collect(),
        token,
        target,
    }
}

/// Every signature of the request: those that the scheme reads first, then
/// whatever decodes as one.
pub(super) fn signatures(
    plan: &Plan,
    headers: &HeaderMap,
    target: &str,
    body: &[u8],
) -> Vec<Signature> {
    let mut found: Vec<Signature> = Vec::new();
    let own = match &plan.at {
        Place::Header(name) => Some(name),
        _ => None,
    };
    let text = read(&plan.at, headers, target, body);
    if let Some(text) = &text {
        let mut written = Written::default();
        if plan.format.read(text, &mut written).is_ok() {
            for (text, _) in &written.signatures {
                if let Ok(bytes) = plan.encoding.decode(text) {
                    found.push(Signature {
                        bytes,
                        cut: false,
                        change: None,
                        header: own.cloned(),
                    });
                }
            }
        }
    }
    if !plan.algorithm.signs_content() {
        shared(plan, headers, &mut found);
        return found;
    }
    let own_place = plan.at.to_string();
    if let Some(text) = &text {
        hunt(plan, &own_place, true, text, &mut found);
    }
    let repeated = own.is_some_and(|name| headers.get_all(name).iter().count() > 1);
    let mut ordered: Vec<(&HeaderName, &[u8])> =
        headers.iter().map(|(n, v)| (n, v.as_bytes())).collect();
    // Headers that look like one come first, in case there are too many.
    ordered.sort_by_key(|(name, _)| {
        let name = name.as_str();
        !(name.contains("sign") || name.contains("hmac") || name.contains("digest"))
    });
    for (name, value) in ordered {
        if Some(name) == own {
            if repeated {
                let before = found.len();
                hunt(plan, &own_place, true, value, &mut found);
                for signature in &mut found[before..] {
                    signature.change = Some(Change::new(
                        "signature_repeated",
                        format!("one of the several `{name}` headers is taken alone"),
                    ));
                }
            }
            continue;
        }
        let before = found.len();
        hunt(plan, &format!("header `{name}`"), false, value, &mut found);
        for signature in &mut found[before..] {
            signature.header = Some(name.clone());
        }
    }
    let query = values::query_of(target);
    for (name, value) in values::pairs(query) {
        hunt(
            plan,
            &format!("query parameter `{name}`"),
            false,
            value.as_bytes(),
            &mut found,
        );
    }
    found.truncate(MAX_SIGNATURES);
    found
}

/// Secrets that are sent as they are: other headers and spellings.
fn shared(plan: &Plan, headers: &HeaderMap, found: &mut Vec<Signature>) {
    let own = match &plan.at {
        Place::Header(name) => Some(name),
        _ => None,
    };
    for (name, value) in headers {
        let value = value.as_bytes();
        let mut forms: Vec<(Cow<'_, [u8]>, String)> = Vec::new();
        if Some(name) != own {
            forms.push((
                value.into(),
                format!("the key is read from header `{name}`"),
            ));
        }
        for prefix in [
            "Bearer ", "bearer ", "Token ", "ApiKey ", "Basic ", "Key ", "token=",
        ] {
            if let Some(rest) = value.strip_prefix(prefix.as_bytes()) {
                let place = prefix.trim_end();
                let clause =
                    format!("the key in header `{name}` is read without `{place}` before it");
                if let Ok(plain) = Encoding::Base64.decode(rest) {
                    let (user, password) = match plain.iter().position(|b| *b == b':') {
                        Some(at) => (plain[..at].to_vec(), plain[at + 1..].to_vec()),
                        None => (Vec::new(), Vec::new()),
                    };
                    for (part, what) in [
                        (plain.clone(), "decoded from base64"),
                        (user, "the user name of the Basic credentials"),
                        (password, "the password of the Basic credentials"),
                    ] {
                        forms.push((part.into(), format!("the key in header `{name}` is {what}")));
                    }
                }
                forms.push((rest.into(), clause));
            }
        }
        let unquoted = value.trim_ascii();
        for quote in [b'"', b'\''] {
            if let [first, text @ .., last] = unquoted
                && *first == quote
                && *last == quote
            {
                forms.push((
                    text.into(),
                    format!("the quotes around the value of header `{name}` are left out"),
                ));
            }
        }
        for (bytes, clause) in forms {
            let cause = if Some(name) == own {
                "signature_prefix"
            } else {
                "signature_in_other_header"
            };
            if !bytes.is_empty() {
                found.push(Signature {
                    bytes: bytes.into_owned(),
                    cut: false,
                    change: Some(Change::new(cause, clause)),
                    header: Some(name.clone()),
                });
            }
        }
    }
    found.truncate(MAX_SIGNATURES);
}

/// Takes every token of a value that decodes as a signature.
fn hunt(plan: &Plan, place: &str, own: bool, value: &[u8], found: &mut Vec<Signature>) {
    if value.len() > 8192 || found.len() >= MAX_SIGNATURES {
        return;
    }
    let Ok(text) = std::str::from_utf8(value) else {
        return;
    };
    let expected = plan.algorithm.signature_len();
    let mut tokens: Vec<(String, &'static str)> = Vec::new();
    let mut token = |text: &str, note: &'static str| {
        let text = text.trim().trim_matches(['"', '\'', '<', '>']);
        let fits = (11..=4096).contains(&text.len()) && tokens.len() < MAX_TOKENS;
        if fits && !tokens.iter().any(|(known, _)| known == text) {
            tokens.push((text.to_owned(), note));
        }
    };
    token(text, "");
    for (at, _) in text.match_indices(['=', ' ', ',', ';', ':', '|', '.']) {
        let rest = &text[at + 1..];
        token(rest, "");
        let end = rest.find([',', ' ', ';', '|', '.']).unwrap_or(rest.len());
        token(&rest[..end], "");
    }
    for end in text
        .match_indices([',', ' ', ';', '|', '.'])
        .map(|(at, _)| at)
    {
        token(&text[..end], "");
    }
    if text.contains('%') {
        let decoded = percent_decoded(text);
        for (at, _) in decoded.match_indices(['=', ' ', ',']) {
            token(&decoded[at + 1..], "percent");
        }
        token(&decoded, "percent");
    }
    if text.contains(' ') {
        // A form decoder made blanks of the plus signs of base64.
        let mended = text.trim().replace(' ', "+");
        token(&mended, "plus");
    }

    for (token, note) in tokens {
        // Some texts decode alike in two encodings: the scheme's own first.
        let mut encodings = [
            (Encoding::Hex, "hex"),
            (Encoding::Base64, "base64"),
            (Encoding::Base64NoPad, "base64 without padding"),
            (Encoding::Base64url, "base64url"),
            (Encoding::Base64urlPadded, "base64url with padding"),
            (Encoding::Base64Hex, "hex digits in base64"),
        ];
        encodings.sort_by_key(|(encoding, _)| *encoding != plan.encoding);
        for (encoding, name) in encodings {
            let Ok(bytes) = encoding.decode(token.as_bytes()) else {
                continue;
            };
            let same = encoding == plan.encoding;
            let change = if note == "percent" {
                Change::new(
                    "signature_percent_encoded",
                    format!("the signature in {place} is percent-decoded"),
                )
            } else if note == "plus" {
                Change::new(
                    "signature_plus_lost",
                    format!("the spaces in the signature in {place} are `+` again"),
                )
            } else if !own {
                let how = if same {
                    String::new()
                } else {
                    format!(", in {name}")
                };
                Change::new(
                    "signature_in_other_header",
                    format!("the signature is read from {place}{how}"),
                )
            } else if same {
                let prefix = plan.format.prefix();
                let expected = if plan.format.has(Slot::JwsHeader) {
                    "in the token alone, which has something else before it than the scheme"
                        .to_owned()
                } else if prefix.is_empty() {
                    "its value alone, without what stands around it".to_owned()
                } else {
                    format!("without the expected `{prefix}`")
                };
                Change::new(
                    "signature_prefix",
                    format!("the signature in {place} is read {expected}: its prefix is another"),
                )
            } else {
                let (cause, name) = match encoding {
                    Encoding::Hex => ("signature_is_hex", name),
                    // Nothing but its padding is missing.
                    Encoding::Base64NoPad if plan.encoding == Encoding::Base64 => {
                        ("signature_cut", "base64 without padding, which is cut off,")
                    }
                    Encoding::Base64 | Encoding::Base64NoPad => ("signature_is_base64", name),
                    _ => ("signature_is_base64url", name),
                };
                Change::new(
                    cause,
                    format!(
                        "the signature in {place} is read as {name} instead of {}",
                        plan.encoding.name()
                    ),
                )
            };
            // Encoded twice: base64 of the hex digits, hex of the base64.
            if bytes.is_ascii() {
                for (inner, inner_name) in [(Encoding::Hex, "hex"), (Encoding::Base64, "base64")] {
                    if let Ok(twice) = inner.decode(&bytes)
                        && twice.len() >= 16
                    {
                        push(
                            found,
                            twice,
                            false,
                            Change::new(
                                "signature_encoded_twice",
                                format!(
                                    "the signature in {place} is decoded twice: it is the {name} of {inner_name}"
                                ),
                            ),
                        );
                    }
                }
            }
            if let Some(expected) = expected
                && bytes.len() < expected
                && bytes.len() >= LEAST_PREFIX
            {
                let shown = token.len();
                let whole = encoding.text_len(expected);
                push(
                    found,
                    bytes.clone(),
                    true,
                    Change::new(
                        "signature_cut",
                        format!(
                            "the signature in {place} is completed: it is cut, {shown} of {whole} {} are there",
                            encoding.characters()
                        ),
                    ),
                );
            }
            if let Some(expected) = expected
                && bytes.len() > expected
                && encoding == Encoding::Hex
            {
                push(
                    found,
                    bytes[..expected].to_vec(),
                    false,
                    Change::new(
                        "signature_too_long",
                        format!(
                            "the signature in {place} ends after {} hex digits: more stand there",
                            expected * 2
                        ),
                    ),
                );
            }
            push(found, bytes, false, change);
        }
        surplus(plan, place, &token, expected, found);
        odd(plan, place, &token, expected, found);
    }
}

/// A signature in base64 with something after it.
fn surplus(
    plan: &Plan,
    place: &str,
    token: &str,
    expected: Option<usize>,
    found: &mut Vec<Signature>,
) {
    // A signature whose length the key fixes ends with its padding.
    let end = match expected {
        Some(expected) => plan.encoding.text_len(expected),
        None => token.rfind('=').map_or(0, |at| at + 1),
    };
    let is_base64 = !matches!(plan.encoding, Encoding::Hex | Encoding::Plain);
    if !is_base64 || end == 0 || token.len() <= end {
        return;
    }
    let Some(Ok(bytes)) = token
        .get(..end)
        .map(|text| plan.encoding.decode(text.as_bytes()))
    else {
        return;
    };
    push(
        found,
        bytes,
        false,
        Change::new(
            "signature_too_long",
            format!("the signature in {place} ends after {end} characters: more stand there"),
        ),
    );
}

/// A signature cut in the middle of a byte or of a group of base64.
fn odd(plan: &Plan, place: &str, token: &str, expected: Option<usize>, found: &mut Vec<Signature>) {
    let Some(expected) = expected else { return };
    let whole = plan.encoding.text_len(expected);
    if token.len() >= whole {
        return;
    }
    let keep = match plan.encoding {
        Encoding::Hex => token.len() / 2 * 2,
        Encoding::Plain => return,
        _ => token.trim_end_matches('=').len() / 4 * 4,
    };
    let encoding = match plan.encoding {
        Encoding::Hex => Encoding::Hex,
        Encoding::Base64 | Encoding::Base64NoPad => Encoding::Base64NoPad,
        _ => Encoding::Base64url,
    };
    let Some(Ok(bytes)) = token
        .get(..keep)
        .map(|text| encoding.decode(text.as_bytes()))
    else {
        return;
    };
    if bytes.len() < LEAST_PREFIX || bytes.len() >= expected {
        return;
    }
    push(
        found,
        bytes,
        true,
        Change::new(
            "signature_cut",
            format!(
                "the signature in {place} is completed: it is cut, {} of {whole} {} are there",
                token.len(),
                plan.encoding.characters()
            ),
        ),
    );
}

fn push(found: &mut Vec<Signature>, bytes: Vec<u8>, cut: bool, change: Change) {
    let known = found
        .iter()
        .any(|known| known.cut == cut && known.bytes == bytes);
    if !known && found.len() < MAX_SIGNATURES {
        found.push(Signature {
            bytes,
            cut,
            change: Some(change),
            header: None,
        });
    }
}

pub(super) fn percent_decoded(text: &str) -> String {
    // A plus is itself here.
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// Other templates of the signed content.
pub(super) fn templates(plan: &Plan) -> Vec<(&'static str, Vec<Part>)> {
    [
        "{body}",
        "{timestamp}.{body}",
        "{id}.{timestamp}.{body}",
        "{timestamp}{body}",
        "{timestamp}:{body}",
        "v0:{timestamp}:{body}",
        "v1:{timestamp}:{body}",
        "{body}{timestamp}",
        "{body}.{timestamp}",
        "{id}.{body}",
        "{id}{body}",
        "{id}{timestamp}{body}",
        "{timestamp}.{id}.{body}",
        "{timestamp}|{body}",
        "{timestamp}\n{body}",
        "{timestamp}-{body}",
        "{url}{body}",
        "{body}{url}",
        "{url}",
        "{method}{url}{body}",
        "{timestamp}{method}{path}{body}",
        "{body|sha256|hex}",
        "{timestamp}.{body|sha256|hex}",
        "{timestamp}",
        "{id}.{timestamp}",
    ]
    .into_iter()
    .filter_map(|text| {
        let parts = crate::scheme::template::parse_signed(text).ok()?;
        (*parts != *plan.parts).then_some((text, parts))
    })
    .collect()
}

/// Whether a value is a point in time between 2001 and 2100.
pub(super) fn as_time(text: &[u8]) -> Option<(UnixTime, TimeUnit)> {
    let unit = match text.len() {
        9..=11 => TimeUnit::Seconds,
        13 => TimeUnit::Millis,
        16 => TimeUnit::Micros,
        _ => TimeUnit::Rfc3339,
    };
    [
        unit,
        TimeUnit::Rfc3339,
        TimeUnit::Iso8601,
        TimeUnit::HttpDate,
        TimeUnit::Sql,
        TimeUnit::Rfc2822,
        TimeUnit::Iso8601Basic,
        TimeUnit::DecimalSeconds,
    ]
    .into_iter()
    .find_map(|unit| Some((unit.parse(text)?, unit)))
    .filter(|(time, _)| (1_000_000_000..4_102_444_800).contains(&time.as_secs()))
}

/// Points in time that stand in the head, each with the place.
pub(super) fn times(headers: &HeaderMap, target: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut put = |place: String, text: &[u8]| {
        if as_time(text).is_some()
            && found.len() < 12
            && !found.iter().any(|(_, known)| known == text)
        {
            found.push((place, text.to_vec()));
        }
    };
    for (name, value) in headers {
        let value = value.as_bytes();
        if value.len() > 512 {
            continue;
        }
        put(format!("header `{name}`"), value);
        for token in value.split(|b| matches!(b, b',' | b';' | b' ' | b'=' | b'.' | b':')) {
            put(format!("header `{name}`"), token);
        }
    }
    let query = values::query_of(target);
    for (name, value) in values::pairs(query) {
        put(format!("query parameter `{name}`"), value.as_bytes());
    }
    found
}

/// Other values of timestamp and id.
pub(super) fn variants(
    plan: &Plan,
    base: &Fields,
    headers: &HeaderMap,
    body: &[u8],
) -> Vec<(Change, Fields)> {
    let mut found = Vec::new();
    if plan.reads(&Source::Timestamp) {
        let missing = base.timestamp.as_ref().is_none_or(Vec::is_empty);
        if let Some((time, _)) = base.timestamp.as_deref().and_then(as_time) {
            for (other, name) in [
                (TimeUnit::Seconds, "in seconds"),
                (TimeUnit::Millis, "in milliseconds"),
                (TimeUnit::Micros, "in microseconds"),
                (TimeUnit::Rfc3339, "as an RFC 3339 date"),
                (TimeUnit::Iso8601, "as an ISO 8601 date without offset"),
                (TimeUnit::HttpDate, "as an HTTP date"),
                (TimeUnit::Sql, "as a date and time in UTC"),
            ] {
                let mut texts = vec![other.write(time)];
                if other == TimeUnit::Rfc3339 {
                    texts.push(texts[0].replace(".000Z", "Z"));
                    texts.push(texts[0].replace(".000Z", "+00:00"));
                    texts.push(texts[0].replace(".000Z", ".000000Z"));
                }
                if other == TimeUnit::Seconds {
                    texts.push(format!("{}.0", texts[0]));
                }
                if other == TimeUnit::Micros {
                    texts.push(format!("{}000", texts[0]));
                }
                texts.retain(|text| Some(text.as_bytes()) != base.timestamp.as_deref());
                for text in texts {
                    let name = if other == TimeUnit::Micros && text.len() > 16 {
                        "in nanoseconds"
                    } else {
                        name
                    };
                    found.push((
                        Change::new(
                            "timestamp_unit",
                            format!("the signed timestamp is written {name}"),
                        ),
                        Fields {
                            timestamp: Some(text.into_bytes()),
                            ..base.clone()
                        },
                    ));
                }
            }
        }
        for (place, text) in times(headers, &base.target) {
            if Some(&text) == base.timestamp.as_ref() {
                continue;
            }
            let cause = if missing {
                "timestamp_missing"
            } else {
                "timestamp_moved"
            };
            found.push((
                Change::new(
                    cause,
                    format!("the timestamp is read from {place}, not where the scheme has it"),
                ),
                Fields {
                    timestamp: Some(text),
                    ..base.clone()
                },
            ));
        }
        if missing {
            found.push((
                Change::new(
                    "timestamp_missing",
                    "the timestamp is empty in the signed content",
                ),
                Fields {
                    timestamp: Some(Vec::new()),
                    ..base.clone()
                },
            ));
        }
    }
    if plan.reads(&Source::Id) {
        let cause = if base.id.is_none() {
            "id_missing"
        } else {
            "id_changed"
        };
        let mut ids: Vec<(String, Vec<u8>)> = vec![("nowhere: it is empty".to_owned(), Vec::new())];
        for (name, value) in headers {
            let looks = name.as_str().contains("id") || name.as_str().contains("delivery");
            if looks && value.len() <= 256 {
                ids.push((format!("header `{name}`"), value.as_bytes().to_vec()));
            }
        }
        for pointer in [
            "/id",
            "/event_id",
            "/data/id",
            "/event/id",
            "/eventId",
            "/uuid",
        ] {
            // Reading a long body takes its time.
            if body.len() <= 256 << 10
                && let Ok(id) = values::json(body, pointer)
            {
                ids.push((format!("`{pointer}` of the JSON body"), id.into_bytes()));
            }
        }
        for (place, id) in ids {
            if Some(&id) != base.id.as_ref() {
                found.push((
                    Change::new(cause, format!("the id is read from {place}")),
                    Fields {
                        id: Some(id),
                        ..base.clone()
                    },
                ));
            }
        }
    }
    if url::signs(&plan.parts) {
        found.extend(urls(base, headers, &plan.name));
        if plan.reads(&Source::Method) {
            for method in ["POST", "post", "PUT", "GET"] {
                if method != base.method {
                    found.push((
                        Change::new("method_changed", format!("the method is `{method}`")),
                        Fields {
                            method: method.to_owned(),
                            ..base.clone()
                        },
                    ));
                }
            }
        }
    }
    found
}

/// The fields with another URL that the provider may have called.
pub(super) fn urls(base: &Fields, headers: &HeaderMap, provider: &str) -> Vec<(Change, Fields)> {
    url::variants(base, headers, provider)
        .into_iter()
        .map(|(change, url)| {
            let at = url.find("://").map_or(0, |at| at + 3);
            let rest = &url[at..];
            let target = rest
                .find(['/', '?'])
                .map_or("/", |at| &rest[at..])
                .to_owned();
            let fields = Fields {
                url: Some(url),
                target,
                ..base.clone()
            };
            (change, fields)
        })
        .collect()
}
