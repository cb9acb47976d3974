//! What software between the provider and the check does to a body, undone.

use std::borrow::Cow;

use super::Change;
use super::head::percent_decoded;
use crate::text::encoding::Encoding;
use crate::text::json::{self, Escapes, Json, Layout, Numbers, Seen, Style};
use crate::text::printable::printable;
use crate::text::values;

/// Nothing is inflated beyond this.
#[cfg(feature = "explain-compression")]
const MAX_INFLATED: u64 = 8 << 20;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Takes one way of changing the body; false to stop.
pub(super) type Visit<'v> = dyn FnMut(&Change, &[u8]) -> bool + 'v;

fn of(cause: &'static str, clause: impl Into<String>) -> Change {
    Change::new(cause, clause)
}

/// Changes that need no understanding of the content. False when stopped.
pub(super) fn plain(body: &[u8], declared: Option<usize>, visit: &mut Visit<'_>) -> bool {
    let mut again = true;
    let mut put = |cause, clause: &str, bytes: &[u8]| {
        again = again && visit(&of(cause, clause), bytes);
        again
    };
    let joined = |a: &[u8], b: &[u8]| [a, b].concat();

    // Line ends and marks at the edges.
    if let Some(rest) = body.strip_suffix(b"\r\n") {
        put(
            "body_trailing_newline",
            "the line ending at the end of the body is left out",
            rest,
        );
    }
    if let Some(rest) = body.strip_suffix(b"\n") {
        put(
            "body_trailing_newline",
            "the newline at the end of the body is left out",
            rest,
        );
    }
    for mark in ["\\n", "\\r\\n"] {
        if let Some(rest) = body.strip_suffix(mark.as_bytes()) {
            let clause = format!("the `{mark}` written as text at the end of the body is left out");
            put("body_trailing_newline", &clause, rest);
        }
    }
    if !body.is_empty() {
        put(
            "body_trailing_newline",
            "the body ends in a newline, which is missing",
            &joined(body, b"\n"),
        );
        put(
            "body_trailing_newline",
            "the body ends in a line ending (CR LF), which is missing",
            &joined(body, b"\r\n"),
        );
    }
    let zeros = body.iter().rev().take_while(|byte| **byte == 0).count();
    if zeros > 0 && zeros < body.len() {
        put(
            "body_surrounding_space",
            "the zero bytes at the end of the body are left out",
            &body[..body.len() - zeros],
        );
    }
    let trimmed = body.trim_ascii();
    if trimmed.len() != body.len() && !trimmed.is_empty() {
        put(
            "body_surrounding_space",
            "the white space around the body is left out",
            trimmed,
        );
    }
    match body.strip_prefix(BOM) {
        Some(rest) => put(
            "body_bom",
            "the byte order mark (BOM) at the start of the body is left out",
            rest,
        ),
        None if !body.is_empty() => put(
            "body_bom",
            "the body starts with a byte order mark (BOM), which is missing",
            &joined(BOM, body),
        ),
        None => true,
    };
    if body.contains(&b'\n') {
        let unix = replaced(body, b"\r\n", b"\n");
        if unix.len() != body.len() {
            put(
                "body_line_endings",
                "the body's line endings are LF instead of CR LF",
                &unix,
            );
        }
        put(
            "body_line_endings",
            "the body's line endings are CR LF instead of LF",
            &replaced(&unix, b"\n", b"\r\n"),
        );
    }

    // Length.
    if let Some(end) = std::str::from_utf8(body).ok().and_then(json::missing_end) {
        for end in [end.clone(), end.clone() + "\n"] {
            put(
                "body_truncated",
                &format!("the body ends in `{}`, which is cut off", printable(&end)),
                &joined(body, end.as_bytes()),
            );
        }
    }
    if let Some(length) = declared.filter(|length| *length < body.len()) {
        put(
            "body_too_long",
            &format!("only the first {length} bytes of the body count, as Content-Length says"),
            &body[..length],
        );
    }
    if let Some(joined) = unchunked(body) {
        put(
            "body_is_chunked",
            "the body is taken out of its chunks: their sizes still stand in it",
            &joined,
        );
    }
    let (first, second) = body.split_at(body.len() / 2);
    if first == second && !first.is_empty() {
        put(
            "body_doubled",
            "the body is taken once: it stands there twice, one after the other",
            first,
        );
    }
    if !body.is_empty() {
        put("body_should_be_empty", "the body is empty", b"");
        put(
            "body_doubled",
            "the body is sent twice over",
            &joined(body, body),
        );
    }
    again
}

