//! `hookward send --suite`: what a receiver lets through.

use std::process::ExitCode;

use hookward_core::scheme::DEFAULT_TOLERANCE_SECS;
use hookward_core::{Algorithm, Digest, Encoding, Location, Scheme, UnixTime, printable};
use serde_json::{Value, json};

use crate::fault::{Fault, print, print_json};
use crate::net::{Answer, Pace};
use crate::progress::Progress;
use crate::send::{Outgoing, Sender, with_other_byte, with_other_character};
use crate::spelling::Spelling;
use crate::style::{Colour, paint};

/// A request and what it deserves.
struct Case {
    name: &'static str,
    /// The hole that letting it through shows; none for a genuine request.
    hole: Option<&'static str>,
    request: Outgoing,
    pace: Pace,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Hole,
    /// A genuine request was refused.
    Refused,
    /// Neither let through nor refused cleanly.
    Odd,
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    hole: Option<&'static str>,
    answer: String,
}

/// How far in the past a signature is surely stale.
pub(crate) fn stale(scheme: &Scheme) -> i64 {
    let tolerance = scheme
        .timestamp
        .as_ref()
        .and_then(|timestamp| timestamp.tolerance)
        .unwrap_or(DEFAULT_TOLERANCE_SECS);
    i64::from(tolerance) + 3600
}

/// Whether the answer to a copy looks as if it had been handled like the
/// first. A receiver that recognises it refuses it, or acknowledges it with
/// another answer than the handler's.
pub(crate) fn handled_again(first: &Answer, copy: &Answer) -> bool {
    (200..300).contains(&copy.status) && copy.status == first.status && copy.body == first.body
}

