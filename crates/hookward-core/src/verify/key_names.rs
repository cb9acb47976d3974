//! Extraction of the key id from a request head, for key sources that fetch keys by id.

use crate::request::head::RequestHead;
use crate::request::rejection::Code;
use crate::scheme::format::Fields;
use crate::scheme::{Place, Plan, Scheme, SchemeError};
use crate::text::encoding::Encoding;
use crate::text::values;
use crate::verify::{choose, read, signature_texts};

/// The maximum length of an encoded JWS header, in bytes.
const MAX_JWS_HEADER: usize = 64 * 1024;

/// Reads the key id in a request head, in the same way as verification does.
///
/// For a [`KeySource`](crate::KeySource) that must know whether it holds the key before
/// it answers. The id is not verified.
///
/// ```
/// use hookward::{KeyNames, providers};
///
/// let names = KeyNames::new(&providers::CIRCLE)?;
/// let (head, ()) = http::Request::post("/")
///     .header("x-circle-key-id", "k1")
///     .header("x-circle-signature", "…")
///     .body(())?
///     .into_parts();
/// assert_eq!(names.of(&head).as_deref(), Some("k1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeyNames {
    plans: Box<[Plan]>,
}

impl KeyNames {
    /// Creates a reader for the requests of a scheme.
    ///
    /// # Errors
    /// As [`Scheme::check`].
    pub fn new(scheme: &Scheme) -> Result<Self, SchemeError> {
        scheme.check()?;
        let plans = std::iter::once(scheme)
            .chain(scheme.or.iter())
            .map(Plan::compile)
            .collect::<Result<_, _>>()?;
        Ok(Self { plans })
    }

    /// The key id in this head. `None` if it is missing or cannot be read, and for
    /// schemes whose requests name no key, or name it only in the body.
    #[must_use]
    pub fn of(&self, head: &dyn RequestHead) -> Option<String> {
        let plan = &self.plans[choose(&self.plans, head).ok()?];
        let id = match plan.key_id.as_ref()? {
            Place::JwsHeader(pointer) => {
                let texts = signature_texts(plan, head).ok()?;
                let mut fields = Fields::default();
                plan.format.read(texts.first()?, &mut fields).ok()?;
                let encoded = fields.jws_header.filter(|h| h.len() <= MAX_JWS_HEADER)?;
                let header = Encoding::Base64url.decode(encoded).ok()?;
                return values::json(&header, pointer).ok();
            }
            place if place.is_in_body() || place.is_in_jws() => return None,
            place => read(head, place, Code::KeyUnknown, Code::KeyUnknown).ok()?,
        };
        String::from_utf8(id.into_owned()).ok()
    }
}