/// The content of a chunked message (RFC 9112 section 7.1) that nothing joined.
fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    let mut rest = body;
    loop {
        let end = rest.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = rest[..end].split(|byte| *byte == b';').next()?;
        let size = std::str::from_utf8(line).ok()?.trim();
        if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return (!joined.is_empty()).then_some(joined);
        }
        joined.extend_from_slice(rest.get(..size)?);
        rest = &rest[size..];
        rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        rest = rest.strip_prefix(b"\n")?;
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// The upper half of Windows-1252; 0 where nothing stands.
const CP1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/// The upper halves of further charsets, from 0x80 or 0xa0 to 0xff.
const CHARSETS: [(&str, &str); 4] = [
    (
        "ISO-8859-15 (latin9)",
        "\u{a0}¡¢£€¥Š§š©ª«¬\u{ad}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    ),
    (
        "code page 437",
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    ),
    (
        "code page 850",
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    ),
    (
        "Mac Roman",
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
    ),
];

/// The text in a charset, and the text of bytes in it.
fn in_charset(text: &str, half: &str) -> Option<Vec<u8>> {
    let start = 0x100 - half.chars().count();
    text.chars()
        .map(|c| {
            match half
                .chars()
                .filter(|_| !c.is_ascii())
                .position(|known| known == c)
            {
                Some(at) => u8::try_from(start + at).ok(),
                None => u8::try_from(u32::from(c))
                    .ok()
                    .filter(|byte| usize::from(*byte) < start),
            }
        })
        .collect()
}

fn of_charset(bytes: &[u8], half: &[char]) -> String {
    let start = 0x100 - half.len();
    bytes
        .iter()
        .map(|byte| match usize::from(*byte).checked_sub(start) {
            Some(at) => half[at],
            None => char::from(*byte),
        })
        .collect()
}

fn to_single_bytes(text: &str, windows: bool) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| {
            let code = u32::from(c);
            if let Ok(byte) = u8::try_from(code) {
                return Some(byte);
            }
            let index = CP1252
                .iter()
                .position(|known| windows && u32::from(*known) == code)?;
            u8::try_from(index + 0x80).ok()
        })
        .collect()
}

fn from_single_bytes(bytes: &[u8], windows: bool) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..0xa0 if windows => {
                let code = CP1252[usize::from(byte - 0x80)];
                char::from_u32(u32::from(code))
                    .filter(|c| *c != '\0')
                    .unwrap_or(char::from(*byte))
            }
            byte => char::from(*byte),
        })
        .collect()
}

