//! Signing of HTTP messages (RFC 9421): covered components, signature base and content
//! digest.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use sfv::{BareItem, Key};

use super::SignError;
use crate::crypto::sha256;
use crate::key::message::{ALGORITHMS, MessageSigningKey};
use crate::message_signatures::{
    CONTENT_DIGEST, Component, DIGEST_NAME, Policy, Request, SIGNATURE_INPUT, covers, lines,
    params_line, signature_params,
};
use crate::request::head::{Single, single};
use crate::request::request_url::RequestUrl;
use crate::text::encoding::Encoding;
use crate::text::time::UnixTime;

/// The headers that sign the request.
///
/// Covers what the policy requires: by default the method, authority, path and query,
/// content type and digest.
pub(crate) fn sign<B: AsRef<[u8]>>(
    key: &MessageSigningKey,
    key_id: Option<&str>,
    policy: &Policy,
    signature: &HeaderName,
    request: &http::Request<B>,
    now: UnixTime,
    nonce: Option<&str>,
) -> Result<Vec<(HeaderName, HeaderValue)>, SignError> {
    let body = request.body().as_ref();
    let has = |name: &HeaderName| single(request, name) != Single::Absent;
    let is_post = !matches!(
        request.method().as_str(),
        "GET" | "HEAD" | "OPTIONS" | "DELETE" | "TRACE"
    );
    let mut components: Vec<Component> = policy.required.to_vec();
    if policy.usual_coverage {
        let usual = [
            ("@method", true),
            ("@authority", true),
            ("@path", true),
            ("@query", request.uri().query().is_some()),
            ("content-type", has(&CONTENT_TYPE)),
            (DIGEST_NAME, is_post || !body.is_empty()),
        ];
        for (name, _) in usual.iter().filter(|(_, wanted)| *wanted) {
            let component = Component::parse(name).map_err(SignError::Missing)?;
            if !components.iter().any(|known| known.is_same(&component)) {
                components.push(component);
            }
        }
    }

    let mut headers = Vec::new();
    let mut outgoing = http::Request::new(());
    *outgoing.method_mut() = request.method().clone();
    *outgoing.uri_mut() = request.uri().clone();
    *outgoing.headers_mut() = request.headers().clone();
    if components.iter().any(covers) && !has(&CONTENT_DIGEST) {
        let value = format!("sha-256=:{}:", Encoding::Base64.encode(&sha256(&[body])));
        let value = header_value(&value, "digest")?;
        outgoing
            .headers_mut()
            .insert(CONTENT_DIGEST.clone(), value.clone());
        headers.push((CONTENT_DIGEST.clone(), value));
    }

    let (alg, algorithm) = ALGORITHMS
        .iter()
        .find(|(_, algorithm)| policy.algorithms.contains(algorithm) && key.fits(*algorithm))
        .ok_or(SignError::Key)?;
    let created = sfv::Integer::try_from(now.as_secs())
        .map_err(|_| SignError::NotAHeaderValue("time".into()))?;
    let mut params = vec![param("created", BareItem::Integer(created))?];
    let tag = policy.tag.as_deref();
    for (name, value) in [
        ("keyid", key_id),
        ("alg", Some(*alg)),
        ("nonce", nonce),
        ("tag", tag),
    ] {
        if let Some(value) = value {
            let text = sfv::String::from_string(value.to_owned())
                .map_err(|_| SignError::NotAHeaderValue(name.into()))?;
            params.push(param(name, BareItem::String(text))?);
        }
    }

    let request = Request::new(&outgoing, RequestUrl::of_outgoing(&outgoing));
    let base = lines(&components, &request)
        .map_err(|rejection| SignError::Missing(rejection.to_string()))?
        + &params_line(&components, &params);
    let bytes = key
        .sign(*algorithm, base.as_bytes())
        .ok_or(SignError::Key)?;
    let label = policy.label.as_deref().unwrap_or("sig1");
    let label = Key::from_string(label.to_owned())
        .map_err(|_| SignError::NotAHeaderValue("label".into()))?;
    headers.push((
        SIGNATURE_INPUT.clone(),
        header_value(
            &format!("{label}={}", signature_params(&components, &params)),
            "signature input",
        )?,
    ));
    headers.push((
        signature.clone(),
        header_value(
            &format!("{label}=:{}:", Encoding::Base64.encode(&bytes)),
            "signature",
        )?,
    ));
    Ok(headers)
}

fn param(name: &str, value: BareItem) -> Result<(Key, BareItem), SignError> {
    Key::from_string(name.to_owned())
        .map(|name| (name, value))
        .map_err(|_| SignError::NotAHeaderValue(name.to_owned()))
}

fn header_value(value: &str, what: &str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(value).map_err(|_| SignError::NotAHeaderValue(what.to_owned()))
}
