//! Signatures, also where the signer of the core can put none.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hookward_core::{Algorithm, Encoding, KeyForm, KeyRing, Location, Scheme, Signer, UnixTime};
use http::HeaderName;
use serde_json::{Value, json};

use crate::draft::{EVENT_ID, Form};
use crate::{Error, keys};

/// Makes a request genuine.
pub(crate) fn sign(
    form: &Form,
    keys: &KeyRing,
    at: UnixTime,
    id: Option<&str>,
    mut request: http::Request<Vec<u8>>,
) -> Result<http::Request<Vec<u8>>, Error> {
    let scheme = &form.scheme;
    match (&scheme.signature.at, &scheme.key) {
        (Location::HeaderJson(name, _), _) => {
            let signature = bare(scheme, scheme.signature.encoding, keys, request.body())?;
            let id = keys.ids().next().unwrap_or_default();
            let members =
                json!({"alg": "ecdsa", "kid": id, "signature": signature, "digest": "SHA1"});
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(Error::new)?;
            let value = STANDARD.encode(members.to_string());
            let value = value.parse().map_err(Error::new)?;
            request.headers_mut().insert(name, value);
        }
        (Location::Json(pointer), KeyForm::X5cRoot { .. }) => {
            let body = jws_with_chain(scheme, keys, at, id, request.body(), pointer)?;
            *request.body_mut() = body;
        }
        _ => {
            let id = match &scheme.event_id {
                // What the caller or the sample put there stays.
                Some(Location::Header(name)) if request.headers().contains_key(&**name) => None,
                Some(Location::Header(_) | Location::Claim(_)) => Some(id.unwrap_or(EVENT_ID)),
                _ if scheme.algorithm == Algorithm::MessageSignatures => {
                    Some(id.unwrap_or(EVENT_ID))
                }
                _ => id,
            };
            Signer::new(scheme, keys.clone())
                .map_err(Error::new)?
                .sign(&request, at, id)
                .map_err(Error::new)?
                .apply(&mut request);
        }
    }
    Ok(request)
}

/// A body with a JWS whose claims are the JSON given, and whose header carries the
/// test chain.
fn jws_with_chain(
    scheme: &Scheme,
    keys: &KeyRing,
    at: UnixTime,
    id: Option<&str>,
    claims: &[u8],
    pointer: &str,
) -> Result<Vec<u8>, Error> {
    let mut claims: Value = serde_json::from_slice(claims)
        .map_err(|_| Error::new("the body is a JWS: give its claims as a JSON object"))?;
    if let Some(timestamp) = &scheme.timestamp
        && let Some(Location::Claim(at_pointer)) = &timestamp.at
        && let Some(claim) = claims.pointer_mut(at_pointer)
    {
        let text = timestamp.unit.write(at);
        *claim = text.parse::<i64>().map_or(text.into(), Into::into);
    }
    for place in scheme.event_id.iter().chain(scheme.replay.id.iter()) {
        if let (Some(id), Location::Claim(pointer)) = (id, place)
            && let Some(claim) = claims.pointer_mut(pointer)
        {
            *claim = id.into();
        }
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "ES256", "x5c": keys::chain()});
    let text = format!("{}.{}", encode(&header), encode(&claims));
    let signature = bare(scheme, Encoding::Base64url, keys, text.as_bytes())?;
    let mut body = json!(format!("{text}.{signature}"));
    for step in pointer.split('/').skip(1).collect::<Vec<_>>().iter().rev() {
        body = json!({ *step: body });
    }
    Ok(body.to_string().into_bytes())
}

/// A signature over a text alone.
fn bare(scheme: &Scheme, encoding: Encoding, keys: &KeyRing, text: &[u8]) -> Result<String, Error> {
    let scheme = Scheme::public_key("bare", scheme.algorithm).encoding(encoding);
    let signer = Signer::new(&scheme, keys.clone()).map_err(Error::new)?;
    let signed = signer
        .sign(&http::Request::new(text), UnixTime::from_secs(0), None)
        .map_err(Error::new)?;
    match signed.headers() {
        [.., (_, value)] => Ok(String::from_utf8_lossy(value.as_bytes()).into_owned()),
        [] => Err(Error::new("the key did not sign")),
    }
}