/// Charsets, compression and other wrappings. False when stopped.
pub(super) fn recoded(body: &[u8], visit: &mut Visit<'_>) -> bool {
    let mut again = true;
    let mut put = |cause, clause: &str, bytes: &[u8]| {
        again = again && visit(&of(cause, clause), bytes);
        again
    };
    for (name, bytes) in inflated(body) {
        put(
            "body_is_compressed",
            &format!("the body is decompressed ({name}) before it is checked"),
            &bytes,
        );
    }
    let text = std::str::from_utf8(body).ok();
    if !body.is_ascii() {
        for (windows, name) in [(false, "ISO-8859-1 (latin1)"), (true, "Windows-1252")] {
            match text {
                Some(text) => {
                    if let Some(bytes) = to_single_bytes(text, windows) {
                        put(
                            "body_charset",
                            &format!("the body's charset is {name} instead of UTF-8"),
                            &bytes,
                        );
                    }
                    put(
                        "body_charset",
                        &format!("the body's UTF-8 is encoded once more, as if it were {name}"),
                        from_single_bytes(body, windows).as_bytes(),
                    );
                }
                None => {
                    put(
                        "body_charset",
                        &format!("the body's charset is UTF-8 instead of {name}"),
                        from_single_bytes(body, windows).as_bytes(),
                    );
                }
            }
        }
    }
    // Looking each character up takes its time.
    if !body.is_ascii() && body.len() <= 128 << 10 {
        for (name, half) in CHARSETS {
            match text {
                Some(text) => {
                    if let Some(bytes) = in_charset(text, half) {
                        let clause = format!("the body's charset is {name} instead of UTF-8");
                        put("body_charset", &clause, &bytes);
                    }
                }
                None => {
                    let half: Vec<char> = half.chars().collect();
                    let clause = format!("the body's charset is UTF-8 instead of {name}");
                    put("body_charset", &clause, of_charset(body, &half).as_bytes());
                }
            }
        }
    }
    if let Some(text) = utf32(body) {
        put(
            "body_charset",
            "the body's charset is UTF-8 instead of UTF-32",
            text.as_bytes(),
        );
    }
    for (little, mark, name) in [
        (true, [0xff, 0xfe], "UTF-16LE"),
        (false, [0xfe, 0xff], "UTF-16BE"),
    ] {
        let marked = body.strip_prefix(&mark);
        if marked.is_none() && !body.contains(&0) {
            continue;
        }
        let units = marked.unwrap_or(body).chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if little {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            }
        });
        if let Ok(text) = char::decode_utf16(units).collect::<Result<String, _>>() {
            put(
                "body_charset",
                &format!("the body's charset is UTF-8 instead of {name}"),
                text.as_bytes(),
            );
        }
    }
    let Some(text) = text else {
        return again;
    };
    if text.trim_start().starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(text)
    {
        put(
            "body_json_quoted",
            "the body is unwrapped: it is JSON inside a JSON string (encoded twice)",
            inner.as_bytes(),
        );
    }
    if text.contains("&quot;") || text.contains("&amp;") || text.contains("&#") {
        put(
            "body_html_escaped",
            "the HTML entities in the body (&quot;, &amp;) are undone",
            unescaped(text).as_bytes(),
        );
    }
    if text.trim_start().starts_with(['{', '[']) {
        let before = before_echo(text);
        if before != text {
            for (end, also) in [("", ""), ("\n", ", and the newline at its end is left out")] {
                if let Some(before) = before.strip_suffix(end) {
                    let clause = format!(
                        "the escapes in the body's JSON are as they were before a shell's `echo` read them{also}"
                    );
                    put("body_json_line_breaks", &clause, before.as_bytes());
                }
            }
        }
        let name = "payload=";
        for space in ["+", "%20"] {
            let mut form = name.to_owned();
            percent(&mut form, text, "-._~", false, space, true);
            put(
                "body_form_reencoded",
                "the body is a form with the JSON in its field `payload`, which a parser took out",
                form.as_bytes(),
            );
        }
    } else {
        if body.len() >= 16
            && let Some(bytes) = of_base64(text.trim_ascii())
        {
            put(
                "body_is_base64",
                "the body is decoded from base64 before it is checked",
                &bytes,
            );
        }
        if let Some(json) = text.split_once('=').map(|(_, value)| value)
            && json.starts_with("%7B")
            && !json.contains('&')
        {
            put(
                "body_form_reencoded",
                "the body is the JSON in its form field alone",
                percent_decoded(&json.replace('+', "%20")).as_bytes(),
            );
        }
        if text.contains('%') {
            put(
                "body_form_reencoded",
                "the body is percent-decoded",
                percent_decoded(text).as_bytes(),
            );
        }
    }
    again
}

fn of_base64(text: &str) -> Option<Vec<u8>> {
    let encoding = if text.contains(['-', '_']) {
        Encoding::Base64url
    } else {
        Encoding::Base64NoPad
    };
    encoding.decode(text.trim_end_matches('=').as_bytes()).ok()
}

