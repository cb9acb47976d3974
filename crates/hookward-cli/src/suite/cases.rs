//! Requests of the attack suite: genuine ones, and each kind of tampering.

use hookward_core::{Algorithm, Digest, Encoding, Key, Location, Scheme, UnixTime};

use super::stale;
use crate::fault::Fault;
use crate::net::Pace;
use crate::send::{Outgoing, Sender, with_other_byte, with_other_character};

/// One request of the suite, with the vulnerability that it probes for.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The vulnerability that accepting the request proves; `None` for a genuine request.
    pub(super) hole: Option<&'static str>,
    pub(super) request: Outgoing,
    pub(super) pace: Pace,
}

/// All requests of the suite but the replay.
pub(super) fn cases(sender: &Sender, now: UnixTime) -> Result<Vec<Case>, Fault> {
    if !matches!(sender.scheme.signature.at, Location::Header(_)) {
        return Err(Fault::new(format!(
            "the signature is in the {}: the suite only tampers with signatures in headers",
            sender.scheme.signature.at
        ))
        .help("`hookward send` sends one, genuine or with --tamper body|key|replay"));
    }
    let mut cases = Cases {
        sender,
        now,
        serial: 1000,
        found: Vec::new(),
    };
    cases.genuine()?;
    cases.bodies()?;
    cases.signatures()?;
    cases.signature_headers()?;
    cases.keys()?;
    cases.timestamps()?;
    cases.event_id()?;
    Ok(cases.found)
}

/// Collects the cases. Every request has its own event id, so that a receiver with a
/// replay guard does not take it for a copy of another.
struct Cases<'s> {
    sender: &'s Sender,
    now: UnixTime,
    serial: u64,
    found: Vec<Case>,
}

impl<'s> Cases<'s> {
    /// The next genuine request.
    fn next(&mut self) -> Result<Outgoing, Fault> {
        self.serial += 1;
        self.sender.sign(self.now, self.serial)
    }