fn cases(sender: &Sender, now: UnixTime) -> Result<Vec<Case>, Fault> {
    let scheme = &sender.scheme;
    if !matches!(scheme.signature.at, Location::Header(_)) {
        return Err(Fault::new(format!(
            "the signature stands in the {}: the suite spoils signatures in headers",
            scheme.signature.at
        ))
        .help("`hookward send` sends one, genuine or with --tamper body|key|replay"));
    }
    let mut found: Vec<Case> = Vec::new();
    let mut serial = 1000;
    let mut next = || {
        serial += 1;
        sender.sign(now, serial)
    };
    let genuine = |name, request, pace| Case {
        name,
        hole: None,
        request,
        pace,
    };
    let spoiled = |name, hole, request| Case {
        name,
        hole: Some(hole),
        request,
        pace: Pace::default(),
    };
    found.push(genuine("genuine", next()?, Pace::default()));
    let chunked = Pace {
        chunked: true,
        ..Pace::default()
    };
    found.push(genuine("genuine, in chunks", next()?, chunked));

    if scheme.algorithm.signs_content() && scheme.signed.contains("body") {
        let mut request = next()?;
        with_other_byte(&mut request.body);
        found.push(spoiled("body changed", "body-not-verified", request));
        let mut request = next()?;
        request.body.push(b' ');
        found.push(spoiled(
            "space after the body",
            "json-reserialisation",
            request,
        ));
        let mut request = next()?;
        if let Some(other) = respelled(&request.body) {
            request.body = other;
            found.push(spoiled(
                "same JSON with other spaces",
                "json-reserialisation",
                request,
            ));
        }
        let mut request = next()?;
        if !request.body.is_empty() {
            let half = request.body.len() / 2;
            request.body.truncate(half);
            found.push(spoiled("body cut in half", "body-not-verified", request));
            let mut request = next()?;
            request.body.clear();
            found.push(spoiled("body left out", "body-not-verified", request));
        }
    }

    let request = next()?.with_signature(with_other_character);
    found.push(spoiled(
        "signature changed",
        "signature-not-verified",
        request,
    ));
    let prefix = scheme
        .signature
        .format
        .find("{signature}")
        .unwrap_or_default();
    // Where the value of the signature starts in this header.
    let start = |value: &[u8]| {
        let longest = value
            .split(|b| matches!(b, b',' | b'=' | b' '))
            .max_by_key(|part| part.len())
            .map_or(0, <[u8]>::len);
        if prefix == 0 {
            0
        } else {
            value
                .len()
                .saturating_sub(longest + value.iter().rev().take_while(|b| **b == b'=').count())
        }
    };
    for (name, keep) in [
        ("signature cut in half", 2),
        ("signature cut to a quarter", 4),
    ] {
        let request = next()?.with_signature(|value| {
            let start = start(value);
            value[..start + (value.len() - start) / keep / 4 * 4].to_vec()
        });
        found.push(spoiled(name, "prefix-compare", request));
    }
    let request = next()?.with_signature(|value| {
        let mut value = value.to_vec();
        let at = start(&value);
        if let Some(byte) = value.get_mut(at) {
            *byte = if *byte == b'a' { b'b' } else { b'a' };
        }
        value
    });
    found.push(spoiled(
        "signature changed at its start",
        "suffix-compare",
        request,
    ));
    for (name, surplus) in [
        ("signature with more after it", &b"AAAA"[..]),
        ("signature with one character more", b"0"),
    ] {
        let request = next()?.with_signature(|value| [value, surplus].concat());
        found.push(spoiled(name, "loose-compare", request));
    }
    // Hex is the same in either case; all else is not.
    if scheme.signature.encoding != Encoding::Hex {
        let request = next()?.with_signature(|value| {
            let at = start(value);
            let (prefix, rest) = value.split_at(at.min(value.len()));
            let other = |byte: &u8| match byte.is_ascii_lowercase() {
                true => byte.to_ascii_uppercase(),
                false => byte.to_ascii_lowercase(),
            };
            let other: Vec<u8> = rest.iter().map(other).collect();
            [prefix, &other].concat()
        });
        if request.value_of_signature() != next()?.value_of_signature() {
            found.push(spoiled(
                "signature in the other case",
                "case-insensitive-compare",
                request,
            ));
        }
    }
    let request =
        next()?.with_signature(|value| value.get(..=start(value)).unwrap_or(value).to_vec());
    found.push(spoiled(
        "signature cut to one character",
        "prefix-compare",
        request,
    ));
    let request =
        next()?.with_signature(|value| value.get(..start(value)).unwrap_or(value).to_vec());
    found.push(spoiled("empty signature", "empty-signature", request));
    if prefix > 0 {
        let request = next()?.with_signature(|_| Vec::new());
        found.push(spoiled(
            "empty signature header",
            "empty-signature",
            request,
        ));
    }
    let mut request = next()?;
    let name = request.signature.clone();
    request
        .headers
        .retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
    found.push(spoiled("no signature", "missing-signature", request));
    for (name, forged_first) in [
        ("forged, then genuine signature header", true),
        ("genuine, then forged signature header", false),
    ] {
        let mut request = next()?;
        let header = request.signature.clone();
        if let Some(at) = request
            .headers
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(&header))
        {
            let forged = with_other_character(&request.headers[at].1);
            let to = if forged_first { at } else { at + 1 };
            request.headers.insert(to, (header, forged));
        }
        found.push(spoiled(name, "repeated-header", request));
    }
    if !scheme.algorithm.is_public_key() {
        let request = sender.sign_with_another_key(now, 3000)?;
        found.push(spoiled(
            "signed with another key",
            "key-not-verified",
            request,
        ));
    }
    if matches!(scheme.algorithm, Algorithm::Hmac(_)) {
        // As many zeros as one likes are the same key as none (RFC 2104).
        let request = sender.sign_with_key(&[0], now, 3002)?;
        found.push(spoiled("signed with an empty key", "empty-key", request));
    }
    for (name, other) in other_algorithms(scheme) {
        let request = sender.sign_as(&other, now, 3003)?;
        found.push(spoiled(name, "algorithm-confusion", request));
    }

    if scheme.timestamp.is_some() {
        let off = stale(scheme);
        let at = |seconds| sender.sign(UnixTime::from_secs(now.as_secs() + seconds), 3001);
        found.push(spoiled("stale timestamp", "no-timestamp-check", at(-off)?));
        found.push(spoiled(
            "timestamp in the future",
            "no-future-check",
            at(off)?,
        ));
    }
    if let Some(timestamp) = &scheme.timestamp
        && scheme.timestamp_is_signed()
    {
        let mut request = next()?;
        let old = now.as_secs().to_string().into_bytes();
        let new = (now.as_secs() + 1).to_string().into_bytes();
        let header = match &timestamp.at {
            Some(Location::Header(name)) => name.to_string(),
            _ => request.signature.clone(),
        };
        if let Some(value) = request.value(&header)
            && let Some(at) = value.windows(old.len()).position(|window| window == old)
            && new.len() == old.len()
        {
            value[at..at + new.len()].copy_from_slice(&new);
            found.push(spoiled(
                "timestamp changed",
                "timestamp-not-verified",
                request,
            ));
        }
    }
    if let Some(Location::Header(name)) = &scheme.event_id
        && scheme.signed.contains("{id}")
    {
        let mut request = next()?;
        if let Some(value) = request.value(name) {
            value.push(b'x');
            found.push(spoiled("event id changed", "id-not-verified", request));
        }
    }
    Ok(found)
}