/// UTF-32 in either order, with or without its mark.
fn utf32(body: &[u8]) -> Option<String> {
    if body.len() < 8 || !body.len().is_multiple_of(4) || !body.contains(&0) {
        return None;
    }
    let decoded = |little: bool| {
        let text: Option<String> = body
            .chunks_exact(4)
            .map(|unit| {
                let unit = [unit[0], unit[1], unit[2], unit[3]];
                char::from_u32(if little {
                    u32::from_le_bytes(unit)
                } else {
                    u32::from_be_bytes(unit)
                })
            })
            .collect();
        text.map(|text| text.trim_start_matches('\u{feff}').to_owned())
    };
    decoded(true).or_else(|| decoded(false))
}

/// The characters that HTML entities stand for, in one pass.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        let found = end.and_then(|end| {
            let c = match &rest[1..end] {
                "quot" => '"',
                "apos" => '\'',
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                name => {
                    let digits = name.strip_prefix('#')?;
                    let code = match digits.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => digits.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((c, end + 1))
        });
        let (c, length) = found.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out + rest
}

/// What `echo` of a shell made of JSON, undone: it reads `\n` inside strings
/// as a line break, and `\\` as one backslash.
fn before_echo(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut in_string = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\\' if in_string => match chars.peek() {
                Some('"' | '/' | 'u') => {
                    out.push(c);
                    out.extend(chars.next());
                }
                _ => out.push_str("\\\\"),
            },
            '\n' if in_string => out.push_str("\\n"),
            '\t' if in_string => out.push_str("\\t"),
            '\r' if in_string => out.push_str("\\r"),
            '\u{8}' if in_string => out.push_str("\\b"),
            '\u{c}' if in_string => out.push_str("\\f"),
            c => out.push(c),
        }
    }
    out
}

/// The compression that the first bytes name.
#[cfg(feature = "explain-compression")]
fn compression(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1f, 0x8b, 8, ..] => Some("gzip"),
        [0x78, flags, ..] if (0x7800 + u32::from(*flags)) % 31 == 0 && !body.is_ascii() => {
            Some("deflate")
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        _ => None,
    }
}

#[cfg(feature = "explain-compression")]
fn inflated(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    use std::io::Read;
    fn read(from: impl Read) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        from.take(MAX_INFLATED + 1).read_to_end(&mut out).ok()?;
        (out.len() as u64 <= MAX_INFLATED && !out.is_empty()).then_some(out)
    }
    let mut found = Vec::new();
    match compression(body) {
        Some("gzip") => {
            found.extend(read(flate2::read::MultiGzDecoder::new(body)).map(|b| ("gzip", b)));
        }
        Some("deflate") => {
            found.extend(read(flate2::read::ZlibDecoder::new(body)).map(|b| ("deflate", b)));
        }
        // Some servers send the raw stream (RFC 1951) under that name, and
        // brotli has no mark of its own.
        _ if std::str::from_utf8(body).is_err() => {
            found.extend(read(flate2::read::DeflateDecoder::new(body)).map(|b| ("deflate", b)));
            let brotli = brotli_decompressor::Decompressor::new(body, 4096);
            found.extend(read(brotli).map(|b| ("br", b)));
        }
        _ => {}
    }
    found
}

#[cfg(not(feature = "explain-compression"))]
fn inflated(_: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    Vec::new()
}

/// Other spellings of a form. False when stopped.
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
    // The fields as they are written, in another order.
    let fields: Vec<&str> = text.split('&').collect();
    let mut others: Vec<Vec<&str>> = vec![fields.iter().rev().copied().collect()];
    let filled = |field: &&&str| !field.ends_with('=') && !field.is_empty();
    if fields.iter().any(|field| !filled(&field)) {
        let filled: Vec<&str> = fields.iter().filter(filled).copied().collect();
        let clause = "the empty fields of the form body are left out";
        if !visit(
            &of("body_form_reencoded", clause),
            filled.join("&").as_bytes(),
        ) {
            return false;
        }
    }
    if (3..=5).contains(&fields.len()) {
        let orders = super::url::orders(fields.len());
        others.extend(
            orders
                .iter()
                .map(|o| o.iter().map(|i| fields[*i]).collect()),
        );
    }
    for other in others {
        let clause = "the fields of the form body are in another order";
        if !visit(
            &of("body_form_reencoded", clause),
            other.join("&").as_bytes(),
        ) {
            return false;
        }
    }
    let mut pairs: Vec<values::Pair<'_>> = values::pairs(text).collect();
    encoded_forms(&mut pairs, "the form body is re-encoded", visit)
}

