//! JSON Web Signatures (RFC 7515, RFC 7519) in a request, in any location.

use http::HeaderMap;

use super::place::read;
use crate::scheme::format::{Fields as Written, FormatSlot};
use crate::scheme::{Place, Plan};
use crate::text::encoding::Encoding;
use crate::text::time::TimeUnit;
use crate::text::values;

/// Longer tokens are skipped.
const MAX_LENGTH: usize = 64 << 10;

/// A compact JWS, its parts both encoded and decoded.
#[derive(Debug)]
pub(super) struct BearerToken {
    pub(super) encoded_header: Vec<u8>,
    pub(super) encoded_payload: Vec<u8>,
    header: Vec<u8>,
    payload: Vec<u8>,
}

impl BearerToken {
    /// The token of a request, for schemes that use one.
    pub(super) fn find(
        plan: &Plan,
        headers: &HeaderMap,
        target: &str,
        body: &[u8],
    ) -> Option<Self> {
        if !plan.format.has(FormatSlot::JwsHeader) {
            return None;
        }
        let text = read(&plan.at, headers, target, body).unwrap_or_default();
        let mut written = Written::default();
        if plan.format.read(&text, &mut written).is_ok()
            && let Some(header) = written.jws_header
            && let Some(found) = Self::new(header, written.jws_payload.unwrap_or_default())
        {
            return Some(found);
        }
        std::iter::once(text.as_slice())
            .chain(headers.values().map(http::HeaderValue::as_bytes))
            .find_map(Self::inside)
    }

    fn new(header: &[u8], payload: &[u8]) -> Option<Self> {
        if header.len() > MAX_LENGTH || payload.len() > MAX_LENGTH {
            return None;
        }
        let found = Self {
            encoded_header: header.to_vec(),
            encoded_payload: payload.to_vec(),
            header: Encoding::Base64url.decode(header).ok()?,
            payload: Encoding::Base64url.decode(payload).ok()?,
        };
        found.algorithm().is_some().then_some(found)
    }

    /// A token anywhere in a value: three parts separated by dots.
    fn inside(value: &[u8]) -> Option<Self> {
        if value.len() > MAX_LENGTH {
            return None;
        }
        value
            .split(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte))
            .find_map(|word| {
                let mut parts = word.split(|byte| *byte == b'.');
                let (header, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
                Self::new(header, payload)
            })
    }

    /// The algorithm in its header.
    pub(super) fn algorithm(&self) -> Option<String> {
        values::json(&self.header, "/alg").ok()
    }

    pub(super) fn value(&self, place: &Place) -> Option<Vec<u8>> {
        let text = match place {
            Place::Claim(pointer) => values::json(&self.payload, pointer),
            Place::JwsHeader(pointer) => values::json(&self.header, pointer),
            _ => return None,
        };
        text.ok().map(String::into_bytes)
    }

    /// A point in time among the claims, in seconds since 1970: `/exp`, `/nbf`.
    pub(super) fn time(&self, pointer: &str) -> Option<i64> {
        let text = values::json(&self.payload, pointer).ok()?;
        let whole = text.split('.').next().unwrap_or_default();
        TimeUnit::Seconds
            .parse(whole.as_bytes())
            .map(crate::UnixTime::as_secs)
    }
}