    fn scheme(&self) -> &'s Scheme {
        &self.sender.scheme
    }

    fn tampered(&mut self, name: &'static str, hole: &'static str, request: Outgoing) {
        self.found.push(Case {
            name,
            hole: Some(hole),
            request,
            pace: Pace::default(),
        });
    }

    /// A genuine request with another value for its signature header.
    fn with_signature(
        &mut self,
        name: &'static str,
        hole: &'static str,
        change: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<(), Fault> {
        let request = self.next()?.with_signature(change);
        self.tampered(name, hole, request);
        Ok(())
    }

    fn genuine(&mut self) -> Result<(), Fault> {
        let chunked = Pace {
            chunked: true,
            ..Pace::default()
        };
        for (name, pace) in [
            ("genuine", Pace::default()),
            ("genuine, in chunks", chunked),
        ] {
            let request = self.next()?;
            self.found.push(Case {
                name,
                hole: None,
                request,
                pace,
            });
        }
        Ok(())
    }

    fn bodies(&mut self) -> Result<(), Fault> {
        let scheme = self.scheme();
        if !scheme.algorithm.signs_content() || !scheme.signed.contains("body") {
            return Ok(());
        }
        let mut request = self.next()?;
        with_other_byte(&mut request.body);
        self.tampered("body changed", "body-not-verified", request);
        let mut request = self.next()?;
        request.body.push(b' ');
        self.tampered("space after the body", "json-reserialisation", request);
        let mut request = self.next()?;
        if let Some(other) = respelled(&request.body) {
            request.body = other;
            self.tampered(
                "same JSON with other spaces",
                "json-reserialisation",
                request,
            );
        }
        let mut request = self.next()?;
        if !request.body.is_empty() {
            let half = request.body.len() / 2;
            request.body.truncate(half);
            self.tampered("body cut in half", "body-not-verified", request);
            let mut request = self.next()?;
            request.body.clear();
            self.tampered("body left out", "body-not-verified", request);
        }
        Ok(())
    }

    /// Signatures that an incomplete or lenient comparison accepts.
    fn signatures(&mut self) -> Result<(), Fault> {
        let scheme = self.scheme();
        let has_prefix = has_prefix(scheme);
        let start = |value: &[u8]| signature_start(has_prefix, value);
        self.with_signature(
            "signature changed",
            "signature-not-verified",
            with_other_character,
        )?;
        for (name, keep) in [
            ("signature cut in half", 2),
            ("signature cut to a quarter", 4),
        ] {
            self.with_signature(name, "prefix-compare", |value| {
                let start = start(value);
                value[..start + (value.len() - start) / keep / 4 * 4].to_vec()
            })?;
        }
        self.with_signature(
            "signature changed at its start",
            "suffix-compare",
            |value| {
                let mut value = value.to_vec();
                let at = start(&value);
                if let Some(byte) = value.get_mut(at) {
                    *byte = if *byte == b'a' { b'b' } else { b'a' };
                }
                value
            },
        )?;
        for (name, surplus) in [
            ("signature with more after it", &b"AAAA"[..]),
            ("signature with one character more", b"0"),
        ] {
            self.with_signature(name, "loose-compare", |value| [value, surplus].concat())?;
        }
        // Hex digits mean the same in either case; no other encoding is case-insensitive.
        if scheme.signature.encoding != Encoding::Hex {
            let request = self.next()?.with_signature(|value| {
                let (prefix, rest) = value.split_at(start(value).min(value.len()));
                [prefix, &in_other_case(rest)].concat()
            });
            if request.value_of_signature() != self.next()?.value_of_signature() {
                self.tampered(
                    "signature in the other case",
                    "case-insensitive-compare",
                    request,
                );
            }
        }
        self.with_signature(
            "signature cut to one character",
            "prefix-compare",
            |value| value.get(..=start(value)).unwrap_or(value).to_vec(),
        )?;
        self.with_signature("empty signature", "empty-signature", |value| {
            value.get(..start(value)).unwrap_or(value).to_vec()
        })?;
        if has_prefix {
            self.with_signature("empty signature header", "empty-signature", |_| Vec::new())?;
        }
        Ok(())
    }

    /// The signature's header left out, and repeated with a forged value.
    fn signature_headers(&mut self) -> Result<(), Fault> {
        let mut request = self.next()?;
        let name = request.signature.clone();
        request
            .headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        self.tampered("no signature", "missing-signature", request);
        for (name, forged_first) in [
            ("forged, then genuine signature header", true),
            ("genuine, then forged signature header", false),
        ] {
            let mut request = self.next()?;
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
            self.tampered(name, "repeated-header", request);
        }
        Ok(())
    }

    /// Valid signatures by another key or algorithm.
    fn keys(&mut self) -> Result<(), Fault> {
        let (sender, scheme, now) = (self.sender, self.scheme(), self.now);
        if !scheme.algorithm.is_public_key() {
            let request = sender.sign_with_another_key(now, 3000)?;
            self.tampered("signed with another key", "key-not-verified", request);
        }
        if matches!(scheme.algorithm, Algorithm::Hmac(_)) {
            let request = sender.sign_with_key(Key::empty(), now, 3002)?;
            self.tampered("signed with an empty key", "empty-key", request);
        }
        for (name, other) in other_algorithms(scheme) {
            let request = sender.sign_as(&other, now, 3003)?;
            self.tampered(name, "algorithm-confusion", request);
        }
        Ok(())
    }

    fn timestamps(&mut self) -> Result<(), Fault> {
        let (sender, scheme, now) = (self.sender, self.scheme(), self.now);
        let Some(timestamp) = &scheme.timestamp else {
            return Ok(());
        };
        let off = stale(scheme);
        let at = |seconds| sender.sign(UnixTime::from_secs(now.as_secs() + seconds), 3001);
        self.tampered("stale timestamp", "no-timestamp-check", at(-off)?);
        self.tampered("timestamp in the future", "no-future-check", at(off)?);
        if !scheme.timestamp_is_signed() {
            return Ok(());
        }
        let mut request = self.next()?;
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
            self.tampered("timestamp changed", "timestamp-not-verified", request);
        }
        Ok(())
    }

    fn event_id(&mut self) -> Result<(), Fault> {
        let scheme = self.scheme();
        if let Some(Location::Header(name)) = &scheme.event_id
            && scheme.signed.contains("{id}")
        {
            let mut request = self.next()?;
            if let Some(value) = request.value(name) {
                value.push(b'x');
                self.tampered("event id changed", "id-not-verified", request);
            }
        }
        Ok(())
    }
}

/// Whether the format has anything before the signature.
fn has_prefix(scheme: &Scheme) -> bool {
    let at = scheme.signature.format.find("{signature}");
    at.is_some_and(|at| at > 0)
}

/// Where the signature starts in the value of its header.
fn signature_start(has_prefix: bool, value: &[u8]) -> usize {
    if !has_prefix {
        return 0;
    }
    let longest = value
        .split(|b| matches!(b, b',' | b'=' | b' '))
        .max_by_key(|part| part.len())
        .map_or(0, <[u8]>::len);
    let padding = value.iter().rev().take_while(|b| **b == b'=').count();
    value.len().saturating_sub(longest + padding)
}

/// ASCII letters in the other case.
fn in_other_case(text: &[u8]) -> Vec<u8> {
    let other = |byte: &u8| match byte.is_ascii_lowercase() {
        true => byte.to_ascii_uppercase(),
        false => byte.to_ascii_lowercase(),
    };
    text.iter().map(other).collect()
}

/// The scheme with other digests: under its own prefix and, if that names the digest,
/// under the prefix for the other one.
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

/// The same JSON value in other bytes: with a space after the first comma or colon
/// that is outside a string.
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