/// The form of which a parser made the JSON object at hand.
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
        let what = "the body is the form that a parser made this JSON of, encoded";
        encoded_forms(&mut pairs, what, visit)
    })
}

/// The ways in which software encodes a form.
fn encoded_forms(pairs: &mut [values::Pair<'_>], what: &str, visit: &mut Visit<'_>) -> bool {
    for (sorted, order) in [(false, ""), (true, ", fields sorted by name")] {
        if sorted {
            pairs.sort();
        }
        // The characters that stand as themselves, by the software that writes so.
        for (plain, brackets, software) in [
            ("-._", false, "Python's urlencode before 3.7, PHP"),
            ("-._~", false, "Python's urlencode"),
            ("*-._", false, "URLSearchParams"),
            ("-._~!*'()", false, "encodeURIComponent"),
            ("-._~", true, "brackets unescaped"),
        ] {
            for (space, space_name) in [("+", "`+`"), ("%20", "`%20`")] {
                for upper in [true, false] {
                    let mut out = String::new();
                    for (i, (name, value)) in pairs.iter().enumerate() {
                        if i > 0 {
                            out.push('&');
                        }
                        percent(&mut out, name, plain, brackets, space, upper);
                        out.push('=');
                        percent(&mut out, value, plain, brackets, space, upper);
                    }
                    let case = if upper { "" } else { ", lower-case digits" };
                    let clause =
                        format!("{what} with spaces as {space_name} (as {software}{case}{order})");
                    if !visit(&of("body_form_reencoded", clause), out.as_bytes()) {
                        return false;
                    }
                }
            }
        }
    }
    true
}

fn percent(out: &mut String, text: &str, plain: &str, brackets: bool, space: &str, upper: bool) {
    for byte in text.bytes() {
        let c = char::from(byte);
        match byte {
            b' ' => out.push_str(space),
            b'[' | b']' if brackets => out.push(c),
            _ if byte.is_ascii_alphanumeric() || byte.is_ascii() && plain.contains(c) => {
                out.push(c);
            }
            _ if upper => out.push_str(&format!("%{byte:02X}")),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
}

/// The document at hand and the ways in which it can be written again.
pub(super) struct Rewriting<'a> {
    pub(super) document: Json<'a>,
    seen: Seen,
    /// How the text at hand is written, where a style writes exactly it.
    at_hand: Option<Style>,
}

/// What common software writes, the most common first.
const COMMON: [(Style, &str); 18] = [
    (
        Style::new(Layout::Compact, Escapes::Least),
        "JSON.stringify",
    ),
    (
        Style::new(Layout::Spaced, Escapes::Ascii),
        "Python's json.dumps",
    ),
    (
        Style::new(Layout::Compact, Escapes::Ascii),
        "Python's json.dumps with compact separators",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Compact, Escapes::Ascii)
        },
        "PHP's json_encode",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Compact, Escapes::Separators)
        },
        "PHP's json_encode with JSON_UNESCAPED_UNICODE",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Compact, Escapes::PhpHex)
        },
        "PHP's json_encode with its JSON_HEX flags",
    ),
    (
        Style {
            slash: true,
            ..Style::new(Layout::Indent(4), Escapes::Ascii)
        },
        "PHP's json_encode with JSON_PRETTY_PRINT",
    ),
    (
        Style::new(Layout::Compact, Escapes::Go),
        "Go's json.Marshal",
    ),
    (
        Style::new(Layout::Compact, Escapes::GoLong),
        "Go's json.Marshal before 1.22",
    ),
    (
        Style::new(Layout::Compact, Escapes::GoPlain),
        "Go's encoder with SetEscapeHTML(false)",
    ),
    (
        Style::new(Layout::Compact, Escapes::Separators),
        "PHP's json_encode with JSON_UNESCAPED_UNICODE and JSON_UNESCAPED_SLASHES",
    ),
    (
        Style::new(Layout::Compact, Escapes::DotNet),
        ".NET's System.Text.Json",
    ),
    (
        Style::new(Layout::Spaced, Escapes::Least),
        "Python's json.dumps with ensure_ascii=False",
    ),
    (
        Style::new(Layout::Indent(2), Escapes::Least),
        "jq, JSON.stringify(…, 2)",
    ),
    (
        Style::new(Layout::Indent(4), Escapes::Ascii),
        "Python's json.dumps with indent=4",
    ),
    (
        Style::new(Layout::Indent(4), Escapes::Least),
        "an indent of 4",
    ),
    (
        Style::new(Layout::Indent(2), Escapes::Ascii),
        "Python's json.dumps with indent=2",
    ),
    (
        Style::new(Layout::Jackson, Escapes::Least),
        "Jackson's pretty printer",
    ),
];

