//! The signed bytes that a diagnosis shows.

use super::diagnosis::SignedBytes;
use super::explainer::Explainer;
use super::fields::HeadFields;
use crate::crypto::sha256;
use crate::scheme::Plan;
use crate::scheme::part::Source;

/// How much of the signed bytes is shown at either end.
const SHOWN: (usize, usize) = (480, 120);

impl Explainer {
    /// What the scheme signs of this request.
    pub(super) fn signed(
        &self,
        plan: &Plan,
        fields: &HeadFields,
        body: &[u8],
    ) -> Option<SignedBytes> {
        if !plan.algorithm.signs_content() {
            return None;
        }
        let secret_is_in = plan.reads(&Source::Secret);
        let pieces = self.content(plan, &plan.parts, fields, body, b"{secret}")?;
        Some(self.shown(plan, pieces.concat(), secret_is_in, body))
    }

    /// Signed content with the keys redacted.
    pub(super) fn shown(
        &self,
        plan: &Plan,
        mut content: Vec<u8>,
        mut hide: bool,
        body: &[u8],
    ) -> SignedBytes {
        for (_, key, _) in self.ring.keys().iter().chain(self.others.keys()) {
            let secret = key.given().filter(|bytes| bytes.len() >= 6);
            if let Some(secret) = secret
                && !plan.algorithm.is_public_key()
                && content.windows(secret.len()).any(|window| window == secret)
            {
                hide = true;
                content = without(&content, secret);
            }
        }
        let length = content.len();
        let (first, last) = SHOWN;
        let escaped = if length > first + last {
            format!(
                "{}… ({} bytes omitted) …{}",
                content[..first].escape_ascii(),
                length - first - last,
                content[length - last..].escape_ascii()
            )
        } else {
            content.escape_ascii().to_string()
        };
        SignedBytes {
            length,
            sha256: (!hide).then(|| hex::encode(sha256(&[&content]))),
            escaped,
            body_length: body.len(),
            body_sha256: if hide {
                String::new()
            } else {
                hex::encode(sha256(&[body]))
            },
        }
    }
}

/// The content with `[key]` for each occurrence of the secret.
fn without(content: &[u8], secret: &[u8]) -> Vec<u8> {
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
