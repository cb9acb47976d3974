//! JSON Web Signatures (RFC 7515): decoding and checks of the protected header. Some
//! providers send a JWS as their signature, in a header or in the body.

use super::read::value_at;
use crate::crypto::PublicKey;
use crate::key::Material;
use crate::key::PreparedKey;
use crate::key::chain::MAX_CHAIN;
use crate::request::reason::{Reason, text};
use crate::request::rejection::{Code, Rejection};
use crate::scheme::format::Fields;
use crate::scheme::{Place, Plan};
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;
use crate::text::values;
use crate::text::values::ValueError;

/// The maximum length of an encoded header or payload, in bytes.
pub(super) const MAX_JWS_TEXT: usize = 64 * 1024;

/// A compact JWS: its parts as received, and decoded.
pub(super) struct Jws {
    header: Vec<u8>,
    payload: Vec<u8>,
    encoded_header: Vec<u8>,
    encoded_payload: Vec<u8>,
}

/// Allowed clock skew for `exp` and `nbf`, in seconds.
pub(crate) const JWS_LEEWAY: i64 = 5;

impl Jws {
    /// Decodes header and payload, and checks that the header names the scheme's
    /// algorithm and has no critical extension (RFC 7515 section 4.1.11).
    pub(super) fn read(
        plan: &Plan,
        fields: &Fields<'_>,
        now: UnixTime,
    ) -> Result<Option<Box<Self>>, Rejection> {
        let Some(encoded) = fields.jws_header else {
            return Ok(None);
        };
        let place = || text(&plan.at);
        if encoded.len() > MAX_JWS_TEXT
            || fields.jws_payload.is_some_and(|p| p.len() > MAX_JWS_TEXT)
        {
            return Err(Reason::JwsTooLong { place: place() }.into());
        }
        let decode = |text: &[u8]| Encoding::Base64url.decode(text);
        let header = decode(encoded).map_err(|_| Reason::JwsHeaderEncoding { place: place() })?;
        let payload = decode(fields.jws_payload.unwrap_or_default())
            .map_err(|_| Reason::JwsPayloadEncoding { place: place() })?;
        let named =
            values::json(&header, "/alg").map_err(|_| Reason::JwsHeader { place: place() })?;
        if !plan.algorithm.is_jose_name(&named) {
            return Err(Rejection::from(Reason::JwsOtherAlgorithm {
                place: place(),
                expected: text(plan.algorithm),
            }));
        }
        if values::json(&header, "/crit") != Err(ValueError::Missing) {
            return Err(Reason::JwsCritical { place: place() }.into());
        }
        if fields.jws_payload.is_some() {
            check_validity(&payload, plan, now)?;
        }
        Ok(Some(Box::new(Self {
            header,
            payload,
            encoded_header: encoded.to_vec(),
            encoded_payload: fields.jws_payload.unwrap_or_default().to_vec(),
        })))
    }
}

/// The key of the leaf certificate that a JWS carries, and the index of the root to which
/// its chain leads; `None` if the keys are not roots.
pub(super) fn certificate_key(
    plan: &Plan,
    keys: &[PreparedKey],
    chosen: Option<u16>,
    jws: &Jws,
    now: UnixTime,
) -> Result<Option<(u16, PublicKey)>, Rejection> {
    let mut chain: Option<Vec<Vec<u8>>> = None;
    let mut refused = None;
    for (index, key) in (0..).zip(keys) {
        let Material::Roots(roots) = &key.material else {
            continue;
        };
        if chosen.is_some_and(|chosen| chosen != index) {
            continue;
        }
        let chain = match &mut chain {
            Some(chain) => chain,
            none => none.insert(jws.certificates(plan)?),
        };
        match roots.leaf_key(plan.algorithm, chain, now) {
            Ok(public) => return Ok(Some((index, public))),
            Err(rejection) => refused = Some(rejection),
        }
    }
    refused.map_or(Ok(None), Err)
}

impl Jws {
    /// The decoded payload: the claims.
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Header and payload as received, base64url-encoded.
    pub(super) fn encoded(&self) -> (&[u8], &[u8]) {
        (&self.encoded_header, &self.encoded_payload)
    }

    /// The certificates in `x5c` (RFC 7515 section 4.1.6), the signer's first.
    fn certificates(&self, plan: &Plan) -> Result<Vec<Vec<u8>>, Rejection> {
        let mut chain = Vec::new();
        for at in 0..=MAX_CHAIN {
            match values::json(&self.header, &format!("/x5c/{at}")) {
                Err(ValueError::Missing) => return Ok(chain),
                Ok(text) if at < MAX_CHAIN => {
                    if let Ok(der) = Encoding::Base64.decode(text.as_bytes()) {
                        chain.push(der);
                        continue;
                    }
                }
                _ => {}
            }
            break;
        }
        Err(Rejection::from(Reason::NotAChain {
            place: text(&plan.at),
            most: MAX_CHAIN,
        }))
    }
}

/// Checks `exp` and `nbf` (RFC 7519 sections 4.1.4 and 4.1.5), if present.
pub(super) fn check_validity(payload: &[u8], plan: &Plan, now: UnixTime) -> Result<(), Rejection> {
    let now = now.as_secs();
    for (pointer, is_end) in [("/exp", true), ("/nbf", false)] {
        let place = || text(&plan.at);
        let number = match values::json(payload, pointer) {
            Ok(number) => number,
            Err(ValueError::Missing) => continue,
            Err(_) => {
                return Err(Rejection::from(Reason::ClaimUnreadable {
                    place: place(),
                    claim: pointer,
                }));
            }
        };
        let whole = number.split('.').next().unwrap_or_default();
        let Some(time) = crate::text::time::TimeUnit::Seconds.parse(whole.as_bytes()) else {
            return Err(Rejection::from(Reason::ClaimNotSeconds {
                place: place(),
                claim: pointer,
            }));
        };
        if is_end && now > time.as_secs().saturating_add(JWS_LEEWAY) {
            return Err(Rejection::from(Reason::JwsExpired {
                place: place(),
                seconds: now - time.as_secs(),
            }));
        }
        if !is_end && now < time.as_secs().saturating_sub(JWS_LEEWAY) {
            return Err(Rejection::from(Reason::JwsNotYet {
                place: place(),
                seconds: time.as_secs() - now,
            }));
        }
    }
    Ok(())
}

pub(super) fn read_jws(
    jws: &Jws,
    place: &Place,
    missing: Code,
    malformed: Code,
) -> Result<String, Rejection> {
    let value = match place {
        Place::Claim(pointer) => values::json(&jws.payload, pointer),
        Place::JwsHeader(pointer) => values::json(&jws.header, pointer),
        _ => Err(ValueError::Missing),
    };
    value_at(value, place, missing, malformed)
}