impl<'a> Rewriting<'a> {
    pub(super) fn new(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        if !text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let (document, seen) = json::parse(text)?;
        let mut this = Self {
            document,
            seen,
            at_hand: None,
        };
        this.at_hand = this.recognise(body);
        Some(this)
    }

    fn layouts() -> [Layout; 8] {
        [
            Layout::Compact,
            Layout::Spaced,
            Layout::SpacedColon,
            Layout::Indent(2),
            Layout::Indent(4),
            Layout::Tabs,
            Layout::Jackson,
            Layout::Indent(1),
        ]
    }

    fn recognise(&self, body: &[u8]) -> Option<Style> {
        let mut out = Vec::with_capacity(body.len());
        let slash = self.seen.escaped_slash && !self.seen.bare_slash;
        let escapes: &[Escapes] = if self.seen.escaped_unicode || self.seen.markup {
            &Escapes::ALL
        } else {
            &[Escapes::Least]
        };
        for layout in Self::layouts() {
            // A look at the first line spares writing the whole document.
            for escapes in escapes {
                let style = Style {
                    slash,
                    ..Style::new(layout, *escapes)
                };
                style.write(&self.document, &mut out);
                if out == body.trim_ascii_end() {
                    return Some(style);
                }
                if out.len().abs_diff(body.len()) > body.len() / 2 {
                    break;
                }
            }
        }
        None
    }

    /// The style with everything that cannot show in this document levelled.
    fn level(&self, mut style: Style) -> Style {
        let seen = &self.seen;
        style.escapes = style.escapes.level(seen);
        style.slash &= seen.bare_slash || seen.escaped_slash;
        style.sorted &= seen.members > 1;
        if seen.numbers == 0 {
            style.numbers = Numbers::AsTheyStand;
        }
        style
    }

    /// Every way of writing the document again, the likeliest first. False
    /// when stopped.
    pub(super) fn visit(&self, visit: &mut Visit<'_>) -> bool {
        let mut tried: Vec<(Style, bool)> = Vec::new();
        let mut out = Vec::new();
        for (style, software, newline) in Self::styles() {
            let style = self.level(style);
            if tried.contains(&(style, newline)) {
                continue;
            }
            tried.push((style, newline));
            style.write(&self.document, &mut out);
            let mut change = self.change(style, software);
            if newline {
                out.push(b'\n');
                change.clause += ", with a newline at the end";
            }
            if !visit(&change, &out) {
                return false;
            }
        }
        self.empty_objects(visit) && self.numbers(visit)
    }

    /// The style at hand and the common ones, those that write alike once.
    pub(super) fn likely(&self) -> Vec<Style> {
        let mut found: Vec<Style> = Vec::new();
        let common = COMMON.iter().map(|(style, _)| *style);
        for style in self.at_hand.into_iter().chain(common) {
            let style = self.level(style);
            if !found.contains(&style) {
                found.push(style);
            }
        }
        found
    }

