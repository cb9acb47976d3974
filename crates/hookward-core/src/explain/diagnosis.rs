//! The result of a diagnosis, and the refusal that it explains.

use crate::request::rejection::{Code, Rejection};
use crate::text::printable;

/// The result of [`Explainer::explain`](crate::Explainer::explain).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Whether the request is genuine, without any change.
    pub verified: bool,
    /// The stable name of the cause, such as `key_is_hex`; `None` if no change explains
    /// the request.
    pub cause: Option<&'static str>,
    /// The second cause, if two changes are needed.
    pub also: Option<&'static str>,
    /// An observation that cannot be checked against the signature, such as
    /// `body_truncated` if the body is shorter than its `Content-Length`. A forged
    /// request can look the same; never set together with a cause.
    pub hint: Option<&'static str>,
    /// Whether the signature was verified, unchanged or under the reported change.
    pub proven: bool,
    /// The finding in one sentence.
    pub sentence: String,
    /// Supporting observations and advice, one sentence each.
    pub evidence: Vec<String>,
    /// The code of the rejection, if the keys were usable.
    pub code: Option<Code>,
    /// The message of the rejection.
    pub message: Option<String>,
    /// What the scheme signs of this request.
    pub signed: Option<SignedBytes>,
    /// The signature format that the scheme expects.
    pub expected: String,
}

impl Diagnosis {
    /// Escapes non-printable characters in texts that quote the request.
    pub(super) fn make_printable(&mut self) {
        let texts = [&mut self.sentence, &mut self.expected].into_iter();
        for text in texts.chain(&mut self.evidence).chain(&mut self.message) {
            *text = printable::owned(std::mem::take(text));
        }
    }
}

/// The exact bytes that a scheme signs, for comparison with the sender's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedBytes {
    /// Their number.
    pub length: usize,
    /// Their SHA-256, hex-encoded; `None` if the secret is part of them.
    pub sha256: Option<String>,
    /// The bytes, escaped as in a string literal; long content is elided in the middle.
    pub escaped: String,
    /// The length of the body.
    pub body_length: usize,
    /// The SHA-256 of the body, hex-encoded.
    pub body_sha256: String,
}

/// Why the verifier rejected the request.
pub(super) struct Refusal {
    pub(super) code: Option<Code>,
    pub(super) message: String,
    /// A key is of another kind than the scheme requires.
    pub(super) is_wrong_kind: bool,
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        Self {
            code: Some(rejection.code()),
            message: rejection.to_string(),
            is_wrong_kind: false,
        }
    }
}