/// The scheme with other digests: under its own prefix, and under one that
/// names the digest where the prefix does.
fn other_algorithms(scheme: &Scheme) -> Vec<(&'static str, Scheme)> {
    let own = match scheme.algorithm {
        Algorithm::Hmac(digest) | Algorithm::RsaPkcs1(digest) => digest,
        _ => return Vec::new(),
    };
    let word = |digest| match digest {
        Digest::Md5 => "md5",
        Digest::Sha1 => "sha1",
        Digest::Sha256 => "sha256",
        Digest::Sha384 => "sha384",
        _ => "sha512",
    };
    let mut found = Vec::new();
    for (digest, name, named) in [
        (
            Digest::Sha1,
            "signed with SHA-1",
            "signed with SHA-1, as its prefix says",
        ),
        (
            Digest::Sha512,
            "signed with SHA-512",
            "signed with SHA-512, as its prefix says",
        ),
        (
            Digest::Md5,
            "signed with MD5",
            "signed with MD5, as its prefix says",
        ),
    ] {
        let algorithm = match scheme.algorithm {
            Algorithm::RsaPkcs1(_) if digest != Digest::Md5 => Algorithm::RsaPkcs1(digest),
            Algorithm::Hmac(_) => Algorithm::Hmac(digest),
            _ => continue,
        };
        if digest == own {
            continue;
        }
        let mut other = scheme.clone();
        other.algorithm = algorithm;
        other.or = Vec::new().into();
        let format = scheme.signature.format.replace(word(own), word(digest));
        found.push((name, other.clone()));
        if format != scheme.signature.format {
            other.signature.format = format.into();
            found.push((named, other));
        }
    }
    found
}

/// The same JSON value in other bytes: a space after the first comma or colon
/// outside of a string.
fn respelled(body: &[u8]) -> Option<Vec<u8>> {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).ok()?;
    let mut in_string = false;
    let mut escaped = false;
    let at = body.iter().position(|byte| {
        match byte {
            b'"' if !escaped => in_string = !in_string,
            b',' | b':' if !in_string => return true,
            _ => {}
        }
        escaped = *byte == b'\\' && !escaped;
        false
    })?;
    let mut other = body.to_vec();
    other.insert(at + 1, b' ');
    Some(other)
}

/// The way of writing JSON under which a receiver takes what it refuses as the
/// provider writes it, with the status of the refusal.
fn spelling(sender: &mut Sender, now: UnixTime) -> Result<Option<(Spelling, u16)>, Fault> {
    if !sender.scheme.algorithm.signs_content() || !sender.scheme.signed.contains("body") {
        return Ok(None);
    }
    let passes = |sender: &Sender, serial| {
        let request = sender.sign(now, serial)?;
        Ok(sender.send(&request, Pace::default()).ok())
    };
    let Some(first) = passes(sender, 900)? else {
        return Ok(None);
    };
    if !(400..500).contains(&first.status) {
        return Ok(None);
    }
    let mut found = None;
    for (serial, spelling) in (901..).zip(Spelling::ALL) {
        sender.spelling = Some(spelling);
        let answer = passes(sender, serial)?;
        if answer.is_some_and(|answer| (200..300).contains(&answer.status)) {
            found = Some((spelling, first.status));
            break;
        }
    }
    sender.spelling = None;
    Ok(found)
}