    /// PHP reads `{}` as an empty array and writes it as one.
    fn empty_objects(&self, visit: &mut Visit<'_>) -> bool {
        let count = self.document.empty_arrays();
        if count == 0 {
            return true;
        }
        let alone = if count <= 8 { count } else { 0 };
        let mut out = Vec::new();
        for chosen in std::iter::once(None).chain((0..alone).map(Some)) {
            let mut index = 0;
            let document = self.document.with_empty_objects(chosen, &mut index);
            let common = COMMON.iter().map(|(style, _)| *style);
            for style in self.at_hand.into_iter().chain(common) {
                style.write(&document, &mut out);
                let clause = "empty arrays in the body's JSON are empty objects, `{}`, as before PHP read it and wrote it again";
                if !visit(&of("body_json_empty_objects", clause), &out) {
                    return false;
                }
            }
        }
        true
    }

    /// The styles with who writes so, and whether a newline follows.
    fn styles() -> impl Iterator<Item = (Style, Option<&'static str>, bool)> {
        let common = || COMMON.into_iter().map(|(style, name)| (style, Some(name)));
        let sorted = common().map(|(style, name)| {
            let sorted = Style {
                sorted: true,
                ..style
            };
            (sorted, name)
        });
        let numbers = [Numbers::JavaScript, Numbers::Python]
            .into_iter()
            .flat_map(move |numbers| {
                common().map(move |(style, name)| (Style { numbers, ..style }, name))
            });
        let with = |newline| move |(style, name)| (style, name, newline);
        common()
            .map(with(false))
            .chain(sorted.map(with(false)))
            .chain(common().map(with(true)))
            .chain(numbers.map(with(false)))
            .chain(Self::all().map(|style| (style, None, false)))
            .chain(Self::all().map(|style| (style, None, true)))
    }

    fn all() -> impl Iterator<Item = Style> {
        [Numbers::AsTheyStand, Numbers::JavaScript, Numbers::Python]
            .into_iter()
            .flat_map(|numbers| [false, true].map(|sorted| (numbers, sorted)))
            .flat_map(|(numbers, sorted)| Self::layouts().map(|layout| (numbers, sorted, layout)))
            .flat_map(|rest| Escapes::ALL.map(|escapes| (rest, escapes)))
            .flat_map(|(rest, escapes)| [false, true].map(|slash| (rest, escapes, slash)))
            .map(|((numbers, sorted, layout), escapes, slash)| Style {
                layout,
                escapes,
                slash,
                sorted,
                numbers,
            })
    }

    /// One number at a time written otherwise: a parser that made `1` of
    /// `1.0` left no trace of which it was.
    fn numbers(&self, visit: &mut Visit<'_>) -> bool {
        if self.seen.numbers == 0 || self.seen.numbers > 200 {
            return true;
        }
        let style = self
            .at_hand
            .unwrap_or(Style::new(Layout::Compact, Escapes::Least));
        let mut texts = Vec::new();
        collect_numbers(&self.document, &mut texts);
        let mut out = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let mut others = Vec::new();
            if text.contains(['e', 'E']) {
                others.push(json::javascript_number(text));
            } else if text.contains('.') {
                others.extend([format!("{text}0"), format!("{text}00")]);
            } else {
                others.extend([format!("{text}.0"), format!("{text}.00")]);
            }
            for other in others {
                style.write_with_numbers(&self.document, &mut out, &|at| {
                    (at == index).then(|| other.clone())
                });
                let clause = format!(
                    "the number {} in the body is written `{}`, as before a JSON parser read it and wrote it again",
                    brief(text),
                    brief(&other)
                );
                if !visit(&of("body_json_numbers", clause), &out) {
                    return false;
                }
            }
        }
        // Several of a few, in a short document.
        if texts.len() > 8 || out.len() > 16 << 10 {
            return true;
        }
        for zeros in ["0", "00"] {
            for chosen in 1..1_usize << texts.len() {
                style.write_with_numbers(&self.document, &mut out, &|at| {
                    let text = texts.get(at).filter(|_| chosen >> at & 1 == 1)?;
                    let is_decimal = text.contains('.');
                    Some(match (is_decimal, text.contains(['e', 'E'])) {
                        (_, true) => json::javascript_number(text),
                        (true, _) => format!("{text}0"),
                        (false, _) => format!("{text}.{zeros}"),
                    })
                });
                let clause = "some numbers in the body have their zeros at the end, which a JSON parser dropped";
                if !visit(&of("body_json_numbers", clause), &out) {
                    return false;
                }
            }
        }
        true
    }

    /// Names what differs between the text at hand and the style.
    pub(super) fn change(&self, style: Style, software: Option<&str>) -> Change {
        let now = self.at_hand;
        let mut details: Vec<Cow<'_, str>> = Vec::new();
        let mut cause = "body_json_reserialised";
        let mut is = |code: &'static str, first: bool| {
            if first {
                cause = code;
            }
        };
        if self.seen.raw_control {
            is("body_json_line_breaks", details.is_empty());
            details.push("line breaks inside strings written as `\\n`".into());
        }
        if style.numbers != Numbers::AsTheyStand {
            is("body_json_numbers", details.is_empty());
            details.push("numbers reformatted".into());
        }
        if style.sorted {
            is("body_json_sorted", details.is_empty());
            details.push("keys sorted".into());
        }
        if style.slash && self.seen.bare_slash {
            is("body_json_slashes", details.is_empty());
            details.push("slashes written as `\\/`".into());
        } else if !style.slash && self.seen.escaped_slash {
            is("body_json_slashes", details.is_empty());
            details.push("slashes written as `/`, not `\\/`".into());
        }
        match style.escapes {
            escapes if !escapes.is_unicode() && self.seen.raw_unicode => {
                is("body_json_unicode", details.is_empty());
                details.push("non-ASCII characters written as `\\uXXXX`".into());
            }
            escapes if escapes.is_unicode() && self.seen.escaped_unicode => {
                is("body_json_unicode", details.is_empty());
                details.push("non-ASCII characters written as themselves, not `\\uXXXX`".into());
            }
            escapes
                if escapes.is_html()
                    && self.seen.markup
                    && now.is_none_or(|now| now.escapes != escapes) =>
            {
                is("body_json_html_escapes", details.is_empty());
                details.push("`<`, `>` and `&` written as `\\u003c`, `\\u003e`, `\\u0026`".into());
            }
            Escapes::Least if now.is_some_and(|now| now.escapes.is_html()) => {
                is("body_json_html_escapes", details.is_empty());
                details.push("`<`, `>` and `&` written as themselves".into());
            }
            _ => {}
        }
        if now.is_none_or(|now| now.layout != style.layout) {
            let (code, text) = match style.layout {
                Layout::Compact => ("body_json_compact", "compact, without spaces".to_owned()),
                Layout::Spaced => ("body_json_spaced", "spaced, with `, ` and `: `".to_owned()),
                Layout::SpacedColon => ("body_json_spaced", "spaced, with `,` and `: `".to_owned()),
                Layout::Indent(2) => ("body_json_indent_2", "indented by 2 spaces".to_owned()),
                Layout::Indent(4) => ("body_json_indent_4", "indented by 4 spaces".to_owned()),
                Layout::Indent(n) => ("body_json_indented", format!("indented by {n}")),
                Layout::Tabs => ("body_json_indented", "indented by tabs".to_owned()),
                Layout::Jackson => ("body_json_indented", "pretty-printed".to_owned()),
            };
            is(code, details.is_empty());
            details.push(text.into());
        }
        let mut clause = "the body's JSON is re-serialised".to_owned();
        if !details.is_empty() {
            clause += ": ";
            clause += &details.join(", ");
        }
        if let Some(software) = software {
            clause += &format!(" (as {software} writes it)");
        }
        of(cause, clause)
    }
}

fn collect_numbers<'j>(value: &'j Json<'_>, into: &mut Vec<&'j str>) {
    match value {
        Json::Number(text) => into.push(text),
        Json::Array(items) => items.iter().for_each(|item| collect_numbers(item, into)),
        Json::Object(members) => members
            .iter()
            .for_each(|(_, value)| collect_numbers(value, into)),
        Json::Word(_) | Json::Text(_) => {}
    }
}

fn brief(text: &str) -> String {
    if text.len() > 24 {
        format!("{}…", &text[..24])
    } else {
        text.to_owned()
    }
}