pub(crate) fn run(
    sender: &mut Sender,
    now: Option<UnixTime>,
    as_json: bool,
) -> Result<ExitCode, Fault> {
    let now = now.unwrap_or_else(UnixTime::now);
    let mut rows = Vec::new();
    let mut progress = Progress::new();
    // A receiver that writes JSON anew refuses what is not written its way.
    if let Some((spelling, refused)) = spelling(sender, now)? {
        sender.spelling = Some(spelling);
        rows.push(Row {
            name: "genuine, as the provider writes JSON",
            outcome: Outcome::Hole,
            hole: Some("json-reserialisation"),
            answer: format!(
                "{refused}, and 2xx when it is written as {}",
                spelling.name()
            ),
        });
    }
    let sender = &*sender;
    let cases = cases(sender, now)?;
    let count = cases.len() + 1;
    for case in cases {
        progress.show(|| format!("request {} of {count}: {}", rows.len() + 1, case.name));
        let row = match sender.send(&case.request, case.pace) {
            Ok(answer) => judge(&case, &answer),
            // A receiver may hang up on what it refuses, but not on the rest.
            Err(error) if (case.hole.is_some() || case.pace.chunked) && !is_unreachable(&error) => {
                Row {
                    name: case.name,
                    outcome: Outcome::Odd,
                    hole: None,
                    answer: format!("no answer: {}", printable(&error.to_string())),
                }
            }
            Err(error) => {
                return Err(Fault::new(format!(
                    "no answer to the request `{}`: {error}",
                    case.name
                ))
                .help("is the receiver running, and is the URL right?"));
            }
        };
        rows.push(row);
    }
    rows.push(replay(sender, now)?);
    drop(progress);
    let mut holes: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| row.outcome == Outcome::Hole) {
        if let Some(hole) = row.hole.filter(|hole| !holes.contains(hole)) {
            holes.push(hole);
        }
    }
    let refused = rows.iter().any(|row| row.outcome == Outcome::Refused);
    if as_json {
        print_json(&json_of(&rows, &holes));
    } else {
        print(&table(&rows, &holes, refused));
    }
    Ok(if holes.is_empty() && !refused {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn is_unreachable(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::ConnectionRefused
}

fn judge(case: &Case, answer: &Answer) -> Row {
    let passed = (200..300).contains(&answer.status);
    let refused = (400..500).contains(&answer.status);
    let outcome = match (case.hole, passed, refused) {
        (None, true, _) | (Some(_), _, true) => Outcome::Passed,
        // Many servers take no body without a length.
        (None, ..) if case.pace.chunked => Outcome::Odd,
        (None, ..) => Outcome::Refused,
        (Some(_), true, _) => Outcome::Hole,
        (Some(_), ..) => Outcome::Odd,
    };
    Row {
        name: case.name,
        outcome,
        hole: case.hole,
        answer: answer.status.to_string(),
    }
}

/// The same request twice.
fn replay(sender: &Sender, now: UnixTime) -> Result<Row, Fault> {
    let request = sender.sign(now, 4000)?;
    let send = || {
        sender
            .send(&request, Pace::default())
            .map_err(|error| Fault::new(format!("no answer to a genuine request: {error}")))
    };
    let (first, copy) = (send()?, send()?);
    let passed = |answer: &Answer| (200..300).contains(&answer.status);
    let (outcome, note) = if !passed(&first) {
        (Outcome::Refused, "")
    } else if handled_again(&first, &copy) && first.body.is_empty() {
        (
            Outcome::Hole,
            ", the same empty answer as to the first; 409 or another body would tell a copy apart",
        )
    } else if handled_again(&first, &copy) {
        (Outcome::Hole, ", the same answer as to the first")
    } else if passed(&copy) {
        (Outcome::Passed, ", another answer than to the first")
    } else {
        (Outcome::Passed, "")
    };
    Ok(Row {
        name: "genuine request sent again",
        outcome,
        hole: Some("replay"),
        answer: format!("{}{note}", copy.status),
    })
}

fn word(row: &Row) -> (&'static str, Colour) {
    match row.outcome {
        Outcome::Passed => ("ok", Colour::Green),
        Outcome::Hole => ("HOLE", Colour::Red),
        Outcome::Refused => ("REFUSED", Colour::Red),
        Outcome::Odd => ("odd", Colour::Yellow),
    }
}

fn table(rows: &[Row], holes: &[&str], refused: bool) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let (word, colour) = word(row);
        let padding = " ".repeat(8 - word.len());
        let hole = match row.outcome {
            Outcome::Hole => format!("  {}", row.hole.unwrap_or_default()),
            _ => String::new(),
        };
        text += &format!(
            "{}{padding}{:width$}  {}{hole}\n",
            paint(colour, word),
            row.name,
            row.answer
        );
    }
    text.push('\n');
    if refused {
        text += "a genuine request was refused: check the key and the URL; as long as it is, refusals prove nothing\n";
    }
    if !holes.is_empty() {
        text += &format!("holes: {}\n", holes.join(", "));
    } else if !refused {
        text += &format!("no holes in {} requests\n", rows.len());
    }
    text
}

fn json_of(rows: &[Row], holes: &[&str]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "case": row.name,
                "outcome": word(row).0.to_ascii_lowercase(),
                "hole": row.hole.filter(|_| row.outcome == Outcome::Hole),
                "answer": row.answer,
            })
        })
        .collect();
    json!({"holes": holes, "cases": rows})
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_same_json_is_spelled_otherwise() {
        assert_eq!(respelled(br#"{"a,":1}"#).unwrap(), br#"{"a,": 1}"#);
        assert_eq!(respelled(br#"{"a\":":1}"#).unwrap(), br#"{"a\":": 1}"#);
        assert_eq!(respelled(b"x=1,2"), None);
        assert_eq!(respelled(b"{}"), None);
    }
}
